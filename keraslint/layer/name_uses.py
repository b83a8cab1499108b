"""An expression or a statement → the names it reads, binds and changes, and what it calls.

A *cell* is a place that holds a value while a method runs: a name (`x`) or an attribute
of the layer (`self.x`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import libcst as cst

from keraslint.layer.method_syntax import children, constant_text, dotted
from keraslint.project.facts.container_methods import CHANGING

TAKERS = frozenset({"pop", "popitem", "popleft"})
"""Those that give back what they take out."""


@dataclass(slots=True, kw_only=True)
class Uses:
    """What a piece of code does with cells; the order of `calls` is that of the text."""

    reads: dict[str, None] = field(default_factory=dict)
    binds: dict[str, None] = field(default_factory=dict)
    changes: dict[str, None] = field(default_factory=dict)
    calls: list[cst.Call] = field(default_factory=list)
    exits: set[str] = field(default_factory=set)  # return, raise, break, continue, yield, …
    items: set[str] = field(default_factory=set)  # cells of which an item is assigned
    through: set[str] = field(default_factory=set)  # what is read off an object: `self.x.y`
    dots: set[str] = field(default_factory=set)  # what is read off a name: `os.environ`
    bare_self: bool = False

    def update(self, other: Uses) -> None:
        self.reads.update(other.reads)
        self.binds.update(other.binds)
        self.changes.update(other.changes)
        self.calls.extend(other.calls)
        self.exits |= other.exits
        self.items |= other.items
        self.through |= other.through
        self.dots |= other.dots
        self.bare_self = self.bare_self or other.bare_self

    @property
    def writes(self) -> dict[str, None]:
        return {**self.binds, **self.changes}


def uses_of(*nodes: cst.CSTNode) -> Uses:
    """What all of these do together."""
    uses = Uses()
    for node in nodes:
        _see(node, uses, frozenset())
    return uses


def _see(node: cst.CSTNode, uses: Uses, hidden: frozenset[str]) -> None:
    kind = type(node)
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(node, uses, hidden)
    else:
        _see_children(node, uses, hidden)


def _see_children(node: cst.CSTNode, uses: Uses, hidden: frozenset[str]) -> None:
    for child in children(node):
        _see(child, uses, hidden)


def _name(node: cst.Name, uses: Uses, hidden: frozenset[str]) -> None:
    if node.value not in hidden and node.value not in ("True", "False", "None"):
        uses.reads[node.value] = None
        if node.value == "self":
            uses.bare_self = True


def _attribute(node: cst.Attribute, uses: Uses, hidden: frozenset[str]) -> None:
    if isinstance(node.value, cst.Name) and node.value.value == "self" and "self" not in hidden:
        uses.reads[f"self.{node.attr.value}"] = None
        return
    owner = dotted(node.value)
    if owner == "self.__class__" or _is_type_of_self(node.value):
        if not node.attr.value.startswith("__"):
            uses.reads[f"self.{node.attr.value}"] = None
        return
    if owner.startswith("self.") and owner.count(".") == 1 and "[" not in owner:
        uses.through.add(f"{owner}.{node.attr.value}")
    elif owner and owner.partition(".")[0] not in hidden | {"self"}:
        uses.dots.add(f"{owner}.{node.attr.value}")
    _see(node.value, uses, hidden)


def _is_type_of_self(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Call)
        and dotted(node.func) == "type"
        and len(node.args) == 1
        and dotted(node.args[0].value) == "self"
    )


def _call(node: cst.Call, uses: Uses, hidden: frozenset[str]) -> None:
    uses.calls.append(node)
    name = dotted(node.func)
    if name in ("hasattr", "getattr", "setattr", "delattr") and len(node.args) >= 2:
        text = constant_text(node.args[1].value)
        if dotted(node.args[0].value) == "self" and text is not None:
            cell = f"self.{text}"
            (uses.binds if name == "setattr" else uses.reads)[cell] = None
            for argument in node.args[2:]:
                _see(argument.value, uses, hidden)
            return
        if text is not None and text.isidentifier() and name != "setattr":
            _attribute(cst.Attribute(node.args[0].value, cst.Name(text)), uses, hidden)
        if dotted(node.args[0].value) == "self" and name in ("setattr", "delattr"):
            uses.changes["self.*"] = None
            for argument in node.args[1:]:
                _see(argument.value, uses, hidden)
            return
    if name == "super":
        return
    if _is_type_of_self(node):
        return
    if name.startswith(("self.__dict__.", "vars().")) or name == "object.__setattr__":
        uses.changes["self.*"] = None
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in CHANGING:
        cell = cell_of(node.func.value)
        if cell and cell not in hidden:
            uses.changes[cell] = None
    _see(node.func, uses, hidden)
    for argument in node.args:
        _see(argument.value, uses, hidden)


def cell_of(node: cst.BaseExpression) -> str:
    """The cell that an expression reaches into (`self.x[0].y` → `self.x`), `""` if none."""
    while True:
        if isinstance(node, cst.Name):
            return node.value
        if isinstance(node, cst.Attribute):
            if isinstance(node.value, cst.Name) and node.value.value == "self":
                return f"self.{node.attr.value}"
            node = node.value
        elif isinstance(node, cst.Subscript):
            node = node.value
        else:
            return ""


def _comprehension(
    node: cst.BaseSimpleComp | cst.DictComp, uses: Uses, hidden: frozenset[str]
) -> None:
    inner = hidden
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        _see(clause.iter, uses, inner)
        inner = inner | _bound(clause.target)
        for condition in clause.ifs:
            _see(condition.test, uses, inner)
        clause = clause.inner_for_in
    for part in (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,):
        _see(part, uses, inner)


def _bound(target: cst.CSTNode) -> frozenset[str]:
    return frozenset(uses_of(target).reads)


def _parameters(parameters: cst.Parameters, uses: Uses, hidden: frozenset[str]) -> frozenset[str]:
    """See the defaults; return the names that the parameters hide."""
    names: set[str] = set()
    star = parameters.star_arg if isinstance(parameters.star_arg, cst.Param) else None
    groups = (
        *parameters.posonly_params,
        *parameters.params,
        *parameters.kwonly_params,
        *(item for item in (star, parameters.star_kwarg) if item is not None),
    )
    for parameter in groups:
        names.add(parameter.name.value)
        if parameter.default is not None:
            _see(parameter.default, uses, hidden)
    return frozenset(names)


def _lambda(node: cst.Lambda, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.body, uses, hidden | _parameters(node.params, uses, hidden))


def _function(node: cst.FunctionDef, uses: Uses, hidden: frozenset[str]) -> None:
    """A nested function: its free names are read, its own are hidden, its exits are its own."""
    inner = Uses()
    names = _parameters(node.params, uses, hidden)
    for decorator in node.decorators:
        _see(decorator.decorator, uses, hidden)
    _see(node.body, inner, hidden | names)
    own = set(inner.binds)
    for cell in inner.reads:
        if cell not in own:
            uses.reads[cell] = None
    uses.calls.extend(inner.calls)
    uses.dots |= inner.dots
    for cell in (*inner.binds, *inner.changes):
        if cell.startswith("self."):
            uses.changes[cell] = None
    uses.bare_self = uses.bare_self or inner.bare_self
    uses.binds[node.name.value] = None


def _class(node: cst.ClassDef, uses: Uses, hidden: frozenset[str]) -> None:
    uses.exits.add("class")
    uses.binds[node.name.value] = None
    _see_children(node.body, uses, hidden)


def _assign(node: cst.Assign, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.value, uses, hidden)
    for target in node.targets:
        bind(target.target, uses, hidden)


def _annotated(node: cst.AnnAssign, uses: Uses, hidden: frozenset[str]) -> None:
    if node.value is not None:
        _see(node.value, uses, hidden)
        bind(node.target, uses, hidden)


def _augmented(node: cst.AugAssign, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.target, uses, hidden)
    _see(node.value, uses, hidden)
    cell = cell_of(node.target)
    if cell:
        uses.changes[cell] = None


def _named(node: cst.NamedExpr, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.value, uses, hidden)
    bind(node.target, uses, frozenset())


def bind(target: cst.CSTNode, uses: Uses, hidden: frozenset[str]) -> None:
    """Note what an assignment to `target` writes."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            bind(element.value, uses, hidden)
    elif isinstance(target, cst.Name):
        uses.binds[target.value] = None
    elif isinstance(target, cst.Attribute) and dotted(target.value) == "self":
        uses.binds[f"self.{target.attr.value}"] = None
    elif isinstance(target, (cst.Attribute, cst.Subscript)):
        _see(target, uses, hidden)
        cell = cell_of(target)
        if cell:
            uses.changes[cell] = None
            uses.items.add(cell)


