"""The verdict on two versions of a layer, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from keraslint.diagnostic import Check, CheckStatus, Outcome, Verdict
from keraslint.report.checkpoint import QUESTION, checkpoint_answer
from keraslint.report.palette import Palette

_TOLD = (CheckStatus.BROKEN, CheckStatus.MENDED, CheckStatus.CHANGED, CheckStatus.SKIPPED)
NO_RECIPE = (
    "say how to make and call it: --recipe 'Layer(…)(floats(2, 8))', `[tool.keraslint.recipes]`, "
    "or a comment `# keraslint: recipe Layer(…)(…)` in its file"
)


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
    if not verdict.recipe:
        yield NO_RECIPE
    if verdict.environment:
        earlier = " by an earlier run (cached)" if verdict.cached else ""
        yield f"measured with {verdict.environment} in {verdict.seconds:.1f} s{earlier}"
    yield f"{QUESTION} {checkpoint_answer(verdict)}"
    yield from _table(verdict, width, palette)


def _table(verdict: Verdict, width: int, palette: Palette) -> Iterator[str]:
    """Give a line to each check that did not come out even; name the others together."""
    told = [check for status in _TOLD for check in verdict.checks if check.status is status]
    names = max((len(check.name) for check in told), default=0)
    for check in told:
        yield _row(check, names, width, palette)
    kept = [check.name for check in verdict.checks if check.status is CheckStatus.KEPT]
    if kept:
        text = f"  {'kept':<8} {', '.join(kept)}"
        yield from textwrap.wrap(text, max(width, 40), subsequent_indent=" " * 11)


def _row(check: Check, names: int, width: int, palette: Palette) -> str:
    """Put the check on one line; the whole detail is in the JSON."""
    looks = {CheckStatus.BROKEN: palette.red, CheckStatus.MENDED: palette.green}
    look = looks.get(check.status, str)
    room = max(width - names - 13, 60)
    detail = " ".join(check.detail.split())
    detail = detail if len(detail) <= room else detail[: room - 1] + "…"
    return f"  {look(f'{check.status.value:<8}')} {check.name:<{names}}  {detail}".rstrip()
