"""Paths → diagnostics, from the cache where nothing has changed."""
