"""Verdicts on two versions of a layer → what people read of them."""
