"""The Keras that a proof runs, 2 or 3: what both are asked, and how each answers."""
