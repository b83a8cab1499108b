"""The leaves of a statement, a width → its lines, broken as Black and `ruff format` break them.

In one line what fits, unless a comma before a closing bracket asks for more; else the last bracket
pair whose head fits is opened, and what is inside is broken where a line may be broken best.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from keraslint.layout.leaves import COMMA, DOT, Leaf

Omitted = frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How long a line may be, and how deep one level of indentation is."""

    most: int
    indent: str = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Leaves that stand in one line, if it is not broken.

    `margin` is the white space before it; `inner`: inside brackets; `opens`: it is broken whether
    it fits or not.
    """

    leaves: tuple[Leaf, ...]
    margin: str
    inner: bool = False
    opens: bool = False

    @property
    def text(self) -> str:
        first, *rest = self.leaves
        return self.margin + first.written + "".join(leaf.gap + leaf.written for leaf in rest)

    @property
    def width(self) -> int:
        return len(self.margin) + sum(leaf.width for leaf in self.leaves) - len(self.leaves[0].gap)

    @property
    def breaks(self) -> list[int]:
        """How readily the line is broken before each leaf, and behind each comma."""
        found, depth = [], 0
        for leaf in self.leaves:
            depth -= leaf.kind == ")"
            found.append(0 if depth else leaf.before)
            depth += leaf.kind == "("
        return [0, *found[1:]] if self.leaves[0].kind != "," else found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A line broken behind an opening bracket, and before the one that closes it."""

    head: Line
    body: Line
    tail: Line
    opening: Leaf
    closing: Leaf

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.head, self.body, self.tail


def broken(leaves: Sequence[Leaf], margin: str, width: Width) -> list[str]:
    """The lines of a statement."""
    return [one.text.rstrip() for one in _laid(Line(leaves=tuple(leaves), margin=margin), width)]


def _laid(line: Line, width: Width) -> list[Line]:
    if not line.opens and not _asks_for_lines(line) and _fits(line, width):
        return [line]
    if line.leaves[0].text in ("def", "class") and not line.inner:
        parts: Sequence[Line] = _from_the_left(line, width)
    else:
        parts = (line.inner and _at_breaks(line)) or _from_the_right(line, width)
    if len(parts) < 2 or any(one.text.strip() == line.text.strip() for one in parts):
        return [line]
    found = [inner for part in parts for inner in _laid(part, width)]
    if line.inner or _fits(found[0], width):
        return found
    return _second_opinion(line, width) or found


def _fits(line: Line, width: Width) -> bool:
    """Whether a line is short enough, and no comment stands in the middle of it."""
    inside = line.leaves[:-1]
    return line.width <= width.most and not any(leaf.comment for leaf in inside)


def _asks_for_lines(line: Line) -> bool:
    """Whether a comma stands before a closing bracket, other than in `(one,)`."""
    own = set(map(id, line.leaves))
    return any(
        before.kind == "," and leaf.kind == ")" and id(leaf.mate) in own and _is_magic(line, leaf)
        for before, leaf in zip(line.leaves, line.leaves[1:], strict=False)
    )


def _is_magic(line: Line, closing: Leaf) -> bool:
    opening = closing.mate
    assert opening is not None
    if closing.text == "}" or (opening.text == "(" and not opening.is_atom):
        return True
    inside = line.leaves[line.leaves.index(opening) + 1 : line.leaves.index(closing)]
    commas = Line(leaves=inside, margin="").breaks.count(COMMA)
    return commas > 1 or (closing.text == "]" and opening.is_atom)


# -- at its own breaks ---------------------------------------------------------------------------


def _at_breaks(line: Line) -> list[Line]:
    """A line for each part between the breaks that come most readily."""
    breaks = line.breaks
    best = _best(line, breaks)
    if not best or (best == DOT and breaks.count(DOT) == 1):
        return []
    parts: list[list[Leaf]] = [[]]
    for leaf, priority in zip(line.leaves, breaks, strict=True):
        if priority == best != COMMA and parts[-1]:
            parts.append([])
        parts[-1].append(leaf)
        if priority == best == COMMA:
            parts.append([])
    found = [part for part in parts if part]
    if best == COMMA and found[-1][-1].kind != ",":
        found[-1] += _with_comma(found[-1].pop())
    return [replace(line, leaves=tuple(part), opens=False) for part in found]


