"""Rule pages: markdown → wrapped text for a terminal, one markdown reference, or JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from keraslint.report.highlight import pieces
from keraslint.report.palette import Palette

_ITEM = re.compile(r"(\s*(?:[-*]|\d+\.)\s+)(.*)")
_VERBATIM = re.compile(r"^(?:    |\t|\|)")
_CODE = re.compile(r"`[^`]+`")
_HEADING = re.compile(r"^(#+ )", re.MULTILINE)
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_GLUE = "\ue000"  # a space within code, at which no line is broken


class Page(Protocol):
    """What a rule says of itself."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def default(self) -> bool: ...
    @property
    def fixable(self) -> str: ...


def pages_text(rules: Iterable[Page], *, width: int, colour: bool) -> str:
    """Render pages for a terminal, wrapped to its width; code stays as it is."""
    palette = Palette(colour)
    return "\n".join(_text(rule, width, palette) for rule in rules)


def pages_markdown(rules: Iterable[Page]) -> str:
    """Render the page of one rule, or one reference of several with a table of them."""
    rules = tuple(rules)
    pages = [
        f"# {rule.name} ({rule.code})\n\n{availability(rule)}\n\n{rule.page.strip()}\n"
        for rule in rules
    ]
    if len(pages) == 1:
        return pages[0]
    return "\n".join([f"# Rules\n\n{rules_table(rules)}", *map(_demoted, pages)])


def rules_table(rules: Iterable[Page]) -> str:
    """Render the table that README and the reference have in common."""
    lines = ["| code | name | what it finds | fix | on by default |", "|---|---|---|---|---|"]
    for rule in rules:
        default = "yes" if rule.default else "no"
        cells = (rule.code, f"`{rule.name}`", rule.summary, rule.fixable, default)
        lines.append(f"| {' | '.join(cells)} |")
    return "".join(f"{line}\n" for line in lines)


def _demoted(page: str) -> str:
    """Make headings one level lower; what looks like one in code is a comment."""
    parts = _FENCE.split(page)
    parts[::2] = [_HEADING.sub(r"#\1", prose) for prose in parts[::2]]
    return "".join(parts)


def pages_json(rules: Iterable[Page], *, as_list: bool) -> str:
    """Render as JSON, with ruff's keys where it has one."""
    records = [
        {
            "name": rule.name,
            "code": rule.code,
            "summary": rule.summary,
            "fix": f"Fix is {rule.fixable} available.",
            "fixable": rule.fixable,
            "default": rule.default,
            "explanation": rule.page.strip(),
        }
        for rule in rules
    ]
    return json.dumps(records if as_list else records[0], indent=2) + "\n"


def wrapped(page: str, *, width: int, colour: bool) -> str:
    """Render a page to copy from: as the pages of rules, but its code stays as it is."""
    lines = _wrapped(page.strip(), width, Palette(colour), to_copy=True)
    return "\n".join(lines) + "\n"


def availability(rule: Page) -> str:
    """Say whether a rule is on by default, and whether it has a fix."""
    fix = {"always": "Its fix is always available.", "never": "It has no fix."}
    default = "On by default." if rule.default else "Off by default."
    return f"{default} {fix.get(rule.fixable, 'Its fix is sometimes available.')}"


def _text(rule: Page, width: int, palette: Palette) -> str:
    title = f"{palette.red(rule.code)} {palette.bold(rule.name)}"
    return (
        "\n".join([title, availability(rule), "", *_wrapped(rule.page.strip(), width, palette)])
        + "\n"
    )


def _wrapped(page: str, width: int, palette: Palette, *, to_copy: bool = False) -> Iterator[str]:
    """Wrap paragraphs and list items; headings stand out; fences, tables and code stay."""
    for block in blocks(page.splitlines()):
        first = block[0]
        if first.lstrip().startswith("```") and not to_copy:
            yield from _shown(block, palette)
        elif first.lstrip().startswith("```") or _VERBATIM.match(first) or not first.strip():
            yield from block
        elif first.startswith("#"):
            yield palette.bold(first.lstrip("# "))
        else:
            item = _ITEM.match(first)
            indent = " " * len(item[1]) if item else ""
            text = " ".join(line.strip() for line in block)
            text = _CODE.sub(lambda code: code[0].replace(" ", _GLUE), text)
            lead = item[1] if item else ""
            text = text[len(lead.lstrip()) :] if item else text
            fill = textwrap.TextWrapper(width, initial_indent=lead, subsequent_indent=indent)
            fill.break_long_words = fill.break_on_hyphens = False
            yield from (line.replace(_GLUE, " ") for line in fill.wrap(text))


def _shown(fence: list[str], palette: Palette) -> Iterator[str]:
    """Show code by indenting it, in colour where there is some."""
    language = fence[0].strip().removeprefix("```").strip()
    code = "\n".join(line for line in fence[1:] if line.strip() != "```")
    looks = {"keyword": palette.cyan, "string": palette.green, "comment": palette.gutter,
             "added": palette.green, "removed": palette.red, "place": palette.cyan}  # fmt: skip
    text = "".join(_painted(one.text, looks.get(one.look)) for one in pieces(code, language))
    yield from (f"    {line}" if line else "" for line in text.split("\n"))


def _painted(text: str, paint: Callable[[str], str] | None) -> str:
    """Paint each line by itself, so that no colour runs over a margin."""
    return text if paint is None else "\n".join(map(paint, text.split("\n")))


def blocks(lines: list[str]) -> Iterator[list[str]]:
    """Cut markdown into fences, single special lines, and runs of prose."""
    run: list[str] = []
    fenced = False
    for line in lines:
        is_fence = line.lstrip().startswith("```")
        alone = not line.strip() or line.startswith("#") or (not run and _VERBATIM.match(line))
        if run and not fenced and (alone or is_fence or _ITEM.match(line)):
            yield run
            run = []
        if is_fence:
            fenced = not fenced
        run.append(line)
        if not fenced and (is_fence or alone):
            yield run
            run = []
    if run:
        yield run
