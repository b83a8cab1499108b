"""A verdict and what ran on both sides → the verdict with its coverage; a gap leaves no proof."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from keraslint.diagnostic import Coverage, Outcome, Verdict
from keraslint.proof.claim import Claim, text_now

from .judged import Version, judged
from .sites import Look

Answer = Mapping[str, Any]


def covered(
    verdict: Verdict, claim: Claim, before: Answer, after: Answer
) -> tuple[Verdict, tuple[Look, ...]]:
    """Add what ran; what was proved is unknown where something that tells apart never ran.

    Give the cases that would tell more, too: none of a verdict that they cannot change.
    """
    cases = before["cases"][: len(after["cases"])]
    found = judged(*_versions(claim, before, after), cases, after["cases"])
    verdict = replace(verdict, coverage=found.coverage if found else None)
    if verdict.outcome is not Outcome.PROVED:
        return verdict, ()
    looks = found.looks if found else ()
    reason = _why_not(verdict.coverage)
    if not reason:
        return verdict, looks
    recipe = found.recipe if found else ""
    advice = f"to reach it, give both recipes: {given_as(verdict.recipe, recipe)}" if recipe else ""
    return replace(verdict, outcome=Outcome.UNKNOWN, reason=reason, advice=advice), looks


def given_as(*recipes: str) -> str:
    """Recipes as they are typed on a command line."""
    lines = [line for recipe in recipes for line in recipe.splitlines()]
    return " ".join(f"--recipe {shlex.quote(line)}" for line in dict.fromkeys(lines))


def _why_not(coverage: Coverage | None) -> str:
    if coverage is None:
        return "it is not known which lines ran"
    if not coverage.missing:
        return ""
    more = len(coverage.missing) - 1
    return coverage.missing[0] + (f" (and {more} more)" if more else "")


def _versions(claim: Claim, before: Answer, after: Answer) -> tuple[Version, Version]:
    path, other = claim.path, claim.after_path or claim.path
    new = f"{other.name} (new)" if other.name == path.name else other.name
    old_path, new_path = os.path.realpath(path), os.path.realpath(other)
    shared = (before.get("ran", {}).keys() & after.get("ran", {}).keys()) - {old_path, new_path}
    now = {file: text_now(file) or "" for file in sorted(shared)}
    then = {file: dict(claim.around).get(file, text) for file, text in now.items()}
    layer = claim.after_layer or claim.layer
    return (
        Version(
            text=claim.before,
            layer=claim.layer,
            path=old_path,
            name=path.name,
            answer=before,
            around=then,
        ),
        Version(text=claim.after, layer=layer, path=new_path, name=new, answer=after, around=now),
    )
