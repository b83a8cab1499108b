"""A `build()` that is told one shape of several inputs → the parameters and lines for the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import libcst as cst

from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.following.call_program import CallPrograms, names_of
from keraslint.layer.child_builds.shapes.program_writer import WORD
from keraslint.layer.child_builds.shapes.shape_program import lines, whole
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method
from keraslint.layer.tree_edits import Renamed

_CONTEXT = frozenset({"training", "mask"})
_NONE_AROUND = cst.SimpleWhitespace("")
_EQUAL = cst.AssignEqual(whitespace_before=_NONE_AROUND, whitespace_after=_NONE_AROUND)


def told_inputs(layer: LayerClass, build: Method, wanted: Collection[str]) -> Builds:
    """Lines for all the children, in a `build()` that is told of each input that it needs.

    Keras gives a `build()` of several parameters the shapes of the arguments of `call()` that they
    are named after. What is saved before tells of one shape only, and so do owners: the others are
    `None` then, and what needs them is left to the first call, as before.
    """
    call = layer.method("call")
    parameters = layer.ref.summary.methods["call"].parameters[1:] if call is not None else ()
    inputs = [p.name for p in parameters if p.required and p.kind == "plain"]
    shapes = [f"{name}_shape" for name in inputs if name not in _CONTEXT]
    if len(shapes) < 2 or not _is_told_one(build.node) or names_of(build) & {*shapes}:
        return Builds()
    program = CallPrograms(layer).program_on(shapes, wanted, {*shapes, *names_of(build)})
    texts = [(list(lines((one,), build.indent))) for one in program.statements]
    read = {name for text in texts for name in _names(text)}
    told = (shapes[0], *(name for name in shapes[1:] if name in read))
    if program.lost or len(told) < 2:
        return Builds()
    first = next(n for n, text in enumerate(texts) if {*told[1:]} & {*_names(text)})
    test = " and ".join(f"{name} is not None" for name in told[1:])
    guarded = [f"{build.indent}{line}" for text in texts[first:] for line in text]
    before = [line for text in texts[:first] for line in text]
    needs = " and ".join(f"`{name}`" for name in told[1:])
    doubt = f"whoever calls `build()` with one shape has to give it {needs} too"
    statements = tuple(whole([*before, f"if {test}:", *guarded]))
    return Builds(statements=statements, told=told, doubts=(doubt, *program.doubts))


def retold(build: cst.FunctionDef, told: Sequence[str]) -> cst.FunctionDef:
    """The same `build()` with these parameters, of which the first is the one that it has."""
    if not told:
        return build
    old = build.params.params[1].name.value
    renamed = build.visit(Renamed({old: told[0]}))
    assert isinstance(renamed, cst.FunctionDef)
    none = cst.Name("None")
    more = [cst.Param(name=cst.Name(n), default=none, equal=_EQUAL) for n in told[1:]]
    listed = [one.with_changes(comma=cst.MaybeSentinel.DEFAULT) for one in renamed.params.params]
    return renamed.with_changes(params=renamed.params.with_changes(params=[*listed, *more]))


def _is_told_one(node: cst.FunctionDef) -> bool:
    params = node.params
    others = (*params.kwonly_params, *params.posonly_params, params.star_kwarg)
    plain = len(params.params) == 2 and params.params[1].default is None
    return plain and not any(others) and not isinstance(params.star_arg, cst.Param)


def _names(text: Sequence[str]) -> set[str]:
    return {name for line in text for name in WORD.findall(line)}
