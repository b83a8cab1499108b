"""What the analysis knows of classes, and what decided each rule → text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from keraslint.diagnostic import Applicability, Diagnostic, Fix, Objection
from keraslint.engine.explanation import Explanation, Heard, MethodRun, RuleAnswer
from keraslint.report.palette import Palette
from keraslint.settings import shown

_PHASES = {"init": "when the layer is made", "build": "when it is built", "call": "at each call"}


def explanation_text(told: Sequence[Explanation], line: int, *, width: int, colour: bool) -> str:
    """Render classes for people; what is on `line` is marked, 0 marks nothing."""
    shown = _Shown(line, width, Palette(colour))
    return "\n".join("".join(f"{text}\n" for text in shown.of(one)) for one in told)


class _Shown:
    """One explanation after another, as lines."""

    def __init__(self, line: int, width: int, palette: Palette) -> None:
        self._line = line
        self._width = width
        self._palette = palette
        self._fixes: dict[Fix, int] = {}

    def of(self, one: Explanation) -> Iterator[str]:
        place = f"{shown(Path(one.path))}:{one.line}"
        yield f"{self._palette.bold(one.name)} ({place}) is {one.kind}"
        yield from self._ancestry(one)
        if not one.rules:
            return
        since = f", by {one.keras_since}" if one.keras_since else ", as nothing says otherwise"
        yield from self._wrapped(f"Written for Keras {one.keras}{since}")
        yield from self._methods(one.methods)
        yield from self._layers(one)
        yield from self._rules(one.rules)

    def _ancestry(self, one: Explanation) -> Iterator[str]:
        for item in one.ancestors:
            place = f" ({shown(Path(item.path))}:{item.line})" if item.path else ", Keras' own"
            yield from self._wrapped(f"descends from `{item.name}`{place}")
        for base in one.not_found:
            said = f"its base `{base}` was not found (`--python` shows keraslint an environment)"
            yield from self._wrapped(said)
        if not one.ancestors and not one.not_found:
            yield from self._wrapped("descends from no class of Keras")

    def _methods(self, methods: Sequence[MethodRun]) -> Iterator[str]:
        if methods:
            yield self._title("Methods, and when Keras runs them")
        wide = max((len(one.name) for one in methods), default=0)
        for one in methods:
            when = " and ".join(_PHASES[phase] for phase in one.phases) or "whenever it is called"
            yield from self._item(one.line, f"{one.name:<{wide}}  {when}")

    def _layers(self, one: Explanation) -> Iterator[str]:
        if one.created:
            yield self._title("Layers that `build()` creates")
        for made in one.created:
            needs = " and ".join(made.needs)
            said = f"needs {needs}" if needs else "needs nothing from the call of `build()`"
            assumed = f" ({made.assumed})" if made.assumed else ""
            stays = f"; it stays: {made.stays}" if made.stays else ""
            where = "" if made.method == "build" else f", in `{made.method}()`"
            yield from self._item(made.line, f"`{made.callee}`{assumed}{where}: {said}{stays}")
        if one.children:
            yield self._title("Layers that it keeps")
        for state in dict.fromkeys(child.state for child in one.children):
            kept = [f"`{c.attribute}` ({c.layer})" for c in one.children if c.state == state]
            yield from self._item(0, f"{', '.join(kept)}: {state}")

    def _rules(self, rules: Sequence[RuleAnswer]) -> Iterator[str]:
        yield self._title("Rules")
        silent = [one for one in rules if one.finding is None and one.reason]
        for one in rules:
            if one.finding is not None:
                yield from self._found(one, one.finding)
        for line, reason in dict.fromkeys((one.line, one.reason) for one in silent):
            alike = [one for one in silent if (one.line, one.reason) == (line, reason)]
            named = ", ".join(map(self._rule, alike))
            yield from self._item(line, f"{named}: nothing, since {reason}")
        for heard, title in _REST.items():
            rest = [one.code for one in rules if one.heard is heard and not one.reason]
            if rest:
                yield from self._item(0, f"{title}: {', '.join(rest)}")

    def _found(self, one: RuleAnswer, finding: Diagnostic) -> Iterator[str]:
        not_told = f" (not told: {one.reason})" if one.heard is not Heard.FOUND else ""
        yield from self._item(one.line, f"{self._rule(one)}: {finding.message}{not_told}")
        fix = finding.fix
        if fix is not None and fix in self._fixes:
            yield from self._wrapped(f"the fix of line {self._fixes[fix]}", indent=12)
            return
        if fix is not None:
            self._fixes[fix] = one.line
        for said in _fix(finding):
            yield from self._wrapped(said, indent=12)

    def _rule(self, one: RuleAnswer) -> str:
        return f"{self._palette.bold(one.code)} {one.name}"

    def _title(self, title: str) -> str:
        return f"  {self._palette.cyan(title)}"

    def _item(self, line: int, text: str) -> Iterator[str]:
        """A line of a list, under its number; the line that was asked about has an arrow."""
        number = f"{line:>6}" if line else " " * 6
        mark = ">" if line and line == self._line else " "
        first, *rest = self._wrapped(text, indent=10)
        yield f"{mark} {self._palette.gutter(number)}{first[8:]}"
        yield from rest

    def _wrapped(self, text: str, indent: int = 2) -> list[str]:
        space = " " * indent
        room = max(self._width, 40)
        return textwrap.wrap(
            text, room, initial_indent=space, subsequent_indent=space, break_on_hyphens=False
        )


_REST = {
    Heard.NOTHING: "looked at in full, and nothing found",
    Heard.RULED_OUT: "there is nothing of the kind in the class",
}


def _fix(finding: Diagnostic) -> Iterator[str]:
    fix = finding.fix
    if fix is None:
        yield f"no fix: {finding.why_no_fix}" if finding.why_no_fix else "no fix"
        return
    safe = fix.applicability is Applicability.SAFE
    yield f"{'safe' if safe else 'unsafe'} fix: {fix.message}"
    yield from _objections(fix.objections, fix.doubts)


def _objections(objections: Iterable[Objection], doubts: Iterable[str]) -> Iterator[str]:
    """Why a fix is not safe, with the line to blame where there is one."""
    told = set()
    for one in objections:
        told.add(one.cause)
        place = f" ({shown(Path(one.path))}:{one.line})" if one.path and one.line else ""
        yield f"- {one.question.value}: {one.cause}{place}"
    yield from (f"- {doubt}" for doubt in doubts if doubt not in told)
