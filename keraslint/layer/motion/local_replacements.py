"""Moved steps → the expressions that replace, in `build()`, local variables that moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.layer.method_steps import Step, around_moved, share_loop
from keraslint.layer.method_syntax import children, dotted
from keraslint.layer.name_uses import cell_of, uses_of
from keraslint.layer.statement_parts import only_small


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Where a moved layer is found again: `self.x`, `self.x[i]`, or beside a loop's own items.

    With a `loop`, the expression is what the loop is to run over; `exact` if it holds just the
    layers of that loop.
    """

    name: str
    expression: str
    loop: Step | None = None
    exact: bool = False

    @property
    def is_attribute(self) -> bool:
        return "[" not in self.expression

    def on(self, steps: Mapping[Step, Step]) -> Fetch:
        """The same, said of another body's steps."""
        return Fetch(
            name=self.name,
            expression=self.expression,
            loop=steps[self.loop] if self.loop else None,
            exact=self.exact,
        )


class Fetcher:
    """Finds moved layers again, in what the moved statements store them in."""

    def __init__(
        self,
        steps: Sequence[Step],
        creates: Callable[[Step], bool],
        empty_lists: Collection[str],
        moved: Collection[Step],
    ) -> None:
        self._all = steps
        self._creates = creates
        self._empty_lists = empty_lists
        self._moved = moved
        self._found: dict[Step, Fetch] = {}

    def fetch(self, step: Step) -> dict[Step, Fetch] | str:
        """How to get a step's layer again, if `build()` needs it, or the name that is lost."""
        for cell in step.writes:
            if cell.startswith("self.") or not self._is_needed(cell, step):
                continue
            found = self._find(cell, step)
            if found is None:
                return cell
            self._found[step] = found
        return {step: self._found[step]} if step in self._found else {}

    def _writers(self, cell: str) -> list[Step]:
        return [step for step in self._all if cell in step.writes]

    def _find(self, cell: str, step: Step) -> Fetch | None:
        if not _assigns_one_name(step, cell):
            return None
        for store in self._all:
            if store.parent is not step.parent or store.order < step.order:
                continue
            if store not in self._moved or cell not in store.reads:
                continue
            attribute = _stored_in(store, cell)
            if attribute:
                return Fetch(name=cell, expression=attribute)
            container = _appended_to(store, cell)
            if container:
                return self._item(cell, container, store)
        return None

    def _item(self, cell: str, container: str, store: Step) -> Fetch | None:
        """Find the index at which a moved `append` has put the layer."""
        makers = [w for w in self._writers(container) if container in w.uses.binds]
        fresh = [w for w in makers if w in self._moved and _is_empty_list(w)]
        if len(makers) != len(fresh) or not (fresh or container in self._empty_lists):
            return None
        appends = [w for w in self._writers(container) if w in self._moved and w not in fresh]
        before = [w for w in appends if w.order < store.order]
        if any(w.parent is not None or not _is_append(w, container) for w in before):
            return None
        loops = [outer for outer in store.within() if not outer.is_branch]
        if not loops:
            if store.parent is not None:
                return None
            return Fetch(name=cell, expression=f"{container}[{len(before)}]")
        loop = loops[0]
        if len(loops) > 1 or sum(loop in w.within() for w in appends) > 1:
            return None
        after = any(w.order > store.order for w in appends)
        return self._item_in_loop(
            Fetch(name=cell, expression=container, loop=loop, exact=not after), store, len(before)
        )

    def _item_in_loop(self, fetch: Fetch, store: Step, offset: int) -> Fetch | None:
        loop = fetch.loop
        assert loop is not None
        turning = {name for inner in loop.all() for name in inner.writes}
        for outer in store.within():
            if outer is not loop and turning & set(outer.reads):
                return None
        alone = store.parent is loop and not any(f.loop is loop for f in self._found.values())
        items = fetch.expression if not offset else f"{fetch.expression}[{offset}:]"
        index = index_name(loop.node)
        kept = [s for s in loop.all() if s is not loop and s not in self._moved]
        counted = any(cell in step.reads for step in kept for cell in loop.uses.binds)
        inside = sum(self._may_need_fetch(s) for s in loop.all())
        if alone and inside == 1 and (not index or (fetch.exact and not counted)):
            return Fetch(name=fetch.name, expression=items, loop=loop, exact=fetch.exact)
        if not index:
            return None
        place = index if not offset else f"{index} + {offset}"
        return Fetch(name=fetch.name, expression=f"{fetch.expression}[{place}]")

    def _may_need_fetch(self, step: Step) -> bool:
        """Whether a moved step leaves a local name behind that `build()` still reads."""
        return (
            step in self._moved
            and self._creates(step)
            and any(
                not cell.startswith("self.") and self._is_needed(cell, step) for cell in step.writes
            )
        )

    def _is_needed(self, cell: str, step: Step) -> bool:
        return any(
            cell in other.reads
            and other not in self._moved
            and not around_moved(other, self._moved)
            and (other.order > step.order or share_loop(other, step))
            for other in self._all
        )


