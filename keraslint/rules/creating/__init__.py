"""KRL1xx: where layers and other state are created."""
