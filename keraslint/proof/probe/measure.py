"""One case of one version → all facts about it, and its arrays in a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from .against import against
from .bench import Bench, attempt, failed
from .case import Case, Change, leaves
from .looking import built_alone, look
from .owning import OTHERS, cloned, save_others
from .reviving import old_configurations
from .saving import (
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
    save,
)
from .strain import MAGNITUDES, MORE_MAGNITUDES, changes_epsilon, magnitudes, open_shapes, resized
from .surface import methods, with_base_arguments
from .training import (
    captured_dtypes,
    fit,
    frozen_before_build,
    frozen_once_built,
    gradients,
    in_mixed_precision,
    outputs_in_training,
    shared_with_second,
    thawed,
    with_a_mask,
)
from .versus import CALLED, plainly_other, versus

LIGHT, SAVED, FULL = 0, 1, 2
Stage = Callable[[str], None]


@dataclass
class Place:
    """Where the measurements of one version go, and where those of the other one are.

    `brief`: a case is left off once weights or outputs are seen to be other ones, and further
    owners are left out where they would show what a functional model has shown.
    `unusable` are changes under which no case can be measured.
    `steady`, `finite`: in the cases of the recipes, calls repeat and outputs are numbers.
    """

    folder: Path
    theirs: Path | None
    names: tuple[str, ...]
    stage: Stage
    brief: bool = False
    steady: bool = False
    finite: bool = False
    unusable: list[Change] = field(default_factory=list)

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
    bench = Bench(case, steady=place.steady and depth < FULL)
    shelf = place.shelf(index)
    label = attempt(lambda: label_of(case))
    where = label if isinstance(label, str) else "the case"
    if theirs is not None:
        bench.theirs = _read(place.their_shelf(index).folder / "arrays.npz")
    place.stage(f"calling the layer for {where}")
    settled = False
    if look(bench):
        settled = theirs is not None and place.brief and _is_settled(bench, theirs)
        if not settled:
            depth = _look_on(bench, depth, place, (where, shelf), theirs, deepen)
    np.savez(shelf.folder / "arrays.npz", **bench.arrays)
    return {
        "recipe": case.text,
        "change": asdict(case.change),
        "label": where,
        "depth": depth,
        "settled": settled,
        "facts": bench.facts,
    }


def _is_settled(bench: Bench, theirs: dict[str, Any]) -> bool:
    """Do weights or outputs differ so plainly that no further measurement can change it?"""
    bench.facts["versus"] = versus(bench.theirs, bench.arrays, CALLED)
    return plainly_other(theirs, bench.facts)


def _look_on(
    bench: Bench,
    depth: int,
    place: Place,
    case: tuple[str, Shelf],
    theirs: dict[str, Any] | None,
    deepen: Callable[[dict[str, Any]], int] | None,
) -> int:
    """Measure what a call has not shown; give the depth to which it was done."""
    where, shelf = case
    bench.observe("outputs in training", lambda: outputs_in_training(bench))
    if depth > LIGHT or deepen or "gradients" in (theirs or ()):
        bench.observe("gradients", lambda: gradients(bench))
    depth = deepen(bench.facts) if deepen else depth
    if depth >= SAVED or changes_epsilon(bench.case.change):
        bench.observe("magnitudes", lambda: magnitudes(bench, MAGNITUDES))
    if depth >= SAVED:
        place.stage(f"saving and loading the layer for {where}")
        _look_closer(bench)
        _save_and_load(bench, shelf, depth)
        first = depth >= FULL and shelf.folder.name == "0"
        if first and not _are_told(bench, place, theirs):
            _in_other_owners(bench, shelf)
    if theirs is not None and depth >= SAVED:
        against(bench, place.their_shelf(int(shelf.folder.name)), shelf, theirs)
    if depth >= FULL:
        known = None if theirs is None else theirs.get("old configurations")
        if not failed(known):
            bench.observe("old configurations", lambda: old_configurations(bench, known))
    place.stage(f"training the layer for {where}")
    _train(bench, depth)
    if theirs is not None:
        bench.facts["versus"] = versus(bench.theirs, bench.arrays)
    return depth


def baseline_error(entry: dict[str, Any]) -> str:
    """Why a case cannot be a baseline; empty when it can."""
    for name in ("made", "called"):
        value = entry["facts"].get(name)
        if failed(value):
            return str(value.get("error", value))
    return ""


def _train(bench: Bench, depth: int) -> None:
    """The layer that was called first is used up here: it ends frozen, thawed and trained."""
    if depth >= SAVED:
        bench.observe("frozen before build", lambda: frozen_before_build(bench))
    if depth >= FULL:
        bench.observe("masked", lambda: with_a_mask(bench))
        bench.observe("more magnitudes", lambda: magnitudes(bench, MORE_MAGNITUDES))
        bench.observe("resized", lambda: resized(bench))
        bench.observe("methods", lambda: methods(bench))
        bench.observe("base arguments", lambda: with_base_arguments(bench))
        bench.observe("shared", lambda: shared_with_second(bench))
        bench.observe("captured dtypes", lambda: captured_dtypes(bench))
        bench.observe("mixed precision", lambda: in_mixed_precision(bench))
        bench.observe("fit", lambda: fit(bench))
        bench.observe("frozen once built", lambda: frozen_once_built(bench))
        bench.observe("thawed", lambda: thawed(bench))
        bench.observe("open shapes", lambda: open_shapes(bench))


def _are_told(bench: Bench, place: Place, theirs: dict[str, Any] | None) -> bool:
    """Is it plain what clones and owners that build nothing would do? Asked of the version before.

    They, too, come about by making the layer, calling it on symbols and filling its weights: where
    that brings back all of a functional model, they tell nothing new.
    """
    if theirs is not None:
        return "saved in others" not in theirs
    return place.brief and _is_whole(bench.facts.get("functional reload"))


def _in_other_owners(bench: Bench, shelf: Shelf) -> None:
    bench.observe("cloned", lambda: cloned(bench))
    bench.observe("saved in others", lambda: save_others(bench, shelf))
    for file, name, load in OTHERS:
        if (shelf.folder / file).exists():
            bench.observe(f"{name} reload", partial(load, bench, shelf))


def label_of(case: Case) -> str:
    """The shapes of a case's inputs and what else it changes, for messages."""
    asked = case.asked()
    inputs = enumerate(leaves((asked.args, asked.kwargs)))
    shapes = [str(case.change.to_input(one, index).shape) for index, one in inputs]
    word = "input" if len(shapes) == 1 else "inputs"
    changed = [f"`{name}={value!r}`" for name, value in case.change.arguments]
    dropped = [f"without `{name}`" for name in case.change.without]
    changed += [f"`{name}={text}`" for name, text in (*case.change.made, *case.change.given)]
    having = [f"with {', '.join(changed)}"] if changed else []
    return " ".join([f"{word} {', '.join(shapes)}", *having, *dropped])


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _look_closer(bench: Bench) -> None:
    bench.observe("built alone", lambda: built_alone(bench, as_list=False))
    bench.observe("built with a list", lambda: built_alone(bench, as_list=True))
    bench.observe("functional", lambda: as_functional(bench))
    bench.observe("output shape", lambda: _output_shape(bench))


