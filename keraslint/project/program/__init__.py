"""The facts of all files → what the program does: what is created, built and written where."""
