"""The pages of rules → one HTML page with a search, which needs no network and can be published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from keraslint import __version__
from keraslint.report.highlight import Piece, pieces
from keraslint.report.html.markup import Markup, element, joined
from keraslint.report.rule_pages import Page, availability, blocks

_HERE = Path(__file__)
_CODE = re.compile(r"(`[^`]+`)")
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)|(https?://[^\s)>,`]+[^\s)>,.`])")
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.)\s+(.*)", re.DOTALL)


def rule_site(rules: Iterable[Page]) -> str:
    """Render the reference; each rule stands under its code, as `#KRL101`, and under its name."""
    rules = tuple(rules)
    head = (
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", "keraslint: rules"),
        element("style", Markup(f"\n{_text('rule_site.css')}")),
    )
    body = (
        element(
            "header",
            element("h1", "keraslint rules"),
            element("p", "What each rule finds, why, and what its fix does.", class_="quiet"),
            element(
                "input",
                type="search",
                id="search",
                placeholder="Search: a code, a name, an error message",
                aria_label="Search the rules",
                autocomplete="off",
            ),
            element("p", "No rule says that.", id="none", hidden=True),
        ),
        element("nav", element("ol", [_entry(rule) for rule in rules])),
        element("main", [_article(rule) for rule in rules]),
        element("footer", element("p", f"keraslint {__version__}", class_="quiet")),
        element("script", Markup(f"\n{_text('rule_site.js')}")),
    )
    html = element("html", element("head", head), "\n", element("body", body), lang="en")
    return f"<!doctype html>\n{html}\n"


def _text(name: str) -> str:
    return _HERE.with_name(name).read_text(encoding="utf-8")


def _entry(rule: Page) -> Markup:
    link = element("a", element("b", rule.code), " ", rule.name, href=f"#{rule.code}")
    return element("li", link, element("span", _inline(rule.summary)), data_rule=rule.code)


def _article(rule: Page) -> Markup:
    return element(
        "article",
        element("span", id=rule.name),
        element(
            "h2",
            element("a", rule.code, href=f"#{rule.code}"),
            " ",
            element("code", rule.name),
        ),
        element("p", _inline(availability(rule)), class_="quiet"),
        list(_body(rule.page.strip())),
        id=rule.code,
    )


def _body(page: str) -> Iterator[Markup]:
    """Render headings, prose, lists, fences and tables: what rule pages are made of."""
    items: list[Markup] = []
    for block in blocks(page.splitlines()):
        text = " ".join(line.strip() for line in block)
        item = _ITEM.fullmatch(text)
        if item is not None and not block[0].startswith("```"):
            items.append(element("li", _inline(item[1])))
            continue
        if items and text:
            yield element("ul", items)
            items = []
        if block[0].lstrip().startswith("```"):
            yield _fence(block)
        elif text.startswith("#"):
            yield element("h3", _inline(text.lstrip("# ")))
        elif text:
            yield element("p", _inline(text))
    if items:
        yield element("ul", items)


def _fence(block: list[str]) -> Markup:
    language = block[0].strip().removeprefix("```").strip()
    code = "\n".join(line for line in block[1:] if line.strip() != "```")
    shown = [_coloured(piece) for piece in pieces(code, language)]
    return element("pre", element("code", shown))


def _coloured(piece: Piece) -> Markup | str:
    return element("span", piece.text, class_=piece.look) if piece.look else piece.text


def _inline(text: str) -> Markup:
    parts = _CODE.split(text)
    return joined(
        element("code", part[1:-1]) if _CODE.fullmatch(part) else _linked(part) for part in parts
    )


def _linked(text: str) -> Markup:
    shown: list[Markup | str] = []
    at = 0
    for link in _LINK.finditer(text):
        shown += [text[at : link.start()], _anchor(link)]
        at = link.end()
    return joined(shown, text[at:])


def _anchor(link: re.Match[str]) -> Markup:
    address = link[2] or link[3]
    return element("a", link[1] or address, href=address)
