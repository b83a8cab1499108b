"""Which statements of a version ran, and which outcomes each decision had."""
