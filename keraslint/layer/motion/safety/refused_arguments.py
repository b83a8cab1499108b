"""The layers that are to move → the arguments that they refuse, or warn of, when they are made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.method_steps import Creation
from keraslint.layer.method_syntax import dotted, walk
from keraslint.project.facts.occurrences.occurrence_records import ITEM
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.outside_functions import Keeps
from keraslint.project.program.mentions.noted_functions import Function


class Arguments:
    """Asks what the constructor of one class takes and hands on when the layer is built."""

    def __init__(self, effects: Effects, family: Family) -> None:
        self._effects = effects
        self._family = family

    def refused(
        self, creations: Sequence[Creation], guards: Collection[str]
    ) -> Iterator[Objection]:
        """Arguments that the constructor takes, and that a moved layer's does not.

        Those of which a condition asks first are none.
        """
        for function in self._family.constructors:
            for creation in creations:
                yield from self._refused_by(creation, function, guards)
                yield from self._spread(creation, function)

    def unnamed(self, creations: Sequence[Creation]) -> Iterator[Objection]:
        """Keywords that Keras' own layer has no parameter for: it warns of them, or refuses."""
        each = [(one, target) for one in creations for target in one.made.targets]
        for creation, target in each:
            known = keras_api.layer_class(target.name) if isinstance(target, Symbol) else None
            given = (one.keyword.value for one in creation.call.args if one.keyword is not None)
            for name in given if known is not None else ():
                assert known is not None
                if name not in _taken(known.name):
                    cause = f"`{known.name.rpartition('.')[2]}` warns of `{name}`, or refuses it"
                    yield Objection(question=Question.SIDE_EFFECTS, level=Level.UNSEEN, cause=cause)

    def files(self, creations: Sequence[Creation]) -> Iterator[Objection]:
        """Files that a layer of Keras reads when it is made, and that may change."""
        each = [(one, target) for one in creations for target in one.made.targets]
        for creation, target in each:
            known = keras_api.layer_class(target.name) if isinstance(target, Symbol) else None
            for place, argument in enumerate(creation.call.args if known is not None else ()):
                assert known is not None
                name = argument.keyword.value if argument.keyword else known.at(place)
                written = isinstance(argument.value, (cst.List, cst.Tuple))
                if "f" in known.refuses.get(name, "") and not written:
                    cause = f"`{name}` may be a file, which is read when the layer is made"
                    yield Objection(question=Question.OPERANDS, level=Level.UNSEEN, cause=cause)

    def _refused_by(
        self, creation: Creation, function: Function, guards: Collection[str]
    ) -> Iterator[Objection]:
        asked = {cell.removeprefix("self.") for cell in guards}
        for name, refuses in (*_required(creation), *self._items(creation)):
            for parameter in self._kept(function, name) if name not in asked else ():
                given = self._given(function, parameter)
                if "" in given:
                    given.add(function.hint(parameter)[2])
                for told in sorted(filter(refuses.has, given)):
                    shown = _REFUSED.get(told, f'`"{told[1:]}"`')
                    yield Objection(
                        question=Question.CONTROL,
                        level=Level.UNSEEN,
                        cause=f"`{parameter}` may be {shown} until `build()`; the layer refuses it",
                        path=function.path,
                        line=function.does.line,
                    )

    def _spread(self, creation: Creation, function: Function) -> Iterator[Objection]:
        """`**self.options`: whoever gives them may give one that the layer does not take."""
        for argument in creation.call.args:
            name = dotted(argument.value) if argument.star else ""
            for store in function.does.stores:
                if name == f"self.{store.attribute}" and store.base == (function.instance,):
                    for parameter in self._made_of(function, store.value):
                        yield Objection(
                            question=Question.CONTROL,
                            level=Level.UNSEEN,
                            cause=f"`{parameter}` may hold what the layer refuses until `build()`",
                            path=function.path,
                            line=store.line,
                        )

    def _kept(self, function: Function, attribute: str) -> Iterator[str]:
        for store in function.does.stores:
            mine = store.attribute == attribute and store.base == (function.instance,)
            if mine and len(store.value) == 1 and store.value[0][0] != "*":
                yield from self._made_of(function, store.value)

    def _items(self, creation: Creation) -> Iterator[tuple[str, _Refusals]]:
        """`self.sizes[-1]`, which must not be empty; `SIZES[self.kind]`, which has some keys."""
        for node in (n for one in creation.call.args for n in walk(one.value)):
            at = node.slice[0].slice if isinstance(node, cst.Subscript) else None
            if not isinstance(node, cst.Subscript) or not isinstance(at, cst.Index):
                continue
            of, key = dotted(node.value), dotted(at.value)
            if of.startswith("self.") and of.count(".") == 1 and not key:
                yield of.removeprefix("self."), _Refusals(frozenset({"!None", "!()"}))
            elif key.startswith("self.") and key.count(".") == 1 and "." not in of:
                texts = self._keys(of)
                yield key.removeprefix("self."), _Refusals(frozenset(), texts)

    def _keys(self, name: str) -> frozenset[str] | None:
        """The texts among the keys of a dict that a file shows, and never adds to."""
        graph, module = self._effects.graph, self._family.ref.module
        found: set[str] = set()
        for path, home in self._effects.globals.homes(module, name):
            for body in graph.by_path.get(path):
                refs = body.does.bound.get(home, ()) if body.kind == "module" else ()
                if any(ref[:2] != "*'" for ref in refs) or any(
                    home in change.refs for change in body.does.changes
                ):
                    return None
                found |= {ref[2:] for ref in refs}
        return frozenset(found) or None

    def _made_of(self, function: Function, refs: Sequence[str]) -> list[str]:
        """The parameters of which a reference is the value, or a copy with all of its items."""
        given = [name.lstrip("*") for name in function.parameters[1:]]
        seen: set[str] = set()
        todo = list(refs)
        while todo:
            ref = todo.pop()
            name = ref.lstrip("*").partition(".")[0]
            if name in seen or ref[0] in "'!?" or (ref[0] == "*" and not ref.endswith(ITEM)):
                continue
            seen.add(name)
            todo += function.does.bound.get(name, ())
            for call in function.does.calls if name[0] == "#" else ():
                targets = self._effects.graph.targets(function, call)
                copies = targets.keeps is Keeps.HOLD and not targets.constructs
                if name == f"#{call.number}" and copies:
                    for at, each in call.arguments:
                        todo += each if not at.isidentifier() else ()
        return [name for name in given if name in seen]

    def _given(self, function: Function, parameter: str) -> set[str]:
        """The constants that constructions give for a parameter, `""` where they give nothing."""
        number = function.parameters.index(parameter) - 1
        found: set[str] = set()
        for caller, call in self._family.constructions:
            given = call.argument(number, parameter)
            for one in given:
                found |= self._effects.by_name.constants(caller, one)
            if not given:
                found.add("")
        return found


