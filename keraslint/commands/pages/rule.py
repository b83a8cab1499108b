"""Codes or names of rules → their pages as text, markdown, HTML or JSON; without any, a list."""

from __future__ import annotations

from collections.abc import Sequence

from keraslint.report.html.rule_site import rule_site
from keraslint.report.listing import listing
from keraslint.report.rule_pages import pages_json, pages_markdown, pages_text
from keraslint.rule_selection import matching
from keraslint.rules import registry
from keraslint.settings import all_at_once


def pages(selectors: Sequence[str], output_format: str, *, width: int, colour: bool) -> str:
    """Render the pages of the rules that selectors mean; without, list them as text.

    Raises:
        ConfigError: no rule is meant by some of the selectors.
    """
    if not selectors and output_format == "text":
        return _listed(min(width, 120), colour)
    known = registry()
    # Typed by a person: in a configuration, case matters.
    asked = [one.upper() if one.upper().startswith("KRL") else one for one in selectors]
    codes: set[str] = set()
    with all_at_once() as noted:
        for selector in asked or ("ALL",):
            with noted():
                codes |= matching(selector, known, "rule")
    rules = [rule for rule in known if rule.code in codes]
    if output_format == "json":
        names = {name for rule in rules for name in (rule.code, rule.name)}
        return pages_json(rules, as_list=len(asked) != 1 or asked[0] not in names)
    if output_format == "html":
        return rule_site(rules)
    if output_format == "markdown":
        return pages_markdown(rules)
    return pages_text(rules, width=min(width, 100), colour=colour)


def _listed(width: int, colour: bool) -> str:
    summaries = {
        f"{rule.code} {rule.name}": rule.summary + ("" if rule.default else " (off by default)")
        for rule in registry()
    }
    title = "`keraslint rule RULE` prints the page of a rule, `keraslint rule --all` every page:"
    return listing(title, summaries, width=width, colour=colour)
