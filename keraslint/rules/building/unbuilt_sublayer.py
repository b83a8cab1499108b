"""Build every child with weights in `build()`, so that loading finds them.

## What it does

Finds classes whose `build()` leaves a layer unbuilt that the class creates for itself, and that
has weights. It also finds those whose `build()` builds a layer of a class that has children and no
`build()` of its own: that marks the layer as built, and builds nothing.

A class without any `build()` is fine where nobody calls its `build()`: Keras then builds the
children by a first call. That call is not one in training: a child that `call()` uses only under
`if training:` is reported.

## Why

Loading calls `build()`, and nothing else, before it reads the weights. A child that is still
unbuilt then has no weights to read them into:

- A model is loaded without its weights, and without an error or a warning. So is a layer inside an
  owner whose `build()` calls `layer.build()`, which is how layers of libraries are built.
- `model.build(shape)` followed by `model.load_weights(file)` does the same.
- `copy.deepcopy(layer)`, or a layer that also has `compute_output_shape()`, ends with an error.

Keras only warns, and only where a class without `build()` is built: "`build()` was called on layer
'inner', however the layer does not have a `build()` method implemented and it looks like it has
unbuilt state. This will cause the layer to be marked as built, despite not being actually built".
That is what it means: there are no weights yet, none are read from the file, and the first call
makes new random ones. Of a child that a `build()` leaves out nothing is said at all.

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

There are two rewrites. The first is what one would write: the fix follows `call()`, and the methods
that it runs, and adds `self.child.build(...)` at the end of `build()` for each child, in the order
and under the conditions in which `call()` uses them, loops as loops. A shape is `build()`'s own
argument, what `compute_output_shape()` makes of it, or the sizes that a reshape or a slice names. A
child that is used twice is built once; a child without weights is left out. If the class of a child
has no `build()`, it is given one, where it stands in the same file. This rewrite is safe if every
shape is shown: Keras would have built the child on the same one at the first call. It is unsafe
where other code sets a child, or asks whether it is built. Where a shape is
likely and not shown (`x + y`, of which nobody knows that both have one shape), the fix is unsafe
and says so.

Where the shape of some child cannot be told from the code, the fix is one symbolic call:

```python
def build(self, input_shape):
    # Builds the children: a call on tensors that have no data.
    self.compute_output_spec(keras.KerasTensor(input_shape, dtype=self.compute_dtype))
    super().build(input_shape)
```

That runs `call()` once on tensors that have a shape and no data, and so builds every child that it
reaches: also in lists, with several inputs or a dictionary of them, with unknown sizes and with
mixed precision; to build twice is no error. A class that tells its output shape itself is called
past that, by `keras.Operation.compute_output_spec(self, ...)`. It is always unsafe, and a proof
decides: what `call()` does besides is done once more (a counter in it says 1 after `build()`), a
child that only `training=True` or a mask leads to stays unbuilt, and a `call()` that needs integers
or cannot be traced fails in `build()`. It costs about as much as one more trace of the model.

Where children need an input of which `build()` is not told the shape, `build()` gets a parameter
for it, named as Keras asks: `build(self, query_shape, value_shape=None)` for
`call(self, query, value)`. What is saved before tells of one shape only, so that the lines that
need another one are left out then. That is unsafe, too: whoever calls `build()` with one shape, or
by name, has to be changed. Until a child has been mended so, its owner does not call its `build()`,
which would build half of it.

There is no fix, but the reason, where that does not help, where no shape can be written down and
`call()` takes an index or a sparse tensor, where a subclass has a `call()` or `build()` of its own,
and where `build()` is inherited.

Code for Keras 2, by the imports of the file or of the module that it gets Keras from, or by what
the project requires, is left alone: there, loading finds the weights, and a `child.build()` inside
`build()` gives the weights of all children the same names. Where `tf.keras` may be either, the fix
is unsafe.

## What is proved

Everything stays as it was, and loading into an owner that builds the layer finds the weights. A
symbolic call may run `call()` once more.

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

from keraslint.diagnostic import Applicability, Fix, Health, Measure, Promise, Span
from keraslint.examination import Symptom
from keraslint.project.names.definitions import ClassRef
from keraslint.project.program.built_children import kept_children
from keraslint.project.program.children import Child
from keraslint.project.program.unbuilt_children import Unbuilt
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.child_builds.missing_builds import MissingBuilds
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.name_resolution import Hierarchy

PROMISE = Promise(mends=(Health.RELOADS, Health.BUILDS))


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether summaries tell of a child that nobody builds, or maybe only a call in training."""
    unbuilt = Unbuilt(hierarchy)
    return bool(unbuilt.of(ref) or unbuilt.only_called(ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of all the unbuilt children of a class at once, where its `build()` is."""
    yield from _only_in_training(layer)
    lost = _missing(layer).children
    if not lost:
        return
    whose = "its" if len(lost) == 1 else "their"
    text = f"`{_builder(layer)}` {_what(lost)}: loading can lose {whose} weights"
    yield Finding(_place(layer, lost[0]), text)


def _only_in_training(layer: LayerClass) -> Iterator[Finding]:
    """Loading calls a class without `build()` once, and not in training."""
    from keraslint.layer.child_builds.training_only import training_only

    call, lost = layer.method("call"), training_only(layer)
    if call is not None and lost:
        names = listed([f"`self.{child.attribute}`" for child in lost])
        whose = "its" if len(lost) == 1 else "their"
        text = f"`call()` uses {names} only in training, and no `build()` builds {_it(lost)}"
        yield Finding(call.place, f"{text}: loading loses {whose} weights")


def _it(lost: Sequence[Child]) -> str:
    return "it" if len(lost) == 1 else "them"


def why_silent(layer: LayerClass) -> Iterator[Finding]:
    """Tell of the children why their weights are not lost."""
    line = layer.ref.summary.line
    kept = kept_children(layer.hierarchy, layer.ref)
    if not kept:
        yield Finding(Span.of(line, 1, line, 2), "the class keeps no layer of its own")
    missing = _missing(layer)
    lost = {child.attribute: child for child in Unbuilt(layer.hierarchy).of(layer.ref)}
    states: dict[str, list[str]] = {}
    for child in kept:
        found = lost.get(child.attribute)
        state = missing.spared(found) if found is not None else child.state
        states.setdefault(state, []).append(f"`self.{child.attribute}`")
    for state, names in states.items():
        yield Finding(Span.of(line, 1, line, 2), f"of {listed(names)}: {state}")


def _what(lost: Sequence[Child]) -> str:
    names = listed([f"`self.{child.attribute}`" for child in lost])
    if not all(child.marked for child in lost):
        return f"does not build {names}"
    classes = {ref.summary.name for child in lost for ref in child.marked}
    whose = listed([f"`{name}`" for name in sorted(classes)])
    return f"builds {names}, but {whose} {'has' if len(classes) == 1 else 'have'} no `build()`"


def _missing(layer: LayerClass) -> MissingBuilds:
    from keraslint.layer.child_builds.missing_builds import MissingBuilds

    return MissingBuilds(layer)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Build all of them, or tell which shape is missing: half of the weights is no rescue."""
    from keraslint.layer.child_builds.build_edits import build_edits

    if layer.hierarchy.method(layer.ref, "build") is None:
        return Cure(why_not="no call without `training` builds it: write a `build()` that does")
    if layer.unwritable("build"):
        return Cure(why_not=layer.unwritable("build"))
    missing = _missing(layer)
    builds = missing.builds
    if not builds:
        return Cure(why_not=builds.why_not or "the shapes cannot be told from the code")
    names = listed([f"`self.{child.attribute}`" for child in missing.children])
    how = " by one symbolic call" if builds.symbolic else ""
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if builds.doubts else Applicability.SAFE,
            message=f"Build {names} in `build()`{how}",
            edits=build_edits(layer, builds),
            layer=layer.name,
            promise=promised(PROMISE, symbolic=builds.symbolic),
            doubts=builds.doubts,
        )
    )


def promised(promise: Promise, *, symbolic: bool) -> Promise:
    """What the fix keeps: a symbolic call is one call more."""
    keeps = tuple(m for m in promise.keeps if not symbolic or m is not Measure.CALLS)
    return Promise(keeps, promise.mends)


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
    explains=(
        Symptom.LEFT_UNBUILT,
        Symptom.NEVER_BUILT,
        Symptom.WEIGHTS_LOST,
    ),
    fixable="sometimes",
    promise=PROMISE,
    concerns=concerns,
    check=check,
    why_silent=why_silent,
    cure=cure,
)
