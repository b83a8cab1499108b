"""Public methods that users call → what they return, and what they leave behind."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

RETURNED, LEFT = Arrays(name="method"), Arrays(name="after method")
CALLED: Fact[list[str]] = Fact("methods")
Results = dict[tuple[Arrays, str], Any]
Inputs = tuple[Any, dict[str, Any]]
SIZED = {"batch_size": 2, "rank": 2}
"""Numbers that methods ask for by these names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a method is called: after so many calls in training, with what may be left out.

    `again`: a second time, with zeros for the inputs, if it takes any.
    """

    since: int = 0
    besides: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False

    def of(self, name: str) -> str:
        """What is said of a method that is called so."""
        told = ", ".join(f"{key}={value!r}" for key, value in self.besides.items())
        return f"{name}({told}){' in use' if self.since else ''}{' again' if self.again else ''}"


def observe(trial: Trial) -> list[str]:
    """The methods that can be called without arguments, or as the layer is, or with another one.

    A layer whose calls in training leave something behind is asked after two of them, too; and
    what may be left out is given another value. One that changes weights is called again.
    """
    done = []
    moves = _moves(trial)
    for name in trial.public_names():
        function = getattr(trial.case.cls, name, None)
        if not inspect.isfunction(function):
            continue
        usual, *besides = ways_besides(function)
        ways = [usual, *([Way(since=2)] if moves else []), *besides]
        kept = [_called(trial, name, function, way) for way in ways]
        if kept[0] and any(group is LEFT for group, _ in kept[0]):
            _called(trial, name, function, Way(again=True))
        if any(one is not None for one in kept):
            done.append(name)
    return done


def ways_besides(function: Any) -> list[Way]:
    """As it is, and with another value of each argument that may be left out."""
    return [Way(), *(Way(besides={name: value}) for name, value in _left_out(function))]


def _left_out(function: Any) -> Iterator[tuple[str, Any]]:
    """Another value for each argument that has a default, if it is a number or a truth value."""
    from ...probe.cases.other_values import other_values

    for name, one in inspect.signature(function).parameters.items():
        if isinstance(one.default, (bool, int, float)):
            yield from ((name, value) for value in [*other_values(name, one.default, "")][:1])


def _moves(trial: Trial) -> bool:
    """Does a call in training change the state?"""
    if not trial.takes_training():
        return False
    try:
        layer = trial.again()
        trial.seeded_call(layer, training=True)
    except Exception:
        return False
    return bool(trial.changed(layer))


def _called(trial: Trial, name: str, function: Any, way: Way) -> Results | None:
    """Call it on two new layers: what it gives is kept if it repeats itself."""
    import numpy as np

    first, second = (_results(trial, name, function, way) for _ in range(2))
    if first is None or second is None or first.keys() != second.keys():
        return None
    if not all(trial.same(np.asarray(first[key]), np.asarray(second[key])) for key in first):
        return None
    for (group, key), array in first.items():
        trial.keep_named(group, {f"{way.of(name)} {key}": array})
    return first


def _results(trial: Trial, name: str, function: Any, way: Way) -> Results | None:
    """What it returns and the weights that it changes; None where it cannot be called."""
    import numpy as np

    try:
        layer = trial.ready()
        given = given_to(trial, function)
        if given is None:
            return None
        for _ in range(way.since):
            trial.seeded_call(layer, training=True)
        told = trial.plain_leaves(answer(trial, layer, name, way, given))
    except (Exception, SystemExit):
        return None
    left = {(LEFT, key): np.array(value) for key, value in trial.changed(layer).items()}
    return {(RETURNED, str(index)): one for index, one in enumerate(told)} | left


def answer(trial: Trial, layer: Any, name: str, way: Way, given: Inputs) -> Any:
    """What a method of the layer returns when it is called so with these arguments."""
    args, kwargs = given
    kwargs = {**kwargs, **way.besides}
    returned = trial.seeded(getattr(layer, name), args, kwargs)
    if way.again:
        returned = trial.seeded(getattr(layer, name), *trial.keras.map(_zeros, (args, kwargs)))
    return returned


def _zeros(leaf: Any) -> Any:
    return leaf * 0 if getattr(leaf, "dtype", None) is not None else leaf


def given_to(trial: Trial, function: Any) -> Inputs | None:
    """The arguments to call it with; None where it needs others."""
    args, kwargs = trial.case.inputs()
    parameters = list(inspect.signature(function).parameters.values())[1:]
    needed = [p for p in parameters if p.default is p.empty and p.kind in (0, 1, 3)]
    sized = {p.name: SIZED[p.name] for p in parameters if p.name in SIZED}
    names = {p.name for p in needed}
    if names <= sized.keys():
        return (), sized
    if names <= {"other", "layer", "model"}:
        return (), {name: trial.ready() for name in names}
    alike = len(needed) == len(args) and not kwargs and all(p.kind != 3 for p in needed)
    return (args, sized) if alike else None


measure = Measured(
    name="methods",
    about=Measure.OUTPUTS,
    meaning="what other public methods return, and the weights that they change",
    judges=(
        arrays(RETURNED.name, "what a method returns"),
        arrays(LEFT.name, "the value that a method leaves"),
    ),
    observations=(Observation(fact=CALLED, observe=observe, arrays=(RETURNED, LEFT)),),
)
