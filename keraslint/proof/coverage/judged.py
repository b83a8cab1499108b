"""Two texts, and what the child saw run of them → what ran, and what should have."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from keraslint.diagnostic import Coverage
from keraslint.proof.probe.coverage.decisions import RAN

from .atoms import DEFINITIONS, mentioned, scope
from .differences import differences
from .gaps import Gap, Seen, View, first_by_place, gaps
from .limits import limits
from .overridden import reachable
from .sites import FULL, Look, further
from .sources import one_sided
from .suggestion import recipe_for
from .telling import Files, never_ran, told_gap, told_limit, told_value
from .values import Unvaried, unvaried

MOST_RECIPES = 3
Cases = Sequence[Mapping[str, Any]]
Answer = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a file: its text, the class, what the file is called, and what was seen.

    `around` are the texts of further files whose code was watched, by path.
    """

    text: str
    layer: str
    path: str
    name: str
    answer: Answer
    around: Mapping[str, str]

    @property
    def files(self) -> Files:
        return Files({**self.around, "": self.text}, {"": self.name})

    @property
    def seen(self) -> Seen:
        return Seen(
            ran=self._marks(self.answer, "ran"), refusing=self._marks(self.answer, "refusing")
        )

    def seen_in(self, cases: Cases) -> Seen:
        """What was seen, told apart by case where that is known."""
        if not all("ran" in case for case in cases):
            return self.seen
        return replace(
            self.seen,
            by_case=tuple(self._marks(case, "ran") for case in cases),
            in_calls=tuple(self._marks(case, "ran in calls") for case in cases),
        )

    def _marks(self, told: Mapping[str, Any], kind: str) -> dict[str, frozenset[str]]:
        marks: Mapping[str, Sequence[str]] = told.get(kind, {})
        return {
            "" if file == self.path else file: frozenset(found) for file, found in marks.items()
        }

    def statements(self) -> list[ast.stmt]:
        """What the class may run, in its own file and in those around it."""
        found = scope(self.text, [self.layer.partition(".")[0]])
        names = {name for one in found for name in mentioned(one)}
        for path, text in self.around.items():
            found += scope(text, names, path)
        return found


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What ran, a recipe that may reach what did not, and cases that would tell more."""

    coverage: Coverage
    recipe: str
    looks: tuple[Look, ...]


def judged(before: Version, after: Version, cases: Cases, other: Cases) -> Judgement | None:
    """Say what ran in the cases and what is missing, and what may reach that.

    `cases` are those of the version before, `other` the same ones of the version after.
    None where the texts cannot be read.
    """
    known = [pair for pair in zip(cases, other, strict=False) if _is_known(pair[0])]
    mine, theirs = [one for one, _ in known], [one for _, one in known]
    views = _views(before, after, (mine, theirs))
    if views is None:
        return None
    given = [case["given"] for case in mine]
    effects = tuple([one.get("effect") for one in side] for side in (mine, theirs))
    undecided = [*gaps(*views), *one_sided(views)]
    missing: list[Gap | Unvaried] = [*first_by_place(undecided)]
    missing += unvaried(views, given, effects)
    recipes = _recipes(missing, views, cases)
    reaching = [Look(recipe=one, change={}, depth=FULL) for one in recipes[:MOST_RECIPES]]
    return Judgement(
        coverage=_coverage(missing, views, (before, after), cases),
        recipe="".join(recipes[:1]),
        looks=(*reaching, *further(views, given, mine)),
    )


def _views(before: Version, after: Version, cases: tuple[Cases, Cases]) -> tuple[View, View] | None:
    try:
        texts = before.statements(), after.statements()
    except (SyntaxError, ValueError, RecursionError):
        return None
    renamed = {after.layer.rpartition(".")[2]: before.layer.rpartition(".")[2]}
    found = differences(*texts, renamed)
    found = replace(
        found,
        before=replace(found.before, atoms=reachable(found.before.atoms, before.layer)),
        after=replace(found.after, atoms=reachable(found.after.atoms, after.layer)),
    )
    return (
        View(number=0, differences=found, seen=before.seen_in(cases[0])),
        View(number=1, differences=found, seen=after.seen_in(cases[1])),
    )


def _coverage(
    missing: Iterable[Gap | Unvaried],
    views: tuple[View, View],
    versions: tuple[Version, Version],
    cases: Cases,
) -> Coverage:
    (old, new), files = versions, (versions[0].files, versions[1].files)
    given = [case["given"] for case in cases if _is_known(case)]
    return Coverage(
        cases=tuple(case["label"] for case in cases),
        lines_before=len(_lines_of(views[0], old.layer)),
        lines_after=len(_lines_of(views[1], new.layer)),
        ran_before=_lines(views[0], old.layer, ran=True),
        missed_before=_lines(views[0], old.layer, ran=False),
        ran_after=_lines(views[1], new.layer, ran=True),
        missed_after=_lines(views[1], new.layer, ran=False),
        missing=tuple(
            dict.fromkeys(
                [
                    *(_told(one, views, files) for one in missing),
                    *(told_limit(one, new, files) for one, new in limits(views)),
                ]
            )
        ),
        never=(*never_ran(new.layer, views[1], new.files), *_never_given(given)),
    )


def _is_known(case: Mapping[str, Any]) -> bool:
    """Is it known what was given in the case?"""
    return "__init__" in (case.get("given") or ())


def _told(one: Gap | Unvaried, views: tuple[View, View], files: tuple[Files, Files]) -> str:
    if isinstance(one, Unvaried):
        return told_value(one, files[one.side])
    return told_gap(one, views[one.side], files[one.side])


def _recipes(
    missing: Iterable[Gap | Unvaried], views: tuple[View, View], cases: Cases
) -> list[str]:
    """Recipes that may reach what is missing, other than those that were tried."""
    first = cases[0] if cases else {}
    if "__init__" not in (first.get("given") or ()):
        return []
    made = [case["given"]["__init__"] for case in cases if _is_known(case)]
    found = [recipe_for(one, views, first["recipe"], made) for one in missing]
    tried = {case["recipe"] for case in cases}
    return [one for one in dict.fromkeys(found) if one and one not in tried]


def _lines_of(view: View, layer: str) -> range:
    """The lines of a class, decorators included."""
    for atom in view.side.atoms:
        node = atom.node
        at = f"{atom.function}.{node.name}" if isinstance(node, ast.ClassDef) else ""
        if isinstance(node, ast.ClassDef) and at.lstrip(".") == layer:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            return range(first, (node.end_lineno or first) + 1)
    return range(0)


def _lines(view: View, layer: str, *, ran: bool) -> tuple[int, ...]:
    """The lines of a class's statements that ran, or did not; or the head's lines."""
    every = _lines_of(view, layer)
    by_line: dict[int, set[bool]] = {}
    for atom in view.side.atoms:
        if f"{atom.function}.".startswith(f"{layer}."):
            last = max((getattr(part, "end_lineno", 0) or 0 for part in atom.parts), default=0)
            head = 0 if isinstance(atom.node, DEFINITIONS) else last
            for line in range(atom.line, max(head, atom.line) + 1):
                by_line.setdefault(line, set()).add(view.seen.has(atom.node, RAN))
    return tuple(
        line - every.start for line, did in sorted(by_line.items()) if (True in did) is ran
    )


def _never_given(given: Sequence[Mapping[str, Mapping[str, str]]]) -> list[str]:
    """Optional inputs that no case gave."""
    names = dict.fromkeys(name for case in given for name in case["call"])
    return [
        f"`{name}` was never given to `call()`"
        for name in names
        if name != "training" and all(case["call"].get(name) == "None" for case in given)
    ]
