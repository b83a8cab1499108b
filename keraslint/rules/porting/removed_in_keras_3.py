"""Use what Keras 3 has: `add_weight(name="w")`, `list(input_shape)`, `keras.ops`.

## What it does

Finds, in layers of code that is surely for Keras 3:

- `self.add_weight("w", ...)`: the name by position;
- `input_shape.as_list()` in `build()` and `compute_output_shape()`;
- `self.add_metric()` and `self.add_update()`;
- `super().__init__(dynamic=...)`, and other arguments that `Layer` and `Model` no longer take;
- functions of `keras.backend` that Keras 3 does not have, such as `K.mean`.

## Why

They are what is left of Keras 2 in code that was moved to Keras 3. Each fails when the line is
reached: in `build()` with the first call, in `call()` maybe only in training.

## Bad

```python
import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight("scale", shape=(input_shape[-1],))

    def call(self, x):
        return keras.ops.multiply(x, self.scale)
```

## Good

```python
import keras


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],))

    def call(self, x):
        return keras.ops.multiply(x, self.scale)
```

## Fix safety

The fix names the argument of `add_weight()`, and writes `list(input_shape)`. Both are safe: they
mean the same in Keras 2. The second is not, where the project gives layers a shape of a class with
an `as_list()` of its own. Both are unsafe where code of the project catches the error that the old
line raises, and the first where something replaces `add_weight()`. The other names have no fix.

## What is proved

The version before does not run on Keras 3, so that there is nothing to compare with.

## When not to use it

Only where something says that the code is for Keras 3: the setting `keras = 3`, the requirements of
the project, or names that Keras 2 does not have. A file that is written for both is left alone, and
so is `tf.keras.backend`, which still has these functions.

## Errors this prevents

`ValueError: `name` must be passed as a keyword argument.`
`AttributeError: 'tuple' object has no attribute 'as_list'`
`AttributeError: module 'keras.backend' has no attribute 'mean'`
`NotImplementedError: Layer `add_metric()` method is deprecated.`

## References

- https://keras.io/guides/migrating_to_keras_3/
- https://github.com/keras-team/keras/issues/22253
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Health, Measure, Promise
from keraslint.project.names.keras_api import Symbol
from keraslint.project.serialization.kept_arguments import has_plain_roots
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.facts.module_facts import FunctionSummary
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

PROMISE = Promise(keeps=(Measure.CONFIG,), mends=(Health.BUILDS,))
_WEIGHT, _LIST = "self.add_weight", ".as_list"
_BY_PLACE = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")
"""The first parameters of `add_weight()` in Keras 2, which Keras 3 takes by name."""
_GONE = ("add_metric", "add_update")
_REFUSED = frozenset({"batch_input_shape", "batch_size", "dynamic", "implementation", "weights"})
"""What `Layer.__init__` takes in Keras 2 alone."""
_OF_SHAPES = ("build", "compute_output_shape")
_BACKEND = "keras.backend."
_INSIDE = "keras.src."
"""Keras' own modules: what they hold is not what `keras.backend` of Keras 2 held."""


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a method calls what may be gone."""
    return any(_may_fail(hierarchy, ref, one) for one in ref.summary.methods.values())


def _refused(hierarchy: Hierarchy, ref: ClassRef) -> frozenset[str]:
    """The arguments that the class gives Keras' own base, which takes them no more."""
    init, lineage = ref.saving.init, hierarchy.lineage(ref)
    is_next = len(lineage.chain) == 1 and not lineage.missing and has_plain_roots(hierarchy, ref)
    parents = init.parents if init is not None and is_next else ()
    return _REFUSED.intersection(name for parent in parents for name, _ in parent.keywords)


