"""One module's text → what it declares; the tree is dropped.  (the only `ast`)"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from keraslint.project.facts.function_facts import first_line, function, method
from keraslint.project.facts.lambda_arguments import lambdas
from keraslint.project.facts.local_classes import classes_inside, running
from keraslint.project.facts.may_refer_to import bind_statement, frozen, leaves_of
from keraslint.project.facts.module_facts import (
    ClassSummary,
    FunctionSummary,
    Leaves,
    ModuleSummary,
)
from keraslint.project.facts.occurrences.occurrence_records import ModuleOccurrences
from keraslint.project.facts.occurrences.occurrence_visitor import occurrences
from keraslint.project.facts.saving.config_facts import saving
from keraslint.project.facts.saving.given_back import makes_a_weight
from keraslint.project.syntax.node_walk import walk
from keraslint.project.syntax.parse import parse
from keraslint.project.syntax.text_positions import Places

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def summarize(text: str, name: str, path: str, *, is_package: bool = False) -> ModuleSummary:
    """Summarize a module.

    Raises:
        SyntaxError: the text is not Python.
        ValueError: the text holds a null byte (Python 3.11.3 and older).
        RecursionError: the text nests too deeply for the parser.
    """
    return _summary(parse(text), text, name, path, is_package=is_package)


def look(text: str, path: str) -> ModuleOccurrences:
    """What the functions of a module do. Raises what `summarize` raises."""
    return occurrences(parse(text), path)


def both(
    text: str, name: str, path: str, *, is_package: bool
) -> tuple[ModuleSummary, ModuleOccurrences]:
    """What a module declares and does, of one tree. Raises what `summarize` raises."""
    tree = parse(text)
    summary = _summary(tree, text, name, path, is_package=is_package)
    return summary, occurrences(tree, path)


def _summary(
    tree: ast.Module, text: str, name: str, path: str, *, is_package: bool
) -> ModuleSummary:
    places = Places(text)
    package = name if is_package else name.rpartition(".")[0]
    module = ModuleSummary(
        name=name,
        path=path,
        is_package=is_package,
        imports={},
        stars=(),
        bindings={},
        functions={},
        classes={},
        saving={},
        scopes={},
    )
    stars: list[str] = []
    bindings: dict[str, list[str]] = {}
    for statement in running(tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            _import(statement, package, module.imports, stars)
        elif isinstance(statement, _DEFINITIONS):
            module.functions[statement.name] = function(statement, _end(statement))
        elif isinstance(statement, ast.ClassDef):
            _class(statement, "", _end(statement), module, places)
        else:
            bind_statement(statement, bindings)
    for inside, around, classes in classes_inside(tree, text):
        module.scopes[inside] = function(around, _end(around))
        for node in classes:
            _class(node, inside, _end(node), module, places)
    for inner in _imports(tree) if _imports_inside(text) else ():
        _import(inner, package, module.imports, stars)
    module.bindings.update(frozen(bindings))
    return ModuleSummary(
        name=name,
        path=path,
        is_package=is_package,
        imports=module.imports,
        stars=tuple(dict.fromkeys(stars)),
        bindings=module.bindings,
        functions=module.functions,
        classes=module.classes,
        saving=module.saving,
        scopes=module.scopes,
        lambdas=tuple(lambdas(tree, text, places)),
        made=frozenset(_made(tree)) & module.classes.keys(),
    )


def _made(tree: ast.Module) -> Iterator[str]:
    """What `model = Net()` calls that stands under no condition, such as that of `__main__`."""
    for statement in running(one for one in tree.body if not isinstance(one, ast.If)):
        call = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            yield call.func.id


_INDENTED_IMPORT = re.compile(r"^[ \t]+(?:import|from) [\w.]+", re.MULTILINE)


def _imports_inside(text: str) -> bool:
    return _INDENTED_IMPORT.search(text) is not None


def _imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    found = [node for node in walk(tree.body) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return sorted(found, key=lambda node: node.lineno)


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


def _class(node: ast.ClassDef, outer: str, end: int, module: ModuleSummary, places: Places) -> None:
    qualname = f"{outer}.{node.name}" if outer else node.name
    methods: dict[str, FunctionSummary] = {}
    bindings: dict[str, list[str]] = {}
    for position, statement in enumerate(node.body):
        last = first_line(node.body[position + 1]) - 1 if position + 1 < len(node.body) else end
        if isinstance(statement, _DEFINITIONS):
            methods[_method_name(statement)] = method(statement, last)
        elif isinstance(statement, ast.ClassDef):
            _class(statement, qualname, last, module, places)
        else:
            bind_statement(statement, bindings)
            for inner in running([statement]):
                if isinstance(inner, _DEFINITIONS):
                    methods.setdefault(inner.name, method(inner, _end(inner)))
    for name, leaves in bindings.items():
        if name not in methods and len(leaves) == 1 and leaves[0] in methods:
            methods[name] = methods[leaves[0]]  # `build = other_method`
    module.saving[qualname] = saving(
        node,
        places,
        makes_weights=any(makes_a_weight(c) for m in methods.values() for c in m.calls),
    )
    module.classes[qualname] = ClassSummary(
        qualname=qualname,
        line=node.lineno,
        slice=(first_line(node), end),
        bases=tuple(leaf for base in node.bases for leaf in leaves_of(base)),
        methods=methods,
        bindings=frozen(bindings),
        decorators=tuple(
            leaf for decorator in node.decorator_list for leaf in leaves_of(decorator)
        ),
        keywords=tuple(
            leaf
            for item in node.keywords
            if item.arg in ("metaclass", None)
            for leaf in leaves_of(item.value)
        ),
    )


def _method_name(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """A `@x.setter` does not replace the property that it belongs to: it is `x.setter`."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter"):
            return f"{node.name}.{decorator.attr}"
    return node.name


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
