"""A project → the layers that code stores on other objects than the one it is a method of."""

from __future__ import annotations

from keraslint.project.facts.occurrences.occurrence_records import Refs, Store
from keraslint.project.names.definitions import Scope
from keraslint.project.names.reads.recorded_reads import noted_property
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.flow.stores_by_name import StoresByName
from keraslint.project.program.mentions.file_mentions import STORES_BESIDE
from keraslint.project.program.mentions.noted_functions import Function


class AttachedLayers:
    """Which of the values that functions store are layers; asked once for all classes."""

    def __init__(self, graph: CallGraph, by_name: StoresByName) -> None:
        self.reads = graph.reads
        self._graph = graph
        self._by_name = by_name

    @noted_property
    def stores(self) -> tuple[tuple[Function, Store], ...]:
        """The stores of layers, but for those of a method on its own instance, each once."""
        return tuple(
            (function, store)
            for function in self._graph.mentions.marked.get(STORES_BESIDE)
            for store in function.does.stores
            if self._gives_layer(function, store.value)
        )

    def _gives_layer(self, function: Function, value: Refs) -> bool:
        """Whether a value is a layer that is made where it comes from, or is taken out of what
        holds one.
        """
        todo = [(function, ref) for ref in value]
        seen: set[tuple[Function, str]] = set()
        while todo:
            one, ref = todo.pop()
            if ref[0] in "'!?" or (one, ref) in seen:
                continue
            seen.add((one, ref))
            for where, origin in self._by_name.origins(one, ref):
                number = origin.partition(".")[0]
                call = next((c for c in where.does.calls if f"#{c.number}" == number), None)
                if self.is_made(where, (number,)):
                    return True
                if call is not None:
                    todo += ((where, inner) for inner in call.receiver)
        return False

    def is_made(self, function: Function, value: Refs) -> bool:
        """Whether a value is what a call gives that makes a layer."""
        scope = self._graph.scope(function)
        numbers = {ref.lstrip("*") for ref in value}
        return scope is not None and any(
            f"#{call.number}" in numbers and self._makes(scope, call.leaf)
            for call in function.does.calls
        )

    def _makes(self, scope: Scope, leaf: str) -> bool:
        made = self._graph.hierarchy.made(scope, leaf) if leaf else None
        return made is not None and (made.factory or self._graph.hierarchy.makes_weights(made))
