"""One case of a layer as it is → what its life shows, and the lines at which it ends."""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from ..attempts import attempt
from ..cases.case import Case
from ..coverage.recorder import RECORDER
from ..keras_versions.in_use import KERAS
from ..measure_case import label_of
from ..observations.build_and_call import built_alone, look
from ..observations.other_owners import cloned
from ..observations.public_surface import with_base_arguments
from ..observations.round_trips import (
    FILES,
    Shelf,
    as_functional,
    copied,
    from_config,
    load_called_weights,
    load_functional,
    load_owner,
    load_weights,
    save,
)
from ..observations.training_run import (
    frozen_before_build,
    frozen_once_built,
    gradients,
    outputs_in_training,
    with_a_mask,
)
from ..trial import Trial
from ..variable_paths import anatomy, state
from .branches import branches, runs_new
from .precisions import in_precision
from .real_fit import real_fit
from .remade_layers import (
    forgotten_arguments,
    forgotten_settings,
    pinned_by_building,
    set_too_early,
)
from .state_made import never_active, second_call, untracked

Look = Callable[[Trial, Shelf], Any]
POLICIES = ("mixed_bfloat16", "mixed_float16")


@dataclass(kw_only=True)
class Patient(Trial):
    """A trial that notes at which line of the class's file each error came."""

    blamed: dict[str, int] = field(default_factory=dict)

    def observe(self, name: str, measure: Callable[[], Any]) -> Any:
        """Note what `measure` returns under `name`, or its error and the line to blame."""

        def noting() -> Any:
            try:
                return measure()
            except (Exception, SystemExit) as error:
                line = _line_of(error, self.case.cls)
                if line:
                    self.blamed[name] = line
                raise

        return super().observe(name, noting)


def _line_of(error: BaseException, cls: Any) -> int:
    """The innermost line of the class's own file that an error passed."""
    try:
        file = inspect.getfile(cls)
    except (OSError, TypeError):
        return 0
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 0 for f in reversed(frames) if f.filename == file), 0)


def _alone(look_at: Callable[[Any], Any]) -> Look:
    return lambda trial, _: look_at(trial)


def _loaded(file: str, load: Callable[[Any, Shelf], Any]) -> Look:
    """Load a file that was written to its end."""

    def look_at(trial: Trial, shelf: Shelf) -> Any:
        is_broken = trial.facts["saved"].get(file)  # the weights have no entry of their own
        whole = (shelf.folder / file).exists() and not is_broken
        return load(trial, shelf) if whole else None

    return look_at


# The health that asks for it (empty: several do), the name of the fact, and how it is observed.
# Training comes last: it may use the layer up.
LOOKS: tuple[tuple[str, str, Look], ...] = (
    ("", "built alone", _alone(partial(built_alone, as_list=False))),
    ("", "functional", _alone(as_functional)),
    ("made", "base arguments", _alone(with_base_arguments)),
    ("made", "set too early", _alone(set_too_early)),
    ("", "second call", _alone(second_call)),
    ("trained", "untracked", _alone(untracked)),
    ("trained", "outputs in training", _alone(outputs_in_training)),
    ("trained", "gradients", _alone(gradients)),
    ("", "deep copy", _alone(copied)),
    ("", "saved", lambda trial, shelf: save(trial, shelf, legacy=False)),
    ("loaded", "functional reload", _loaded(FILES[0], load_functional)),
    ("loaded", "owner reload", _loaded(FILES[1], load_owner)),
    ("loaded", "weights reload", _loaded(FILES[2], load_weights)),
    ("loaded", "called weights reload", _loaded(FILES[2], load_called_weights)),
    ("cloned", "from config", _alone(from_config)),
    ("cloned", "cloned", _alone(cloned)),
    ("cloned", "forgotten arguments", _alone(forgotten_arguments)),
    ("cloned", "pinned by building", _alone(pinned_by_building)),
    ("cloned", "forgotten settings", _alone(forgotten_settings)),
    *(
        ("mixed precision", policy, _alone(partial(in_precision, policy=policy)))
        for policy in POLICIES
    ),
    ("masked", "masked", _alone(with_a_mask)),
    ("frozen", "frozen before build", _alone(frozen_before_build)),
    ("trained", "never active", _alone(never_active)),
    ("trained", "fit", _alone(real_fit)),
    ("frozen", "frozen once built", _alone(frozen_once_built)),
)


def examine_all(
    cases: Sequence[Case], folder: Path, stage: Callable[[str], None], *, given: bool
) -> list[dict[str, Any]]:
    """Look at the first case, at those that are `given`, and at such as run more of the class."""
    entries = [examine(cases[0], folder / "0", stage)]
    passed = set(entries[0]["passed"])
    called = entries[0]["facts"].get("called")
    outputs = called["outputs"] if isinstance(called, dict) and "outputs" in called else []
    others = [case for case in cases[1:] if given or runs_new(case, passed)]
    for case in chain(others, branches(cases[0], outputs, passed) if outputs else ()):
        entries.append(examine(case, folder / f"{len(entries)}", stage))
        passed.update(entries[-1]["passed"])
    return entries


def examine(
    case: Case, folder: Path, stage: Callable[[str], None], skip: Collection[str] = ()
) -> dict[str, Any]:
    """Look at everything that some health depends on, but for the healths to `skip`."""
    RECORDER.begin()
    trial, shelf = Patient(case=case), Shelf(folder, (case.cls.__name__,))
    folder.mkdir(parents=True, exist_ok=True)
    stage("calling the layer")
    parts: list[tuple[str, str, str]] = []
    with KERAS.knowing(_nameable(case)):
        if look(trial):
            parts += _parts(trial.again())
            attempt(partial(_as_it_holds, trial))
            for health, name, observe in LOOKS:
                if health not in skip:
                    stage(f"looking at `{name}`")
                    trial.observe(name, partial(observe, trial, shelf))
    facts = {**trial.facts, "own build": trial.facts.get("build parameters") is not None}
    return {
        "recipe": case.text,
        "label": str(attempt(lambda: label_of(case))),
        "is model": issubclass(case.cls, KERAS.Model),
        "facts": facts,
        "blamed": trial.blamed,
        "passed": RECORDER.taken(),
        "given": None,
        "parts": parts or list(_written(case.cls, "")),
    }


def _parts(layer: Any) -> list[tuple[str, str, str]]:
    """The classes at work in a layer: access path, file (none for those of Keras), and name."""
    children = anatomy(layer).children
    return [
        part for path, one in [("", layer), *children.items()] for part in _written(type(one), path)
    ]


def _written(cls: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if KERAS.owns(cls):
        yield path, "", cls.__qualname__
        return
    for one in cls.__mro__:
        if KERAS.owns(one):
            return
        try:
            yield path, os.path.realpath(inspect.getfile(one)), one.__qualname__
        except (OSError, TypeError):  # made by code
            continue


def _as_it_holds(trial: Trial) -> None:
    """Let the agreed state be one that the layer can hold: some keep one weight by two names."""
    trial.state = state(trial.again())


def _nameable(case: Case) -> dict[str, Any]:
    """The classes and functions of the layer's module, which whoever loads a file knows."""
    return {
        name: value
        for name, value in case.space.items()
        if (isinstance(value, type) or inspect.isfunction(value))
        and getattr(value, "__module__", None) == case.cls.__module__
    }
