"""Arrays before and after → which groups agree, and where the others part."""

from __future__ import annotations

from typing import Any

from .bench import distance, same

GROUPS = (
    *("inference", "training", "loss", "training loss", "mask", "masked", "gradient", "moved"),
    *("step", "constant", "small", "smaller", "half small", "large", "resized", "longer", "method"),
)
CALLED = ("inference", "loss", "mask")
"""The groups that a call in inference gives."""


def versus(
    before: dict[str, Any], after: dict[str, Any], groups: tuple[str, ...] = GROUPS
) -> dict[str, Any]:
    """For each group that was measured before: `{"compared": n, "differs": [[name, how], ...]}`."""
    result: dict[str, Any] = {}
    for group in groups:
        names = [name for name in before if name.startswith(f"{group}/")]
        extra = [name for name in after if name.startswith(f"{group}/") and name not in before]
        if names or extra:
            parts = [_part(name, before.get(name), after.get(name)) for name in [*names, *extra]]
            result[group] = {
                "compared": len(names),
                "differs": [part for part in parts if part is not None],
            }
    return result


def _part(name: str, before: Any, after: Any) -> list[str] | None:
    short = name.split("/", 1)[1]
    if after is None:
        return [short, "not measurable after"]
    if before is None:
        return [short, "not there before"]
    return None if same(before, after) else [short, distance(before, after)]


def plainly_other(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Do calls, weights, their order or outputs differ already?"""
    differs = (ours.get("versus") or {}).get("inference", {}).get("differs")
    return bool(differs) or any(ours.get(n) != theirs.get(n) for n in ("weights", "order"))
