"""An `__init__` that lets arguments go → the edits that keep each in an attribute of its name."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.method_syntax import Method, dotted
from keraslint.layer.statement_parts import only_small
from keraslint.layer.tree_edits import body_of, with_body


def keeping(init: Method, names: Sequence[str]) -> tuple[Edit, ...] | None:
    """Assign them below `super().__init__()`, and the arguments that are kept there already.

    `None` if that call is not one statement of its own.
    """
    statements = body_of(init.node)
    places = [number for number, one in enumerate(statements) if _calls_super(one)]
    if len(places) != 1:
        return None
    after = places[0] + 1
    while after < len(statements) and _keeps(statements[after]):
        after += 1
    lines = [_kept(name) for name in names]
    new = [*statements[:after], *lines, *statements[after:]]
    return init.edits(with_body(init.node, new, init.indent))


def _kept(name: str) -> cst.SimpleStatementLine:
    target = cst.AssignTarget(cst.Attribute(cst.Name("self"), cst.Name(name)))
    return cst.SimpleStatementLine([cst.Assign([target], cst.Name(name))])


def _calls_super(statement: cst.CSTNode) -> bool:
    """`super().__init__(…)` or `Base.__init__(self, …)`."""
    small = only_small(statement)
    call = small.value if isinstance(small, cst.Expr) else None
    return isinstance(call, cst.Call) and dotted(call.func).endswith(".__init__")


def _keeps(statement: cst.CSTNode) -> bool:
    """`self.units = units`"""
    small = only_small(statement)
    if not isinstance(small, cst.Assign) or not isinstance(small.value, cst.Name):
        return False
    return [dotted(one.target) for one in small.targets] == [f"self.{small.value.value}"]
