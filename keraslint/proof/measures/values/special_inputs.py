"""The inputs of a case → the same as zeros, equal numbers, one truth value, or wholly masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...probe.trial import Trial

ZEROS, TIES = "zeros", "equal numbers"
NONE_TRUE, ALL_TRUE = "only False", "only True"


def special(trial: Trial) -> Iterator[tuple[str, Any]]:
    """Each kind of special inputs that the case can have: what it is, and its arguments."""
    for name, change in CHANGES.items():
        inputs = trial.mapped(change)
        if inputs is not None:
            yield name, inputs


def wholly_masked(trial: Trial) -> tuple[Any, int]:
    """The arguments with the first row of each sequence masked from end to end; how many masks."""
    args, kwargs = trial.case.inputs()
    count = 0

    def masked(leaf: Any) -> Any:
        nonlocal count
        if getattr(leaf, "ndim", 0) != 3 or leaf.dtype.kind != "f":
            return leaf
        count += 1
        leaf = leaf.copy()
        leaf[0] = 0.0
        leaf[:, -count:] = 0.0
        return trial.keras.layers.Masking()(leaf)

    args = trial.keras.map(masked, args)
    return (args, kwargs), count


def _zeros(array: Any) -> Any:
    return array * 0 if array.dtype.kind in "fiu" else None


def _ties(array: Any) -> Any:
    """Halves with the signs of the numbers: every maximum is there more than once."""
    return ((array > 0) - 0.5).astype(array.dtype) if array.dtype.kind == "f" else None


def _none_true(array: Any) -> Any:
    return array & False if array.dtype.kind == "b" else None


def _all_true(array: Any) -> Any:
    return array | True if array.dtype.kind == "b" else None


CHANGES = {ZEROS: _zeros, TIES: _ties, NONE_TRUE: _none_true, ALL_TRUE: _all_true}
