"""A class → the Keras that it is written for, as far as imports tell: 2 or 3."""

from __future__ import annotations

from keraslint.project.facts.module_facts import ModuleSummary, keras_version
from keraslint.project.names.definitions import ClassRef, Lineage
from keraslint.project.names.name_resolution import Load

_DEPTH = 8
_ROOTS = {"tf_keras": 2, "keras": 3, "keras_core": 3, "tensorflow": 3}


def keras_of(ref: ClassRef, lineage: Lineage, load: Load) -> int:
    """2 if the module says so, or the one from which the project gets its `keras`."""
    if keras_version(ref.module) == 2:
        return 2
    names = {
        (item.module.path, base.partition(".")[0]): item.module
        for item in lineage.chain
        for base in item.summary.bases
    }
    origins = {_origin(module, name, load, 0) for (_, name), module in names.items()}
    return 2 if 2 in origins else 3


def _origin(module: ModuleSummary, name: str, load: Load, depth: int) -> int | None:
    """The Keras that a name leads to; of two imports, the one that is tried first."""
    if name in module.imports:
        return _meant(module.imports[name][0], module.path, load, depth)
    return _by_stars(module, load, depth) if name not in module.classes else None


def _meant(target: str, asker: str, load: Load, depth: int) -> int | None:
    root = target.partition(".")[0]
    if root in _ROOTS:
        return 2 if target.startswith("tensorflow.python.keras") else _ROOTS[root]
    if depth > _DEPTH:
        return None
    module = load(target, asker)
    if module is not None:
        return _by_stars(module, load, depth + 1)
    parent, _, name = target.rpartition(".")
    module = load(parent, asker) if parent else None
    return _origin(module, name, load, depth + 1) if module is not None else None


def _by_stars(module: ModuleSummary, load: Load, depth: int) -> int | None:
    """The Keras that a module hands on with `import *`."""
    return _meant(module.stars[0], module.path, load, depth) if module.stars else None
