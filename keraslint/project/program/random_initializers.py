"""A name → whether it is an initializer of Keras' that draws numbers."""

from __future__ import annotations

from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import Instance, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy

_HOME, _GET = "keras.initializers.", "keras.initializers.get"


def gives_one(hierarchy: Hierarchy, scope: Scope, callee: str) -> bool:
    """Whether a call gives an initializer: a new one, or what `initializers.get()` finds."""
    return is_getter(hierarchy, scope, callee) or draws(hierarchy, scope, f"{callee}()")


def is_getter(hierarchy: Hierarchy, scope: Scope, callee: str) -> bool:
    """Whether a name is `keras.initializers.get`."""
    found = hierarchy.values(scope, callee) if callee.rpartition(".")[2] == "get" else ()
    return any(isinstance(one, Symbol) and one.name == _GET for one in found)


def draws(hierarchy: Hierarchy, scope: Scope, leaf: str) -> bool:
    """Whether a call makes an initializer that draws numbers."""
    if not leaf.rpartition(".")[2][:1].isupper():
        return False
    found = hierarchy.values(scope, leaf)
    return bool(found) and all(
        isinstance(one, Instance) and isinstance(one.of, Symbol) and _is_random(one.of.name)
        for one in found
    )


def is_random_name(text: str) -> bool:
    """Whether a text such as `glorot_uniform` names one."""
    name = "".join(part[:1].upper() + part[1:] for part in text.split("_"))
    return name in _RANDOM or text in keras_facts.RANDOM_BY_ALIAS


def _is_random(name: str) -> bool:
    return name.startswith(_HOME) and name[len(_HOME) :] in _RANDOM


_RANDOM = keras_facts.RANDOM_INITIALIZERS
