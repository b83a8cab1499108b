"""Where what a fix has written is broken over lines, as the file's own formatter would do it."""
