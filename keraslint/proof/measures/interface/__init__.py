"""What users of a layer name, hand in and ask."""
