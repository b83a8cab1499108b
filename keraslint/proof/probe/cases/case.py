"""A recipe's text → how to make a layer and what to call it with, as often as wanted."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

import numpy as np

from .drawn_inputs import DRAWN, compiled, drawn
from .recipe_inputs import MAKERS, Input, States, leaves, states_of, tree, with_items, without_keys


@dataclass
class Construction:
    """A construction of the layer that was asked for: its arguments."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Call:
        return Call(construction=self, args=args, kwargs=kwargs)


@dataclass(kw_only=True)
class Call:
    """A call of a constructed layer: its arguments."""

    construction: Construction
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Recorder:
    """Stands for the layer's name (or the dotted way to it) while a recipe is evaluated."""

    def __call__(self, *args: Any, **kwargs: Any) -> Construction:
        return Construction(args, kwargs)


class Way:
    """Stands for `Outer` in `Outer.Block(...)`."""

    def __init__(self, real: Any, rest: tuple[str, ...]) -> None:
        self._real, self._rest = real, rest

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name != self._rest[0]:
            return getattr(self._real, name)
        if len(self._rest) == 1:
            return Recorder()
        return Way(getattr(self._real, name), self._rest[1:])


def namespace(module: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """What a recipe may name: keras, the layer's module, the input makers, the layer itself."""
    from ..keras_versions.in_use import KERAS

    space: dict[str, Any] = {**KERAS.names(), "np": np, **vars(module)}
    space.update(MAKERS)
    space.setdefault("tf", sys.modules.get("tensorflow"))
    space[DRAWN] = drawn
    for name in names:
        first, *rest = name.split(".")
        if rest:
            space[first] = Way(space.get(first), tuple(rest))
        space[name.split(".")[-1]] = Recorder()
    return space


@dataclass(frozen=True, kw_only=True)
class Change:
    """How a case differs from the recipe it was derived from.

    `doubles`: it doubles a size; `uneven`: planes get longer on one side than on the other;
    `made`, `given`: arguments of the constructor and of the call, as expressions.
    `fed`: the shape of numbers that take the place of the first input.
    `alone`: channels and lengths change in the input of this number only.
    `wider`: the last size before the channels grows by so much, and no other one does.
    `narrow`: all sizes between the batch and the channels are one.
    `kind`: numbers of another kind in the place of real ones. `keys`: left out of dicts of inputs.
    `below`: whole numbers of the inputs are less than this, and come near it.
    `items`: how many inputs there are in each list of them; the last one stands for further ones.
    """

    label: str = ""
    arguments: tuple[tuple[str, Any], ...] = ()
    batch: tuple[int, int] | None = None
    channels: tuple[int, int] | None = None
    longer: int = 0
    without: tuple[str, ...] = ()
    doubles: bool = False
    uneven: bool = False
    rank: int = 0
    given: tuple[tuple[str, str], ...] = ()
    made: tuple[tuple[str, str], ...] = ()
    fed: tuple[int, ...] = ()
    alone: int | None = None
    narrow: bool = False
    kind: str = ""
    keys: tuple[str, ...] = ()
    below: int = 0
    items: int = 0
    wider: int = 0

    def along_with(self, other: Change) -> Change:
        """Both changes at once."""
        return Change(
            label=f"{self.label}, {other.label}",
            arguments=(*self.arguments, *other.arguments),
            batch=self.batch or other.batch,
            channels=self.channels or other.channels,
            longer=self.longer or other.longer,
            without=(*self.without, *other.without),
            uneven=self.uneven or other.uneven,
            rank=self.rank or other.rank,
            given=(*self.given, *other.given),
            made=(*self.made, *other.made),
            fed=self.fed or other.fed,
            alone=other.alone if self.alone is None else self.alone,
            narrow=self.narrow or other.narrow,
            kind=self.kind or other.kind,
            keys=(*self.keys, *other.keys),
            below=self.below or other.below,
            items=self.items or other.items,
            wider=self.wider or other.wider,
        )

    def to_input(self, given: Input, index: int) -> Input:
        """Apply the changes of shape to the input of this number."""
        if self.fed and index == 0:
            return Input(kind="floats", shape=self.fed, dtype="float32")
        shape = list(given.shape)
        if given.kind == "state":
            batch = self.batch[1] if self.batch and shape[0] == self.batch[0] else shape[0]
            return replace(given, shape=(batch, *shape[1:]))
        last = len(shape) - (1 if given.kind in ("floats", "zeros") else 0)
        chosen = self.alone is None or self.alone == index
        if self.narrow:
            shape[1:last] = [1] * (last - 1)
        if self.longer and chosen:
            each = self.longer if self.uneven else 0
            shape[1:last] = [n + self.longer + i * each for i, n in enumerate(shape[1:last])]
        if self.wider and last > 2:
            shape[last - 1] += self.wider
        if self.batch and shape and shape[0] == self.batch[0]:
            shape[0] = self.batch[1]
        has_channels = last < len(shape) and len(shape) > 1
        if self.channels and chosen and has_channels and shape[-1] == self.channels[0]:
            shape[-1] = self.channels[1]
        if self.below and given.kind == "ints":
            return Input(kind="ints", shape=tuple(shape), dtype=given.dtype, below=self.below)
        if self.kind and chosen and given.kind == "floats":
            return Input(
                kind=self.kind,
                shape=tuple(shape),
                dtype={"ints": "int32", "bools": "bool"}[self.kind],
            )
        if self.rank and last < len(shape) and len(shape) > 1:
            middle = [*shape[1:-1], 4, 4, 4][: self.rank - 2]
            shape[1:-1] = middle
        return replace(given, shape=tuple(shape))


def as_change(told: dict[str, Any]) -> Change:
    """A change that was told as JSON."""
    return Change(**{key: _tuples(value) for key, value in told.items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@dataclass(kw_only=True)
class Case:
    """One way to make and call the layer `cls`: a recipe and a change to it."""

    cls: Any
    text: str
    space: dict[str, Any]
    change: Change = field(default_factory=Change)
    code: CodeType = field(init=False, repr=False)
    states: list[Input] | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.code = compiled(self.text)

    def asked(self) -> Call:
        """Evaluate the recipe and apply the change."""
        value = eval(self.code, dict(self.space))
        if isinstance(value, Construction):
            value = Call(construction=value, args=(), kwargs={})
        if not isinstance(value, Call):
            name = self.cls.__name__
            raise ValueError(f"the recipe is no construction of `{name}` called on inputs")
        construction = self._changed(value.construction)
        kwargs = {k: v for k, v in value.kwargs.items() if k not in self.change.without}
        kwargs |= {name: eval(text, dict(self.space)) for name, text in self.change.given}
        args, kwargs = (without_keys(one, self.change.keys) for one in (value.args, kwargs))
        args = tuple(with_items(one, self.change.items) for one in args)
        if any(isinstance(one, States) for one in (*args, *kwargs.values())):
            states = self._states(construction, args)
            args = tuple(states if isinstance(one, States) else one for one in args)
            kwargs = {k: states if isinstance(v, States) else v for k, v in kwargs.items()}
        return Call(construction=construction, args=args, kwargs=kwargs)

    def _states(self, construction: Construction, args: tuple[Any, ...]) -> list[Input]:
        """The states of the cell that is made; asked once, as making one draws numbers."""
        if self.states is None:
            given = leaves(args)
            self.states = states_of(self.construct(construction), given[0].shape[0] if given else 2)
        return self.states

    def _changed(self, construction: Construction) -> Construction:
        if not self.change.arguments and not self.change.made:
            return construction
        args, kwargs = by_name(self.cls, construction)
        made = {name: eval(text, dict(self.space)) for name, text in self.change.made}
        return Construction(args, {**kwargs, **dict(self.change.arguments), **made})

    def make(self) -> Any:
        """Construct a new layer; everything in the recipe is evaluated anew."""
        construction = self.asked().construction
        return self.construct(construction)

    def made_with(self, arguments: dict[str, Any]) -> Any:
        """Construct a new layer with these arguments besides, where the recipe gives none."""
        asked = self.asked().construction
        return self.construct(Construction(asked.args, {**arguments, **asked.kwargs}))

    def real_arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of the constructor, evaluated anew."""
        asked = self.asked().construction
        return self._real(asked.args), self._real(asked.kwargs)

    def construct(self, construction: Construction) -> Any:
        """Construct the layer with these arguments."""
        args, kwargs = self._real(construction.args), self._real(construction.kwargs)
        return self.cls(*args, **kwargs)

    def inputs(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of the call, with arrays in place of their descriptions."""
        asked = self.asked()
        counter = iter(range(1000))

        def fill(given: Input) -> Any:
            index = next(counter)
            return self.change.to_input(given, index).array(index)

        return tree(fill, asked.args), tree(fill, asked.kwargs)

    def _real(self, value: Any) -> Any:
        if isinstance(value, Call):
            layer = self.construct(value.construction)
            return layer(*self._real(value.args), **self._real(value.kwargs))
        if isinstance(value, Construction):
            return self.construct(value)
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
            return type(value)(self._real(item) for item in value)
        if type(value) is dict:
            return {key: self._real(item) for key, item in value.items()}
        return value.array(0) if isinstance(value, Input) else value


def parameters_of(cls: Any) -> list[inspect.Parameter]:
    """What a constructor takes; one that takes `*args, **kwargs` alone asks its base."""
    parameters: list[inspect.Parameter] = []
    for owner in cls.__mro__:
        if "__init__" in vars(owner):
            parameters = list(inspect.signature(owner.__init__).parameters.values())[1:]
            if [p.kind for p in parameters] != [2, 4]:
                break
    return parameters


def by_name(cls: Any, construction: Construction) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Constructor arguments as keywords, as far as the signature allows."""
    parameters = parameters_of(cls)
    count = len(construction.args)
    if count > len(parameters) or any(parameters[i].kind > 1 for i in range(count)):
        return construction.args, dict(construction.kwargs)
    named = {parameters[i].name: value for i, value in enumerate(construction.args)}
    return (), {**named, **construction.kwargs}
