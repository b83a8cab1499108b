"""Name the parameters of `build()` after those of `call()`: `query_shape` for `query`.

## What it does

Finds two things in `build()`, in code for Keras 3:

- several parameters of which one is no parameter of `call()` with `_shape` behind it, or is a
  required `mask_shape`;
- `self.add_loss()`, there and in `__init__`.

## Why

Keras 3 hands the shapes of several inputs to `build()` by name, and takes the names from `call()`:
`call(self, query, value)` goes with `build(self, query_shape, value_shape)`. Any other name stops
the first call of the layer. A mask has no shape that `build()` is told. With one parameter, its
name does not matter: it gets the shape of the first input.

What `add_loss()` is given outside of `call()` is forgotten before the layer is called.

## Bad

```python
import keras


class Cross(keras.layers.Layer):
    def build(self, left_shape, right_shape):
        self.kernel = self.add_weight(shape=(left_shape[-1], right_shape[-1]))

    def call(self, query, value):
        return keras.ops.matmul(query, self.kernel) + value
```

## Good

```python
import keras


class Cross(keras.layers.Layer):
    def build(self, query_shape, value_shape):
        self.kernel = self.add_weight(shape=(query_shape[-1], value_shape[-1]))

    def call(self, query, value):
        return keras.ops.matmul(query, self.kernel) + value
```

## Fix safety

The fix renames the parameters after those of `call()`, in their order, where there are as many of
both. It is unsafe: code that calls `build()` with the names that they had has to be changed as
well. A loss has no fix: it belongs into `call()`, or is a regularizer of a weight.

## What is proved

The version before cannot be called, so that there is nothing to compare with.

## When not to use it

Where `build()` is only ever called by the project's own code, and before the layer is called: then
Keras does not look at the names. Code for Keras 2 is left alone. A `call()` that takes `**kwargs`
is left alone, and so are classes with a `__call__()` of their own.

## Errors this prevents

`ValueError: For a `build()` method with more than one argument, all arguments should have a
`_shape` suffix and match an argument from `call()`.`

## References

- https://keras.io/api/layers/base_layer/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Health, Measure, Promise
from keraslint.examination import Symptom
from keraslint.project.names.definitions import ClassRef, Instance
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.facts.module_facts import FunctionSummary
    from keraslint.project.names.name_resolution import Hierarchy

PROMISE = Promise(keeps=(Measure.CONFIG,), mends=(Health.BUILDS,))
SUFFIX, MASK = "_shape", "mask_shape"
_LOSS = "self.add_loss"
_DOUBT = "callers that name the parameters have to name them anew"
_MODES = frozenset({"training", "mask"})


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether names do not fit, or a loss is added too early."""
    return bool(misnamed(hierarchy, ref)) or any(True for _ in _early_losses(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of `build()` once, and of each such loss."""
    hierarchy, ref = layer.hierarchy, layer.ref
    build = layer.method("build")
    names = misnamed(hierarchy, ref)
    if layer.keras == 3 and names and build is not None:
        what = f"`build()` takes `{names[0]}`, which is the shape of no input of `call()`"
        yield Finding(build.place, f"{what}: calling `{layer.name}` fails, unless it is built")
    for found in _early_losses(hierarchy, ref) if layer.keras == 3 else ():
        method = layer.method(found)
        for call in _calls(method) if method is not None else ():
            if method is not None:
                what = f"`{found}()` adds a loss, which is forgotten before `call()` runs"
                yield Finding(method.span(call), f"`{layer.name}`: {what}")


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Rename the parameters after those of `call()`."""
    build = layer.method("build")
    if build is None or finding.span != build.place:
        return Cure(why_not="the loss belongs into `call()`")
    new = _renames(layer.hierarchy, layer.ref)
    if not new or set(new.values()) & _names(build):
        return Cure(why_not="`call()` does not say which input each of them is the shape of")
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE,
            message="Name the parameters of `build()` after those of `call()`",
            edits=build.edits(_renamed(build, new)),
            layer=layer.name,
            promise=PROMISE,
            doubts=(_DOUBT,),
            unseen=(_DOUBT,),
        )
    )


def misnamed(hierarchy: Hierarchy, ref: ClassRef) -> tuple[str, ...]:
    """The parameters of the class's own `build()` for which Keras has no shape to hand over."""
    build, call = ref.summary.methods.get("build"), hierarchy.method(ref, "call")
    shapes = _shapes(build) if build is not None and not build.decorators else ()
    lineage = hierarchy.lineage(ref)
    if len(shapes) < 2 or call is None or lineage.missing or hierarchy.method(ref, "__call__"):
        return ()
    parameters = call.summary.parameters
    if build is None or call.summary.decorators or any(p.kind == "**" for p in parameters):
        return ()
    wanted = {f"{p.name}{SUFFIX}" for p in parameters} - {MASK}
    required = {p.name for p in build.parameters if p.required}
    wrong = [n for n in shapes if n not in wanted and (n != MASK or n in required)]
    return () if wrong and _is_built_by_others(hierarchy, ref) else tuple(wrong)


def _is_built_by_others(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a class of the same file builds one itself, before Keras would."""
    return any(
        meaning == Instance(ref)
        for owner in ClassRef.all(ref.module)
        for method in owner.summary.methods.values()
        for call in method.calls
        if call.endswith(".build")
        for meaning in hierarchy.values(owner.scope(method), call.removesuffix(".build"))
    )


def _shapes(build: FunctionSummary) -> tuple[str, ...]:
    return tuple(p.name for p in build.parameters[1:] if p.kind in ("plain", "keyword"))


def _renames(hierarchy: Hierarchy, ref: ClassRef) -> dict[str, str]:
    """What each parameter of `build()` is called after the input at its place."""
    call = hierarchy.method(ref, "call")
    shapes = _shapes(ref.summary.methods["build"])
    parameters = call.summary.parameters[1:] if call is not None else ()
    inputs = [p.name for p in parameters if p.kind == "plain" and p.name not in _MODES]
    if len(inputs) != len(shapes):
        return {}
    pairs = zip(shapes, inputs, strict=True)
    return {shape: f"{name}{SUFFIX}" for shape, name in pairs if shape != f"{name}{SUFFIX}"}


def _names(method: Method) -> set[str]:
    import libcst as cst

    from keraslint.layer.method_syntax import walk

    return {node.value for node in walk(method.node) if isinstance(node, cst.Name)}


def _renamed(method: Method, names: dict[str, str]) -> cst.FunctionDef:
    import libcst as cst

    from keraslint.layer.tree_edits import Renamed

    return cst.ensure_type(method.node.visit(Renamed(names)), cst.FunctionDef)


def _early_losses(hierarchy: Hierarchy, ref: ClassRef) -> Iterator[str]:
    own = hierarchy.method(ref, "add_loss")
    for name in ("__init__", "build"):
        method = ref.summary.methods.get(name)
        if method is not None and own is None and _LOSS in method.calls:
            yield name


def _calls(method: Method) -> Iterator[cst.Call]:
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    for node in walk(method.node.body):
        if isinstance(node, cst.Call) and dotted(node.func) == _LOSS:
            yield node


rule = Rule(
    code="KRL203",
    name="build-signature",
    summary="The parameters of `build()` do not fit those of `call()`",
    page=__doc__,
    fixable="sometimes",
    words=("class", "build"),
    concerns=concerns,
    check=check,
    cure=cure,
    explains=(Symptom.BUILD_REFUSED,),
    promise=PROMISE,
)
