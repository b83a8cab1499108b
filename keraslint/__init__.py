"""A linter for Keras layers whose fixes are proved by running the layer before and after."""

from __future__ import annotations

__version__ = "0.1.0"
