"""Write `get_config()` for a model that takes arguments, or they are lost when it is saved.

## What it does

Finds subclasses of `keras.Model` whose `__init__` takes arguments, and that have no `get_config()`
of their own or from a base class.

## Why

For a `Layer`, Keras 3 remembers the arguments of the constructor and writes a simple configuration
by itself. For a `Model` it does not: `Model.__new__` drops them. A saved model is made again with
the defaults. The weights load into it, it computes something else, and there is no message. Where a
size is lost, loading fails with a message about weights; where an argument is required, saving
itself fails, or loading, if the model is a functional one in a class of its own. (Keras 2 restores
the arguments.)

## Bad

```python
import keras


class Scaled(keras.Model):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x) * self.scale
```

## Good

```python
import keras


class Scaled(keras.Model):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x) * self.scale

    def get_config(self):
        config = super().get_config()
        config.update({"scale": self.scale})
        return config
```

## Fix safety

The fix writes `get_config()` when `__init__` keeps every argument in an attribute, as it came or
through `initializers.get` and the like, and hands its `**kwargs` on. It is safe for numbers and
texts, as the default or the annotation says. Where `__init__` lets an argument go, the fix keeps it
in an attribute of its name, and is unsafe: that attribute is new. It is unsafe as well where an
argument may be something that a configuration cannot hold, or where code of the project gives it an
object, sets the attribute later, asks whether there is a `get_config()`, compares or hands on a
configuration as a whole, or gives it beside one; there is none where it surely is such an object. A
layer that is handed in and that `call()` calls is saved by `keras.saving.serialize_keras_object()`,
and a `from_config()` makes it again, if the file imports `keras`; that it is a layer is assumed, so
this is unsafe, too.

## What is proved

Everything but the configuration stays what it was: outputs, weights, gradients. The model that is
made again from its configuration gives the same outputs.

## When not to use it

For a model that is never saved whole. Nothing is reported of classes in tests, in a script outside
any package that makes its model as soon as it runs and saves none, or of a model that has a
`train_step()` and no `call()`. Nor where the project saves no model, as far as its files show:
where they save and load weights alone (`save_weights()`, `load_weights()`, and no `save()` or
`load_model()` anywhere), or train models and save none, unless others install it. A project is
what lies below the nearest folder with requirements, a `pyproject.toml`, a `setup.py` or a
repository.

## Errors this prevents

Silent: the arguments come back as their defaults. Loud, for a required argument:
`NotImplementedError: Object Scaled was created by passing non-serializable argument values in
`__init__()`, and therefore the object must override `get_config()` in order to be serializable.`

## References

- https://github.com/keras-team/keras/issues/21546
- https://github.com/keras-team/keras-core/issues/469
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix
from keraslint.examination import Symptom
from keraslint.project.serialization.argument_storage import Kept, doubts, kept
from keraslint.project.serialization.functional_models import is_functional
from keraslint.project.serialization.kept_arguments import accepts_always, init_of
from keraslint.project.serialization.lost_arguments import forgotten, lets_be_forgotten
from keraslint.project.serialization.subclass_configs import harm
from keraslint.rules import Cure, Finding, Rule
from keraslint.rules.saving.get_config_omits_argument.configuration_cure import (
    PROMISE,
    kept_in_attributes,
    seen_in_configurations,
)

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether arguments are lost, as far as summaries tell."""
    return bool(forgotten(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find a model whose arguments nobody saves; a base whose subclasses all do is none."""
    names = forgotten(layer.hierarchy, layer.ref)
    if layer.keras == 2 or not lets_be_forgotten(layer.hierarchy, layer.ref, layer.subclasses):
        return
    needed = _needed(layer)
    what = f"loading gives {_listed(names)} back as defaults"
    if needed:
        verb = "is" if len(needed) == 1 else "are"
        fails = "loading" if is_functional(layer.hierarchy, layer.ref) else "`model.save()`"
        what = f"{fails} fails because {_listed(needed)} {verb} required"
    text = f"`{layer.name}` has no `get_config()`: {what}"
    yield Finding(layer.ref.saving.at, text)


def _needed(layer: LayerClass) -> Sequence[str]:
    """The arguments without a default: with one of them, Keras writes no configuration at all."""
    init = layer.ref.summary.methods["__init__"]
    return [parameter.name for parameter in init.parameters[1:] if parameter.required]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:3]) + (", …" if len(names) > 3 else "")


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Offer to write `get_config()`, if every argument can be read off the finished model."""
    init = init_of(layer.hierarchy, layer.ref)
    names = forgotten(layer.hierarchy, layer.ref)
    if init is None:
        return Cure()
    hierarchy, below = layer.hierarchy, layer.subclasses
    known = [kept(hierarchy, layer.ref, init, name, below, made_again=True) for name in names]
    why_not = next((one.why_not for one in known if one.why_not), "")
    why_not = why_not or next(harm(layer.hierarchy, layer.ref, names, below), "")
    return Cure(why_not=why_not) if why_not else _written(layer, known)


def _written(layer: LayerClass, known: Sequence[Kept]) -> Cure:
    from keraslint.layer.config_edits import written
    from keraslint.rules.saving.init_without_kwargs import taking_kwargs

    init = layer.method("__init__")
    entries = [(one.name, one.code) for one in known]
    readers = [(one.name, one.reader) for one in known if one.reader]
    edits = written(init, layer.ref, entries, readers) if init else None
    keeping = kept_in_attributes(layer, known)
    if edits is None or keeping is None:
        return Cure(why_not="it is not clear where a method can be added")
    if not accepts_always(layer.hierarchy, layer.ref):
        taking, why_not = taking_kwargs(layer)
        if not taking:
            return Cure(why_not=why_not)
        edits = (*taking, *edits)
    edits = (*keeping, *edits)
    unsure = doubts(known) or seen_in_configurations(layer, known)
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if unsure else Applicability.SAFE,
            message=f"Write `get_config()` for `{layer.name}`",
            edits=edits,
            layer=layer.name,
            promise=PROMISE,
            doubts=unsure,
        )
    )


rule = Rule(
    code="KRL401",
    name="model-without-get-config",
    summary="A model takes arguments and has no `get_config()` to keep them",
    page=__doc__,
    explains=(
        Symptom.ARGUMENT_MISSING,
        Symptom.ARGUMENT_FORGOTTEN,
        Symptom.CONFIG_MISSING,
        Symptom.SHAPES_DIFFER,
        Symptom.OTHER_OUTPUT,
    ),
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "__init__"),
    concerns=concerns,
    check=check,
    cure=cure,
    about_loading=True,
)
