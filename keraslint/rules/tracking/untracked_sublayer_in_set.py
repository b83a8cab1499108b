"""Keep sub-layers in a list, a dict or attributes of their own, never in a `set`.

## What it does

Finds attributes of a layer to which a `set` is assigned, and into which layers with weights are
put: `self.branches = {Dense(4), Dense(8)}`, `self.branches.add(Dense(4))`.

## Why

Keras tracks the layers in a `set`: they are built, listed in `weights`, frozen and trained. But
saving passes over them, because a set has no order by which loading could tell its members apart.

- A `Layer` is saved without the weights of these layers. Loading makes them anew, with random
  values, and says nothing.
- A `Model` saves the layers that it holds once more, in the order in which the set gives them,
  which is another one for every set. Loading gives the weights of one layer to another of the same
  shape and says nothing, or fails if the shapes differ.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.branches = {keras.layers.Dense(3), keras.layers.Dense(3, activation="relu")}

    def build(self, input_shape):
        for branch in self.branches:
            branch.build(input_shape)

    def call(self, x):
        return sum(branch(x) for branch in self.branches)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.branches = [keras.layers.Dense(3), keras.layers.Dense(3, activation="relu")]

    def build(self, input_shape):
        for branch in self.branches:
            branch.build(input_shape)

    def call(self, x):
        return sum(branch(x) for branch in self.branches)
```

## Fix safety

There is no fix: a list has an order, and only the author knows which one is meant. From then on
weights are saved and loaded by it.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For a layer that is never saved, and never part of anything that is. Code for Keras 2 is left alone.

## Errors this prevents

Silent: what has been loaded predicts with random weights, or with those of another layer.

## References

- https://keras.io/guides/serialization_and_saving/
- https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Span
from keraslint.examination import Symptom
from keraslint.project.names.definitions import Scope
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.facts.module_facts import FunctionSummary
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the facts of a class name a set of layers."""
    return any(True for _ in _sets_of_layers(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each attribute where the set is assigned to it."""
    is_model = layer.kind == "model"
    for attribute, name in _sets_of_layers(layer.hierarchy, layer.ref) if layer.keras == 3 else ():
        method = layer.method(name)
        for span, is_alone in _assigned(method, attribute) if method is not None else ():
            if is_model and not is_alone:
                what = "loading can give the weights of one of its layers to another"
                yield Finding(span, f"`{attribute}` is a `set`: {what}")
            elif not is_model:
                what = f"`{layer.name}` is saved without the weights of its layers"
                yield Finding(span, f"`{attribute}` is a `set`: {what}")


def _sets_of_layers(hierarchy: Hierarchy, ref: ClassRef) -> Iterator[tuple[str, str]]:
    """The attributes that hold a set with layers in it, each with the method that assigns it."""
    for method in ref.summary.methods.values():
        for name in sorted(method.bindings) if method.sets else ():
            is_set = method.sets & {name, *_held(method, name)}
            if is_set and name.startswith("self.") and _gets_layers(hierarchy, ref, name):
                yield name, method.name


def _gets_layers(hierarchy: Hierarchy, ref: ClassRef, name: str) -> bool:
    """Whether some method of the class puts a layer with weights there."""
    return any(
        _has_weights(hierarchy, ref.scope(method), leaf)
        for method in ref.summary.methods.values()
        for leaf in _held(method, name)
    )


def _held(method: FunctionSummary, name: str) -> set[str]:
    """What a name may stand for, through local names."""
    found: set[str] = set()
    todo = [name]
    while todo:
        new = set(method.bindings.get(todo.pop(), ())) - found
        found |= new
        todo += new
    return found


def _has_weights(hierarchy: Hierarchy, scope: Scope, leaf: str) -> bool:
    """Whether a leaf is a call that makes a layer, which may have weights."""
    callee = leaf.removesuffix("()")
    made = hierarchy.made(scope, callee) if callee != leaf else None
    return made is not None and hierarchy.makes_weights(made)


def _assigned(method: Method, attribute: str) -> Iterator[tuple[Span, bool]]:
    """Where the attribute gets a set, or a local name, and whether one member is all it has."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    for node in walk(method.node.body):
        targets: list[cst.BaseExpression] = []
        if isinstance(node, cst.Assign):
            targets = [one.target for one in node.targets]
        elif isinstance(node, cst.AnnAssign):
            targets = [node.target]
        for target in targets:
            value = getattr(node, "value", None)
            is_set = isinstance(value, (cst.Set, cst.SetComp, cst.IfExp, cst.Name))
            if dotted(target) == attribute and (is_set or dotted(value or target) == "set()"):
                yield method.where(target), isinstance(value, cst.Set) and len(value.elements) == 1


rule = Rule(
    code="KRL601",
    name="untracked-sublayer-in-set",
    summary="A layer is kept in a `set`, whose weights are not saved",
    page=__doc__,
    explains=(Symptom.WEIGHTS_LOST,),
    words=("class", "self"),
    concerns=concerns,
    check=check,
)
