"""A `[tool.keraslint]` table and the flags over it go in; checked, frozen `Settings` come out."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from keraslint.options import OPTIONS, anchored

FILES = (".keraslint.toml", "keraslint.toml", "pyproject.toml")
# Ruff's own list.
DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".keraslint_cache",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pypackages__",
    "_build",
    "buck-out",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
_UNREADABLE = frozenset({"KRL002", "KRL003"})


class ConfigError(Exception):
    """The user's configuration or flags cannot be followed: one line, to be shown as it is."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rules one source of configuration asks for; `select` of None keeps what was before."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was asked to do; relative patterns and paths are relative to `root`."""

    root: Path = field(default_factory=Path.cwd)
    file: Path | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    flags: Selection = Selection()  # of the command line, applied over the three above
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extend_per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixable: tuple[str, ...] = ("ALL",)
    extend_fixable: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    src: tuple[str, ...] = (".", "src")
    keras: Literal[2, 3] | None = None
    target_version: str | None = None
    cache: bool = True
    cache_dir: str = ".keraslint_cache"
    output_format: str = "full"
    baseline: str | None = None
    recipes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fix: bool = False
    unsafe_fixes: bool = False
    show_fixes: bool = False
    python: str | None = None
    timeout: float | None = None
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)  # of keys that were set

    def value(self, key: str) -> Any:
        """The value of an option by its key."""
        return getattr(self, key.replace("-", "_"))

    def place(self, key: str) -> str:
        """Say where an option was set, as the start of a message."""
        return f"{self.origins[key]}: `{key}`" if key in self.origins else f"`{key}`"

    @property
    def ignores(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each pattern of files with the rules that are turned off there."""
        return *self.per_file_ignores.items(), *self.extend_per_file_ignores.items()

    def path(self, relative: str) -> Path:
        """Place a path of the configuration under `root`."""
        return self.root / relative


class KnownRule(Protocol):
    """What must be known of a rule to select it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def default(self) -> bool: ...


def load(
    start: Path,
    *,
    config: Sequence[str] = (),
    isolated: bool = False,
    flags: Mapping[str, object] | None = None,
) -> Settings:
    """Read the configuration nearest to `start`, then `--config` values, then flags.

    `config` holds files and `key = value` pairs; `flags` maps kebab-case keys to values.
    Raises `ConfigError`.
    """
    pairs = [item for item in config if "=" in item and not Path(item).is_file()]
    given = [Path(item) for item in config if item not in pairs]
    for path in given:
        if not path.is_file():
            reason = "a folder, not a file" if path.is_dir() else "no such file"
            raise ConfigError(f"--config `{path}`: {reason}; or is `key = value` meant?")
    if len(given) > 1:
        raise ConfigError(f"--config: more than one file: `{given[0]}` and `{given[1]}`")
    if given and isolated:
        raise ConfigError(f"--isolated ignores every file, but --config names `{given[0]}`")
    file = given[0] if given else None if isolated else nearest(start)
    settings = _from_file(file) if file else Settings()
    for pair in pairs:
        place = f"--config `{pair}`"
        settings = _over(settings, _pair(pair, place), place, here=Path.cwd())
    return _with_flags(settings, flags or {})


def nearest(start: Path) -> Path | None:
    """Find the file at or above `start`; a pyproject.toml counts only with our table."""
    here = start.absolute()
    for folder in (here, *here.parents):
        for name in FILES:
            file = folder / name
            if file.is_file() and (name != "pyproject.toml" or _has_table(file)):
                return file
    return None


def _has_table(file: Path) -> bool:
    """Tell if the file is about us; most are not, and are never parsed."""
    try:
        return b"keraslint" in file.read_bytes() and _table(file) is not None
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}") from None


def _from_file(file: Path) -> Settings:
    settings = replace(Settings(), root=file.absolute().parent, file=file)
    return _over(settings, _table(file) or {}, shown(file), here=settings.root)


def _table(file: Path) -> dict[str, object] | None:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{shown(file)}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown(file)}: not UTF-8 (byte {error.start})") from None
    table = _toml(text, shown(file))
    if file.name != "pyproject.toml":
        return table
    tool = table.get("tool")
    ours = tool.get("keraslint") if isinstance(tool, dict) else None
    if ours is not None and not isinstance(ours, dict):
        raise ConfigError(f"{shown(file)}: `tool.keraslint` must be a table")
    return ours


