"""One module's text → what it declares: imports, names, functions and classes; the tree is dropped.

A *leaf* is a string that says what an expression may stand for: `layers.Dense` (a name),
`layers.Dense()` (what calling that name returns), `NORMS[]` (an item of that name),
`layers.*` (some attribute of that name). Leaves are given a meaning in `hierarchy`.
"""

from __future__ import annotations

import ast
import gc
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Leaves = tuple[str, ...]
Bindings = dict[str, Leaves]

_PARTIALS = frozenset({"partial", "functools.partial"})
_CASTS = frozenset({"cast", "typing.cast", "t.cast"})
_WRAPPERS = frozenset({"list", "tuple", "dict", "reversed", "sorted", "enumerate", "zip"})
_CLASS_OF = frozenset({"type", "Type", "typing.Type", "Callable", "typing.Callable"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `leaves` is what its default and its annotation say it may hold."""

    name: str
    kind: str  # "plain" | "keyword" | "*" | "**"
    required: bool
    leaves: Leaves = ()


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """What one function or method does, as far as names tell.

    `slice` is its first line (decorators included) and the last line before what follows it.
    `assigns` are the `self` attributes it writes, `definite` those it writes on every path,
    `tests` those it asks about (`is None`, `hasattr`, truth), `reads` those it mentions.
    `effects` names what it does beyond its locals and `self`, `None` when nothing.
    """

    name: str
    line: int
    slice: tuple[int, int]
    parameters: tuple[Parameter, ...]
    bindings: Bindings
    calls: frozenset[str]
    returns: Leaves
    assigns: frozenset[str]
    definite: frozenset[str]
    tests: frozenset[str]
    reads: frozenset[str]
    decorators: Leaves
    effects: str | None


@dataclass(frozen=True, slots=True)
class ClassSummary:
    """One class: `bases` as leaves, methods by name, and what its body binds."""

    qualname: str
    line: int
    slice: tuple[int, int]
    bases: Leaves
    methods: dict[str, FunctionSummary]
    bindings: Bindings
    decorators: Leaves

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class ModuleSummary:
    """What a module declares. `imports` maps a local name to absolute dotted names."""

    name: str
    path: str
    is_package: bool
    imports: dict[str, Leaves]
    stars: Leaves
    bindings: Bindings
    functions: dict[str, FunctionSummary]
    classes: dict[str, ClassSummary]


@dataclass(slots=True)
class _Facts:
    bindings: dict[str, list[str]] = field(default_factory=dict)
    calls: set[str] = field(default_factory=set)
    returns: list[str] = field(default_factory=list)
    assigns: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    effects: str | None = None


def summarize(text: str, name: str, path: str, *, is_package: bool = False) -> ModuleSummary:
    """Summarize a module.

    Raises:
        SyntaxError: the text is not Python.
        ValueError: the text holds a null byte (Python 3.11.3 and older).
        RecursionError: the text nests too deeply for the parser.
    """
    tree = parse(text)
    package = name if is_package else name.rpartition(".")[0]
    module = ModuleSummary(name, path, is_package, {}, (), {}, {}, {})
    stars: list[str] = []
    bindings: dict[str, list[str]] = {}
    for statement in _module_level(tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            _import(statement, package, module.imports, stars)
        elif isinstance(statement, _DEFINITIONS):
            module.functions[statement.name] = _function(statement, _end(statement))
        elif isinstance(statement, ast.ClassDef):
            _class(statement, "", _end(statement), module.classes)
        else:
            _bind_statement(statement, bindings)
    for inner in ast.walk(tree) if _imports_inside(text) else ():
        if isinstance(inner, (ast.Import, ast.ImportFrom)):
            _import(inner, package, module.imports, stars)
    module.bindings.update(_frozen(bindings))
    return ModuleSummary(
        name,
        path,
        is_package,
        module.imports,
        tuple(dict.fromkeys(stars)),
        module.bindings,
        module.functions,
        module.classes,
    )


def is_python(text: str) -> bool:
    """Whether a text parses."""
    try:
        parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def keras_version(module: ModuleSummary) -> int:
    """The Keras that a module is written for, as far as its imports tell: 2 or 3."""
    roots = {target.partition(".")[0] for leaves in module.imports.values() for target in leaves}
    return 2 if "tf_keras" in roots and "keras" not in roots else 3


def call_spans(text: str) -> tuple[tuple[int, int, int, int, str], ...]:
    """Where the calls of a text stand, outer before inner, and what they call.

    Lines and byte columns are `ast`'s. Calls inside f-strings are left out: before Python 3.12
    their places are wrong.
    """
    found = []
    stack: list[ast.AST] = [parse(text)]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.JoinedStr):
            continue
        if isinstance(node, ast.Call):
            end, end_column = node.end_lineno or 0, node.end_col_offset or 0
            found.append((node.lineno, node.col_offset, end, end_column, dotted(node.func)))
        stack.extend(ast.iter_child_nodes(node))
    return tuple(sorted(found, key=lambda s: (s[0], s[1], -s[2], -s[3])))


def parse(text: str) -> ast.Module:
    """Parse quietly and without the collector, which costs up to four times the parse."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    finally:
        if enabled:
            gc.enable()


_INDENTED_IMPORT = re.compile(r"^[ \t]+(?:import|from) [\w.]+", re.MULTILINE)


def _imports_inside(text: str) -> bool:
    return _INDENTED_IMPORT.search(text) is not None


def _module_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when the module is imported, through `if`, `try` and `with`."""
    for statement in body:
        if isinstance(statement, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            for block in _blocks(statement):
                yield from _module_level(block)
        else:
            yield statement


def _blocks(statement: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _import(
    node: ast.Import | ast.ImportFrom, package: str, imports: dict[str, Leaves], stars: list[str]
) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                _add(imports, alias.asname, alias.name)
            else:
                root = alias.name.partition(".")[0]
                _add(imports, root, root)
        return
    origin = _absolute(node.module or "", node.level, package)
    for alias in node.names:
        if alias.name == "*":
            stars.append(origin)
        else:
            _add(imports, alias.asname or alias.name, f"{origin}.{alias.name}".lstrip("."))


def _absolute(module: str, level: int, package: str) -> str:
    if not level:
        return module
    parents = package.split(".") if package else []
    kept = parents[: len(parents) - (level - 1)]
    return ".".join([*kept, module] if module else kept)


def _add(names: dict[str, Leaves], name: str, target: str) -> None:
    known = names.get(name, ())
    if target not in known:
        names[name] = (*known, target)


def _class(node: ast.ClassDef, outer: str, end: int, classes: dict[str, ClassSummary]) -> None:
    qualname = f"{outer}.{node.name}" if outer else node.name
    methods: dict[str, FunctionSummary] = {}
    bindings: dict[str, list[str]] = {}
    for position, statement in enumerate(node.body):
        last = _start(node.body[position + 1]) - 1 if position + 1 < len(node.body) else end
        if isinstance(statement, _DEFINITIONS):
            if not _is_overload(statement, methods):
                methods[statement.name] = _function(statement, last)
        elif isinstance(statement, ast.ClassDef):
            _class(statement, qualname, last, classes)
        else:
            _bind_statement(statement, bindings)
            for inner in _module_level([statement]):
                if isinstance(inner, _DEFINITIONS):
                    methods.setdefault(inner.name, _function(inner, _end(inner)))
    classes[qualname] = ClassSummary(
        qualname,
        node.lineno,
        (_start(node), end),
        tuple(leaf for base in node.bases for leaf in leaves_of(base)),
        methods,
        _frozen(bindings),
        tuple(leaf for decorator in node.decorator_list for leaf in leaves_of(decorator)),
    )


def _is_overload(
    node: ast.FunctionDef | ast.AsyncFunctionDef, methods: dict[str, FunctionSummary]
) -> bool:
    """A `@x.setter` does not replace the property that it belongs to."""
    return node.name in methods and any(
        isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter")
        for decorator in node.decorator_list
    )


def _start(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", ())
    lines: list[int] = [decorator.lineno for decorator in decorators]
    return min([node.lineno, *lines])


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, last: int) -> FunctionSummary:
    facts = _Facts()
    parameters = tuple(_parameters(node.args))
    for parameter in parameters:
        if parameter.leaves:
            facts.bindings[parameter.name] = list(parameter.leaves)
    for statement in node.body:
        _visit(statement, facts)
    facts.calls.discard("")
    return FunctionSummary(
        node.name,
        node.lineno,
        (_start(node), last),
        parameters,
        _frozen(facts.bindings),
        frozenset(facts.calls),
        tuple(dict.fromkeys(facts.returns)),
        frozenset(facts.assigns),
        frozenset(_definite(node.body)),
        frozenset(facts.tests),
        frozenset(facts.reads),
        tuple(leaf for item in node.decorator_list for leaf in leaves_of(item)),
        facts.effects,
    )


def _parameters(arguments: ast.arguments) -> Iterator[Parameter]:
    plain = [*arguments.posonlyargs, *arguments.args]
    missing = len(plain) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults]
    for argument, default in zip(plain, defaults, strict=True):
        yield _parameter(argument, "plain", default)
    if arguments.vararg:
        yield Parameter(arguments.vararg.arg, "*", required=False)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _parameter(argument, "keyword", default)
    if arguments.kwarg:
        yield Parameter(arguments.kwarg.arg, "**", required=False)


def _parameter(argument: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    held = (*(leaves_of(default) if default else ()), *_annotated(argument.annotation))
    return Parameter(argument.arg, kind, default is None, held)


def _annotated(annotation: ast.expr | None) -> Leaves:
    """The classes that an annotation such as `type[keras.layers.Layer]` lets a name hold."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return ()
    if isinstance(annotation, ast.BinOp):
        return (*_annotated(annotation.left), *_annotated(annotation.right))
    if not isinstance(annotation, ast.Subscript):
        return ()
    outer = dotted(annotation.value)
    if outer in _CLASS_OF:
        inner = annotation.slice
        last = inner.elts[-1] if isinstance(inner, ast.Tuple) and inner.elts else inner
        return leaves_of(last)
    if outer.rpartition(".")[2] in ("Optional", "Union"):
        inner = annotation.slice
        options = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return tuple(leaf for option in options for leaf in _annotated(option))
    return ()


def dotted(node: ast.expr) -> str:
    """The leaf that names an expression, `""` when it has no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    if isinstance(node, ast.Subscript):
        owner = dotted(node.value)
        return f"{owner}[]" if owner else ""
    if isinstance(node, ast.Call):
        return _called(node)
    return ""


def _called(node: ast.Call) -> str:
    name = dotted(node.func)
    if name == "getattr" and len(node.args) >= 2:
        owner, attribute = dotted(node.args[0]), node.args[1]
        constant = isinstance(attribute, ast.Constant) and isinstance(attribute.value, str)
        return owner and f"{owner}.{attribute.value if constant else '*'}"  # type: ignore[attr-defined]
    if name == "type" and len(node.args) == 1 and dotted(node.args[0]) == "self":
        return "self.__class__"
    return f"{name}()" if name else ""


def leaves_of(node: ast.expr) -> Leaves:
    """Everything that an expression may stand for."""
    return tuple(dict.fromkeys(_leaves(node)))


def _leaves(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _leaves(node.body)
        yield from _leaves(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _leaves(value)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for element in node.elts:
            yield from _leaves(element)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _leaves(value)
    elif isinstance(node, (ast.NamedExpr, ast.Starred, ast.Await)):
        yield from _leaves(node.value)
    elif isinstance(node, ast.Call):
        yield from _call_leaves(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, (ast.Dict, ast.List)):
        yield from _leaves(node.value)
    else:
        name = dotted(node)
        if name:
            yield name


def _call_leaves(node: ast.Call) -> Iterator[str]:
    name = dotted(node.func)
    if name in _PARTIALS and node.args:
        yield from _leaves(node.args[0])
    elif name in _CASTS and len(node.args) == 2:
        yield from _leaves(node.args[1])
    elif name in _WRAPPERS and len(node.args) >= 1:
        for argument in node.args:
            yield from _leaves(argument)
        for keyword in node.keywords if name == "dict" else ():
            yield from _leaves(keyword.value)
    elif name.endswith((".get", ".values", ".items")) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        yield from _leaves(owner) if isinstance(owner, ast.Dict) else ()
        yield f"{dotted(owner)}[]" if dotted(owner) else f"{name}()"
    else:
        called = dotted(node)
        if called:
            yield called


def _bind_statement(node: ast.stmt, bindings: dict[str, list[str]]) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _bind(target, node.value, bindings)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        _bind(node.target, node.value, bindings)


def _bind(target: ast.expr, value: ast.expr, bindings: dict[str, list[str]]) -> None:
    if isinstance(target, (ast.Tuple, ast.List)):
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            for inner, item in zip(target.elts, value.elts, strict=True):
                _bind(inner, item, bindings)
        else:
            for inner in target.elts:
                _bind(inner, value, bindings)
        return
    if isinstance(target, ast.Subscript):
        target = target.value
    name = dotted(target)
    if name:
        held = bindings.setdefault(name, [])
        held.extend(leaf for leaf in leaves_of(value) if leaf not in held)


def _frozen(bindings: dict[str, list[str]]) -> Bindings:
    return {name: tuple(dict.fromkeys(leaves)) for name, leaves in bindings.items()}


def _visit(node: ast.AST, facts: _Facts) -> None:
    """Gather facts from a statement and all that is inside it."""
    stack = [node]
    while stack:
        current = stack.pop()
        kind = type(current)
        saw = _SEES.get(kind)
        if saw is not None:
            saw(current, facts)
        for name in _inner_fields(kind):
            value = getattr(current, name)
            if type(value) is list:  # of nodes, or of None where a dict or an argument has none
                stack += [item for item in value if item is not None]
            elif value is not None:
                stack.append(value)


def _inner_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a node that may hold nodes worth a look."""
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = _look_up_fields(kind)
    return known


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def _look_up_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    if kind in (ast.Name, ast.Constant, ast.Global, ast.Nonlocal):
        return ()
    skipped = {"ctx", "op", "ops", "type_comment", "annotation", "returns", "type_params"}
    plain = {"attr", "id", "arg", "name", "names", "module", "level", "kind", "lineno", "is_async"}
    plain |= {"conversion", "simple", "rest", "asname", "type_ignores", "str", "kwd_attrs"}
    if kind is ast.arguments:
        return ("defaults", "kw_defaults")
    return tuple(name for name in kind._fields if name not in skipped | plain)


def _saw_attribute(node: ast.Attribute, facts: _Facts) -> None:
    owner = node.value
    if type(owner) is ast.Name and owner.id == "self":
        facts.reads.add(node.attr)


def _saw_return(node: ast.Return, facts: _Facts) -> None:
    if node.value is not None:
        facts.returns.extend(leaves_of(node.value))


def _saw_loop(node: ast.For | ast.comprehension, facts: _Facts) -> None:
    _bind(node.target, node.iter, facts.bindings)


def _saw_named(node: ast.NamedExpr, facts: _Facts) -> None:
    _bind(node.target, node.value, facts.bindings)


def _saw_condition(node: ast.If | ast.IfExp | ast.While, facts: _Facts) -> None:
    _saw_test(node.test, facts)


def _saw_choice(node: ast.BoolOp, facts: _Facts) -> None:
    for value in node.values:
        _saw_test(value, facts)


def _acts(effect: str) -> Callable[[ast.AST, _Facts], None]:
    def saw(node: ast.AST, facts: _Facts) -> None:
        facts.effects = facts.effects or effect

    return saw


def _saw_call(node: ast.Call, facts: _Facts) -> None:
    name = dotted(node.func)
    facts.calls.add(name)
    if name in ("hasattr", "getattr", "setattr") and len(node.args) >= 2:
        attribute = node.args[1]
        if dotted(node.args[0]) == "self" and isinstance(attribute, ast.Constant):
            (facts.assigns if name == "setattr" else facts.tests).add(str(attribute.value))
    if name.startswith("self.") and name.endswith((".append", ".extend", ".insert", ".update")):
        owner = name.rpartition(".")[0]
        facts.assigns.add(owner[len("self.") :].partition(".")[0])
        for argument in node.args:
            held = facts.bindings.setdefault(owner, [])
            held.extend(leaf for leaf in leaves_of(argument) if leaf not in held)


def _saw_assignment(node: ast.Assign | ast.AnnAssign | ast.AugAssign, facts: _Facts) -> None:
    value = node.value
    for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
        if value is not None:
            _bind(target, value, facts.bindings)
        for place in _places(target):
            name = dotted(place)
            if name.startswith("self."):
                facts.assigns.add(name[len("self.") :].partition(".")[0].partition("[")[0])
            elif not isinstance(place, ast.Name):
                facts.effects = facts.effects or "writes to an object that it was given"


def _places(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for inner in target.elts:
            yield from _places(inner)
    elif isinstance(target, ast.Starred):
        yield from _places(target.value)
    else:
        yield target


def _saw_test(test: ast.expr, facts: _Facts) -> None:
    if isinstance(test, ast.UnaryOp):
        test = test.operand
    name = dotted(test)
    if name.startswith("self.") and name.count(".") == 1:
        facts.tests.add(name[len("self.") :])


def _saw_comparison(node: ast.Compare, facts: _Facts) -> None:
    if any(isinstance(item, ast.Constant) and item.value is None for item in node.comparators):
        _saw_test(node.left, facts)


_COROUTINE = _acts("is a generator or a coroutine")
_SEES: dict[type[ast.AST], Callable[[Any, _Facts], None]] = {
    ast.Attribute: _saw_attribute,
    ast.Call: _saw_call,
    ast.Assign: _saw_assignment,
    ast.AnnAssign: _saw_assignment,
    ast.AugAssign: _saw_assignment,
    ast.Return: _saw_return,
    ast.For: _saw_loop,
    ast.comprehension: _saw_loop,
    ast.NamedExpr: _saw_named,
    ast.If: _saw_condition,
    ast.IfExp: _saw_condition,
    ast.While: _saw_condition,
    ast.Compare: _saw_comparison,
    ast.BoolOp: _saw_choice,
    ast.Global: _acts("rebinds a global name"),
    ast.Nonlocal: _acts("rebinds a global name"),
    ast.Yield: _COROUTINE,
    ast.YieldFrom: _COROUTINE,
    ast.Await: _COROUTINE,
    ast.Delete: _acts("deletes something"),
}


def _definite(body: Iterable[ast.stmt]) -> Iterator[str]:
    """`self` attributes that every path through a block assigns."""
    for statement in body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                for place in _places(target):
                    name = dotted(place)
                    if name.startswith("self.") and name.count(".") == 1 and "[" not in name:
                        yield name[len("self.") :]
        elif isinstance(statement, ast.If):
            yield from _on_both_sides(statement)
        elif isinstance(statement, ast.With):
            yield from _definite(statement.body)
        elif isinstance(statement, ast.Try):
            yield from _definite(statement.finalbody)
            if not statement.handlers or all(_leaves_block(h.body) for h in statement.handlers):
                yield from _definite(statement.body)


def _on_both_sides(statement: ast.If) -> Iterator[str]:
    taken = set(_definite(statement.body))
    other = set(_definite(statement.orelse))
    if _leaves_block(statement.body):
        yield from other
    elif statement.orelse and _leaves_block(statement.orelse):
        yield from taken
    else:
        yield from taken & other


def _leaves_block(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)
