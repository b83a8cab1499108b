"""A layer's class and recipe → the cases in which it is measured."""
