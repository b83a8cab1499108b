"""Sequences that the constructor takes → the layer for other kinds of them, also emptied later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, Judged, Pair
from ..general_judges import arrays, differing
from ..measured import Arrays, Fact, Measured, Observation
from .nested_values import emptied, is_plain, of_kind, shown

if TYPE_CHECKING:
    from ...probe.trial import Trial

Kind = Callable[[Any], Any]
KINDS: Mapping[str, Kind] = {"a list": list, "a tuple": tuple, "an iterator": iter}
EMPTIED = "a list that is emptied later"
OUTPUTS = Arrays(name="other sequences")
TOLD: Fact[dict[str, dict[str, str]]] = Fact("other sequences")
WORKS = " works"
"""Kept for each way to make the layer that works before: only these are asked of it after."""
USUAL, FAILS = "the sequences of the recipe", "fails"
MOST_ALONE = 3
MADE_ANEW = r"\b(?:tuple|list|set|sorted|iter|dict)\(\s*{name}\b"


def observe(trial: Trial) -> dict[str, dict[str, str]] | None:
    """Configuration, attributes and weights for each kind; the outputs are kept.

    All sequences are given as one kind; where that fails, each for itself. The version after is
    asked for what has worked before.
    """
    if trial.theirs:
        labels = trial.names_before(OUTPUTS, WORKS)
        told = {label: _given(trial, _names_in(label), label) for label in labels}
        return {USUAL: _said(trial, trial.layer), **told}
    names = [*_sequences(trial)]
    if not names:
        return None
    told = {USUAL: _said(trial, trial.layer)}
    alone = [[name] for name in names[:MOST_ALONE]] if len(names) > 1 else []
    for kind in _other_kinds(trial, names):
        for some in [names, *alone]:
            label = f"{' and '.join(f'`{name}`' for name in some)} as {kind}"
            told[label] = _given(trial, some, label)
            if some is names and FAILS not in told[label]:
                break
    return told


def _sequences(trial: Trial) -> dict[str, Any]:
    """The arguments that are lists, tuples or dicts, and numbers that may be sequences as well."""
    found = {}
    for name, value in _arguments(trial).items():
        if isinstance(value, (list, tuple, dict)) and value:
            found[name] = value
        elif type(value) is int and _is_made_anew(trial, name):
            found[name] = _sequence(value)
    return found


def _sequence(value: Any) -> Any:
    return (value, value) if type(value) is int else value


def _is_made_anew(trial: Trial, name: str) -> bool:
    """Does the class make a sequence of its own of it?"""
    from ...probe.coverage.class_source import sources_of

    return re.search(MADE_ANEW.format(name=re.escape(name)), sources_of(trial.case.cls)) is not None


def _arguments(trial: Trial) -> dict[str, Any]:
    """Those of the constructor, made anew; defaults included."""
    from ...probe.cases.constructor_arguments import named_arguments

    return named_arguments(trial.case.cls, *trial.case.real_arguments())


def _other_kinds(trial: Trial, names: list[str]) -> Iterator[str]:
    given = _sequences(trial)
    for label, kind in (("a list", list), ("a tuple", tuple)):
        if any(value != of_kind(value, kind) for value in given.values()):
            yield label
    if any(_is_made_anew(trial, name) for name in names):
        yield "an iterator"
    yield EMPTIED


def _names_in(label: str) -> list[str]:
    return re.findall(r"`(\w+)`", label)


def _given(trial: Trial, names: list[str], label: str) -> dict[str, str]:
    """What the layer is when these arguments are of the kind that the label tells."""
    try:
        layer = _made(trial, names, label.rpartition(" as ")[2])
        trial.call(layer)
        told = _said(trial, layer)
        outputs = trial.run(layer) if trial.give_state(layer) else []
    except Exception as error:
        return {FAILS: type(error).__name__}
    kept = {f"{label} {index}": one for index, one in enumerate(outputs)}
    trial.keep_named(OUTPUTS, {**kept, f"{label}{WORKS}": trial.numbers(1)})
    return told


def _made(trial: Trial, names: list[str], kind: str) -> Any:
    from ...probe.cases.case import Construction, by_name

    trial.clear()
    args, kwargs = by_name(trial.case.cls, Construction(*trial.case.real_arguments()))
    usual = _arguments(trial)
    given = {name: of_kind(_sequence(usual[name]), KINDS.get(kind, list)) for name in names}
    layer = trial.case.cls(*args, **{**kwargs, **given})
    if kind == EMPTIED:
        emptied(list(given.values()))
    return layer


def _said(trial: Trial, layer: Any) -> dict[str, str]:
    """What it tells of itself, lists and tuples told apart."""
    told = {}
    for name in trial.facts.get("attributes", ()):
        value = getattr(layer, name, None)
        if isinstance(value, (list, tuple, dict)) and is_plain(value):
            told[f"the attribute `{name}`"] = shown(value)
    for name, value in _config(layer).items():
        if isinstance(value, (list, tuple, dict)) and is_plain(value):
            told[f"`{name}` in its configuration"] = shown(value)
    shapes = [tuple(one.shape) for one in trial.variables(layer).values()]
    return {**told, "the shapes of its weights": str(shapes)}


def _config(layer: Any) -> dict[str, Any]:
    """Empty where Keras cannot tell one."""
    try:
        return dict(layer.get_config())
    except Exception:
        return {}


def _same(pair: Pair) -> Iterator[Judged]:
    before, after = TOLD.both(pair)
    if not before.value or not pair.runs_after:
        return
    for label, was in before.value.items():
        now = (after.value or {}).get(label, {})
        other = differing(was, now)
        if FAILS not in was and (other or FAILS in now):
            what = f"{other[0]} was {was[other[0]]} and is {now[other[0]]}" if other else ""
            yield BROKEN, f"for {label}, {what or f'it works no more: {now[FAILS]}'}"
            return
    yield KEPT, ""


measure = Measured(
    name="other sequences",
    about=Measure.OUTPUTS,
    meaning="lists, tuples and iterators in the place of each other, also if they change later",
    judges=(_same, arrays(OUTPUTS.name, "the output")),
    observations=(Observation(fact=TOLD, observe=observe, arrays=(OUTPUTS,)),),
)
