"""A name from outside the project and outside Keras → what may still be said of it."""

from __future__ import annotations

import builtins
import re
import sys

from keraslint.project.names.definitions import External
from keraslint.project.names.keras_api import Symbol

BUILTINS = frozenset(dir(builtins))
_NO_KERAS = frozenset({"tensorflow", "numpy", "torch", "jax", "pandas", *sys.stdlib_module_names})
_SISTER_LAYER = re.compile(r"(?:keras_\w+|tensorflow_addons)\.(?:\w+\.)*layers\.[A-Z]\w*[a-z]\w*")


def foreign(name: str) -> Symbol | External:
    """A name from a package whose text is not to be had; Keras' sister packages keep a habit."""
    if _SISTER_LAYER.fullmatch(name):
        return Symbol(name=name, kind="layer", guessed=True)
    return External(name)


def is_foreign(name: str) -> bool:
    """Whether a name surely belongs to a library that has no Keras layers of its own."""
    return name in BUILTINS or name.partition(".")[0] in _NO_KERAS
