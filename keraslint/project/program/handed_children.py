"""A child that code hands to a function → whether that function could tell that it is built."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keraslint.project.facts.occurrences.occurrence_records import ITEM
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.flow.given_arguments import given_to
from keraslint.project.program.mentions.noted_functions import Function

ONCE_BUILT = frozenset(
    """weights variables trainable_weights trainable_variables non_trainable_weights
    non_trainable_variables count_params get_weights""".split()
)
"""What a layer has, or answers, once it is built."""

_Seen = set[tuple[Function, frozenset[str]]]


class HandedChildren:
    """Follows a layer through the functions that get it as an argument."""

    def __init__(self, graph: CallGraph) -> None:
        self._graph = graph

    def told(self, function: Function, refs: Collection[str]) -> Iterator[str]:
        """What is done with a layer, which has these names in a function, where it is handed to."""
        yield from self._handed(function, frozenset(refs), set())

    def _handed(self, function: Function, names: frozenset[str], seen: _Seen) -> Iterator[str]:
        for call in function.does.calls:
            given = [ref for _, refs in call.arguments for ref in refs if ref.lstrip("*") in names]
            if not given:
                continue
            targets = self._graph.targets(function, call)
            known = targets.keeps is not None or targets.functions or targets.constructs
            if not known and call.leaf not in function.does.inner:
                yield f"hands {{it}} to `{call.leaf or 'a function'}()`"
            for inner, offset in targets.functions:
                for number, refs in given_to(call, inner, offset):
                    if any(ref.lstrip("*") in names for ref in refs):
                        parameter = inner.parameters[number].lstrip("*")
                        yield from self._in(inner, parameter, seen)

    def _in(self, function: Function, parameter: str, seen: _Seen) -> Iterator[str]:
        names = function.does.aliases({parameter, f"{parameter}.{ITEM}"})
        if (function, names) in seen:
            return
        seen.add((function, names))
        told = f"gives {{it}} to `{function.own_name}()`, which"
        if any(not names.isdisjoint(store.base) for store in function.does.stores):
            yield f"{told} changes it"
        for path in sorted(function.does.loads):
            owner, _, step = path.rpartition(".")
            if owner in names and step == "built":
                yield f"{told} asks whether it is built"
            elif owner in names and (step in ONCE_BUILT or step[:1] == "="):
                yield f"{told} looks at its `{step.lstrip('=')}`"
        yield from self._handed(function, names, seen)
