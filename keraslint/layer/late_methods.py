"""A layer → the methods that each `call()` runs: on Keras 2, not those that the first one runs."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import calls_within, dotted
from keraslint.layer.name_uses import uses_of
from keraslint.layer.statement_parts import only_small
from keraslint.layer.tree_edits import body_of
from keraslint.project.names.definitions import FunctionRef
from keraslint.project.program.call_phase_state import only_in_call
from keraslint.project.program.children import run_by


def late_methods(layer: LayerClass) -> tuple[FunctionRef, ...]:
    """The methods whose creations come too late; Keras 2 takes those of the first call."""
    found = only_in_call(layer.hierarchy, layer.ref, layer.keras)
    if layer.keras == 3:
        return found
    return tuple(ref for ref in found if not _runs_once(layer, ref.summary.name))


def _runs_once(layer: LayerClass, name: str, within: frozenset[str] = frozenset()) -> bool:
    """Whether a method asks, before each time it is run, for an attribute that it sets.

    So does what is run by such a method alone; `within` are those that are being looked at.
    """
    method = layer.method(name)
    if method is None or name in within:
        return False
    sets = {cell for cell in uses_of(method.node.body).writes if cell.startswith("self.")}
    callers = list(_callers(layer, name))
    return bool(callers) and all(
        sets.intersection(asked) or _runs_once(layer, caller, within | {name})
        for caller, asked in callers
    )


def _callers(layer: LayerClass, name: str) -> Iterator[tuple[str, set[str]]]:
    """What runs a method while `call()` runs, and the attributes that it asks for before."""
    for ref in run_by(layer.hierarchy, layer.ref, "call"):
        method = layer.parse(ref)
        if method is None:
            yield "", set()
            continue
        for call, around in calls_within(method.node.body, ()):
            if dotted(call.func) in (f"self.{name}", f"super().{name}"):
                tests = [node.test for node in around if isinstance(node, cst.If)]
                yield ref.summary.name, {cell for test in tests for cell in _reads(layer, test)}


def _reads(layer: LayerClass, test: cst.BaseExpression) -> Iterator[str]:
    """The attributes in a condition, and in what its methods and properties return at the end."""
    for cell in uses_of(test).reads:
        yield cell
        method = layer.method(cell.removeprefix("self.")) if cell.startswith("self.") else None
        only = only_small(body_of(method.node)[-1]) if method is not None else None
        if isinstance(only, cst.Return):
            yield from (one for one in uses_of(only).reads if one.startswith("self."))
