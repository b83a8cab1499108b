"""Create a layer without state in `__init__`, too, so that it is there from the beginning.

## What it does

Finds layers that have no state at all (`Add`, `Reshape`, `Activation`), are created while `build()`
runs, and need nothing from the input shape.

## Why

There is nothing in them that could be frozen, trained or saved. What remains is that `block.act` is
an `AttributeError` before the first call, and that the layer is not among the sub-layers until
then. Layers that do have state are `layer-in-build`'s concern.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def build(self, input_shape):
        self.act = keras.layers.Activation("relu")

    def call(self, x):
        return self.act(x)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.act = keras.layers.Activation("relu")

    def build(self, input_shape):
        super().build(input_shape)

    def call(self, x):
        return self.act(x)
```

## Fix safety

The fix is that of `layer-in-build`, and as safe: it moves all the layers of the class together, in
their order.

## What is proved

That everything stays as it was.

## When not to use it

This rule is off unless it is selected, since few people change code for it. Keras 2 and Keras 3 do
not differ here.

## Errors this prevents

`AttributeError: 'Block' object has no attribute 'act'`, before the first call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.project.program.build_creations import may_create
from keraslint.rules import Finding, Rule
from keraslint.rules.creating.layer_in_build import PROMISE, cure, needless, why_silent

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find creations without state that need nothing from the call of `build()`."""
    return needless(layer, stateless=True)


rule = Rule(
    code="KRL106",
    name="stateless-layer-in-build",
    summary="A layer without state is created in `build()` and needs nothing from the input shape",
    page=__doc__,
    default=False,
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "build"),
    concerns=may_create,
    check=check,
    why_silent=why_silent,
    cure=cure,
)
