"""A rule's code or name → its page, as text, markdown or JSON."""

from __future__ import annotations

from keraslint.config import matching
from keraslint.report.pages import pages_json, pages_markdown, pages_text
from keraslint.rules import registry


def pages(selector: str, output_format: str, *, width: int, colour: bool) -> str:
    """Render the pages of the rules that a selector means. Raises `ConfigError`."""
    known = registry()
    codes = matching(selector, known, "rule")
    rules = [rule for rule in known if rule.code in codes]
    if output_format == "json":
        one = selector in {name for rule in rules for name in (rule.code, rule.name)}
        return pages_json(rules, as_list=not one)
    if output_format == "markdown":
        return pages_markdown(rules)
    return pages_text(rules, width=min(width, 100), colour=colour)
