"""What may end the process that tries it: each is tried in a process of its own, on request."""
