"""Examinations of layers → text of a named format."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from keraslint.diagnostic import Diagnostic, Severity, Span
from keraslint.examination import Condition, Examination, Sign
from keraslint.project.files.source import Source
from keraslint.report import Report, render
from keraslint.report.html.examination_page import examination_page
from keraslint.report.json_record import absolute
from keraslint.report.palette import Palette
from keraslint.report.verdicts.examined_places import located

OWN_CODE = "KRL900"
MOST_NEVER = 4


def render_examinations(
    examined: Sequence[Examination],
    sources: Mapping[str, Source],
    output_format: str,
    width: int,
    colour: bool,
) -> str:
    """Show them: as text, as JSON, or what is broken in a format of `check`."""
    if output_format == "full":
        lines = _full(located(examined, sources), width, Palette(colour))
        return "".join(f"{line}\n" for line in lines)
    if output_format == "json":
        return _json(located(examined, sources))
    findings = tuple(finding for one in examined for finding in _findings(one, sources))
    report = Report(
        diagnostics=findings,
        sources=sources,
        width=width,
        colour=colour,
        summary=_closing(examined),
    )
    return render(report, output_format)


def evidence(file: str, examined: Sequence[Examination], sources: Mapping[str, Source]) -> str:
    """Render what a report file of this name holds: a page for people, or JSON."""
    placed = located(examined, sources)
    return _json(placed) if file.lower().endswith(".json") else examination_page(placed)


def _json(examined: Sequence[Examination]) -> str:
    return json.dumps([record(one) for one in examined], indent=2) + "\n"


def record(one: Examination) -> dict[str, Any]:
    """An examination as plain values."""
    told = asdict(one)
    signs = [
        {
            **asdict(sign),
            "condition": sign.condition.value,
            "symptom": sign.symptom.value if sign.symptom else "",
            "path": absolute(sign.path or one.path),
        }
        for sign in one.signs
    ]
    return {**told, "path": absolute(one.path), "signs": signs, "healthy": is_healthy(one)}


def is_healthy(one: Examination) -> bool:
    """Was it examined, and nothing seen broken?"""
    return bool(one.signs) and not one.broken


def _findings(one: Examination, sources: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """What is broken, each where it is to blame; or, as a note, why it was not examined."""
    for sign in one.broken:
        yield replace(
            _note(one, sources, sign.line or one.line, sign.path or one.path),
            code=sign.code or OWN_CODE,
            name=f"broken-{sign.health.replace(' ', '-')}",
            message=f"`{one.layer}` ({sign.health}): {sign.detail}",
            severity=Severity.ERROR,
        )
    if one.reason:
        yield _note(one, sources, one.blamed or one.line, one.path)


def _note(one: Examination, sources: Mapping[str, Source], line: int, path: str) -> Diagnostic:
    source = sources.get(path)
    text = source.line(line) if source is not None else ""
    start = len(text) - len(text.lstrip()) + 1
    return Diagnostic(
        code=one.code or OWN_CODE,
        name="not-examined",
        message=f"`{one.layer}` was not examined: {one.reason}",
        path=path,
        span=Span.of(line, start, line, max(len(text.rstrip()) + 1, start + 1)),
        owner=one.layer,
        severity=Severity.INFO,
    )


def _full(examined: Sequence[Examination], width: int, palette: Palette) -> Iterator[str]:
    for one in examined:
        yield from table(one, width, palette)
        yield ""
    yield _closing(examined)


def table(one: Examination, width: int, palette: Palette) -> Iterator[str]:
    """What works is named together; what does not has lines of its own."""
    word = palette.red("broken") if one.broken else palette.green("healthy")
    if one.reason:
        word = palette.yellow("no layer yet" if one.abstract else "not examined")
    place = f"cell {one.cell}:{one.line}" if one.cell else f"{one.line}"
    where = f"{palette.bold(one.path)}:{place}: " if one.path else ""
    reason = f": {one.reason}{_in_brackets(one.cause)}" if one.reason else ""
    yield f"{where}{palette.bold(one.layer)}: {word}{reason}"
    yield from (f"  recipe: {line}" for line in one.recipe.splitlines())
    quoted: dict[str, str] = {}
    for sign in one.broken:
        detail = f"{_once(sign, quoted)}{_in_brackets(sign.cause)}"
        yield from _wrapped(f"  {palette.red('broken')}  {sign.health}: {detail}", width)
    for sign in (*one.of(Condition.WORKS), *one.of(Condition.NEVER_RAN)):
        if sign.detail:
            yield from _wrapped(f"  note    {sign.health}: {sign.detail}", width)
    for condition in (Condition.WORKS, Condition.NOT_APPLICABLE, Condition.NEVER_RAN):
        names = [sign.health for sign in one.of(condition)]
        if names:
            yield from _wrapped(f"  {condition.value}: {', '.join(names)}", width)
    if one.never:
        more = len(one.never) - MOST_NEVER
        listed = [*one.never[:MOST_NEVER], *([f"{more} more"] if more > 0 else [])]
        yield from _wrapped(f"  no case has run: {'; '.join(listed)}", width)


def _once(sign: Sign, quoted: dict[str, str]) -> str:
    """What is broken; an error that was quoted for another health is not quoted again."""
    if not sign.error:
        return sign.detail
    first = quoted.setdefault(sign.error, sign.health)
    if first == sign.health:
        return sign.detail
    return f"{sign.detail.removesuffix(sign.error)}the same error as for *{first}*"


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 40), subsequent_indent=" " * 10, break_on_hyphens=False)


def _closing(examined: Sequence[Examination]) -> str:
    """How many were healthy, broken, and not examined."""
    counts = Counter(
        "healthy"
        if is_healthy(one)
        else "broken"
        if one.broken
        else "without `call()`"
        if one.abstract
        else "not examined"
        for one in examined
    )
    told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    noun = "layer" if len(examined) == 1 else "layers"
    return f"{len(examined)} {noun}: {told}" if examined else "There is no layer to examine"
