"""Write `get_config()` for a layer that takes another layer or a function, and `from_config()`.

## What it does

Finds layers without `get_config()` whose `__init__` takes an argument that is no number, text or
list of them: one that the layer calls, or hands to a wrapper of Keras as its layer. So is one
whose default is a function, a class, a layer or an array.

## Why

Keras 3 writes the configuration of a layer without `get_config()` by itself, as long as all that
its constructor was given are numbers, texts, and lists or dictionaries of them. Otherwise saving
fails. Nothing tells of it before: the first `model.save()` often comes at the end of the training,
or with the first checkpoint.

## Bad

```python
import keras


class Residual(keras.layers.Layer):
    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x):
        return x + self.inner(x)
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

There is no fix: how an argument is written down depends on what it is.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For a layer that is never part of a model that is saved whole: training and saving the weights alone
work. Code for Keras 2 is left alone. Classes in tests are left alone, and so are projects that save
weights only. Where the argument has a default that can be written, such as `None`, nothing is
reported, as saving works until somebody gives another value. A default that cannot be written fails
whoever makes the layer: a name, `activation="gelu"`, and `keras.activations.get()` do not.

## Errors this prevents

`NotImplementedError: Object Residual was created by passing non-serializable argument values in
`__init__()`, and therefore the object must override `get_config()` in order to be serializable.`

## References

- https://keras.io/guides/serialization_and_saving/#custom-objects
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.serialization.kept_arguments import has_plain_roots, init_of, is_clear
from keraslint.project.serialization.unwritable_arguments import objects_by_default, unwritable
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether Keras would have to write down an object."""
    return bool(_unwritable(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of the class, where no subclass writes the configuration for it."""
    names = _unwritable(layer.hierarchy, layer.ref) if layer.keras == 3 else ()
    below = ["get_config" in item.summary.methods for item in layer.subclasses]
    if not names or (below and all(below)):
        return
    listed = ", ".join(f"`{name}`" for name in names)
    are = "is an object" if len(names) == 1 else "are objects"
    text = f"`{layer.name}` has no `get_config()`: `model.save()` fails because {listed} {are}"
    yield Finding(layer.ref.saving.at, text)


def _unwritable(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    init, lineage = init_of(hierarchy, ref), hierarchy.lineage(ref)
    if init is None or init.owner != ref or not init.facts.parents:
        return ()
    if lineage.kind.value != "layer" or not has_plain_roots(hierarchy, ref):
        return ()
    if any("get_config" in item.summary.methods for item in lineage.chain):
        return ()
    if not is_clear(hierarchy, ref):
        return ()
    required = [name for name in unwritable(hierarchy, ref, init) if name in init.required]
    return (*required, *objects_by_default(hierarchy, init))


rule = Rule(
    code="KRL405",
    name="unwritable-argument",
    summary="An argument is an object, and no `get_config()` writes it: saving fails",
    page=__doc__,
    words=("class", "__init__"),
    concerns=concerns,
    check=check,
    about_loading=True,
    explains=(
        Symptom.CONFIG_MISSING,
        Symptom.CONFIG_UNREADABLE,
    ),
)
