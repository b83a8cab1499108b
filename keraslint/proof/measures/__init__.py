"""What two versions of a layer showed → what was kept, mended, changed or broken."""
