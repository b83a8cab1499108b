"""Glob patterns of the configuration, with ruff's meaning, matched against paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from keraslint.rule_selection import KnownRule, matching
from keraslint.settings import ConfigError, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Patterns ready to match: a path matches by its name, or by its whole absolute path."""

    names: frozenset[str]  # without wildcards: a set look-up, which is nearly all that is asked
    by_name: re.Pattern[str] | None
    by_path: re.Pattern[str] | None

    def match(self, path: str, name: str) -> bool:
        """Tell whether an absolute path, ending in `name`, matches one of the patterns."""
        if name in self.names:
            return True
        if self.by_name and self.by_name.fullmatch(name):
            return True
        return bool(self.by_path and self.by_path.fullmatch(path.replace("\\", "/")))


def compiled(patterns: Iterable[str], root: Path) -> Patterns:
    """Compile patterns; those with a slash are relative to `root`, the others match any name.

    Raises `ConfigError` for one that cannot be matched.
    """
    cleaned = [pattern.rstrip("/").removeprefix("./") for pattern in patterns]
    names = frozenset(pattern for pattern in cleaned if not re.search(r"[/*?\[{]", pattern))
    globs = [pattern for pattern in cleaned if pattern not in names]
    prefix = re.escape(root.resolve().as_posix().rstrip("/") + "/")
    slashed = [
        _regex(pattern) if pattern.startswith("/") else prefix + _regex(pattern)
        for pattern in globs
        if "/" in pattern
    ]
    return Patterns(
        names=names,
        by_name=_any(_regex(glob) for glob in globs if "/" not in glob),
        by_path=_any(slashed),
    )


def excluded(path: Path, settings: Settings) -> bool:
    """Tell whether a file, or a folder above it inside the project, is excluded by pattern."""
    patterns = compiled((*settings.exclude, *settings.extend_exclude), settings.root)
    root, here = settings.root.resolve(), _placed(path)
    above = [folder for folder in here.parents if root in folder.parents]
    return any(patterns.match(str(one), one.name) for one in (here, *above))


def silenced(path: str, settings: Settings, rules: Iterable[KnownRule]) -> frozenset[str]:
    """List the codes that `per-file-ignores` turns off in one file. Raises `ConfigError`."""
    if not settings.ignores:
        return frozenset()
    rules = tuple(rules)
    here = _placed(Path(path))
    codes: set[str] = set()
    for pattern, selectors in settings.ignores:
        patterns = compiled([pattern.removeprefix("!")], settings.root)
        if patterns.match(str(here), here.name) is not pattern.startswith("!"):
            for selector in selectors:
                codes |= matching(selector, rules, "`per-file-ignores`")
    return frozenset(codes)


def _placed(path: Path) -> Path:
    """Resolve the folder, so that it does not matter by which links one came; not the file."""
    return path.parent.resolve() / path.name


def _any(regexes: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(f"(?:{regex})" for regex in regexes)
    return re.compile(joined, re.DOTALL) if joined else None


_TOKEN = re.compile(r"/\*\*/|^\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|\{[^{}]*\}|.", re.DOTALL)


@lru_cache(maxsize=256)
def _regex(glob: str) -> str:
    """Translate a glob as Rust's globset does: `*` crosses slashes, `{a,b}` is a choice."""
    regex = "".join(_piece(token) for token in _TOKEN.findall(glob))
    try:
        re.compile(regex)
    except re.error as error:
        raise ConfigError(f"`{glob}` is no file pattern: {error.msg}") from None
    return regex


def _piece(token: str) -> str:
    if token == "/**/":
        return "/(?:.*/)?"
    if token == "**/":
        return "(?:.*/)?"
    if token == "/**":
        return "/.*"
    if token[0] == "*":
        return ".*"
    if token == "?":
        return "."
    if token[0] == "{" and len(token) > 1:
        return "(?:" + "|".join(_regex(one) for one in token[1:-1].split(",")) + ")"
    if token[0] == "[" and len(token) > 2:
        inner = re.sub(r"([\\\[&|~])", r"\\\1", token[1:-1])
        return "[" + ("^" + inner[1:] if inner.startswith("!") else inner) + "]"
    return re.escape(token)
