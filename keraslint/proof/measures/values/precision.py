"""A layer under other dtype policies → its dtypes, and what it computes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays, equal
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

# A few steps of rounding: what is added in another order is rounded elsewhere.
BFLOAT = Arrays(name="mixed_bfloat16", tolerance=6e-2)
HALF = Arrays(name="mixed_float16", tolerance=8e-3, overflows=True)
DOUBLE = Arrays(name="float64", tolerance=1e-9)
POLICIES = (BFLOAT, HALF, DOUBLE)
FACTORS = {HALF.name: (1.0, 3e2, 1e-4)}
"""Half precision overflows and underflows soon: there, the size of the inputs tells most."""
DTYPES: Fact[dict[str, Any]] = Fact("mixed precision")


def observe(trial: Trial) -> dict[str, Any]:
    """Dtypes of outputs and variables under each policy; the outputs are kept."""
    told = {}
    for policy in POLICIES:
        try:
            told[policy.name] = _under(trial, policy)
        except Exception as error:
            told[policy.name] = {"fails": type(error).__name__}
    return told


def _under(trial: Trial, policy: Arrays) -> dict[str, Any]:
    with trial.under(policy.name):
        layer = trial.case.make()
        outputs = trial.call(layer)
        kinds = [str(getattr(leaf, "dtype", "")) for leaf in trial.keras.flatten(outputs)]
        weights = {key: str(v.dtype) for key, v in trial.variables(layer).items()}
        if trial.give_state(layer):
            for factor in FACTORS.get(policy.name, (1.0,)):
                args, kwargs = trial.scaled(factor)
                named = enumerate(trial.flat(trial.seeded(layer, args, kwargs)))
                trial.keep_named(policy, {f"{index} × {factor:g}": one for index, one in named})
    return {"outputs": kinds, "weights": weights}


measure = Measured(
    name="mixed precision",
    about=Measure.OUTPUTS,
    meaning="dtypes and outputs under `mixed_bfloat16`, `mixed_float16` and `float64`",
    judges=(
        equal(DTYPES.name, "its dtypes under another dtype policy"),
        *(arrays(one.name, f"the output under `{one.name}`") for one in POLICIES),
    ),
    observations=(Observation(fact=DTYPES, observe=observe, arrays=POLICIES),),
)
