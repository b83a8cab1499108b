"""Layers in two versions, with the verdicts on them → one self-contained HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from keraslint import __version__
from keraslint.diagnostic import Outcome
from keraslint.report.html.markup import Markup, breakable, element, joined
from keraslint.report.html.proof_sections import (
    changes,
    measures,
    ran,
    recipe,
    ticked,
    warnings,
    weights,
)
from keraslint.report.verdicts.checkpoint import QUESTION, checkpoint_answer, has_answer
from keraslint.report.verdicts.compared_layer import Exhibit

_CSS = Path(__file__).with_name("page.css")
_WORDS = (
    ("kept", "the same in both versions"),
    ("mended", "wrong in the old version, right in the new one"),
    ("changed", "different, as a correct rewrite may be"),
    ("broken", "different, or no longer possible: this refutes the rewrite"),
    ("skipped", "possible in neither version"),
)
_CLAIM = (
    "Both versions of each layer were built and run in a child process: called, trained, saved and "
    "loaded, with the same weights and the same inputs. A proof says that they agree wherever they "
    "were run. It is evidence, not mathematics."
)


@dataclass(frozen=True, slots=True)
class Origin:
    """When a page was made, and at which commit of the project; empty where that is not known."""

    date: str = ""
    commit: str = ""


UNKNOWN = Origin()


def page(exhibits: Sequence[Exhibit], notes: Sequence[str] = (), of: Origin = UNKNOWN) -> str:
    """Render the report; the same layers, verdicts and origin give the same bytes."""
    head = (
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"keraslint: {_counted(exhibits)}"),
        element("style", Markup(f"\n{_CSS.read_text(encoding='utf-8')}")),
    )
    layers = [_layer(number, one) for number, one in enumerate(exhibits, 1)]
    body = (_header(exhibits, notes, of), element("main", layers), _footer())
    html = element("html", element("head", head), "\n", element("body", body), lang="en")
    return f"<!doctype html>\n{html}\n"


def _counted(exhibits: Sequence[Exhibit]) -> str:
    counts = Counter(one.verdict.outcome for one in exhibits)
    parts = [f"{counts[one]} {one.value}" for one in Outcome if counts[one]]
    return ", ".join(parts) or "no layer was run"


def _about(where: Sequence[str], of: Origin) -> str:
    """When and with what it was measured, and on which commit."""
    measured = f"Measured with {'; '.join(where)}" if where else "Nothing was run"
    made = [f"keraslint {__version__}", of.date and f"on {of.date}"]
    commit = of.commit and f"at commit {of.commit}"
    return f"{measured}, by {' '.join(filter(None, [*made, commit]))}."


def _header(exhibits: Sequence[Exhibit], notes: Sequence[str], of: Origin) -> Markup:
    counts = Counter(one.verdict.outcome for one in exhibits)
    pills = [
        element("li", element("b", str(counts[one])), f" {one.value}", class_=f"pill {one.value}")
        for one in Outcome
        if counts[one]
    ]
    where = sorted({one.verdict.environment for one in exhibits} - {""})
    return element(
        "header",
        element("h1", "Did the layers stay what they were?"),
        element("ul", pills, class_="pills") if pills else element("p", "No layer was run."),
        element("p", _CLAIM, class_="claim"),
        element("p", _about(where, of), class_="quiet"),
        element("ol", _contents(exhibits), class_="contents") if len(exhibits) > 1 else None,
        element("ul", [element("li", ticked(note)) for note in notes]) if notes else None,
    )


def _contents(exhibits: Sequence[Exhibit]) -> list[Markup]:
    return [
        element(
            "li",
            _badge(one),
            element("a", element("code", one.name), href=f"#layer-{number}"),
            element("span", breakable(one.place), class_="quiet"),
        )
        for number, one in enumerate(exhibits, 1)
    ]


def _badge(one: Exhibit) -> Markup:
    outcome = one.verdict.outcome.value
    return element("span", outcome, class_=f"badge {outcome}")


def _layer(number: int, one: Exhibit) -> Markup:
    return element(
        "article",
        element("h2", element("code", one.name), _badge(one)),
        element("p", _origin(one), class_="quiet"),
        element("p", ticked(one.verdict.reason), class_="reason") if one.verdict.reason else None,
        _checkpoint(one) if has_answer(one.verdict) else None,
        changes(one),
        recipe(one.verdict),
        ran(one.verdict),
        measures(one.verdict),
        weights(one.verdict),
        warnings(one.verdict),
        id=f"layer-{number}",
        class_=one.verdict.outcome.value,
    )


def _origin(one: Exhibit) -> Markup:
    """Where the layer stands, which rule wanted the change, and what became of it."""
    parts = [
        joined(breakable(one.place), f":{one.new.line}"),
        element("code", one.code) if one.code else "",
        ticked(one.title),
        one.fate if one.fate != one.verdict.outcome.value else "",
    ]
    shown = [part for part in parts if part]
    return joined([joined(" · " if number else "", part) for number, part in enumerate(shown)])


def _checkpoint(one: Exhibit) -> Markup:
    answer = checkpoint_answer(one.verdict)
    word, _, rest = answer.partition(" ")
    kind = word.rstrip(":,")
    return element(
        "p",
        element("span", QUESTION, class_="question"),
        " ",
        element("b", kind, class_=f"answer {kind}"),
        word[len(kind) :],
        " ",
        ticked(rest),
        class_="checkpoint",
    )


def _footer() -> Markup:
    words = [(element("dt", word, class_=word), element("dd", text)) for word, text in _WORDS]
    return element(
        "footer",
        element("details", element("summary", "What the words mean"), element("dl", words)),
    )
