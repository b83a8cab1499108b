"""The occurrences of all files → the functions that mention a name, each look-up noted."""
