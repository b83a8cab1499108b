"""A layer in one case → what is seen of it: weights, outputs, files, training."""
