"""A name that cannot be resolved → what its use lets one assume."""
