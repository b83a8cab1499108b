"""A statement of `build()` → whether it marks the layer as built."""

from __future__ import annotations

import libcst as cst

from keraslint.layer.method_syntax import dotted
from keraslint.layer.name_uses import uses_of


def is_closing(node: cst.CSTNode) -> bool:
    """`super().build(…)` or `self.built = True`."""
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    uses = uses_of(node)
    calls = [dotted(call.func) for call in uses.calls]
    return "self.built" in uses.binds or any(
        name.endswith(".build") and not name.startswith("self.") for name in calls
    )
