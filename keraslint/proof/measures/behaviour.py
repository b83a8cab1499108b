"""Judges of what a layer does: how it is made, called, trained and used in a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .case_pair import (
    BROKEN,
    KEPT,
    MENDED,
    Judged,
    Pair,
    error_of,
    lost_probe,
)


def made(pair: Pair) -> Iterator[Judged]:
    error = error_of(pair.facts("made")[1])
    yield (BROKEN, f"for {pair.label} it cannot be constructed: {error}") if error else (KEPT, "")


def called(pair: Pair) -> Iterator[Judged]:
    error = error_of(pair.facts("called")[1])
    yield (BROKEN, f"for {pair.label} calling it fails: {error}") if error else (KEPT, "")


def output_form(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("called")
    if error_of(before) or error_of(after) or before is None or after is None:
        return
    for what in ("outputs", "structure"):
        if before[what] != after[what]:
            was, now = _form(before[what]), _form(after[what])
            yield BROKEN, f"for {pair.label} the output was {was} and is {now}"
            return
    yield KEPT, ""


def _form(form: Any) -> str:
    if isinstance(form, str):
        return f"of structure {form}"
    return ", ".join(f"{kind} {tuple(shape)}" for shape, kind in form)


def runs(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("called")
    if error_of(before) or error_of(after) or before is None or after is None:
        return
    was, now = before["runs"], after["runs"]
    if was == now:
        yield KEPT, ""
    else:
        text = f"`call()` runs {now} times on the first call, {was} before"
        yield (BROKEN if now > was else MENDED), text


def functional(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("functional")
    if before is None or error_of(before):
        return
    error = lost_probe(before, after)
    if error:
        yield BROKEN, f"for {pair.label} a functional model of it fails: {error}"
    elif before["same"] and not after["same"]:
        yield BROKEN, f"for {pair.label} a functional model of it computes something else"
    elif before["symbolic"] != after["symbolic"]:
        yield BROKEN, f"for {pair.label} its symbolic output has another shape or dtype"
    elif after["weights"] < before["weights"]:
        counts = f"{after['weights']} weights, {before['weights']} before"
        yield BROKEN, f"for {pair.label} a new functional model of it has {counts}"
    else:
        yield (MENDED if after["weights"] > before["weights"] else KEPT), ""
