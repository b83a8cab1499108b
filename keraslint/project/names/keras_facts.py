"""What Keras does that `keras_api.json` does not hold: public names → how they behave.

Each fact is observed in the real Keras by `tests/test_keras_facts.py`.
"""

from __future__ import annotations

LAMBDA = "keras.layers.Lambda"
SEQUENTIAL = "keras.models.Sequential"

MAY_HAVE_NO_WEIGHTS = frozenset(
    f"keras.layers.{name}"
    for name in ("Layer", "Attention", "AdditiveAttention", "Normalization", "STFTSpectrogram")
)
"""Layers that have weights only for some arguments, or none that a file could lose."""

WEIGHTS_BY_SWITCHES = {
    "keras.layers.LayerNormalization": frozenset({"center", "scale"}),
    "keras.layers.GroupNormalization": frozenset({"center", "scale"}),
}
"""Layers that have no weights when all of these arguments are `False`."""

BUILDS_LAYERS = frozenset({"keras.layers.MultiHeadAttention", "keras.layers.GroupQueryAttention"})
"""Layers that create layers with weights in their own `build()`."""

ADDS_NO_WEIGHTS = frozenset({"keras.layers.RNN", "keras.layers.TimeDistributed"})
"""Wrappers that have no weights besides those of the layer that they are given."""

TAKES_AND_SAVES_NOTHING = frozenset({"keras.layers.AbstractRNNCell"})
"""Bases of Keras 2 without `__init__` and `get_config()`: a class on them is one on `Layer`."""

MAKES_A_LAYER = frozenset({"keras.layers.deserialize", "keras.models.clone_model"})
"""Functions that return a new layer or model."""

BEGINS_A_MODEL = frozenset(
    {"keras.layers.Input", "keras.layers.InputLayer", "keras.models.Model", SEQUENTIAL}
)
"""What is called where a model is put together from layers."""

VARIABLES = frozenset({"keras.Variable", "tensorflow.Variable", "tensorflow.compat.v1.Variable"})
SEED_GENERATORS = frozenset({"keras.random.SeedGenerator"})

RANDOM_INITIALIZERS = frozenset(
    """GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform Orthogonal
    OrthogonalInitializer RandomNormal RandomUniform TruncatedNormal VarianceScaling""".split()
)
"""Initializers that draw the same numbers whenever they are called for one shape."""
RANDOM_BY_ALIAS = frozenset({"normal", "uniform"})
"""Texts that `initializers.get()` takes for one of them, and that no class is called by."""

ACTIVATION_ARGUMENTS = frozenset({"activation", "recurrent_activation"})
"""Arguments of Keras' layers that are saved as functions: by name, or as bytecode."""

ALL_CHILDREN = frozenset(
    "layers _layers submodules _flatten_layers _trackable_children __dict__".split()
)
"""Attributes of a layer or model through which all its children can be reached."""

BUILD_CONFIG = frozenset({"build_from_config", "get_build_config"})
"""Methods by which a class says itself how loading builds it."""

ALWAYS_SAVED = frozenset({"name", "trainable", "dtype"})
"""What `Layer.get_config()` gives, and `Layer.__init__` takes."""

LAYER_TAKES = ALWAYS_SAVED | {
    *("activity_regularizer", "autocast", "input_shape", "batch_input_shape"),
}
"""What `Layer.__init__` takes as keywords, in Keras 2 or 3."""

SOMETIMES_SAVED = frozenset(
    """activity_regularizer alpha autocast batch_size fill_value flash_attention input_tensor
    gptq_unpacked_column_size implementation lora_alpha lora_rank mask output_shape params
    quantization_config seed shape sparse state use_cudnn variables weights""".split()
)
"""Parameters of Keras' layers that a configuration holds sometimes, or never."""

TAKEN_OUT = frozenset({"layer", "cell", "cells", "backward_layer"})
"""What `from_config()` of Keras' own wrappers takes out of the configuration."""

OWN_FILES = ("save_assets", "load_assets", "save_own_variables", "load_own_variables")
"""Methods by which a layer saves and loads more than its configuration and weights."""

GETTERS = frozenset(
    f"keras.{module}.get"
    for module in ("activations", "constraints", "initializers", "regularizers")
)
"""Functions that turn what a configuration can hold into an object, which can be saved again."""
