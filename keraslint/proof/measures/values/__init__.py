"""What a layer computes of inputs and in number formats that are not the usual ones."""