def _output_shape(bench: Bench) -> Any:
    cls = bench.case.cls
    if cls.compute_output_shape in (
        keras.layers.Layer.compute_output_shape,
        keras.Model.compute_output_shape,
    ):
        return "not defined"
    config = bench.facts["build config"]
    shapes = config.get("shapes_dict") if isinstance(config, dict) else None
    if shapes is None:
        shape = tuple(config["input_shape"])
        return str(bench.fresh().compute_output_shape(shape))
    return str(bench.called().compute_output_shape(**{k: tuple(v) for k, v in shapes.items()}))


def _save_and_load(bench: Bench, shelf: Shelf, depth: int) -> None:
    bench.observe("deep copy", lambda: copied(bench))
    bench.observe("saved", lambda: save(bench, shelf, legacy=depth >= FULL))
    loads = {
        "functional reload": (FILES[0], load_functional),
        "owner reload": (FILES[1], load_owner),
        "weights reload": (FILES[2], load_weights),
        "legacy reload": (FILES[3], load_legacy),
    }
    for name, (file, load) in loads.items():
        if (shelf.folder / file).exists():
            bench.observe(name, partial(load, bench, shelf))
    _loaded_once_called(bench, shelf)
    if _is_whole(bench.facts.get("functional reload")):
        bench.facts["from config"] = {"outputs": True}  # loading made it from its configuration
    else:
        bench.observe("from config", lambda: from_config(bench))


def _loaded_once_called(bench: Bench, shelf: Shelf) -> None:
    """What a called owner loads; the same as a built one, if building alone makes every weight."""
    built, reloaded = bench.facts["built alone"], bench.facts.get("weights reload")
    weights = sorted(weight["key"] for weight in bench.facts["weights"])
    if _is_whole(reloaded) and not failed(built) and built["weights"] == weights:
        bench.facts["called weights reload"] = reloaded
    elif (shelf.folder / FILES[2]).exists():
        bench.observe("called weights reload", lambda: load_called_weights(bench, shelf))


def _is_whole(reloaded: Any) -> bool:
    """Did all weights and outputs survive?"""
    if not isinstance(reloaded, dict) or failed(reloaded):
        return False
    return not reloaded["lost"] and bool(reloaded["outputs"])
