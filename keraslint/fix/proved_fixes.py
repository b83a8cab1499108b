"""The fixes of one file → those that running the layers proves, together or one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from keraslint.diagnostic import (
    ORDER_CHANGES,
    Applicability,
    CheckStatus,
    Edit,
    Fix,
    Measure,
    Outcome,
    Promise,
    Verdict,
)
from keraslint.fix.apply import edited, touch
from keraslint.fix.progress import Progress
from keraslint.project.files.notebook.cell_syntax import damage
from keraslint.project.files.source import Source
from keraslint.proof.prove import Claim
from keraslint.proof.recipes.recipe import Recipe

Prove = Callable[[Claim], Verdict]
Keep = Callable[[Sequence["Proved"]], None]
Recipes = Callable[[str, Source], tuple[Recipe, ...]]
Proved = tuple[Fix, Verdict]
Key = tuple[str, str, str, tuple[str, ...]]


def key_of(path: str, fix: Fix) -> Key:
    """What makes two fixes the same although lines above them have moved."""
    return path, fix.layer, fix.message, tuple(edit.content for edit in fix.edits)


class Proving:
    """Verdicts on fixes, and what they were; files may be settled at the same time."""

    def __init__(self, prove: Prove, recipes: Recipes, progress: Progress) -> None:
        self.tried: dict[Key, Verdict] = {}
        self._ends: dict[tuple[str, str], str] = {}
        self._reordered: set[tuple[str, str]] = set()
        self._progress = progress
        self._prove = prove
        self._recipes = recipes

    def settle(
        self, source: Source, fixes: Iterable[Fix], keep: Keep = lambda proved: None
    ) -> list[Proved]:
        """Prove the fixes of one file, each upon those that were proved before it.

        `keep` is given what has been proved so far, as soon as a layer is settled.
        """
        proved: list[Proved] = []
        for layer, groups in _by_layer(fixes).items():
            self._progress.begins(layer)
            since = len(proved)
            for group in groups:
                proved += self._together(source, group, proved) or self._each(source, group, proved)
            if len(proved) > since:
                keep(proved)
            self._end(source.path, layer, proved[since:])
        return proved

    def expect(self, layers: Iterable[tuple[str, str]]) -> None:
        """These layers, each with its file, will be settled: some of them once more."""
        self._progress.expect(len({*layers} - self._ends.keys()))

    def _end(self, path: str, layer: str, proved: Sequence[Proved]) -> None:
        """Tell how a layer came out, unless the same was told before."""
        key, word = (path, layer), self._told(path, layer, proved)
        before = self._ends.get(key)
        self._ends[key] = word
        self._progress.ends(layer, "" if word == before else word, again=before is not None)

    def _told(self, path: str, layer: str, proved: Sequence[Proved]) -> str:
        """What became of the fixes of a layer, in a word; empty if nothing could be run."""
        if proved:
            return "proved"
        found = [one for key, one in [*self.tried.items()] if key[:2] == (path, layer)]
        return found[-1].outcome.value if found and found[-1].environment else ""

    def forget(self, path: str, layer: str) -> None:
        """Let what was not proved be tried again, on the layer that another fix has mended.

        Where the order of weights was seen to change, what is left of that fix may change it too.
        """
        for key in [key for key in self.tried if key[:2] == (path, layer)]:
            if _reorders(self.tried[key]):
                self._reordered.add((path, layer))
            if self.tried[key].outcome is not Outcome.PROVED:
                del self.tried[key]

    def _together(
        self, source: Source, group: Sequence[Fix], before: Sequence[Proved]
    ) -> list[Proved]:
        """Prove the fixes that do not touch each other as one; none of them if that fails."""
        chosen: list[Fix] = []
        for one in group:
            if not one.unseen and _is_free(one, [*(fix for fix, _ in before), *chosen]):
                chosen.append(one)
        if len(chosen) < 2:
            return []
        verdict = self._tried(source, merged(chosen), before)
        if verdict.outcome is not Outcome.PROVED:
            return []
        for one in chosen:
            self.tried[key_of(source.path, one)] = verdict
        return [(one, verdict) for one in chosen]

    def _each(self, source: Source, group: Sequence[Fix], before: Sequence[Proved]) -> list[Proved]:
        """Prove one by one, the widest first, so that a bad fix does not hide a good one."""
        proved: list[Proved] = []
        for one in group:
            done = [*before, *proved]
            if not _is_free(one, [fix for fix, _ in done]):
                continue
            verdict = self._tried(source, one, done)
            if verdict.outcome is Outcome.PROVED:
                proved.append((one, verdict))
        return proved

    def _tried(self, source: Source, fix: Fix, before: Sequence[Proved]) -> Verdict:
        """Prove a fix once; what is proved is proved anew where it comes again."""
        key = key_of(source.path, fix)
        known = self.tried.get(key)
        if known is None or known.outcome is Outcome.PROVED:
            known = self.tried[key] = self._verdict(source, fix, before)
        return known

    def _verdict(self, source: Source, fix: Fix, before: Sequence[Proved]) -> Verdict:
        if fix.unseen:
            reason = f"cannot be proved by running this class: {fix.unseen[0]}"
            return Verdict(outcome=Outcome.UNKNOWN, layer=fix.layer, reason=reason)
        done = [edit for one, _ in before for edit in one.edits]
        old, new = edited(source, done), edited(source, [*done, *fix.edits])
        if reason := damage(source, new):
            return Verdict(outcome=Outcome.REFUTED, layer=fix.layer, reason=reason)
        recipes = self._recipes(fix.layer, source)
        return self._prove(
            Claim(
                layer=fix.layer,
                path=Path(source.path),
                before=old,
                after=new,
                promise=fix.promise,
                recipes=recipes,
                keras=fix.keras,
                doubted=ORDER_CHANGES in fix.doubts and (source.path, fix.layer) in self._reordered,
            )
        )


def _reorders(verdict: Verdict) -> bool:
    broken = {check.name for check in verdict.checks if check.status is CheckStatus.BROKEN}
    return verdict.outcome is Outcome.REFUTED and "order of weights" in broken


def merged(fixes: Sequence[Fix]) -> Fix:
    """Make one fix of several that do not touch: it keeps all that any of them promises."""
    keeps = {measure for one in fixes for measure in one.promise.keeps}
    mends = [health for one in fixes for health in one.promise.mends]
    safe = all(one.applicability is Applicability.SAFE for one in fixes)
    return Fix(
        applicability=Applicability.SAFE if safe else Applicability.UNSAFE,
        message=" and ".join(dict.fromkeys(one.message for one in fixes)),
        edits=tuple(edit for one in fixes for edit in one.edits),
        layer=fixes[0].layer,
        promise=Promise(tuple(m for m in Measure if m in keeps), tuple(dict.fromkeys(mends))),
        doubts=tuple(doubt for one in fixes for doubt in one.doubts),
        unseen=tuple(doubt for one in fixes for doubt in one.unseen),
        keras=fixes[0].keras,
    )


def _by_layer(fixes: Iterable[Fix]) -> dict[str, list[list[Fix]]]:
    """The fixes of each class, in groups that promise the same, the widest first.

    Fixes that promise different things are not merged: what one of them may change would excuse
    a change that is another one's mistake.
    """
    unique = list(dict.fromkeys(fixes))
    groups: dict[str, dict[frozenset[Measure], list[Fix]]] = {one.layer: {} for one in unique}
    for one in sorted(unique, key=_width, reverse=True):
        groups[one.layer].setdefault(frozenset(one.promise.keeps), []).append(one)
    return {layer: list(by_promise.values()) for layer, by_promise in groups.items()}


def _width(fix: Fix) -> int:
    return sum(len(edit.content) for edit in fix.edits)


def _is_free(one: Fix, others: Iterable[Fix]) -> bool:
    taken: list[Edit] = [edit for other in others for edit in other.edits]
    return not any(touch(edit, other) for edit in one.edits for other in taken)
