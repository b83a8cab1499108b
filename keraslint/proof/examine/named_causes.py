"""A layer's broken healths and the rules' findings → each with the rule that says why."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from keraslint.diagnostic import Diagnostic
from keraslint.examination import Condition, Examination, Part, Sign, Symptom
from keraslint.proof.error_symptoms import symptom_of
from keraslint.rules import registry


def with_causes(
    found: Examination, findings: Sequence[Diagnostic], lines: range = range(0)
) -> Examination:
    """Name the rule that finds the cause, and blame its line, where there is one.

    A finding is the cause of a failure if its rule says that it causes such, and if it is about a
    class that is at work there: the layer's own, an inherited one, or a child's. `lines` are those
    of the layer's class, for findings that are about no class.
    """
    causes = _Causes(examined=found, findings=findings, lines=lines)
    if found.reason:
        cause = causes.of(symptom_of(found.reason), found.reason)
        return replace(found, code=cause.code, blamed=cause.span.start.line) if cause else found
    return replace(found, signs=tuple(map(causes.named, found.signs)))


@dataclass(frozen=True, kw_only=True)
class _Causes:
    examined: Examination
    findings: Sequence[Diagnostic]
    lines: range

    def named(self, sign: Sign) -> Sign:
        if sign.condition is not Condition.BROKEN or sign.symptom is None:
            return sign
        cause = self.of(sign.symptom, sign.error, sign.weights)
        if cause is None:
            return _of_keras(sign, self.examined.parts)
        is_elsewhere = _real(cause.path) != _real(self.examined.path)
        path = cause.path if is_elsewhere else ""
        return replace(sign, code=cause.code, line=cause.span.start.line, path=path)

    def of(self, symptom: Symptom, error: str, weights: Sequence[str] = ()) -> Diagnostic | None:
        """The finding that causes such a failure, of what is at work there."""
        explaining = {rule.code for rule in registry() if symptom in rule.explains}
        for part in self._at_work(error, weights):
            kept_at = {one.removeprefix(f"{part.at}/").partition("/")[0] for one in weights}
            for one in self._about(part):
                named = set(re.findall(rf"`(?:self|{part.name})\.(\w+)`", one.message))
                if one.code in explaining and (not kept_at or not named or named & kept_at):
                    return one
        return None

    def _at_work(self, error: str, weights: Sequence[str]) -> Sequence[Part]:
        """The classes that a failure may come from, the layer's own first."""
        own = Part(at="", file=_real(self.examined.path), name=self.examined.layer)
        parts = self.examined.parts or (own,)
        blamed = [part for part in parts if re.search(rf"\b{re.escape(part.name)}\b", error)]
        if blamed:
            return blamed
        if weights:
            return [part for part in parts if any(_is_below(one, part.at) for one in weights)]
        return parts

    def _about(self, part: Part) -> Iterator[Diagnostic]:
        for one in self.findings:
            is_inside = not part.at and not one.owner and one.span.start.line in self.lines
            if (is_inside or one.owner == part.name) and _real(one.path) == self._file(part):
                yield one

    def _file(self, part: Part) -> str:
        """Where a class is written; the one that is examined may have run from a copy."""
        is_examined = not part.at and part.name == self.examined.layer
        return _real(self.examined.path) if is_examined else part.file


def _is_below(weight: str, at: str) -> bool:
    return not at or weight.startswith(f"{at}/")


def _real(path: str) -> str:
    return os.path.realpath(path)


def _of_keras(sign: Sign, parts: Sequence[Part]) -> Sign:
    """Say so where it is a layer of Keras that makes its own children only when it is built."""
    if sign.symptom is not Symptom.NOT_FROZEN:
        return sign
    layers = {part.at: part.name for part in parts if part.at and not part.file}
    owners = [
        next((at for at in layers if one.startswith(f"{at}/") and "/" in one[len(at) + 1 :]), "")
        for one in sign.weights
    ]
    if not owners or not all(owners):
        return sign
    names = " and ".join(f"`{name}`" for name in dict.fromkeys(layers[at] for at in owners))
    return replace(sign, detail=f"{sign.detail}: Keras' own {names} makes them when it is built")
