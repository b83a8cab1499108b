"""A method that is given shapes → where it adds a tuple to one, and the same without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from keraslint.diagnostic import Edit, Span
from keraslint.layer.method_syntax import Method, code, dotted, walk


def concatenations(method: Method) -> tuple[tuple[Span, str, str], ...]:
    """Each sum of a shape and a tuple: where it stands, how it is written, how it should be."""
    return tuple(
        (
            method.where(node),
            _line(code(node)),
            _line(code(_repeating(node, parts) or _unpacked(parts))),
        )
        for node, parts in _found(method).items()
    )


def without_concatenations(method: Method) -> tuple[Edit, ...]:
    """Unpack the shapes into one tuple instead."""
    found = {
        node: _repeating(node, parts) or _laid_out(parts) for node, parts in _found(method).items()
    }
    for node in walk(method.node.body):  # `tuple(shape + (1,))`: it is one by now
        if isinstance(node, cst.Call) and dotted(node.func) == "tuple" and len(node.args) == 1:
            new = found.get(node.args[0].value)
            if isinstance(new, cst.Tuple):
                found[node] = new
    replaced = method.node.visit(_Replaced(found))
    assert isinstance(replaced, cst.FunctionDef)
    return method.edits(replaced)


def _found(method: Method) -> dict[cst.BaseExpression, list[cst.BaseExpression]]:
    """The sums, each with its summands."""
    shapes = _shapes(method.node)
    found: dict[cst.BaseExpression, list[cst.BaseExpression]] = {}
    inner: set[cst.CSTNode] = set()
    for node in walk(method.node.body):
        if not isinstance(node, cst.BinaryOperation) or node in inner:
            continue
        parts = list(_summands(node))
        inner.update(part for part in walk(node) if isinstance(part, cst.BinaryOperation))
        if any(isinstance(part, cst.Tuple) for part in parts) and any(
            _root(part) in shapes for part in parts
        ):
            found[node] = parts
    return found


def _summands(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        yield from _summands(node.left)
        yield from _summands(node.right)
    else:
        yield node


def _repeating(
    node: cst.BaseExpression, parts: list[cst.BaseExpression]
) -> cst.BaseExpression | None:
    """The sum as it is, of tuples, where something in it is reckoned: `(1,) * rank`."""
    if not any(isinstance(part, cst.BinaryOperation) for part in parts):
        return None
    changed = cst.ensure_type(node, cst.BinaryOperation)
    for part in parts:
        if isinstance(part, (cst.Name, cst.Subscript)):
            made = cst.Call(cst.Name("tuple"), [cst.Arg(_bare(part))])
            changed = cst.ensure_type(changed.deep_replace(part, made), cst.BinaryOperation)
    return changed


def _laid_out(parts: list[cst.BaseExpression]) -> cst.Tuple:
    """The tuple that ends the sum, in the author's lines and with the comments, and all before it.

    Where that is no tuple over several lines, all of it is written in one.
    """
    *shapes, last = parts
    opened = last.lpar[0].whitespace_after if isinstance(last, cst.Tuple) and last.lpar else None
    if not isinstance(last, cst.Tuple) or not isinstance(opened, cst.ParenthesizedWhitespace):
        return _unpacked(parts)
    below = opened.with_changes(first_line=cst.TrailingWhitespace())
    beside = below.with_changes(empty_lines=())
    starred = [element for part in shapes for element in _elements(part)]
    spaces = [beside] * (len(starred) - 1) + [below]  # a comment stays above what it is about
    placed = [
        one.with_changes(comma=cst.Comma(whitespace_after=space))
        for one, space in zip(starred, spaces, strict=True)
    ]
    bracket = last.lpar[0].with_changes(whitespace_after=opened.with_changes(empty_lines=()))
    return last.with_changes(elements=[*placed, *last.elements], lpar=[bracket, *last.lpar[1:]])


def _unpacked(parts: list[cst.BaseExpression]) -> cst.Tuple:
    elements = [element for part in parts for element in _elements(part)]
    if len(elements) == 1:
        elements = [elements[0].with_changes(comma=cst.Comma())]
    brackets = {"lpar": [cst.LeftParen()], "rpar": [cst.RightParen()]}
    return cst.Tuple(elements, **brackets)  # type: ignore[arg-type]


def _elements(part: cst.BaseExpression) -> list[cst.BaseElement]:
    """What a summand puts into the tuple."""
    if isinstance(part, cst.Tuple):
        return [item.with_changes(comma=cst.MaybeSentinel.DEFAULT) for item in part.elements]
    return [cst.StarredElement(_bare(part))]


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, (cst.Name, cst.Subscript)):
        return node.with_changes(lpar=(), rpar=())
    return node


def _shapes(node: cst.FunctionDef) -> set[str]:
    """The names that hold a shape as the caller gave it, or a part of one."""
    shapes = {p.name.value for p in [*node.params.params, *node.params.kwonly_params][1:]}
    values: dict[str, list[cst.BaseExpression | None]] = {}
    for inner in walk(node.body):
        for name, value in _bound(inner):
            values.setdefault(name, []).append(value)
    shapes = {name for name in shapes if all(_keeps_form(v, name) for v in values.get(name, ()))}
    while True:
        more = {
            name
            for name, held in values.items()
            if name not in shapes and _is_shape(name, held, shapes)
        }
        if not more:
            return shapes
        shapes |= more


def _is_shape(name: str, held: list[cst.BaseExpression | None], shapes: set[str]) -> bool:
    """Whether a local name never holds anything but parts of shapes, or itself made longer."""
    parts = [value is not None and _root(value) in shapes for value in held]
    return any(parts) and all(
        is_part or _keeps_form(value, name) for is_part, value in zip(parts, held, strict=True)
    )


def _keeps_form(value: cst.BaseExpression | None, name: str) -> bool:
    """Whether a name that is assigned anew may still hold a list: `shape = shape[1:] + (3,)`."""
    return value is not None and any(_root(part) == name for part in _summands(value))


def _bound(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    """The names that a statement binds, each with its value if it is the whole of it."""
    if isinstance(node, cst.Assign):
        for target in node.targets:
            if isinstance(target.target, cst.Name):
                yield target.target.value, node.value
            else:
                yield from (
                    (name, _part(name, target.target, node)) for name in _names(target.target)
                )
    elif isinstance(node, (cst.AnnAssign, cst.NamedExpr)) and isinstance(node.target, cst.Name):
        yield node.target.value, node.value
    elif isinstance(node, (cst.For, cst.CompFor, cst.AugAssign)):
        yield from ((name, None) for name in _names(node.target))


def _part(
    name: str, target: cst.BaseAssignTargetExpression, node: cst.Assign
) -> cst.BaseExpression | None:
    """What is unpacked, `query, value = input_shape`, for a name that gets an item of it."""
    listed = target.elements if isinstance(target, (cst.Tuple, cst.List)) else ()
    items = [one.value for one in listed if isinstance(one, cst.Element)]
    alone = any(isinstance(item, cst.Name) and item.value == name for item in items)
    return node.value if alone and not isinstance(node.value, (cst.Tuple, cst.List)) else None


def _names(target: cst.CSTNode) -> Iterator[str]:
    yield from (node.value for node in walk(target) if isinstance(node, cst.Name))


def _root(node: cst.BaseExpression) -> str:
    """The name of which an expression is an item or a slice."""
    while isinstance(node, cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _line(text: str) -> str:
    return " ".join(text.split())


class _Replaced(cst.CSTTransformer):
    def __init__(self, found: Mapping[cst.BaseExpression, cst.BaseExpression]) -> None:
        super().__init__()
        self._found = found

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode:
        if not isinstance(original_node, cst.BaseExpression):
            return updated_node
        return self._found.get(original_node, updated_node)
