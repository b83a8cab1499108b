"""What a layer does in training, and in inference when it is trained later."""
