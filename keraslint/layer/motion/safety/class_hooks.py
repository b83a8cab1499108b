"""A layer's class and its bases → what may act on a layer from outside of its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keraslint.project.names.definitions import ClassRef, Lineage

_REGISTERS = re.compile(r"register|serializable|export|deprecat|final|runtime_checkable")
_GLOBAL_STATE = frozenset(
    {
        *("set_dtype_policy", "set_global_policy", "set_policy", "set_floatx", "set_epsilon"),
        *("set_image_data_format", "set_random_seed", "set_seed", "clear_session", "set_backend"),
    }
)
_EVERY_LAYER = frozenset({"_layers", "_flatten_layers", "submodules"})
_LIFE_CYCLE = frozenset({"__init__", "build", "call"})


def hooks(lineage: Lineage, ref: ClassRef) -> Iterator[str]:
    """Every reason to doubt that only the methods of the class make its layers what they are."""
    for item in lineage.chain:
        name = item.summary.name
        for leaf in item.summary.decorators:
            if not _REGISTERS.search(leaf):
                yield f"`{name}` is decorated with `{leaf}`"
        for leaf in item.summary.keywords:
            if leaf.rpartition(".")[2] != "ABCMeta":
                yield f"`{name}` has the metaclass `{leaf}`"
        if "__init_subclass__" in item.summary.methods:
            yield f"`{name}` changes its subclasses"
        for method in item.summary.methods.values():
            if method.name not in _LIFE_CYCLE and _EVERY_LAYER & method.reads:
                yield f"`{method.name}()` looks at `self.{min(_EVERY_LAYER & method.reads)}`"
            elif method.name not in _LIFE_CYCLE and {"vars", "self.__dict__.values"} & method.calls:
                yield f"`{method.name}()` may look at all attributes"
    build = ref.summary.methods.get("build")
    for call in sorted(build.calls if build is not None else ()):
        if call.rpartition(".")[2] in _GLOBAL_STATE:
            yield f"`build()` calls `{call}()`, which changes what is created after it"
