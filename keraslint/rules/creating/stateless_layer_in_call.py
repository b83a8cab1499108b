"""Create a layer without state in `__init__`, so that it is one layer with one name.

## What it does

Finds layers that have no state at all (`Add`, `Reshape`, `Activation`) and are created while
`call()` runs: in `call()` itself, or in a method that only `call()` leads to. A wrapper that adds
nothing to the layer that it is given, as `TimeDistributed(self.dense)(x)`, is one of them.

## Why

Nothing is wrong with what it computes. It costs time in every call that is not compiled, is not
among the layer's sub-layers, and counts up the automatic names: those of a model that is made again
in the same program are others. So it is on Keras 2. Layers that do have state are `state-in-call`'s
concern.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def call(self, x):
        return keras.layers.Activation("relu")(x)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.activation = keras.layers.Activation("relu")

    def call(self, x):
        return self.activation(x)
```

## Fix safety

The fix creates the layer at the end of `__init__`, under the local name that it had, or else one
made from its class, and uses it where it was created. Conditions that ask nothing but what
`__init__` knows come along: `if self.crop is not None:`. It is safe if all can be shown that a move
to `__init__` needs (see `layer-in-build`), and unsafe where a condition that only `call()` knows
would be lost.

## What is proved

That everything stays as it was.

## When not to use it

This rule is off unless it is selected, since few people change code for it.

## Errors this prevents

Silent, and little: the outputs are right, and each call makes one more layer.
"""

from __future__ import annotations

from keraslint.project.program.call_phase_state import creates_late
from keraslint.rules import Rule
from keraslint.rules.creating.state_in_call import cure, stateless

rule = Rule(
    code="KRL105",
    name="stateless-layer-in-call",
    summary="A layer without state is created anew each time that `call()` runs",
    page=__doc__,
    default=False,
    fixable="sometimes",
    words=("class", "call"),
    concerns=creates_late,
    check=stateless,
    cure=cure,
)
