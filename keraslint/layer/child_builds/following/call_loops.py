"""The header of a loop in `call()` → the header of the same loop in `build()`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import libcst as cst

from keraslint.layer.child_builds.following.call_expressions import Expressions
from keraslint.layer.child_builds.shapes.program_writer import Names, Writer
from keraslint.layer.child_builds.shapes.shape_program import Expr, Var, expr, joined
from keraslint.layer.child_builds.shapes.shape_values import (
    Layer,
    Plain,
    Several,
    Token,
    Value,
    var,
)


@dataclass(slots=True, kw_only=True)
class Iterated:
    """How a loop goes on in `build()`: `for target in items`, and what its names hold.

    `attributes` are the children that it goes through whole.
    """

    target: Expr
    items: Expr
    names: Names = field(default_factory=dict)
    binds: frozenset[str] = frozenset()
    attributes: tuple[str, ...] = ()


def iterated(
    items: cst.BaseExpression, target: cst.BaseExpression, values: Expressions, writer: Writer
) -> Iterated | None:
    """The loop over some items, `None` if `build()` cannot go through them."""
    called = (
        items.func.value if isinstance(items, cst.Call) and isinstance(items.func, cst.Name) else ""
    )
    if isinstance(items, cst.Call) and called in ("zip", "enumerate", "reversed", "range"):
        if any(argument.keyword is not None or argument.star for argument in items.args):
            return None
        inside = [argument.value for argument in items.args]
        return _called(called, inside, target, values, writer)
    return _over(values.value(items), target, writer)


def _called(
    name: str,
    inside: Sequence[cst.BaseExpression],
    target: cst.BaseExpression,
    values: Expressions,
    writer: Writer,
) -> Iterated | None:
    if name == "range":
        return _range(inside, target, values)
    if name == "reversed" and len(inside) == 1:
        found = iterated(inside[0], target, values, writer)
        return _wrapped("reversed", found)
    if not isinstance(target, cst.Tuple):
        return None
    targets = [element.value for element in target.elements]
    if name == "enumerate" and len(inside) == 1 and len(targets) == 2:
        found = iterated(inside[0], targets[1], values, writer)
        counter = targets[0].value if isinstance(targets[0], cst.Name) else ""
        return _counted(found, counter) if found is not None and counter else None
    if name == "zip" and len(inside) == len(targets):
        pairs = zip(inside, targets, strict=True)
        return _zipped([iterated(one, to, values, writer) for one, to in pairs])
    return None


def _range(
    inside: Sequence[cst.BaseExpression], target: cst.BaseExpression, values: Expressions
) -> Iterated | None:
    given = [values.value(node) for node in inside]
    if not isinstance(target, cst.Name) or not all(isinstance(v, Plain) for v in given):
        return None
    items = expr("range(", joined(v.code for v in given if isinstance(v, Plain)), ")")
    name = target.value
    return Iterated(
        target=expr(name), items=items, names={name: Plain(code=expr(name), size=Token())}
    )


def _wrapped(name: str, found: Iterated | None) -> Iterated | None:
    if found is None:
        return None
    items = expr(f"{name}(", found.items, ")")
    return Iterated(
        target=found.target,
        items=items,
        names=found.names,
        binds=found.binds,
        attributes=found.attributes,
    )


def _counted(found: Iterated, counter: str) -> Iterated:
    names: Names = {**found.names, counter: Plain(code=expr(counter), size=Token())}
    target = expr(f"{counter}, ", _bracketed(found.target))
    items = expr("enumerate(", found.items, ")")
    return Iterated(
        target=target, items=items, names=names, binds=found.binds, attributes=found.attributes
    )


def _zipped(parts: Sequence[Iterated | None]) -> Iterated | None:
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    names: Names = {}
    for part in found:
        names.update(part.names)
    return Iterated(
        target=joined(_bracketed(part.target) for part in found),
        items=expr("zip(", joined(part.items for part in found), ")"),
        names=names,
        binds=frozenset().union(*(part.binds for part in found)),
        attributes=tuple(attribute for part in found for attribute in part.attributes),
    )


def _bracketed(target: Expr) -> Expr:
    return expr("(", target, ")") if ", " in target.text else target


def _over(held: Value, target: cst.BaseExpression, writer: Writer) -> Iterated | None:
    if isinstance(held, Layer):
        return _over_layers(held, target)
    if isinstance(held, Several) and isinstance(target, cst.Name) and held.item is not None:
        name = target.value
        variable = writer.variable(name)
        item = held.item
        tensor = replace(item, shape=var(variable), parts=())
        header = Expr(pieces=(Var(variable),))
        return Iterated(
            target=header, items=held.shapes, names={name: tensor}, binds=frozenset({variable})
        )
    if isinstance(held, Plain) and isinstance(target, cst.Name):
        name = target.value
        return Iterated(
            target=expr(name), items=held.code, names={name: Plain(code=expr(name), size=Token())}
        )
    return None


def _over_layers(held: Layer, target: cst.BaseExpression) -> Iterated | None:
    text = held.code.text
    if text.endswith(".items()") and isinstance(target, cst.Tuple) and len(target.elements) == 2:
        key, child = (element.value for element in target.elements)
        if isinstance(key, cst.Name) and isinstance(child, cst.Name):
            names: Names = {
                key.value: Plain(code=expr(key.value), size=Token()),
                child.value: Layer(
                    code=expr(child.value), targets=held.targets, attribute=held.attribute
                ),
            }
            header = expr(f"{key.value}, {child.value}")
            return Iterated(
                target=header, items=held.code, names=names, attributes=(held.attribute,)
            )
    if not isinstance(target, cst.Name) or text.endswith((".items()", ".keys()")):
        return None
    name = target.value
    layer = Layer(code=expr(name), targets=held.targets, attribute=held.attribute)
    return Iterated(
        target=expr(name), items=held.code, names={name: layer}, attributes=(held.attribute,)
    )
