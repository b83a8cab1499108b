"""What the markers of the tests mean together."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A quick run, which leaves out Keras, leaves out pip and its network as well."""
    asked = config.option.markexpr
    if "not keras" not in asked or "installs" in asked:
        return
    slow = [item for item in items if item.get_closest_marker("installs")]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)
