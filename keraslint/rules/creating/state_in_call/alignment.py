"""A call that moves to another column → the same call, its lines below its bracket as before."""

from __future__ import annotations

import libcst as cst

from keraslint.layer.method_syntax import code


def realigned(call: cst.Call, old: int, new: int) -> cst.Call:
    """Move the lines of a call along, if they all begin below its first argument.

    `old` and `new` are where the call begins, counted from the indentation of its statement.
    """
    head = f"{code(call.func)}("
    lines = [arg.comma.whitespace_after for arg in call.args if isinstance(arg.comma, cst.Comma)]
    widths = {_width(space) for space in lines if isinstance(space, cst.ParenthesizedWhitespace)}
    if not call.whitespace_before_args.empty or widths != {old + len(head)}:
        return call
    args = [cst.ensure_type(arg.visit(_Shifted(new - old)), cst.Arg) for arg in call.args]
    return call.with_changes(args=args)


def _width(space: cst.ParenthesizedWhitespace) -> int:
    return len(space.last_line.value) if space.indent else -1


class _Shifted(cst.CSTTransformer):
    """Begins the lines of an expression further to the right, or to the left."""

    def __init__(self, by: int) -> None:
        super().__init__()
        self._by = by

    def leave_ParenthesizedWhitespace(
        self,
        original_node: cst.ParenthesizedWhitespace,
        updated_node: cst.ParenthesizedWhitespace,
    ) -> cst.ParenthesizedWhitespace:
        lines = [
            line.with_changes(whitespace=self._shifted(line.whitespace)) if line.comment else line
            for line in updated_node.empty_lines
        ]
        last = self._shifted(updated_node.last_line)
        return updated_node.with_changes(empty_lines=lines, last_line=last)

    def _shifted(self, space: cst.SimpleWhitespace) -> cst.SimpleWhitespace:
        return cst.SimpleWhitespace(" " * max(0, len(space.value) + self._by))
