"""Hand `training` and numbers to another layer by keyword: `child(x, training=training)`.

## What it does

Finds calls of a child layer in which `training` stands behind the input without a keyword, in code
for Keras 3, and beside them numbers, texts, `True` and `False` that stand so.

## Why

Keras 3 takes nothing but tensors by position. `child(x, training)` works as long as `training` is
`None`: when the model is built, and when a test calls it. `fit()` and `predict()` give `True` and
`False`, and fail. With `training=False` as the default every call fails. Keras 2 let it pass.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
```

## Fix safety

The fix is safe where the child's `call()` is known, and nobody puts something else in its place:
the argument gets the name that it has there. It is unsafe where other code, or a subclass, sets the
child, where something replaces `call()`, as tests do, and where code of the project catches the
error that Keras raises. A child whose `call()` has no parameter at that place has no fix.

## What is proved

Weights, the configuration and checkpoints stay, and the layer can be trained. Outputs in training
are there only afterwards. Where the version before never runs, as with a number by position, there
is nothing to compare with.

## When not to use it

For code that gets Keras by `tensorflow.keras`, where nobody can tell which Keras that is, nothing
is reported. Layers that take other things than tensors, such as those for preprocessing, and those
with a `__call__()` of their own, are left alone.

## Errors this prevents

`ValueError: Only input tensors may be passed as positional arguments. The following argument value
should be passed as a keyword argument: True (of type <class 'bool'>)`

## References

- https://github.com/keras-team/keras/issues/18676
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Health, Measure, Promise
from keraslint.examination import Symptom
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, Instance
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.positional_values import takes_values
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    import libcst as cst

    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.method_syntax import Method
    from keraslint.project.facts.module_facts import FunctionSummary
    from keraslint.project.names.name_resolution import Hierarchy

PROMISE = Promise(
    keeps=(Measure.WEIGHTS, Measure.CONFIG, Measure.CHECKPOINT), mends=(Health.TRAINS,)
)
"""There are no outputs in training before, and so none that could be kept."""
TRAINING = "training"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a method hands `training` as it is to something that the layer holds."""
    return any(
        call.startswith("self.") and TRAINING in given
        for method in ref.summary.methods.values()
        for call, given in method.given.items()
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Tell of the first such argument of each call."""
    for method, call, arg in _calls(layer) if layer.surely_keras_3 else ():
        from keraslint.layer.method_syntax import code, dotted

        what = f"`{dotted(call.func)}` is given `{code(arg.value)}` by position"
        when = "in `fit()`" if _may_be_none(method, code(arg.value)) else "whenever it is called"
        yield Finding(method.span(call), f"{what}: `{layer.name}` fails {when}")


def _may_be_none(method: Method, value: str) -> bool:
    """Whether it is a parameter, and `None` as long as nobody says otherwise."""
    from keraslint.layer.method_syntax import code

    parameters = (*method.node.params.params, *method.node.params.kwonly_params)
    defaults = {one.name.value: one.default for one in parameters}
    default = defaults.get(value)
    return value in defaults and (default is None or code(default) == "None")


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Put the keyword before it."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted

    for method, call, arg in _calls(layer):
        if method.span(call) != finding.span:
            continue
        summary = layer.ref.summary.methods[method.node.name.value]
        child = _child(layer.hierarchy, layer.ref, summary, dotted(call.func))
        at = call.args.index(arg)
        names = _parameters(layer.hierarchy, child) if child is not None else ()
        misplaced = dotted(arg.value) == TRAINING != next(iter(names[at : at + 1]), "")
        if at >= len(names) or misplaced or any(not one.keyword for one in call.args[at + 1 :]):
            return Cure(why_not="the child's `call()` does not name what stands there")
        equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
        named = arg.with_changes(keyword=cst.Name(names[at]), equal=equal)
        new = method.node.deep_replace(arg, named)
        assert isinstance(new, cst.FunctionDef)
        title = f"Hand on `{names[at]}` by keyword"
        doubts = _doubts(layer, dotted(call.func).removeprefix("self."))
        return Cure(
            Fix(
                applicability=Applicability.UNSAFE if doubts else Applicability.SAFE,
                message=title,
                edits=method.edits(new),
                layer=layer.name,
                promise=PROMISE,
                doubts=doubts,
            )
        )
    return Cure()


def _doubts(layer: LayerClass, child: str) -> tuple[str, ...]:
    """Who may put something in the place of the child that takes no such keyword."""
    from keraslint.project.program.class_users import ClassUsers

    users = ClassUsers(layer.effects, layer.ref)
    errors = users.heeds(("call",), ("TypeError", "ValueError"))
    return tuple(dict.fromkeys((*users.replaces(child), *users.patches("call"), *errors)))


def _calls(layer: LayerClass) -> Iterator[tuple[Method, cst.Call, cst.Arg]]:
    """Each call of a child with the first argument that is surely no tensor."""
    import libcst as cst

    from keraslint.layer.method_syntax import dotted, walk

    for name, summary in layer.ref.summary.methods.items():
        wanted = {call for call in summary.positional if call.startswith("self.")}
        method = layer.method(name) if wanted and name not in ("__init__", "build") else None
        for node in walk(method.node.body) if method is not None else ():
            if not isinstance(node, cst.Call) or dotted(node.func) not in wanted:
                continue
            late = (arg for arg in node.args[1:] if _is_no_tensor(arg, summary))
            arg = next(late, None)
            if arg is None or method is None:
                continue
            if _child(layer.hierarchy, layer.ref, summary, dotted(node.func)) is not None:
                yield method, node, arg


def _is_no_tensor(arg: cst.Arg, summary: FunctionSummary) -> bool:
    import libcst as cst

    from keraslint.layer.method_syntax import dotted

    if arg.keyword is not None or arg.star:
        return False
    value = arg.value
    if isinstance(value, (cst.Integer, cst.Float, cst.SimpleString)):
        return True
    name = dotted(value)
    is_own = any(p.name == TRAINING for p in summary.parameters)
    return name in ("True", "False") or (name == TRAINING and is_own)


def _child(
    hierarchy: Hierarchy, ref: ClassRef, method: FunctionSummary, name: str
) -> Symbol | ClassRef | None:
    """The one layer that an attribute holds, if it takes tensors alone by position."""
    held = {
        one.of for one in hierarchy.values(ref.scope(method), name) if isinstance(one, Instance)
    }
    if len(held) != 1:
        return None
    (child,) = held
    is_model = isinstance(child, Symbol) and child.kind != "layer"
    return None if is_model or takes_values(hierarchy, child) else child


def _parameters(hierarchy: Hierarchy, child: Symbol | ClassRef) -> tuple[str, ...]:
    """What the child's `call()` takes by position, its inputs first."""
    if isinstance(child, Symbol):
        known = keras_api.layer_class(child.name)
        return known.call_parameters if known is not None else ()
    call = hierarchy.method(child, "call")
    if call is None:
        return ()
    plain = [p.name for p in call.summary.parameters if p.kind == "plain"]
    return tuple(plain[1:] if plain[:1] == ["self"] else plain)


rule = Rule(
    code="KRL304",
    name="positional-training",
    summary="A child is given `training` or a number by position, which Keras 3 refuses in `fit()`",
    page=__doc__,
    explains=(Symptom.POSITION_REFUSED,),
    fixable="sometimes",
    words=("class", "call"),
    concerns=concerns,
    check=check,
    cure=cure,
    promise=PROMISE,
)
