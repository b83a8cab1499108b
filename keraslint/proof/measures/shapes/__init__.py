"""What a layer makes of sizes that are not known yet."""
