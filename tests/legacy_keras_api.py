"""The text of tf_keras, and what is known of Keras 3 → the names that only Keras 2 has."""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

LEGACY_TRAINS_DIFFERENTLY = ("keras.layers.SyncBatchNormalization",)


def legacy_part(folder: Path, modern: dict[str, Any]) -> dict[str, Any]:
    """Read the names that only Keras 2 has from the text of tf_keras."""
    known = _short_names(modern)
    found: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for dotted, node in _legacy_definitions(folder):
        area, name = dotted.split(".")[1], dotted.rpartition(".")[2]
        if (area, name) in known or f"keras.{area}.{name}" in found:
            continue
        found[f"keras.{area}.{name}"] = kind = _legacy_kind(area, name, node)
        if kind == "layer":
            parameters[f"keras.{area}.{name}"] = _legacy_parameters(node)
    return {
        "tf_keras": _legacy_version(folder),
        "layers": {
            name: {"bases": "keras.layers.Layer", "parameters": parameters[name]}
            | ({"flags": "build trains"} if name in LEGACY_TRAINS_DIFFERENTLY else {})
            for name in sorted(parameters)
        },
        "models": sorted(name for name, kind in found.items() if kind == "model"),
        "classes": grouped(name for name, kind in found.items() if kind == "class"),
        "functions": grouped(name for name, kind in found.items() if kind == "function"),
    }


def _short_names(modern: dict[str, Any]) -> set[tuple[str, str]]:
    groups = itertools.chain(modern["classes"].items(), modern["functions"].items())
    dotted = [f"{module}.{name}" for module, names in groups for name in names.split()]
    dotted += [*modern["layers"], *modern["aliases"], *modern["modules"]]
    return {(name.split(".")[1], name.rpartition(".")[2]) for name in dotted if "." in name}


def _legacy_definitions(folder: Path) -> Iterator[tuple[str, ast.stmt | None]]:
    """Yield each exported name of tf_keras with the statement that defines it."""
    for version in ("_v2", "_v1"):
        root = folder / "api" / version / "keras"
        for file in sorted(root.rglob("__init__.py")):
            module = ".".join(["keras", *file.parent.relative_to(root).parts])
            if module == "keras" or "__internal__" in module:
                continue
            for node in ast.parse(file.read_text()).body:
                yield from _imported(folder, module, node)


def _imported(folder: Path, module: str, node: ast.stmt) -> Iterator[tuple[str, ast.stmt | None]]:
    if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("tf_keras.src"):
        return
    source = folder.parent / Path(*str(node.module).split(".")).with_suffix(".py")
    body = ast.parse(source.read_text()).body if source.exists() else []
    for alias in node.names:
        defined = [n for n in body if getattr(n, "name", None) == alias.name]
        yield f"{module}.{alias.asname or alias.name}", defined[0] if defined else None


def _legacy_kind(area: str, name: str, node: ast.stmt | None) -> str:
    if not isinstance(node, ast.ClassDef):
        return "class" if name[0].isupper() and node is None else "function"
    if area == "layers":
        return "layer"
    return "model" if name.endswith("Model") else "class"


def _legacy_parameters(node: ast.stmt | None) -> str:
    for item in getattr(node, "body", []):
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            arguments = [*item.args.posonlyargs, *item.args.args, *item.args.kwonlyargs]
            return " ".join(a.arg for a in arguments if a.arg != "self")
    return ""


def _legacy_version(folder: Path) -> str:
    for node in ast.walk(ast.parse((folder / "__init__.py").read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__version__":
            return str(ast.literal_eval(node.value))
    return "unknown"


def grouped(names: Iterable[str]) -> dict[str, str]:
    """Keep names small: module → its names."""
    groups: dict[str, list[str]] = defaultdict(list)
    for dotted in sorted(set(names)):
        module, _, name = dotted.rpartition(".")
        groups[module].append(name)
    return {module: " ".join(members) for module, members in sorted(groups.items())}
