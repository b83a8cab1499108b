"""Keep layers in attributes, lists and dictionaries of the layer that runs them.

## What it does

Finds layers with weights in code for Keras 3 that are kept where Keras does not look:

- assigned to an item of a list: `self.blocks[0] = Dense(8)`;
- in a `collections.deque`;
- in a list that is filled once another one holds it: `self.blocks.append([])`, and then
  `self.blocks[-1].append(Dense(8))`;
- in attributes of an object that is no layer itself, which `call()` runs.

## Why

Keras follows the attributes of a layer, and what is put into its lists and dictionaries by
`append`, `extend` and `d["name"] = …`. Of a list that is put into another one, it takes what is in
it at that time. An item that replaces another one in a list is not seen, and neither is what other
objects keep. Such a layer is built and computes something, but the model does not know its weights:
they are not trained and, for the most part, not saved.

## Bad

```python
import keras


class Tower(keras.Model):
    def __init__(self, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth
        self.blocks = [None] * depth
        for i in range(depth):
            self.blocks[i] = keras.layers.Dense(3)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return x

    def get_config(self):
        return {**super().get_config(), "depth": self.depth}
```

## Good

```python
import keras


class Tower(keras.Model):
    def __init__(self, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth
        self.blocks = []
        for i in range(depth):
            self.blocks.append(keras.layers.Dense(3))

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return x

    def get_config(self):
        return {**super().get_config(), "depth": self.depth}
```

## Fix safety

There is no fix: which other container fits is for the author to say.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For a layer that is neither to be trained nor saved, such as a frozen teacher. Code for Keras 2 is
left alone. Items of dictionaries are tracked, and nothing is reported of them. So it is where the
class gives out its weights by itself, or keeps the layers of the object in attributes of its own as
well.

## Errors this prevents

Silent: layers that are never trained. At most `UserWarning: The model does not have any trainable
weights.`

## References

- https://github.com/keras-team/keras/issues/16797
- https://github.com/tensorflow/tensorflow/issues/29073
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.project.names.definitions import ClassRef, External, Kind
from keraslint.project.program.children import children, run_by
from keraslint.rules import Finding, Rule
from keraslint.rules.tracking.untracked_layer.list_facts import may_be_late

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.facts.module_facts import FunctionSummary
    from keraslint.project.names.name_resolution import Hierarchy

_DEQUE = "collections.deque"
_GIVES_OUT = frozenset({"weights", "variables", "trainable_variables", "trainable_weights"})


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the facts of a class name such a place."""
    return _is_late(hierarchy, ref) or any(True for _ in _places(hierarchy, ref))


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of each where the layer, or what keeps it, is assigned."""
    for name, attribute, kind in _places(layer.hierarchy, layer.ref) if layer.keras == 3 else ():
        method = layer.method(name)
        if method is None or (kind == "item" and not _is_list(layer, attribute)):
            continue
        for target in _targets(method, attribute, is_item=kind == "item"):
            what = {
                "item": "an item that is assigned to a list is not tracked",
                "deque": "a `deque` is not tracked",
            }.get(kind, f"a `{kind}` is no layer, and what it keeps is not tracked")
            lost = f"`{layer.name}` does not train the layers in `{attribute}`"
            yield Finding(method.where(target), f"{lost}: {what}")
    if layer.keras == 3 and _is_late(layer.hierarchy, layer.ref):
        yield from _late(layer)


def _late(layer: LayerClass) -> Iterator[Finding]:
    from keraslint.rules.tracking.untracked_layer.late_lists import late_layers

    for late in late_layers(layer):
        lost = f"`{layer.name}` does not train the layers in `{late.attribute}`"
        what = "a list is not tracked that is filled once another list holds it"
        yield Finding(late.method.span(late.node), f"{lost}: {what}")


def _is_late(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    return may_be_late(ref) and not any(hierarchy.method(ref, name) for name in _GIVES_OUT)


def _places(hierarchy: Hierarchy, ref: ClassRef) -> Iterator[tuple[str, str, str]]:
    """Methods with the attributes in which they keep layers in vain, and how."""
    if any(hierarchy.method(ref, name) for name in _GIVES_OUT):
        return
    for name, method in ref.summary.methods.items():
        for attribute in sorted(method.items):
            if _gets_layers(hierarchy, ref, method, attribute):
                yield name, attribute, "item"
        for held, leaves in method.bindings.items():
            attribute = held.removeprefix("self.")
            if attribute == held or "." in attribute:
                continue
            for leaf in leaves:
                kind = _kept_apart(hierarchy, ref, method, attribute, leaf)
                if kind:
                    yield name, attribute, kind


def _kept_apart(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionSummary, attribute: str, leaf: str
) -> str:
    """What a new object that an attribute gets is, if it keeps layers that are not tracked."""
    if not leaf.endswith("()"):
        return ""
    for meaning in hierarchy.values(ref.scope(method), leaf.removesuffix("()")):
        if isinstance(meaning, External) and meaning.name == _DEQUE:
            filled = ref.summary.methods.values()
            return (
                "deque" if any(_gets_layers(hierarchy, ref, m, attribute) for m in filled) else ""
            )
        if isinstance(meaning, ClassRef) and _keeps_layers(hierarchy, ref, meaning, attribute):
            return meaning.summary.name
    return ""


def _gets_layers(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionSummary, attribute: str
) -> bool:
    """Whether a method gives an attribute a layer that it makes, with weights."""
    for leaf in method.bindings.get(f"self.{attribute}", ()):
        callee = leaf.removesuffix("()")
        made = hierarchy.made(ref.scope(method), callee) if callee != leaf else None
        if made is not None and not made.guessed and hierarchy.makes_weights(made):
            return True
    return False


def _keeps_layers(hierarchy: Hierarchy, ref: ClassRef, helper: ClassRef, attribute: str) -> bool:
    """Whether an object that is no layer keeps layers of its own, and `call()` runs it."""
    lineage = hierarchy.lineage(helper)
    if lineage.kind is not Kind.OTHER or any(item.summary.bases for item in lineage.chain):
        return False
    held = f"self.{attribute}"
    runs = any(
        call == held or call.startswith(f"{held}.")
        for method in run_by(hierarchy, ref, "call")
        for call in method.summary.calls
    )
    taken_out = any(
        leaf.startswith(f"{held}.")
        for method in ref.summary.methods.values()
        for name, leaves in method.bindings.items()
        if name.startswith("self.")
        for leaf in leaves
    )
    return (
        runs
        and not taken_out
        and any(
            not hierarchy.weightless(target)
            for child in children(hierarchy, helper)
            for target in child.targets
        )
    )


def _is_list(layer: LayerClass, attribute: str) -> bool:
    """Whether all that the attribute is given elsewhere is surely a list."""
    import libcst as cst

    from keraslint.layer.assignments import assignments

    found = [
        one.value
        for name in layer.ref.summary.methods
        if (method := layer.method(name)) is not None
        for one in assignments(method)
        if one.attribute == attribute and isinstance(one.target, cst.Attribute)
    ]
    return bool(found) and all(_makes_a_list(value) for value in found)


def _makes_a_list(value: cst.BaseExpression) -> bool:
    import libcst as cst

    if isinstance(value, cst.BinaryOperation):
        return _makes_a_list(value.left) or _makes_a_list(value.right)
    return isinstance(value, (cst.List, cst.ListComp))


def _targets(method: Method, attribute: str, *, is_item: bool) -> Iterator[cst.BaseExpression]:
    """Where the attribute, or an item of it, is assigned."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    wanted = f"self.{attribute}[]" if is_item else f"self.{attribute}"
    for node in walk(method.node.body):
        target = node.target if isinstance(node, (cst.AssignTarget, cst.AnnAssign)) else None
        if target is not None and dotted(target) == wanted:
            yield target


rule = Rule(
    code="KRL603",
    name="untracked-layer",
    summary="A layer is kept where Keras does not look: its weights are not trained",
    page=__doc__,
    words=("class", "self"),
    concerns=concerns,
    check=check,
    explains=(
        Symptom.NOT_TRACKED,
        Symptom.OTHER_OUTPUT,
    ),
)
