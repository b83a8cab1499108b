"""Let `get_config()` give back everything that `__init__` takes.

## What it does

Compares what `get_config()` puts into the configuration with what `__init__` takes, through the
base classes of the project. It reports four things:

- an argument of `__init__` that the configuration does not hold;
- a key of the configuration that `__init__` does not take;
- a `get_config()` that does not start from `super().get_config()`;
- a `get_config()` that returns nothing, often `return config.update(...)`.

## Why

Saving a model writes the configuration of its layers, and loading it calls `cls(**config)`. An
argument that is left out comes back as its default: the weights load, the outputs differ, and there
is no message. A required one, and a key that nobody takes, stop the loading instead. Without
`super().get_config()` the layer's name, its dtype policy and `trainable` are lost the same way. So
it is on Keras 2.

## Bad

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.offset = offset

    def call(self, x):
        return x * self.factor + self.offset

    def get_config(self):
        config = super().get_config()
        config.update({"factor": self.factor})
        return config
```

## Good

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.offset = offset

    def call(self, x):
        return x * self.factor + self.offset

    def get_config(self):
        config = super().get_config()
        config.update({"factor": self.factor, "offset": self.offset})
        return config
```

## Fix safety

The fix adds to the dictionary what can be read off the object: arguments that `__init__` keeps as
they came (`self.offset = offset`) or through `initializers.get` and the like, and that nothing else
writes. An argument that `__init__` lets go is kept in an attribute of its name, which is unsafe:
that attribute is new. It is safe for numbers and texts, as the default or the annotation says, and
unsafe where an argument may be something that a configuration cannot hold, such as a layer or a
function: by its use, or as code of the project gives it. So it is where that code gives an argument
beside a configuration, `Scale(offset=1.0, **config)`, which would then be given twice, and where it
compares a configuration, counts or lists its keys, or hands it on as a whole. It is unsafe, too,
where other code sets the attribute later: the configuration would tell of the new value.
`super().get_config()` is added where `__init__` hands its `**kwargs` on and chooses no name of its
own; a missing `return` is added where it is clear what is to be returned. A key that nobody takes
is not mended: which of the two names is meant, only the author knows. Where only some arguments can
be read off, a `get_config()` that is there gets those, and the fix names the others; a new one is
not written for some of them.

## What is proved

Everything but the configuration stays what it was: outputs, weights, gradients, files written
before. Making the layer again from its configuration gives the same outputs.

## When not to use it

For an argument that is not to survive saving on purpose. Nothing is reported where nobody loads a
whole model (see `model-without-get-config`): in tests, in scripts, and where weights alone are
saved. Some arguments are left out without asking: `inputs`, `outputs`, `input_tensor` and
`weights`, what is saved by `save_assets()`, what `get_config()` removes or `from_config()`
mentions, `data_format`, which speaks of the machine, and what leaves no trace: an argument that is
only refused or warned of, of which only the default is not refused, or that is only made into the
name or the input shape that the base keeps.

## Errors this prevents

Silent: an argument comes back as its default. Loud, for a required argument or a wrong key:
`TypeError: Error when deserializing class 'Scale' using config={…}`; for a missing `return`:
`TypeError: The `get_config()` method of <Scale …> should return a dict. It returned: None`.

## References

- https://github.com/keras-team/keras-hub/issues/3072 (arguments "silently revert to their defaults
  whenever a model is reloaded")
- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.serialization.argument_storage import listed
from keraslint.project.serialization.kept_arguments import (
    config_of,
    init_of,
)
from keraslint.project.serialization.lost_arguments import (
    is_cut_off,
    lost_config,
    omitted,
    refused,
)
from keraslint.rules import Finding, Rule
from keraslint.rules.saving.get_config_omits_argument.configuration_cure import PROMISE, cure
from keraslint.rules.saving.get_config_omits_argument.omitted_arguments import (
    misnamed_keys,
    omitted_names,
    read_off,
)

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether anything is wrong at all, as far as summaries tell."""
    return bool(
        omitted(hierarchy, ref)
        or refused(hierarchy, ref)
        or is_cut_off(hierarchy, ref)
        or lost_config(hierarchy, ref)
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find what a saved layer will not get back."""
    hierarchy, ref = layer.hierarchy, layer.ref
    config = config_of(ref)
    if layer.keras == 2 and layer.kind == "model":
        return
    if config is None:
        yield from _inherited(layer)
        return
    lost = lost_config(hierarchy, ref)
    if lost is not None and not (config.empty and _is_overridden(layer)):
        yield Finding(lost, f"`{layer.name}.get_config()` returns no configuration: saving fails")
    told = list(_lacks(layer))
    if told:
        yield Finding(config.at, f"`{layer.name}.get_config()` {'; it '.join(told)}")
    keys = refused(hierarchy, ref)
    if keys:
        text = f"gives {listed(keys)}, which `__init__` does not take: loading fails"
        yield Finding(config.keys[keys[0]], f"`{layer.name}.get_config()` {text}")


def _lacks(layer: LayerClass) -> Iterator[str]:
    renamed = misnamed_keys(layer, read_off(layer)).values()
    names = [name for name in omitted_names(layer) if name not in renamed]
    if names:
        yield f"omits {listed(names)}: {_on_loading(layer, names)}"
    if is_cut_off(layer.hierarchy, layer.ref):
        yield "does not start from `super().get_config()`: `name`, `trainable` and `dtype` are lost"


def _inherited(layer: LayerClass) -> Iterator[Finding]:
    """A class that adds arguments, and leaves `get_config()` to its base."""
    init = layer.ref.saving.init
    names = omitted_names(layer)
    if names and init is not None:
        text = f"takes {listed(names)}, which the inherited `get_config()` omits"
        then = _on_loading(layer, names)
        yield Finding(init.at, f"`{layer.name}.__init__` {text}: {then}")


def _on_loading(layer: LayerClass, names: Sequence[str]) -> str:
    """What becomes of arguments that are not saved."""
    init = init_of(layer.hierarchy, layer.ref)
    if init is not None and init.required.intersection(names):
        return "loading fails"
    return "it comes back as its default" if len(names) == 1 else "they come back as their defaults"


def _is_overridden(layer: LayerClass) -> bool:
    """Whether an empty `get_config()` is only there for subclasses to fill in."""
    return any(config_of(item) is not None for item in layer.subclasses)


rule = Rule(
    code="KRL402",
    name="get-config-omits-argument",
    summary="`get_config()` does not give back what `__init__` takes",
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
