"""A method's lines ↔ its LibCST tree; a changed tree → edits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from functools import cache, cached_property
from typing import TypeGuard

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from keraslint.diagnostic import Edit, Position, Span
from keraslint.project.facts.call_spans import call_spans
from keraslint.project.files.source import Source

_FORM_FEED = re.compile(r"^[ \t]*\x0c", re.MULTILINE)
"""Python counts indentation anew after a form feed; LibCST does not know it there."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_PUNCTUATION = frozenset({"lpar", "rpar", "lbracket", "rbracket", "equal", "comma", "dot"})
_SPACE = ("whitespace", "leading_lines", "header", "footer", "comment", "newline", "semicolon")


class NotParsed(Exception):
    """LibCST cannot read what Python can; the message says where."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Method:
    """One method, cut out of its file with its indentation, behind an `if 1:` line.

    Never dedented: that would change the strings inside that span several lines.
    """

    source: Source
    first: int
    last: int
    text: str
    module: cst.Module
    node: cst.FunctionDef
    instance: str = "self"
    origin: Method | None = None  # the same lines of an older text, which share the tree

    @cached_property
    def _calls(self) -> Mapping[cst.CSTNode, Span]:
        """Where each call stands.

        LibCST's own positions cost three times its parse; `ast` sees the same calls in the same
        order for next to nothing.
        """
        if self.origin is not None:
            down = self.first - self.origin.first
            return {call: _lower(span, down) for call, span in self.origin._calls.items()}
        calls = list(_calls_in(self.module))
        spans = call_spans(self.text)
        names = [_renamed(name, self.instance) for *_, name in spans]
        if [dotted(call.func) for call in calls] != names:
            return self._positions
        at, shift = self.source.position_of_bytes, self.first - 2
        return {
            call: Span(at(line + shift, column), at(end_line + shift, end))
            for call, (line, column, end_line, end, _) in zip(calls, spans, strict=True)
        }

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, Span]:
        found = MetadataWrapper(self.module, unsafe_skip_copy=True).resolve(PositionProvider)
        shift = self.first - 2
        return {
            node: Span.of(
                at.start.line + shift, at.start.column + 1, at.end.line + shift, at.end.column + 1
            )
            for node, at in found.items()
            if isinstance(node, cst.BaseExpression)
        }

    def where(self, node: cst.BaseExpression) -> Span:
        """Where an expression stands in the file; calls are found faster by `span`."""
        return self._positions[node]

    @cached_property
    def local_functions(self) -> Mapping[str, cst.FunctionDef | cst.Lambda]:
        """The functions that are defined inside it, by name."""
        found: dict[str, cst.FunctionDef | cst.Lambda] = {}
        for node in walk(self.node.body):
            name, small = local_function(node), _first_small(node)
            if isinstance(node, cst.FunctionDef):
                found[name] = node
            elif name and isinstance(small, cst.Assign) and isinstance(small.value, cst.Lambda):
                found[name] = small.value
        return found

    @property
    def place(self) -> Span:
        """Where the method's name stands."""
        name = self.node.name.value
        head = re.compile(rf"\s*(?:async\s+)?def\s+(?={name}\b)")
        for line in range(self.first, self.last + 1):
            found = head.match(self.source.line(line))
            if found:
                return Span.of(line, found.end() + 1, line, found.end() + 1 + len(name))
        return Span.of(self.first, 1, self.first, 2)

    def span(self, call: cst.Call) -> Span:
        """Where a call of this tree stands in the file."""
        return self._calls[call]

    def again(self, source: Source, first: int) -> Method:
        """The same lines of a newer text, parsed once and for all."""
        last = self.last + first - self.first
        return replace(self, source=source, first=first, last=last, origin=self.origin or self)

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
        module = self.module.with_changes(body=[outer.with_changes(body=block)], footer=())
        return self._code(module).split(self.source.newline, 1)[1]

    def edits(self, new: cst.FunctionDef | None) -> tuple[Edit, ...]:
        """The edits that turn this method into another one, or delete it."""
        if new is None:
            return (_lines_edit(self.first, self.last + 1, ""),)
        changed = self.module.with_deep_changes(self.node, **_fields(new))
        return _diff(_FORM_FEED.sub("", self.text), self._code(changed), self.first)

    def _code(self, module: cst.Module) -> str:
        """A changed slice's text; LibCST loses the last line end of a file that uses `\\r`."""
        if self.source.newline != "\r":
            return module.code
        return module.code + self.text[len(self.module.code) :]


