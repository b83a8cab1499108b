"""A name → the page of ours about it: rules, keys of the configuration, guides, editors."""
