"""The calls of a function → what each is given, and which of them are no calls but accesses."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.facts.occurrences.expression_references import (
    EXPRESSIONS,
    References,
    is_empty,
)
from keraslint.project.facts.occurrences.occurrence_records import (
    ALL,
    EQUAL,
    ITEM,
    NOTHING,
    PLAIN,
    Call,
    Refs,
    below,
)


class CallReferences(References):
    """What the calls of one function stand for: `getattr(x, "a")` is `x.a`."""

    def call(self, node: ast.Call) -> Refs:
        function = node.func
        if function.__class__ is ast.Name:
            special = _SPECIAL.get(function.id)
            refs = special(self, node) if special is not None else None
            if refs is not None:
                return refs
        receiver, method = self._callee(function)
        given = tuple(self._arguments(node))
        if method == "__setattr__":
            self._set_by_name(receiver, given, node)
        elif ("setattr",) in (refs for _, refs in given):
            rest = [refs for _, refs in given if refs != ("setattr",)]
            self._by_name(rest[0] if rest else ("?",), rest[1:2], (), node.lineno)
        got = self._got(receiver if not method else (), given)
        self._number += 1
        leaf = dotted(function)
        if leaf.rpartition(".")[2] == "attrgetter":
            self._getters[f"#{self._number}"] = tuple(ref for _, refs in given for ref in refs)
        call = Call(self._number, leaf, receiver, method, given, node.lineno, self._later)
        self._calls.append(call)
        return (f"#{self._number}", *got)

    def _got(self, callee: Refs, given: Sequence[tuple[str, Refs]]) -> Refs:
        """`attrgetter("a.b")(x)`, `map(attrgetter(name), blocks)`: what is read off the others."""
        arguments = [ref for _, refs in given for ref in refs]
        found: list[str] = []
        if "getattr" in arguments:  # `functools.reduce(getattr, names, x)`
            computed = below(tuple(ref for ref in arguments if ref != "getattr"), "=?")
            self._loads.update(computed)
            self._tests.update(computed if self._tried else ())
        for ref in (*callee, *arguments):
            for getter in (ref, *self._bound.get(ref, ())):
                for name in self._getters.get(getter, ()):
                    steps = name[1:].split(".") if name[0] == "'" else [f"={name}"]
                    of: Refs = tuple(dict.fromkeys(one.lstrip("*") for one in arguments))
                    of = (*of, *below(of, ITEM)) if ref in arguments else of
                    for step in steps:
                        of = below(of, step)
                        self._loads.update(of)
                        self._tests.update(of if self._tried else ())
                    found += of if ref in callee else ()
        return tuple(found)

    def _callee(self, node: ast.expr) -> tuple[Refs, str]:
        if isinstance(node, ast.Attribute):
            receiver = self.refs(node.value)
            self._loads.update(below(receiver, node.attr))
            return receiver, node.attr
        return self.refs(node), ""

    def _arguments(self, node: ast.Call) -> Iterator[tuple[str, Refs]]:
        for place, argument in enumerate(node.args):
            starred = argument.__class__ is ast.Starred
            yield ALL if starred else str(place), self.refs(argument) or _nothing(argument)
        for keyword in node.keywords:
            refs = self.refs(keyword.value) or _nothing(keyword.value)
            yield (keyword.arg, refs) if keyword.arg else (ALL, below(refs, ITEM))

    def _set_by_name(
        self, receiver: Refs, given: Sequence[tuple[str, Refs]], node: ast.Call
    ) -> None:
        """`object.__setattr__(self, "x", 1)`, `super().__setattr__("x", 1)`."""
        refs = [refs for _, refs in given]
        if any(place == ALL for place, _ in given):
            self._by_name(
                (*receiver, *(refs[0] if given[0][0] != ALL else ("?",))), (), (), node.lineno
            )
            return
        owner = receiver if len(refs) == 2 else (refs[0] if refs else ())
        owner = ("self",) if owner == ("super()",) else owner
        value = refs[-1] if refs and refs[-1] != NOTHING else ()
        self._by_name(owner, refs[-2:-1], value, node.lineno)

    def _by_name(self, owner: Refs, names: Sequence[Refs], value: Refs, line: int) -> None:
        texts = [ref[1:] for refs in names for ref in refs if ref[0] == "'"]
        for name in texts or [ALL]:
            self._store(owner, name, value, line)

    def _super(self, node: ast.Call) -> Refs | None:
        for argument in node.args:
            self.refs(argument)
        return ("super()",)

    def _type(self, node: ast.Call) -> Refs | None:
        return below(self.refs(node.args[0]), "__class__") if len(node.args) == 1 else None

    def _vars(self, node: ast.Call) -> Refs | None:
        if len(node.args) != 1:
            return ()
        refs = below(self.refs(node.args[0]), "__dict__")
        self._loads.update(refs)
        return refs

    def _cast(self, node: ast.Call) -> Refs | None:
        return self.refs(node.args[1]) if len(node.args) == 2 else None

    def _getattr(self, node: ast.Call) -> Refs | None:
        if len(node.args) < 2:
            return None
        owner, names = self.refs(node.args[0]), self.refs(node.args[1])
        texts = [ref[1:] for ref in names if ref[0] == "'"]
        default = tuple(ref for one in node.args[2:] for ref in self.refs(one))
        found: list[str] = []
        for name in texts or (names or (ALL,)):
            step = name if texts else f"={name}"
            found += below(owner, step)
        self._loads.update(found)
        if len(node.args) > 2 or self._tried or node.func.id == "hasattr":  # type: ignore[attr-defined]
            self._tests.update(found)
        return (*found, *default) if node.func.id == "getattr" else ()  # type: ignore[attr-defined]

    def _setattr(self, node: ast.Call) -> Refs | None:
        refs = [self.refs(argument) for argument in node.args]
        if len(refs) >= 2:
            names = refs[1] or ("?",)
            value = refs[2] if len(refs) > 2 else ()
            for ref in names:
                name = ref[1:] if ref[0] == "'" else f"={ref}"
                self._store(refs[0], name, value, node.lineno)
        return ()

    def compare(self, node: ast.Compare) -> Refs:
        sides = [self.refs(one) for one in (node.left, *node.comparators)]
        if any(one.__class__ is ast.Constant and one.value is None for one in node.comparators):
            self._tests.update(sides[0])
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            self._is_among(sides[0], sides[1], node.lineno)
        elif isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            self._equal(sides, node.lineno)
        return PLAIN

    def _equal(self, sides: Sequence[Refs], line: int) -> None:
        """A comparison with a text, or of whole values of which one has a name or is returned."""
        refs = [ref for side in sides for ref in side]
        whole = any(ref[0] == "#" or "." not in ref for ref in refs)
        if any(ref[0] == "'" for ref in refs) or (whole and not any(r[0] == "!" for r in refs)):
            given = tuple((str(place), side) for place, side in enumerate(sides))
            self._number += 1
            self._calls.append(Call(self._number, EQUAL, (), "", given, line, self._later))

    def _is_among(self, left: Refs, right: Refs, line: int) -> None:
        """`"x" in vars(self)`, `"x" in config`."""
        if any(ref[0] not in "'!*" for ref in right):
            self._contains(right, left, line)
        for ref in right:
            if ref.endswith(".__dict__"):
                owner = ref.removesuffix(".__dict__")
                names = [one[1:] for one in left if one[0] == "'"] or [ALL]
                self._tests.update(f"{owner}.{name}" for name in names)


def _nothing(argument: ast.expr) -> Refs:
    return NOTHING if is_empty(argument) else ()


_SPECIAL: dict[str, Callable[[CallReferences, ast.Call], Refs | None]] = {
    "super": CallReferences._super,
    "type": CallReferences._type,
    "vars": CallReferences._vars,
    "cast": CallReferences._cast,
    "getattr": CallReferences._getattr,
    "hasattr": CallReferences._getattr,
    "setattr": CallReferences._setattr,
    "delattr": CallReferences._setattr,
}


def _call(visitor: References, node: ast.Call) -> Refs:
    assert isinstance(visitor, CallReferences)
    return visitor.call(node)


def _compare(visitor: References, node: ast.Compare) -> Refs:
    assert isinstance(visitor, CallReferences)
    return visitor.compare(node)


EXPRESSIONS[ast.Call] = _call
EXPRESSIONS[ast.Compare] = _compare
