"""A program of shapes → the same program as a person would write it: no copies, nothing unused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from keraslint.layer.child_builds.shapes.shape_program import (
    Assign,
    Branch,
    Build,
    Change,
    Expr,
    Loop,
    Statement,
    Var,
    expr,
)

Known = dict[str, Expr]


def simplified(program: Sequence[Statement], wide: int) -> tuple[Statement, ...]:
    """Leave out what nobody reads; write down where it is used what is used once.

    `wide` is the length at which an expression is given a name of its own.
    """
    body = tuple(program)
    while True:
        copied, _ = _copied(body, {})
        live, _ = _live(copied, frozenset())
        short = _unlooped(_inlined(_shared(live), wide, frozenset()))
        if short == body:
            return body
        body = short


# -- copies --------------------------------------------------------------------------------------


def _copied(body: Sequence[Statement], known: Known) -> tuple[tuple[Statement, ...], Known]:
    """Read the original where a variable is a mere copy; `known` are the copies."""
    found: list[Statement] = []
    for one in body:
        if isinstance(one, Assign):
            value = one.value.put(known)
            known = _without(known, {one.target})
            if value.alone and value.alone != one.target:
                known = {**known, one.target: value}
            if value.alone != one.target:
                found.append(Assign(one.target, value))
        elif isinstance(one, Change):
            line = one.line.put({k: v for k, v in known.items() if k != one.target})
            known = _without(known, {one.target})
            found.append(Change(one.target, line))
        elif isinstance(one, Build):
            found.append(_built(one, known))
        elif isinstance(one, Branch):
            then, after_then = _copied(one.body, known)
            other, after_other = _copied(one.orelse, known)
            found.append(Branch(test=one.test.put(known), body=then, orelse=other))
            known = {k: v for k, v in after_then.items() if after_other.get(k) == v}
        else:
            steady = {n for n, value in known.items() if _stays(one.body, n, value)}
            inside = _without(known, (written(one.body) | one.binds) - steady)
            found.append(
                Loop(
                    target=one.target,
                    items=one.items.put(known),
                    binds=one.binds,
                    body=_copied(one.body, inside)[0],
                )
            )
            known = inside
    return tuple(found), known


def _stays(body: Sequence[Statement], name: str, value: Expr) -> bool:
    """Whether a body only ever assigns to a variable what it is a copy of."""
    for one in body:
        if isinstance(one, Assign) and one.target == name and one.value != value:
            return False
        if isinstance(one, Change) and one.target == name:
            return False
        if isinstance(one, Branch) and not _stays((*one.body, *one.orelse), name, value):
            return False
        if isinstance(one, Loop) and (name in one.binds or not _stays(one.body, name, value)):
            return False
    return True


def _built(one: Build, known: Mapping[str, Expr]) -> Build:
    return Build(
        child=one.child.put(known), shapes=tuple(s.put(known) for s in one.shapes), guard=one.guard
    )


def _without(known: Known, names: Collection[str]) -> Known:
    return {k: v for k, v in known.items() if k not in names and not v.reads & set(names)}


def written(body: Sequence[Statement]) -> frozenset[str]:
    """The variables that a program assigns or changes."""
    found: set[str] = set()
    for one in body:
        if isinstance(one, (Assign, Change)):
            found.add(one.target)
        elif isinstance(one, Branch):
            found |= written(one.body) | written(one.orelse)
        elif isinstance(one, Loop):
            found |= written(one.body) | one.binds
    return frozenset(found)


# -- what is read later --------------------------------------------------------------------------


def _live(
    body: Sequence[Statement], after: frozenset[str]
) -> tuple[tuple[Statement, ...], frozenset[str]]:
    """Drop what nobody reads; `after` are the variables that are read behind the body."""
    found: list[Statement] = []
    live = after
    for one in reversed(body):
        if isinstance(one, Assign):
            if one.target in live or (one.value.acts and one.value.reads & live):
                live = (live - {one.target}) | one.value.reads
                found.append(one)
        elif isinstance(one, Change):
            if one.target in live:
                live |= one.line.reads
                found.append(one)
        elif isinstance(one, Build):
            live |= one.line.reads
            found.append(one)
        elif isinstance(one, Branch):
            then, before_then = _live(one.body, live)
            other, before_other = _live(one.orelse, live)
            if then or other:
                live = before_then | before_other | one.test.reads
                found.append(_turned(Branch(test=one.test, body=then, orelse=other)))
        else:
            inner, live = _live_loop(one, live)
            found += [inner] if inner is not None else []
    return tuple(reversed(found)), live


def _live_loop(one: Loop, after: frozenset[str]) -> tuple[Loop | None, frozenset[str]]:
    live = after
    while True:
        body, before = _live(one.body, live)
        if before - one.binds <= live:
            break
        live |= before - one.binds
    if not body:
        return None, after
    return Loop(
        target=one.target, items=one.items, binds=one.binds, body=body
    ), live | one.items.reads


def _turned(one: Branch) -> Branch:
    """A branch of which only the `else` does something asks the opposite."""
    if one.body or not one.orelse:
        return one
    text = one.test.text
    if " is not None" in text and not {" and ", " or "} & _words(text):
        test = _replaced(one.test, " is not None", " is None")
    elif " is None" in text and not {" and ", " or "} & _words(text):
        test = _replaced(one.test, " is None", " is not None")
    elif text.startswith("not ") and not {" and ", " or "} & _words(text):
        test = replace(one.test, pieces=(str(one.test.pieces[0])[4:], *one.test.pieces[1:]))
    elif text.replace(".", "").replace("_", "").isalnum():
        test = expr("not ", one.test)
    else:
        test = expr("not (", one.test, ")")
    return Branch(test=test, body=one.orelse)


def _words(text: str) -> set[str]:
    return {word for word in (" and ", " or ") if word in text}


def _replaced(test: Expr, old: str, new: str) -> Expr:
    pieces = [p.replace(old, new) if isinstance(p, str) else p for p in test.pieces]
    return replace(test, pieces=tuple(pieces))


# -- arms that do the same -----------------------------------------------------------------------


def _shared(body: Sequence[Statement]) -> tuple[Statement, ...]:
    """Write in front of a branch what both of its arms begin with."""
    found: list[Statement] = []
    for one in body:
        if isinstance(one, Branch):
            found += _parted(_shared(one.body), _shared(one.orelse), one.test)
        elif isinstance(one, Loop):
            found.append(replace(one, body=_shared(one.body)))
        else:
            found.append(one)
    return tuple(found)


def _parted(
    body: Sequence[Statement], orelse: Sequence[Statement], test: Expr
) -> Iterator[Statement]:
    same = 0
    for one, other in zip(body, orelse, strict=False):
        if one != other or written([one]) & test.reads:
            break
        same += 1
    yield from body[:same]
    rest, others = tuple(body[same:]), tuple(orelse[same:])
    if rest or others:
        yield _turned(Branch(test=test, body=rest, orelse=others))


# -- what is used once ---------------------------------------------------------------------------


def _inlined(body: Sequence[Statement], wide: int, after: frozenset[str]) -> tuple[Statement, ...]:
    """Write an expression where it is used, if that is the next statement and the only use.

    `after` are the variables that are read behind the body.
    """
    found = list(body)
    place = 0
    while place + 1 < len(found):
        new = _with_value(found[place], found[place + 1], wide)
        later = _reads(found[place + 2 :]) | after
        if new is not None and not later & _lost(found[place], found[place + 1]):
            found[place : place + 2] = [new]
            place = max(place - 1, 0)
        else:
            place += 1
    rest = [_reads(found[n + 1 :]) | after for n in range(len(found))]
    return tuple(_inlined_inside(one, wide, rest[n]) for n, one in enumerate(found))


def _lost(one: Statement, user: Statement) -> frozenset[str]:
    """The variable that is no more when the second statement holds the value of the first."""
    again = isinstance(user, Assign) and isinstance(one, Assign) and user.target == one.target
    return frozenset({one.target}) if isinstance(one, Assign) and not again else frozenset()


def _with_value(one: Statement, user: Statement, wide: int) -> Statement | None:
    if not isinstance(one, Assign) or one.value.acts or _uses(user, one.target) != 1:
        return None
    if isinstance(user, Assign) and user.value.alone == one.target:
        return Assign(user.target, one.value)
    if _nests(one.value) > 1:
        return None
    if isinstance(user, Build):
        built = _built(user, {one.target: one.value})
        return built if len(built.line.text) <= wide else None
    if isinstance(user, Assign):
        assigned = Assign(user.target, user.value.put({one.target: one.value}))
        return assigned if len(user.target) + 3 + len(assigned.value.text) <= wide else None
    if isinstance(user, Change) and user.target != one.target:
        changed = Change(user.target, user.line.put({one.target: one.value}))
        return changed if len(changed.line.text) <= wide else None
    return None


def _inlined_inside(one: Statement, wide: int, after: frozenset[str]) -> Statement:
    if isinstance(one, Branch):
        then, other = (_inlined(arm, wide - 4, after) for arm in (one.body, one.orelse))
        return Branch(test=one.test, body=then, orelse=other)
    if isinstance(one, Loop):
        again = after | (_reads(one.body) - one.binds)
        return Loop(
            target=one.target,
            items=one.items,
            binds=one.binds,
            body=_inlined(one.body, wide - 4, again),
        )
    return one


def _nests(value: Expr) -> int:
    """How deep the calls of an expression are nested."""
    depth = deepest = 0
    for mark in "".join(piece for piece in value.pieces if isinstance(piece, str)):
        depth += {"(": 1, ")": -1}.get(mark, 0)
        deepest = max(deepest, depth)
    return deepest


def _reads(body: Sequence[Statement]) -> frozenset[str]:
    return _live_all(body)


def _live_all(body: Sequence[Statement]) -> frozenset[str]:
    """The variables that are read before they are assigned anew."""
    read: set[str] = set()
    gone: set[str] = set()
    for one in body:
        read |= _read_by(one) - gone
        if isinstance(one, Assign):
            gone.add(one.target)
    return frozenset(read)


def _read_by(one: Statement) -> frozenset[str]:
    if isinstance(one, Assign):
        return one.value.reads
    if isinstance(one, Change):
        return one.line.reads
    if isinstance(one, Build):
        return one.line.reads
    if isinstance(one, Branch):
        return one.test.reads | _live_all(one.body) | _live_all(one.orelse)
    return one.items.reads | (_live_all(one.body) - one.binds)


def _uses(one: Statement, name: str) -> int:
    if isinstance(one, (Assign, Build, Change)):
        pieces = one.value.pieces if isinstance(one, Assign) else one.line.pieces
        return sum(1 for piece in pieces if piece == Var(name))
    return 2 if name in _read_by(one) else 0


# -- loops that do one thing again and again -----------------------------------------------------


def _unlooped(body: Sequence[Statement]) -> tuple[Statement, ...]:
    """Take out of a loop what is built in its first turn and needs nothing of the loop."""
    found: list[Statement] = []
    for one in body:
        if isinstance(one, Loop) and all(_is_once(inner, one) for inner in one.body):
            found += [
                Build(child=b.child, shapes=b.shapes) for b in one.body if isinstance(b, Build)
            ]
        elif isinstance(one, Branch):
            found.append(
                Branch(test=one.test, body=_unlooped(one.body), orelse=_unlooped(one.orelse))
            )
        else:
            found.append(one)
    return tuple(found)


def _is_once(one: Statement, loop: Loop) -> bool:
    return isinstance(one, Build) and one.guard == "loop" and not one.line.reads & loop.binds
