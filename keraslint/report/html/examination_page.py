"""Examinations of layers → one self-contained HTML page: classes as rows, healths as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from keraslint import __version__
from keraslint.diagnostic import WeightSeen
from keraslint.examination import Condition, Examination, Sign
from keraslint.report.html.markup import Markup, breakable, element, joined
from keraslint.report.html.proof_sections import part, ticked

_CSS = Path(__file__).with_name("page.css")
_SIGNS = {
    Condition.WORKS: ("✓", "mended"),
    Condition.BROKEN: ("✗", "broken"),
    Condition.NOT_APPLICABLE: ("–", "skipped"),
    Condition.NEVER_RAN: ("?", "unknown"),
}
_COLOURS = {"healthy": "proved", "broken": "refuted", "not examined": "unknown"}


def examination_page(examined: Sequence[Examination]) -> str:
    """Render the report; the same examinations give the same bytes."""
    counts = Counter(map(_state, examined))
    counted = ", ".join(f"{counts[one]} {one}" for one in sorted(counts)) or "no layer"
    head = (
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"keraslint examine: {counted}"),
        element("style", Markup(f"\n{_CSS.read_text(encoding='utf-8')}")),
    )
    pills = [
        element("li", element("b", str(counts[one])), f" {one}", class_=f"pill {_COLOURS[one]}")
        for one in sorted(counts)
    ]
    where = sorted({one.environment for one in examined} - {""})
    told = f"Run with {'; '.join(where) or 'nothing'}, by keraslint {__version__}."
    body = element(
        "main",
        element("h1", "Are the layers healthy?"),
        element("ul", pills, class_="pills"),
        element("p", told, class_="quiet"),
        _table(examined),
        [_layer(number, one) for number, one in enumerate(examined, 1)],
    )
    html = element("html", element("head", head), "\n", element("body", body), lang="en")
    return f"<!doctype html>\n{html}\n"


def _state(one: Examination) -> str:
    return "broken" if one.broken else "healthy" if one.signs else "not examined"


def _table(examined: Sequence[Examination]) -> Markup | None:
    """A row for each class that was examined, a column for each health."""
    rows = [(number, one) for number, one in enumerate(examined, 1) if one.signs]
    if not rows:
        return None
    names = [element("th", element("span", sign.health)) for sign in rows[0][1].signs]
    lines = [
        element("tr", element("th", _link(number, one)), [_cell(sign) for sign in one.signs])
        for number, one in rows
    ]
    head = element("thead", element("tr", element("th", "layer"), names))
    table = element("table", head, element("tbody", lines), class_="healths")
    return element("div", table, class_="scroll", tabindex="0")


def _link(number: int, one: Examination) -> Markup:
    return element("a", element("code", one.layer), href=f"#layer-{number}")


def _cell(sign: Sign) -> Markup:
    mark, kind = _SIGNS[sign.condition]
    title = f"{sign.health}: {sign.condition.value}" + (f", {sign.detail}" if sign.detail else "")
    return element("td", element("span", mark, class_=f"status {kind}"), title=title)


def _layer(number: int, one: Examination) -> Markup:
    colour = _COLOURS[_state(one)]
    told = [sign for sign in one.signs if sign.detail]
    rows = [element("tr", _cell(sign), element("td", _told(sign))) for sign in told]
    recipes = element("pre", element("code", one.recipe)) if one.recipe else None
    weights = element("table", [_weight(weight) for weight in one.weights], class_="weights")
    badge = element("span", _state(one), class_=f"badge {colour}")
    reason = f"{one.reason} ({one.cause})" if one.cause else one.reason
    place = f"cell {one.cell}:{one.line}" if one.cell else f"{one.line}"
    return element(
        "article",
        element("h2", element("code", one.layer), badge),
        element("p", breakable(one.path), f":{place}", class_="quiet"),
        element("p", ticked(reason), class_="reason") if one.reason else None,
        element("table", rows, class_="measures") if rows else None,
        part("Recipe", "", [recipes], opened=False) if recipes else None,
        part("Never ran", str(len(one.never)), [_list(one.never)], opened=False)
        if one.never
        else None,
        part("Weights", str(len(one.weights)), [weights], opened=False) if one.weights else None,
        id=f"layer-{number}",
        class_=colour,
    )


def _told(sign: Sign) -> Markup:
    """What is broken or noteworthy, the rule that says why, and the line to blame."""
    where = sign.cause
    return joined(
        element("b", sign.health),
        element("span", ticked(sign.meaning), class_="meaning"),
        element("span", ticked(sign.detail), f" ({where})" if where else "", class_="detail"),
    )


def _list(texts: Sequence[str]) -> Markup:
    return element("ul", [element("li", ticked(text)) for text in texts], class_="warnings")


def _weight(one: WeightSeen) -> Markup:
    about = [str(one.shape), one.dtype, *([] if one.trainable else ["not trainable"])]
    return element(
        "tr",
        element("td", element("code", breakable(one.path))),
        element("td", ", ".join(about), class_="quiet"),
    )
