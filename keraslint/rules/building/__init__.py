"""KRL2xx: what `build()` does, and leaves out."""
