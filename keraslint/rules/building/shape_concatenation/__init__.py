"""Unpack a shape into a new tuple instead of adding a tuple to it.

## What it does

Finds `input_shape[:-1] + (n,)` in `build()` and `compute_output_shape()`.

## Why

A shape is a tuple when the layer is built by a call, and a list when it is built from a saved
file, because JSON knows no tuples. So the code works for as long as the model is trained, and fails
on the day on which it is loaded: a list and a tuple cannot be added.

- A layer in a functional model, or in `Sequential`, cannot be loaded any more.
- A subclassed model catches the error and goes on with a warning about something else: the
  children that come later in `build()` are not built, and their weights are not loaded.

What `compute_output_shape()` is given comes from the `build()` of whoever asks, and is the same
list.

## Bad

```python
import keras


class Classifier(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = keras.layers.Dense(8)
        self.head = keras.layers.Dense(2)

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.head.build(input_shape[:-1] + (8,))

    def call(self, x):
        return self.head(self.hidden(x))
```

## Good

```python
import keras


class Classifier(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = keras.layers.Dense(8)
        self.head = keras.layers.Dense(2)

    def build(self, input_shape):
        self.hidden.build(input_shape)
        self.head.build((*input_shape[:-1], 8))

    def call(self, x):
        return self.head(self.hidden(x))
```

## Fix safety

The fix writes `(*input_shape[:-1], n)`, which is the same tuple for a tuple, and works for a list.
It is safe, but where the project gives layers a shape of a class with an `__add__()` of its own,
or asks for more than a tuple has: `layer.compute_output_shape(x.shape).as_list()`. It is unsafe as
well where code of the project catches the `TypeError` that the old line raises.

Code for Keras 2 is left alone: there, shapes are `TensorShape` objects, which a tuple can be
added to.

## What is proved

Everything stays as it was, and `build()` with a list works.

## When not to use it

When the layer is never saved.

## Errors this prevents

Silent, for a model: the weights of some children are not loaded. Loud, for a layer:
`TypeError: can only concatenate list (not "tuple") to list`, only when it is loaded.

## References

- https://github.com/keras-team/keras/pull/20076 (the shape is a list on loading)
- https://github.com/keras-team/keras/pull/19362
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Health, Promise
from keraslint.examination import Symptom
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

METHODS = ("build", "compute_output_shape")
PROMISE = Promise(mends=(Health.RELOADS, Health.BUILDS))


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether one of the methods adds a tuple to something."""
    methods = ref.summary.methods
    return any(name in methods and methods[name].joins for name in METHODS)


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find sums of a shape and a tuple."""
    from keraslint.rules.building.shape_concatenation.tuple_sums import concatenations

    for method in _methods(layer) if layer.keras == 3 else ():
        asked = method.node.name.value != METHODS[0]
        when = "when a `build()` asks for it on loading" if asked else "on loading"
        for span, text, _ in concatenations(method):
            yield Finding(span, f"`{text}` fails {when}, where the shape is a list")


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Unpack the shapes, in all the methods of the class."""
    if layer.unwritable(*METHODS):
        return Cure(why_not=layer.unwritable(*METHODS))
    return Cure(layer.once(_unpacking))


def _unpacking(layer: LayerClass) -> Fix:
    """The one fix of a class, which all its findings share."""
    from keraslint.rules.building.shape_concatenation.tuple_sums import (
        concatenations,
        without_concatenations,
    )

    methods = list(_methods(layer))
    texts = [new for method in methods for _, _, new in concatenations(method)]
    edits = tuple(edit for method in methods for edit in without_concatenations(method))
    from keraslint.project.program.class_users import ClassUsers, asks_of_shape, own_shape

    users = ClassUsers(layer.effects, layer.ref)
    caught = (
        *users.heeds((*METHODS, "call"), ("TypeError",)),
        *(
            who
            for method in methods
            for span, _, _ in concatenations(method)
            for who in users.catches_own(method.node.name.value, span.start.line, ("TypeError",))
        ),
    )
    own = own_shape(layer.effects, "__add__")
    asked = asks_of_shape(layer.effects, layer.ref)
    doubts = (
        *dict.fromkeys(caught),
        *((f"a shape may be a `{own}`, which adds in its own way",) if own else ()),
        *((f"a shape is asked for `{asked}`, which a tuple does not have",) if asked else ()),
    )
    title = f"Write `{texts[0]}`" if len(texts) == 1 else "Unpack the shapes"
    return Fix(
        applicability=Applicability.UNSAFE if doubts else Applicability.SAFE,
        message=title,
        edits=tuple(sorted(edits)),
        layer=layer.name,
        promise=PROMISE,
        doubts=doubts,
    )


def _methods(layer: LayerClass) -> Iterator[Method]:
    for name in METHODS:
        summary = layer.ref.summary.methods.get(name)
        method = layer.method(name) if summary is not None and summary.joins else None
        if method is not None:
            yield method


rule = Rule(
    code="KRL202",
    name="shape-concatenation",
    summary="A tuple is added to an input shape, which is a list on loading",
    page=__doc__,
    explains=(
        Symptom.SHAPES_NOT_ADDED,
        Symptom.WEIGHTS_LOST,
    ),
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "shape"),
    concerns=concerns,
    check=check,
    cure=cure,
)
