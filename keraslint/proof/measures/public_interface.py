"""Judges of what a layer shows to its users: signatures, names, attributes, Keras' arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .case_pair import BROKEN, KEPT, Judged, Pair, difference, error_of, lost_probe, ticked

POSITIONAL, VAR_POSITIONAL, KEYWORD, VAR_KEYWORD = (0, 1), 2, (1, 3), 4


def signatures(pair: Pair) -> Iterator[Judged]:
    """Can `__init__()` and `call()` be called as before? They may take more."""
    before, after = pair.facts("surface")
    if before is None or after is None or error_of(before) or error_of(after):
        return
    for name, was in before["signatures"].items():
        wrong = _other_signature(was, after["signatures"][name])
        if wrong:
            yield BROKEN, f"`{name}()` cannot be called as before: {wrong}"
            return
    yield KEPT, ""


def _other_signature(before: list[Any], after: list[Any]) -> str:
    kinds = {kind for _, kind, _ in after}
    places = [name for name, kind, _ in after if kind in POSITIONAL]
    known = {name: default for name, kind, default in after if kind in (*POSITIONAL, 3)}
    for place, (name, kind, default) in enumerate(before):
        at = places.index(name) if name in places else -1
        if kind in (VAR_POSITIONAL, VAR_KEYWORD):
            if kind not in kinds:
                return f"it no longer takes `{'*' * (kind // 2)}{name}`"
        elif kind in POSITIONAL and at != place and VAR_POSITIONAL not in kinds:
            return f"`{name}` was its argument {place + 1}" + (f", now {at + 1}" if at >= 0 else "")
        elif kind in KEYWORD and name not in known and VAR_KEYWORD not in kinds:
            return f"it no longer takes `{name}`"
        elif default and name in known and known[name] != default:
            now = known[name][0] if known[name] else "none"
            return f"the default of `{name}` was {default[0]} and is {now}"
    needed = [name for name, kind, default in after if kind in (*POSITIONAL, 3) and not default]
    new = [name for name in needed if name not in {one for one, _, _ in before}]
    return f"`{new[0]}` is needed" if new else ""


def public_names(pair: Pair) -> Iterator[Judged]:
    """Methods and attributes of the class, the package it is registered in, its input's form."""
    before, after = pair.facts("surface")
    if before is None or after is None or error_of(before) or error_of(after):
        return
    gone = [name for name in before["class names"] if name not in after["names"]]
    if gone:
        yield BROKEN, f"the class no longer has {ticked(gone)}"
    elif before["package"] != after["package"]:
        was, now = (side["package"] or "no package" for side in (before, after))
        yield BROKEN, f"files name it by the package `{was}`, now `{now}`"
    elif before["input spec"] != after["input spec"]:
        was, now = before["input spec"], after["input spec"]
        yield BROKEN, f"its `input_spec` was {was} and is {now}"
    elif before["metrics"] != after["metrics"]:
        was, now = (ticked(side["metrics"]) or "none" for side in (before, after))
        yield BROKEN, f"its metrics were {was}, now {now}"
    else:
        yield KEPT, ""


def attributes(pair: Pair) -> Iterator[Judged]:
    """Public attributes that hold plain data in both versions."""
    before, after = pair.facts("attributes")
    if not before or not after or error_of(before) or error_of(after):
        return
    other = [name for name in before if name in after and before[name] != after[name]]
    if other:
        was, now = before[other[0]], after[other[0]]
        yield BROKEN, f"for {pair.label} the attribute `{other[0]}` was {was} and is {now}"
    else:
        yield KEPT, ""


def base_arguments(pair: Pair) -> Iterator[Judged]:
    """What `name=`, `trainable=` and `dtype=` do."""
    before, after = pair.facts("base arguments")
    if before is None or error_of(before) or not pair.runs_after:
        return
    error = lost_probe(before, after)
    if error:
        yield BROKEN, f"with `name=`, `trainable=` and `dtype=` it fails: {error}"
        return
    both = before["sub-layers"].keys() & after["sub-layers"].keys()
    was, now = (
        {**side, "sub-layers": {path: side["sub-layers"][path] for path in sorted(both)}}
        for side in (before, after)
    )
    if was != now:
        yield BROKEN, f"with `name=`, `trainable=` and `dtype=` it differs: {difference(was, now)}"
    else:
        yield KEPT, ""


def old_configurations(pair: Pair) -> Iterator[Judged]:
    """Names that `from_config()` takes besides those that are written now."""
    before, after = pair.facts("old configurations")
    if not before or error_of(before) or after is None or error_of(after) or not pair.runs_after:
        return
    other = [was for was, now in zip(before, after, strict=True) if was != now]
    if other:
        name, key, _ = other[0]
        what = f"in place of `{key}`" if key else "besides"
        yield BROKEN, f"`from_config()` no longer takes `{name}` {what} as it did"
    else:
        yield KEPT, f"{len(before)} compared"


def refuses(pair: Pair) -> Iterator[Judged]:
    """Is everything refused that the layer's own code refused before?"""
    before, after = pair.facts("refused")
    if before is None or after is None or not pair.runs_after:
        return
    now = [one["change"] for one in after]
    lost = [one for one in before if one["change"] not in now]
    if lost:
        yield BROKEN, f"with {lost[0]['change']['label']} it was refused: {lost[0]['error']}"
    else:
        yield KEPT, f"{len(before)} refused"