def _for(node: cst.For, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.iter, uses, hidden)
    bind(node.target, uses, hidden)
    _see(node.body, uses, hidden)
    if node.orelse is not None:
        _see(node.orelse, uses, hidden)


def _with_item(node: cst.WithItem, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.item, uses, hidden)
    if node.asname is not None:
        bind(node.asname.name, uses, hidden)


def _except(node: cst.ExceptHandler, uses: Uses, hidden: frozenset[str]) -> None:
    if node.type is not None:
        _see(node.type, uses, hidden)
    if node.name is not None:
        bind(node.name.name, uses, hidden)
    _see(node.body, uses, hidden)


def _import(node: cst.Import | cst.ImportFrom, uses: Uses, hidden: frozenset[str]) -> None:
    if isinstance(node.names, cst.ImportStar):
        uses.exits.add("import *")
        return
    for alias in node.names:
        name = alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
        uses.binds[name] = None


def _delete(node: cst.Del, uses: Uses, hidden: frozenset[str]) -> None:
    uses.exits.add("del")
    _see(node.target, uses, hidden)
    for cell in list(uses_of(node.target).reads):
        uses.changes[cell] = None


def _exit(word: str) -> Callable[..., None]:
    def handler(node: cst.CSTNode, uses: Uses, hidden: frozenset[str]) -> None:
        uses.exits.add(word)
        _see_children(node, uses, hidden)

    return handler


