"""Serialize what `get_config()` gives, and write one for losses, metrics and the like.

## What it does

Finds two things:

- a `get_config()` that gives a layer, a function or an array as it is (`"inner": self.inner`,
  `"table": self.table` after `self.table = np.array(table)`), where no `from_config()` makes it
  again;
- initializers, losses, metrics, regularizers and constraints with arguments of their own and
  without `get_config()`.

## Why

Saving writes down what a layer looks like, and never fails. Loading hands what was written, a
dictionary, to `__init__` as the layer or the array: it is neither, and the first call of it, or
loading itself, fails. `self.table.tolist()` is written as it is.

Keras writes no configuration for a loss, a metric or an initializer. The name is saved, the
arguments are not: loading makes the object with its defaults, or fails where an argument is
required.

## Bad

```python
import keras


class Residual(keras.layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return x + self.inner(x)

    def get_config(self):
        return {**super().get_config(), "inner": self.inner}
```

## Good

```python
import keras


class Residual(keras.layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return x + self.inner(x)

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.inner)
        return {**super().get_config(), "inner": inner}

    @classmethod
    def from_config(cls, config):
        inner = keras.saving.deserialize_keras_object(config.pop("inner"))
        return cls(inner, **config)
```

## Fix safety

There is no fix: `from_config()` has to make again what was written, and what that is differs.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For models that are never saved whole, or always loaded with `compile=False`, as far as losses and
metrics are concerned. The `get_config()` of layers for Keras 2 is left alone. Classes in tests are
left alone, and so are projects that save weights only. Initializers, activations and the like that
`__init__` gets by `initializers.get()` may stand in a configuration as they are.

## Errors this prevents

`TypeError: <class 'Residual'> could not be deserialized properly.` Or silent: a loss with other
settings after loading.

## References

- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names.definitions import ClassRef
from keraslint.project.serialization.kept_arguments import config_of, init_of, is_clear
from keraslint.project.serialization.never_saved import is_made_for_a_test
from keraslint.project.serialization.unwritable_arguments import kept_as_arrays, unwritable
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.names.name_resolution import Hierarchy

_SAVED_BY_NAME: Mapping[str, frozenset[str]] = {
    "keras.constraints.Constraint": frozenset(),
    "keras.initializers.Initializer": frozenset(),
    "keras.losses.Loss": frozenset({"name", "reduction", "dtype"}),
    "keras.metrics.Metric": frozenset({"name", "dtype"}),
    "keras.regularizers.Regularizer": frozenset(),
}
"""Keras' own bases without arguments but these."""
_OWN_WAY = ("get_config", "from_config", "__new__")


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the configuration may hold an argument that is an object."""
    return bool(_live(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each such value of `get_config()`."""
    config = layer.method("get_config")
    held = _live(layer.hierarchy, layer.ref)
    init = init_of(layer.hierarchy, layer.ref)
    for key, value in _values(config) if config is not None and layer.keras == 3 else ():
        from keraslint.layer.method_syntax import dotted

        name = held.get(dotted(value))
        if name == "" and init is not None:
            name = key if key in init.names else None
        if name is not None and config is not None:
            what = f"`get_config()` gives `{name}` as it is: loading hands a dictionary"
            yield Finding(config.where(value), f"{what} to `{layer.name}.__init__`")


def _live(hierarchy: Hierarchy, ref: ClassRef) -> dict[str, str]:
    """The attributes that hold an object as it was given, and the arguments that gave it."""
    config, init = config_of(ref), init_of(hierarchy, ref)
    chain = hierarchy.lineage(ref).chain
    if config is None or init is None or not config.keys or not is_clear(hierarchy, ref):
        return {}
    if any("from_config" in item.summary.methods for item in chain):
        return {}
    reads = ref.summary.methods["get_config"].reads
    stores = init.facts.stores
    kept = {name: stores[name][0] for name in unwritable(hierarchy, ref, init) if name in stores}
    live = {f"self.{held}": name for name, held in kept.items() if held in reads}
    return {f"self.{held}": "" for held in kept_as_arrays(hierarchy, init) & reads} | live


def _values(config: Method) -> Iterator[tuple[str, cst.BaseExpression]]:
    """What stands behind the keys of a configuration."""
    import libcst as cst

    from keraslint.layer.method_syntax import constant_text, walk

    for node in walk(config.node.body):
        if isinstance(node, cst.DictElement):
            yield constant_text(node.key) or "", node.value
        elif isinstance(node, cst.Arg) and node.keyword is not None:
            yield node.keyword.value, node.value
        elif isinstance(node, cst.Assign) and isinstance(node.targets[0].target, cst.Subscript):
            inside = node.targets[0].target.slice[0].slice
            key = constant_text(inside.value) if isinstance(inside, cst.Index) else ""
            yield key or "", node.value


def search(hierarchy: Hierarchy, module: ModuleSummary) -> Iterator[Finding]:
    """Tell of each loss and the like whose arguments nobody saves."""
    for ref in ClassRef.all(module):
        lost = _lost(hierarchy, ref)
        if not lost or is_made_for_a_test(hierarchy, ref):
            continue
        listed = ", ".join(f"`{name}`" for name in lost)
        init = init_of(hierarchy, ref)
        needed = [name for name in lost if init is not None and name in init.required]
        verb = "is" if len(needed) == 1 else "are"
        what = f"loading gives {listed} back as defaults"
        if needed:
            what = f"loading fails because {', '.join(f'`{n}`' for n in needed)} {verb} required"
        text = f"`{ref.summary.name}` has no `get_config()`: {what}"
        yield Finding(ref.saving.at, text)


def _lost(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The arguments that nobody saves; what a base loses as well is told of the base."""
    lineage, init = hierarchy.lineage(ref), init_of(hierarchy, ref)
    taken = [_SAVED_BY_NAME[root.name] for root in lineage.roots if root.name in _SAVED_BY_NAME]
    if not taken or len(taken) < len(lineage.roots) or lineage.missing:
        return ()
    if init is None or init.owner != ref or init.facts.empty or ref.summary.decorators:
        return ()
    if any(name in item.summary.methods for item in lineage.chain for name in _OWN_WAY):
        return ()
    if unwritable(hierarchy, ref, init):
        return ()  # it wraps an object: code that makes one at hand, never saved by itself
    own = frozenset().union(*taken, *(_lost(hierarchy, item) for item in lineage.chain[1:]))
    return tuple(n for n in init.names if n not in own and init.matters(n))


rule = Rule(
    code="KRL406",
    name="live-object-in-config",
    summary="`get_config()` gives an object that loading cannot make again, or is not there",
    page=__doc__,
    words=("class", "__init__"),
    concerns=concerns,
    check=check,
    search=search,
    about_loading=True,
    explains=(Symptom.CONFIG_UNREADABLE,),
)
