"""The rules: one file or one folder each, in a folder by the first digit of their codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint.diagnostic import Diagnostic, Fix, Promise, Severity, Span
from keraslint.examination import Symptom
from keraslint.rule_selection import fixable, severities
from keraslint.settings import Settings

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.facts.module_facts import ModuleSummary
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

LEFT = "the settings `fixable` and `unfixable` leave this rule out"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Cure:
    """What can be done about a finding: a fix, or the reason why there is none."""

    fix: Fix | None = None
    why_not: str = ""


Concerns = Callable[["Hierarchy", "ClassRef"], bool]
Check = Callable[["LayerClass"], Iterable[Finding]]
Search = Callable[["Hierarchy", "ModuleSummary"], Iterable[Finding]]
CureFor = Callable[["LayerClass", Finding], Cure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: how it is called, what it says of itself (`page`), what it finds, how it mends.

    `fixable` is always, sometimes or never. A rule looks at classes (`check`, `cure`), or at what
    summaries tell of whole modules (`search`); one with neither is about the file itself, and the
    route knows. Two cheap questions come before: a file without all of the `words` is not looked
    at, and LibCST reads a class only if it `concerns` the rule, as far as summaries tell. A rule
    that is `about_loading` tells what goes wrong when a whole model is saved and loaded: it has
    nothing to say of tests, nor where weights alone are saved. What one that is `of_keras_3` finds
    in a module does no harm on Keras 2. `why_silent` says of a class without a finding what decided
    that, and where. `explains` are the ways of failing, seen by `keraslint examine`, of which what
    the rule finds is the cause.
    """

    code: str
    name: str
    summary: str
    page: str
    default: bool = True
    fixable: str = "never"
    severity: Severity = Severity.WARNING
    promise: Promise = field(default_factory=Promise)
    explains: tuple[Symptom, ...] = ()
    words: tuple[str, ...] = ("class",)
    concerns: Concerns | None = None
    check: Check | None = None
    cure: CureFor | None = None
    search: Search | None = None
    why_silent: Check | None = None
    about_loading: bool = False
    of_keras_3: bool = False


@cache
def registry() -> tuple[Rule, ...]:
    """Every rule, by code."""
    folder = Path(__file__).parent
    doors = (file.parent for file in folder.glob("*/[!_]*/__init__.py"))
    files = sorted([*folder.glob("*/[!_]*.py"), *doors])
    rules = [import_module(f"{__name__}.{f.parent.name}.{f.stem}").rule for f in files]
    return tuple(sorted(rules, key=lambda rule: rule.code))


def graded(found: Iterable[Diagnostic], settings: Settings) -> tuple[Diagnostic, ...]:
    """Give each finding the severity of its rule, as the configuration has it."""
    of = severities(settings, registry())
    return tuple(
        one if one.severity is of[one.code] else replace(one, severity=of[one.code])
        for one in found
    )


def offered(found: Iterable[Diagnostic], settings: Settings) -> tuple[Diagnostic, ...]:
    """Take away the fixes of rules that the configuration says not to fix."""
    mended = fixable(settings, registry())
    return tuple(
        one if one.fix is None or one.code in mended else replace(one, fix=None, why_no_fix=LEFT)
        for one in found
    )
