"""A `[tool.keraslint]` table and the flags over it go in; checked, frozen `Settings` come out."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

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
_HEADER = re.compile(r"\s*\[+([^\[\]]+)\]")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]")
_ITEM = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*=")


class ConfigError(Exception):
    """The user's configuration or flags cannot be followed: a line for each thing that is wrong.

    `rest` is what could be read all the same, for whoever looks for more that is wrong.
    """

    def __init__(self, *messages: str, rest: Settings | None = None) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages
        self.rest = rest


@contextmanager
def all_at_once() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Go on after what is wrong, and tell it all at the end. Raises `ConfigError`."""
    messages: list[str] = []

    @contextmanager
    def noted() -> Iterator[None]:
        try:
            yield
        except ConfigError as error:
            messages.extend(error.messages)

    yield noted
    if messages:
        raise ConfigError(*dict.fromkeys(messages))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rules one source of configuration asks for; `select` of None keeps what was before."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
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
    severity: Mapping[str, str] = field(default_factory=dict)
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
    ignore_noqa: bool = False  # a flag alone: no file says that comments do not count
    any_use: bool = False  # tell also what harms only a use that the project does not show
    python: str | None = None
    timeout: float | None = None
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)  # of keys that were set

    def value(self, key: str) -> Any:
        """The value of an option by its key."""
        return getattr(self, key.replace("-", "_"))

    def place(self, key: str, item: str = "") -> str:
        """Say where an option, or an item of a table, was set, as the start of a message."""
        if item and f"{key}.{item}" in self.origins:
            return f"{self.origins[f'{key}.{item}']}: `{key}.{item}`"
        return f"{self.origins[key]}: `{key}`" if key in self.origins else f"`{key}`"

    @property
    def unfiltered(self) -> Settings:
        """The same, with every rule on everywhere, whatever comments say."""
        return replace(
            self,
            select=("ALL",),
            extend_select=(),
            ignore=(),
            flags=Selection(),
            per_file_ignores={},
            extend_per_file_ignores={},
            ignore_noqa=True,
            baseline=None,
        )

    @property
    def ignores(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each pattern of files with the rules that are turned off there."""
        return *self.per_file_ignores.items(), *self.extend_per_file_ignores.items()

    def path(self, relative: str) -> Path:
        """Place a path of the configuration under `root`."""
        return self.root / relative


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
    found = (in_folder(folder) for folder in (here, *here.parents))
    return next(filter(None, found), None)


def in_folder(folder: Path) -> Path | None:
    """Find the configuration that stands in a folder. Raises `ConfigError`."""
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
    table = _table(file) or {}
    return _over(settings, table, shown(file), here=settings.root, lines=_lines(file))


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


def toml_table(text: str) -> dict[str, Any]:
    """What a TOML text of somebody else's holds; nothing if it is not valid."""
    try:
        return _toml(text, "")
    except ConfigError:
        return {}


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


def _over(
    settings: Settings,
    table: Mapping[str, object],
    where: str,
    *,
    here: Path,
    lines: Mapping[str, int] = MappingProxyType({}),
) -> Settings:
    """Read a table over the settings; each wrong key or type is an error in one line.

    Relative paths and patterns are meant to start `here`; `lines` says where a key stands.
    """
    values: dict[str, Any] = {}
    places = {key: f"{where}:{lines[key]}" if key in lines else where for key in table}
    items = {key: f"{where}:{line}" for key, line in lines.items() if "." in key}
    origins = {**settings.origins, **items, **places}
    try:
        with all_at_once() as noted:
            for key, raw in table.items():
                with noted():
                    value = _read(key, raw, _place_of(key, raw, where, lines) or places[key])
                    elsewhere = here != settings.root or OPTIONS[key].holds == "program"
                    value = anchored(key, value, here) if elsewhere else value
                    values[key.replace("-", "_")] = value
    except ConfigError as error:
        rest = replace(settings, origins=origins, **values)
        raise ConfigError(*error.messages, rest=rest) from None
    return replace(settings, origins=origins, **values)


def _place_of(key: str, raw: object, where: str, lines: Mapping[str, int]) -> str:
    """Where the first wrong item of a table stands, `""` if that cannot be told."""
    option = OPTIONS.get(key)
    for name, item in raw.items() if option is not None and isinstance(raw, Mapping) else ():
        line = lines.get(f"{key}.{name}", 0)
        if line and option is not None and option.kind.read({name: item}) is None:
            return f"{where}:{line}"
    return ""


def _read(key: str, raw: object, place: str) -> Any:
    option = OPTIONS.get(key)
    if option is None:
        raise ConfigError(f"{place}: unknown key `{key}`{_hint(key)}")
    value = option.kind.read(raw)
    if value is None and isinstance(raw, Mapping):
        raw = {k: v for k, v in raw.items() if option.kind.read({k: v}) is None} or raw
    if value is None:
        raise ConfigError(f"{place}: `{key}` must be {option.kind.must_be}, not {_quoted(raw)}")
    return value


def _lines(file: Path) -> dict[str, int]:
    """Where each of our keys is set in a file that is TOML, as far as lines tell."""
    ours = "tool.keraslint" if file.name == "pyproject.toml" else ""
    table = inside = ""
    found: dict[str, int] = {}
    text = file.read_text("utf-8-sig", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            inside = ""
            table = re.sub(r"[\s\"']", "", header[1])
            key = table.removeprefix(ours).removeprefix(".").split(".")[0]
            if table != ours and table.startswith(f"{ours}." if ours else "") and key:
                found.setdefault(key, number)
                inside = key
        elif table != ours and inside and (key_of := _ITEM.match(line)):
            found.setdefault(f"{inside}.{key_of[1]}", number)
        elif table == ours and (key_of := _KEY.match(line)):
            found.setdefault(key_of[1], number)
    return found


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
        flags=Selection(
            select=layer.select, extend_select=layer.extend_select, ignore=layer.ignore
        ),
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