def _assigns_one_name(step: Step, cell: str) -> bool:
    small = only_small(step.node)
    return (
        isinstance(small, cst.Assign)
        and len(small.targets) == 1
        and isinstance(small.targets[0].target, cst.Name)
        and small.targets[0].target.value == cell
    )


def _stored_in(step: Step, cell: str) -> str:
    """The attribute to which a step assigns the plain local name."""
    small = only_small(step.node)
    if isinstance(small, cst.Assign) and _is_name(small.value, cell):
        for target in small.targets:
            if isinstance(target.target, cst.Attribute):
                return cell_of(target.target)
    return ""


def _appended_to(step: Step, cell: str) -> str:
    """The attribute to whose list a step appends the plain local name."""
    small = only_small(step.node)
    if not isinstance(small, cst.Expr) or not isinstance(small.value, cst.Call):
        return ""
    call = small.value
    if len(call.args) != 1 or not _is_name(call.args[0].value, cell):
        return ""
    func = call.func
    if not isinstance(func, cst.Attribute) or func.attr.value != "append":
        return ""
    if not isinstance(func.value, cst.Attribute):
        return ""
    return cell_of(func.value)


def _is_append(step: Step, container: str) -> bool:
    small = only_small(step.node)
    return (
        isinstance(small, cst.Expr)
        and isinstance(small.value, cst.Call)
        and isinstance(small.value.func, cst.Attribute)
        and small.value.func.attr.value == "append"
        and cell_of(small.value.func.value) == container
    )


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _is_empty_list(step: Step) -> bool:
    small = only_small(step.node)
    if not isinstance(small, cst.Assign):
        return False
    return isinstance(small.value, cst.List) and not small.value.elements


def index_name(node: cst.CSTNode) -> str:
    """The name that counts 0, 1, 2, … in a `for` loop, `""` if none does."""
    if not isinstance(node, cst.For) or not isinstance(node.iter, cst.Call):
        return ""
    call, target = node.iter, node.target
    if not isinstance(call.func, cst.Name) or len(call.args) != 1 or call.args[0].star:
        return ""
    if call.func.value == "range" and isinstance(target, cst.Name):
        return target.value
    if call.func.value == "enumerate" and isinstance(target, cst.Tuple):
        first = target.elements[0].value
        return first.value if isinstance(first, cst.Name) else ""
    return ""


def shared_keys(moved: Collection[Step]) -> Iterator[str]:
    """Layers that a loop stores under a key of its own and goes on with: equal keys are one."""
    for step in moved:
        small = only_small(step.node)
        targets = [one.target for one in small.targets] if isinstance(small, cst.Assign) else []
        for target in targets:
            loop = next((outer for outer in step.within() if outer.is_loop), None)
            if loop is None or not isinstance(target, cst.Subscript):
                continue
            cell = cell_of(target.value)
            keys = {key for part in target.slice for key in uses_of(part).reads}
            stays = any(cell in one.reads for one in loop.all() if one not in moved)
            if stays and not {index_name(loop.node)} & keys and not _is_of_a_dict(loop.node):
                yield f"of equal keys `{cell}` holds one layer only, which would be built twice"


def _is_of_a_dict(node: cst.CSTNode) -> bool:
    """Whether a loop runs over the keys of a dict, of which there are no two alike."""
    call = node.iter if isinstance(node, cst.For) else None
    name = call.func if isinstance(call, cst.Call) else None
    return isinstance(name, cst.Attribute) and name.attr.value in ("items", "keys")


def points_at_items(step: Step, cell: str) -> bool:
    """Whether all that a step reads of a container are items that more items do not displace."""
    if cell in step.takes:
        return False
    header = step.node
    if isinstance(header, cst.If):
        header = header.test
    elif isinstance(header, cst.For):
        header = header.iter
    stack: list[cst.CSTNode] = [header]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Subscript) and dotted(node.value) == cell:
            stack += [element.slice for element in node.slice]
            if not all(_is_steady_index(element.slice) for element in node.slice):
                return False
        elif isinstance(node, cst.BaseExpression) and dotted(node) == cell:
            return False
        else:
            stack += children(node)
    return True


def _is_steady_index(index: cst.BaseSlice) -> bool:
    """Not a slice, and not counted from the end."""
    return isinstance(index, cst.Index) and not isinstance(index.value, cst.UnaryOperation)
