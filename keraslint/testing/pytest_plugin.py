"""`pytest --keraslint-examine` → one test for each layer class of the files that are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAG = "--keraslint-examine"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("keraslint")
    group.addoption(
        FLAG,
        action="store_true",
        help="Examine each Keras layer in the files that are named: one test for each class.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take each Python file, beside what else makes tests of it."""
    if file_path.suffix != ".py" or not parent.config.getoption(FLAG):
        return None
    file: pytest.Collector = LayerFile.from_parent(parent, path=file_path)
    return file


class LayerFile(pytest.File):
    """A file, of which each layer class is a test."""

    def collect(self) -> Iterator[pytest.Item]:
        from keraslint.commands.running.examine import layers_of

        for name in layers_of(self.path):
            yield LayerItem.from_parent(self, name=name)


class Broken(Exception):
    """Something of the layer is broken; the text is the report."""


class LayerItem(pytest.Item):
    """The examination of one layer class, in a child process."""

    def runtest(self) -> None:
        from keraslint.commands.running.examine import Request, examinations
        from keraslint.testing import told

        request = Request(paths=(self.path,), layer=(self.name,))
        (found,) = examinations(request).examined
        if found.reason:
            pytest.skip(f"not examined: {found.reason}")
        if found.broken:
            raise Broken(told(found))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The report alone: no traceback of ours tells people anything."""
        if isinstance(excinfo.value, Broken):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"keraslint examine {self.name}"
