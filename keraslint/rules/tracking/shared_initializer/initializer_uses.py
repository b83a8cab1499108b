"""A layer class → the weights that its initializers make, each with what says its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.assignments import assignments
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method, children, code, constant_text, dotted, walk
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef, LayerType, Scope
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.random_initializers import (
    draws,
    gives_one,
    is_getter,
    is_random_name,
)

_WEIGHT = "self.add_weight"
_INITIALIZER = "initializer"
_BESIDE_SIZE = (
    *(_INITIALIZER, "regularizer", "constraint", "name", "dtype", "trainable"),
    *("activation", "use_bias"),
)
_LOOPS = (cst.For, cst.While, cst.ListComp, cst.GeneratorExp, cst.DictComp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A call that makes one weight (`repeated`: one in each turn of a loop) with `held`.

    Without a `size`, the code does not tell how large it is.
    """

    method: Method
    call: cst.Call
    arg: cst.Arg
    held: str
    size: str
    repeated: bool


def uses(layer: LayerClass) -> Iterator[Use]:
    """Everything that the class's own methods make with an initializer that draws numbers."""
    kept = layer.once(_kept)
    for name, summary in layer.ref.summary.methods.items() if kept else ():
        method = layer.method(name) if summary.given else None
        if method is None:
            continue
        attributes = {id(one.value): one.attribute for one in assignments(method)}
        for call, loops in _calls(method.node.body, ()):
            for arg in call.args:
                held = dotted(arg.value)
                if not _is_initializer(arg) or not ({held, f"{name} {held}"} & kept):
                    continue
                size = _size(layer, FunctionRef.of(layer.ref.module, summary, layer.ref), call)
                repeated = _is_repeated(loops, call, held)
                if not size:
                    continue
                word = arg.keyword.value if arg.keyword else ""
                size = f"{word} {size}"
                if not call_is_weight(call) and not repeated:
                    given = layer.once(_inputs).get(attributes.get(id(call), ""), "")
                    size = f"{size} on {given}" if given else ""
                yield Use(
                    method=method, call=call, arg=arg, held=held, size=size, repeated=repeated
                )


def cloned(wanted: Sequence[Use]) -> tuple[Edit, ...]:
    """The edits that give each of these calls an initializer of its own."""
    edits: list[Edit] = []
    for method in {id(use.method): use.method for use in wanted}.values():
        new = method.node.visit(_Cloned([use.arg for use in wanted if use.method is method]))
        assert isinstance(new, cst.FunctionDef)
        edits += method.edits(new)
    return tuple(sorted(edits))


class _Cloned(cst.CSTTransformer):
    def __init__(self, arguments: Sequence[cst.Arg]) -> None:
        super().__init__()
        self._arguments = arguments

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        if not any(original_node is one for one in self._arguments):
            return updated_node
        clone = cst.Attribute(value=updated_node.value, attr=cst.Name("clone"))
        return updated_node.with_changes(value=cst.Call(func=clone))


def call_is_weight(call: cst.Call) -> bool:
    """Whether a call makes the weight itself."""
    return dotted(call.func) == _WEIGHT


def _calls(
    node: cst.CSTNode, loops: tuple[cst.CSTNode, ...]
) -> Iterator[tuple[cst.Call, tuple[cst.CSTNode, ...]]]:
    """Each call, with the loops around it."""
    if isinstance(node, cst.Call):
        yield node, loops
    inside = (*loops, node) if isinstance(node, _LOOPS) else loops
    for child in children(node):
        yield from _calls(child, inside)


def _is_initializer(arg: cst.Arg) -> bool:
    return arg.keyword is not None and arg.keyword.value.endswith(_INITIALIZER)


def _is_repeated(loops: tuple[cst.CSTNode, ...], call: cst.Call, held: str) -> bool:
    """Whether a loop makes weights of one size with what was made before it."""
    if not loops:
        return False
    varies = {
        node.value
        for loop in loops
        for target in _targets(loop)
        for node in walk(target)
        if isinstance(node, cst.Name)
    }
    sized = (arg for arg in call.args if not _is_beside_size(arg))
    if varies & {*_names_in(sized), held.partition(".")[0]}:
        return False
    return not _of_each_turn(loops).intersection(_names_in(_built_on(loops, call)))


def _of_each_turn(loops: tuple[cst.CSTNode, ...]) -> set[str]:
    """The names that hold another value in each turn: loop variables, and what comes of them."""
    nodes = [node for loop in loops for node in walk(loop)]
    found = {*_names_in(n.target for n in nodes if isinstance(n, (cst.For, cst.CompFor)))}
    assigned = [node for node in nodes if isinstance(node, cst.Assign)]
    while True:
        more = {
            name
            for one in assigned
            for target in one.targets
            if isinstance(target.target, cst.Name)
            for name in (target.target.value,)
            if not {*found, name}.isdisjoint(_names_in((one.value,)))
        }
        if more <= found:
            return found
        found |= more


