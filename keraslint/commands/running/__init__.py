"""Layers that are named → what running them showed: of two versions, or of one as it is."""