def _may_fail(hierarchy: Hierarchy, ref: ClassRef, method: FunctionSummary) -> bool:
    if method.name == "__init__" and _refused(hierarchy, ref):
        return True
    return any(
        call == _WEIGHT
        or (call.endswith(_LIST) and method.name in _OF_SHAPES)
        or _is_gone(hierarchy, ref, method, call)
        for call in method.calls
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each such call."""
    for method, call, what in _calls(layer):
        text = f"{what}: `{layer.name}.{method.node.name.value}()` fails on Keras 3"
        yield Finding(method.span(call), text)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Write it in the way that both take."""
    import libcst as cst

    for method, call, _ in _calls(layer):
        if method.span(call) != finding.span:
            continue
        written = _rewritten(call)
        if written is None:
            return Cure(why_not="Keras 3 has another way to do it")
        new = method.node.deep_replace(call, written)
        assert isinstance(new, cst.FunctionDef)
        doubts = (*_doubts(layer, call), *_caught(layer, method, call))
        return Cure(
            Fix(
                applicability=Applicability.UNSAFE if doubts else Applicability.SAFE,
                message="Write it in the way of Keras 3",
                edits=method.edits(new),
                layer=layer.name,
                promise=PROMISE,
                doubts=doubts,
            )
        )
    return Cure()


def _calls(layer: LayerClass) -> Iterator[tuple[Method, cst.Call, str]]:
    """The calls that fail, each with what is wrong."""
    import libcst as cst

    from keraslint.layer.method_syntax import walk

    if layer.keras != 3 or not layer.target.sure:
        return
    for summary in layer.ref.summary.methods.values():
        may_fail = _may_fail(layer.hierarchy, layer.ref, summary)
        method = layer.method(summary.name) if may_fail else None
        for node in walk(method.node.body) if method is not None else ():
            what = _fault(layer, summary, node) if isinstance(node, cst.Call) else ""
            if what and method is not None and isinstance(node, cst.Call):
                yield method, node, what


def _fault(layer: LayerClass, method: FunctionSummary, call: cst.Call) -> str:
    from keraslint.layer.method_syntax import constant_text, dotted

    name = dotted(call.func)
    first = call.args[0] if call.args else None
    own = layer.hierarchy.method(layer.ref, "add_weight") is not None
    if name == _WEIGHT and not own and first is not None and first.keyword is None:
        text = constant_text(first.value)
        return f"`add_weight()` is given the name `{text}` by position" if text else ""
    if name.endswith(_LIST):
        parameters = [p.name for p in method.parameters[1:]]
        is_shape = method.name in _OF_SHAPES and name.removesuffix(_LIST) in parameters
        return f"`{name}()` is asked of a tuple" if is_shape else ""
    if _is_gone(layer.hierarchy, layer.ref, method, name):
        return f"`{name}` is gone"
    if name == "super().__init__" and method.name == "__init__":
        given = [one.keyword.value for one in call.args if one.keyword is not None]
        wrong = [one for one in given if one in _refused(layer.hierarchy, layer.ref)]
        return f"`super().__init__()` no longer takes `{wrong[0]}`" if wrong else ""
    return ""


def _doubts(layer: LayerClass, call: cst.Call) -> tuple[str, ...]:
    """Whether a shape may be an object of the project's own."""
    from keraslint.layer.method_syntax import dotted
    from keraslint.project.program.class_users import own_shape

    own = own_shape(layer.effects, "as_list") if dotted(call.func).endswith(_LIST) else ""
    return (f"a shape may be a `{own}`, which has an `as_list()`",) if own else ()


def _caught(layer: LayerClass, method: Method, call: cst.Call) -> tuple[str, ...]:
    """Who goes by the error, or looks at how `add_weight()` is called."""
    from keraslint.layer.method_syntax import dotted
    from keraslint.project.facts.occurrences.occurrence_records import ERRORS
    from keraslint.project.program.class_users import ClassUsers

    users = ClassUsers(layer.effects, layer.ref)
    name, line = method.node.name.value, method.span(call).start.line
    found = (
        *users.heeds((*_OF_SHAPES, "call"), ERRORS),
        *users.catches_own(name, line, ERRORS),
        *(users.patches("add_weight") if dotted(call.func) == _WEIGHT else ()),
    )
    return tuple(dict.fromkeys(found))


def _is_gone(hierarchy: Hierarchy, ref: ClassRef, method: FunctionSummary, name: str) -> bool:
    """Whether it is a method or a function of Keras 2 alone, by its own name."""
    owner, _, last = name.rpartition(".")
    if owner == "self":
        return last in _GONE and hierarchy.method(ref, last) is None
    root = name.partition(".")[0]
    targets = ref.module.imports.get(root, ()) if owner or root in ref.module.imports else ()
    public = [target for target in targets if target.partition(".")[0] == "keras"]
    if not public or any(f"{target}.".startswith(_INSIDE) for target in public):
        return False
    return any(
        isinstance(one, Symbol) and one.legacy and one.name.startswith(_BACKEND)
        for one in hierarchy.values(ref.scope(method), name)
    )


def _rewritten(call: cst.Call) -> cst.Call | None:
    import libcst as cst

    from keraslint.layer.method_syntax import dotted

    if dotted(call.func) == _WEIGHT:
        plain = [arg for arg in call.args if arg.keyword is None]
        if len(plain) > len(_BY_PLACE) or any(arg.star for arg in plain):
            return None
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        named = [
            arg.with_changes(keyword=cst.Name(name), equal=equal)
            for arg, name in zip(plain, _BY_PLACE, strict=False)
        ]
        return call.with_changes(args=[*named, *call.args[len(plain) :]])
    if isinstance(call.func, cst.Attribute) and call.func.attr.value == _LIST[1:]:
        return cst.Call(func=cst.Name("list"), args=[cst.Arg(call.func.value)])
    return None


rule = Rule(
    code="KRL501",
    name="removed-in-keras-3",
    summary="A method or an argument that Keras 3 does not have",
    page=__doc__,
    fixable="sometimes",
    words=("class",),
    concerns=concerns,
    check=check,
    cure=cure,
    promise=PROMISE,
)
