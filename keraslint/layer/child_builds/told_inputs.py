"""A `build()` that is told one shape of several inputs → the parameters and lines for the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import libcst as cst

from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.following.call_program import CallPrograms, names_of
from keraslint.layer.child_builds.shapes.needed_shapes import Needs
from keraslint.layer.child_builds.shapes.shape_program import lines, whole
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method, dotted, walk
from keraslint.layer.tree_edits import Renamed
from keraslint.project.program.unbuilt_children import inputs_of

_NONE_AROUND = cst.SimpleWhitespace("")
_EQUAL = cst.AssignEqual(whitespace_before=_NONE_AROUND, whitespace_after=_NONE_AROUND)


def told_inputs(layer: LayerClass, build: Method, wanted: Collection[str]) -> Builds:
    """Lines for all the children, in a `build()` that is told of each input that it needs.

    Keras gives a `build()` of several parameters the shapes of the arguments of `call()` that they
    are named after. What is saved before tells of one shape only, and so do owners: the others are
    `None` then, and what needs them is left to the first call, as before.
    """
    call = layer.method("call")
    inputs = inputs_of(layer.ref.summary.methods["call"]) if call is not None else ()
    shapes = [f"{name}_shape" for name in inputs]
    if len(shapes) < 2 or not _is_told_one(build.node) or names_of(build) & {*shapes}:
        return Builds()
    program = CallPrograms(layer).program_on(shapes, wanted, {*shapes, *names_of(build)})
    needs = Needs(shapes[1:])
    texts = [
        (needs.of(one), line)
        for one in program.statements
        for line in whole(list(lines((one,), build.indent)))
    ]
    told = (shapes[0], *(name for name in shapes[1:] if any(name in names for names, _ in texts)))
    if program.lost or len(told) < 2:
        return Builds()
    needed = " and ".join(f"`{name}`" for name in told[1:])
    doubt = f"whoever calls `build()` with one shape has to give it {needed} too"
    statements = tuple(_guarded(texts, build.indent))
    return Builds(statements=statements, told=told, doubts=(doubt, *program.doubts))


def _guarded(texts: Iterable[tuple[Sequence[str], str]], indent: str) -> Iterator[str]:
    """Statements in their order, those in a row that need the same shapes under one condition."""
    for names, group in groupby(texts, key=itemgetter(0)):
        block = [text for _, text in group]
        if names:
            test = " and ".join(f"{name} is not None" for name in names)
            inside = (line for text in block for line in text.splitlines(keepends=True))
            yield f"if {test}:\n" + "".join(f"{indent}{line}" for line in inside)
        else:
            yield from block


def retold(build: cst.FunctionDef, told: Sequence[str]) -> cst.FunctionDef:
    """The same `build()` with these parameters, of which the first is the one that it has."""
    if not told:
        return build
    old = build.params.params[1].name.value
    renamed = build.visit(Renamed({old: told[0]}))
    assert isinstance(renamed, cst.FunctionDef)
    more = [_optional(name, build.params.params[1].annotation) for name in told[1:]]
    listed = [one.with_changes(comma=cst.MaybeSentinel.DEFAULT) for one in renamed.params.params]
    return renamed.with_changes(params=renamed.params.with_changes(params=[*listed, *more]))


def _optional(name: str, like: cst.Annotation | None) -> cst.Param:
    """A parameter that may be `None`, annotated as the other one is, in the words that it uses."""
    annotation = _or_none(like.annotation) if like is not None else None
    if annotation is None:
        return cst.Param(name=cst.Name(name), default=cst.Name("None"), equal=_EQUAL)
    told = cst.Annotation(annotation=annotation)
    return cst.Param(name=cst.Name(name), annotation=told, default=cst.Name("None"))


def _or_none(annotation: cst.BaseExpression) -> cst.BaseExpression | None:
    for node in walk(annotation):
        if isinstance(node, cst.Subscript) and dotted(node.value).split(".")[-1] == "Optional":
            inside = cst.SubscriptElement(slice=cst.Index(value=annotation))
            return node.with_changes(slice=[inside])
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            return node.with_changes(left=annotation, right=cst.Name("None"))
    return None


def _is_told_one(node: cst.FunctionDef) -> bool:
    params = node.params
    others = (*params.kwonly_params, *params.posonly_params, params.star_kwarg)
    plain = len(params.params) == 2 and params.params[1].default is None
    return plain and not any(others) and not isinstance(params.star_arg, cst.Param)
