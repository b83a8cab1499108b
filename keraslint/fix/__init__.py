"""Fixes → files: applying edits, and the session that lints, applies, proves and writes."""
