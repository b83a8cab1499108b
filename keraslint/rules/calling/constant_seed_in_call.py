"""Draw random numbers in `call()` with a `SeedGenerator` that `__init__` creates.

## What it does

Finds, in `call()` and in what only `call()` runs: `keras.random` with a number as its seed,
`random` and `numpy.random`, also by way of a generator of theirs that a local name holds.

## Why

`call()` runs once, to be compiled, and not for every batch. What `random` and `numpy.random` draw
then is a constant of the compiled function: each batch of the training gets the same noise. So does
a number as seed, which gives the same values whenever it is asked. Called without `fit()`, what
numpy draws differs each time, so that tests pass.

## Bad

```python
import keras


class Noise(keras.layers.Layer):
    def call(self, x):
        return x + keras.random.normal(keras.ops.shape(x), seed=1)
```

## Good

```python
import keras


class Noise(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1)

    def call(self, x):
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed_generator)
```

## Fix safety

There is no fix: the layer needs one more attribute, which is saved with it, and draws other
numbers.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

Where the same numbers are wanted each time, such as a fixed projection: better draw them in
`build()` and keep them in a weight. (`keras.random` is not there on Keras 2.) Layers that prepare
data outside of the model are left alone, as far as their base tells. Code under `run_eagerly=True`
draws anew each time; silence it there.

## Errors this prevents

Silent: noise that is no noise, an augmentation that shows each picture in one way.

## References

- https://keras.io/api/random/seed_generator/
- https://github.com/keras-team/keras/issues/18426
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.project.names.definitions import External
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.positional_values import takes_values
from keraslint.project.program.call_phase_state import only_in_call
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.names.definitions import ClassRef, FunctionRef
    from keraslint.project.names.name_resolution import Hierarchy

_OUTSIDE = ("random.", "numpy.random.")
_SEEDED = "keras.random."
_SEED = "seed"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether something random is called in `call()`, which `fit()` compiles."""
    return not takes_values(hierarchy, ref) and any(
        _source(hierarchy, method, call)
        for method in only_in_call(hierarchy, ref)
        for call in method.summary.calls
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each call that draws the same numbers for every batch."""
    from keraslint.layer.late_methods import late_methods

    for found in late_methods(layer):
        method = layer.method(found.summary.name)
        if method is not None:
            for call, what in _frozen(layer, found, method):
                text = f"{what}: `{layer.name}` gets the same numbers for every batch of `fit()`"
                yield Finding(method.span(call), text)


def _frozen(
    layer: LayerClass, found: FunctionRef, method: Method
) -> Iterator[tuple[cst.Call, str]]:
    import libcst as cst

    from keraslint.layer.method_syntax import code, dotted, walk

    for node in walk(method.node.body):
        if not isinstance(node, cst.Call):
            continue
        source = _source(layer.hierarchy, found, dotted(node.func))
        if source == _SEEDED:
            given = (a.value for a in node.args if a.keyword and a.keyword.value == _SEED)
            seed = next(given, None)
            if isinstance(seed, cst.Integer):
                yield node, f"`{dotted(node.func)}` has the seed `{code(seed)}`"
        elif source:
            yield node, f"`{dotted(node.func)}` runs once, when `call()` is compiled"


def _source(hierarchy: Hierarchy, method: FunctionRef, callee: str) -> str:
    """Where random numbers come from, if a call draws some."""
    if "()" in callee:
        return ""
    for meaning in hierarchy.values(method.scope, callee):
        if isinstance(meaning, External) and meaning.name.startswith(_OUTSIDE):
            return "" if _is_generator(meaning) else _OUTSIDE[0]
        if isinstance(meaning, Symbol) and meaning.name.startswith(_SEEDED):
            return _SEEDED if meaning.kind == "function" else ""
    holder = callee.partition(".")[0] if "." in callee else ""
    made = method.summary.bindings.get(holder, ())
    return _OUTSIDE[0] if made and all(_makes_one(hierarchy, method, one) for one in made) else ""


def _makes_one(hierarchy: Hierarchy, method: FunctionRef, leaf: str) -> bool:
    """Whether a leaf is a new generator: `numpy.random.default_rng()`."""
    return leaf.endswith("()") and any(
        isinstance(one, External) and one.name.startswith(_OUTSIDE) and _is_generator(one)
        for one in hierarchy.values(method.scope, leaf[:-2])
    )


def _is_generator(function: External) -> bool:
    """Whether calling it draws nothing yet: a class, or what makes its objects."""
    last = function.name.rpartition(".")[2]
    return last[:1].isupper() or last == "default_rng"


rule = Rule(
    code="KRL303",
    name="constant-seed-in-call",
    summary="`call()` draws the same random numbers for every batch",
    page=__doc__,
    words=("class", "call", "random"),
    concerns=concerns,
    check=check,
)
