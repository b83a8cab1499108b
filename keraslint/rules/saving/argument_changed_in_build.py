"""Keep what `build()` works out under a name of its own, beside the argument of `__init__`.

## What it does

Finds layers whose `build()` gives another value to an attribute that holds an argument of
`__init__` and that `get_config()` gives back, where the value comes from the input shape or from
what the attribute held.

## Why

The configuration says how a layer is made. Once it is built, this layer's configuration says
something else than its author did: `units=None`, which meant "as many as the input has", is now the
number 3. A copy that is made from it (`from_config()`, `clone_model()`, a saved file) has 3 units
on any input. A value that is derived from itself, as in `self.units *= 2`, is derived once more
with every copy: the layer grows, and its saved weights no longer fit. So it is on Keras 2.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        if self.units is None:
            self.units = input_shape[-1]
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, x):
        return keras.ops.matmul(x, self.kernel)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        units = self.units if self.units is not None else input_shape[-1]
        self.kernel = self.add_weight(shape=(input_shape[-1], units))

    def call(self, x):
        return keras.ops.matmul(x, self.kernel)

    def get_config(self):
        return {**super().get_config(), "units": self.units}
```

## Fix safety

There is no fix: other methods may count on the changed value.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

Where the configuration is meant to hold what the layer has become. A value that only depends on how
many dimensions the input has, such as an axis counted from the front, is left alone.

## Errors this prevents

Silent: a copy that is larger, or of another size than the code says. Loud, on loading:
`ValueError: The shape of the target variable and the shape of the target value in
`variable.assign(value)` must match.`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether `build()` assigns to what holds an argument and is given back."""
    return bool(_given_back(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each such attribute once, where `build()` changes it."""
    from keraslint.layer.assignments import assignments

    attributes = _given_back(layer.hierarchy, layer.ref)
    build = layer.method("build") if attributes else None
    if build is None:
        return
    told: set[str] = set()
    locals_of_shape = _shaped(build)
    for one in assignments(build):
        if one.attribute not in attributes - told:
            continue
        if _makes_an_object(layer, one.value):
            continue
        if one.operator is not None or _depends(one.value, one.attribute, locals_of_shape):
            told.add(one.attribute)
            what = f"`build()` changes `{one.attribute}`, which `get_config()` gives back"
            text = f"{what}: a copy of `{layer.name}` is made with another value"
            yield Finding(build.where(one.target), text)


def _makes_an_object(layer: LayerClass, value: cst.BaseExpression) -> bool:
    """Whether a value is a layer or the like that is made in `build()`, and no size."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.keras_api import Symbol

    build = layer.ref.summary.methods["build"]
    if not isinstance(value, cst.Call):
        return False
    made = layer.hierarchy.values(layer.ref.scope(build), dotted(value.func))
    return any(
        isinstance(one, ClassRef) or (isinstance(one, Symbol) and one.kind != "function")
        for one in made
    )


def _given_back(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    """Attributes that hold an argument as it came, are read by `get_config()`, set by `build()`."""
    init, build = ref.saving.init, ref.summary.methods.get("build")
    config = hierarchy.method(ref, "get_config")
    if init is None or build is None or config is None or not build.assigns:
        return frozenset()
    kept = {attribute for attribute, through in init.stores.values() if not through}
    return frozenset(kept & build.assigns & config.summary.reads)


def _shaped(build: Method) -> frozenset[str]:
    """What in `build()` holds sizes of the input: parameters, and what comes of them."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    held = {one.name.value for one in build.node.params.params[1:]}
    for node in walk(build.node.body):
        if isinstance(node, cst.Assign) and _mentions(node.value, frozenset(held)):
            targets: list[cst.BaseExpression] = [one.target for one in node.targets]
            unpacked = (t.elements for t in targets if isinstance(t, (cst.Tuple, cst.List)))
            targets += [element.value for elements in unpacked for element in elements]
            held |= {dotted(target) for target in targets} - {""}
    return frozenset(held)


def _depends(value: cst.BaseExpression, attribute: str, names: frozenset[str]) -> bool:
    """Whether a value is a size of the input, or what the attribute held and then some."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    reckons = any(isinstance(node, cst.BinaryOperation) for node in walk(value))
    reads = any(
        isinstance(node, cst.Attribute) and dotted(node) == f"self.{attribute}"
        for node in walk(value)
    )
    return _mentions(value, names) or (reckons and reads and not _counts(value))


def _mentions(value: cst.CSTNode, names: frozenset[str]) -> bool:
    """Whether one of the names stands in an expression, other than to be counted."""
    import libcst as cst

    from keraslint.layer.method_syntax import children, dotted

    if isinstance(value, (cst.Name, cst.Attribute)) and dotted(value):
        return not names.isdisjoint(_prefixes(dotted(value)))
    if _counts(value):
        return False
    return any(_mentions(child, names) for child in children(value))


def _prefixes(name: str) -> list[str]:
    """A name, and what it is an attribute of."""
    parts = name.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def _counts(value: cst.CSTNode) -> bool:
    """Whether an expression is the number of dimensions, or made of it."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    return any(
        (isinstance(node, cst.Call) and dotted(node.func) == "len")
        or (isinstance(node, cst.Attribute) and node.attr.value in ("rank", "ndims"))
        for node in walk(value)
    )


rule = Rule(
    code="KRL407",
    name="argument-changed-in-build",
    summary="`build()` changes an argument that `get_config()` gives back",
    page=__doc__,
    explains=(
        Symptom.CHANGED_BY_BUILDING,
        Symptom.SHAPES_DIFFER,
        Symptom.OTHER_OUTPUT,
    ),
    words=("class", "build", "get_config"),
    concerns=concerns,
    check=check,
    about_loading=True,
)
