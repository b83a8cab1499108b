"""A rule's code or name, or none → its page as text, markdown, HTML or JSON, or a list of all."""

from __future__ import annotations

from keraslint.report.html.rule_site import rule_site
from keraslint.report.listing import listing
from keraslint.report.rule_pages import pages_json, pages_markdown, pages_text
from keraslint.rule_selection import matching
from keraslint.rules import registry


def pages(selector: str | None, output_format: str, *, width: int, colour: bool) -> str:
    """Render the pages of the rules that a selector means; without, list them as text.

    Raises:
        ConfigError: no rule is meant by the selector.
    """
    if selector is None and output_format == "text":
        return _listed(min(width, 120), colour)
    known = registry()
    if selector is not None and selector.upper().startswith("KRL"):
        selector = selector.upper()  # typed by a person: in a configuration, case matters
    codes = matching(selector or "ALL", known, "rule")
    rules = [rule for rule in known if rule.code in codes]
    if output_format == "json":
        one = selector in {name for rule in rules for name in (rule.code, rule.name)}
        return pages_json(rules, as_list=not one)
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
