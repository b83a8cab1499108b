"""A class's `__init__`, `get_config()` and `from_config()` → what saving it keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from keraslint.diagnostic import Span
from keraslint.project.facts.may_refer_to import dotted
from keraslint.project.facts.module_facts import (
    ConfigSummary,
    FromConfigSummary,
    Handed,
    InitSummary,
    Parent,
    SavingSummary,
)
from keraslint.project.facts.saving.fixed_parameters import settled
from keraslint.project.facts.saving.given_back import given_back
from keraslint.project.facts.saving.kwargs_forwarding import handling
from keraslint.project.facts.saving.unused_parameters import idle
from keraslint.project.syntax.node_walk import walk
from keraslint.project.syntax.text_positions import Places

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_COPIES = frozenset({"dict", "copy", "deepcopy", "copy.copy", "copy.deepcopy", "list"})
_PLAIN = frozenset({"int", "float", "str", "bool", "None"})


def saving(node: ast.ClassDef, places: Places, *, makes_weights: bool = True) -> SavingSummary:
    """What the three methods of a class say, those that it has."""
    found = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
    others = [item for name, item in found.items() if name != "get_config" and makes_weights]
    init, config, reader = map(found.get, ("__init__", "get_config", "from_config"))
    return SavingSummary(
        at=places.name(node, node.name),
        init=_init(init, places, others) if init else None,
        config=_config(config, places) if config else None,
        reader=_reader(reader) if reader else None,
        handed=tuple(one for name in ("__init__", "build") for one in _handed(found.get(name))),
    )


def _handed(node: ast.FunctionDef | None) -> Iterator[Handed]:
    """The arguments of calls that are names, or attributes of `self`."""
    if node is None:
        return
    for item in walk(node.body):
        if not isinstance(item, ast.Call):
            continue
        callee = dotted(item.func)
        places: list[tuple[str | int, ast.expr]] = [*enumerate(item.args)]
        places += [(keyword.arg, keyword.value) for keyword in item.keywords if keyword.arg]
        for place, value in places if callee else ():
            name = dotted(value) if isinstance(value, (ast.Name, ast.Attribute)) else ""
            if name and ("." not in name or name.startswith("self.")):
                yield Handed(method=node.name, callee=callee, place=place, value=name)


# -- __init__ ------------------------------------------------------------------------------------


def _init(node: ast.FunctionDef, places: Places, methods: list[ast.FunctionDef]) -> InitSummary:
    inner = walk(node.body)
    names = [item for item in inner if item.__class__ is ast.Name]
    written = [item.attr for item in inner if item.__class__ is ast.Attribute and _is_own(item)]
    calls = [item for item in inner if item.__class__ is ast.Call]
    rebound = {item.id for item in names if item.ctx.__class__ is ast.Store}
    reads = {item.id for item in names if item.ctx.__class__ is ast.Load}
    stores = dict(_stores(node.body, rebound, written))
    rest = node.args.kwarg.arg if node.args.kwarg else ""
    handled = handling(rest, inner) if rest else ""
    idlers = idle(node, inner, stores, rest if handled != "whole" else "")
    idlers |= settled(node, rebound)
    return InitSummary(
        at=places.name(node, node.name),
        stores=stores,
        parents=tuple(_parents(calls)),
        mentions=frozenset(_strings(inner) if node.args.kwarg else ()),
        reads=frozenset(reads - idlers),
        plain=frozenset(_plain_parameters(node.args)),
        empty=_only_raises(node.body),
        rest=handled,
        elsewhere=given_back(node, methods, stores),
    )


def _is_own(node: ast.Attribute) -> bool:
    """An attribute of `self` that is assigned."""
    return node.ctx.__class__ is ast.Store and dotted(node.value) == "self"


def _stores(
    body: Iterable[ast.stmt], rebound: set[str], written: list[str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Names that are kept: `self.units = units`, at the top of `__init__`, once."""
    for statement in body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        else:
            continue
        name, getter = dotted(target), ""
        if isinstance(value, ast.Call) and len(value.args) == 1 and not value.keywords:
            getter, value = dotted(value.func), value.args[0]
            if not getter.endswith(".get"):
                continue
        if isinstance(value, ast.Name) and value.id not in rebound and name.count(".") == 1:
            attribute = name.removeprefix("self.")
            if name.startswith("self.") and written.count(attribute) == 1 and "[" not in name:
                yield value.id, (attribute, getter)