def parse_method(source: Source, first: int, last: int, instance: str = "self") -> Method:
    """Parse the lines `first`–`last` (1-based, inclusive) of a file, which hold one method.

    The tree says `self` where the text says `instance`; such a method is read, never rewritten.

    Raises:
        NotParsed: LibCST does not understand the text.
    """
    text = method_text(source, first, last)
    try:
        module = cst.parse_module(_FORM_FEED.sub("", text))
    except Exception as error:  # ParserSyntaxError, and whatever the native parser panics with
        raise NotParsed(f"LibCST cannot parse lines {first}-{last}: {error}") from error
    if instance != "self":
        module = module.visit(_CallItSelf(instance))
    node = _only_function(module)
    if node is None:
        raise NotParsed(f"lines {first}-{last} do not hold one method")
    return Method(
        source=source,
        first=first,
        last=last,
        text=text,
        module=module,
        node=node,
        instance=instance,
    )


class _CallItSelf(cst.CSTTransformer):
    def __init__(self, name: str) -> None:
        self._name = name

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        is_it = original_node.value == self._name
        return updated_node.with_changes(value="self") if is_it else updated_node

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)


def _renamed(name: str, instance: str) -> str:
    first, dot, rest = name.partition(".")
    return f"self{dot}{rest}" if first == instance else name


def method_text(source: Source, first: int, last: int) -> str:
    """The lines of a method as they are parsed; those of a function of the module stand alone."""
    start = source.starts[first - 1]
    end = source.starts[last] if last < len(source.starts) else len(source.text)
    above = "if 1:" if source.text[start : start + 1].isspace() else "#"
    return f"{above}{source.newline}{source.text[start:end]}"


def _lower(span: Span, lines: int) -> Span:
    start, end = span.start, span.end
    return Span(Position(start.line + lines, start.column), Position(end.line + lines, end.column))


def _only_function(module: cst.Module) -> cst.FunctionDef | None:
    body: Sequence[cst.CSTNode] = module.body
    if body and isinstance(body[0], cst.If) and isinstance(body[0].body, cst.IndentedBlock):
        body = body[0].body.body
    functions = [node for node in body if isinstance(node, cst.FunctionDef)]
    return functions[0] if len(functions) == 1 == len(body) else None


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes right below one, in source order, white space left out."""
    for name in _child_fields(type(node)):
        value = getattr(node, name)
        for item in value if isinstance(value, (tuple, list)) else (value,):
            kind: type[cst.CSTNode] = type(item)
            if _is_node(kind):
                yield item


@cache
def _is_node(kind: type[cst.CSTNode]) -> bool:
    """Asked once for each type: the classes of LibCST are abstract, and slow to ask."""
    return issubclass(kind, cst.CSTNode)


_FIRST: Mapping[type[cst.CSTNode], tuple[str, ...]] = {  # where fields are not in source order
    cst.IfExp: ("body", "test", "orelse"),
    cst.FunctionDef: ("decorators", "name", "params", "returns"),
    cst.ClassDef: ("decorators", "name", "bases", "keywords"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.CompFor: ("target", "iter", "ifs", "inner_for_in"),
    cst.Arg: ("keyword", "value"),
    cst.AugAssign: ("target", "operator", "value"),
}


@cache
def _child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = [field.name for field in fields(kind)]
    kept = [n for n in names if not n.startswith(_SPACE) and n not in _PUNCTUATION]
    first = _FIRST.get(kind, ())
    return (*(n for n in first if n in kept), *(n for n in kept if n not in first))


def _calls_in(node: cst.CSTNode) -> Iterator[cst.Call]:
    if isinstance(node, cst.FormattedString):
        return
    if isinstance(node, cst.Call):
        yield node
    for child in children(node):
        yield from _calls_in(child)


def dotted(node: cst.BaseExpression) -> str:
    """The leaf that names an expression, as `project.summary` writes leaves; `""`: no name."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr.value}" if owner else ""
    if isinstance(node, cst.Subscript):
        owner = dotted(node.value)
        return f"{owner}[]" if owner else ""
    if isinstance(node, cst.Call):
        return _called(node)
    return ""


