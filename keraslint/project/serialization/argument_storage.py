"""An argument of `__init__` → the code that keeps it in the configuration, or why none does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keraslint.project.facts.module_facts import ClassSummary
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.kept_arguments import Init
from keraslint.project.serialization.object_arguments import is_called_as_a_layer, is_object

_SERIALIZE = "keras.saving.serialize_keras_object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The value of one key: `code`, or `why_not`; `doubtful`: it may not be what can be saved.

    `anew`: `__init__` lets it go, and can keep it in an attribute of its name. `reader` is the
    function that makes it of what was saved, for a layer, which `from_config()` has to call.
    """

    name: str
    code: str = ""
    why_not: str = ""
    doubtful: bool = False
    anew: bool = False
    reader: str = ""


def kept(
    hierarchy: Hierarchy,
    ref: ClassRef,
    init: Init,
    name: str,
    subclasses: Sequence[ClassRef],
    *,
    made_again: bool,
) -> Kept:
    """How an argument can be read off the finished object, as `__init__` will take it again.

    `made_again`: a `from_config()` can be written that makes a layer of what was saved of one.
    """
    attribute, getter = init.facts.stores.get(name, ("", ""))
    if not attribute and _can_be_kept(hierarchy, ref, init, name, subclasses):
        doubtful = name not in init.facts.plain
        return Kept(name=name, code=f"self.{name}", doubtful=doubtful, anew=True)
    if not attribute or attribute not in init.function.definite:
        return Kept(name=name, why_not=f"`__init__` does not keep `{name}` as it came")
    if _is_written_elsewhere(hierarchy, ref, init, attribute):
        return Kept(name=name, why_not=f"`self.{attribute}` is also written elsewhere")
    if getter:
        serializer = _serializer(hierarchy, init, getter)
        if not serializer:
            return Kept(name=name, why_not=f"`{getter}` makes of `{name}` what cannot be saved")
        return Kept(name=name, code=f"{serializer}(self.{attribute})")
    if is_object(hierarchy, ref, init, name):
        saving = _saving(hierarchy, ref, init) if made_again else ""
        if saving and is_called_as_a_layer(hierarchy, ref, init, name, attribute):
            code = f"{saving}.serialize_keras_object(self.{attribute})"
            return Kept(name=name, code=code, reader=f"{saving}.deserialize_keras_object")
        return Kept(
            name=name, why_not=f"`{name}` is an object, which a configuration cannot hold as is"
        )
    if name in init.facts.plain:
        return Kept(name=name, code=f"self.{attribute}")
    return Kept(name=name, code=f"self.{attribute}", doubtful=True)


def doubts(known: Iterable[Kept]) -> tuple[str, ...]:
    """What could not be shown of these values, a clause each."""
    names = [one.name for one in known if one.doubtful]
    found = [f"{listed(names)} may be what a configuration cannot hold"] if names else []
    anew = [one.code for one in known if one.anew]
    layers = [one.name for one in known if one.reader]
    found += [f"{listed(layers)} is taken for a layer"] if layers else []
    return (*found, f"{listed(anew)} would be new") if anew else (*found,)


def listed(names: Sequence[str]) -> str:
    """Names as they are read: `a`, `b` and `c`."""
    ticked = [f"`{name}`" for name in names]
    return " and ".join([", ".join(ticked[:-1]), ticked[-1]] if len(ticked) > 1 else ticked)


def _serializer(hierarchy: Hierarchy, init: Init, getter: str) -> str:
    """`initializers.serialize` for `initializers.get`, in the file's own spelling."""
    module = getter.removesuffix(".get")
    for meaning in hierarchy.values(init.owner.scope(), getter):
        if isinstance(meaning, Symbol) and meaning.name in keras_facts.GETTERS:
            return f"{module}.serialize"
    return ""


def _saving(hierarchy: Hierarchy, ref: ClassRef, init: Init) -> str:
    """What a file calls `keras.saving`; empty without a name, or with a `from_config()`."""
    if any(item.saving.reader for item in hierarchy.lineage(ref).chain):
        return ""
    scope = init.owner.scope()
    for imported in init.owner.module.imports:
        for module in (f"{imported}.saving", f"{imported}.keras.saving"):
            for meaning in hierarchy.values(scope, f"{module}.serialize_keras_object"):
                if isinstance(meaning, Symbol) and meaning.name == _SERIALIZE:
                    return module
    return ""


def _can_be_kept(
    hierarchy: Hierarchy, ref: ClassRef, init: Init, name: str, subclasses: Sequence[ClassRef]
) -> bool:
    """Whether an argument is a plain value, and nothing else goes by its name."""
    own = keras_api.layer_attributes() | keras_api.model_attributes()
    if init.owner != ref or name in own or name in init.function.bindings:
        return False
    chains = [hierarchy.lineage(item).chain for item in (ref, *subclasses)]
    return not (
        is_object(hierarchy, ref, init, name)
        or any(_goes_by(item.summary, name) for chain in chains for item in chain)
    )


def _goes_by(summary: ClassSummary, name: str) -> bool:
    """Whether a class has, or sets, an attribute of this name."""
    return (
        name in summary.methods
        or name in summary.bindings
        or any({name, "*"} & method.assigns for method in summary.methods.values())
    )


def _is_written_elsewhere(hierarchy: Hierarchy, ref: ClassRef, init: Init, attribute: str) -> bool:
    for item in hierarchy.lineage(ref).chain:
        for method in item.summary.methods.values():
            own = item == init.owner and method.name == "__init__"
            if method.name == attribute or ("*" in method.assigns):
                return True
            if not own and attribute in method.assigns:
                return True
    return False
