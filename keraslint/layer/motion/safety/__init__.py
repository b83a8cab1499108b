"""A planned move → the objections to it: what in the project could tell the difference."""
