"""Judges that several measures share: of arrays, of equal facts, of what can still be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .case_pair import (
    BROKEN,
    KEPT,
    MENDED,
    SKIPPED,
    Judge,
    Judged,
    Pair,
    difference,
    error_of,
    lost_probe,
)


def arrays(group: str, what: str, during: str = "outputs") -> Judge:
    """A judge of one group of arrays; `during` names the call that must repeat itself."""

    def judge(pair: Pair) -> Iterator[Judged]:
        found = (pair.after["facts"].get("versus") or {}).get(group)
        if found is None:
            return
        if not pair.repeats(during):
            yield SKIPPED, f"for {pair.label} two calls disagree"
            return
        failed = pair.error_before(pair.after_says("kept by", group) or group)
        if failed and not found["compared"]:
            yield MENDED, f"for {pair.label} {what} could not be had before: {failed}"
        elif found["differs"]:
            name, how = found["differs"][0]
            told = what if name.isdigit() else f"{what} of `{name}`"
            differs = f"differs: {how}" if how else _gone(pair, group)
            yield BROKEN, f"for {pair.label} {told} {differs}"
        elif found["compared"]:
            yield KEPT, f"{found['compared']} compared"

    return judge


def differing(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The names of which both versions tell something, and not the same."""
    return [name for name in was if name in now and was[name] != now[name]]


def _gone(pair: Pair, group: str) -> str:
    """What happened instead, where what kept the arrays before has failed."""
    fact = pair.before_says("kept by", group) or group
    error = error_of(pair.facts(fact)[1])
    return f"cannot be had any more: {error}" if error else "is there no more"


def probed(name: str, what: str) -> Judge:
    """A judge that only asks: what could be measured before, can it be measured after?"""

    def judge(pair: Pair) -> Iterator[Judged]:
        error = lost_probe(*pair.facts(name))
        if error and pair.runs_after:
            yield BROKEN, f"for {pair.label} {what} fails: {error}"

    return judge


def equal(name: str, what: str) -> Judge:
    """A judge of a fact that must be equal."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or error_of(before) or not pair.runs_after:
            return
        error = lost_probe(before, after)
        if error:
            yield BROKEN, f"for {pair.label} {what} fails: {error}"
        elif before != after:
            yield BROKEN, f"for {pair.label} {what} differs: {difference(before, after)}"
        else:
            yield KEPT, ""

    return judge
