"""Judges of what a layer is made of: weights, their order, sub-layers, configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .case_pair import (
    BROKEN,
    CHANGED,
    KEPT,
    MENDED,
    SKIPPED,
    Judge,
    Judged,
    Pair,
    by_owner,
    difference,
    error_of,
    lost_probe,
    ticked,
)

OPTIONAL = "=…"


def weights(pair: Pair) -> Iterator[Judged]:
    """Paths, shapes, dtypes and `trainable` of all variables once the layer was called."""
    before, after = pair.facts("weights")
    if before is None or after is None:
        return
    old, new = ({w["key"]: w for w in side} for side in (before, after))
    if old.keys() != new.keys():
        yield BROKEN, _other_weights(pair, list(old), list(new))
        return
    for key, weight in old.items():
        for what in ("shape", "dtype", "trainable", "constraint"):
            if weight[what] != new[key][what]:
                was, is_ = weight[what], new[key][what]
                yield BROKEN, f"for {pair.label} {what} of `{key}` was {was} and is {is_}"
                return
    yield KEPT, f"{len(old)} weights"


def _other_weights(pair: Pair, old: list[str], new: list[str]) -> str:
    added = [key for key in new if key not in old]
    gone = [key for key in old if key not in new]
    parts = [f"{ticked(added)} {_are(added)} new"] if added else []
    parts += [f"{ticked(gone)} {_are(gone)} gone"] if gone else []
    same = pair.after["facts"].get("outputs with common weights") or {}
    what = "the output changed" if same.get("same") is False else "the weights changed"
    counts = f"{len(old)} weights before, {len(new)} after"
    return f"for {pair.label} {what}: {counts} ({'; '.join(parts)}){_special(pair, added, gone)}"


def _are(keys: list[str]) -> str:
    return "are" if len(keys) > 1 else "is"


def _special(pair: Pair, added: list[str], gone: list[str]) -> str:
    """Say so when the weights that came are those of another branch of a condition."""
    others = {
        weight["key"]
        for case in pair.all_before
        if case is not pair.before
        for weight in case["facts"].get("weights", ())
    }
    if added and not gone and set(added) <= others:
        return ": the identity case is no longer an identity"
    return ""


def order(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("order")
    if before is None or after is None:
        return
    if before == after:
        yield KEPT, ""
        return
    both = zip(before, after, strict=False)
    shorter = min(len(before), len(after))
    place = next((i for i, (b, a) in enumerate(both) if b != a), shorter)
    was, now = (f"`{s[place]}`" if place < len(s) else "nothing" for s in (before, after))
    yield BROKEN, f"`.weights` comes in another order: at {place} {was} before, {now} after"


def initial(pair: Pair) -> Iterator[Judged]:
    """The values that weights start from: constants exactly, random ones by their spread."""
    before, after = pair.facts("initial")
    for key in before or ():
        if after and key in after and not _alike(before[key], after[key]):
            was, now = _start(before[key]), _start(after[key])
            yield BROKEN, f"`{key}` starts from other values: {was} before, {now} after"
            return
    if before and after:
        yield KEPT, ""


def initializers(pair: Pair) -> Iterator[Judged]:
    """How the layer's own weights are initialized, where it is by Keras' initializers."""
    before, after = pair.facts("initializers")
    for key, told in (before or {}).items():
        if after and key in after and after[key] != told:
            yield BROKEN, f"`{key}` starts from other values: {difference(told, after[key])}"
            return


def _alike(one: list[Any], other: list[Any]) -> bool:
    if one[0] is not None or other[0] is not None:
        return bool(one[0] == other[0])
    size = min(one[3], other[3])
    if size < 64 or not one[2] or not other[2]:
        return True
    return bool(0.55 < one[2] / other[2] < 1.8 and abs(one[1] - other[1]) < max(one[2], other[2]))


def _start(spread: list[Any]) -> str:
    constant, mean, deviation, _ = spread
    return f"all {constant:g}" if constant is not None else f"random, {mean:.2g} ± {deviation:.2g}"


def children(pair: Pair) -> Iterator[Judged]:
    """How the sub-layers were made: class and configuration, by attribute path."""
    before, after = pair.facts("children")
    if before is None or after is None:
        return
    for path, child in before.items():
        difference = _other_child(path, child, after[path]) if path in after else ""
        if difference:
            yield BROKEN, f"for {pair.label} {difference}"
            return
    gone, new = (
        [p for p in one if p not in other] for one, other in ((before, after), (after, before))
    )
    if gone or new:
        parts = [f"{ticked(gone)} gone"] if gone else []
        yield CHANGED, ", ".join(parts + ([f"{ticked(new)} new"] if new else []))
        return
    yield KEPT, f"{len(before)} sub-layers"


def _other_child(path: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    if old["class"] != new["class"]:
        return f"`{path}` was a {old['class']} and is a {new['class']}"
    if old["config"] == new["config"]:
        return ""
    return f"`{path}` is made differently: {difference(old['config'], new['config'])}"


def config(name: str, when: str) -> Judge:
    """A judge of `get_config()`."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or after is None:
            return
        if error_of(before):
            status = SKIPPED if error_of(after) else MENDED
            yield status, f"`get_config()` {when} failed before: {error_of(before)}"
        elif error_of(after):
            yield BROKEN, f"`get_config()` {when} fails: {error_of(after)}"
        elif before != after:
            yield BROKEN, f"`get_config()` {when} changed: {difference(before, after)}"
        else:
            yield KEPT, ""

    return judge


def build_parameters(pair: Pair) -> Iterator[Judged]:
    """Files name the parameters of a `build()` that has several; of one they hold the shape."""
    before, after = pair.facts("build parameters")
    if before is None or after is None or before == after or _takes_one(before, after):
        yield KEPT, ""
        return
    was, now = ", ".join(before), ", ".join(after)
    yield BROKEN, f"the parameters of `build()` were ({was}) and are ({now}): old files name them"


def _takes_one(before: list[str], after: list[str]) -> bool:
    """Whether a `build()` of one parameter has more now, of which it needs the first only."""
    first, *more = after or [OPTIONAL]
    one = len(before) == 1 and bool(more) and OPTIONAL not in before[0] + first
    return one and all(name.endswith(OPTIONAL) for name in more)


def unbuilt(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("children")
    idle = [p for p, c in (after or {}).items() if not c["built"]]
    new = [p for p in idle if p not in (before or {}) or before[p]["built"]]
    if new:
        yield CHANGED, f"for {pair.label} {ticked(new)} is there and is not built"


def names(name: str, what: str) -> Judge:
    """A judge of what a correct rewrite may change: by path, a text on each side."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if not before or not after or error_of(before) or error_of(after):
            return
        other = [key for key in before if key in after and before[key] != after[key]]
        if other:
            was, now = before[other[0]], after[other[0]]
            yield CHANGED, f"{what} `{other[0]}` was `{was}` and is `{now}`{_more(other)}"
        else:
            yield KEPT, ""

    return judge


def _more(keys: list[str]) -> str:
    return f", and {len(keys) - 1} more" if len(keys) > 1 else ""


def shared(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("shared")
    if before is None or error_of(before):
        return
    error = lost_probe(before, after)
    new = [] if error else [key for key in after if key not in before]
    if error or new:
        yield BROKEN, error or f"two instances of the layer share {by_owner(new)}"
    else:
        yield KEPT, ""
