"""Add `self.losses` to the loss of a `train_step()`, or the regularizers have no effect.

## What it does

Finds models whose own `train_step()` computes the loss without `self.losses` and without
`self.compute_loss()`, although a layer that the model makes has a regularizer, or calls
`add_loss()`.

## Why

What regularizers and `add_loss()` ask for is collected in `self.losses`. The `train_step()` of
Keras adds it to the loss. One that a model brings itself has to do so, too: otherwise the model
trains as if there were no regularizer, and nothing is said.

## Bad

```python
import keras
import tensorflow as tf


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, kernel_regularizer="l2")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.losses.mean_squared_error(y, self(x, training=True)))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}
```

## Good

```python
import keras
import tensorflow as tf


class Net(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(1, kernel_regularizer="l2")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(keras.losses.mean_squared_error(y, self(x, training=True)))
            loss += sum(self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}
```

## Fix safety

There is no fix: a step may compute several losses, and who writes it knows which of them the
regularizers belong to.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For a step that leaves a regularizer out on purpose. A model whose layers are given to it is left
alone, as nobody can see what they ask for. Keras 2 collects these losses in the same way.

## Errors this prevents

Silent: weights that no regularizer holds back, a loss by `add_loss()` that is never trained.

## References

- https://keras.io/guides/custom_train_step_in_tensorflow/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.project.names.definitions import ClassRef, ModuleRef
from keraslint.project.program.child_makers import makers
from keraslint.project.program.children import children, run_by
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.names.definitions import FunctionRef
    from keraslint.project.names.name_resolution import Hierarchy

_STEP, _LOSSES, _ADDS = "train_step", "losses", "self.add_loss"
_ADDED_BY_KERAS = frozenset({"super().train_step", "self.compute_loss", "self._compute_loss"})
_REGULARIZER = "_regularizer"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a step of the class's own takes gradients, and does not speak of `self.losses`."""
    if _STEP not in ref.summary.methods or hierarchy.lineage(ref).missing:
        return False
    steps = run_by(hierarchy, ref, _STEP)
    calls = {call for method in steps for call in method.summary.calls}
    told = any(_LOSSES in method.summary.reads for method in steps)
    return not told and not calls & _ADDED_BY_KERAS and any(c.endswith(".gradient") for c in calls)


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of the step, if a layer that the class makes asks for a loss."""
    step = layer.method(_STEP)
    steps = run_by(layer.hierarchy, layer.ref, _STEP)
    if step is None or any(_speaks_of_losses(layer, method) for method in steps):
        return
    for ref in (layer.ref, *_makes(layer)):
        what = _asks(layer.beside(ref))
        if what:
            text = f"`{layer.name}.train_step()` leaves out `self.losses`: {what} no effect"
            yield Finding(step.place, text)
            return


def _makes(layer: LayerClass) -> Iterator[ClassRef]:
    """The classes of the project whose layers this one makes."""
    for child in children(layer.hierarchy, layer.ref):
        for target in child.targets:
            if isinstance(target, ClassRef) and target != layer.ref:
                yield target


def _speaks_of_losses(layer: LayerClass, found: FunctionRef) -> bool:
    """Whether a method reads the `losses` of anything but the module of Keras'."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    method = layer.parse(found)
    return method is None or any(
        isinstance(node, cst.Attribute)
        and node.attr.value == _LOSSES
        and not any(
            isinstance(meaning, ModuleRef)
            for meaning in layer.hierarchy.values(found.scope, dotted(node))
        )
        for node in walk(method.node)
    )


def _asks(layer: LayerClass) -> str:
    """What of a class asks for a loss, as the subject of a sentence."""
    methods: list[FunctionRef] = [*run_by(layer.hierarchy, layer.ref, "call")]
    if any(_ADDS in method.summary.calls for method in methods):
        return f"what `{layer.name}` adds by `add_loss()` has"
    for maker in _makers(layer):
        method = layer.parse(maker)
        keyword = _regularizer(method, is_own=maker.owner is not None) if method is not None else ""
        if keyword:
            where = f"{maker.summary.name}()" if maker.owner is None else layer.name
            return f"the `{keyword}` in `{where}` has"
    return ""


def _makers(layer: LayerClass) -> Iterator[FunctionRef]:
    """All that makes what a class keeps: its own methods, and the functions that they ask."""
    for name in ("__init__", "build"):
        yield from run_by(layer.hierarchy, layer.ref, name)
    for child in children(layer.hierarchy, layer.ref):
        yield from makers(layer.hierarchy, layer.ref, child, lambda maker, call: True)


def _regularizer(method: Method, *, is_own: bool) -> str:
    """The keyword by which a method gives a layer a regularizer of its own choice."""
    import libcst as cst

    from keraslint.layer.method_syntax import certain, walk

    for node in (walk if is_own else certain)(method.node.body):
        name = node.keyword.value if isinstance(node, cst.Arg) and node.keyword else ""
        is_made = isinstance(node, cst.Arg) and isinstance(node.value, (cst.Call, cst.SimpleString))
        if name.endswith(_REGULARIZER) and is_made:
            return name
    return ""


rule = Rule(
    code="KRL306",
    name="own-losses-ignored",
    summary="`train_step()` leaves out `self.losses`: regularizers have no effect",
    page=__doc__,
    words=("class", "train_step"),
    concerns=concerns,
    check=check,
)
