"""The layers that are to move → the arguments that they refuse, or warn of, when they are made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.method_steps import Creation
from keraslint.layer.method_syntax import dotted, walk
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.mentions import Function


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
        for name, refuses in _required(creation):
            for parameter in self._kept(function, name) if name not in asked else ():
                given = self._given(function, parameter)
                if "" in given:
                    given.add(function.does.hint(parameter)[2])
                for told in sorted(filter(refuses.has, given)):
                    shown = _REFUSED.get(told, f'`"{told[1:]}"`')
                    yield Objection(
                        question=Question.CONTROL,
                        level=Level.UNSEEN,
                        cause=f"`{parameter}` may be {shown} until `build()`; the layer refuses it",
                        path=function.path,
                        line=function.does.line,
                    )

    def _kept(self, function: Function, attribute: str) -> Iterator[str]:
        for store in function.does.stores:
            mine = store.attribute == attribute and store.base == (function.instance,)
            if mine and len(store.value) == 1 and store.value[0] in function.parameters:
                yield store.value[0]

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


_REFUSED = {"!None": "`None`", "!0": "0", "!-": "negative"}
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
