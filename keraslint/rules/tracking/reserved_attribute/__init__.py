"""Set `supports_masking`, `trainable` and the like after `super().__init__()`, never before.

## What it does

Finds two things:

- `self.supports_masking = True` and the like above `super().__init__()`: `activity_regularizer`,
  `autocast`, `built`, `input_spec`, `supports_jit`, `supports_masking`, `trainable`.
- A sub-layer that is kept under a name that belongs to Keras: `self._layers`, `self._metrics`.

## Why

`Layer.__init__` gives these attributes their defaults. What was set before is overwritten without a
word: the mask is dropped, the layer is trained although it was frozen, the input is not checked.

Saving passes over the attributes that every layer has. A sub-layer kept under such a name is built
and trained, and its weights are not in the file: what is loaded predicts with random ones.

## Bad

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, **kwargs):
        self.supports_masking = True
        super().__init__(**kwargs)

    def call(self, x):
        return x * 2.0
```

## Good

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, x):
        return x * 2.0
```

## Fix safety

The fix moves the statement below `super().__init__()`. It is unsafe: what the line says takes
effect from then on, as it never did. A sub-layer under a name of Keras' has no fix: files that were
saved so far know it by that name.

## What is proved

That the layer still works. The value that takes effect now may change what it does with masks, or
which weights are trained; a proof tells of that as a difference.

## When not to use it

Where the value is meant to be overwritten. Code for Keras 2 is left alone.

## Errors this prevents

Silent: a mask that is lost, a frozen layer that is trained, weights that are not saved.

## References

- https://github.com/keras-team/keras/issues/19311
- https://github.com/keras-team/keras/issues/20260
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Promise
from keraslint.examination import Symptom
from keraslint.project.names import keras_api
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

RESET = frozenset(
    """activity_regularizer autocast built input_spec supports_jit supports_masking
    trainable""".split()
)
"""What `Layer.__init__` gives a default, whatever was there."""
_DOUBT = "what the line says takes effect from now on, as it never did"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the class assigns to one of these names."""
    init = ref.summary.methods.get("__init__")
    if init is not None and init.assigns & RESET:
        return True
    return any(True for _ in _kept_in_vain(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of what is set too early, and of what is kept where nobody looks."""
    from keraslint.layer.assignments import assignments
    from keraslint.rules.tracking.reserved_attribute.early_statements import early

    if layer.keras != 3:
        return
    init = layer.method("__init__")
    if init is not None:
        for one in early(init, RESET):
            what = f"sets `{one.attribute}` before `super().__init__()`, which resets it"
            yield Finding(init.where(one.target), f"`{layer.name}` {what}")
    for attribute, name in _kept_in_vain(layer.hierarchy, layer.ref):
        method = layer.method(name)
        for one in assignments(method) if method is not None else ():
            if method is not None and one.attribute == attribute:
                what = "is a name of Keras': the layers that it holds are not saved"
                yield Finding(method.where(one.target), f"`{layer.name}.{attribute}` {what}")


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Put the statement below the call of the base."""
    from keraslint.rules.tracking.reserved_attribute.early_statements import early, moved

    init = layer.method("__init__")
    for one in early(init, RESET) if init is not None else ():
        if init is not None and init.where(one.target) == finding.span:
            edits = moved(init, one)
            if not edits:
                return Cure(why_not="what it is set to may be another value further down")
            doubts = (_DOUBT,)
            title = f"Set `{one.attribute}` after `super().__init__()`"
            trust = Applicability.UNSAFE
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
    return Cure(why_not="files that were saved so far know it by this name")


def _kept_in_vain(hierarchy: Hierarchy, ref: ClassRef) -> Iterator[tuple[str, str]]:
    """Attributes of Keras' that get a layer with weights, each with the method that assigns it."""
    reserved = keras_api.reserved_attributes()
    for method in ref.summary.methods.values():
        for name in sorted(method.assigns & reserved):
            if name.startswith("_") and _gets_layers(hierarchy, ref, method.name, name):
                yield name, method.name


def _gets_layers(hierarchy: Hierarchy, ref: ClassRef, method: str, attribute: str) -> bool:
    summary = ref.summary.methods[method]
    scope = ref.scope(summary)
    for leaf in summary.bindings.get(f"self.{attribute}", ()):
        made = hierarchy.made(scope, leaf.removesuffix("()")) if leaf.endswith("()") else None
        if made is not None and not made.guessed and hierarchy.makes_weights(made):
            return True
    return False


rule = Rule(
    code="KRL605",
    name="reserved-attribute",
    summary="An attribute of Keras' own is set too early, or holds layers that are not saved",
    page=__doc__,
    explains=(
        Symptom.SET_TOO_EARLY,
        Symptom.WEIGHTS_LOST,
    ),
    fixable="sometimes",
    words=("class", "self"),
    concerns=concerns,
    check=check,
    cure=cure,
)
