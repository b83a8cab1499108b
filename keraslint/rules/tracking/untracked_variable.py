"""Make weights with `self.add_weight()` or `keras.Variable`, never with `tf.Variable`.

## What it does

Finds attributes of a layer or model to which a `tf.Variable` is assigned, alone or in a list, or
appended, in code for Keras 3.

## Why

Keras 3 tracks its own variables. A `tf.Variable` is an object of TensorFlow that it does not know:
it is not among the `weights`, the optimizer never moves it, and saving passes over it. Nothing is
said as long as anything else in the model can be trained. Keras 2 tracked these variables, so the
code may have worked for years.

## Bad

```python
import keras
import tensorflow as tf


class Scale(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = tf.Variable(2.0)

    def call(self, x):
        return x * self.scale
```

## Good

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scale = self.add_weight(shape=(), initializer=keras.initializers.Constant(2.0))

    def call(self, x):
        return x * self.scale
```

## Fix safety

There is no fix: the shape and the initializer of the weight have to be said, and what was never
trained is trained from then on.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For a variable that is neither trained nor saved on purpose. A variable with `trainable=False` to
which the class never assigns is taken for a table of constants and left alone. So is code for Keras
2, and code that gets Keras by `tensorflow.keras`, where nobody can tell which Keras that is.

## Errors this prevents

Silent: a weight that never moves and is not in the saved file. At most `UserWarning: The model does
not have any trainable weights.`

## References

- https://keras.io/guides/migrating_to_keras_3/
- https://keras.io/api/layers/base_layer/#addweight-method
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import External
from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.facts.module_facts import FunctionSummary
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

_VARIABLES = keras_facts.VARIABLES - {"keras.Variable"}
_ADDS = ".append"
_ASSIGNS = ("assign", "assign_add", "assign_sub", "scatter_update")


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a method of the class makes a variable of TensorFlow's."""
    return any(
        _is_variable(hierarchy, ref, method, call)
        for method in ref.summary.methods.values()
        for call in method.calls
        if call.endswith("Variable")
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each attribute that gets one."""
    for name, summary in layer.ref.summary.methods.items() if layer.surely_keras_3 else ():
        method = layer.method(name)
        for attribute, target, value in _given(method) if method is not None else ():
            call = _variable_in(layer, summary, value)
            if method is None or call is None or _is_constant(layer, call, attribute):
                continue
            verb = "is" if call is value and target is not value else "holds"
            what = f"{verb} a `tf.Variable`, which Keras 3 neither trains nor saves"
            yield Finding(method.where(target), f"`{layer.name}.{attribute}` {what}")


def _given(method: Method) -> Iterator[tuple[str, cst.BaseExpression, cst.BaseExpression]]:
    """What attributes get: the attribute, where it is told, and the value."""
    import libcst as cst

    from keraslint.layer.assignments import assignments
    from keraslint.layer.method_syntax import dotted, walk

    for one in assignments(method):
        yield one.attribute, one.target, one.value
    for node in walk(method.node.body):
        if isinstance(node, cst.Call) and dotted(node.func).endswith(_ADDS):
            owner, _, attribute = dotted(node.func).removesuffix(_ADDS).partition(".")
            if owner == "self" and "." not in attribute:
                yield from ((attribute, arg.value, arg.value) for arg in node.args)


def _variable_in(
    layer: LayerClass, summary: FunctionSummary, value: cst.BaseExpression
) -> cst.Call | None:
    """The call that makes a variable, as the value itself or as an item of a list of them."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted

    if isinstance(value, (cst.List, cst.Tuple)):
        items = [element.value for element in value.elements]
    elif isinstance(value, cst.ListComp):
        items = [value.elt]
    else:
        items = [value]
    calls = (item for item in items if isinstance(item, cst.Call))
    ours = (c for c in calls if _is_variable(layer.hierarchy, layer.ref, summary, dotted(c.func)))
    return next(ours, None)


def _is_variable(hierarchy: Hierarchy, ref: ClassRef, method: FunctionSummary, call: str) -> bool:
    meanings = hierarchy.values(ref.scope(method), call) if call else ()
    return any(isinstance(one, External) and one.name in _VARIABLES for one in meanings)


def _is_constant(layer: LayerClass, call: cst.Call, attribute: str) -> bool:
    """Whether it is said to be no weight, and the class never gives it another value."""
    from keraslint.layer.method_syntax import dotted

    said = any(
        arg.keyword is not None
        and arg.keyword.value == "trainable"
        and dotted(arg.value) == "False"
        for arg in call.args
    )
    changed = {f"self.{attribute}.{verb}" for verb in _ASSIGNS}
    return said and not any(changed & method.calls for method in layer.ref.summary.methods.values())


rule = Rule(
    code="KRL604",
    name="untracked-variable",
    summary="A `tf.Variable` is kept as a weight, which Keras 3 neither trains nor saves",
    page=__doc__,
    explains=(
        Symptom.NOT_TRACKED,
        Symptom.OTHER_OUTPUT,
    ),
    words=("class", "Variable"),
    concerns=concerns,
    check=check,
)
