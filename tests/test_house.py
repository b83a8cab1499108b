"""Floors, owners of tools and names of rooms, read off the source of the house."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator

from house_modules import DOOR, INIT, PACKAGE, ROOT, Module, is_ours, modules, needed_by, tree_of

from keraslint.rules import registry

FIXTURES = ROOT / "fixtures"

# From the cellar up; a room may import from floors below its own and from itself. Rooms that share
# a floor do not know of each other.
FLOORS = (
    ("diagnostic",),
    ("examination", "options", "plain_data"),
    ("settings", "cache"),
    ("rule_selection",),
    ("project.syntax",),
    ("project.files",),
    ("layout.leaves", "layout.logical_lines"),
    ("layout",),
    ("project.facts",),
    ("project.names",),
    ("project.program",),
    ("project.serialization",),
    ("project",),
    ("layer.method_syntax", "layer.statement_parts", "layer.comma_lists"),
    ("layer.name_uses",),
    ("layer",),
    ("layer.layer_reader",),
    ("rules",),
    ("baseline",),
    ("engine",),
    ("fix.apply", "fix.progress", "fix.written_files", "proof", "report"),
    ("fix.proved_fixes",),
    ("fix.session", "server", "api"),
    ("commands",),
    ("testing",),
    ("terminal", "flags", "stopped_runs"),
    ("command_words",),
    ("running_commands",),
    ("cli",),
    ("__main__",),
)
# A tool, and where it may be used: modules by name, a room with all its modules by `room.*`.
OWNERS = {
    "click": ("cli", "command_words", "flags", "running_commands", "stopped_runs"),
    "tomllib": ("settings",),
    "tomli": ("settings",),
    "ast": (
        "project.facts",
        "project.facts.*",
        "project.syntax.*",
        "proof.coverage.*",
        "proof.probe.coverage.*",
        "proof.probe.cases.drawn_inputs",
        "proof.recipes.constructions",
    ),
    "libcst": ("layer.*", "rules.*"),
    "lsprotocol": (
        "server.protocol_values",
        "server.positions",
        "server.proof_command",
        "server.examine_command",
        "server.layer_runs",
        "server.protocol",
    ),
    "pathspec": ("project.files.gitignore",),
    "pickle": ("engine.forked_pool",),
    "pygls": ("server.protocol", "server.layer_runs"),
    "pytest": ("testing.pytest_plugin",),
    "subprocess": ("proof.child_process", "project.files.git_revision"),
    "distributed": ("proof.dask_cluster",),
    "keras": ("proof.probe.keras_versions.in_use",),
    "tf_keras": ("proof.probe.keras_versions.in_use",),
    "numpy": ("proof.probe.*", "proof.measures.*"),
    "tensorflow": ("proof.probe.*",),
    "jax": ("proof.probe.*",),
    "torch": ("proof.probe.*",),
}
# What is called in few places only.
CALLS = {
    "fork": ("engine.forked_pool", "proof.probe.request_loop", "proof.probe.preload"),
    "parse_module": ("layer.method_syntax",),
    "parse_statement": (
        "layer.method_syntax",
        "layer.tree_edits",
        "layer.motion.emit",
        "layer.motion.unused_imports",
        "layer.init_method",
        "layer.motion.shape_flag",
        "layer.config_edits",
    ),
    "parse_expression": (
        "layer.method_syntax",
        "layer.tree_edits",
        "layer.motion.emit",
        "layer.init_method",
        "layer.motion.shape_flag",
        "layer.config_edits",
    ),
}
BACKENDS = {"jax", "torch"}  # that the probe may come to need
SLOW = {"codemod", "matchers"}  # parts of libcst that take a third of a second to import
RUNS_CODE = {"importlib", "keras", "multiprocessing", "numpy", "runpy", "subprocess", "tensorflow"}
# They import the files of their own folder, by name.
REGISTRIES = {"keraslint.rules", "keraslint.report"}
# It reads the metadata of the package, and imports nothing by name.
READS_METADATA = {"keraslint.report.rule_address"}
OTHER_FIXTURES = {"unet", "compare"}
ONE_SENTENCE = re.compile(r"(?!.*[.!] [A-Z]).+[.?](  \(the only .+\))?")
BANNED = {"utils", "helpers", "common", "core", "base", "types", "manager"}
LINES = 400
FILES = 15  # in a folder, beside the one that stands for it
FIELDS = 3  # of a record, from which on it is built by keyword
# Types in forms for which there is no annotation.
KEYED_ON_TYPES = {"keraslint.engine.facts_json._codec"}
# What a cache of a module may be keyed on: it would keep anything else alive.
PLAIN_KEYS = re.compile(r"str|int|bytes|bool|float|Path|type(?:\[.+\])?")


def room_of(name: str) -> str | None:
    """The room of a module, as it is called in `FLOORS`."""
    local = name.removeprefix("keraslint").removeprefix(".")
    rooms = [room for floor in FLOORS for room in floor if f"{local}.".startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def floor_of(room: str) -> int:
    return next(number for number, floor in enumerate(FLOORS) if room in floor)


def is_doorway(name: str) -> bool:
    """The package itself (its version) and packages whose modules are rooms of their own."""
    return name in {"keraslint", "keraslint.fix"}


def allowed(name: str, owners: tuple[str, ...]) -> bool:
    local = name.removeprefix("keraslint.")
    return any(
        local == owner or (owner.endswith(".*") and f"{local}.".startswith(owner[:-1]))
        for owner in owners
    )


def test_every_module_has_a_floor() -> None:
    homeless = [name for name in modules() if room_of(name) is None and not is_doorway(name)]

    assert not homeless


def test_every_room_is_there() -> None:
    rooms = [f"keraslint.{room}" for floor in FLOORS for room in floor]
    missing = [room for room in rooms if room not in modules()]

    assert not missing


def test_imports_go_down_only() -> None:
    wrong = [
        f"{module.name}:{item.line} imports {item.name}"
        for module in modules().values()
        for item in module.imports
        if is_ours(item.name) and item.name != "keraslint" and not _is_down(module.name, item.name)
        if (module.name, item.name) != DOOR
    ]

    assert not wrong


def _is_down(name: str, other: str) -> bool:
    here, there = room_of(name), room_of(other)
    if here is None or there is None:
        return False
    return here == there or floor_of(there) < floor_of(here)


def test_there_are_no_circles() -> None:
    needs = {name: module.ours - {name} for name, module in modules().items()}
    while free := [name for name in needs if not needs[name] or not _is_needed(name, needs)]:
        needs = {name: needs[name].difference(free) for name in needs.keys() - set(free)}

    assert not needs, f"these import each other: {sorted(needs)}"


def _is_needed(name: str, needs: dict[str, set[str]]) -> bool:
    return any(name in others for others in needs.values())


def test_tools_have_owners() -> None:
    borrowed = [
        f"{module.name}:{item.line} imports {item.name}"
        for module in modules().values()
        for item in module.imports
        if item.tool in OWNERS and not allowed(module.name, OWNERS[item.tool])
    ]

    assert not borrowed


def test_every_owner_uses_its_tool() -> None:
    idle = [
        f"{owner} does not use {tool}"
        for tool, owners in OWNERS.items()
        for owner in owners
        if tool not in BACKENDS
        if not any(
            item.tool == tool
            for module in modules().values()
            if allowed(module.name, (owner,))
            for item in module.imports
        )
    ]

    assert not idle


def test_what_is_imported_is_python_or_ours_or_owned() -> None:
    known = {*sys.stdlib_module_names, "keraslint", *OWNERS}
    unknown = [
        f"{module.name}:{item.line} imports {item.name}"
        for module in modules().values()
        for item in module.imports
        if item.tool not in known
    ]

    assert not unknown


def test_files_are_parsed_and_processes_forked_in_their_places() -> None:
    wrong = [
        f"{module.name}:{line} calls {name}"
        for module in modules().values()
        for line, name in module.calls
        if name in CALLS and not allowed(module.name, CALLS[name])
    ]

    assert not wrong


def test_slow_parts_of_libcst_stay_out() -> None:
    slow = [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for words in [{*re.findall(r"\w+", ast.unparse(node))}]
        if "libcst" in words and words & SLOW
    ]

    assert not slow


def test_only_the_command_line_prints_and_exits() -> None:
    loud = [
        f"{module.name}:{line} calls {name}"
        for module in modules().values()
        if not allowed(module.name, ("cli", "command_words", "proof.probe.*"))
        for line, name in module.calls
        if name in {"print", "exit"}
    ]

    assert not loud


def test_linting_and_the_server_can_start_no_process_and_import_no_code() -> None:
    starts = ("keraslint.engine.lint", "keraslint.layer.layer_reader", "keraslint.server.protocol")
    reached = {name: by for start in starts for name, by in needed_by(start).items()}
    able = [
        f"{name} (through {reached[name] or 'itself'}) imports {item.name}"
        for name in reached
        for item in modules()[name].imports
        if item.tool in RUNS_CODE and name not in REGISTRIES | READS_METADATA
    ]

    assert "keraslint.rules" in reached
    assert not able


IN_CHILD = ("keraslint.proof.probe", "keraslint.proof.measures", "keraslint.diagnostic")


def test_the_probe_stands_alone() -> None:
    probe = [m for name, m in modules().items() if name.startswith(IN_CHILD)]
    others = [
        f"{module.name}:{item.line} imports {item.name}"
        for module in probe
        for item in module.imports
        if is_ours(item.name) and not item.name.startswith(IN_CHILD)
    ]

    assert len(probe) > 1
    assert not others


def test_measures_need_keras_only_where_they_observe() -> None:
    early = [
        f"{module.name} imports {alias.name}"
        for name, module in modules().items()
        if name.startswith("keraslint.proof.measures")
        for node in module.tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.split(".")[0] in OWNERS
    ]

    assert not early


def test_names_say_what_is_inside() -> None:
    empty = [name for name in modules() if BANNED & set(name.split("."))]

    assert not empty


def test_every_module_says_in_one_sentence_what_it_is_for() -> None:
    wrong = [
        f"{module.name}: {module.purpose!r}"
        for module in modules().values()
        if not ONE_SENTENCE.fullmatch(module.purpose)
    ]

    assert not wrong


def test_files_stay_short() -> None:
    long = [
        f"{module.name} has {lines} lines"
        for module in modules().values()
        if (lines := len(module.path.read_text(encoding="utf-8").splitlines())) >= LINES
    ]

    assert not long


def test_folders_stay_small() -> None:
    counts = Counter(module.path.parent for module in modules().values() if not _is_door(module))
    large = [
        f"{folder.name} has {count} files" for folder, count in counts.items() if count > FILES
    ]

    assert not large


def test_no_two_files_have_one_name() -> None:
    names = Counter(module.path.stem for module in modules().values() if not _is_door(module))

    assert [name for name, count in names.items() if count > 1] == []


def _is_door(module: Module) -> bool:
    """The file that stands for its folder."""
    return module.path.stem in {INIT, "__main__"}


def test_records_are_built_by_keyword() -> None:
    wrong = [
        f"{module.name}:{line} {name}"
        for module in modules().values()
        for line, name, fields, options in _records(module.tree)
        if fields >= FIELDS and "kw_only=True" not in options
    ]

    assert not wrong


def _records(tree: ast.AST) -> Iterator[tuple[int, str, int, str]]:
    """The dataclasses of a module: line, name, count of fields, the decorator's text."""
    for node in ast.walk(tree):
        for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
            text = ast.unparse(decorator)
            if isinstance(node, ast.ClassDef) and text.startswith("dataclass"):
                fields = [item for item in node.body if isinstance(item, ast.AnnAssign)]
                given = [item for item in fields if not _is_no_argument(item)]
                yield node.lineno, node.name, len(given), text


