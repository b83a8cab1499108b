"""Compared layers → one self-contained HTML page."""
