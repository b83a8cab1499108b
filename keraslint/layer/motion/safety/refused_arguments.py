"""The layers that are to move → the arguments that they refuse, or warn of, when they are made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

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

    def _refused_by(
        self, creation: Creation, function: Function, guards: Collection[str]
    ) -> Iterator[Objection]:
        asked = {cell.removeprefix("self.") for cell in guards}
        for name, refuses in _required(creation):
            for parameter in self._kept(function, name) if name not in asked else ():
                default = function.does.hints.get(parameter, "").partition("=")[2]
                given = self._given(function, parameter)
                if "" in given and default == "NoneType":
                    given = {*given, "!None"}
                for told in sorted(given & refuses):
                    yield Objection(
                        question=Question.CONTROL,
                        level=Level.UNSEEN,
                        cause=f"`{parameter}` may be {_REFUSED[told]} until `build()`; "
                        "the layer refuses it",
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
            if not (given or call.argument(-1, "*")):
                found.add("")
        return found


_REFUSED = {"!None": "`None`", "!0": "0", "!-": "negative"}
_NO_SIZE = frozenset(_REFUSED)


def _required(creation: Creation) -> Iterator[tuple[str, frozenset[str]]]:
    """The attributes of the layer that an argument needs, and the values that it refuses."""
    for place, argument in enumerate(creation.call.args):
        if argument.star:
            continue
        keyword = argument.keyword.value if argument.keyword is not None else ""
        name = dotted(argument.value)
        if name.startswith("self.") and name.count(".") == 1:
            for target in creation.made.targets:
                if _is_required(target, place, keyword):
                    yield name.removeprefix("self."), _NO_SIZE - _allowed(target, place, keyword)
            continue
        operations = (n for n in walk(argument.value) if isinstance(n, cst.BinaryOperation))
        for operation in operations:
            by = isinstance(operation.operator, (cst.Divide, cst.FloorDivide, cst.Modulo))
            for side in (operation.left, operation.right):
                name = dotted(side)
                if name.startswith("self.") and name.count(".") == 1:
                    zero = {"!0"} if by and side is operation.right else set()
                    yield name.removeprefix("self."), frozenset({"!None", *zero})


def _taken(layer: str) -> frozenset[str]:
    """All keywords that a layer of Keras takes, with those of its bases."""
    known = keras_api.layer_class(layer)
    if known is None:
        return frozenset()
    return frozenset(known.parameters).union(*map(_taken, known.bases))


def _allowed(target: Symbol | ClassRef, place: int, keyword: str) -> frozenset[str]:
    """0 is refused as a size only, and what a class of the project refuses nobody knows."""
    known = keras_api.layer_class(target.name) if isinstance(target, Symbol) else None
    name = keyword
    if known is not None and not keyword and place < len(known.parameters):
        name = known.parameters[place]
    return (
        frozenset() if known is not None and name in _SIZES - {"rate"} else frozenset({"!0", "!-"})
    )


_SIZES = frozenset(
    {
        "units",
        "filters",
        "kernel_size",
        "pool_size",
        "num_heads",
        "key_dim",
        "input_dim",
        "output_dim",
        "rate",
    }
)


def _is_required(target: Symbol | ClassRef, place: int, keyword: str) -> bool:
    """Whether a parameter of a constructor takes no `None`, as far as is known."""
    if isinstance(target, ClassRef):
        init = target.summary.methods.get("__init__")
        parameters = init.parameters[1:] if init is not None else ()
        for number, parameter in enumerate(parameters):
            if parameter.name == keyword or (not keyword and number == place):
                return parameter.required
        return False
    known = keras_api.layer_class(target.name)
    if known is None:
        return place == 0 and not keyword
    name = keyword or (known.parameters[place] if place < len(known.parameters) else "")
    return name in _SIZES
