"""Verdicts that tell nothing → what their reader could do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keraslint.diagnostic import Outcome, Verdict

NO_RECIPE = (
    "say how to make and call the layer: --recipe 'Layer(…)(floats(2, 8))', "
    "`[tool.keraslint.recipes]`, or a comment `# keraslint: recipe Layer(…)(…)` in its file"
)
UNREACHED = (
    "give recipes that reach it (`keraslint guide recipes`), next to the one above: "
    "--recipe 'Layer(…)(…)'"
)
REFUTED = "keep the old version, or mend the new one; `--report page.html` shows both"
_MISSING = re.compile(r"No module named '([\w.]+)'")


def own_advice(verdict: Verdict) -> list[str]:
    """What would help with this layer."""
    if verdict.advice:
        return [verdict.advice]
    if verdict.outcome is Outcome.REFUTED and verdict.checks:
        return [REFUTED]
    missing = verdict.coverage is not None and verdict.coverage.missing
    return [UNREACHED] if verdict.outcome is Outcome.UNKNOWN and missing else []


def advice(verdicts: Iterable[Verdict]) -> list[str]:
    """What would help where layers could not be run, each thing once."""
    tried = [one for one in verdicts if one.outcome is Outcome.UNKNOWN and not one.recipe]
    found = [(_MISSING.search(one.reason), one) for one in tried if not one.advice]
    missing = sorted({match[1].partition(".")[0] for match, _ in found if match is not None})
    lines = [_install(missing)] if missing else []
    return lines + ([NO_RECIPE] if any(match is None for match, _ in found) else [])


def _install(missing: list[str]) -> str:
    names = ", ".join(f"`{name}`" for name in missing)
    what = f"no module {names}: install it" if len(missing) == 1 else f"no {names}: install them"
    return f"{what} beside Keras, or name the interpreter that has your packages: --python"
