"""Give each weight an initializer of its own: `initializer.clone()`.

## What it does

Finds one initializer *object*, in an attribute or a local name, that makes several weights of the
same size: by `add_weight()` with the same shape, by layers of Keras that are made alike and called
on the same input, or by what is made in a loop. Initializers that give constants, and names such as
`"glorot_uniform"`, are left alone.

## Why

In Keras 3 an initializer draws the same numbers whenever it is called. Two weights of one shape
start as copies of each other: the branches of an ensemble are one branch, the heads of an attention
look for the same thing. Parallel branches that start alike and get the same gradients stay alike
for ever. Keras 2 warned of it; Keras 3 does not. A name makes a new initializer for every weight.

## Bad

```python
import keras


class TwoWays(keras.layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        start = keras.initializers.GlorotUniform()
        self.left = keras.layers.Dense(units, kernel_initializer=start)
        self.right = keras.layers.Dense(units, kernel_initializer=start)

    def call(self, x):
        return keras.ops.concatenate([self.left(x), self.right(x)], axis=-1)
```

## Good

```python
import keras


class TwoWays(keras.layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        start = keras.initializers.GlorotUniform()
        self.left = keras.layers.Dense(units, kernel_initializer=start)
        self.right = keras.layers.Dense(units, kernel_initializer=start.clone())

    def call(self, x):
        return keras.ops.concatenate([self.left(x), self.right(x)], axis=-1)
```

## Fix safety

The fix adds `.clone()` wherever the class makes another weight with the same initializer, also of
another size, so that all say the same. A clone draws numbers of its own as long as the initializer
has no seed. It is unsafe: the weights start as others than before, as they should, and what the
initializer is may be a function that has no `clone()`.

## What is proved

Nothing: the numbers that the weights start with change on purpose, and no run of the layer tells
whether somebody counts on them. With `--prove` the fix stays *unknown*.

## When not to use it

Where weights are meant to start alike. Weights of different sizes are left alone, although they are
not independent: the smaller one starts with the numbers with which the larger one begins, up to a
factor that some initializers take from the size (seen with TensorFlow and JAX). An initializer that
tables of tokens and of positions share gives the first tokens the vectors of the first positions.

## Errors this prevents

Silent: parallel branches that compute the same.

## References

- https://github.com/keras-team/keras-hub/issues/352
- https://github.com/leondgarse/keras_cv_attention_models/issues/114
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Promise
from keraslint.project.program.random_initializers import gives_one
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy
    from keraslint.rules.tracking.shared_initializer.initializer_uses import Use

_DOUBT = "the weights start with other numbers"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a method of the class, or of a base, makes an initializer, or gets one by name."""
    return any(
        gives_one(hierarchy, item.scope(method), call)
        for item in hierarchy.lineage(ref).chain
        for method in item.summary.methods.values()
        for call in method.calls
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of the second weight of each size, and of the first that is made in a loop."""
    for use in _again(layer):
        what = f"`{use.held}` makes several weights of this size"
        text = f"{what}: they start as the same numbers in `{layer.name}`"
        yield Finding(use.method.span(use.call), text)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Clone it there, and wherever else the class makes a weight with it."""
    return Cure(layer.once(_cloning))


def _cloning(layer: LayerClass) -> Fix:
    """The one fix of a class, which all its findings share."""
    from keraslint.rules.tracking.shared_initializer.initializer_uses import cloned, uses

    shared = {use.held for use in _again(layer)}
    wanted, seen = [], set()
    for use in uses(layer):
        if use.held in shared and (use.repeated or use.held in seen):
            wanted.append(use)
        seen.add(use.held)
    return Fix(
        applicability=Applicability.UNSAFE,
        message="Clone the initializer",
        edits=cloned(wanted),
        layer=layer.name,
        promise=Promise(),
        doubts=(_DOUBT,),
        unseen=(_DOUBT,),
    )


def _again(layer: LayerClass) -> Iterator[Use]:
    """The uses of an initializer that makes, or has made, another weight of the same size."""
    from keraslint.rules.tracking.shared_initializer.initializer_uses import uses

    seen: set[tuple[str, str]] = set()
    for use in uses(layer) if layer.keras == 3 else ():
        if use.repeated or (use.size and (use.held, use.size) in seen):
            yield use
        seen.add((use.held, use.size))


rule = Rule(
    code="KRL602",
    name="shared-initializer",
    summary="One initializer makes several weights, which start as the same numbers",
    page=__doc__,
    fixable="always",
    words=("class", "initializers"),
    concerns=concerns,
    check=check,
    cure=cure,
)