def _best(line: Line, breaks: Sequence[int]) -> int:
    """The break that comes most readily; nothing is broken behind the last comma."""
    return max(breaks[:-1] if line.leaves[-1].kind == "," else breaks, default=0)


def _with_comma(last: Leaf) -> list[Leaf]:
    """What is last, and a comma, between it and its comment."""
    comma = Leaf(
        text=",",
        kind=",",
        before=COMMA,
        comment=last.comment,
        comment_counts=last.comment_counts,
    )
    return [replace(last, comment=""), comma]


# -- at brackets ---------------------------------------------------------------------------------


def _from_the_left(line: Line, width: Width) -> Sequence[Line]:
    """Open the first brackets: those of a `def`."""
    opening = next((leaf for leaf in line.leaves if leaf.text == "("), None)
    if opening is None or opening.mate not in line.leaves:
        return ()
    start, end = line.leaves.index(opening), line.leaves.index(opening.mate)
    if end == start + 1:
        return ()
    body = list(line.leaves[start + 1 : end])
    if COMMA not in Line(leaves=tuple(body), margin="").breaks and line.leaves[0].text == "def":
        body += _with_comma(body.pop())
    return (
        replace(line, leaves=line.leaves[: start + 1]),
        _body(tuple(body), line, opening, width),
        replace(line, leaves=line.leaves[end:]),
    )


def _body(leaves: tuple[Leaf, ...], line: Line, opening: Leaf, width: Width) -> Line:
    body = Line(leaves=leaves, margin=line.margin + width.indent, inner=True)
    by_commas = _best(body, body.breaks) == COMMA
    return replace(body, opens=by_commas and (leaves[-1].kind == "," or opening.is_atom))


def _from_the_right(line: Line, width: Width) -> Sequence[Line]:
    """Open the last brackets that can be opened so that what is before them fits."""
    first: Sequence[Line] = ()
    for omitted in _omissions(line, width):
        parts = _opened(line, omitted, width)
        first = first or parts
        if parts and _fits(parts[0], width):
            return parts
    return first or _opened(line, frozenset(), width)


def _omissions(line: Line, width: Width) -> Iterator[Omitted]:
    """Sets of closing brackets that stay shut, if what they close fits in the last line."""
    omitted: set[int] = set()
    inner: set[int] = set()
    if not _asks_for_lines(line):
        yield frozenset()
    length = len(line.margin)
    opening: Leaf | None = None
    closing: Leaf | None = None
    for place in range(len(line.leaves) - 1, -1, -1):
        leaf, before = line.leaves[place], line.leaves[place - 1] if place else None
        length += leaf.width
        if length > width.most:
            return
        magic = before is not None and before.kind == "," and leaf.kind == ")"
        if opening is not None:
            if leaf is opening:
                opening = None
            elif leaf.kind == ")":
                if magic and _is_magic(line, leaf):
                    return
                inner.add(id(leaf))
        elif leaf.kind == ")":
            if before is not None and before.kind == "(":
                inner.add(id(leaf))
                continue
            if closing is not None:
                omitted |= {id(closing), *inner}
                inner.clear()
                yield frozenset(omitted)
            if magic and _is_magic(line, leaf):
                return
            if leaf.text:
                opening, closing = leaf.mate, leaf


def _last_brackets(line: Line, omitted: Omitted, width: Width) -> _Opened | None:
    place = _outermost(line, omitted)
    if place is None:
        return None
    start, end = place
    head, body = line.leaves[: start + 1], line.leaves[start + 1 : end]
    tail = line.leaves[end:]
    if not head or (not body and sum(one.width for one in tail) < 3):
        return None
    if start == 0 and not line.leaves[0].text and not line.inner:
        return None
    return _Opened(
        head=replace(line, leaves=head, opens=False),
        body=_body(body, line, line.leaves[start], width) if body else replace(line, leaves=()),
        tail=replace(line, leaves=tail, opens=False),
        opening=line.leaves[start],
        closing=line.leaves[end],
    )


