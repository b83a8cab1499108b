"""A class → the Keras that it is written for, 2 or 3, and what says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from keraslint.project.facts.module_facts import ModuleSummary, keras_version
from keraslint.project.files.requirements import Requirement
from keraslint.project.names.definitions import ClassRef, Lineage
from keraslint.project.names.name_resolution import Load

_Seen = set[tuple[str, str]]
"""Names that were asked for, each with the file that asks."""
_ROOTS = {"tf_keras": 2, "keras": 3, "keras_core": 3, "tensorflow": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The Keras that a class is written for; `says` is why, `sure` that it is no mere default.

    Where it is a name that this Keras alone has, that is the `name`.
    """

    keras: int
    says: str = ""
    name: str = ""

    @property
    def sure(self) -> bool:
        return bool(self.says)


_IMPORTED = Target(keras=2, says="their imports")


def target_of(
    ref: ClassRef,
    lineage: Lineage,
    load: Load,
    required: Callable[[str], Requirement | None],
    by_names: Callable[[str], Mapping[int, tuple[str, str]]],
) -> Target:
    """What imports say that mean one Keras only, then requirements, then names that one has.

    `tensorflow.keras` and `keras` mean what the requirements say.
    """
    if _by_origin(lineage, load) == 2:
        return _IMPORTED
    return target_of_module(ref.module, required, by_names)


def target_of_module(
    module: ModuleSummary,
    required: Callable[[str], Requirement | None],
    by_names: Callable[[str], Mapping[int, tuple[str, str]]],
) -> Target:
    """The same for a module, of whose classes nothing is asked."""
    if keras_version(module) == 2:
        return _IMPORTED
    found = required(module.path)
    if found is not None:
        return Target(keras=found.keras, says=found.says)
    names = by_names(module.path)
    if len(names) != 1:  # nothing tells, or it is written for both
        return Target(keras=3)
    ((keras, (name, path)),) = names.items()
    elsewhere = f" in `{_seen_from(module.path, path)}`" if path != module.path else ""
    says = f"`{name}`{elsewhere}, which only Keras {keras} has"
    return Target(keras=keras, says=says, name=name)


def _seen_from(path: str, other: str) -> str:
    """Another file, as it is written from the folder of the first."""
    folder = Path(path).absolute().parent
    return Path(os.path.relpath(Path(other).absolute(), folder)).as_posix()


def _by_origin(lineage: Lineage, load: Load) -> int:
    """2 if the module from which the project gets its `keras` says so."""
    names = {
        (item.module.path, base.partition(".")[0]): item.module
        for item in lineage.chain
        for base in item.summary.bases
    }
    origins = {_origin(module, name, load, set()) for (_, name), module in names.items()}
    return 2 if 2 in origins else 3


def _origin(module: ModuleSummary, name: str, load: Load, seen: _Seen) -> int | None:
    """The Keras that a name leads to; of two imports, the one that is tried first."""
    if name in module.imports:
        return _meant(module.imports[name][0], module.path, load, seen)
    return _by_stars(module, load, seen) if name not in module.classes else None


def _meant(target: str, asker: str, load: Load, seen: _Seen) -> int | None:
    root = target.partition(".")[0]
    if root in _ROOTS:
        return 2 if target.startswith("tensorflow.python.keras") else _ROOTS[root]
    if (target, asker) in seen:
        return None
    seen.add((target, asker))
    module = load(target, asker)
    if module is not None:
        return _by_stars(module, load, seen)
    parent, _, name = target.rpartition(".")
    module = load(parent, asker) if parent else None
    return _origin(module, name, load, seen) if module is not None else None


def _by_stars(module: ModuleSummary, load: Load, seen: _Seen) -> int | None:
    """The Keras that a module hands on with `import *`."""
    return _meant(module.stars[0], module.path, load, seen) if module.stars else None
