"""The modules of the house, as their source tells of them: imports, calls and purpose of each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keraslint"
INIT = "__init__"
DOOR = "keraslint", "keraslint.api"
"""The package hands on what programs may call, which is imported when somebody asks for it."""


@dataclass(frozen=True)
class Import:
    """One imported module; `typing` if only under `TYPE_CHECKING`."""

    name: str
    line: int
    typing: bool

    @property
    def tool(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Module:
    """A module of the house, and what its source says of it."""

    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return tree_of(self.path)

    @property
    def imports(self) -> tuple[Import, ...]:
        return _imports(self)

    @property
    def calls(self) -> Iterator[tuple[int, str]]:
        """Line and last name of everything that is called."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node.lineno, getattr(node.func, "attr", getattr(node.func, "id", ""))

    @property
    def purpose(self) -> str:
        """The docstring's first paragraph, on one line; further ones may define words."""
        paragraph = (ast.get_docstring(self.tree) or "").split("\n\n")[0]
        return paragraph.replace("\n", " ")

    @property
    def ours(self) -> set[str]:
        """The modules of the house that this one needs when it runs."""
        needed = {item.name for item in self.imports if is_ours(item.name) and not item.typing}
        return needed - {DOOR[1]} if self.name == DOOR[0] else needed


def is_ours(name: str) -> bool:
    return name.split(".")[0] == "keraslint"


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def modules() -> dict[str, Module]:
    """Every module of the package, by its full name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("keraslint", *path.relative_to(PACKAGE).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == INIT else parts)
        found[name] = Module(name, path)
    return found


@cache
def _imports(module: Module) -> tuple[Import, ...]:
    return tuple(_walk(module, module.tree, typing=False))


def _walk(module: Module, node: ast.AST, *, typing: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(one.name, child.lineno, typing) for one in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(name, child.lineno, typing) for name in _sources(module, child))
        else:
            for_typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            yield from _walk(module, child, typing=typing or for_typing)


def _sources(module: Module, node: ast.ImportFrom) -> Iterator[str]:
    """`from a import b` needs the module `a.b` if there is one, and `a` otherwise."""
    origin = node.module or ""
    if node.level:
        is_package = module.path.stem == INIT
        parts = module.name.split(".")
        here = parts[: len(parts) - node.level + is_package]
        origin = ".".join([*here, *filter(None, [node.module])])
    for alias in node.names:
        full = f"{origin}.{alias.name}"
        yield full if full in _names() else origin


@cache
def _names() -> frozenset[str]:
    return frozenset(modules())


def needed_by(start: str) -> dict[str, str]:
    """All modules that run because of one, each with the one that imports it."""
    reached = {start: ""}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for name in sorted(modules()[here].ours - reached.keys()):
            reached[name] = here
            waiting.append(name)
    return reached
