"""An expression → the names that it may refer to; an assignment → what it binds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from keraslint.project.facts.module_facts import Bindings, Leaves
from keraslint.project.syntax.node_walk import walk
from keraslint.project.syntax.parse import new_expression

_CLASS_OF = frozenset({"type", "Type", "typing.Type", "Callable", "typing.Callable"})
_PARTIALS = frozenset({"partial", "functools.partial"})


_CASTS = frozenset({"cast", "typing.cast", "t.cast"})


_WRAPPERS = frozenset({"list", "tuple", "set", "dict", "reversed", "sorted", "enumerate", "zip"})


def dotted(node: ast.expr) -> str:
    """The leaf that names an expression, `""` when it has no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    if isinstance(node, ast.Subscript):
        owner = dotted(node.value)
        return f"{owner}[]" if owner else ""
    if isinstance(node, ast.Call):
        return _called(node)
    return ""


def _called(node: ast.Call) -> str:
    name = dotted(node.func)
    if name == "getattr" and len(node.args) >= 2:
        owner, attribute = dotted(node.args[0]), node.args[1]
        constant = isinstance(attribute, ast.Constant) and isinstance(attribute.value, str)
        return owner and f"{owner}.{attribute.value if constant else '*'}"  # type: ignore[attr-defined]
    if name == "type" and len(node.args) == 1 and dotted(node.args[0]) == "self":
        return "self.__class__"
    return f"{name}()" if name else ""


def caught(kind: ast.expr | None) -> Iterator[str]:
    """The names of the errors that a handler is for, `""` if it is for all."""
    for one in kind.elts if isinstance(kind, ast.Tuple) else (kind,):
        yield dotted(one) if one is not None else ""


def expects(node: ast.expr, errors: frozenset[str]) -> bool:
    """`with pytest.raises(TypeError)`, `with suppress(Exception)`."""
    return isinstance(node, ast.Call) and any(
        errors & set(caught(argument)) - {""} for argument in node.args
    )


def leaves_of(node: ast.expr) -> Leaves:
    """Everything that an expression may stand for."""
    return tuple(dict.fromkeys(_leaves(node)))


def _leaves(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _leaves(node.body)
        yield from _leaves(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _leaves(value)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for element in node.elts:
            yield from _leaves(element)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _leaves(value)
    elif isinstance(node, (ast.NamedExpr, ast.Starred, ast.Await, ast.DictComp)):
        yield from _leaves(node.value)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        yield from _leaves(node.elt)
    elif isinstance(node, ast.Call):
        yield from _call_leaves(node)
    elif isinstance(node, ast.Lambda):
        yield from _made_by(node)
    elif isinstance(node, ast.Subscript) and _is_display(node.value):
        yield from _leaves(node.value)
    elif isinstance(node, ast.BinOp) and _is_list(node):
        yield from _leaves(node.left)
        yield from _leaves(node.right)
    else:
        name = dotted(node)
        if name:
            yield name


def _is_display(node: ast.expr) -> bool:
    """Whether an expression says what is in a container."""
    is_made = isinstance(node, ast.Call) and dotted(node.func) in ("dict", "list", "tuple")
    return is_made or isinstance(node, (ast.Dict, ast.List, ast.Tuple))


def _is_list(node: ast.expr) -> bool:
    """Whether an expression makes a list, or one out of two: `[first, *rest] + self.blocks`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_list(node.left) or _is_list(node.right)
    is_made = isinstance(node, ast.Call) and dotted(node.func) == "list"
    return is_made or isinstance(node, (ast.List, ast.ListComp))


def _made_by(node: ast.Lambda) -> Iterator[str]:
    """`lambda n: Dense(n)` stands for `Dense`: it makes one of nothing but what it is given."""
    call = node.body
    name = dotted(call.func) if isinstance(call, ast.Call) else ""
    if not isinstance(call, ast.Call) or not name.rpartition(".")[2][:1].isupper():
        return
    given = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    inner = walk([*call.args, *call.keywords])
    if all(item.id in given for item in inner if isinstance(item, ast.Name)):
        yield name


def _call_leaves(node: ast.Call) -> Iterator[str]:
    name = dotted(node.func)
    if name in _PARTIALS and node.args:
        yield from _leaves(node.args[0])
    elif name in _CASTS and len(node.args) == 2:
        yield from _leaves(node.args[1])
    elif name in _WRAPPERS and len(node.args) >= 1:
        for argument in node.args:
            yield from _leaves(argument)
        for keyword in node.keywords if name == "dict" else ():
            yield from _leaves(keyword.value)
    elif name.endswith((".get", ".values", ".items")) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        yield from _leaves(owner) if isinstance(owner, ast.Dict) else ()
        yield f"{dotted(owner)}[]" if dotted(owner) else f"{name}()"
    else:
        called = dotted(node)
        yield from (called,) if called else (f"{leaf}()" for leaf in leaves_of(node.func))


def is_set(node: ast.expr) -> bool:
    """Whether an expression surely makes a `set`."""
    if isinstance(node, ast.IfExp):
        return is_set(node.body) and is_set(node.orelse)
    if isinstance(node, ast.Call):
        return dotted(node.func) == "set"
    return isinstance(node, (ast.Set, ast.SetComp))


def bind_statement(node: ast.stmt, bindings: dict[str, list[str]]) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            bind(target, node.value, bindings)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        bind(node.target, node.value, bindings)


def bind(target: ast.expr, value: ast.expr, bindings: dict[str, list[str]]) -> None:
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            for inner, item in zip(target.elts, value.elts, strict=True):
                bind(inner, item, bindings)
        else:
            for inner in target.elts:
                bind(inner, value, bindings)
        return
    if isinstance(target, ast.Subscript):
        target = target.value
    name = dotted(target)
    if name:
        held = bindings.setdefault(name, [])
        held.extend(leaf for leaf in leaves_of(value) if leaf not in held)


def frozen(bindings: dict[str, list[str]]) -> Bindings:
    return {name: tuple(dict.fromkeys(leaves)) for name, leaves in bindings.items()}


def places(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for inner in target.elts:
            yield from places(inner)
    elif isinstance(target, ast.Starred):
        yield from places(target.value)
    else:
        yield target


def annotated(annotation: ast.expr | None) -> Leaves:
    """The classes that an annotation such as `type[keras.layers.Layer]` lets a name hold."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = new_expression(annotation.value).body
        except SyntaxError:
            return ()
    if isinstance(annotation, ast.BinOp):
        return (*annotated(annotation.left), *annotated(annotation.right))
    if not isinstance(annotation, ast.Subscript):
        return ()
    outer = dotted(annotation.value)
    if outer in _CLASS_OF:
        inner = annotation.slice
        last = inner.elts[-1] if isinstance(inner, ast.Tuple) and inner.elts else inner
        return leaves_of(last)
    if outer.rpartition(".")[2] in ("Optional", "Union"):
        inner = annotation.slice
        options = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return tuple(leaf for option in options for leaf in annotated(option))
    return ()
