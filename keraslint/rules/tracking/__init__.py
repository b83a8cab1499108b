"""KRL6xx: layers and weights where Keras does not look, or not as it should."""
