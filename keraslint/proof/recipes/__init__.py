"""Texts of a project → how its layers are made and called, as recipes."""
