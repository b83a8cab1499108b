"""A name in a file → what it means: a layer, another class, or nothing that is known."""
