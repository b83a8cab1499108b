"""The methods of one class that make layers → what each attribute's layers were made with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

import libcst as cst

from keraslint.layer.child_builds.shapes.shape_values import Size, Token
from keraslint.layer.init_method import Constructor
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import code, dotted, walk

_NAME = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*(?!\s*[\w(\"'])")
_WORDS = frozenset({"True", "False", "None"})


class Creations:
    """The calls that make what a class keeps as `self.x`, in its `__init__` and `build()`."""

    def __init__(self, layer: LayerClass) -> None:
        self._layer = layer

    @cached_property
    def _calls(self) -> Mapping[str, list[tuple[cst.Call, str]]]:
        found: dict[str, list[tuple[cst.Call, str]]] = {}
        for method in ("__init__", "build"):
            for step in self._steps(method):
                for attribute in _kept_as(step):
                    calls = [c.call for c in step.makes if c.outer is None]
                    calls += [call for call in step.uses.calls if dotted(call.func) == _WEIGHT]
                    found.setdefault(attribute, []).extend((call, method) for call in calls)
        return found

    def _steps(self, method: str) -> Iterator[Step]:
        return (inner for outer in self._layer.steps(method) for inner in outer.all())

    @cached_property
    def _making(self) -> list[Step]:
        methods = ("__init__", "build")
        return [step for method in methods for step in self._steps(method) if step.makes]

    def calls(self, attribute: str) -> list[cst.Call]:
        """All that make a layer, or a weight, for an attribute."""
        return [call for call, _ in self._calls.get(attribute, ())]

    def is_made_always(self, attribute: str) -> bool:
        """Whether no branch decides if it is made; so it is where a base makes it."""
        made = [s for s in self._making if attribute in _kept_as(s)]
        return not made or any(map(_is_unconditional, made))

    def argument(self, attribute: str, name: str, place: int | None = None) -> list[str | None]:
        """What each of the calls passes for an argument, as code; `None` where it passes none."""
        return [_argument(call, name, place) for call in self.calls(attribute)]

    def size(self, attribute: str, name: str, place: int | None, first: Size) -> Size:
        """A size that is passed as an argument, by one name for all the class.

        `first` is what the last size of the first input is called.
        """
        pairs = self._calls.get(attribute, ())
        found = {self._sized(_argument(call, name, place), method, first) for call, method in pairs}
        return found.pop() if len(found) == 1 else Token()

    def sizes(self, attribute: str, first: Size) -> tuple[Size, ...] | None:
        """The shape of a weight, as far as `add_weight` is told one, with names for its sizes."""
        found: list[tuple[Size, ...] | None] = []
        for call, method in self._calls.get(attribute, ()):
            value = _value(call, "shape", 0)
            if not isinstance(value, (cst.Tuple, cst.List)):
                found.append(None)
                continue
            sizes = [self._sized(code(e.value), method, first) for e in value.elements]
            found.append(tuple(sizes))
        return found[0] if found and all(one == found[0] for one in found) else None

    def _sized(self, text: str | None, method: str, first: Size) -> Size:
        """The name of a size that stands in `__init__` or in `build()`."""
        if text is None:
            return Token()
        text = text.strip()
        if text.isdigit():
            return text
        if method == "build" and self._is_last_of_input(text):
            return first
        named = self._stored if method == "__init__" else {}
        words = _NAME.findall(text)
        if any(word not in named for word in words if word not in _WORDS | {"self"}):
            return Token()
        return _NAME.sub(lambda m: named.get(m[0], m[0]), text).replace(" ", "")

    def _is_last_of_input(self, text: str) -> bool:
        build = self._layer.method("build")
        parameters = build.node.params.params[1:] if build is not None else ()
        reads = {f"{parameter.name.value}[-1]" for parameter in parameters[:1]}
        return text in reads or self._held_in_build.get(text) in reads

    @cached_property
    def _held_in_build(self) -> Mapping[str, str]:
        """The local names of `build()` that are assigned once, with the code of the value."""
        held: dict[str, list[str]] = {}
        for step in (inner for outer in self._layer.steps("build") for inner in outer.all()):
            small = step.node.body[0] if isinstance(step.node, cst.SimpleStatementLine) else None
            for name in step.uses.binds:
                value = code(small.value) if isinstance(small, cst.Assign) else ""
                held.setdefault(name, []).append(value)
        return {name: values[0] for name, values in held.items() if len(values) == 1}

    @cached_property
    def _stored(self) -> Mapping[str, str]:
        """The parameters of `__init__` that an attribute keeps, with that attribute."""
        method = self._layer.method("__init__")
        values = Constructor(method, self._layer.steps("__init__")).facts.values
        parameters = method.node.params if method is not None else None
        names = (
            {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
            if parameters is not None
            else set()
        )
        return {
            held[0]: f"self.{attribute}"
            for attribute, held in values.items()
            if len(held) == 1 and held[0] in names
        }


_WEIGHT = "self.add_weight"


def _kept_as(step: Step) -> Iterator[str]:
    for cell in step.uses.writes:
        if cell.startswith("self.") and cell != "self.*":
            yield cell.removeprefix("self.")


def _argument(call: cst.Call, name: str, place: int | None) -> str | None:
    value = _value(call, name, place)
    return " ".join(code(value).split()) if value is not None else None


def _value(call: cst.Call, name: str, place: int | None) -> cst.BaseExpression | None:
    positional = [argument.value for argument in call.args if argument.keyword is None]
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == name:
            return argument.value
    return positional[place] if place is not None and place < len(positional) else None


def _is_unconditional(step: Step) -> bool:
    around = step.parent
    while around is not None:
        if around.is_branch:
            return False
        around = around.parent
    return not any(isinstance(inner, cst.IfExp) for inner in walk(step.node))
