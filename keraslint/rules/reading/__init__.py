"""KRL0xx: files that cannot be read, and comments that suppress nothing."""