def _parents(calls: Iterable[ast.Call]) -> Iterator[Parent]:
    """Calls of a superclass's `__init__`."""
    for item in calls:
        if not isinstance(item.func, ast.Attribute):
            continue
        owner = dotted(item.func.value) if item.func.attr == "__init__" else ""
        if not owner or owner == "self":
            continue
        arguments = item.args if owner == "super()" else item.args[1:]
        yield Parent(
            of="super" if owner == "super()" else owner,
            arguments=tuple(
                "*" if isinstance(one, ast.Starred) else dotted(one) for one in arguments
            ),
            keywords=tuple((one.arg, dotted(one.value)) for one in item.keywords if one.arg),
            stars=tuple(
                name for one in item.keywords if not one.arg for name in _spread(one.value)
            ),
        )


def _spread(node: ast.expr) -> list[str]:
    return [item.id for item in walk([node]) if isinstance(item, ast.Name)]


def _strings(inner: Iterable[ast.AST]) -> Iterator[str]:
    for item in inner:
        if type(item) is ast.Constant and type(item.value) is str:
            yield item.value
        elif type(item) is ast.keyword and item.arg:
            yield item.arg


def _plain_parameters(arguments: ast.arguments) -> Iterator[str]:
    """Those that surely hold a number, a text or None: their default or annotation says so."""
    listed = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(listed) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *arguments.kw_defaults]
    for argument, default in zip([*listed, *arguments.kwonlyargs], defaults, strict=True):
        if _is_plain_type(argument.annotation) or _is_plain(default):
            yield argument.arg


def _is_plain(node: ast.expr | None) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))


def _is_plain_type(node: ast.expr | None) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_plain_type(node.left) and _is_plain_type(node.right)
    if isinstance(node, ast.Subscript) and dotted(node.value).endswith("Optional"):
        return _is_plain_type(node.slice)
    if isinstance(node, ast.Constant):
        return node.value is None or node.value in _PLAIN
    return node is not None and dotted(node) in _PLAIN


def _only_raises(body: list[ast.stmt]) -> bool:
    """Whether there is nothing but a docstring, `pass`, `…` and `raise`."""
    return all(
        isinstance(one, (ast.Pass, ast.Raise))
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in body
    )


# -- get_config ----------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Content:
    """What a dictionary may hold when all is done."""

    keys: dict[str, Span] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    chain: list[str] = field(default_factory=list)
    whole: bool = True


