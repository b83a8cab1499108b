"""What holds for all tests: what their markers mean together, and that none is timed."""

from __future__ import annotations

import pytest
from hypothesis import settings

SLOW = ("installs", "editors", "nightly")

# Machines are shared: how long an example takes says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A quick run, which leaves out Keras, leaves out all else that is slow as well."""
    asked = config.option.markexpr
    if "not keras" not in asked:
        return
    unasked = [marker for marker in SLOW if marker not in asked.replace(f"not {marker}", "")]
    slow = [item for item in items if any(map(item.get_closest_marker, unasked))]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)
