"""What is right or wrong with one version: a rewrite may mend it and may never break it."""

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
    error_of,
    lost_probe,
    ticked,
)


def survives(name: str, how: str) -> Judge:
    """A judge of saving and loading (or copying): which weights and outputs survive."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None and after is None:
            return
        was, now = trouble(before), trouble(after)
        if now and not was:
            yield BROKEN, f"{how}, {now}"
        elif was and not now:
            yield MENDED, f"before, {was} {how}"
        elif was and _fails_loudly(pair, before, after):
            yield CHANGED, f"{how}, {now}; before, {was} without a word"
        elif was and _loses_more(before, after):
            yield BROKEN, f"{how}, {now}"
        elif was:
            yield SKIPPED, f"{how}, both versions fail: {was}"
        else:
            yield KEPT, how

    return judge


def trouble(value: Any) -> str:
    """What went wrong in a round trip, empty when nothing did."""
    if value is None:
        return "it could not be tried"
    if error_of(value):
        return error_of(value)
    if value.get("lost"):
        return f"the weights of {by_owner(value['lost'])} are lost"
    return "" if value["outputs"] else "the output is another one"


def lost_when_built(pair: Pair) -> list[str]:
    """The weights that the version after loses in an owner that builds it, whatever before did."""
    told = [pair.facts(name)[1] for name in ("owner reload", "weights reload")]
    found = [one.get("lost") or () for one in told if isinstance(one, dict)]
    return list(dict.fromkeys(key for lost in found for key in lost))


def _loses_more(before: Any, after: Any) -> bool:
    if not isinstance(before, dict) or error_of(before) or before.get("lost") is None:
        return False
    if after is None or error_of(after):
        return True
    return not set(after.get("lost") or ()) <= set(before["lost"])


def _fails_loudly(pair: Pair, before: Any, after: Any) -> bool:
    """Is what lost every weight in silence an error now, though the layer can be made and built?

    As where a child that its owner now builds does not build its own children.
    """
    if not isinstance(before, dict) or error_of(before) or not error_of(after):
        return False
    facts = pair.before["facts"]
    weights = {one["key"] for one in facts["weights"] if not one["seed"]} & {*facts["order"]}
    steps = (pair.facts(name)[1] for name in ("from config", "built alone"))
    return weights <= set(before.get("lost") or ()) and not any(map(error_of, steps))


def old_file(name: str, own: str, what: str) -> Judge:
    """A judge of a file written by the version before and read by the version after.

    `own` is the same file read by the version before: what it could not read proves nothing.
    """

    def judge(pair: Pair) -> Iterator[Judged]:
        control, loaded = pair.before["facts"].get(own), pair.after["facts"].get(name)
        if control is None or trouble(control):
            if loaded is not None and not trouble(loaded):
                yield MENDED, f"{what} saved by the old version can be loaded now"
            return
        wrong = trouble(loaded)
        if wrong:
            yield (
                BROKEN,
                f"{what} saved by the old version does not load into the new one: {wrong}",
            )
        else:
            yield KEPT, f"{what} saved by the old version"

    return judge


def in_order(pair: Pair) -> Iterator[Judged]:
    """`new.set_weights(old.get_weights())`."""
    loaded = pair.after["facts"].get("set in order")
    if loaded is None:
        return
    wrong = trouble(loaded)
    if wrong:
        yield BROKEN, f"`set_weights()` with the old version's `get_weights()`: {wrong}"
    else:
        yield KEPT, ""


def built_alone(name: str, how: str) -> Judge:
    """A judge of which weights exist after `build(shape)` and nothing else."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or error_of(before):
            if after is not None and before is not None and not error_of(after):
                yield MENDED, f"{how} works now"
            return
        error = lost_probe(before, after)
        if error:
            yield BROKEN, f"for {pair.label} {how} fails: {error}"
            return
        missing = [key for key in before["weights"] if key not in after["weights"]]
        new = [key for key in after["weights"] if key not in before["weights"]]
        if missing:
            yield BROKEN, f"{how} no longer creates the weights of {by_owner(missing)}"
        else:
            yield (MENDED, f"{how} now creates {ticked(new)}") if new else (KEPT, "")

    return judge


def their_build(pair: Pair) -> Iterator[Judged]:
    """`build()` called as the files of the version before will call it."""
    built = pair.before["facts"].get("built alone")
    told = pair.after["facts"].get("their build config")
    error = error_of(told)
    if built is None or error_of(built):
        return
    if error:
        yield BROKEN, f"`build()` with the shapes that the old version recorded fails: {error}"
    elif (told or {}).get("outputs") is False:
        yield BROKEN, "built with the shapes that the old version recorded, it gives other outputs"


def frozen(name: str, when: str) -> Judge:
    """A judge of which weights still train after a freeze."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or error_of(before):
            return
        error = lost_probe(before, after)
        new = [] if error else [key for key in after if key not in before]
        if error or new:
            text = f"the weights of {by_owner(new)} train although the layer was frozen {when}"
            yield BROKEN, error or text
        elif len(after) < len(before):
            gone = [key for key in before if key not in after]
            yield MENDED, f"freezing {when} now reaches {by_owner(gone)}"
        elif before:
            yield SKIPPED, f"freezing {when} reaches not all weights in either version"
        else:
            yield KEPT, ""

    return judge


def thawed(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("thawed")
    if before is None or error_of(before):
        return
    error = lost_probe(before, after)
    if error or before != after:
        yield BROKEN, error or "freezing and thawing the layer leaves other weights trainable"
    else:
        yield KEPT, ""


def trains(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("fit")
    if before is None or error_of(before):
        return
    error = lost_probe(before, after)
    stuck = [] if error else [key for key in before["moved"] if key not in after["moved"]]
    if error:
        yield BROKEN, f"for {pair.label} `fit` fails: {error}"
    elif stuck:
        yield BROKEN, f"for {pair.label} training no longer moves {by_owner(stuck)}"
    elif before["finite"] and not after["finite"]:
        yield BROKEN, f"for {pair.label} the loss is no longer finite"
    else:
        yield KEPT, f"{len(after['moved'])} weights move"


def repeats(name: str, how: str) -> Judge:
    """A judge of two calls under the same seed."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or error_of(before) or after is None or error_of(after):
            return
        if before["repeats"] is None or after["repeats"] is None:
            return
        if before["repeats"] and not after["repeats"]:
            yield BROKEN, f"for {pair.label} two calls {how} no longer agree"
        else:
            yield (MENDED if after["repeats"] and not before["repeats"] else KEPT), ""

    return judge
