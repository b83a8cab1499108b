"""A layer of another dtype → what it says of itself there, and what its public methods return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, Judged, Pair
from ..general_judges import arrays, differing
from ..measured import Arrays, Fact, Measured, Observation
from .method_effects import CALLED, RETURNED, Way, answer, given_to, ways_besides

if TYPE_CHECKING:
    from ...probe.trial import Trial

MIXED = Arrays(name="method under mixed_bfloat16", tolerance=6e-2)
"""Numbers are computed in another dtype than that of the weights."""
GIVEN = Arrays(name="method with a dtype")
"""And that is another one than the dtype of all other layers."""
DTYPES = {MIXED: "mixed_bfloat16", GIVEN: "float64"}
USUAL, FAILS = "float32", "fails: "
SAYS: Fact[dict[str, dict[str, str]]] = Fact("other dtypes")
Told = dict[str, str]
Make = Callable[[], Any]


def observe(trial: Trial) -> dict[str, Told] | None:
    """Attributes that name a dtype, dtypes of a symbolic output; results of methods are kept."""
    methods = CALLED.of({"facts": trial.facts}).value or []
    names = [name for name, text in trial.said.items() if USUAL in text]
    if not (methods or names or _tells_dtypes(trial)):
        return None
    return {dtype: _of(trial, group, names, methods) for group, dtype in DTYPES.items()}


def _of(trial: Trial, group: Arrays, names: list[str], methods: list[str]) -> Told:
    with _with_dtype(trial, group) as made:
        layer = _called(trial, made)
        told = {name: _attribute(trial, layer, name) for name in names}
        if _tells_dtypes(trial):
            told["its symbolic output"] = trial.text_of(lambda: _symbolic(trial, made()))
    for name in methods:
        for way in ways_besides(getattr(trial.case.cls, name)):
            if _has_answered(trial, name, way):
                told[way.of(name)] = trial.text_of(partial(_keep, trial, group, name, way), FAILS)
    return told


def _has_answered(trial: Trial, name: str, way: Way) -> bool:
    """Does it repeat itself with the usual dtype?"""
    start = f"{RETURNED.name}/{way.of(name)} "
    return any(key.startswith(start) for key in trial.arrays)


def _called(trial: Trial, made: Make) -> Any:
    """A layer with the agreed weights; one that is only made where it cannot be called so."""
    layer = made()
    try:
        trial.call(layer)
    except Exception:
        return made()
    trial.give_state(layer)
    return layer


def _attribute(trial: Trial, layer: Any, name: str) -> str:
    return trial.text_of(lambda: getattr(layer, name))


def _tells_dtypes(trial: Trial) -> bool:
    """Does the class tell by itself what a call gives, dtypes too?"""
    theirs = (trial.keras.layers.Layer, trial.keras.Model)
    name = "compute_output_spec"
    return all(getattr(trial.case.cls, name, None) != getattr(one, name, None) for one in theirs)


def _symbolic(trial: Trial, layer: Any) -> list[str]:
    args, kwargs = trial.symbols()
    return _dtypes(trial, layer(*args, **kwargs))


@contextmanager
def _with_dtype(trial: Trial, group: Arrays) -> Iterator[Make]:
    """What makes layers of the dtype: under a policy, or where they are given it, if they can be.

    Where it is given, all other layers keep theirs.
    """
    dtype = DTYPES[group]
    if group is GIVEN and _takes(trial, dtype):
        trial.clear()
        yield lambda: trial.case.made_with({"dtype": dtype})
    else:
        with trial.under(dtype):
            yield trial.case.make


def _takes(trial: Trial, dtype: str) -> bool:
    trial.clear()
    try:
        return bool(trial.case.made_with({"dtype": dtype}).compute_dtype == dtype)
    except Exception:
        return False


def _keep(trial: Trial, group: Arrays, name: str, way: Way) -> list[str]:
    """The dtypes of what a method returns, which is kept."""
    given = given_to(trial, getattr(trial.case.cls, name)) or ((), {})
    with _with_dtype(trial, group) as made:
        returned = answer(trial, _called(trial, made), name, way, given)
        told = trial.plain_leaves(returned)
    named = {f"{way.of(name)} {index}": one for index, one in enumerate(told)}
    known = {key for key in named if trial.kept_before(group, key)} if trial.theirs else {*named}
    trial.keep_named(group, {key: one for key, one in named.items() if key in known})
    return _dtypes(trial, returned)


def _dtypes(trial: Trial, result: Any) -> list[str]:
    dtypes = [getattr(leaf, "dtype", "") for leaf in trial.keras.flatten(result)]
    return [str(getattr(dtype, "name", dtype)) for dtype in dtypes]


def _same(pair: Pair) -> Iterator[Judged]:
    """What both versions can say; whether an attribute is still there is asked elsewhere."""
    before, after = SAYS.both(pair)
    if not before.value or not pair.runs_after:
        return
    for dtype, was in before.value.items():
        now = (after.value or {}).get(dtype, {})
        other = [name for name in differing(was, now) if not was[name].startswith(FAILS)]
        if other:
            what = f"with the dtype `{dtype}`, `{other[0]}`"
            yield BROKEN, f"{what} was {was[other[0]]} and is {now[other[0]]}"
            return
    yield KEPT, ""


measure = Measured(
    name="other dtypes",
    about=Measure.OUTPUTS,
    meaning="what methods return, and dtypes in attributes, with `mixed_bfloat16` and `float64`",
    judges=(
        _same,
        *(
            arrays(one.name, f"with `{dtype}`, what a method returns")
            for one, dtype in DTYPES.items()
        ),
    ),
    observations=(Observation(fact=SAYS, observe=observe, arrays=(MIXED, GIVEN)),),
)
