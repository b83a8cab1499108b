"""A reference → whether it is something that a layer of Keras holds and has made for itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from keraslint.project.names import keras_api
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.mentions.noted_functions import Function

MayBe = Callable[[Function, str], bool]
_Call = tuple[Function, int]
_CONSTANT = "'!"


class KerasParts:
    """What is inside of Keras' own layers, such as `self.attention._softmax`.

    Keras holds an argument of such a layer under the parameter's own name, and elsewhere what it
    has made itself (observed in `test_keras_facts.py`), unless the project stores something there.
    `may_be` tells of a reference whether it may be the object that is asked for.
    """

    def __init__(self, graph: CallGraph, may_be: MayBe) -> None:
        self._graph = graph
        self._may_be = may_be

    def has(self, function: Function, ref: str) -> bool:
        owner, names = ref, list[str]()
        while "." in owner:
            owner, _, name = owner.rpartition(".")
            names.append(name)
            if not name.isidentifier():
                return False
            calls = self._makings(function, owner)
            if calls:
                return not (
                    any(self._is_stored(one) for one in names)
                    or any(self._is_given(*call, names) for call in calls)
                )
        return False

    def _is_stored(self, name: str) -> bool:
        """Whether the project puts what may be asked for under a name, anywhere."""
        return any(
            self._may_be(function, value)
            for function, store in self._graph.stores.get(name, ())
            for value in store.value
        )

    def _is_given(self, function: Function, number: int, names: Collection[str]) -> bool:
        """Whether an argument that Keras holds under one of these names may be asked for."""
        call = function.call(number)
        kind = keras_api.layer_class(self._graph.targets(function, call).says)
        held = {*(name.strip("_") for name in names), "*"}
        places = dict(enumerate(kind.parameters if kind is not None else ()))
        return any(
            (places.get(int(name), "*") if name.isdigit() else name) in held
            and self._may_be(function, ref)
            for name, refs in call.arguments
            for ref in refs
        )

    def _makings(self, function: Function, ref: str) -> list[_Call]:
        """The calls that make the layer of Keras that a reference is; none if it may be another."""
        root, _, name = ref.partition(".")
        if root[0] == "#":
            return self._all_make(function, [ref])
        if function.instance and root == function.instance and name.isidentifier():
            return self._child(function, name)
        bound = function.bound(ref) if not name and ref not in function.parameters else None
        return self._all_make(function, bound or ())

    def _child(self, function: Function, attribute: str) -> list[_Call]:
        """The same of an attribute, by all that it is ever set to."""
        found: list[_Call] = []
        for other, values in self._given_to(function, attribute):
            made = self._all_make(other, values)
            if not made and not all(ref[0] in _CONSTANT for ref in values):
                return []
            found += made
        return found

    def _given_to(
        self, function: Function, attribute: str
    ) -> Iterator[tuple[Function, Iterable[str]]]:
        """What a class or a subclass of it, or anybody from outside, sets an attribute to."""
        owner = self._graph.owner(function)
        lineage = self._graph.hierarchy.lineage
        chain = {item.key for item in lineage(owner).chain} if owner is not None else set()
        for other, store in self._graph.stores.get(attribute, ()):
            kind = self._graph.owner(other)
            if kind is not None and store.base == (other.instance,):
                below = owner is not None and owner.key in {one.key for one in lineage(kind).chain}
                if kind.key not in chain and not below:
                    continue  # an attribute of another class
            yield other, store.value

    def _all_make(self, function: Function, refs: Iterable[str]) -> list[_Call]:
        found: list[_Call] = []
        for ref in refs:
            if ref[0] == "#" and "." not in ref and self._makes(function, int(ref[1:])):
                found.append((function, int(ref[1:])))
            elif ref[0] not in _CONSTANT:
                return []
        return found

    def _makes(self, function: Function, number: int) -> bool:
        """Whether a call makes a layer of Keras that holds no other layers which it is given."""
        targets = self._graph.targets(function, function.call(number))
        if targets.constructs or targets.functions or not targets.says:
            return False
        kind = keras_api.layer_class(targets.says)
        return kind is not None and not kind.wrapper
