"""A layer as it is → what each part of its life shows."""
