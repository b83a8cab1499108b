"""A `get_config()` and what it lacks → the edits that add it to the dictionary it returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from keraslint.diagnostic import Edit, Position, Span
from keraslint.layer.comma_lists import Space, without_comment
from keraslint.layer.method_syntax import Method, code, constant_text, dotted, walk
from keraslint.layer.statement_parts import only_small, smalls
from keraslint.layer.tree_edits import body_of, with_body
from keraslint.layout.quotes import quote_in
from keraslint.project.names.definitions import ClassRef

Entries = Sequence[tuple[str, str]]
"""Keys, each with the code of its value; the empty key is for what is spread: `**value`."""


def completed(
    method: Method, first: Entries, last: Entries, *, returns: bool
) -> tuple[Edit, ...] | None:
    """Add entries at both ends of the dictionary, and return it if it is not; `None`: no way.

    An entry for the front can only stand in a dictionary that is written out.
    """
    node = _returning(method) if returns else method.node
    if node is None:
        return None
    literal = _literal(node)
    changed: cst.FunctionDef | None
    if literal is not None and not (literal.elements or last) and [key for key, _ in first] == [""]:
        inherited = node.deep_replace(literal, cst.parse_expression(first[0][1]))
        changed = cst.ensure_type(inherited, cst.FunctionDef)
    elif literal is not None and (first or last):
        entries = _with_entries(literal, first, last, _quote(method, literal))
        changed = node.with_deep_changes(literal, **entries)
    elif first:
        return None
    else:
        changed = _assigned(node, last, method) if last else node
    return method.edits(changed) if changed is not None else None


# -- where the dictionary is ---------------------------------------------------------------------


def _literal(node: cst.FunctionDef) -> cst.Dict | None:
    """The one dictionary that is always written, and is or becomes what is returned."""
    found = [one for statement in body_of(node) for one in _written(statement, _returned(node))]
    return found[-1] if found else None


def _written(statement: cst.CSTNode, names: set[str]) -> Iterator[cst.Dict]:
    for small in smalls(statement):
        if isinstance(small, cst.Return) and isinstance(small.value, cst.Dict):
            yield small.value
        elif isinstance(small, cst.Assign) and isinstance(small.value, cst.Dict):
            if any(dotted(target.target) in names for target in small.targets):
                yield small.value
        elif isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
            call = small.value
            name, _, method = dotted(call.func).rpartition(".")
            if method == "update" and name in names and len(call.args) == 1:
                inner = call.args[0].value
                if isinstance(inner, cst.Dict):
                    yield inner


def _returned(node: cst.FunctionDef) -> set[str]:
    """The names whose contents are returned, by themselves or joined to others."""
    names: set[str] = set()
    for statement in body_of(node):
        for small in smalls(statement):
            if isinstance(small, cst.Return) and small.value is not None:
                names |= {one.value for one in walk(small.value) if isinstance(one, cst.Name)}
    return names


# -- adding to it --------------------------------------------------------------------------------


def _quote(method: Method, *nodes: cst.CSTNode) -> str:
    """The quotes of what is near, or else of the method or the file."""
    return quote_in(*map(code, nodes), code(method.node.body), method.source.text)


def _with_entries(node: cst.Dict, first: Entries, last: Entries, quote: str) -> dict[str, object]:
    """The fields of a dictionary with more entries, laid out as those that it has."""
    space, before = _space(node), node.rbrace.whitespace_before
    front = [_element(*entry, quote) for entry in first]
    back = [_element(*entry, quote) for entry in last]
    elements = [*front, *node.elements, *back]
    closing = node.elements[-1].comma if node.elements else cst.MaybeSentinel.DEFAULT
    comma = cst.Comma(whitespace_after=space)
    for place, one in enumerate(elements[:-1]):
        if one in front or one in back:
            elements[place] = one.with_changes(comma=comma)
        elif one is node.elements[-1]:
            after = _commented(space, before)
            elements[place] = one.with_changes(comma=comma.with_changes(whitespace_after=after))
            before = without_comment(before)
    end = elements[-1].with_changes(comma=closing)
    brace = node.rbrace.with_changes(whitespace_before=before)
    return {"elements": [*elements[:-1], end], "rbrace": brace}


def _commented(space: Space, before: Space) -> Space:
    """White space with the comment that stood after the last entry."""
    lines = isinstance(space, cst.ParenthesizedWhitespace)
    if lines and isinstance(before, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=before.first_line)
    return space


def _space(node: cst.Dict) -> Space:
    """What stands between two entries."""
    after = node.lbrace.whitespace_after
    if isinstance(after, cst.ParenthesizedWhitespace):
        return after.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
    return cst.SimpleWhitespace(" ")


def _element(key: str, value: str, quote: str) -> cst.BaseDictElement:
    expression = cst.parse_expression(value)
    if not key:
        return cst.StarredDictElement(expression)
    return cst.DictElement(cst.SimpleString(f"{quote}{key}{quote}"), expression)


def _assigned(node: cst.FunctionDef, entries: Entries, method: Method) -> cst.FunctionDef | None:
    """Assign the entries one by one, before the name that holds them is returned."""
    statements = list(body_of(node))
    last = statements[-1] if statements else None
    small = only_small(last) if last is not None else None
    value = small.value if isinstance(small, cst.Return) else None
    if last is None or value is None:
        return None
    quote = _quote(method)
    if isinstance(value, cst.Call) and dotted(value.func) == "super().get_config":
        text = [
            f"config = {code(value)}",
            f"config.update({{{_listed(entries, quote)}}})",
            "return config",
        ]
        statements.pop()
        return with_body(node, [*statements, *map(cst.parse_statement, text)], method.indent)
    if not isinstance(value, cst.Name):
        return None
    lines: list[cst.CSTNode] = [
        cst.parse_statement(f"{value.value}[{quote}{key}{quote}] = {held}") for key, held in entries
    ]
    return with_body(node, [*statements[:-1], *lines, last], method.indent)


# -- returning it --------------------------------------------------------------------------------


def _returning(method: Method) -> cst.FunctionDef | None:
    """The same method, that returns the name it has filled."""
    statements = list(body_of(method.node))
    last = statements[-1] if statements else None
    name = _filled(statements)
    small = only_small(last) if last is not None else None
    if not name or last is None or small is None:
        return None
    back = cst.parse_statement(f"return {name}")
    if isinstance(small, cst.Return):
        value = small.value
        if isinstance(value, cst.Call) and dotted(value.func) == f"{name}.update":
            call = last.with_changes(body=[cst.Expr(value)])
            return with_body(method.node, [*statements[:-1], call, back], method.indent)
        if value is None or dotted(value) == "None":
            returned = last.with_changes(body=[small.with_changes(value=cst.Name(name))])
            return with_body(method.node, [*statements[:-1], returned], method.indent)
        return None
    return with_body(method.node, [*statements, back], method.indent)


def _filled(statements: Sequence[cst.CSTNode]) -> str:
    """The one local name that holds a configuration."""
    names: dict[str, None] = {}
    for statement in statements:
        for small in smalls(statement):
            if isinstance(small, cst.Assign) and _is_configuration(small.value):
                names.update({dotted(target.target): None for target in small.targets})
    return next(iter(names)) if len(names) == 1 else ""


def _is_configuration(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Dict):
        return any(
            isinstance(element, cst.DictElement) and constant_text(element.key) is not None
            for element in node.elements
        )
    return isinstance(node, cst.Call) and dotted(node.func).endswith(("get_config", "dict"))


# -- writing it ----------------------------------------------------------------------------------


def written(
    init: Method, ref: ClassRef, entries: Entries, readers: Entries = ()
) -> tuple[Edit, ...] | None:
    """A `get_config()` with these entries, as the last method of the class of an `__init__`.

    `readers` are keys, each with the function that makes an object of what was saved under it.
    """
    source = init.source
    outer = source.line(init.first)
    margin = outer[: len(outer) - len(outer.lstrip())]
    last = max(method.slice[1] for method in ref.summary.methods.values())
    while last > init.first and not source.line(last).strip():
        last -= 1
    inner = margin + init.indent
    quote = quote_in(source.text)
    lines = [
        f"{margin}def get_config(self):",
        f"{inner}config = super().get_config()",
        f"{inner}config.update({{{_listed(entries, quote)}}})",
        f"{inner}return config",
    ]
    if readers:
        lines += ["", f"{margin}@classmethod", f"{margin}def from_config(cls, config):"]
        made = [(f"config[{quote}{key}{quote}]", reader) for key, reader in readers]
        lines += [f"{inner}{held} = {reader}({held})" for held, reader in made]
        lines.append(f"{inner}return super().from_config(config)")
    place = Position(last + 1, 1)
    ends = last < len(source.starts)
    content = "\n" + "".join(f"{line}\n" for line in lines)
    return (Edit(Span(place, place), content if ends else f"\n{content}"),)


def _listed(entries: Entries, quote: str) -> str:
    return ", ".join(f"{quote}{key}{quote}: {value}" for key, value in entries)
