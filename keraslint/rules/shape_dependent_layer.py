"""Know that this layer exists only after the first call, and build it in `build()`.

## What it does

Points at layers that are created in `build()` because they need the input shape, and `__init__`
has no way to know it. That is a legitimate use of `build()`: the rule is off by default, and there
is no fix.

## Why

The layer still is not there before the first call: it cannot be frozen, inspected or configured
before. If its size can be made an argument, it can be created in `__init__` like any other. Where
only the *decision* depends on the shape, the layer can be created always and used when needed.

## Bad

```python
import keras


class Gate(keras.layers.Layer):
    def build(self, input_shape):
        self.dense = keras.layers.Dense(input_shape[-1])
        self.dense.build(input_shape)

    def call(self, x):
        return x * self.dense(x)
```

## Good

```python
import keras


class Gate(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return x * self.dense(x)
```

## Fix safety

There is no fix: the constructor would need a new argument.

## What is proved

Nothing, as nothing is rewritten.

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

from keraslint.rules import Cure, Finding, Rule
from keraslint.rules.layer_in_build import created

if TYPE_CHECKING:
    from keraslint.layer.facts import LayerClass


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find creations that need something that only the call of `build()` can give."""
    for item in layer.constructions:
        if item.needs and not item.answers:
            yield Finding(
                item.span, f"{created(item)}, because it needs {' and '.join(item.needs)}"
            )


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Say that there is none."""
    return Cure(why_not="`__init__` cannot know the input shape")


rule = Rule(
    code="KRL103",
    name="shape-dependent-layer",
    summary="A layer is created in `build()` because it needs the input shape",
    page=__doc__,
    default=False,
    check=check,
    cure=cure,
)
