"""Change a weight with `assign()`, `assign_add()` or `assign_sub()`, never by `=` or `+=`.

## What it does

Finds statements in `call()`, and in what it calls, that bind the attribute of a weight to something
new: `self.count = self.count + 1`, `self.count += 1`.

## Why

The attribute held the weight; from then on it holds a tensor of that one call. The weight itself
stays as it was made, for ever. `fit()` and `predict()` go on with a tensor that belongs to a graph
which is gone, and fail with an error that names neither the line nor the weight. Called directly,
the layer works, so that its tests pass.

## Bad

```python
import keras


class Counter(keras.layers.Layer):
    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.count += 1.0
        return x * self.count
```

## Good

```python
import keras


class Counter(keras.layers.Layer):
    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.count.assign_add(1.0)
        return x * self.count
```

## Fix safety

The fix is unsafe: it does what the line was meant to do, which it never did. What is trained from
then on is trained with a weight that moves. A statement that assigns to more than the weight has no
fix.

## What is proved

Nothing: the version before does not get through `fit()`, so there is nothing to compare with.

## When not to use it

When the attribute is meant to be a tensor after the first call. That fails in `fit()` all the same.
Code for Keras 2 is left alone: there, `+=` on a weight is an error that says what to do instead.

## Errors this prevents

`TypeError: <tf.Tensor 'add:0' shape=() dtype=float32> is out of scope and cannot be used here.` On
JAX: `UnexpectedTracerError`.

## References

- https://keras.io/api/layers/base_layer/#addweight-method
- https://www.tensorflow.org/guide/function#variables
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Promise
from keraslint.examination import Symptom
from keraslint.project.program.call_phase_state import created, only_in_call
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.assignments import Assignment
    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.names.definitions import ClassRef, FunctionRef
    from keraslint.project.names.name_resolution import Hierarchy

_HELD = ("weight", "variable")
_DOUBT = "the weight moves from now on, as it never did"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a method that only `call()` runs assigns to the attribute of a weight."""
    return any(True for _ in _rebinding(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each such statement."""
    for method, one in _statements(layer) if layer.keras == 3 else ():
        what = "is a weight, which this line replaces by a tensor: `fit()` fails"
        yield Finding(method.where(one.target), f"`{layer.name}.{one.attribute}` {what}")


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Assign to the weight instead."""
    from keraslint.rules.calling.rebound_weight.assigning import assigned

    for method, one in _statements(layer):
        if method.where(one.target) == finding.span:
            edits = assigned(method, one)
            if not edits:
                return Cure(why_not="the statement assigns to more than the weight")
            title = f"Assign to the weight `{one.attribute}`"
            return Cure(
                Fix(
                    applicability=Applicability.UNSAFE,
                    message=title,
                    edits=edits,
                    layer=layer.name,
                    promise=Promise(),
                    doubts=(_DOUBT,),
                    unseen=(_DOUBT,),
                )
            )
    return Cure()


def _statements(layer: LayerClass) -> Iterator[tuple[Method, Assignment]]:
    from keraslint.layer.assignments import assignments
    from keraslint.rules.calling.rebound_weight.other_arms import is_in_the_other_arm

    for found, attributes in _rebinding(layer.hierarchy, layer.ref):
        method = layer.method(found.summary.name)
        if method is not None:
            for one in assignments(method):
                if one.attribute in attributes and not is_in_the_other_arm(layer, method, one):
                    yield method, one


def _rebinding(hierarchy: Hierarchy, ref: ClassRef) -> Iterator[tuple[FunctionRef, set[str]]]:
    """The methods that only `call()` runs, with the attributes of weights that they bind anew."""
    late = only_in_call(hierarchy, ref)
    assigned = {name for method in late for name in method.summary.assigns}
    weights = {name for name in assigned if _is_weight(hierarchy, ref, name, late)}
    for method in late:
        if found := weights & method.summary.assigns:
            yield method, found


def _is_weight(
    hierarchy: Hierarchy, ref: ClassRef, attribute: str, late: tuple[FunctionRef, ...]
) -> bool:
    """Whether all that other methods of the class bind there are weights."""
    keys = {method.key for method in late}
    made = [
        _kind(hierarchy, item, method.name, leaf)
        for item in hierarchy.lineage(ref).chain
        for method in item.summary.methods.values()
        if (item.module.path, method.name, method.line) not in keys
        for leaf in method.bindings.get(f"self.{attribute}", ())
    ]
    return bool(made) and all(kind in _HELD for kind in made)


def _kind(hierarchy: Hierarchy, ref: ClassRef, name: str, leaf: str) -> str:
    method = hierarchy.method(ref, name)
    if method is None or not leaf.endswith("()"):
        return ""
    state = created(hierarchy, ref, method, leaf.removesuffix("()"))
    return state.kind if state is not None else ""


rule = Rule(
    code="KRL302",
    name="rebound-weight",
    summary="`call()` binds the attribute of a weight to a tensor, so that `fit()` fails",
    page=__doc__,
    explains=(
        Symptom.TENSOR_LEAKED,
        Symptom.NOT_REPEATED,
    ),
    fixable="sometimes",
    words=("class", "call"),
    concerns=concerns,
    check=check,
    cure=cure,
)