def _is_item_of_display(node: cst.BaseExpression) -> TypeGuard[cst.Subscript]:
    """`{"a": A, "b": B}[key]`."""
    shown = node.value if isinstance(node, cst.Subscript) else None
    return isinstance(shown, (cst.Dict, cst.List, cst.Tuple))


def alternatives(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The expressions of which one is the value, or an item of it."""
    inner: Sequence[cst.BaseExpression]
    if isinstance(node, cst.IfExp):
        inner = (node.body, node.orelse)
    elif isinstance(node, (cst.BooleanOperation, cst.BinaryOperation)):
        inner = (node.left, node.right)
    elif isinstance(node, (cst.List, cst.Tuple, cst.Set, cst.Dict)):
        inner = [element.value for element in node.elements]
    elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
        inner = (node.elt,)
    elif isinstance(node, (cst.DictComp, cst.NamedExpr)) or _is_item_of_display(node):
        inner = (node.value,)
    else:
        yield node
        return
    for one in inner:
        yield from alternatives(one)


def _called(node: cst.Call) -> str:
    name = dotted(node.func)
    if name == "getattr" and len(node.args) >= 2:
        owner, attribute = dotted(node.args[0].value), node.args[1].value
        text = constant_text(attribute)
        return owner and f"{owner}.{'*' if text is None else text}"
    if name == "type" and len(node.args) == 1 and dotted(node.args[0].value) == "self":
        return "self.__class__"
    return f"{name}()" if name else ""


def local_function(node: cst.CSTNode) -> str:
    """The name of the function that a statement inside a method defines, `""` if none."""
    if isinstance(node, cst.FunctionDef):
        return node.name.value
    small = _first_small(node)
    if isinstance(small, cst.Assign) and isinstance(small.value, cst.Lambda):
        return dotted(small.targets[0].target) if len(small.targets) == 1 else ""
    return ""


def _first_small(node: cst.CSTNode) -> cst.BaseSmallStatement | None:
    return node.body[0] if isinstance(node, cst.SimpleStatementLine) else None


def constant_text(node: cst.BaseExpression) -> str | None:
    """The value of a plain string literal."""
    if isinstance(node, cst.SimpleString) and not node.prefix:
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and everything below it, in source order."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        below = [*children(node)]
        below.reverse()
        todo += below


def calls_within(
    node: cst.CSTNode, around: tuple[cst.CSTNode, ...]
) -> Iterator[tuple[cst.Call, tuple[cst.CSTNode, ...]]]:
    """Every call with the nodes it stands in; decorators and f-strings are left out."""
    if isinstance(node, (cst.Decorator, cst.FormattedString, cst.Annotation)):
        return
    if isinstance(node, cst.Call):
        yield node, around
    for child in children(node):
        yield from calls_within(child, (*around, node))


def certain(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and what is below it, but for what stands behind a condition."""
    todo = [node]
    while todo:
        node = todo.pop()
        if not isinstance(node, (cst.If, cst.IfExp, cst.BooleanOperation, cst.Match)):
            yield node
            todo += children(node)


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
