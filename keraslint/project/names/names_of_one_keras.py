"""A text → names and calls in it that only one Keras has: a cheap look, when nothing else tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from keraslint.project.names import keras_api

Told = tuple[tuple[int, str], ...]
"""For each Keras, 2 or 3, a name that it alone has."""

_DOTTED = tuple(re.compile(rf"{word}(?:\.\w+)+") for word in ("keras", "layers"))
_BEFORE = re.compile(r"(?<![\w.])(?:(?:tensorflow|tf)\.(?:compat\.v1\.)?)?\Z")
_LONGEST = len(" tensorflow.compat.v1.")
_FROM = re.compile(
    r"^[ \t]*from[ \t]+((?:tensorflow\.)?keras[\w.]*)[ \t]+import[ \t]*(?:\(([^)]*)\)|([^\n(]+))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#.*")
_STILL = frozenset(
    """keras.legacy keras.optimizers.legacy keras.preprocessing.text keras.utils.legacy
    keras.src keras.api""".split()
)
"""Modules that Keras 3 has as well, if not for everybody."""
_ONCE = frozenset(
    """activations applications backend callbacks callbacks_v1 constraints datasets engine estimator
    experimental feature_column initializers layers legacy legacy_tf_layers losses metrics
    mixed_precision models objectives optimizer_v1 optimizer_v2 optimizers premade preprocessing
    regularizers saving utils wrappers""".split()
)
"""The modules of Keras 2: another name is a slip, and stands in a comment."""
_STILL_LAYERS = frozenset({"RandomHeight", "RandomWidth", "ThresholdedReLU"})
_NEW = frozenset(
    """keras.ops keras.random keras.tree keras.distribution keras.quantizers keras.export
    keras.dtype_policies keras.distillation keras.visualization""".split()
)


_ADDONS = re.compile(r"^[ \t]*(?:import|from)[ \t]+tensorflow_addons\b", re.MULTILINE)
_OWN_KERAS = re.compile(r"^[ \t]*(?:import|from)[ \t]+keras\b", re.MULTILINE)
_NAME_FIRST = re.compile(r"self\.add_weight\(\s*f?[\"']")
_RATE = re.compile(r"([\w.]+)\(\s*lr\s*=")
_REFUSED = (
    ("fit_generator()", "_generator(", re.compile(r"\.(?:fit|predict|evaluate)_generator\(")),
    (
        "ModelCheckpoint(period=…)",
        "period=",
        re.compile(r"\bModelCheckpoint\((?:[^()]|\([^()]*\))*\bperiod="),
    ),
    (
        "save(save_format='tf')",
        "save_format=",
        re.compile(r"\.save\((?:[^()]|\([^()]*\))*\bsave_format=[\"']tf[\"']"),
    ),
    (
        "save_weights('….h5')",
        ".save_weights(",
        re.compile(r"\.save_weights\((?:[^()]|\([^()]*\))*(?<!\.weights)\.(?:h5|hdf5|ckpt)[\"']"),
    ),
)
"""Calls that only Keras 2 takes: a word for each, what is in all of them, and how they look."""
_OPTIMIZERS = re.compile(r"(?:^|\.)optimizers\.\w+$")


def told_in(text: str) -> Told:
    """Look for names that only one Keras has."""
    if "keras" not in text and "tensorflow_addons" not in text:
        return ()
    found: dict[int, str] = {}
    for name in sorted({*_names(text)}):
        keras = _only(name)
        if keras is not None:
            found.setdefault(keras, name)
    if "tensorflow_addons" in text and _ADDONS.search(text):
        found.setdefault(2, "tensorflow_addons")
    return tuple(sorted(found.items()))


def refused_in(text: str) -> str:
    """Look for a call that Keras 3 refuses, `""` if there is none.

    Whoever writes one in code for Keras 3 has made a mistake: it says less than a name does.
    """
    if "keras" not in text:
        return ""
    if "self.add_metric(" in text and "def add_metric" not in text:
        return "add_metric"
    if ".add_weight(" in text and _NAME_FIRST.search(text) and not _OWN_KERAS.search(text):
        return "add_weight(name, …)"
    if "optimizers" in text and _is_given_lr(text):
        return "lr="
    return next((name for name, part, call in _REFUSED if part in text and call.search(text)), "")


def _is_given_lr(text: str) -> bool:
    """Whether an optimizer of Keras is given its learning rate by the name of Keras 2."""
    callees = {match[1] for match in _RATE.finditer(text)}
    if not callees:
        return False
    own = {name.rpartition(".")[2] for name in _names(text) if "keras.optimizers." in name}
    return any(_OPTIMIZERS.search(name) or name in own for name in callees)


def _names(text: str) -> Iterator[str]:
    for pattern in _DOTTED:  # each begins with letters: that is looked for much faster
        for match in pattern.finditer(text):
            before = _BEFORE.search(text, max(match.start() - _LONGEST, 0), match.start())
            if before is not None:
                yield _whole(before[0] + match[0])
    for match in _FROM.finditer(text):
        for part in _COMMENT.sub("", match[2] or match[3]).split(","):
            words = part.split()
            if words:
                yield f"{match[1]}.{words[0]}"


def _whole(name: str) -> str:
    if name.startswith("layers."):
        return f"keras.{name}"
    return f"tensorflow.{name[len('tf.') :]}" if name.startswith("tf.") else name


@cache
def _only(name: str) -> int | None:
    """The Keras that alone has a name, `None` when both have it or it is not Keras'."""
    if name.startswith("tensorflow.compat.v1.keras"):
        return 2
    symbol = keras_api.lookup(name)
    if symbol is None:
        return None
    if any(f"{symbol.name}.".startswith(f"{module}.") for module in _NEW):
        return 3
    last = symbol.name.rpartition(".")[2]
    if symbol.legacy and symbol.kind == "layer" and last not in _STILL_LAYERS:
        return 2
    return 2 if _is_gone(name) else None


def _is_gone(name: str) -> bool:
    """Whether it stands in a module that Keras 3 has no more."""
    parts = name.removeprefix("tensorflow.").split(".")
    if parts[0] != "keras" or len(parts) < 2 or parts[1] not in _ONCE:
        return False
    inside = next((n for n, part in enumerate(parts) if not part.islower()), len(parts) - 1)
    module = ".".join(parts[: max(inside, 1)])
    symbol = keras_api.lookup(module)
    known = module == "keras" or (symbol is not None and symbol.kind != "unknown")
    return not known and not any(f"{module}.".startswith(f"{still}.") for still in _STILL)
