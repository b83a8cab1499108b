"""Shapes as code: values, operations on them, and the program that computes them."""
