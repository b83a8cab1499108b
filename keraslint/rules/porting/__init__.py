"""KRL5xx: what one Keras takes and another does not."""