def _built_on(loops: tuple[cst.CSTNode, ...], call: cst.Call) -> Iterator[cst.Arg]:
    """The shapes on which the loops build what they make by a call."""
    nodes = [node for loop in loops for node in walk(loop)]
    made = [node for node in nodes if isinstance(node, cst.Assign) and node.value is call]
    builds = {f"{dotted(one.target)}.build" for node in made for one in node.targets}
    for node in nodes:
        if isinstance(node, cst.Call) and dotted(node.func) in builds:
            yield from node.args


def _names_in(nodes: Iterable[cst.CSTNode]) -> Iterator[str]:
    for node in nodes:
        yield from (one.value for one in walk(node) if isinstance(one, cst.Name))


def _targets(loop: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What changes from one turn to the next: loop variables, and all that the body binds."""
    for node in walk(loop):
        if isinstance(node, (cst.For, cst.CompFor, cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
            yield node.target


def _is_beside_size(arg: cst.Arg) -> bool:
    return arg.keyword is not None and arg.keyword.value.endswith(_BESIDE_SIZE)


def _size(layer: LayerClass, method: FunctionRef, call: cst.Call) -> str:
    """What says how large the weight is, `""` for what makes none, or clones for itself."""
    callee = dotted(call.func)
    if callee != _WEIGHT:
        made = layer.hierarchy.made(method.scope, callee) if callee else None
        targets = made.targets if made is not None and not made.factory else ()
        if not targets or not all(map(_is_of_keras, targets)):
            return ""
    if any(arg.star for arg in call.args):
        return ""
    told = sorted(_told(arg) for arg in call.args if not _is_beside_size(arg))
    return f"{callee}({', '.join(told)})"


def _is_of_keras(target: LayerType) -> bool:
    """Whether it is a layer of Keras' own, which makes its weights itself."""
    if not isinstance(target, Symbol) or target.guessed:
        return False
    return target.name not in keras_facts.BUILDS_LAYERS


def _told(arg: cst.Arg) -> str:
    name = f"{arg.keyword.value}=" if arg.keyword is not None else ""
    return f"{name}{''.join(code(arg.value).split())}"


def _inputs(layer: LayerClass) -> dict[str, str]:
    """What each attribute is called on, where that is the same everywhere."""
    found: dict[str, set[str]] = {}
    for name in layer.ref.summary.methods:
        method = layer.method(name)
        for node in walk(method.node.body) if method is not None else ():
            if isinstance(node, cst.Call) and dotted(node.func).startswith("self.") and node.args:
                attribute = dotted(node.func)[len("self.") :]
                found.setdefault(attribute, set()).add(f"{name} {code(node.args[0].value)}")
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


def _kept(layer: LayerClass) -> frozenset[str]:
    """The attributes, and the local names by method, that surely hold one that draws numbers."""
    found: dict[str, list[bool]] = {}
    chain = layer.hierarchy.lineage(layer.ref).chain
    wanted = {name for item in chain for name in _bound(layer, item)}
    for item in chain:
        for name, summary in item.summary.methods.items():
            ref = FunctionRef.of(item.module, summary, item)
            method = layer.parse(ref) if not wanted.isdisjoint(summary.bindings) else None
            for target, value in _assigned(method) if method is not None else ():
                place = target if target.startswith("self.") else f"{name} {target}"
                random = method is not None and _is_random(layer, ref.scope, method, value)
                found.setdefault(place, []).append(random)
    return frozenset(place for place, random in found.items() if all(random))


def _bound(layer: LayerClass, item: ClassRef) -> Iterator[str]:
    """All that is bound in those methods of a class that make an initializer, or get one."""
    for method in item.summary.methods.values():
        if any(gives_one(layer.hierarchy, item.scope(method), call) for call in method.calls):
            yield from method.bindings


def _assigned(method: Method) -> Iterator[tuple[str, cst.BaseExpression]]:
    for node in walk(method.node.body):
        if isinstance(node, cst.Assign):
            yield from ((dotted(one.target), node.value) for one in node.targets)
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            yield dotted(node.target), node.value


def _is_random(layer: LayerClass, scope: Scope, method: Method, value: cst.BaseExpression) -> bool:
    if not isinstance(value, cst.Call):
        return False
    if not is_getter(layer.hierarchy, scope, dotted(value.func)):
        return draws(layer.hierarchy, scope, dotted(value))
    if len(value.args) != 1:
        return False
    given = value.args[0].value
    parameters = (*method.node.params.params, *method.node.params.kwonly_params)
    defaults = {one.name.value: one.default for one in parameters}
    return is_random_name(constant_text(defaults.get(dotted(given)) or given) or "")
