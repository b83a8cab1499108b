"""A verdict → the parts of a page: the change, the recipe, the measures, the weights, warnings."""

from __future__ import annotations

from collections.abc import Sequence

from keraslint.diagnostic import Check, CheckStatus, Evidence, Verdict, WeightSeen
from keraslint.report.html.markup import Child, Markup, breakable, element, joined
from keraslint.report.html.side_by_side import (
    LineRow,
    Mark,
    WeightRow,
    line_rows,
    marked,
    weight_rows,
)
from keraslint.report.verdicts.advice import NO_RECIPE, advice
from keraslint.report.verdicts.compared_layer import Exhibit
from keraslint.report.verdicts.coverage_text import NOT_MEASURED
from keraslint.report.verdicts.used_recipes import recipes_toml

_TOLD = (CheckStatus.MENDED, CheckStatus.CHANGED)
_MOST = 6
_MARKS = {
    Mark.SAME: ("", "the same"),
    Mark.OTHER: ("≠", "other"),
    Mark.MOVED: ("↕", "moved"),
    Mark.GONE: ("−", "gone"),
    Mark.NEW: ("+", "new"),
}


def part(title: Child, note: str, *children: object, opened: bool = False) -> Markup:
    """A part of an article that folds away."""
    head = element("summary", title, " ", element("span", note, class_="quiet"))
    return element("details", head, *children, open=opened)  # type: ignore[arg-type]


def changes(one: Exhibit) -> Markup | None:
    """The diff of the class, with the line numbers of its file."""
    hunks = line_rows(one.old, one.new)
    if not hunks:
        return part("Change", "the text of the class is the same")
    hunks = tuple(marked(hunk, one.old, one.new, one.verdict.coverage) for hunk in hunks)
    rows = [row for hunk in hunks for row in hunk]
    added, gone = (sum(row.sign == sign for row in rows) for sign in "+-")
    body = [element("tbody", [_line(row) for row in hunk]) for hunk in hunks]
    table = element("div", element("table", body, class_="diff"), class_="scroll", tabindex="0")
    return part("Change", f"+{added} −{gone}{_share(rows)}", table, opened=True)


def _share(rows: Sequence[LineRow]) -> str:
    """How many of the changed lines that do something ran."""
    changed = [row.ran for row in rows if row.sign != " " and row.ran is not None]
    return f", {changed.count(True)} of {len(changed)} changed statements ran" if changed else ""


def _line(row: LineRow) -> Markup:
    kinds = {"+": "added", "-": "removed"}
    numbers = [element("td", str(n) if n else "", class_="n") for n in (row.before, row.after)]
    text = element("td", row.sign.replace("-", "−"), class_="sign"), element("td", row.text or " ")
    return element("tr", _mark(row), numbers, text, class_=kinds.get(row.sign))


def _mark(row: LineRow) -> Markup:
    sign, title = {True: ("●", "ran"), False: ("○", "never ran"), None: ("", None)}[row.ran]
    return element("td", sign, title=title, class_="ran" if row.ran else "missed")


def recipe(verdict: Verdict) -> Markup | None:
    """How the layer was made and called, as text to keep."""
    if not verdict.recipe:
        told = [element("p", ticked(line)) for line in advice([verdict]) or [NO_RECIPE]]
        return part("Recipe", "none was found", told, opened=True)
    lines = element("pre", element("code", verdict.recipe), class_="scroll", tabindex="0")
    kept = recipes_toml([("", verdict)])
    toml = element("pre", element("code", kept.rstrip()), class_="scroll", tabindex="0")
    keep = [element("p", "To keep, in ", element("code", "pyproject.toml"), ":"), toml]
    return part("Recipe", "how it was made and called", lines, keep if verdict.checks else None)


def ran(verdict: Verdict) -> Markup | None:
    """The cases that ran, what never ran, and what is not measured."""
    coverage = verdict.coverage
    if coverage is None:
        return None
    tables = [
        _listed("Missing: it tells the versions apart, or may", coverage.missing),
        _listed("Cases", coverage.cases),
        _listed("Never ran", coverage.never),
        element("p", ticked(NOT_MEASURED), class_="quiet"),
    ]
    cases = f"{len(coverage.cases)} {'case' if len(coverage.cases) == 1 else 'cases'}"
    parts = f"{len(coverage.never)} {'part' if len(coverage.never) == 1 else 'parts'}"
    never = f"{parts} never" if coverage.never else "all of the class"
    return part("What ran", f"{cases}; {never}", *tables, opened=bool(coverage.missing))


