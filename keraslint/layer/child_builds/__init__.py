"""A `build()` and its `call()` → the lines that build the children, where they are missing."""
