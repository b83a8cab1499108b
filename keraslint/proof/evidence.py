"""The cases of two versions → what to show for them: weights, warnings, and files that load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from keraslint.diagnostic import Evidence, OldFile, WeightSeen

from .measures.case_pair import STEPS, Pair, error_of, ticked
from .measures.health import trouble

WARNED = (
    *("called", "built alone", "functional"),
    *("functional reload", "owner reload", "weights reload", "sequential reload", "plain reload"),
)
# kind of file, what the version after made of it, what the version before did
FILES = (
    (".keras", "old functional", "functional reload"),
    (".keras of a model that builds the layer", "old owner", "owner reload"),
    (".keras of a Sequential", "old sequential", "sequential reload"),
    (".keras of a model without build()", "old plain", "plain reload"),
    (".weights.h5", "old weights", "called weights reload"),
    ("legacy .h5", "old legacy", "legacy reload"),
)
Cases = Sequence[dict[str, Any]]


def evidence(before: Cases, after: Cases) -> tuple[Evidence, ...]:
    """Show each case that has other weights or warnings than those above it."""
    shown: dict[tuple[object, ...], Evidence] = {}
    for pair in _pairs(before, after):
        one = Evidence(
            case=pair.label,
            before=_weights(pair.before["facts"]),
            after=_weights(pair.after["facts"]),
            warnings_before=_warnings(pair.before["facts"]),
            warnings_after=_warnings(pair.after["facts"]),
        )
        shown.setdefault(_telling(one), one)
    return tuple(shown.values())


def _telling(one: Evidence) -> tuple[object, ...]:
    """Tell cases apart by what they show: shapes matter only where the versions differ."""
    if one.before == one.after:
        return tuple(weight.path for weight in one.before), one.warnings_before, one.warnings_after
    return one.before, one.after, one.warnings_before, one.warnings_after


def old_files(before: Cases, after: Cases) -> tuple[OldFile, ...]:
    """Tell of each kind of file whether the version after loads what the version before saved."""
    pairs = _pairs(before, after)
    return tuple(_file(pairs, *file) for file in FILES)


def _pairs(before: Cases, after: Cases) -> list[Pair]:
    return [Pair(before=b, after=a, all_before=before) for b, a in zip(before, after, strict=False)]


def _file(pairs: Sequence[Pair], kind: str, theirs: str, own: str) -> OldFile:
    """Let the first case decide in which it stopped to load, else the first that was tried."""
    tried = [_in_case(pair, kind, theirs, own) for pair in pairs]
    if not any(tried):
        return OldFile(kind=kind, loads=None, loaded=None, detail="no such file could be saved")
    loaded = any(one.loaded or one.loads for one in tried if one is not None)
    found = [
        (one, pair.label)
        for pair, told in zip(pairs, tried, strict=True)
        if (one := told or _not_tried(pair, kind, loaded=loaded)) is not None
    ]
    lost = [(one, label) for one, label in found if one.loads is False and one.loaded]
    for one, label in lost:
        where = "" if len(lost) == len(found) else f" (for {label})"
        return replace(one, detail=f"{one.detail}{where}")
    return found[0][0]


def _not_tried(pair: Pair, kind: str, *, loaded: bool) -> OldFile | None:
    """A case in which no file was written: a new version that fails there, or has other shapes."""
    if not pair.runs_after and not any(map(pair.error_before, STEPS)):
        return OldFile(kind=kind, loads=False, loaded=loaded, detail=_failing(pair))
    both = [side["facts"].get("weights") for side in (pair.before, pair.after)]
    shapes = [sorted(one["shape"] for one in side or () if not one["seed"]) for side in both]
    if None in both or shapes[0] == shapes[1]:
        return None
    detail = f"it cannot be read: {_counts(pair)}"
    return OldFile(kind=kind, loads=False, loaded=loaded, detail=detail)


def _failing(pair: Pair) -> str:
    """How the version after cannot be made or called at all; empty where it can."""
    wrong = (error_of(pair.after["facts"].get(name)) for name in STEPS)
    error = next(filter(None, wrong), "")
    return f"the new layer fails: {error}" if error else ""


def _in_case(pair: Pair, kind: str, theirs: str, own: str) -> OldFile | None:
    control, loaded = pair.before["facts"].get(own), pair.after["facts"].get(theirs)
    if control is None or "unsaved" in control:
        return None
    was = trouble(control)
    now = trouble(loaded) if loaded is not None else _failing(pair) or trouble(None)
    if error_of(loaded) and (counts := _counts(pair)):
        now = f"it cannot be read: {counts}"
    return OldFile(kind=kind, loads=not now, loaded=not was, detail=now)


def _counts(pair: Pair) -> str:
    """Say so when the weights are other ones: the errors of loading say it less well."""
    before, after = (_weights(side["facts"]) for side in (pair.before, pair.after))
    if [one.path for one in before] == [one.path for one in after]:
        return _shapes(before, after)
    new = [one.path for one in after if one.path not in {other.path for other in before}]
    gone = [one.path for one in before if one.path not in {other.path for other in after}]
    lacks = f", it lacks {ticked(new)}" if new else ""
    nowhere = f", and there is no place for {ticked(gone)}" if gone else ""
    return f"it has {len(before)} weights and the new layer {len(after)}{lacks}{nowhere}"


def _shapes(before: Sequence[WeightSeen], after: Sequence[WeightSeen]) -> str:
    for was, now in zip(before, after, strict=True):
        if was.shape != now.shape:
            return f"`{was.path}` has the shape {was.shape} and the new layer {now.shape}"
    return ""


def _weights(facts: dict[str, Any]) -> tuple[WeightSeen, ...]:
    """In the order of `.weights`; what is in none of them (a metric's state) comes last."""
    known = {one["key"]: one for one in facts.get("weights") or () if not one["seed"]}
    order = [key for key in facts.get("order") or () if key in known]
    return tuple(_seen(known[key]) for key in dict.fromkeys([*order, *known]))


def _seen(one: dict[str, Any]) -> WeightSeen:
    return WeightSeen(
        path=one["key"], shape=tuple(one["shape"]), dtype=one["dtype"], trainable=one["trainable"]
    )


def _warnings(facts: dict[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_each_warning(facts)))


def _each_warning(facts: dict[str, Any]) -> Iterator[str]:
    for name in WARNED:
        value = facts.get(name)
        if isinstance(value, dict):
            yield from value.get("warnings") or ()
