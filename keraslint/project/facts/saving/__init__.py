"""A class's methods → what they say about saving it, and about the arguments that are saved."""
