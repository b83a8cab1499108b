"""A layer's class and its bases → what may act on a layer from outside of its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from keraslint.diagnostic import Level, Objection, Question
from keraslint.project.names.definitions import ClassRef, Lineage
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.families import Family

_REGISTERS = re.compile(r"register|serializable|export|deprecat|final|runtime_checkable")
GLOBAL_STATE = frozenset(
    {
        *("set_dtype_policy", "set_global_policy", "set_policy", "set_floatx", "set_epsilon"),
        *("set_image_data_format", "set_random_seed", "set_seed", "clear_session", "set_backend"),
        *("enable_flash_attention", "disable_flash_attention"),
    }
)
_EVERY_LAYER = frozenset({"_layers", "_flatten_layers", "submodules"})
_HARMLESS_DECORATORS = frozenset({"override", "shape_type_conversion", "do_not_convert"})
_LIFE_CYCLE = frozenset({"__init__", "build", "call"})


def registers(decorator: str) -> bool:
    """Whether a decorator gives back what it is given, by what it is called."""
    return _REGISTERS.search(decorator) is not None


def opaque(effects: Effects, family: Family) -> Iterator[Objection]:
    """Things that may do anything with a class, or with its instances."""
    ref, hierarchy = family.ref, effects.hierarchy
    lineage = hierarchy.lineage(ref)
    for name in ("__init__", "build"):
        method = ref.summary.methods.get(name)
        for leaf in method.decorators if method is not None else ():
            if leaf.rpartition(".")[2] not in _HARMLESS_DECORATORS:
                yield _seen(f"`{name}` is decorated with `{leaf}`", ref)
    for cause in (*_makings(lineage), *metaclasses(lineage)):
        yield _seen(cause, ref)
    for cause in _looks(lineage, ref):
        yield _objection(cause, ref)
    for name in lineage.missing:
        yield _seen(f"the base `{name}` is not to be found", ref)
    for name in ("__setattr__", "__getattr__", "__getattribute__", "__new__"):
        if hierarchy.method(ref, name) is not None:
            yield _seen(f"the class has its own `{name}`", ref)
    for function, line in effects.made_types(family):
        cause = f"`{function.own_name}()` may make a subclass of it with `type()`"
        yield _objection(cause, ref, function.path, line)
    yield from _replaced(effects, family)


def _replaced(effects: Effects, family: Family) -> Iterator[Objection]:
    """Where another `build()` or constructor is set on an instance, or on the class."""
    for name in ("__init__", "build"):
        for event in effects.sets_named(lambda f, ref: family.may_be(f, ref, doubt=False), name):
            cause = f"{event.function.told} may replace `{name}()`"
            yield _objection(cause, family.ref, event.function.path, event.line)


def _objection(cause: str, ref: ClassRef, path: str = "", line: int = 0) -> Objection:
    return Objection(
        question=Question.OPAQUE,
        level=Level.UNSEEN,
        cause=cause,
        path=path or ref.module.path,
        line=line or ref.summary.line,
    )


def _seen(cause: str, ref: ClassRef) -> Objection:
    """What has had its effect, whatever that is, on any class or instance that is run."""
    return replace(_objection(cause, ref), level=Level.DOUBT)


def metaclasses(lineage: Lineage) -> Iterator[str]:
    """What may act on each instance, before and after its constructor."""
    for item in lineage.chain:
        for leaf in item.summary.keywords:
            if leaf.rpartition(".")[2] != "ABCMeta":
                yield f"`{item.summary.name}` has the metaclass `{leaf}`"


def _makings(lineage: Lineage) -> Iterator[str]:
    """What acts on a class when it is made."""
    for item in lineage.chain:
        name = item.summary.name
        for leaf in item.summary.decorators:
            if not registers(leaf):
                yield f"`{name}` is decorated with `{leaf}`"
        if "__init_subclass__" in item.summary.methods:
            yield f"`{name}` changes its subclasses"


def _looks(lineage: Lineage, ref: ClassRef) -> Iterator[str]:
    """What depends on which layers there are, and what `build()` changes for those to come."""
    for item in lineage.chain:
        for method in item.summary.methods.values():
            if method.name not in _LIFE_CYCLE and _EVERY_LAYER & method.reads:
                yield f"`{method.name}()` looks at `self.{min(_EVERY_LAYER & method.reads)}`"
            elif method.name not in _LIFE_CYCLE and {"vars", "self.__dict__.values"} & method.calls:
                yield f"`{method.name}()` may look at all attributes"
    build = ref.summary.methods.get("build")
    for call in sorted(build.calls if build is not None else ()):
        if call.rpartition(".")[2] in GLOBAL_STATE:
            yield f"`build()` calls `{call}()`, which changes what is created after it"
