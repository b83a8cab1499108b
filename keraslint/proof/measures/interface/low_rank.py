"""Sub-layers that are tuned by `enable_lora()` → what the layer computes with them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from ....diagnostic import Measure
from ..general_judges import arrays, equal
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

RANK = 2
TUNED = Arrays(name="lora")
TRAINED: Fact[list[str]] = Fact("lora")


def observe(trial: Trial) -> list[str] | None:
    """The weights that train once every sub-layer that can is tuned so; outputs are kept."""
    import numpy as np

    tunable = [path for path, one in trial.children().items() if hasattr(one, "enable_lora")]
    if not tunable:
        return None
    layer = trial.ready()
    children = trial.children(layer)
    for path in tunable:
        if children[path].built:  # Keras refuses the others, whoever asks
            children[path].enable_lora(RANK)
    for key, variable in trial.variables(layer).items():
        if "lora" in key:
            random = np.random.RandomState(zlib.crc32(key.encode()) % 2**31)
            variable.assign(random.uniform(-0.5, 0.5, tuple(variable.shape)))
    trial.keep(TUNED, trial.run(layer))
    keys = {id(variable): key for key, variable in trial.variables(layer).items()}
    trial.keras.clear()
    return sorted(keys.get(id(one), "?") for one in layer.trainable_weights)


measure = Measured(
    name="low-rank tuning",
    about=Measure.OUTPUTS,
    meaning="outputs and trainable weights once `enable_lora()` was called on the sub-layers",
    judges=(
        equal(TRAINED.name, "what trains after `enable_lora()`"),
        arrays(TUNED.name, "the output after `enable_lora()`"),
    ),
    observations=(Observation(fact=TRAINED, observe=observe, arrays=(TUNED,)),),
)
