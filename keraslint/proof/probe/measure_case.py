"""One case of one version → all facts about it, and its arrays in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..measures.measured import FULL, GLANCE, LIGHT, SAVED, Observation
from ..measures.ranked_checks import OBSERVATIONS
from .attempts import attempt, failed
from .cases.case import Case, Change
from .cases.recipe_inputs import leaves
from .coverage.effects import effect_of
from .coverage.given_values import given_values
from .coverage.recorder import RECORDER
from .keras_versions.in_use import KERAS
from .observations.against_before import CALLED, against, plainly_other, versus
from .observations.build_and_call import built_alone, look
from .observations.checkpoints import load_checkpoint, write_checkpoint
from .observations.other_inputs import (
    MAGNITUDES,
    MORE_MAGNITUDES,
    changes_epsilon,
    magnitudes,
    open_shapes,
    resized,
)
from .observations.other_owners import OTHERS, cloned, save_others
from .observations.public_surface import with_base_arguments
from .observations.renamed_configs import old_configurations
from .observations.round_trips import (
    FILES,
    Shelf,
    as_functional,
    copied,
    from_config,
    load_called_weights,
    load_functional,
    load_legacy,
    load_owner,
    load_weights,
    reload,
    save,
)
from .observations.training_run import (
    captured_dtypes,
    fit,
    frozen_before_build,
    frozen_once_built,
    gradients,
    outputs_in_training,
    shared_with_second,
    thawed,
    with_a_mask,
)
from .trial import Trial

CHANGE = "change.json"
KINDS_OF_INPUT = {"ints": "of whole numbers", "bools": "of truth values"}
Stage = Callable[[str], None]


@dataclass(kw_only=True)
class Place:
    """Where the measurements of one version go, and where those of the other one are.

    `brief`: a case is left off once weights or outputs are seen to be other ones, and further
    owners are left out where they would show what a functional model has shown.
    `unusable` are changes under which no case can be measured; `shown`, facts that were observed.
    `steady`, `finite`: in the cases of the recipes, calls repeat and outputs are numbers.
    `fatal` are changes under which an earlier process ended.
    """

    folder: Path
    theirs: Path | None
    names: tuple[str, ...]
    stage: Stage
    brief: bool = False
    steady: bool = False
    finite: bool = False
    unusable: list[Change] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    fatal: frozenset[Change] = frozenset()

    @contextmanager
    def trying(self, change: Change) -> Iterator[None]:
        """Note under which change the process is, for whoever finds it ended."""
        note = self.folder / CHANGE
        note.write_text(json.dumps(asdict(change)), encoding="utf-8")
        try:
            yield
        finally:
            note.unlink()

    def shelf(self, index: int) -> Shelf:
        """The folder of one case."""
        folder = self.folder / f"{index}"
        folder.mkdir(parents=True, exist_ok=True)
        return Shelf(folder, self.names)

    def their_shelf(self, index: int) -> Shelf:
        """The folder of the same case of the other version."""
        assert self.theirs is not None
        return Shelf(self.theirs / f"{index}", self.names)


def measure(
    case: Case,
    index: int,
    place: Place,
    depth: int,
    theirs: dict[str, Any] | None = None,
    deepen: Callable[[dict[str, Any]], int] | None = None,
) -> dict[str, Any]:
    """Measure one case; `theirs` are the facts of the version before, if this is the one after.

    `deepen` chooses the depth anew when the outputs have been seen; a case that no condition can
    depend on is not asked for gradients.
    """
    RECORDER.begin()
    trial = Trial(case=case, steady=place.steady and depth < FULL)
    shelf = place.shelf(index)
    label = attempt(lambda: label_of(case))
    where = label if isinstance(label, str) else "the case"
    if theirs is not None:
        trial.theirs = _read(place.their_shelf(index).folder / "arrays.npz")
    place.stage(f"calling the layer for {where}")
    settled = False
    works = look(trial)
    trial.in_calls = RECORDER.taken()
    if works:
        once = depth == GLANCE
        if theirs is not None and (place.brief or once):
            settled = _is_settled(trial, theirs) or once
        if not settled:
            depth = _look_on(trial, depth, place, (where, shelf), theirs, deepen)
    np.savez(shelf.folder / "arrays.npz", **trial.arrays)
    return {
        "recipe": case.text,
        "change": asdict(case.change),
        "label": where,
        "depth": depth,
        "settled": settled,
        "facts": trial.facts,
        "passed": RECORDER.taken(),
        "passed in calls": trial.in_calls,
        "effect": effect_of(trial.facts, trial.arrays),
        "given": attempt(lambda: given_values(case)),
    }


def measure_apart(
    case: Case, place: Place, observations: tuple[Observation, ...]
) -> dict[str, Any]:
    """Measure a case by these observations alone."""
    trial, shelf = Trial(case=case), place.shelf(0)
    label = attempt(lambda: label_of(case))
    if place.theirs is not None:
        trial.theirs = _read(place.their_shelf(0).folder / "arrays.npz")
    if look(trial):
        for one in observations:
            place.stage(f"trying {one.fact.name}")
            trial.observe(one.fact.name, partial(one.observe, trial))
    np.savez(shelf.folder / "arrays.npz", **trial.arrays)
    if place.theirs is not None:
        trial.facts["versus"] = versus(trial.theirs, trial.arrays)
    return {"label": str(label), "facts": trial.facts}


def _is_settled(trial: Trial, theirs: dict[str, Any]) -> bool:
    """Do weights or outputs differ so plainly that no further measurement can change it?"""
    trial.facts["versus"] = versus(trial.theirs, trial.arrays, CALLED)
    return plainly_other(theirs, trial.facts)


def _look_on(
    trial: Trial,
    depth: int,
    place: Place,
    case: tuple[str, Shelf],
    theirs: dict[str, Any] | None,
    deepen: Callable[[dict[str, Any]], int] | None,
) -> int:
    """Measure what a call has not shown; give the depth to which it was done."""
    where, shelf = case
    trial.observe("outputs in training", lambda: outputs_in_training(trial))
    trial.in_calls = RECORDER.taken()
    if depth > LIGHT or deepen or "gradients" in (theirs or ()):
        trial.observe("gradients", lambda: gradients(trial))
    depth = deepen(trial.facts) if deepen else depth
    if depth >= SAVED or changes_epsilon(trial.case.change):
        trial.observe("magnitudes", lambda: magnitudes(trial, MAGNITUDES))
    if depth >= SAVED:
        place.stage(f"saving and loading the layer for {where}")
        _look_closer(trial)
        _save_and_load(trial, shelf, depth)
        first = depth >= FULL and shelf.folder.name == "0"
        if first and not _are_told(trial, place, theirs):
            _in_other_owners(trial, shelf)
    if theirs is not None and depth >= SAVED:
        against(trial, place.their_shelf(int(shelf.folder.name)), shelf, theirs)
    if depth >= FULL:
        known = None if theirs is None else theirs.get("old configurations")
        if not failed(known):
            trial.observe("old configurations", lambda: old_configurations(trial, known))
    place.stage(f"training the layer for {where}")
    _train(trial, depth, place, theirs)
    if theirs is not None:
        trial.facts["versus"] = versus(trial.theirs, trial.arrays)
    return depth


def baseline_error(entry: dict[str, Any]) -> str:
    """Why a case cannot be a baseline; empty when it can."""
    for name in ("made", "called"):
        value = entry["facts"].get(name)
        if failed(value):
            return str(value.get("error", value))
    return ""


def _train(trial: Trial, depth: int, place: Place, theirs: dict[str, Any] | None) -> None:
    """The layer that was called first is used up here: it ends frozen, thawed and trained."""
    if depth >= SAVED:
        trial.observe("frozen before build", lambda: frozen_before_build(trial))
    if depth >= FULL:
        trial.observe("masked", lambda: with_a_mask(trial))
        trial.observe("more magnitudes", lambda: magnitudes(trial, MORE_MAGNITUDES))
        trial.observe("resized", lambda: resized(trial))
        trial.observe("base arguments", lambda: with_base_arguments(trial))
        trial.observe("shared", lambda: shared_with_second(trial))
        trial.observe("captured dtypes", lambda: captured_dtypes(trial))
    _measures(trial, depth, place, theirs)
    if depth >= FULL:
        trial.observe("fit", lambda: fit(trial))
        trial.observe("frozen once built", lambda: frozen_once_built(trial))
        trial.observe("thawed", lambda: thawed(trial))
        trial.observe("open shapes", lambda: open_shapes(trial))


def _measures(trial: Trial, depth: int, place: Place, theirs: dict[str, Any] | None) -> None:
    """Observe what each measure asks for; of the version after, what the one before has shown."""
    for one in OBSERVATIONS:
        name = one.fact.name
        if theirs is not None:
            wanted = _is_shown(theirs.get(name))
        else:
            wanted = depth >= one.depth or (one.retried and name not in place.shown)
        if wanted and _is_shown(trial.observe(name, partial(one.observe, trial))):
            place.shown.add(name)


def _is_shown(value: Any) -> bool:
    return value is not None and not failed(value)


def _are_told(trial: Trial, place: Place, theirs: dict[str, Any] | None) -> bool:
    """Is it plain what clones and owners that build nothing would do? Asked of the version before.

    They, too, come about by making the layer, calling it on symbols and filling its weights: where
    that brings back all of a functional model, they tell nothing new.
    """
    if theirs is not None:
        return "saved in others" not in theirs
    return place.brief and _is_whole(trial.facts.get("functional reload"))


def _in_other_owners(trial: Trial, shelf: Shelf) -> None:
    trial.observe("cloned", lambda: cloned(trial))
    trial.observe("saved in others", lambda: save_others(trial, shelf))
    for file, name, load in OTHERS:
        reload(trial, shelf, trial.facts["saved in others"], f"{name} reload", file, load)


def label_of(case: Case) -> str:
    """The shapes of a case's inputs and what else it changes, for messages."""
    asked = case.asked()
    inputs = enumerate(leaves((asked.args, asked.kwargs)))
    shapes = [str(case.change.to_input(one, index).shape) for index, one in inputs]
    word = "input" if len(shapes) == 1 else "inputs"
    changed = [f"`{name}={value!r}`" for name, value in case.change.arguments]
    dropped = [f"without `{name}`" for name in (*case.change.without, *case.change.keys)]
    dropped += [f"of numbers below {case.change.below}"] if case.change.below else []
    which = "" if case.change.alone is None else f"with input {case.change.alone + 1} "
    dropped += [f"{which}{KINDS_OF_INPUT[case.change.kind]}"] if case.change.kind else []
    dropped += [f"in a list of {case.change.items}"] if case.change.items else []
    changed += [f"`{name}={text}`" for name, text in (*case.change.made, *case.change.given)]
    having = [f"with {', '.join(changed)}"] if changed else []
    return " ".join([f"{word} {', '.join(shapes)}", *having, *dropped])


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _look_closer(trial: Trial) -> None:
    trial.observe("built alone", lambda: built_alone(trial, as_list=False))
    trial.observe("built with a list", lambda: built_alone(trial, as_list=True))
    trial.observe("functional", lambda: as_functional(trial))
    trial.observe("output shape", lambda: _output_shape(trial))


