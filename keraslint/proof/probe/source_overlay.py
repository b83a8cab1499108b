"""A file's path and a text → the class it defines, imported as if the file held that text."""

from __future__ import annotations

import importlib
import importlib.util
import linecache
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .coverage.instrument import instrumented
from .coverage.recorder import RECORDER
from .preload import forget_shadowed


class TextLoader(SourceFileLoader):
    """Loads a module from `text`; all else (`__file__`, package data) stays the file's."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        _read_as(self.path, self.text)
        return instrumented(self.text, self.path, RECORDER, os.path.realpath(self.path))

    def get_source(self, fullname: str) -> str:
        return self.text


def _read_as(path: str, text: str) -> None:
    """Have whoever asks for the lines of a file get those of this text.

    AutoGraph has files read anew before it parses a function, and would parse what they hold.
    """
    lines, update = text.splitlines(keepends=True), linecache.updatecache
    kept = (len(text), None, lines, path)
    linecache.cache[path] = kept

    def updated(filename: str, module_globals: dict[str, Any] | None = None) -> list[str]:
        if filename != path:
            return update(filename, module_globals)
        linecache.cache[path] = kept
        return lines

    linecache.updatecache = updated


class Overlay(MetaPathFinder):
    """Finds modules as Python does, and serves those whose file has another text from that text.

    A text whose file is not there (any more) is found where the file would be.
    """

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = {os.path.realpath(path): text for path, text in texts.items()}
        self.absent = {path for path in self.texts if not Path(path).exists()}
        self._names = tuple(f"{os.sep}{Path(path).name}" for path in self.texts)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if self.absent:
            found = self._absent(fullname, sys.path if path is None else path)
            if found is not None:
                return found
        spec = PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return None
        text = self._text_of(spec.origin)
        if text is None:
            return None if path is None else spec  # inside a package, no other finder comes first
        spec.loader = TextLoader(fullname, spec.origin, text)
        spec.cached = None
        return spec

    def _text_of(self, origin: str) -> str | None:
        """The text that a file is to have; most are told by their names, but for symbolic links."""
        if origin.endswith(self._names) or Path(origin).is_symlink():
            return self.texts.get(os.path.realpath(origin))
        return None

    def _absent(self, fullname: str, folders: Sequence[str]) -> ModuleSpec | None:
        name = fullname.rpartition(".")[2]
        for folder in folders:
            package = Path(os.path.realpath(folder), name)
            for file, inside in ((package / "__init__.py", True), (f"{package}.py", False)):
                if str(file) in self.absent:
                    loader = TextLoader(fullname, str(file), self.texts[str(file)])
                    places = [str(package)] if inside else None
                    return importlib.util.spec_from_file_location(
                        fullname, file, loader=loader, submodule_search_locations=places
                    )
        return None


def module_name(path: Path, absent: Collection[str] = ()) -> tuple[str, Path]:
    """The dotted name of a file by its chain of `__init__.py`, and the folder above the chain."""
    names = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while _is_package(folder, absent) and folder.parent != folder:
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names), folder


def _is_package(folder: Path, absent: Collection[str]) -> bool:
    init = folder / "__init__.py"
    return init.exists() or str(init) in absent


def load_module(
    path: str, text: str, folders: Sequence[str], around: Mapping[str, str]
) -> ModuleType:
    """Import the file with the given text; `folders` are further places to import from.

    `around` are the texts of other files, by path, where they are not what the files hold.
    A folder that is a package is no such place: its modules would hide installed ones. A folder
    without `__init__.py` inside a package still finds that package.
    """
    file = Path(os.path.realpath(path))
    overlay = Overlay({**around, str(file): text})
    name, base = module_name(file, overlay.absent)
    places = [folder for folder in folders if not (Path(folder) / "__init__.py").exists()]
    sys.path[:0] = list(dict.fromkeys([str(base), *places]))
    packages = [folder for folder in file.parents if (folder / "__init__.py").exists()]
    sys.path.extend(str(folder.parent) for folder in packages[-1:])
    sys.meta_path.insert(0, overlay)
    importlib.invalidate_caches()
    forget_shadowed(name, [str(base), *places])
    package = name.removesuffix(file.stem).rstrip(".")
    if file.suffix == ".py" and "." not in file.stem and (package or name.isidentifier()):
        module = _imported(name, file)
        if module is not None:
            return module
    return _alone(file, text, package)


def _imported(name: str, file: Path) -> ModuleType | None:
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        if "no known parent package" not in str(error):
            raise
        sys.path.insert(0, str(file.parent.parent))
        return importlib.import_module(f"{file.parent.name}.{file.stem}")
    origin = getattr(module, "__file__", None)
    given = isinstance(getattr(module, "__loader__", None), TextLoader)
    return module if given and origin and os.path.realpath(origin) == str(file) else None


def _alone(file: Path, text: str, package: str) -> ModuleType:
    """Load a file whose name is taken by another module, or is no Python name."""
    if package:
        importlib.import_module(package)
    own_name = "_".join(["keraslint", *file.stem.replace("-", "_").split(".")])
    name = f"{package}.{own_name}" if package else own_name
    spec = importlib.util.spec_from_file_location(
        name, file, loader=TextLoader(name, str(file), text)
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def go_by(module: ModuleType, name: str) -> None:
    """Let a module and its classes go by the name of the one that it is compared with.

    Files name classes by their modules. Where a module of that name is there, all stays as it is.
    """
    if name and name not in sys.modules:
        _rename_in(vars(module), module.__name__, name)
        sys.modules[name] = module


def _rename_in(values: Mapping[str, Any], old: str, new: str) -> None:
    """Classes and functions that were defined in the module, inner classes too."""
    for value in list(values.values()):
        if getattr(value, "__module__", None) == old and hasattr(value, "__qualname__"):
            value.__module__ = new
            if isinstance(value, type):
                _rename_in(vars(value), old, new)


def find_class(module: ModuleType, qualified_name: str) -> Any:
    """The class `Outer.Block` of a module."""
    found: Any = module
    for part in qualified_name.split("."):
        found = getattr(found, part)
    return found
