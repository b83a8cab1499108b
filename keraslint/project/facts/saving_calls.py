"""A module's text → whether it trains models, and saves or loads them or their weights alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from enum import Flag, auto

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.syntax.node_walk import walk
from keraslint.project.syntax.parse import parse


class Saving(Flag):
    """What a program saves or loads of its models, and whether it trains any."""

    NOTHING = 0
    WEIGHTS = auto()
    WHOLE = auto()
    TRAINS = auto()


_WEIGHTS = frozenset({"save_weights", "load_weights"})
_WHOLE = frozenset(
    """clone_model custom_object_scope deserialize_keras_object from_config load_model
    model_from_config model_from_json register_keras_serializable save save_model
    serialize_keras_object to_json""".split()
)
_CHECKPOINT = "ModelCheckpoint"
_NO_MODELS = frozenset("initializers losses metrics optimizers regularizers schedules".split())
_OF_TENSORFLOW = ("train.Checkpoint", "train.CheckpointManager", "train.Saver")
_JOINS = frozenset({"join", "joinpath", "Path"})
_TAKEN = frozenset(
    {None, "filepath", "include_optimizer", "options", "overwrite", "save_format", "save_traces"}
    | {"signatures", "zipped"}
)
_FILES = (".keras", ".h5", ".hdf5")
_UNSAID = re.compile(r"%[-+ #0-9.]*[a-z]|\{[^{}]*\}")
_KERAS = frozenset({"keras", "tensorflow", "tf"})
_MENTIONED = re.compile(rf"\b(?:{'|'.join(sorted(_WEIGHTS | _WHOLE | {_CHECKPOINT}))})\b")
_TRAINS = re.compile(r"\.(?:fit|fit_generator|train_on_batch)\(|\bGradientTape\(")
_PARTS = ("save", "load", "clone_model", "custom", "serial", "config", "to_json", _CHECKPOINT)
"""One of them is in each of these names, and is found much faster."""


def saving_calls(text: str) -> Saving:
    """What the calls of a module save or load; a text that is not Python does nothing."""
    trains = Saving.TRAINS if _TRAINS.search(text) else Saving.NOTHING
    return trains | _saved_by(text)


def _saved_by(text: str) -> Saving:
    if not any(part in text for part in _PARTS) or not _MENTIONED.search(text):
        return Saving.NOTHING
    try:
        nodes = walk(parse(text).body)
    except (SyntaxError, ValueError, RecursionError):
        return Saving.NOTHING
    others, checkpoints = _other_modules(nodes), _checkpoints(nodes)
    aside = {id(one) for node in nodes for one in _registering_no_model(node)}
    found = Saving.NOTHING
    for node in nodes:
        if id(node) in aside:
            continue
        owner = dotted(node.func).rpartition(".")[0] if isinstance(node, ast.Call) else ""
        if owner in checkpoints:
            found |= Saving.WEIGHTS
        elif isinstance(node, ast.Call) and owner not in others:
            found |= _of(node)
    return found


def _registering_no_model(node: ast.AST) -> list[ast.expr]:
    """The decorators of a class that is an optimizer, a loss or the like."""
    bases = node.bases if isinstance(node, ast.ClassDef) else ()
    no_model = any(_NO_MODELS & set(dotted(base).split(".")) for base in bases)
    return node.decorator_list if isinstance(node, ast.ClassDef) and no_model else []


def _checkpoints(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that hold a checkpoint of TensorFlow, which has the weights and no more."""
    return frozenset(
        dotted(target)
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if dotted(node.value.func).endswith(_OF_TENSORFLOW)
        for target in node.targets
    ) - {""}


def _other_modules(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that a text imports, and that save no models: `np` of `np.save()`."""
    found = {"super()"}  # who overrides a method does not call it
    for node in nodes:
        for one in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            parts = set(f"{module}{one.name}".replace("_", ".").split("."))
            if _NO_MODELS & parts or not (module or _KERAS & parts):
                found.add(one.asname or one.name)
    return frozenset(found)


def _of(call: ast.Call) -> Saving:
    owner, _, name = dotted(call.func).rpartition(".")
    if _NO_MODELS & set(owner.split(".")):
        return Saving.NOTHING
    if name == _CHECKPOINT:
        return Saving.WEIGHTS if _weights_only(call) else Saving.WHOLE
    if name in _WEIGHTS:
        return Saving.WEIGHTS
    if name == "save" and not (owner and _may_save_a_model(call)):
        return Saving.NOTHING
    if name == "to_json" and call.args:
        return Saving.NOTHING
    return Saving.WHOLE if name in _WHOLE else Saving.NOTHING


def _may_save_a_model(call: ast.Call) -> bool:
    """Whether `save()` is given what a model of Keras takes, to write what makes it again.

    It takes a path, then whether to overwrite; what is written into a folder is no more than what
    the model computes.
    """
    if not {item.arg for item in call.keywords} <= _TAKEN:
        return False
    path = next((item.value for item in call.keywords if item.arg == "filepath"), None)
    path = call.args[0] if call.args else path
    more = call.args[1:2]
    if path is None and all(item.arg for item in call.keywords):
        return False
    if more and not (isinstance(more[0], ast.Constant) and isinstance(more[0].value, bool)):
        return False
    if isinstance(path, ast.Constant) and not isinstance(path.value, str):
        return False
    ending = _ending(path)
    return not ending or ending.endswith(_FILES)


def _ending(path: ast.expr | None) -> str:
    """The text in which a path surely ends, as far as it is written here."""
    if isinstance(path, ast.Constant):
        return path.value if isinstance(path.value, str) else ""
    if isinstance(path, ast.JoinedStr) and path.values:
        return _ending(path.values[-1])
    if isinstance(path, ast.BinOp) and isinstance(path.op, (ast.Add, ast.Div)):
        return _ending(path.right)
    if isinstance(path, ast.BinOp) and isinstance(path.op, ast.Mod):
        return _UNSAID.split(_ending(path.left))[-1]
    if isinstance(path, ast.Call) and path.args and isinstance(path.func, ast.Attribute):
        if path.func.attr == "format":
            return _UNSAID.split(_ending(path.func.value))[-1]
        return _ending(path.args[-1]) if path.func.attr in _JOINS else ""
    return ""


def _weights_only(call: ast.Call) -> bool:
    return any(
        item.arg == "save_weights_only"
        and isinstance(item.value, ast.Constant)
        and item.value.value is True
        for item in call.keywords
    )
