"""A file's path and a text → the class it defines, imported as if the file held that text."""

from __future__ import annotations

import importlib
import importlib.util
import linecache
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any


class TextLoader(SourceFileLoader):
    """Loads a module from `text`; all else (`__file__`, package data) stays the file's."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        lines = self.text.splitlines(keepends=True)
        linecache.cache[self.path] = (len(self.text), None, lines, self.path)
        return compile(self.text, self.path, "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        return self.text


class Overlay(MetaPathFinder):
    """Finds modules as Python does, and serves those whose file has another text from that text."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = {os.path.realpath(path): text for path, text in texts.items()}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return None
        text = self.texts.get(os.path.realpath(spec.origin))
        if text is None:
            return None
        spec.loader = TextLoader(fullname, spec.origin, text)
        spec.cached = None
        return spec


def module_name(path: Path) -> tuple[str, Path]:
    """The dotted name of a file by its chain of `__init__.py`, and the folder above the chain."""
    names = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists() and folder.parent != folder:
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names), folder


def load_module(path: str, text: str, folders: Sequence[str]) -> ModuleType:
    """Import the file with the given text; `folders` are further places to import from.

    A folder that is a package is no such place: its modules would hide installed ones. A folder
    without `__init__.py` inside a package still finds that package.
    """
    file = Path(os.path.realpath(path))
    name, base = module_name(file)
    places = [folder for folder in folders if not (Path(folder) / "__init__.py").exists()]
    sys.path[:0] = list(dict.fromkeys([str(base), *places]))
    around = [folder for folder in file.parents if (folder / "__init__.py").exists()]
    sys.path.extend(str(folder.parent) for folder in around[-1:])
    sys.meta_path.insert(0, Overlay({str(file): text}))
    importlib.invalidate_caches()
    if name.isidentifier() or "." in name:
        module = _imported(name, file)
        if module is not None:
            return module
    return _alone(file, text)


def _imported(name: str, file: Path) -> ModuleType | None:
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        if "no known parent package" not in str(error):
            raise
        sys.path.insert(0, str(file.parent.parent))
        return importlib.import_module(f"{file.parent.name}.{file.stem}")
    origin = getattr(module, "__file__", None)
    return module if origin and os.path.realpath(origin) == str(file) else None


def _alone(file: Path, text: str) -> ModuleType:
    """Load a file whose name is taken by another module, or is no Python name."""
    name = "_".join(["keraslint", *file.stem.replace("-", "_").split(".")])
    spec = importlib.util.spec_from_file_location(
        name, file, loader=TextLoader(name, str(file), text)
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def find_class(module: ModuleType, qualified_name: str) -> Any:
    """The class `Outer.Block` of a module."""
    found: Any = module
    for part in qualified_name.split("."):
        found = getattr(found, part)
    return found