def _is_no_argument(field: ast.AnnAssign) -> bool:
    text = ast.unparse(field)
    return "ClassVar" in text or "init=False" in text


def test_no_cache_of_a_module_keeps_an_object_alive() -> None:
    wrong = [
        f"{module.name}:{node.lineno} {node.name}"
        for module in modules().values()
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and any(map(_is_cache, node.decorator_list))
        if f"{module.name}.{node.name}" not in KEYED_ON_TYPES
        if not all(map(_is_plain, [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]))
    ]

    assert not wrong


def _is_cache(decorator: ast.expr) -> bool:
    return re.match(r"(?:functools\.)?(?:lru_)?cache\b", ast.unparse(decorator)) is not None


def _is_plain(argument: ast.arg) -> bool:
    note = ast.unparse(argument.annotation) if argument.annotation is not None else ""
    return PLAIN_KEYS.fullmatch(note) is not None


def test_no_test_asserts_how_long_something_takes() -> None:
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assert) and _compares_a_clock(node.test)
    ]

    assert not wrong


def _compares_a_clock(test: ast.expr) -> bool:
    """`seconds < 20`, `verdict.seconds < 20`, `elapsed <= limit`."""
    sides = (test.left, *test.comparators) if isinstance(test, ast.Compare) else ()
    ordered = isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Lt, ast.LtE))
    names = {ast.unparse(side).rpartition(".")[2] for side in sides}
    return ordered and bool(names & {"seconds", "elapsed", "duration"})


