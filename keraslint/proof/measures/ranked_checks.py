"""Everything that is judged about one case of two versions, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...diagnostic import Health, Measure
from .behaviour import called, functional, made, output_form, runs
from .case_pair import About, Clause, Judge, Pair, warned
from .general_judges import arrays, equal, probed
from .health import (
    built_alone,
    frozen,
    in_order,
    old_file,
    repeats,
    survives,
    thawed,
    their_build,
    trains,
)
from .in_own_process import compiled_training, exported_model
from .interface import (
    base_settings,
    given_configuration,
    handed_in,
    low_rank,
    method_effects,
    other_dtypes,
    other_sequences,
    reachable,
    weight_names,
)
from .meanings import OLDER_MEANINGS
from .measured import Arrays, Measured, Observation
from .public_interface import (
    attributes,
    base_arguments,
    old_configurations,
    public_names,
    refuses,
    signatures,
)
from .shapes import unknown_sizes
from .structure import (
    build_parameters,
    children,
    config,
    initial,
    initializers,
    names,
    order,
    shared,
    unbuilt,
    weights,
)
from .training import frozen_call, inference_gradients, own_training
from .values import (
    equal_starts,
    precision,
    small_weights,
    special_values,
    unrolled,
    whole_masks,
)

OWNER = "after save and load inside an owner that builds the layer"
FILE = "after save and load inside a functional model"
SEQUENTIAL = "after save and load inside a `Sequential`"
PLAIN = "after save and load inside a model without `build()`"
WEIGHTS = "after `load_weights` into an owner that builds the layer"
TRAINING = "outputs in training"
R, CK = Health.RELOADS, Measure.CHECKPOINT
W, O, G, C = Measure.WEIGHTS, Measure.OUTPUTS, Measure.GRADIENTS, Measure.CONFIG  # noqa: E741


def _rows(measure: Measured) -> tuple[tuple[str, About, Judge], ...]:
    return tuple((measure.name, measure.about, judge) for judge in measure.judges)


CHECKS: tuple[tuple[str, About, Judge], ...] = (
    ("constructs", None, made),
    ("calls", None, called),
    ("weights", W, weights),
    ("output form", O, output_form),
    ("outputs", O, arrays("inference", "the output")),
    ("outputs", O, probed("outputs", "calling it with the old weights")),
    ("order of weights", W, order),
    ("sub-layers", W, children),
    ("initial values", W, initial),
    ("initial values", W, initializers),
    ("initial values", W, equal("given seeds", "which random generator starts from a given seed")),
    ("initial values", W, arrays("constant", "the value that is no random number")),
    *_rows(equal_starts.measure),
    ("outputs in training", O, arrays("training", "the output in training", TRAINING)),
    ("outputs in training", O, probed("outputs in training", "calling it in training")),
    ("losses", O, arrays("loss", "the added loss")),
    ("losses", O, arrays("training loss", "the loss added in training", TRAINING)),
    ("other magnitudes", O, arrays("small", "the output for inputs close to nothing")),
    ("other magnitudes", O, arrays("smaller", "the output for inputs of nearly nothing")),
    ("other magnitudes", O, arrays("half small", "the output for small inputs")),
    ("other magnitudes", O, arrays("large", "the output for large inputs")),
    ("other sizes", O, arrays("resized", "the output for a batch of one")),
    ("other sizes", O, arrays("longer", "the output of the same layer for longer inputs")),
    ("masks", O, arrays("mask", "the output's mask")),
    ("masks", O, arrays("masked", "the output for a masked input")),
    ("masks", O, probed("masked", "a call with a masked input")),
    ("masks", O, equal("masks", "`supports_masking`")),
    *_rows(special_values.measure),
    *_rows(small_weights.measure),
    *_rows(whole_masks.measure),
    *_rows(unrolled.measure),
    ("reloads: owner", R, survives("owner reload", OWNER)),
    ("reloads: functional", R, survives("functional reload", FILE)),
    ("reloads: weights", R, survives("weights reload", WEIGHTS)),
    ("reloads: sequential", R, survives("sequential reload", SEQUENTIAL)),
    ("reloads: plain", R, survives("plain reload", PLAIN)),
    ("reloads: clone", R, survives("cloned", "in a clone of a functional model")),
    ("reloads: legacy", R, survives("legacy file", "after save and load as `.h5`")),
    ("reloads: checkpoint", R, survives("checkpoint reload", "restored before the first call")),
    ("reloads: called", R, survives("called weights reload", "after `load_weights` once called")),
    ("builds", Health.BUILDS, built_alone("built alone", "`build(shape)` alone")),
    ("builds", Health.BUILDS, built_alone("built with a list", "`build([…])` with a list")),
    ("builds", Health.BUILDS, their_build),
    ("reloads: copy", R, survives("deep copy", "after `copy.deepcopy`")),
    ("reloads: config", R, survives("from config", "made again from its configuration")),
    (
        "old file: functional",
        CK,
        old_file("old functional", "functional reload", "a `.keras` file"),
    ),
    ("old file: owner", CK, old_file("old owner", "owner reload", "the `.keras` file of an owner")),
    (
        "old file: weights",
        CK,
        old_file("old weights", "called weights reload", "a `.weights.h5` file"),
    ),
    (
        "old file: sequential",
        CK,
        old_file("old sequential", "sequential reload", "the `.keras` file of a `Sequential`"),
    ),
    (
        "old file: plain",
        CK,
        old_file("old plain", "plain reload", "the `.keras` file of a model without `build()`"),
    ),
    ("old file: legacy", CK, old_file("old legacy", "legacy reload", "a legacy `.h5` file")),
    ("old file: checkpoint", CK, old_file("old checkpoint", "checkpoint reload", "a checkpoint")),
    ("set_weights", CK, in_order),
    *_rows(weight_names.measure),
    ("reloads: warnings", R, lambda pair: warned(pair, "functional reload")),
    ("reloads: warnings", R, lambda pair: warned(pair, "owner reload")),
    ("reloads: warnings", R, lambda pair: warned(pair, "weights reload")),
    ("reloads: warnings", R, lambda pair: warned(pair, "sequential reload")),
    ("reloads: warnings", R, lambda pair: warned(pair, "plain reload")),
    ("freezes", Health.FREEZES, frozen("frozen before build", "before build")),
    ("freezes", Health.FREEZES, frozen("frozen once built", "once built")),
    ("freezes", Health.FREEZES, thawed),
    ("trains", Health.TRAINS, trains),
    ("repeats", Health.REPEATS, repeats("outputs", "in inference")),
    ("repeats", Health.REPEATS, repeats("outputs in training", "in training")),
    *_rows(frozen_call.measure),
    ("updates in training", G, arrays("moved", "the value after a call in training", TRAINING)),
    ("gradients", G, arrays("gradient", "the gradient", TRAINING)),
    ("gradients", G, probed("gradients", "taking gradients")),
    *_rows(inference_gradients.measure),
    ("training steps", G, arrays("step", "the value after five steps of SGD", TRAINING)),
    ("training steps", G, probed("fit", "`fit`")),
    *_rows(own_training.measure),
    *_rows(low_rank.measure),
    ("config", C, config("config", "before build")),
    ("config", C, config("config once built", "once built")),
    ("config", C, old_configurations),
    *_rows(given_configuration.measure),
    ("build parameters", Measure.CHECKPOINT, build_parameters),
    ("functional model", O, functional),
    ("output shape", O, equal("output shape", "`compute_output_shape`")),
    *_rows(precision.measure),
    *_rows(unknown_sizes.measure),
    ("open shapes", O, equal("open shapes", "its symbolic output where sizes are unknown")),
    ("open shapes", O, equal("traced", "its symbolic output in training")),
    ("open shapes", O, arrays("graph", "the output of a graph where sizes are unknown", TRAINING)),
    ("open shapes", O, probed("graph", "a graph of it where sizes are unknown")),
    ("base arguments", C, base_arguments),
    *_rows(base_settings.measure),
    ("signatures", C, signatures),
    ("public names", C, public_names),
    *_rows(method_effects.measure),
    *_rows(other_dtypes.measure),
    *_rows(reachable.measure),
    ("attributes", C, attributes),
    *_rows(handed_in.measure),
    *_rows(other_sequences.measure),
    ("refusals", C, refuses),
    ("instances", W, shared),
    ("calls of call()", Measure.CALLS, runs),
    ("warnings", None, lambda pair: warned(pair, "called")),
    ("warnings", None, lambda pair: warned(pair, "built alone")),
    ("warnings", None, lambda pair: warned(pair, "functional")),
    ("unbuilt sub-layers", None, unbuilt),
    ("random draws", None, names("draws", "under the same seed, the first value of")),
    ("captured dtypes", None, names("captured dtypes", "the dtype of")),
    ("names", None, names("paths", "the path that Keras makes up for")),
    ("seed paths", None, names("seed paths", "the path of the random generator")),
)


MEASURES: tuple[Measured, ...] = (
    equal_starts.measure,
    special_values.measure,
    small_weights.measure,
    whole_masks.measure,
    unrolled.measure,
    frozen_call.measure,
    inference_gradients.measure,
    precision.measure,
    unknown_sizes.measure,
    reachable.measure,
    base_settings.measure,
    handed_in.measure,
    other_sequences.measure,
    given_configuration.measure,
    weight_names.measure,
    low_rank.measure,
    method_effects.measure,
    other_dtypes.measure,
    own_training.measure,
)
"""In the order in which they are observed: the last ones train."""
NOT_MEASURED: Mapping[int, Mapping[str, str]] = {
    2: {
        "low-rank tuning": "Keras 2 has no `enable_lora()`",
        "seed paths": "random generators of Keras 2 keep no variable in the layer",
    },
    3: {},
}
"""What one Keras has not, and why."""
APART: tuple[Measured, ...] = (compiled_training.measure, exported_model.measure)
"""On request only: what they try may end the process."""
OBSERVATIONS: tuple[Observation, ...] = tuple(o for m in MEASURES for o in m.observations)
KEPT_ARRAYS: dict[str, Arrays] = {
    group.name: group
    for measure in (*MEASURES, *APART)
    for one in measure.observations
    for group in one.arrays
}
MEANINGS: dict[str, str] = {**OLDER_MEANINGS, **{one.name: one.meaning for one in MEASURES}}


def clauses_of(pair: Pair) -> Iterator[Clause]:
    """All clauses of one case, the most telling first."""
    for rank, (name, about, judge) in enumerate(CHECKS):
        for status, detail in judge(pair):
            yield Clause(rank=rank, name=name, about=about, status=status, detail=detail)
