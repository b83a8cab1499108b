"""A `build()` and its class → the creations that may move to `__init__`, and the edits."""
