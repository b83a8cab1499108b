"""A method's lines ↔ its LibCST tree; a changed tree → edits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from keraslint.diagnostic import Edit, Position, Span
from keraslint.project.source import Source

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PUNCTUATION = frozenset({"lpar", "rpar", "lbracket", "rbracket", "equal", "comma", "dot"})
_SPACE = ("whitespace", "leading_lines", "header", "footer", "comment", "newline", "semicolon")


class NotParsed(Exception):
    """LibCST cannot read what Python can; the message says where."""


@dataclass(frozen=True, eq=False)
class Method:
    """One method, cut out of its file with its indentation, behind an `if 1:` line.

    Never dedented: that would change the strings inside that span several lines.
    """

    source: Source
    first: int
    last: int
    module: cst.Module
    node: cst.FunctionDef

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, object]:
        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        return wrapper.resolve(PositionProvider)

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node of this tree stands in the file."""
        found = self._positions[node]
        start, end = found.start, found.end  # type: ignore[attr-defined]
        shift = self.first - 2
        return Span.of(start.line + shift, start.column + 1, end.line + shift, end.column + 1)

    @cached_property
    def indent(self) -> str:
        """One level of indentation, as this method's body uses it."""
        body = self.node.body
        own = body.indent if isinstance(body, cst.IndentedBlock) else None
        return own if own is not None else self.module.default_indent

    def rendered(self, node: cst.FunctionDef) -> str:
        """The text of another method in this one's place, indented as this one is."""
        outer = self.module.body[0]
        assert isinstance(outer, cst.If)
        block = outer.body.with_changes(body=[node])
        text = self.module.with_changes(body=[outer.with_changes(body=block)], footer=()).code
        return text.split(self.source.newline, 1)[1]

    def edits(self, new: cst.FunctionDef | None) -> tuple[Edit, ...]:
        """The edits that turn this method into another one, or delete it."""
        old = self.module.code
        if new is None:
            return (_lines_edit(self.first, self.last + 1, ""),)
        changed = self.module.with_deep_changes(self.node, **_fields(new)).code
        return _diff(old, changed, self.first)


def parse_method(source: Source, first: int, last: int) -> Method:
    """Parse the lines `first`–`last` (1-based, inclusive) of a file, which hold one method.

    Raises:
        NotParsed: LibCST does not understand the text.
    """
    start = source.starts[first - 1]
    end = source.starts[last] if last < len(source.starts) else len(source.text)
    text = f"if 1:{source.newline}{source.text[start:end]}"
    try:
        module = cst.parse_module(text)
    except Exception as error:  # ParserSyntaxError, and whatever the native parser panics with
        raise NotParsed(f"LibCST cannot parse lines {first}-{last}: {error}") from error
    node = _only_function(module)
    if node is None:
        raise NotParsed(f"lines {first}-{last} do not hold one method")
    return Method(source, first, last, module, node)


def parse_statements(text: str) -> tuple[cst.BaseStatement, ...]:
    """Parse new code."""
    return tuple(cst.parse_module(text).body)  # type: ignore[arg-type]


def _only_function(module: cst.Module) -> cst.FunctionDef | None:
    outer = module.body[0] if module.body else None
    if not isinstance(outer, cst.If) or not isinstance(outer.body, cst.IndentedBlock):
        return None
    functions = [node for node in outer.body.body if isinstance(node, cst.FunctionDef)]
    return functions[0] if len(functions) == 1 == len(outer.body.body) else None


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes right below one, in source order, white space left out."""
    for name in _child_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (tuple, list)):
            for item in value:
                if isinstance(item, cst.CSTNode):
                    yield item


@lru_cache(maxsize=None)
def _child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return tuple(n for n in names if not n.startswith(_SPACE) and n not in _PUNCTUATION)


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and everything below it, in source order."""
    yield node
    for child in children(node):
        yield from walk(child)


def code(node: cst.CSTNode) -> str:
    """The text of a node."""
    return _BLANK.code_for_node(node)


_BLANK = cst.Module(body=())


def _fields(node: cst.FunctionDef) -> dict[str, object]:
    return {field.name: getattr(node, field.name) for field in fields(node)}


def _diff(old: str, new: str, first: int) -> tuple[Edit, ...]:
    """Line edits between two versions of a slice; both begin with the `if 1:` line."""
    before, after = _LINE.findall(old), _LINE.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(
        _lines_edit(first + i1 - 1, first + i2 - 1, "".join(after[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    )


def _lines_edit(start: int, end: int, content: str) -> Edit:
    """Replace the lines from `start` up to, not including, `end`."""
    return Edit(Span(Position(start, 1), Position(end, 1)), content)
