"""Move the layer to `__init__`; `build()` is for weights, and for building the children.

## What it does

Finds layers that are created while `build()` runs although nothing that they need comes from the
input shape. `__init__` could create them as well. Layers without weights and without a seed
(`Activation`, `Add`) are `stateless-layer-in-build`'s concern; the fix moves them along.

## Why

Keras knows a sub-layer from the moment it is assigned. One that is created in `build()` is not
there yet when the layer is configured:

- `layer.trainable = False` before the first call does not reach it. The optimizer goes on training
  it, and a `BatchNormalization` goes on updating its statistics. No message says so.
- `layer.conv` before the first call is an `AttributeError`.
- `model.layers`, `summary()` and transfer-learning code do not see it.

On Keras 2, a freeze before the first call reaches the weights all the same; a `BatchNormalization`
that is created later goes on updating its statistics. The rest is as on Keras 3.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(self.units)

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
```

## Fix safety

The fix moves the creating statements, and the plain values that they need, to the end of
`__init__`, in their order. `child.build(...)` and everything else stay in `build()`. It is safe
when all of this can be shown, and unsafe, with the reason, when some of it cannot:

- every value that moves along is there at the end of `__init__`, and is the same as in `build()`:
  no code sets it from outside, and it comes from no environment variable, file, clock, setting of
  Keras, or global that changes;
- no condition or loop around the creation depends on the input shape;
- the order of `.weights` stays what it was;
- nothing that runs before `build()` asks whether the layer is there yet;
- no subclass in the project sets these attributes, skips `__init__`, or replaces `build()`;
- what moves has no other effect than creating the layers.

A move that changes the order of the weights tears no layers apart that are made by the same call:
if one `Dense` needs the shape, the others stay with it.

On Keras 2 no `child.build(...)` is added: it would take the child's own name out of the names of
its weights, and two children of one kind could no longer be written to an `.h5` file.

Three things change with every such fix, and are meant to or cannot be helped: freezing before the
first call starts to work; automatic names (`dense_4`) and initial random values may differ, because
layers are created earlier than before.

## What is proved

Outputs in inference and in training, losses, gradients and one training step, paths, shapes,
dtypes and order of the weights, the configuration, checkpoints written before and read after. On
Keras 2, names of weights, `.h5` files and TensorFlow's checkpoints, too.

## When not to use it

When the code must create layers late on purpose, for example to pick up a dtype policy that is set
between construction and the first call.

## Errors this prevents

Silent: a frozen block that goes on training. Loud:
`AttributeError: 'Block' object has no attribute 'dense'`.

## References

- https://keras.io/api/layers/base_layer/ (`build()` creates the layer's weights)
- https://github.com/tensorflow/tensorflow/issues/46858
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Health, Measure, Promise, Span
from keraslint.examination import Symptom
from keraslint.project.program.build_creations import may_create
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import Construction, LayerClass

PROMISE = Promise(mends=(Health.FREEZES, Health.RELOADS, Health.BUILDS))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find creations that need nothing from the call of `build()`, of layers with state."""
    return needless(layer, stateless=False)


def needless(layer: LayerClass, *, stateless: bool) -> Iterator[Finding]:
    """Find what needs nothing from it, with state or without."""
    for item in layer.constructions:
        if not item.needs and item.stateless == stateless:
            yield Finding(item.span, f"{created(item)}, but needs nothing from the input shape")


def created(item: Construction) -> str:
    """Say what is created, and where."""
    assumed = f" ({item.assumed})" if item.assumed else ""
    made = f"`{item.callee}`{assumed} is created"
    if item.factory:
        made = f"`{item.callee}()`{assumed} creates a layer"
    if item.method == "build":
        return f"{made} in `build()`"
    return f"{made} in `{item.method}()`, which `build()` runs"


def why_silent(layer: LayerClass) -> Iterator[Finding]:
    """Tell why nothing is found."""
    from keraslint.layer.silent_creations import why_no_creation

    for line, said in why_no_creation(layer):
        yield Finding(Span.of(line, 1, line, 2), said)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Offer the most trusted move that takes the creation along."""
    hoist = layer.hoists.choice(finding.span)
    if hoist is None:
        return Cure(why_not=layer.hoists.why_not(finding.span))
    count = len(hoist.moves)
    layers = "the layer" if count == 1 else f"the {count} layers"
    more = ", and build what `build()` leaves unbuilt" if hoist.builds else ""
    keeps = tuple(m for m in PROMISE.keeps if not hoist.symbolic or m is not Measure.CALLS)
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if hoist.doubts else Applicability.SAFE,
            message=f"Create {layers} of `{layer.name}` in `__init__`{more}",
            edits=hoist.edits,
            layer=layer.name,
            promise=Promise(keeps, _mended(layer, builds=bool(hoist.builds))),
            doubts=hoist.doubts,
            unseen=hoist.unseen,
            objections=hoist.objections,
        )
    )


def _mended(layer: LayerClass, *, builds: bool) -> tuple[Health, ...]:
    """What the move is there to mend: it brings weights back only where it also builds."""
    told = PROMISE.mends if layer.keras == 3 else ()
    return tuple(one for one in told if builds or one is not Health.RELOADS)


rule = Rule(
    code="KRL101",
    name="layer-in-build",
    summary="A layer is created in `build()` and needs nothing from the input shape",
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
