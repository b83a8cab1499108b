"""A module's text → whether it saves or loads whole models, or their weights alone."""

from __future__ import annotations

import ast
import re
from enum import Flag, auto

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.syntax.node_walk import walk
from keraslint.project.syntax.parse import parse


class Saving(Flag):
    """What a program saves or loads of its models."""

    NOTHING = 0
    WEIGHTS = auto()
    WHOLE = auto()


_WEIGHTS = frozenset({"save_weights", "load_weights"})
_WHOLE = frozenset(
    """clone_model custom_object_scope deserialize_keras_object from_config load_model
    model_from_config model_from_json register_keras_serializable save save_model
    serialize_keras_object to_json""".split()
)
_CHECKPOINT = "ModelCheckpoint"
_MENTIONED = re.compile(rf"\b(?:{'|'.join(sorted(_WEIGHTS | _WHOLE | {_CHECKPOINT}))})\b")
_PARTS = ("save", "load", "clone_model", "custom", "serial", "config", "to_json", _CHECKPOINT)
"""One of them is in each of these names, and is found much faster."""


def saving_calls(text: str) -> Saving:
    """What the calls of a module save or load; a text that is not Python does nothing."""
    if not any(part in text for part in _PARTS) or not _MENTIONED.search(text):
        return Saving.NOTHING
    try:
        nodes = walk(parse(text).body)
    except (SyntaxError, ValueError, RecursionError):
        return Saving.NOTHING
    found = Saving.NOTHING
    for node in nodes:
        if isinstance(node, ast.Call):
            found |= _of(node)
    return found


def _of(call: ast.Call) -> Saving:
    name = dotted(call.func).rpartition(".")[2]
    if name == _CHECKPOINT:
        return Saving.WEIGHTS if _weights_only(call) else Saving.WHOLE
    if name in _WEIGHTS:
        return Saving.WEIGHTS
    return Saving.WHOLE if name in _WHOLE else Saving.NOTHING


def _weights_only(call: ast.Call) -> bool:
    return any(
        item.arg == "save_weights_only"
        and isinstance(item.value, ast.Constant)
        and item.value.value is True
        for item in call.keywords
    )
