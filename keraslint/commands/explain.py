"""A place in a file → what is known of the class there, and why each rule speaks or is silent."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from keraslint.commands import Answer
from keraslint.engine.explanation import Explanation, explain
from keraslint.engine.kept_facts import KeptFacts
from keraslint.engine.store import Store
from keraslint.project.files.discover import WIDEST, files_in
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.project.syntax.parse import fault
from keraslint.report.explanation_text import explanation_text
from keraslint.report.json_record import absolute, record
from keraslint.settings import ConfigError, Settings, load, shown

_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+))?(?::\d+)?:?")
_NAMED = re.compile(r"(?P<path>.+):(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is to be explained: a file, the class around a line of it, or that of a name."""

    path: Path
    line: int = 0
    name: str = ""


def place(word: str) -> Place:
    """Read `FILE`, `FILE:LINE` or `FILE:LINE:COLUMN`, as reports print them, or `FILE:CLASS`."""
    path = Path(word)
    found = _PLACE.fullmatch(word)
    if found is None or path.exists():
        return Place(path=path)
    named = _NAMED.fullmatch(word)
    if named is not None and Path(named["path"]).exists():
        return Place(path=Path(named["path"]), name=named["name"])
    return Place(path=Path(found["path"]), line=int(found["line"] or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was typed: a place, how to print it, and what holds for the run."""

    place: str
    output_format: str
    config: tuple[str, ...]
    isolated: bool
    keras: int | None
    python: str | None
    no_cache: bool
    cache_dir: str | None
    width: int
    colour: bool


def answer(asked: Question) -> Answer:
    """Explain a file's classes. Raises `ConfigError` where there is nothing to explain."""
    at = place(asked.place)
    text = read(at.path.absolute())
    if isinstance(text, Unreadable):
        raise ConfigError(f"{at.path}: {text.reason}")
    told = _around(_explain(text, _settings(asked, at)), at)
    if asked.output_format == "json":
        return Answer(out=json.dumps([_plain(one) for one in told], indent=2) + "\n")
    width = min(asked.width, 110)
    return Answer(out=explanation_text(told, at.line, width=width, colour=asked.colour))


def _settings(asked: Question, at: Place) -> Settings:
    """The configuration that holds for a file. Raises `ConfigError`."""
    flags = {"keras": asked.keras, "python": asked.python, "cache-dir": asked.cache_dir}
    settings = load(at.path.parent, config=asked.config, isolated=asked.isolated, flags=flags)
    settings = replace(settings, cache=settings.cache and not asked.no_cache)
    if settings.file is not None:
        return settings
    here = Path.cwd()
    below = here in at.path.absolute().parents
    return replace(settings, root=here if below else at.path.absolute().parent)


def _explain(text: Source, settings: Settings) -> tuple[Explanation, ...]:
    store = Store(settings.path(settings.cache_dir)) if settings.cache else None
    others = [read(path) for path in _files(text, settings) if str(path) != text.path]
    project = [text, *(one for one in others if isinstance(one, Source))]
    facts = KeptFacts(store)
    facts.fetch_outlines(project)
    try:
        told = explain(text, project, settings, facts)
    except (SyntaxError, ValueError, RecursionError) as error:
        line, column, reason = fault(error)
        raise ConfigError(f"{shown(Path(text.path))}:{line}:{column}: {reason}") from None
    facts.rest()
    return told


def _files(text: Source, settings: Settings) -> tuple[Path, ...]:
    """The files of the project, named as the file is; of a very large one none."""
    files = files_in(settings.root, settings, at_most=WIDEST) or ()
    own = Path(text.path).resolve()
    return tuple(path for path in files if path.suffix == ".py" and path.resolve() != own)


def _around(told: tuple[Explanation, ...], at: Place) -> tuple[Explanation, ...]:
    """The innermost class around a line, that of a name, or all. Raises `ConfigError`."""
    if not told:
        raise ConfigError(f"{at.path}: there is no class in this file")
    if not (at.line or at.name):
        return told
    there = ", ".join(f"`{one.name}` (line {one.line})" for one in told)
    if at.name:
        named = [one for one in told if _is_meant(at.name, one.name)]
        if not named:
            raise ConfigError(f"{at.path}: there is no class `{at.name}`; there is {there}")
        return tuple(named)
    around = [one for one in told if one.line <= at.line <= one.last]
    if not around:
        raise ConfigError(f"{at.path}:{at.line}: this line is in no class; there is {there}")
    return (max(around, key=lambda one: one.line),)


def _is_meant(name: str, cls: str) -> bool:
    """Whether a name is that of a class, with or without the class around it, or of a method."""
    outer = name.rpartition(".")[0]
    return any(one and f".{cls}".endswith(f".{one}") for one in (name, outer))


def _plain(one: Explanation) -> dict[str, Any]:
    """Turn an explanation into plain values; findings have the keys that `check` gives them."""
    told = asdict(replace(one, rules=()))
    told["path"] = absolute(one.path)
    told["rules"] = [
        {
            "code": rule.code,
            "name": rule.name,
            "heard": rule.heard.value,
            "reason": rule.reason or None,
            "row": rule.line or None,
            "finding": record(rule.finding) if rule.finding is not None else None,
        }
        for rule in one.rules
    ]
    return told
