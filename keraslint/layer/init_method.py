"""A class's `__init__` (or its absence) → what it sets, and the edits that append to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.diagnostic import Edit, Position, Span
from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import Method, code, dotted, walk
from keraslint.layer.name_uses import Uses, uses_of
from keraslint.layer.statement_parts import only_small, smalls
from keraslint.layer.tree_edits import body_of, with_body, without_placeholders
from keraslint.project.names.definitions import ClassRef

_EMPTY = frozenset({"[]", "list()"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InitFacts:
    """What `__init__` does today: `values` says what it assigns to an attribute, as code."""

    exists: bool
    values: dict[str, tuple[str, ...]]
    binds: frozenset[str]
    reads: frozenset[str]
    captured: frozenset[str]
    returns: bool
    calls_super: bool


class Constructor:
    """The `__init__` of one class."""

    def __init__(
        self, method: Method | None, steps: Sequence[Step], above: Method | None = None
    ) -> None:
        self._method = method
        self._above = above
        self._steps = [inner for step in steps for inner in step.all()]
        self.facts = self._facts()

    @property
    def empty_lists(self) -> frozenset[str]:
        """Attributes that are an empty list when `__init__` ends."""
        return frozenset(
            f"self.{name}"
            for name, values in self.facts.values.items()
            if values and set(values) <= _EMPTY
        )

    def _facts(self) -> InitFacts:
        uses, values = Uses(), dict[str, tuple[str, ...]]()
        for step in self._steps:
            uses.update(step.uses)
            for name, value in _assigned(step):
                values[name] = (*values.get(name, ()), value)
        return InitFacts(
            exists=self._method is not None,
            values=values,
            binds=frozenset(cell for cell in uses.writes if not cell.startswith("self.")),
            reads=frozenset(uses.reads),
            captured=frozenset(self._captured()),
            returns=bool(uses.exits & {"return", "yield", "await"}),
            calls_super=any(_calls_super(step) for step in self._steps if step.parent is None),
        )

    def _captured(self) -> set[str]:
        """Names that a function or lambda written in `__init__` will read later."""
        found: set[str] = set()
        for node in walk(self._method.node.body) if self._method is not None else ():
            if isinstance(node, (cst.Lambda, cst.FunctionDef)):
                found |= {cell for cell in uses_of(node).reads if not cell.startswith("self.")}
        return found

    def edits(
        self,
        moved: Sequence[cst.BaseStatement],
        placeholders: set[str],
        build: Method,
        arguments: str,
    ) -> tuple[Edit, ...]:
        """Append statements to `__init__`; write one as the first method when there is none.

        `arguments` are those of the base's constructor, to be handed through.
        """
        if self._method is None:
            return (_written(moved, self._first_beside(build), arguments),)
        node = self._method.node
        kept = without_placeholders(body_of(node), placeholders)
        new = [one for one in moved if not self._is_there(one)]
        return self._method.edits(with_body(node, [*kept, *new], self._method.indent))

    def _is_there(self, node: cst.BaseStatement) -> bool:
        """`units = self.units` below `self.units = units`, an argument; or the very same line."""
        small = only_small(node)
        if not isinstance(small, cst.Assign) or len(small.targets) > 1 or self._method is None:
            return False
        if isinstance(small.targets[0].target, cst.Name) and self._says(small):
            return True
        name = dotted(small.targets[0].target)
        held = self.facts.values.get(name) == (name,) and name not in self.facts.binds
        set_by_a_property = f"def {name}(" in self._method.source.text
        return held and not set_by_a_property and dotted(small.value) == f"self.{name}"

    def _says(self, small: cst.Assign) -> bool:
        """Whether the same local value is there, from the same things."""
        text = code(small)
        same = [n for n, s in enumerate(self._steps) if s.parent is None and _text(s) == text]
        if not same:
            return False
        uses = self._steps[same[-1]].uses
        cells = {*uses.reads, *uses.binds, "self.*"}
        return not any(cells & {*later.writes} for later in self._steps[same[-1] + 1 :])

    def _first_beside(self, build: Method) -> Method:
        """The class's first method, if it stands under no condition."""
        above = self._above
        return above if above is not None and _margin(above) == _margin(build) else build


def _text(step: Step) -> str:
    small = only_small(step.node)
    return code(small) if small is not None else ""


def _margin(method: Method) -> int:
    line = method.source.line(method.first)
    return len(line) - len(line.lstrip())


def first_method(ref: ClassRef) -> str:
    """The name of the method above which an `__init__` belongs, `""` if there is one already."""
    methods = ref.summary.methods
    plain = [name for name, method in methods.items() if not method.decorators]
    if "__init__" in methods or not plain:
        return ""
    return min(plain, key=lambda name: methods[name].line)


def _written(moved: Sequence[cst.BaseStatement], above: Method, arguments: str) -> Edit:
    text = f"def __init__(self, {arguments}):\n    super().__init__({arguments})\n"
    node = cst.parse_statement(text)
    assert isinstance(node, cst.FunctionDef)
    block = cst.IndentedBlock(body=body_of(node), indent=above.indent)  # type: ignore[arg-type]
    node = with_body(node.with_changes(body=block), [*body_of(node), *moved], above.indent)
    content = above.rendered(node) + above.source.newline
    line = above.first
    while above.source.line(line - 1).lstrip().startswith("#"):
        line -= 1
    return Edit(Span(Position(line, 1), Position(line, 1)), content)


def _assigned(step: Step) -> list[tuple[str, str]]:
    """The attributes that a step assigns, each with the code of its value."""
    found: list[tuple[str, str]] = []
    for small in smalls(step.node):
        if isinstance(small, cst.Assign):
            for target in small.targets:
                found += _targets(target.target, small.value)
        elif isinstance(small, cst.AnnAssign) and small.value is not None:
            found += _targets(small.target, small.value)
    return found


def _targets(target: cst.BaseExpression, value: cst.BaseExpression) -> list[tuple[str, str]]:
    if isinstance(target, cst.Attribute) and dotted(target.value) == "self":
        return [(target.attr.value, code(value))]
    if isinstance(target, (cst.Tuple, cst.List)):
        values = value.elements if isinstance(value, (cst.Tuple, cst.List)) else ()
        paired = len(values) == len(target.elements)
        return [
            pair
            for number, element in enumerate(target.elements)
            for pair in _targets(element.value, values[number].value if paired else value)
        ]
    return []


def _calls_super(step: Step) -> bool:
    """`super().__init__(…)` or `Base.__init__(self, …)`."""
    return any(dotted(call.func).endswith(".__init__") for call in step.uses.calls)