def _output_shape(trial: Trial) -> Any:
    cls = trial.case.cls
    if cls.compute_output_shape in (
        KERAS.layers.Layer.compute_output_shape,
        KERAS.Model.compute_output_shape,
    ):
        return "not defined"
    kind, shapes = trial.shapes_for(trial.layer.compute_output_shape)
    if kind == "one":
        shape = shapes if isinstance(shapes, dict) else tuple(shapes)
        return str(trial.fresh().compute_output_shape(shape))
    return str(trial.called().compute_output_shape(**shapes))


def _save_and_load(trial: Trial, shelf: Shelf, depth: int) -> None:
    trial.observe("deep copy", lambda: copied(trial))
    trial.observe("saved", lambda: save(trial, shelf, legacy=depth >= FULL))
    loads = {
        "functional reload": (FILES[0], load_functional),
        "owner reload": (FILES[1], load_owner),
        "weights reload": (FILES[2], load_weights),
        "legacy reload": (FILES[3], load_legacy),
    }
    for name, (file, load) in loads.items():
        reload(trial, shelf, trial.facts["saved"], name, file, load)
    if KERAS.generation == 2 and depth >= FULL:
        _in_older_files(trial, shelf)
    _loaded_once_called(trial, shelf)
    if _is_whole(trial.facts.get("functional reload")):
        trial.facts["from config"] = {"outputs": True}  # loading made it from its configuration
    else:
        trial.observe("from config", lambda: from_config(trial))


