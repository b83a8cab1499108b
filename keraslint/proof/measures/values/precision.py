"""A layer under other dtype policies → its dtypes, and what it computes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, MENDED, Judged, Pair, difference
from ..general_judges import arrays, probed
from ..measured import Arrays, Fact, Measured, Observation
from .special_inputs import TIES, special, wholly_masked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...probe.trial import Trial

# A few steps of rounding: what is added in another order is rounded elsewhere.
BFLOAT = Arrays(name="mixed_bfloat16", tolerance=6e-2)
HALF = Arrays(name="mixed_float16", tolerance=8e-3, overflows=True)
DOUBLE = Arrays(name="float64", tolerance=1e-9)
POLICIES = (BFLOAT, HALF, DOUBLE)
PARTLY = Arrays(name="float64 in parts", tolerance=1e-6)
"""Where a class itself asks for `float32`, the rounding of that is in what comes out."""
WIDE = Arrays(name="float64 throughout", tolerance=1e-9)
"""There, it is called once more while all that asks for `float32` gets `float64`."""
MOVED = Arrays(name="float64 moved", tolerance=1e-2)
"""And it tells how outputs move with inputs and weights that are not rounded on their way."""
LONG = Arrays(name="long mixed_bfloat16", tolerance=6e-2)
"""`bfloat16` counts in ones to 256 alone: positions and sums of ones are wrong beyond."""
LENGTH = 300
SPECIAL = Arrays(name="special mixed_float16", tolerance=HALF.tolerance, overflows=True)
"""A number that stands for "never", or for almost nothing, may be none in half precision."""
OUTPUTS = (*POLICIES, PARTLY, WIDE, MOVED, LONG, SPECIAL)
FACTORS = {HALF.name: (1.0, 3e2, 1e-4)}
"""Half precision overflows and underflows soon: there, the size of the inputs tells most."""
STEP = 1e-11
"""Far below the steps of `float32`, far above those of `float64`."""
DTYPES: Fact[dict[str, Any]] = Fact("mixed precision")
FAILS = "fails"


def observe(trial: Trial) -> dict[str, Any]:
    """Dtypes of outputs, in training too, and of variables; the outputs of inference are kept."""
    told = {}
    for policy in POLICIES:
        try:
            told[policy.name] = _under(trial, policy)
        except Exception as error:
            told[policy.name] = {FAILS: type(error).__name__}
    return told


def _under(trial: Trial, policy: Arrays) -> dict[str, Any]:
    with trial.under(policy.name):
        layer = trial.case.make()
        told = {"outputs": _dtypes(trial, trial.call(layer))}
        told["outputs in training"] = told["outputs"]  # also where it does not ask for `training`
        if trial.takes_training():
            told["outputs in training"] = _dtypes(trial, trial.call(layer, training=True))
        weights = {key: str(v.dtype) for key, v in trial.variables(layer).items()}
        if _may_compare(trial, policy) and trial.give_state(layer):
            kept = _outputs(trial, layer, FACTORS.get(policy.name, (1.0,)))
            in_parts = policy is DOUBLE and _rounds(trial, kept)
            trial.keep_named(PARTLY if in_parts else policy, kept)
            if policy is BFLOAT:
                trial.kept(LONG, lambda: _of_long(trial, layer))
            if policy is HALF:
                told["fails for"] = _of_special(trial, layer)
            if in_parts:
                trial.keep_named(MOVED, _movements(trial, layer))
    return {**told, "weights": weights}


def _may_compare(trial: Trial, policy: Arrays) -> bool:
    """Is there something of the version before to compare with, if this is the one after?"""
    groups = (policy, PARTLY) if policy is DOUBLE else (policy,)
    return not trial.theirs or any(trial.kept_before(one) for one in groups)


def _dtypes(trial: Trial, outputs: Any) -> list[str]:
    return [str(getattr(leaf, "dtype", "")) for leaf in trial.keras.flatten(outputs)]


def _outputs(trial: Trial, layer: Any, factors: tuple[float, ...] = (1.0,)) -> dict[str, Any]:
    """What it gives for the inputs of the case times each factor, by name."""
    return {
        f"{index} × {factor:g}": one
        for factor in factors
        for index, one in enumerate(trial.flat(trial.seeded(layer, *trial.scaled(factor))))
    }


def _of_special(trial: Trial, layer: Any) -> list[str]:
    """Keep the outputs for zeros, masks of one value, and wholly masked inputs; which fail."""
    inputs = dict(special(trial))
    inputs.pop(TIES, None)  # which of equal numbers is the largest is a matter of rounding here
    masked, count = wholly_masked(trial)
    if count:
        inputs["a whole mask"] = masked
    fails = []
    for name, given in inputs.items():
        try:
            outputs = trial.flat(trial.seeded(layer, *given))
        except Exception:
            fails.append(name)
        else:
            trial.keep_named(SPECIAL, {f"{name} {i}": one for i, one in enumerate(outputs)})
    return fails


def _of_long(trial: Trial, layer: Any) -> list[Any]:
    """The outputs where all sequences are repeated until they are long."""
    inputs = trial.mapped(_long)
    return trial.flat(trial.seeded(layer, *inputs)) if inputs is not None else []


def _long(array: Any) -> Any:
    """A sequence of numbers or of vectors again and again, cut to its length; None of others."""
    import numpy as np

    sequence = array.ndim == (3 if array.dtype.kind == "f" else 2)  # masks and tokens
    again = -(-LENGTH // max(array.shape[1], 1)) if sequence else 0
    return np.concatenate([array] * again, axis=1)[:, :LENGTH] if sequence else None


def _rounds(trial: Trial, outputs: dict[str, Any]) -> bool:
    """Is something in these outputs `float32` on its way, in the version before?"""
    if trial.theirs and not trial.kept_before(WIDE):
        return False
    from ...probe.attempts import attempt, failed

    wide = attempt(lambda: _throughout(trial))
    if failed(wide):
        return bool(trial.theirs)  # the rest is compared as before
    if not trial.theirs and all(
        trial.same(one, wide.get(key, one), DOUBLE.tolerance) for key, one in outputs.items()
    ):
        return False
    trial.keep_named(WIDE, wide)
    return True


def _throughout(trial: Trial) -> dict[str, Any]:
    """The outputs where all that asks for `float32` gets `float64`."""
    from ...probe.observations.single_precision import widened

    with trial.under(DOUBLE.name), widened(trial.case.cls):
        layer = trial.case.make()
        trial.call(layer)
        trial.give_state(layer)
        return _outputs(trial, layer)


def _throughout_agrees(pair: Pair) -> Iterator[Judged]:
    """Where the version after no longer runs so, mixed dtypes are the reason: nothing is said."""
    found = (pair.after["facts"].get("versus") or {}).get(WIDE.name)
    if found is not None and all(how for _, how in found["differs"]):
        yield from arrays(WIDE.name, f"the output under `{DOUBLE.name}`, inside, too,")(pair)


def _movements(trial: Trial, layer: Any) -> dict[str, Any]:
    """Differences of the outputs for tiny steps; before, those that a step thrice as large triples.

    A number that is rounded to `float32` stays where it is, or jumps.
    """
    found = {}
    for name, inputs, weights in (("inputs", STEP, 0), ("weights", 0, STEP)):
        at = [_stepped(trial, layer, inputs * times, weights * times) for times in (0, 1, 3)]
        for index, (start, one, three) in enumerate(zip(*at, strict=True)):
            key, small, large = f"{name} {index}", one - start, (three - start) / 3
            smooth = start.dtype == DOUBLE.name and trial.same(small / STEP, large / STEP, 1e-3)
            if trial.kept_before(MOVED, key) if trial.theirs else smooth:
                found[key] = small / STEP
    return found


def _stepped(trial: Trial, layer: Any, inputs: float, weights: float) -> list[Any]:
    from ...probe.variable_paths import transplant

    transplant({key: _moved(one, weights) for key, one in trial.state.items()}, layer)
    return trial.flat(trial.seeded(layer, *trial.mapped(lambda one: _moved(one, inputs))))


def _moved(array: Any, step: float) -> Any:
    """Each number a little larger, each by another part of itself."""
    import numpy as np

    if array.dtype.kind != "f":
        return array
    parts = np.random.RandomState(array.size % 2**31).uniform(0.5, 1.5, array.shape)
    return array.astype(DOUBLE.name) * (1 + step * parts)


def _same_dtypes(pair: Pair) -> Iterator[Judged]:
    """Under each policy with which the version before works at all."""
    before, after = pair.facts(DTYPES.name)
    if not isinstance(before, dict) or not isinstance(after, dict) or not pair.runs_after:
        return
    for policy, was in before.items():
        now = after.get(policy, {})
        if FAILS in was:
            if FAILS not in now:
                yield MENDED, f"for {pair.label} under `{policy}` it failed before: {was[FAILS]}"
        elif FAILS in now:
            yield BROKEN, f"for {pair.label} it worked under `{policy}`, and fails: {now[FAILS]}"
        elif was != now:
            parts = difference(was, now)
            yield BROKEN, f"for {pair.label} its dtypes under `{policy}` differ: {parts}"
        else:
            yield KEPT, ""


measure = Measured(
    name="mixed precision",
    about=Measure.OUTPUTS,
    meaning="dtypes and outputs under `mixed_bfloat16`, `mixed_float16` and `float64`",
    judges=(
        probed(DTYPES.name, "its calls under other dtype policies"),
        _same_dtypes,
        *(arrays(one.name, f"the output under `{one.name}`") for one in POLICIES),
        arrays(LONG.name, f"the output of long sequences under `{BFLOAT.name}`"),
        arrays(SPECIAL.name, f"the output for zeros and masks under `{HALF.name}`"),
        arrays(PARTLY.name, f"the output under `{DOUBLE.name}`"),
        _throughout_agrees,
        arrays(MOVED.name, f"how the output under `{DOUBLE.name}` moves"),
    ),
    observations=(Observation(fact=DTYPES, observe=observe, arrays=OUTPUTS),),
)