def _toml(text: str, where: str) -> dict[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: not valid TOML: {error}") from None


def _pair(pair: str, place: str) -> dict[str, object]:
    """Read `key = value`; a shell takes the quotes away from a string."""
    try:
        return _toml(pair, place)
    except ConfigError as error:
        key, _, value = (part.strip() for part in pair.partition("="))
        if key not in OPTIONS or not re.fullmatch(r"[^\s\[{\"']+", value):
            raise
        raise ConfigError(f"{error}; a string needs quotes: '{key} = \"{value}\"'") from None


def shown(file: Path) -> str:
    """Name a file as one would from here, if it is below."""
    try:
        return str(file.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(file)


def _over(settings: Settings, table: Mapping[str, object], where: str, *, here: Path) -> Settings:
    """Read a table over the settings; a wrong key or type is an error in one line.

    Relative paths and patterns are meant to start `here`.
    """
    values: dict[str, Any] = {}
    for key, raw in table.items():
        option = OPTIONS.get(key)
        if option is None:
            raise ConfigError(f"{where}: unknown key `{key}`{_hint(key)}")
        value = option.kind.read(raw)
        if value is None:
            raise ConfigError(f"{where}: `{key}` must be {option.kind.must_be}, not {_quoted(raw)}")
        elsewhere = here != settings.root or option.holds == "program"
        values[key.replace("-", "_")] = anchored(key, value, here) if elsewhere else value
    origins = {**settings.origins, **dict.fromkeys(table, where)}
    return replace(settings, origins=origins, **values)


def _with_flags(settings: Settings, flags: Mapping[str, object]) -> Settings:
    """Apply the command line: its selection is a layer of its own, its extend-exclude adds."""
    given = {key: value for key, value in flags.items() if value not in (None, (), {})}
    keys = {"select", "extend-select", "ignore"} & given.keys()
    chosen = {key: given.pop(key) for key in keys}
    read = _over(settings, given, "command line", here=Path.cwd())
    extra = settings.extend_exclude if "extend-exclude" in given else ()
    bare = replace(settings, select=None, extend_select=(), ignore=())
    layer = _over(bare, chosen, "command line", here=Path.cwd())
    return replace(
        read,
        extend_exclude=(*extra, *read.extend_exclude),
        flags=Selection(layer.select, layer.extend_select, layer.ignore),
    )


def _quoted(raw: object) -> str:
    import json

    return f"`{json.dumps(raw, ensure_ascii=False, default=str)}`"


def _hint(word: str) -> str:
    """Name the nearest key, as the end of a message."""
    import difflib

    near = difflib.get_close_matches(word, sorted(OPTIONS), n=1, cutoff=0.5)
    if word == "lint":
        return "; keraslint's options stand directly in `[tool.keraslint]`"
    if word == "tool":
        return "; in a file of keraslint's own, keys stand without `[tool.keraslint]`"
    return f"; did you mean `{near[0]}`?" if near else ""


def selected(settings: Settings, rules: Iterable[KnownRule]) -> frozenset[str]:
    """Compute the codes that are on: the most specific selector wins, as in ruff; flags come last.

    The codes that tell of an unreadable file are on unless ignored. Raises `ConfigError`.
    """
    rules = tuple(rules)
    always = {rule.code for rule in rules if rule.code in _UNREADABLE}
    codes = always | {rule.code for rule in rules if rule.default}
    layer = Selection(settings.select, settings.extend_select, settings.ignore)
    for selection, place in ((layer, settings.place), (settings.flags, _typed)):
        on = dict.fromkeys(codes if selection.select is None else always, True)
        on |= _verdicts(_asked(selection, place), rules)
        codes = {code for code, is_on in on.items() if is_on}
    return frozenset(codes)


def fixable(settings: Settings, rules: Iterable[KnownRule]) -> frozenset[str]:
    """Compute the codes whose fixes may be applied, of all rules. Raises `ConfigError`."""
    keys = (("fixable", True), ("extend-fixable", True), ("unfixable", False))
    asked = [
        (name, is_on, settings.place(key)) for key, is_on in keys for name in settings.value(key)
    ]
    return frozenset(code for code, is_on in _verdicts(asked, tuple(rules)).items() if is_on)


def _typed(key: str) -> str:
    return f"command line: `{key}`"


def _asked(selection: Selection, place: Callable[[str], str]) -> Iterator[tuple[str, bool, str]]:
    """List each selector with what it asks for and where it stands."""
    yield from ((name, True, place("select")) for name in selection.select or ())
    yield from ((name, True, place("extend-select")) for name in selection.extend_select)
    yield from ((name, False, place("ignore")) for name in selection.ignore)


def _verdicts(
    asked: Iterable[tuple[str, bool, str]], rules: tuple[KnownRule, ...]
) -> dict[str, bool]:
    """Say on or off for each code spoken of; the most specific selector has the last word."""
    on: dict[str, bool] = {}
    for name, is_on, place in sorted(asked, key=lambda one: (_specificity(one[0]), not one[1])):
        on |= dict.fromkeys(matching(name, rules, place), is_on)
    return on


def _specificity(selector: str) -> int:
    return 0 if selector == "ALL" else len(selector) if selector.startswith("KRL") else 99


def matching(selector: str, rules: Iterable[KnownRule], place: str) -> frozenset[str]:
    """List the codes that a selector means: `ALL`, a prefix of codes, or a rule's name."""
    rules = tuple(rules)
    if selector == "ALL":
        return frozenset(rule.code for rule in rules)
    is_code = selector.startswith("KRL")
    found = frozenset(
        rule.code
        for rule in rules
        if rule.name == selector or (is_code and rule.code.startswith(selector))
    )
    if found:
        return found
    known = {"ALL", *(rule.code for rule in rules), *(rule.name for rule in rules)}
    import difflib

    near = difflib.get_close_matches(selector, sorted(known), n=1, cutoff=0.75)
    hint = f"did you mean `{near[0]}`?" if near else "`keraslint rule` lists the rules"
    raise ConfigError(f"{place}: unknown rule selector `{selector}`; {hint}")
