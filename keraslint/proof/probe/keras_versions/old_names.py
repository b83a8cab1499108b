"""`tf_keras` → imported under the name `keras` too, as files for Keras 2 have it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NEW, OLD = "tf_keras", "keras"


def stand_for_keras(module: ModuleType) -> None:
    """Let `import keras` and all below it give what is below this module."""
    sys.modules[OLD] = module
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds `keras.layers` as `tf_keras.layers`; what was moved to `src` since, there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(f"{OLD}."):
            return None
        rest = fullname.removeprefix(f"{OLD}.")
        for name in (f"{NEW}.{rest}", f"{NEW}.src.{rest}"):
            try:
                return ModuleSpec(fullname, _Loader(importlib.import_module(name)))
            except ModuleNotFoundError:
                continue
        return None


class _Loader(Loader):
    """Gives a module that is there, and leaves it as it was."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec
