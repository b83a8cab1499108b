"""A LibCST statement or block → its parts: the only statement of a line, those of a block."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst


def only_small(node: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The one small statement of a line; `None` for compound ones, and for `a = 1; b = 2`."""
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        return node.body[0]
    return None


def smalls(node: cst.CSTNode) -> Sequence[cst.BaseSmallStatement]:
    """The small statements of a line, or of a block in the line of its header."""
    if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        return node.body
    return ()


def block_statements(block: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """The statements of a block; one in the line of its header counts as one."""
    return block.body if isinstance(block, cst.IndentedBlock) else [block]
