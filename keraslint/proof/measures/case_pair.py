"""One case measured on two versions → clauses: what was kept, mended, changed or broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...diagnostic import CheckStatus, Health, Measure

KEPT, MENDED, CHANGED = CheckStatus.KEPT, CheckStatus.MENDED, CheckStatus.CHANGED
BROKEN, SKIPPED = CheckStatus.BROKEN, CheckStatus.SKIPPED
STEPS = ("made", "called")
"""What a version must do before anything else of it can be told."""
About = Measure | Health | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing measured in one case; `about` says under what promise (None: always held)."""

    rank: int
    name: str
    about: About
    status: CheckStatus
    detail: str = ""

    def with_status(self, status: CheckStatus) -> Clause:
        """The same clause, judged otherwise."""
        return replace(self, status=status)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One case of both versions, and all cases before (to tell what a case is special for)."""

    before: dict[str, Any]
    after: dict[str, Any]
    all_before: Sequence[dict[str, Any]]

    @property
    def label(self) -> str:
        return str(self.before["label"])

    def facts(self, name: str) -> tuple[Any, Any]:
        """What both versions say under a name; None where it was not measured."""
        return self.before["facts"].get(name), self.after["facts"].get(name)

    @property
    def runs_after(self) -> bool:
        """Can the version after be made and called at all? If not, that is what is told."""
        return not any(error_of(self.facts(step)[1]) for step in STEPS)

    def compared(self, group: str) -> bool:
        """Were arrays of this group compared?"""
        versus = self.after["facts"].get("versus") or {}
        return bool(versus.get(group, {}).get("compared"))

    def repeats(self, name: str) -> bool | None:
        """Can these outputs be compared? None when only the version after was called twice."""
        before, after = (
            side.get("repeats") if isinstance(side, dict) else None for side in self.facts(name)
        )
        if before is None and after is False:
            return None
        return before is not False

    def before_says(self, name: str, key: str) -> Any:
        """A detail of what the version before said."""
        return _detail(self.before, name, key)

    def after_says(self, name: str, key: str) -> Any:
        """A detail of what the version after said."""
        return _detail(self.after, name, key)

    def error_before(self, name: str) -> str:
        """The error that a measurement before ended with, if it did."""
        return error_of(self.before["facts"].get(name))


def _detail(case: dict[str, Any], name: str, key: str) -> Any:
    value = case["facts"].get(name)
    return value.get(key) if isinstance(value, dict) else None


def error_of(value: Any) -> str:
    """The error or the reason for skipping that a measurement ended with; empty when it worked."""
    if isinstance(value, dict):
        return str(value.get("error") or value.get("skipped") or "")
    return ""


Judged = tuple[CheckStatus, str]


Judge = Callable[[Pair], Iterator[Judged]]


def ticked(keys: Sequence[str], most: int = 3) -> str:
    """A few names in backticks."""
    shown = ", ".join(f"`{key}`" for key in list(keys)[:most])
    return f"{shown}, …" if len(keys) > most else shown


def by_owner(keys: Sequence[str]) -> str:
    """Weights grouped by the attribute that owns them: `dense` (kernel, bias)."""
    owners: dict[str, list[str]] = {}
    for key in keys:
        owner, _, name = key.rpartition("/")
        owners.setdefault(owner, []).append(name)
    parts = [
        f"`{owner}` ({', '.join(names)})" if owner else f"the layer itself ({', '.join(names)})"
        for owner, names in list(owners.items())[:3]
    ]
    more = f" and {len(owners) - 3} more" if len(owners) > 3 else ""
    return f"{', '.join(parts)}{more}"


def warned(pair: Pair, name: str) -> Iterator[Judged]:
    """Compare the warnings that a measurement raised."""
    before, after = pair.facts(name)
    if error_of(before) or error_of(after) or before is None or after is None:
        return
    new = [text for text in after["warnings"] if text not in before["warnings"]]
    gone = [text for text in before["warnings"] if text not in after["warnings"]]
    if new:
        yield BROKEN, f"for {pair.label} there is a new warning: {new[0]}"
    elif gone:
        yield MENDED, f"for {pair.label} a warning is gone: {gone[0]}"
    else:
        yield KEPT, ""


def lost_probe(before: Any, after: Any) -> str:
    """The error of a measurement that worked before and fails after; empty when there is none."""
    if before is None or error_of(before):
        return ""
    if after is None:
        return "it could not be measured"
    return error_of(after)


def difference(old: Any, new: Any, path: str = "") -> str:
    """The first place where two configurations part."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            inner = f"{path}.{key}" if path else key
            if key not in new:
                return f"`{inner}` was {_short(old[key])} and is missing"
            if key not in old:
                return f"`{inner}` is new, with {_short(new[key])}"
            if old[key] != new[key]:
                return difference(old[key], new[key], inner)
    return f"`{path}` was {_short(old)} and is {_short(new)}"


def _short(value: Any) -> str:
    if isinstance(value, dict) and "class_name" in value:
        return str(value["class_name"])
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