def test_annotations_are_not_evaluated() -> None:
    eager = [
        module.name
        for module in modules().values()
        if len(module.tree.body) > 1 and not any(i.name == "__future__" for i in module.imports)
    ]

    assert not eager


def test_a_rule_has_one_name() -> None:
    folder = PACKAGE / "rules"
    files = {file.stem for file in folder.glob("*/[!_]*.py")}
    files |= {file.parent.name for file in folder.glob("*/[!_]*/__init__.py")}

    assert {rule.name.replace("-", "_") for rule in registry()} == files
    assert len({rule.code for rule in registry()}) == len(files)


def test_a_rule_is_in_the_folder_of_its_code() -> None:
    doors = (PACKAGE / "rules").glob("*/__init__.py")
    told = {door.parent.name: door.read_text("utf-8") for door in doors}
    wrong = [
        f"{rule.code} is in {folder}"
        for rule in registry()
        if rule.check is not None
        for folder in [rule.check.__module__.split(".")[2]]
        if not told[folder].startswith(f'"""{rule.code[:4]}xx: ')
    ]

    assert told
    assert not wrong


def test_every_rule_has_fixtures_and_every_folder_its_rule() -> None:
    folders = {path.name for path in FIXTURES.glob("[!.]*") if path.is_dir()}
    names = {rule.name for rule in registry()}

    assert names - folders == set()
    assert folders - names == OTHER_FIXTURES


def test_a_rule_that_is_fixable_knows_how_and_what_it_promises() -> None:
    wrong = [
        rule.name
        for rule in registry()
        if rule.fixable not in {"always", "sometimes", "never"}
        or (rule.fixable != "never" and not rule.promise.keeps)
        or (rule.fixable != "never" and rule.check is not None and rule.cure is None)
    ]

    assert not wrong