def _listed(title: str, texts: Sequence[str]) -> Markup | None:
    if not texts:
        return None
    items = [element("li", ticked(text)) for text in texts]
    return joined(element("p", element("b", title)), element("ul", items, class_="warnings"))


def measures(verdict: Verdict) -> Markup | None:
    """What came out otherwise, in full; what was kept, folded."""
    if not verdict.checks:
        return None
    broken = [check for check in verdict.checks if check.status is CheckStatus.BROKEN]
    others = [check for status in _TOLD for check in verdict.checks if check.status is status]
    told, more = [*broken[:_MOST], *others], broken[_MOST:]
    rest = [check for check in verdict.checks if check not in (*told, *more)]
    notes = [(status, sum(c.status is status for c in verdict.checks)) for status in CheckStatus]
    note = ", ".join(f"{count} {status.value}" for status, count in notes if count)
    tables = [
        _measured(told) if told else None,
        part("Further ones that broke", str(len(more)), _measured(more)) if more else None,
        part(_rest(rest), str(len(rest)), _measured(rest), opened=not told) if rest else None,
    ]
    return part("Measures", note, *tables, opened=bool(told))


def _rest(checks: Sequence[Check]) -> str:
    skipped = any(check.status is CheckStatus.SKIPPED for check in checks)
    return "Kept or skipped" if skipped else "Kept"


def _measured(checks: Sequence[Check]) -> Markup:
    return element("table", element("tbody", map(_measure, checks)), class_="measures")


def _measure(check: Check) -> Markup:
    status = check.status.value
    meaning = check.meaning
    return element(
        "tr",
        element("td", element("span", status, class_=f"status {status}")),
        element(
            "td",
            element("b", check.name),
            element("span", ticked(meaning), class_="meaning"),
            element("span", ticked(check.detail), class_="detail") if check.detail else None,
        ),
    )


def ticked(text: str) -> Markup:
    """Set what stands in backticks as code; what a cut has left open ends with the text."""
    parts = text.split("`")
    return joined(
        [element("code", part) if number % 2 else part for number, part in enumerate(parts)]
    )


def weights(verdict: Verdict) -> Markup | None:
    """The weights of both versions side by side, for each case that showed other ones."""
    cases = [one for one in verdict.evidence if one.before or one.after]
    if not cases:
        return None
    differ = [one for one in cases if one.before != one.after]
    note = f"{len(differ)} of {len(cases)} cases differ" if differ else "the same in both versions"
    tables = [_case(one, opened=one.before != one.after or len(cases) == 1) for one in cases]
    return part("Weights", note, tables, opened=bool(differ))


def _case(one: Evidence, *, opened: bool) -> Markup:
    counts = f"{len(one.before)} before, {len(one.after)} after"
    head = element("tr", element("th"), element("th", "before"), element("th", "after"))
    rows = [_weights(row) for row in weight_rows(one.before, one.after)]
    table = element("table", element("thead", head), element("tbody", rows), class_="weights")
    return part(ticked(one.case), counts, table, opened=opened)


def _weights(row: WeightRow) -> Markup:
    sign, title = _MARKS[row.mark]
    return element(
        "tr",
        element("td", sign, title=title, class_="sign"),
        element("td", _weight(row.before)),
        element("td", _weight(row.after)),
        class_=row.mark.value,
    )


def _weight(one: WeightSeen | None) -> Markup | None:
    if one is None:
        return None
    about = [str(one.shape), *([one.dtype] if one.dtype != "float32" else [])]
    about += [] if one.trainable else ["not trainable"]
    return joined(
        element("code", breakable(one.path)), element("span", ", ".join(about), class_="quiet")
    )


def warnings(verdict: Verdict) -> Markup | None:
    """Warnings of Keras that appeared or disappeared; those that stayed are counted."""
    before, after = (
        dict.fromkeys(text for one in verdict.evidence for text in getattr(one, side))
        for side in ("warnings_before", "warnings_after")
    )
    new = [text for text in after if text not in before]
    gone = [text for text in before if text not in after]
    stayed = len(after) - len(new)
    if not (new or gone or stayed):
        return None
    told = [("appeared", "broken", new), ("disappeared", "mended", gone)]
    items = [
        element("li", element("span", word, class_=f"status {look}"), " ", ticked(text))
        for word, look, texts in told
        for text in texts
    ]
    note = f"{len(new)} appeared, {len(gone)} disappeared, {stayed} stayed"
    return part("Warnings", note, element("ul", items, class_="warnings"), opened=bool(new or gone))
