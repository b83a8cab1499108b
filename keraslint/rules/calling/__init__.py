"""KRL3xx: what goes wrong while `call()` runs."""
