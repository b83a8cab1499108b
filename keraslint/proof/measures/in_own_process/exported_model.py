"""A functional model that is exported and loaded again → its outputs."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays, probed
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

SERVED = Arrays(name="exported")
EXPORTED: Fact[bool] = Fact("export")


def observe(trial: Trial) -> bool:
    """Export a functional model of the layer; what the exported one computes is kept."""

    from ...probe.call_arguments import arrays_of
    from ...probe.observations.round_trips import fed, functional

    layer = trial.fresh()
    model = functional(trial, layer)
    fed(trial, model)
    trial.give_state(layer)
    served = trial.keras.export(model, tempfile.mkdtemp(prefix="exported-"))
    trial.keep(SERVED, trial.flat(served(list(arrays_of(trial.case.inputs()).values()))))
    return True


measure = Measured(
    name="export",
    about=Measure.OUTPUTS,
    meaning="the outputs of a functional model that `export()` has written",
    judges=(
        probed(EXPORTED.name, "`export()`"),
        arrays(SERVED.name, "the output of the exported model"),
    ),
    observations=(Observation(fact=EXPORTED, observe=observe, arrays=(SERVED,)),),
)
