"""The verdict on two versions of a layer, as text or JSON."""

from __future__ import annotations

import json

from keraslint.diagnostic import Check, CheckStatus, Outcome, Verdict
from keraslint.report.palette import Palette
from keraslint.report.record import proof


def verdict_text(verdict: Verdict, *, colour: bool) -> str:
    """Say the outcome, the first clause that broke, the recipe, and how each check came out."""
    palette = Palette(colour)
    looks = {Outcome.PROVED: palette.green, Outcome.REFUTED: palette.red}
    word = looks.get(verdict.outcome, palette.yellow)(verdict.outcome.value)
    lines = [f"{palette.bold(verdict.layer)}: {word}{_colon(verdict.reason)}"]
    lines += [f"recipe: {line}" for line in verdict.recipe.splitlines()]
    if verdict.environment:
        lines.append(f"measured with {verdict.environment} in {verdict.seconds:.1f} s")
    width = max((len(check.name) for check in verdict.checks), default=0)
    lines += [_row(check, width, palette) for check in verdict.checks]
    return "".join(f"{line}\n" for line in lines)


def verdict_json(verdict: Verdict) -> str:
    """Give the same as one JSON object."""
    return json.dumps(proof(verdict), indent=2) + "\n"


def _row(check: Check, width: int, palette: Palette) -> str:
    looks = {CheckStatus.BROKEN: palette.red, CheckStatus.MENDED: palette.green}
    look = looks.get(check.status, str)
    status = look(f"{check.status.value:<8}")
    return f"  {status} {check.name:<{width}}  {check.detail}".rstrip()


def _colon(reason: str) -> str:
    return f": {reason}" if reason else ""
