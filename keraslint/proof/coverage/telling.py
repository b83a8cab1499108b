"""What never ran, or never varied → a clause that says so, with its file and line."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from keraslint.proof.probe.coverage.decisions import EMPTY, RAN, decisions

from .atoms import Atom
from .gaps import Gap, View, cause_of
from .values import NEVER_ALONE, NO_DIFFERENCE, Unvaried

LONGEST = 60
OPPOSITE = {"true": "false", "false": "true"}


@dataclass(frozen=True)
class Files:
    """The texts of one version, by the names that its nodes know, and what to call the files."""

    texts: Mapping[str, str]
    names: Mapping[str, str]

    def place(self, node: ast.AST) -> str:
        file = getattr(node, "file", "")
        return f"{self.names.get(file) or Path(file).name}:{getattr(node, 'lineno', 0)}"

    def source(self, node: ast.AST) -> str:
        """The text of a node on one line, cut where it is long."""
        text = ast.get_source_segment(self.texts.get(getattr(node, "file", ""), ""), node) or ""
        line = " ".join(text.split())
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def told_gap(gap: Gap, view: View, files: Files) -> str:
    """Where it is, and what did not happen."""
    cause = cause_of(gap, view)
    if cause is not None and cause is not gap:
        return f"{told_gap(cause, view, files)}, so `{_head(gap.node, files)}` never ran"
    return f"{files.place(gap.node)}: {_what(gap, view, files)}"


def _what(gap: Gap, view: View, files: Files) -> str:
    source = _head(gap.node, files)
    if gap.outcome == RAN:
        return f"`{source}` never ran"
    if gap.outcome == EMPTY:
        return f"`{source}` was never 0, False or empty, which is not None and yet false"
    if gap.kind in ("truth", "compared"):
        other = OPPOSITE[gap.outcome]
        seen = view.seen.has(gap.node, other)
        return f"`{source}` was {other} in every case" if seen else f"`{source}` was never asked"
    if gap.kind == "loop":
        turn = "had no turn" if gap.outcome == "one" else "never had a second turn"
        return f"the loop over `{source}` {turn}"
    if gap.kind == "extreme":
        assert isinstance(gap.node, ast.Call)
        return f"`{source}` never gave `{files.source(gap.node.args[int(gap.outcome)])}`"
    return f"`{source}` {'never' if gap.outcome == 'found' else 'always'} found what it looks for"


def _head(node: ast.AST, files: Files) -> str:
    """The first line of a statement that has several."""
    source = files.source(node)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return f"{node.name}()"
    if isinstance(node, ast.If):
        return f"if {files.source(node.test)}"
    return source


def told_limit(old: ast.AST, new: ast.AST, files: tuple[Files, Files]) -> str:
    """Which comparison is another one where both sides are equal."""
    was, now = files[0].source(old), files[1].source(new)
    return f"{files[1].place(new)}: `{now}` was `{was}`, and no case is known with equal sides"


def told_value(one: Unvaried, files: Files) -> str:
    """Which argument should have varied, and where it is read."""
    place, name = files.place(one.atom.node), one.argument[1]
    cases = f"each of the {one.reached} cases that reach it" if one.reached > 1 else "every case"
    cases = "the only case that reaches it" if one.reached == 1 else cases
    if one.other is not None:
        return f"{place}: `{name}` and `{one.other[1]}` were the same in {cases}"
    if one.value == NO_DIFFERENCE:
        return f"{place}: only one version depends on `{name}`, and that made no difference to it"
    if one.value == NEVER_ALONE:
        return f"{place}: only one version depends on `{name}`, which never varied alone"
    what = f"the shape of `{name}`" if one.argument[0] == "build" else f"`{name}`"
    return f"{place}: {what} was `{one.value}` in {cases}, and one version does not depend on it"


def never_ran(layer: str, view: View, files: Files, most: int = 50) -> list[str]:
    """What of a class did not run at all: methods, statements, outcomes of conditions."""
    mine = [one for one in view.side.atoms if f"{one.function}.".startswith(f"{layer}.")]
    functions: dict[str, list[Atom]] = {}
    for one in mine:
        functions.setdefault(one.function, []).append(one)
    found: list[str] = []
    for function, inside in functions.items():
        body = [one for one in inside if not isinstance(one.node, (ast.FunctionDef, ast.ClassDef))]
        if function != layer and body and not any(view.seen.has(one.node, RAN) for one in body):
            found.append(f"{files.place(body[0].node)}: `{function.removeprefix(layer)[1:]}()`")
            continue
        found += _unrun(body, view, files)
    return found[:most]


def _unrun(body: list[Atom], view: View, files: Files) -> list[str]:
    """Conditions with one outcome, and statements that no condition kept from running."""
    found: list[str] = []
    lost = False
    for one in body:
        ran = view.seen.has(one.node, RAN)
        if ran:
            found += _one_sided(one, view, files)
        elif not lost and not any(isinstance(branch, ast.If) for branch, _ in one.under):
            found.append(f"{files.place(one.node)}: `{_head(one.node, files)}`")
        lost = not ran
    return found


def _one_sided(atom: Atom, view: View, files: Files) -> list[str]:
    """Conditions that were only ever true, or only ever false, where no block tells so."""
    found = []
    for part in atom.parts:
        tested = isinstance(atom.node, (ast.If, ast.While))
        for one in decisions(part, tested=tested):
            seen = [outcome for outcome in one.outcomes if view.seen.has(one.node, outcome)]
            if one.kind == "truth" and len(seen) == 1:
                where, text = files.place(one.node), files.source(one.node)
                found.append(f"{where}: `{text}` was {seen[0]} in every case")
    return found
