"""Know that this layer exists only after the first call, and build it in `build()`.

## What it does

Points at layers that are created in `build()` because they need the input shape, and `__init__`
has no way to know it. That is a legitimate use of `build()`: the rule is off by default.

## Why

The layer still is not there before the first call: it cannot be frozen, inspected or configured
before (on Keras 2, a freeze does reach its weights). If its size can be made an argument, it can be
created in `__init__` like any other. Where only the *decision* depends on the shape, the layer can
be created always and used when needed.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.project = None

    def build(self, input_shape):
        if input_shape[-1] != self.units:
            self.project = keras.layers.Dense(self.units)
            self.project.build(input_shape)

    def call(self, x):
        return x if self.project is None else self.project(x)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.project = keras.layers.Dense(self.units)
        self._use_project = False

    def build(self, input_shape):
        self._use_project = input_shape[-1] != self.units
        if self._use_project:
            self.project.build(input_shape)

    def call(self, x):
        return x if not self._use_project else self.project(x)
```

## Fix safety

Where the layer's arguments need the shape there is no fix: the constructor would need a new
argument. Where only the decision does (`if input_shape[-1] != self.units:`), the layer can be
created always: `__init__` creates it, `build()` keeps the decision in a flag, `call()` asks the
flag. That fix is always unsafe: a layer that is not needed is there all the same, unbuilt.

## What is proved

Of the fix with the flag, the same as for `layer-in-build`, with inputs for both decisions.

## When not to use it

Most of the time; turn it on to list the layers of a code base that exist only after a call.

## Errors this prevents

Silent: the layer is not frozen by `trainable = False` before the first call.

## References

- https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.program.build_creations import may_create
from keraslint.rules import Cure, Finding, Rule
from keraslint.rules.creating.layer_in_build import PROMISE, created, why_silent
from keraslint.rules.creating.layer_in_build import cure as layer_cure

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find creations that need something that only the call of `build()` can give."""
    for item in layer.constructions:
        if item.needs and not item.answers:
            yield Finding(
                item.span, f"{created(item)}, because it needs {' and '.join(item.needs)}"
            )


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Offer the flag where only the decision depends on the shape."""
    found = layer_cure(layer, finding)
    if found.fix is not None:
        return found
    return Cure(why_not="`__init__` cannot know the input shape, nor what is set later")


rule = Rule(
    code="KRL103",
    name="shape-dependent-layer",
    summary="A layer is created in `build()` because it needs the input shape",
    page=__doc__,
    explains=(Symptom.NOT_FROZEN,),
    default=False,
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "build"),
    concerns=may_create,
    check=check,
    why_silent=why_silent,
    cure=cure,
)
