"""A layer as it is → which parts of its life work."""
