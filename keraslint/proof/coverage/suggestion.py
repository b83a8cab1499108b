"""What never happened, and a recipe that works → a recipe that may make it happen."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from keraslint.project.syntax.parse import new_expression
from keraslint.proof.probe.coverage.decisions import EMPTY, decisions, links, place_of, walk

from .dependences import Dependences, own, parameters
from .gaps import Gap, View, cause_of
from .values import Unvaried

MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
FALSE = frozenset({"False", "None", "0", "0.0"})


def recipe_for(
    gap: Gap | Unvaried, views: Sequence[View], recipe: str, cases: Sequence[Given]
) -> str:
    """The recipe with other arguments; empty where none can be told.

    `cases` are the constructor's arguments in each case, as text, that of the recipe first.
    """
    given = dict(cases[0])
    view = views[gap.side]
    if isinstance(gap, Unvaried):
        wanted = _of_value(gap, given, cases)
    else:
        wanted = _of_gap(cause_of(gap, view) or gap, view, given, cases)
    wanted = {name: value or _elsewhere(name, cases) for name, value in wanted.items()}
    wanted = {name: value for name, value in wanted.items() if value}
    return _with(recipe, wanted, view.dependences) if wanted and recipe else ""


Given = Mapping[str, str]
Wanted = dict[str, str]


def _elsewhere(name: str, cases: Sequence[Given]) -> str:
    """What has taken the place of nothing in another case, where it can be written down."""
    values = [case.get(name, "") for case in cases]
    return next((one for one in values if one not in FALSE and _is_literal(one)), "")


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True


def _of_value(one: Unvaried, given: Given, cases: Sequence[Given]) -> Wanted:
    """Another value of the argument: the next number, or one that it has in another case."""
    function, name = one.argument
    value = given.get(name, "")
    if function != "__init__":
        return {}
    other = given.get(one.other[1], "") if one.other else value
    if value in ("True", "False"):
        return {name: str(value == "False")}
    if other.isdigit():
        return {name: str(int(other) + 1)}
    elsewhere = (case[name] for case in cases if case.get(name, other) != other)
    return {name: next(filter(_is_literal, elsewhere), "")}


def _of_gap(gap: Gap, view: View, given: Given, cases: Sequence[Given]) -> Wanted:
    """What the outcome asks for, and what has to be so before it is asked at all."""
    if gap.kind != "truth" or gap.atom is None:
        return {}
    where = view.dependences, gap.atom.function
    if gap.outcome == EMPTY:
        wanted = _emptied(_argument(gap.node, where, given), cases)
    else:
        wanted = _making(gap.node, gap.outcome == "true", where, given)
    for node, truth in _asked_before(gap) if wanted else ():
        wanted = {**_making(node, truth, where, given), **wanted}
    return wanted


def _emptied(name: str, cases: Sequence[Given]) -> Wanted:
    """The value of the argument's type that is false."""
    value = _elsewhere(name, cases) if name else ""
    return {name: repr(type(ast.literal_eval(value))())} if value else {}


def _asked_before(gap: Gap) -> Iterator[tuple[ast.AST, bool]]:
    """Conditions, and what each must be for a decision to be reached."""
    assert gap.atom is not None
    for branch, arm in gap.atom.under:
        if isinstance(branch, ast.If):
            yield branch.test, arm == "true"
    for node in (one for part in gap.atom.parts for one in walk(part)):
        if isinstance(node, ast.BoolOp):
            places = [_decides_in(value, gap.node) for value in node.values]
            for value in node.values[: places.index(True)] if True in places else ():
                yield value, isinstance(node.op, ast.And)
        if isinstance(node, ast.Compare) and len(node.ops) > 1:
            chain = links(node)
            places = [place_of(link) == place_of(gap.node) for link in chain]
            for link in chain[: places.index(True)] if True in places else ():
                yield link, True


def _decides_in(value: ast.expr, node: ast.AST) -> bool:
    return any(place_of(one.node) == place_of(node) for one in decisions(value, tested=True))


def _making(node: ast.AST, wanted: bool, where: tuple[Dependences, str], given: Given) -> Wanted:
    """The argument of the constructor, and its value, that make a condition what it is not."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _making(node.operand, not wanted, where, given)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, op, right = node.left, node.ops[0], node.comparators[0]
        if isinstance(left, ast.Constant):
            left, op, right = right, MIRRORED.get(type(op), type(op))(), left
        name = _argument(left, where, given)
        value = _compared(op, right, wanted)
        open_one = not value and name and given[name] == "None"
        return {name: value} if name and (value or open_one) else {}
    name = _argument(node, where, given)
    if not name or (given[name] not in FALSE) is wanted:
        return {}
    if not wanted:
        return {name: "False" if given[name] == "True" else "None"}
    return {name: "True" if given[name] == "False" else ""}


def _compared(op: ast.cmpop, other: ast.expr, wanted: bool) -> str:
    """A value that the comparison with a constant holds for, or does not."""
    if isinstance(op, (ast.NotEq, ast.IsNot, ast.NotIn)):
        op, wanted = {ast.NotEq: ast.Eq, ast.IsNot: ast.Is}.get(type(op), ast.In)(), not wanted
    if isinstance(other, (ast.Tuple, ast.List, ast.Set)) and other.elts and wanted:
        other = other.elts[0]
    if not isinstance(other, ast.Constant):
        return ""
    if isinstance(op, (ast.Eq, ast.Is, ast.In)):
        return repr(other.value) if wanted else ""
    if not isinstance(other.value, (int, float)):
        return ""
    if isinstance(op, (ast.GtE, ast.LtE)) is wanted:  # the limit itself, which is least unusual
        return repr(other.value)
    above = isinstance(op, (ast.Gt, ast.GtE)) is wanted
    return repr(other.value + 1 if above else other.value - 1)


def _argument(node: ast.AST, where: tuple[Dependences, str], given: Given) -> str:
    """The constructor's argument that an expression is, itself or as it was kept."""
    dependences, function = where
    if isinstance(node, ast.Name):
        return node.id if function.endswith("__init__") and node.id in given else ""
    if not own(node):
        return ""
    kept = [atom.node for atom in dependences.atoms if atom.function.endswith("__init__")]
    for stored in kept:
        if isinstance(stored, ast.Assign) and own(node) in map(own, stored.targets):
            value = stored.value
            return value.id if isinstance(value, ast.Name) and value.id in given else ""
    return ""


def _with(recipe: str, wanted: Wanted, dependences: Dependences) -> str:
    """The recipe with other values for arguments of the constructor."""
    tree = new_expression(recipe.splitlines()[0])
    made = tree.body
    if not isinstance(made, ast.Call):
        return ""
    if isinstance(made.func, ast.Call):
        made = made.func
    makers = [node for at, node in dependences.functions.items() if at.endswith(".__init__")]
    order = parameters(makers[0])[1:] if makers else []
    for name, value in wanted.items():
        put = new_expression(value).body
        if name in order[: len(made.args)]:
            made.args[order.index(name)] = put
        else:
            kept = [one for one in made.keywords if one.arg != name]
            made.keywords[:] = [*kept, ast.keyword(name, put)]
    return ast.unparse(tree)
