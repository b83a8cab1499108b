"""Two arrays → whether they agree up to rounding, and how they differ."""

from __future__ import annotations

from typing import Any

import numpy as np

TOLERANCE = 1e-4
"""As a part of the number itself, or a tenth of it as a part of the largest one."""


def same(one: Any, other: Any, tolerance: float = TOLERANCE) -> bool:
    """Are two arrays equal up to rounding?"""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    finite = np.abs(one[np.isfinite(one)])
    scale = float(finite.max()) if finite.size else 0.0
    least = 0.1 * tolerance * max(scale, 1e-2)
    return bool(np.allclose(one, other, rtol=tolerance, atol=least, equal_nan=True))


def where_finite(one: Any, other: Any) -> Any:
    """The second array, with what the first one holds where that is no finite number."""
    if one.shape != other.shape or one.dtype != other.dtype or one.dtype.kind not in "fc":
        return other
    return np.where(np.isfinite(one), other, one)


def distance(one: Any, other: Any) -> str:
    """How two arrays differ, in words."""
    if one.shape != other.shape:
        return f"shape {tuple(one.shape)} before, {tuple(other.shape)} after"
    if one.dtype != other.dtype:
        return f"dtype {one.dtype} before, {other.dtype} after"
    if one.dtype.kind not in "fc":
        return "different values"
    lost = np.isfinite(one) & ~np.isfinite(other)
    if lost.any():
        return f"{other[lost][0]} where it was {one[lost][0]:.3g}"
    gap = np.abs(one.astype("float64") - other.astype("float64"))
    return f"by up to {float(np.nanmax(gap)):.3g}" if gap.size else "different values"