class _Reader:
    """Reads what the returned dictionary of a `get_config()` holds, whichever way it goes."""

    def __init__(self, node: _Function, places: Places) -> None:
        self.inner = walk(node.body)
        self._places = places
        self._seen: set[str] = set()
        self.content = _Content()

    def expression(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    self.expression(value)
                else:
                    self._key(key)
        elif isinstance(node, ast.Name):
            self._name(node.id)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitOr, ast.Add)):
            self.expression(node.left)
            self.expression(node.right)
        elif isinstance(node, ast.Call):
            self._call(node)
        else:
            self.content.whole = False

    def _key(self, key: ast.expr) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.content.keys.setdefault(key.value, self._places.span(key))
        else:
            self.content.whole = False

    def _call(self, node: ast.Call) -> None:
        name = dotted(node.func)
        owner, _, method = name.rpartition(".")
        if method == "get_config":
            takes_self = len(node.args) == 1 and dotted(node.args[0]) == "self"
            if owner == "super()" or takes_self:
                self.content.chain.append("super" if owner == "super()" else owner)
            else:
                self.content.whole = False
        elif name in _COPIES:
            for argument in node.args:
                self.expression(argument)
            self._keywords(node.keywords)
        elif method in ("items", "copy") and isinstance(node.func, ast.Attribute):
            self.expression(node.func.value)
        else:
            self.content.whole = False

    def _keywords(self, keywords: Iterable[ast.keyword]) -> None:
        for keyword in keywords:
            if keyword.arg:
                self.content.keys.setdefault(keyword.arg, self._places.span(keyword))
            else:
                self.expression(keyword.value)

    def _name(self, name: str) -> None:
        """Follow a local name through everything that is done to it."""
        if name in self._seen:
            return
        self._seen.add(name)
        known = False
        for item in self.inner:
            known = self._done_to(name, item) or known
        self.content.whole = self.content.whole and known

    def _done_to(self, name: str, item: ast.AST) -> bool:
        """Take in what a node does to a name; true if it gives the name its value."""
        if isinstance(item, ast.Assign):
            for target in item.targets:
                if _is_name(target, name):
                    self.expression(item.value)
                    return True
                if isinstance(target, ast.Subscript) and _is_name(target.value, name):
                    self._key(target.slice)
        elif isinstance(item, (ast.AnnAssign, ast.AugAssign)) and _is_name(item.target, name):
            self.expression(item.value)
            return isinstance(item, ast.AnnAssign)
        elif isinstance(item, ast.Delete):
            for target in item.targets:
                if isinstance(target, ast.Subscript) and _is_name(target.value, name):
                    self._remove(target.slice)
        elif isinstance(item, ast.Call):
            self._called(name, item)
        elif isinstance(item, (ast.For, ast.comprehension, ast.With, ast.NamedExpr)):
            stored = [
                inner
                for inner in walk([item])
                if _is_name(inner, name) and isinstance(getattr(inner, "ctx", None), ast.Store)
            ]
            if stored and isinstance(item, ast.NamedExpr):
                self.expression(item.value)
                return True
        return False

    def _called(self, name: str, call: ast.Call) -> None:
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if isinstance(call.func, ast.Attribute) and _is_name(call.func.value, name):
            if method == "update":
                for argument in call.args:
                    self.expression(argument)
                self._keywords(call.keywords)
            elif method in ("pop", "__delitem__") and call.args:
                self._remove(call.args[0])
            elif method in ("setdefault", "__setitem__") and call.args:
                self._key(call.args[0])
            elif method not in ("get", "items", "keys", "values", "copy"):
                self.content.whole = False
        elif any(_is_name(argument, name) for argument in call.args):
            known = method in ("update",) or dotted(call.func) in (*_COPIES, "len", "print")
            self.content.whole = self.content.whole and known

    def _remove(self, key: ast.expr) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.content.removed.add(key.value)
        else:
            self.content.whole = False


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _config(node: ast.FunctionDef, places: Places) -> ConfigSummary:
    reader = _Reader(node, places)
    inside = _inside_functions(reader.inner)
    own = [item for item in reader.inner if item not in inside]
    returns = [item for item in own if isinstance(item, ast.Return)]
    lost: Span | None = None
    for item in returns:
        if _is_nothing(item.value):
            lost = places.span(item)
        elif item.value is not None:
            reader.expression(item.value)
    at = places.name(node, node.name)
    empty = _only_raises(node.body)
    if not returns and not _leaves(own):
        lost = at
    content = reader.content
    whole = content.whole and not node.decorator_list and bool(returns) and lost is None
    return ConfigSummary(
        at=at,
        keys=content.keys,
        removed=frozenset(content.removed),
        chain=tuple(dict.fromkeys(content.chain)),
        whole=whole,
        lost=lost,
        empty=empty,
    )


def _inside_functions(inner: Iterable[ast.AST]) -> set[ast.AST]:
    """What is written in a function inside the function: it returns for itself."""
    functions = [item for item in inner if isinstance(item, _Function)]
    return {one for function in functions for one in walk(function.body)}


def _is_nothing(node: ast.expr | None) -> bool:
    """`None`, or what `config.update(…)` returns."""
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return True
    return isinstance(node, ast.Call) and dotted(node.func).endswith(".update")


def _leaves(inner: Iterable[ast.AST]) -> bool:
    return any(isinstance(item, (ast.Raise, ast.Yield, ast.YieldFrom)) for item in inner)


# -- from_config ---------------------------------------------------------------------------------


def _reader(node: ast.FunctionDef) -> FromConfigSummary:
    inner = walk(node.body)
    makes = any(
        isinstance(item, ast.Call)
        and dotted(item.func) == "cls"
        and any(keyword.arg is None for keyword in item.keywords)
        for item in inner
    )
    return FromConfigSummary(
        mentions=frozenset(_strings(inner)), makes=makes, plain=makes and _only_makes(node)
    )


def _only_makes(node: ast.FunctionDef) -> bool:
    """Whether all but a docstring is `return cls(**config)`."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    made = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    if not isinstance(made, ast.Call) or made.args or dotted(made.func) != "cls":
        return False
    return [type(keyword.value) for keyword in made.keywords] == [ast.Name]
