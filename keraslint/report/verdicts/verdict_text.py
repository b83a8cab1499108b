"""The verdict on two versions of a layer, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from keraslint.diagnostic import Check, CheckStatus, Outcome, Verdict
from keraslint.report.palette import Palette
from keraslint.report.verdicts.advice import own_advice
from keraslint.report.verdicts.checkpoint import QUESTION, checkpoint_answer, has_answer
from keraslint.report.verdicts.coverage_text import NOT_MEASURED, coverage_lines

_TOLD = (CheckStatus.BROKEN, CheckStatus.MENDED, CheckStatus.CHANGED)
_MOST_LINES = 3
_MOST_KEPT = 8


def verdict_text(verdict: Verdict, *, width: int, colour: bool) -> str:
    """Say the outcome, the first clause that broke, the recipe, and how each check came out."""
    return "".join(f"{line}\n" for line in _lines(verdict, width, Palette(colour)))


def _lines(verdict: Verdict, width: int, palette: Palette) -> Iterator[str]:
    looks = {Outcome.PROVED: palette.green, Outcome.REFUTED: palette.red}
    word = looks.get(verdict.outcome, palette.yellow)(verdict.outcome.value)
    yield f"{palette.bold(verdict.layer)}: {word}" + (
        f": {verdict.reason}" if verdict.reason else ""
    )
    yield from (f"recipe: {line}" for line in verdict.recipe.splitlines())
    yield from coverage_lines(verdict, width)
    yield from own_advice(verdict)
    if verdict.environment:
        earlier = " by an earlier run (cached)" if verdict.cached else ""
        yield f"measured with {verdict.environment} in {verdict.seconds:.1f} s{earlier}"
    if has_answer(verdict):
        yield f"{QUESTION} {checkpoint_answer(verdict)}"
    yield from _table(verdict, width, palette)
    if verdict.outcome is Outcome.PROVED:
        yield f"  {NOT_MEASURED}"


def _table(verdict: Verdict, width: int, palette: Palette) -> Iterator[str]:
    """Give lines to each check that came out otherwise; name the others together.

    Where many came out the same, they are counted.
    """
    told = [check for status in _TOLD for check in verdict.checks if check.status is status]
    names = max((len(check.name) for check in told), default=0)
    for check in told:
        yield from _rows(check, names, width, palette)
    skipped = _names(verdict, CheckStatus.SKIPPED)
    reasons = dict.fromkeys(skipped.values())
    for reason in reasons:
        listed = ", ".join(name for name in skipped if skipped[name] == reason)
        yield from _joined("skipped", f"{listed}: {reason}" if reason else listed, width)
    kept = [*_names(verdict, CheckStatus.KEPT)]
    if len(kept) > _MOST_KEPT:
        more = "`--output-format json` and `--report` name them"
        yield f"  kept     {len(kept)} measures came out the same ({more})"
    elif kept:
        yield from _joined("kept", ", ".join(kept), width)


def _names(verdict: Verdict, status: CheckStatus) -> dict[str, str]:
    """The checks that came out so, with their details."""
    return {one.name: one.detail for one in verdict.checks if one.status is status}


def _joined(word: str, text: str, width: int) -> list[str]:
    return textwrap.wrap(f"  {word:<8} {text}", max(width, 40), subsequent_indent=" " * 11)


def _rows(check: Check, names: int, width: int, palette: Palette) -> Iterator[str]:
    """Put the check on a few lines; the whole detail is in the JSON and in the report."""
    looks = {CheckStatus.BROKEN: palette.red, CheckStatus.MENDED: palette.green}
    look = looks.get(check.status, str)
    indent = names + 13
    detail = textwrap.wrap(
        " ".join(check.detail.split()),
        max(width - indent, 40),
        max_lines=_MOST_LINES,
        placeholder=" …",
        break_on_hyphens=False,
    )
    first, *more = detail or [""]
    yield f"  {look(f'{check.status.value:<8}')} {check.name:<{names}}  {first}".rstrip()
    yield from (" " * indent + line for line in more)