def _in_older_files(trial: Trial, shelf: Shelf) -> None:
    """What most people save with Keras 2: `.h5` files, which hold names, and checkpoints."""
    wrong = {"error": trial.facts["saved"].get(FILES[3], "")}
    trial.facts["legacy file"] = trial.facts.get("legacy reload", wrong)
    trial.observe("checkpoint", lambda: write_checkpoint(trial, shelf))
    trial.observe("checkpoint reload", lambda: load_checkpoint(trial, shelf))


def _loaded_once_called(trial: Trial, shelf: Shelf) -> None:
    """What a called owner loads; the same as a built one, if building alone makes every weight."""
    built, reloaded = trial.facts["built alone"], trial.facts.get("weights reload")
    weights = sorted(weight["key"] for weight in trial.facts["weights"])
    if _is_whole(reloaded) and not failed(built) and built["weights"] == weights:
        trial.facts["called weights reload"] = reloaded
    elif (shelf.folder / FILES[2]).exists():
        trial.observe("called weights reload", lambda: load_called_weights(trial, shelf))


def _is_whole(reloaded: Any) -> bool:
    """Did all weights and outputs survive?"""
    if not isinstance(reloaded, dict) or failed(reloaded):
        return False
    return not reloaded["lost"] and bool(reloaded["outputs"])
