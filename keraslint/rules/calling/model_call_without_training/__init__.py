"""Give the model's `call()` a `training` argument, so that `fit()` can say that it trains.

## What it does

Finds models whose `call()` takes no `training` argument although a layer that they create and use
behaves differently in training: `Dropout`, `BatchNormalization`, noise, random augmentation.

## Why

`Model.fit()` looks for an argument of that name in the signature of `call()`. If there is one, it
calls the model with `training=True`, and Keras hands that on to every layer inside. If there is
none, the whole model runs as in inference while it is being trained: nothing is dropped, and the
statistics of a `BatchNormalization` stay what they were at the start. There is no message. In
Keras 2 the same code trained as it should. `**kwargs` is not enough: the name has to be there.

A *layer* needs no such argument, and a model that is only ever part of another model does not
either.

## Bad

```python
import keras


class Classifier(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dropout = keras.layers.Dropout(0.5)
        self.head = keras.layers.Dense(2)

    def call(self, x):
        return self.head(self.dropout(x))
```

## Good

```python
import keras


class Classifier(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dropout = keras.layers.Dropout(0.5)
        self.head = keras.layers.Dense(2)

    def call(self, x, training=None):
        return self.head(self.dropout(x))
```

## Fix safety

The fix adds `training=None` to the signature. Nothing has to be handed on: the layers inside are
told by Keras. Training changes, and is meant to; what the model computes in inference does not. The
fix is safe, but for these cases, in which it is unsafe: `call()` takes `**kwargs`, where `training`
may have been looked for; another method of the class, or a subclass, has something to say about
`call()`; code of the project looks at the signature of `call()`.

Code for Keras 2 is left alone, and so are models with a `train_step()` of their own, those whose
`call()` needs more than its inputs, which `fit()` cannot give, and those that use a child whose
`call()` has `training=True`: it trains unasked, and so does what is called after it.

## What is proved

Outputs in inference and when called with `training=True`, weights, the configuration, checkpoints.

## When not to use it

For models that are not trained with `fit()`.

## Errors this prevents

Silent: a network that overfits because its dropout is off, or that fails in inference because its
`BatchNormalization` never saw any data.

## References

- https://github.com/keras-team/keras-hub/issues/1500 (why Keras 2 and Keras 3 differ)
- https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Promise
from keraslint.examination import Symptom
from keraslint.project.program.training_children import trained_otherwise
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef, FunctionRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether `fit()` would not tell a child that it trains."""
    return bool(trained_otherwise(hierarchy, ref, lambda maker, call: True))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of the first child that would have to know."""
    found = trained_otherwise(layer.hierarchy, layer.ref, _Certain(layer))
    call = layer.method("call") if layer.keras == 3 and found else None
    if call is None:
        return
    child = found[0]
    text = f"`call()` takes no `training`, so `fit()` runs `self.{child}` as in inference"
    yield Finding(call.place, text)


class _Certain:
    """Tells whether a function makes a call on every way through it."""

    def __init__(self, layer: LayerClass) -> None:
        self._layer = layer
        self._calls: dict[tuple[str, str, int], frozenset[str]] = {}

    def __call__(self, maker: FunctionRef, call: str) -> bool:
        if maker.key not in self._calls:
            self._calls[maker.key] = frozenset(self._made(maker))
        return call in self._calls[maker.key]

    def _made(self, maker: FunctionRef) -> Iterator[str]:
        import libcst as cst

        from keraslint.layer.method_syntax import certain, dotted

        method = self._layer.parse(maker)
        for node in certain(method.node) if method is not None else ():
            if isinstance(node, cst.Call):
                yield dotted(node.func)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Add the parameter."""
    from keraslint.rules.calling.model_call_without_training.parameter_edits import with_parameter

    call = layer.method("call")
    assert call is not None
    if layer.unwritable("call"):
        return Cure(why_not=layer.unwritable("call"))
    doubts = tuple(_doubts(layer))
    trust = Applicability.UNSAFE if doubts else Applicability.SAFE
    edits = with_parameter(call, "training", "None")
    title = "Add `training=None` to `call()`"
    return Cure(
        Fix(
            applicability=trust,
            message=title,
            edits=edits,
            layer=layer.name,
            promise=Promise(),
            doubts=doubts,
            unseen=doubts,
        )
    )


def _doubts(layer: LayerClass) -> Iterator[str]:
    from keraslint.project.program.class_users import ClassUsers

    summary = layer.ref.summary.methods["call"]
    users = ClassUsers(layer.effects, layer.ref)
    yield from users.looks_at("call")
    yield from users.heeds(("call",), ("TypeError",), given="training")
    if any(parameter.kind == "**" for parameter in summary.parameters):
        yield "`call()` may look for `training` among its `**kwargs`"
    if "training" in summary.bindings:
        yield "`training` already is a name in `call()`"
    if summary.decorators:
        yield f"`call()` is decorated with `{summary.decorators[0]}`"
    for ref in layer.subclasses:
        if "call" in ref.summary.methods:
            yield f"the subclass `{ref.summary.name}` has its own `call()`"


rule = Rule(
    code="KRL301",
    name="model-call-without-training",
    summary="A model's `call()` has no `training`, so dropout and the like are off in `fit()`",
    page=__doc__,
    explains=(Symptom.OFF_IN_TRAINING,),
    fixable="sometimes",
    words=("class", "call"),
    concerns=concerns,
    check=check,
    cure=cure,
)