_REFUSED = {"!None": "`None`", "!0": "0", "!-": "negative", "!()": "empty"}
_SIGNS = {"n": "!None", "0": "!0", "-": "!-"}


@dataclass(frozen=True, slots=True)
class _Refusals:
    """Constants that an argument must not be, and the only texts that it may be, if not any."""

    constants: frozenset[str] = frozenset()
    texts: frozenset[str] | None = None

    def has(self, constant: str) -> bool:
        if constant[:1] == "'":
            return self.texts is not None and constant[1:] not in self.texts
        return constant in self.constants


def _required(creation: Creation) -> Iterator[tuple[str, _Refusals]]:
    """The attributes of the layer that an argument needs, and the values that it refuses."""
    for place, argument in enumerate(creation.call.args):
        if argument.star:
            continue
        keyword = argument.keyword.value if argument.keyword is not None else ""
        name = dotted(argument.value)
        if name.startswith("self.") and name.count(".") == 1:
            for target in creation.made.targets:
                yield name.removeprefix("self."), _refuses(target, place, keyword)
            continue
        operations = (n for n in walk(argument.value) if isinstance(n, cst.BinaryOperation))
        for operation in operations:
            by = isinstance(operation.operator, (cst.Divide, cst.FloorDivide, cst.Modulo))
            for side in (operation.left, operation.right):
                name = dotted(side)
                if name.startswith("self.") and name.count(".") == 1:
                    zero = {"!0"} if by and side is operation.right else set()
                    yield name.removeprefix("self."), _Refusals(frozenset({"!None", *zero}))


def _taken(layer: str) -> frozenset[str]:
    """All keywords that a layer of Keras takes, with those of its bases."""
    known = keras_api.layer_class(layer)
    if known is None:
        return frozenset()
    return frozenset(known.parameters).union(*map(_taken, known.bases))


def _refuses(target: Symbol | ClassRef, place: int, keyword: str) -> _Refusals:
    """What a constructor does not take for a parameter, as far as is known."""
    if isinstance(target, ClassRef):
        init = target.summary.methods.get("__init__")
        for number, parameter in enumerate(init.parameters[1:] if init is not None else ()):
            if parameter.name == keyword or (not keyword and number == place):
                return _Refusals(frozenset({"!None"} if parameter.required else ()))
        return _Refusals()
    known = keras_api.layer_class(target.name)
    if known is None:
        return _Refusals(frozenset({"!None"} if place == 0 and not keyword else ()))
    name = keyword or known.at(place)
    signs = known.refuses.get(name, "")
    return _Refusals(
        frozenset(_SIGNS[sign] for sign in signs if sign in _SIGNS),
        keras_api.texts(name) if "t" in signs else None,
    )