def _outermost(line: Line, omitted: Omitted) -> tuple[int, int] | None:
    """Where the last pair of brackets stands that is not omitted, with something inside."""
    for end in range(len(line.leaves) - 1, -1, -1):
        leaf = line.leaves[end]
        if leaf.kind != ")" or id(leaf) in omitted or leaf.mate not in line.leaves:
            continue
        start = line.leaves.index(leaf.mate)
        if start + 1 < end:
            return start, end
    return None


def _opened(line: Line, omitted: Omitted, width: Width, *, forced: bool = False) -> Sequence[Line]:
    """Open the last brackets; those that are there in thought only if nothing else will do."""
    found = _last_brackets(line, omitted, width)
    if found is None:
        return ()
    if not forced and not found.opening.text and _can_be_without(found, width):
        other = _last_brackets(line, omitted | {id(found.closing)}, width)
        if other is not None and _is_better(other, found, width):
            parts = _opened(line, omitted | {id(found.closing)}, width)
            if parts:
                return parts
        if len(found.body.leaves) < 2 and not _fits(found.body, width):
            return ()
    return _written(found)


def _written(found: _Opened) -> Sequence[Line]:
    """Brackets that are there in thought are written when they are opened."""
    if found.opening.text:
        return found.lines
    opening = replace(found.opening, text="(")
    closing = replace(found.closing, text=")")
    return (
        replace(found.head, leaves=(*found.head.leaves[:-1], opening)),
        found.body,
        replace(found.tail, leaves=(closing, *found.tail.leaves[1:])),
    )


def _is_better(other: _Opened, found: _Opened, width: Width) -> bool:
    """Whether to open other brackets than those around the whole value."""
    head = found.head.leaves
    if len(head) < 2 or head[-2].text != "=":
        return True
    if not any(leaf.kind in ("(", ")") for leaf in head[:-1]):
        return True
    if found.head.width > width.most - 1 or _asks_for_lines(found.head):
        return True
    equals = [n for n, leaf in enumerate(other.head.leaves) if leaf.text == "="]
    after = other.head.leaves[equals[-1] :] if equals else ()
    if any(leaf.kind == ")" for leaf in after):
        return True
    return bool(equals) and _fits(other.head, width)


def _can_be_without(found: _Opened, width: Width) -> bool:
    """Whether the value can be broken well without brackets around all of it."""
    body = found.body
    breaks = body.breaks
    best = max(breaks, default=0)
    if not best or breaks.count(best) > 1:
        return not best
    if best == DOT:
        return True
    first, second = body.leaves[0], body.leaves[1]
    if first.kind == "(" and second.kind != ")" and _opens_at_first(body, width):
        return True
    last = body.leaves[-1]
    is_subscript = last.text == "]" and last.mate is not None and not last.mate.is_atom
    if last.kind == ")" and last.text and not is_subscript:
        return body.leaves[-2].kind != "(" and _opens_at_last(body, width)
    return False


def _opens_at_first(body: Line, width: Width) -> bool:
    first, rest, length = body.leaves[0], False, len(body.margin)
    for leaf in body.leaves:
        rest = rest or leaf is first.mate
        if rest:
            length += leaf.width
            if length > width.most:
                return False
            if leaf.kind == "(":
                rest = False
    return True


def _opens_at_last(body: Line, width: Width) -> bool:
    length, others = len(body.margin), False
    for leaf in body.leaves:
        length += leaf.width
        if leaf is body.leaves[-1].mate:
            return others or length <= width.most
        others = others or leaf.kind == "("
    return False


def _second_opinion(line: Line, width: Width) -> list[Line]:
    """The line with the brackets that are there in thought, if then all lines fit."""
    parts = _opened(line, frozenset(), width, forced=True)
    found = [inner for part in parts for inner in _laid(part, width)]
    return found if found and all(_fits(one, width) for one in found) else []
