"""KRL4xx: what is lost when a model is saved and loaded."""
