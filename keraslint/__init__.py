"""A linter for Keras layers whose fixes are proved by running the layer before and after.

`lint_text` and `lint_paths` are what other programs may call; see `keraslint.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keraslint.api import (
        ConfigError,
        Diagnostic,
        LintResult,
        Settings,
        lint_paths,
        lint_text,
    )

__version__ = "0.1.0"
__all__ = ["ConfigError", "Diagnostic", "LintResult", "Settings", "lint_paths", "lint_text"]


def __getattr__(name: str) -> Any:
    """Import the rest when it is asked for: the command line starts without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from keraslint import api

    return getattr(api, name)
