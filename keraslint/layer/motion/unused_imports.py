"""A method that goes → the edits that take along the names of types that only it used."""

from __future__ import annotations

import re

import libcst as cst

from keraslint.diagnostic import Edit, Span
from keraslint.layer.method_syntax import Method, walk

_IMPORT = re.compile(
    r"^from (?:typing|typing_extensions|collections\.abc) import (?:\([^)]*\)|[^\n(\\;#]+)$",
    re.MULTILINE,
)
"""Names that no other module would get from here."""


def without_its_imports(method: Method) -> tuple[Edit, ...]:
    """Import less where a name stands nowhere but in the method; a fix stays in one cell."""
    if method.source.notebook is not None:
        return ()
    lines = [method.source.line(n + 1) for n in range(len(method.source.starts))]
    others = [*lines[: method.first - 1], *[""] * (method.last - method.first + 1)]
    text = "\n".join([*others, *lines[method.last :]])
    used = {node.value for node in walk(method.node) if isinstance(node, cst.Name)}
    return tuple(edit for found in _IMPORT.finditer(text) for edit in _shortened(found, used))


def _shortened(found: re.Match[str], used: set[str]) -> list[Edit]:
    rest = found.string[: found.start()] + found.string[found.end() :]
    statement = cst.parse_statement(found[0])
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
        return []
    kept = [one for one in small.names if not _is_idle(one, used, rest)]
    if len(kept) == len(small.names):
        return []
    first = found.string.count("\n", 0, found.start()) + 1
    last = first + found[0].count("\n")
    kept[-1:] = [one.with_changes(comma=small.names[-1].comma) for one in kept[-1:]]
    new = cst.Module([]).code_for_node(small.with_changes(names=kept)) + "\n" if kept else ""
    return [Edit(Span.of(first, 1, last + 1, 1), new)]


def _is_idle(one: cst.ImportAlias, used: set[str], rest: str) -> bool:
    name = one.evaluated_alias or one.evaluated_name
    return name in used and re.search(rf"\b{name}\b", rest) is None
