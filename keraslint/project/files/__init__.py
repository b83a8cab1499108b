"""Paths → the texts of files, and texts → files again."""
