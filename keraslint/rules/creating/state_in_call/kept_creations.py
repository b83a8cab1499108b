"""A method → the calls in it, and what keeps what they create: a statement, an attribute."""

from __future__ import annotations

import libcst as cst

from keraslint.layer.method_syntax import dotted
from keraslint.layer.name_uses import uses_of
from keraslint.layer.statement_parts import block_statements


def kept(call: cst.Call, around: tuple[cst.CSTNode, ...]) -> tuple[cst.CSTNode | None, str]:
    """The statement that could leave the method, and the attribute that it assigns."""
    assign = around[-1] if around else None
    if not isinstance(assign, (cst.Assign, cst.AnnAssign)) or assign.value is not call:
        return None, ""
    targets = (
        [t.target for t in assign.targets] if isinstance(assign, cst.Assign) else [assign.target]
    )
    names = [dotted(target) for target in targets]
    if not names[0].startswith("self.") or names[0].count(".") > 1 or "[" in names[0]:
        return None, ""
    attribute = names[0].removeprefix("self.")
    line = around[-2]
    if len(targets) > 1 or not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None, attribute
    outer = [node for node in around[:-2] if not isinstance(node, cst.IndentedBlock)]
    if not outer:
        return line, attribute
    if len(outer) == 1 and _only_guards(outer[0], f"self.{attribute}"):
        return outer[0], attribute
    return None, attribute


def container(call: cst.Call, around: tuple[cst.CSTNode, ...]) -> str:
    """The attribute in which it is kept: `self.x[k] = …`, or `self.x.append(…)`."""
    holder = around[-1] if around else None
    if isinstance(holder, cst.Assign) and holder.value is call:
        cell = dotted(holder.targets[0].target)
        owner = cell.removesuffix("[]") if cell.endswith("[]") else ""
    else:
        calls = [node for node in around if isinstance(node, cst.Call)]
        owner, _, verb = dotted(calls[-1].func).rpartition(".") if calls else ("", "", "")
        given = [argument.value for argument in calls[-1].args] if calls else []
        owner = owner if verb in ("append", "insert") and call in given else ""
    name = owner.removeprefix("self.")
    return name if owner != name and "." not in name and "[" not in name else ""


def _only_guards(node: cst.CSTNode, cell: str) -> bool:
    """`if self.x is None:`, with nothing below it but the creation."""
    if not isinstance(node, cst.If) or node.orelse is not None:
        return False
    uses = uses_of(node.test)
    return set(uses.reads) == {cell} and len(block_statements(node.body)) == 1