def _captured(node: cst.MatchAs | cst.MatchStar, uses: Uses, hidden: frozenset[str]) -> None:
    if node.name is not None:
        bind(node.name, uses, hidden)
    if isinstance(node, cst.MatchAs) and node.pattern is not None:
        _see(node.pattern, uses, hidden)


def _nothing(node: cst.CSTNode, uses: Uses, hidden: frozenset[str]) -> None:
    return None


def _argument(node: cst.Arg, uses: Uses, hidden: frozenset[str]) -> None:
    _see(node.value, uses, hidden)


_HANDLERS: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Arg: _argument,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.Lambda: _lambda,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.NamedExpr: _named,
    cst.For: _for,
    cst.WithItem: _with_item,
    cst.ExceptHandler: _except,
    cst.Import: _import,
    cst.ImportFrom: _import,
    cst.Annotation: _nothing,
    cst.MatchAs: _captured,
    cst.MatchStar: _captured,
    cst.Return: _exit("return"),
    cst.Raise: _exit("raise"),
    cst.Assert: _exit("raise"),
    cst.Break: _exit("break"),
    cst.Continue: _exit("continue"),
    cst.Yield: _exit("yield"),
    cst.Await: _exit("await"),
    cst.Del: _delete,
    cst.Global: _exit("global"),
    cst.Nonlocal: _exit("global"),
}


def held_values(*nodes: cst.CSTNode) -> frozenset[str]:
    """Names that stand for themselves in some code, not for an attribute or a call of theirs."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            found.add(node.value)
        elif isinstance(node, cst.Attribute):
            if not isinstance(node.value, cst.Name):
                stack.append(node.value)
        elif isinstance(node, cst.Call):
            stack += [argument.value for argument in node.args]
            if not isinstance(node.func, cst.Name):
                stack.append(node.func)
        else:
            stack += children(node)
    return frozenset(found)


def late_reads(node: cst.CSTNode) -> frozenset[str]:
    """Names that a lambda or a generator inside some code reads when it runs, maybe later."""
    found: set[str] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, (cst.Lambda, cst.GeneratorExp)):
            found |= set(uses_of(current).reads)
        stack += children(current)
    return frozenset(found)
