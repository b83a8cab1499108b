"""A text → where its calls stand, and what they call."""

from __future__ import annotations

import ast

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.syntax.parse import parse


def call_spans(text: str) -> tuple[tuple[int, int, int, int, str], ...]:
    """Where the calls of a text stand, outer before inner, and what they call.

    Lines and byte columns are `ast`'s. Calls inside f-strings are left out: before Python 3.12
    their places are wrong.
    """
    found = []
    stack: list[ast.AST] = [parse(text)]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr):
            continue
        if isinstance(node, ast.Call):
            end, end_column = node.end_lineno or 0, node.end_col_offset or 0
            found.append((node.lineno, node.col_offset, end, end_column, dotted(node.func)))
        stack.extend(ast.iter_child_nodes(node))
    return tuple(sorted(found, key=lambda s: (s[0], s[1], -s[2], -s[3])))
