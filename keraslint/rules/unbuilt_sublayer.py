"""Build every child with weights in `build()`, so that loading finds them.

## What it does

Finds classes whose `build()` leaves a layer unbuilt that the class creates for itself, and that
has weights. A class without any `build()` is fine: Keras then builds the children by a first call.

## Why

Loading calls `build()`, and nothing else, before it reads the weights. A child that is still
unbuilt then has no weights to read them into:

- A model is loaded without its weights, and without an error or a warning. So is a layer inside an
  owner whose `build()` calls `layer.build()`, which is how layers of libraries are built.
- `model.build(shape)` followed by `model.load_weights(file)` does the same.
- `copy.deepcopy(layer)`, or a layer that also has `compute_output_shape()`, ends with an error.

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
        self.head.build(self.hidden.compute_output_shape(input_shape))

    def call(self, x):
        return self.head(self.hidden(x))
```

## Fix safety

The fix adds `self.child.build(...)` at the end of `build()`, for each child that `call()` surely
runs on a shape that `build()` can name: its own argument, or what `compute_output_shape()` of
Keras' own layers makes of it. It is safe: Keras would have built the child on the same shape at
the first call. Where the shape of one child cannot be shown there is no fix, but the reason: a
`build()` that builds half of the children would still lose the others' weights.

Code for Keras 2, by the imports of the file or of the module that it gets Keras from, is left
alone: there, loading finds the weights, and a `child.build()` inside
`build()` gives the weights of all children the same names.

## What is proved

Everything stays as it was, and loading into an owner that builds the layer finds the weights.

## When not to use it

When the layer is never saved, and never part of anything that is.

## Errors this prevents

Silent: a model that has been loaded, and predicts with new random weights. Loud, for a layer that
has `compute_output_shape()`, or whose copy is made: `ValueError: A total of 1 objects could not be
loaded. … Layer 'dense' was never built and thus it doesn't have any variables.`

## References

- https://github.com/keras-team/keras/issues/18875 (children of a `build()` that are never built)
- https://github.com/keras-team/keras/issues/20004
- https://keras.io/guides/making_new_layers_and_models_via_subclassing/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Health, Promise, Span
from keraslint.project.program.children import Child, Unbuilt
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

PROMISE = Promise(mends=(Health.RELOADS, Health.BUILDS))


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether summaries tell of a child that nobody builds."""
    return bool(Unbuilt(hierarchy).of(ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of all the unbuilt children of a class at once, where its `build()` is."""
    lost = unbuilt(layer)
    if not lost:
        return
    names = listed([f"`self.{child.attribute}`" for child in lost])
    whose = "its" if len(lost) == 1 else "their"
    text = f"`{_builder(layer)}` does not build {names}: loading can lose {whose} weights"
    yield Finding(_place(layer, lost[0]), text)


def unbuilt(layer: LayerClass) -> Sequence[Child]:
    """The children that `build()` leaves unbuilt, and nobody else in the project builds."""
    if layer.keras != 3:
        return ()
    from keraslint.layer.child_builds.missing_builds import Additions, built_elsewhere

    found = Unbuilt(layer.hierarchy).of(layer.ref)
    additions = Additions(layer, [child.attribute for child in found])
    return [
        child
        for child in found
        if not additions.mentions(child.attribute)
        and additions.has_weights(child.attribute)
        and (not child.is_sequential or additions.is_filled(child.attribute))
        and not built_elsewhere(child.attribute, additions.text)
        and not any(
            child.attribute in method.reads
            for ref in layer.subclasses
            for name, method in ref.summary.methods.items()
            if name == "build"
        )
    ]


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Build all of them, or tell which shape is missing: half of the weights is no rescue."""
    from keraslint.layer.child_builds.missing_builds import Additions

    attributes = [child.attribute for child in unbuilt(layer)]
    additions = Additions(layer, attributes)
    shapes = additions.shapes
    if layer.unwritable("build"):
        return Cure(why_not=layer.unwritable("build"))
    unknown = [attribute for attribute in attributes if f"self.{attribute}" not in shapes]
    if unknown:
        return Cure(why_not=_missing(layer, additions, unknown))
    names = listed([f"`{child}`" for child in shapes])
    title = f"Build {names} in `build()`"
    return Cure(
        Fix(
            applicability=Applicability.SAFE,
            message=title,
            edits=additions.edits(),
            layer=layer.name,
            promise=PROMISE,
        )
    )


def _missing(layer: LayerClass, additions: object, attributes: Sequence[str]) -> str:
    if "build" not in layer.ref.summary.methods:
        return f"`{_builder(layer)}` is inherited; give the class a `build()` of its own"
    first = attributes[0]
    called_on = additions.called_on(first)  # type: ignore[attr-defined]
    on = f", that of `{called_on}` in `call()`," if called_on else ""
    return f"the shape for `self.{first}.build(…)`{on} cannot be told from the code"


def _builder(layer: LayerClass) -> str:
    build = layer.hierarchy.method(layer.ref, "build")
    if build is None or build.owner is None or build.owner == layer.ref:
        return "build()"
    return f"{build.owner.summary.name}.build()"


def _place(layer: LayerClass, child: Child) -> Span:
    """The name of `build`, or of the method that creates the child when it is inherited."""
    method = layer.method("build") or layer.method(child.method.summary.name)
    return method.place if method is not None else Span.of(1, 1, 1, 2)


def listed(names: Sequence[str]) -> str:
    """A few names, as a person would say them."""
    shown = list(names) if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]
    return " and ".join([*filter(None, [", ".join(shown[:-1])]), shown[-1]])


rule = Rule(
    code="KRL201",
    name="unbuilt-sublayer",
    summary="`build()` does not build a child that has weights",
    page=__doc__,
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "build"),
    concerns=concerns,
    check=check,
    cure=cure,
)
