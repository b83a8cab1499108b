"""A name from outside the project and outside Keras → what may still be said of it."""

from __future__ import annotations

import builtins
import re
import sys

from keraslint.project.names.definitions import External
from keraslint.project.names.keras_api import Symbol

BUILTINS = frozenset(dir(builtins))
_NO_KERAS = frozenset({"tensorflow", "numpy", "torch", "jax", "pandas", *sys.stdlib_module_names})
_SISTER_LAYER = re.compile(
    r"(?:keras_\w+|tensorflow_addons|tensorflow_probability)\.(?:\w+\.)*layers\.[A-Z]\w*[a-z]\w*"
)
_SISTER_MODEL = re.compile(r"keras_(?:hub|nlp|cv)\.(?:\w+\.)*models\.[A-Z]\w*Backbone")
_LAYERS = {
    "tensorflow_addons": frozenset(
        """ESNCell LayerNormLSTMCell LayerNormSimpleRNNCell NASCell PeepholeLSTMCell""".split()
    ),
    "tensorflow_model_optimization": frozenset(
        """ClusterWeights PruneLowMagnitude QuantizeAnnotate QuantizeLayer QuantizeWrapper
        QuantizeWrapperV2""".split()
    ),
}
"""Layers that packages of Keras' neighbourhood have in modules that are not called `layers`."""


def foreign(name: str) -> Symbol | External:
    """A name from a package whose text is not to be had; Keras' sister packages keep a habit."""
    package, last = name.partition(".")[0], name.rpartition(".")[2]
    if _SISTER_LAYER.fullmatch(name) or last in _LAYERS.get(package, ()):
        return Symbol(name=name, kind="layer", guessed=True)
    if _SISTER_MODEL.fullmatch(name):
        return Symbol(name=name, kind="model", guessed=True)
    return External(name)


def is_foreign(name: str) -> bool:
    """Whether a name surely belongs to a library that has no Keras layers of its own."""
    return name in BUILTINS or name.partition(".")[0] in _NO_KERAS
