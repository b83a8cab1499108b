"""Python's own view of a text, by `ast`: its tree, a walk through it, and where nodes stand."""
