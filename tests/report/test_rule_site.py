"""The rule reference as a page: everything is in it, nothing is lost, and it can be searched."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from keraslint.cli import run
from keraslint.report.highlight import pieces
from keraslint.report.html.rule_site import rule_site
from keraslint.report.rule_address import address_under
from keraslint.rules import registry

WORKFLOW = Path(__file__).parents[2] / ".github" / "workflows" / "docs.yml"
VOID = {"meta", "input", "br", "wbr"}


class Texts(HTMLParser):
    """Collects ids and text, and checks that elements are nested as they are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read() -> Texts:
    parsed = Texts()
    parsed.feed(rule_site(registry()))
    return parsed


def test_every_rule_has_an_anchor_under_its_code_and_its_name() -> None:
    page = read()

    assert page.open == []
    assert {rule.code for rule in registry()} <= set(page.ids)
    assert {rule.name for rule in registry()} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_it_says_all_that_the_pages_say() -> None:
    shown = re.sub(r"\W+", " ", read().text)

    for rule in registry():
        for line in rule.page.splitlines():
            if not line.startswith("```") and "](" not in line and "http" not in line:
                assert re.sub(r"\W+", " ", line).strip() in shown, line


def test_it_needs_no_network() -> None:
    page = rule_site(registry())

    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page) == []
    assert "@import" not in page


def test_what_a_page_says_is_never_markup() -> None:
    page = rule_site(registry())

    assert page.count("<script>") == 1
    assert "<class" not in page


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ('def f(x="a"):  # c\n    return x\n', "python"),
        ("class (\n  'not python", "python"),
        ("x = '''\nopen\n", "python"),
        ("@@ -1 +1 @@\n-a\n+b\n c\n", "diff"),
        ("$ keraslint src/\n", "text"),
        ("", "python"),
    ],
)
def test_pieces_are_the_code(code: str, language: str) -> None:
    assert "".join(piece.text for piece in pieces(code, language)) == code


def test_words_strings_and_comments_have_looks() -> None:
    looks = {p.text: p.look for p in pieces('return "a"  # c', "python") if p.look}

    assert looks == {"return": "keyword", '"a"': "string", "# c": "comment"}


def test_an_address_that_is_a_placeholder_leads_nowhere() -> None:
    assert address_under("https://keraslint.test/rules/", "KRL101") == (
        "https://keraslint.test/rules/#KRL101"
    )
    assert address_under("https://example.org/keraslint/rules/", "KRL101") is None
    assert address_under("", "KRL101") is None


def test_the_workflow_publishes_what_the_command_prints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (command,) = re.findall(r"run: (keraslint .+) > site/rules/index.html", WORKFLOW.read_text())

    assert run(command.split()[1:]) == 0
    assert capsys.readouterr().out == rule_site(registry())
