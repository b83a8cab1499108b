"""A call of which names tell nothing → the layer that it makes, if its use says so.

What is *assumed* is a value of its own: neither a layer, nor none, nor unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names import keras_api
from keraslint.project.names.assumed.attribute_use import ClassUse, Use, bare
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Kind,
    Lineage,
    Made,
    Meaning,
    Scope,
)
from keraslint.project.names.external_names import BUILTINS, is_foreign
from keraslint.project.names.keras_api import Symbol

ASSUMED = Symbol(name=keras_api.LAYER, kind="layer", guessed=True)
_OTHERS = frozenset(
    """builder callback config configuration constraint initializer loss metric optimizer
    quantizer regularizer schedule tokenizer""".split()
)
"""What else is made, called and built: the last word of a name says so."""
_MODULES = frozenset(
    """callbacks constraints initializers losses metrics optimizers quantizers regularizers
    schedules""".split()
)
"""Where it is kept: the last word of the name of a module says so."""
_FUNCTIONS = frozenset("act activation activations fn func function".split())
"""What is called as a layer is, and has no weights."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Resolver(Protocol):
    """What must be known of names to assume something."""

    def lineage(self, ref: ClassRef) -> Lineage: ...

    def values(self, scope: Scope, leaf: str) -> tuple[Meaning, ...]: ...

    def use(self, scope: Scope) -> ClassUse: ...


def assumed(
    resolver: Resolver,
    scope: Scope,
    callee: str,
    values: Sequence[Meaning],
    chain: Sequence[ClassRef],
) -> Made | None:
    """Take what an unresolved callable returns for a layer if it is used as one.

    `values` is what the callee may be, `chain` the class around it with its bases.
    """
    function = scope.function
    if function is None or "()" in callee:
        return None
    unread = _unread(scope, callee, values)
    unsaid = unread or _of_unread_bases(resolver, values)
    if not unsaid and not (
        _is_unclear_function(resolver, scope, callee, values) or _is_given(scope, callee, chain)
    ):
        return None
    names = unsaid or (bare(callee),)
    if any(_is_another_thing(name) for name in names):
        return None
    use = resolver.use(scope).of(function, callee) or _wrapped(resolver, scope, callee)
    if use is None or not _says_enough(use, names) or not (unsaid or _is_kept(use, scope, callee)):
        return None
    is_class = any(_is_class_name(name) for name in unread)
    return Made(name=callee, targets=(ASSUMED,), factory=True, since=use.says, unread=is_class)


def _is_another_thing(name: str) -> bool:
    module = name.rpartition(".")[0]
    return _last_word(name) in _OTHERS or _last_word(module) in _MODULES


def _says_enough(use: Use, names: Sequence[str]) -> bool:
    if use.sure:
        return True
    held = [name for name in use.attributes if _last_word(name) not in _FUNCTIONS | _OTHERS]
    return bool(held) and all(_last_word(name) not in _FUNCTIONS for name in names)


def _is_kept(use: Use, scope: Scope, callee: str) -> bool:
    """Whether what a function returns becomes part of the layer, of which it was not told."""
    assert scope.function is not None
    return bool(use.attributes) and "self" not in scope.function.given.get(callee, ())


def _wrapped(resolver: Resolver, scope: Scope, callee: str) -> Use | None:
    """A layer of Keras that holds other layers holds what is made."""
    assert scope.function is not None
    for call, given in scope.function.given.items():
        if f"{callee}()" not in given:
            continue
        for meaning in resolver.values(scope, call):
            known = keras_api.layer_class(meaning.name) if isinstance(meaning, Symbol) else None
            if known is not None and known.wrapper:
                return Use(says=f"`{known.name.rpartition('.')[2]}` holds it", sure=True)
    return None


def _unread(scope: Scope, callee: str, values: Sequence[Meaning]) -> tuple[str, ...]:
    """The names of the callables that it may be, if all are of libraries that are not to be had."""
    found = [v.name for v in values if isinstance(v, External) and not is_foreign(v.name)]
    if values:
        return tuple(found) if len(found) == len(values) else ()
    name = bare(callee)
    nowhere = (
        "." not in name
        and _is_class_name(name)
        and name not in BUILTINS
        and not _is_declared(scope, name)
    )
    return (name,) if nowhere else ()


def _of_unread_bases(resolver: Resolver, values: Sequence[Meaning]) -> tuple[str, ...]:
    """The names of the project's classes that it may be, and of their bases that were not found."""
    found = [value for value in values if isinstance(value, ClassRef)]
    lineages = [resolver.lineage(ref) for ref in found]
    if len(found) < len(values) or any(one.kind is not Kind.UNKNOWN for one in lineages):
        return ()
    return tuple(
        name
        for ref, lineage in zip(found, lineages, strict=True)
        for name in (ref.summary.name, *lineage.missing)
    )


def _is_declared(scope: Scope, name: str) -> bool:
    module, function = scope.module, scope.function
    return (
        name in module.imports
        or name in module.classes
        or name in module.functions
        or name in module.bindings
        or (function is not None and function.has(name))
    )


def _is_unclear_function(
    resolver: Resolver, scope: Scope, callee: str, values: Sequence[Meaning]
) -> bool:
    """Whether it is a function of the project, and no method, of whose result nothing is known."""
    if not values or not all(isinstance(v, FunctionRef) and v.owner is None for v in values):
        return False
    results = resolver.values(scope, f"{callee}()")
    return not any(_is_known(result) for result in results)


def _is_known(result: Meaning) -> bool:
    return not isinstance(result, External) or is_foreign(result.name)


def _is_given(scope: Scope, callee: str, chain: Sequence[ClassRef]) -> bool:
    """Whether it is an argument: of the constructor, kept as it was given, or of the function.

    Of what a local name stands for, nothing is known.
    """
    name = bare(callee)
    attribute = name.removeprefix("self.")
    if name != attribute:
        return any(item.summary.keeps(attribute) for item in chain)
    function = scope.function
    if "." in name or function is None or _is_class_name(name) or name in BUILTINS:
        return False
    if function.has(name):
        held = bool(function.bindings.get(name))  # a function that is defined here holds nothing
        return held or (function.name != "build" and name in _parameters(function))
    return not _is_declared(scope, name) and f"{name}()" in _given_back(function)


def _given_back(function: FunctionSummary) -> Iterator[str]:
    """What a function returns, and what functions inside of it do."""
    yield from function.returns
    for called, leaves in function.bindings.items():
        if called.endswith("()"):
            yield from leaves


def _parameters(function: FunctionSummary) -> list[str]:
    return [parameter.name for parameter in function.parameters]


def _is_class_name(name: str) -> bool:
    return name.rpartition(".")[2][:1].isupper()


def _last_word(name: str) -> str:
    words = _WORD.findall(name.rpartition(".")[2])
    return words[-1].lower() if words else ""
