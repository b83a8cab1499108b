"""A function that is defined inside a method → what calling it may change, and when it may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from keraslint.layer.method_syntax import dotted, local_function
from keraslint.layer.name_uses import uses_of

if TYPE_CHECKING:
    from keraslint.layer.method_steps import Step


def only_reads(function: cst.FunctionDef | cst.Lambda | None) -> bool:
    """Whether a local function changes nothing that it is given; where it stands says the rest."""
    if function is None:
        return False
    uses, every = uses_of(function.body), function.params
    names = {p.name.value for p in (*every.params, *every.posonly_params, *every.kwonly_params)}
    runs = any(dotted(call.func).startswith("self.") for call in uses.calls)
    return not runs and names.isdisjoint(uses.changes)


def unsettle(steps: Sequence[Step]) -> None:
    """Keep back what calls a function whose names mean something else by then."""
    defined = [(step, local_function(step.node)) for step in steps]
    names = [name for _, name in defined if name]
    for step, name in defined if names else ():
        if not name:
            continue
        free = set(step.uses.reads) - {"self"}
        later = {c for one in steps if one.order > step.order for c in one.uses.writes}
        told = ""
        if free & later:
            told = f"calls `{name}()`, before which `{min(free & later)}` may change"
        told = (
            f"calls `{name}()`, which is defined more than once" if names.count(name) > 1 else told
        )
        for user in steps if told else ():
            if name in user.uses.reads:
                user.stays = user.stays or told
