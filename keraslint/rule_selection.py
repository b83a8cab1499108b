"""Settings and rules → the codes that are on, those that may be fixed, and how severe each is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from keraslint.diagnostic import Severity
from keraslint.settings import ConfigError, Selection, Settings, all_at_once

UNREADABLE = frozenset({"KRL002", "KRL003"})
"""The codes that tell of a file that cannot be read."""


class KnownRule(Protocol):
    """What must be known of a rule to select it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def default(self) -> bool: ...
    @property
    def severity(self) -> Severity: ...


def selected(settings: Settings, rules: Iterable[KnownRule]) -> frozenset[str]:
    """Compute the codes that are on: the most specific selector wins, as in ruff; flags come last.

    The codes that tell of an unreadable file are on unless ignored. Raises `ConfigError`.
    """
    rules = tuple(rules)
    always = {rule.code for rule in rules if rule.code in UNREADABLE}
    codes = always | {rule.code for rule in rules if rule.default}
    layer = Selection(
        select=settings.select, extend_select=settings.extend_select, ignore=settings.ignore
    )
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


def severities(settings: Settings, rules: Iterable[KnownRule]) -> dict[str, Severity]:
    """Compute the severity of each rule; the most specific selector wins. Raises `ConfigError`."""
    rules = tuple(rules)
    grades = {rule.code: rule.severity for rule in rules}
    for selector in sorted(settings.severity, key=_specificity):
        codes = matching(selector, rules, settings.place("severity", selector))
        grades |= dict.fromkeys(codes, Severity(settings.severity[selector]))
    return grades


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
    with all_at_once() as noted:
        for name, is_on, place in sorted(asked, key=lambda one: (_specificity(one[0]), not one[1])):
            with noted():
                on |= dict.fromkeys(matching(name, rules, place), is_on)
    return on


def _specificity(selector: str) -> int:
    return 0 if selector == "ALL" else len(selector) if selector.startswith("KRL") else 99


def matching(selector: str, rules: Iterable[KnownRule], place: str) -> frozenset[str]:
    """List the codes that a selector means: `ALL`, a prefix of codes, or a rule's name."""
    rules = tuple(rules)
    found = _meant(selector, rules)
    if found:
        return found
    near = _near(selector, rules)
    hint = f"did you mean `{near}`?" if near else "`keraslint rule` lists the rules"
    raise ConfigError(f"{place}: unknown rule selector `{selector}`; {hint}")


def _meant(selector: str, rules: tuple[KnownRule, ...]) -> frozenset[str]:
    if selector == "ALL":
        return frozenset(rule.code for rule in rules)
    is_code = selector.startswith("KRL")
    return frozenset(
        rule.code
        for rule in rules
        if rule.name == selector or (is_code and rule.code.startswith(selector))
    )


def _near(selector: str, rules: tuple[KnownRule, ...]) -> str:
    """The same in the other case, or what looks most like it; `""` where nothing does."""
    import difflib

    in_case = (selector.upper(), selector.lower().replace("_", "-"))
    if meant := next((one for one in in_case if _meant(one, rules)), ""):
        return meant
    known = {"ALL", *(rule.code for rule in rules), *(rule.name for rule in rules)}
    near = (difflib.get_close_matches(one, sorted(known), n=1, cutoff=0.75) for one in in_case)
    return next((one for found in near for one in found), "")
