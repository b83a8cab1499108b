"""The facts of a class → whether something may go into a list after another list holds that."""

from __future__ import annotations

from itertools import chain

from keraslint.project.facts.container_methods import FILLING
from keraslint.project.names.definitions import ClassRef


def may_be_late(ref: ClassRef) -> bool:
    """A cheap look: something is added to an item of an attribute, or to a list given to one."""
    for method in ref.summary.methods.values():
        calls = {call.rpartition(".")[0] for call in method.calls if adds(call)}
        if any(owner.startswith("self.") and owner.endswith("[]") for owner in calls):
            return True
        put = set(chain.from_iterable(method.given.get(f"{one}.append", ()) for one in calls))
        put |= {leaf for item in method.items for leaf in method.bindings.get(f"self.{item}", ())}
        if put & calls:
            return True
    return False


def adds(call: str) -> bool:
    """Whether a call adds to a list."""
    return call.rpartition(".")[2] in FILLING
