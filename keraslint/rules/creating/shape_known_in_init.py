"""Take the size from `__init__`, which already receives it, and create the layer there.

## What it does

Finds layers that are created in `build()` for a size read off the input shape, or under a
condition on it, although `__init__` has a parameter for that size: `in_channels`, `input_dim`, or
the very name that `build()` gives to what it reads.

## Why

The same as for `layer-in-build`: a layer that is created in `build()` is not frozen by
`trainable = False` before the first call, and cannot be reached before it. On top of that, what
`build()` decides from the first input holds for good: a block that is first called on 4 channels
and then on 5 keeps the shortcut of the first call. On Keras 2 the freeze does reach its weights;
the rest is the same.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__(**kwargs)
        self.out_channels = out_channels
        self.project = None

    def build(self, input_shape):
        in_channels = input_shape[-1]
        if in_channels != self.out_channels:
            self.project = keras.layers.Dense(self.out_channels)
            self.project.build(input_shape)

    def call(self, x):
        return x if self.project is None else self.project(x)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__(**kwargs)
        self.out_channels = out_channels
        self.project = None
        if in_channels != self.out_channels:
            self.project = keras.layers.Dense(self.out_channels)

    def build(self, input_shape):
        in_channels = input_shape[-1]
        if in_channels != self.out_channels:
            self.project.build(input_shape)

    def call(self, x):
        return x if self.project is None else self.project(x)
```

## Fix safety

Always unsafe: the two versions behave the same only where the parameter agrees with the input.
The proof runs inputs that agree. A caller who passes a wrong `in_channels` today gets a layer for
the real input, and would get an error afterwards.

## What is proved

The same as for `layer-in-build`, on inputs whose last axis is what the parameter says, among them
one for each side of a condition.

## When not to use it

When the parameter means something else than the size of the input's last axis.

## Errors this prevents

Silent: a frozen block that goes on training; a projection that is missing because the first input
did not need it. Loud: `ValueError: Input 0 of layer "dense" is incompatible with the layer:
expected axis -1 of input shape to have value 5, but received input with shape (2, 4)`.

## References

- https://github.com/keras-team/keras-core/issues/707 (this very block)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.program.build_creations import may_create
from keraslint.rules import Finding, Rule
from keraslint.rules.creating.layer_in_build import PROMISE, created, cure, why_silent

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find creations for which parameters of `__init__` answer every shape read."""
    for item in layer.constructions:
        if item.needs and item.answers:
            told = ", ".join(f"`{name}`" for name, _ in item.answers)
            read = ", ".join(f"`{text}`" for _, text in item.answers)
            yield Finding(
                item.span, f"{created(item)} for {read}, which `__init__` receives as {told}"
            )


rule = Rule(
    code="KRL102",
    name="shape-known-in-init",
    summary="A layer is created in `build()` for a size that `__init__` already receives",
    page=__doc__,
    explains=(Symptom.NOT_FROZEN,),
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "build"),
    concerns=may_create,
    check=check,
    why_silent=why_silent,
    cure=cure,
)
