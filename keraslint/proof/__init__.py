"""Does the layer still behave the same? Both versions are run, in a child, on request only."""
