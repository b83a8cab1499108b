"""The occurrences of all files → what code may do to a value, an attribute or a global name."""
