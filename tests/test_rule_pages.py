"""Each rule's page is complete, and it runs: *Bad* is found, and fixing it gives *Good*."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from keraslint.engine.lint import lint
from keraslint.fix.session import fix
from keraslint.project.names.names_of_one_keras import told_in
from keraslint.rules import Rule, registry
from keraslint.settings import Settings

SECTIONS = (
    "What it does",
    "Why",
    "Bad",
    "Good",
    "Fix safety",
    "What is proved",
    "When not to use it",
    "Errors this prevents",
    "References",
)
OPTIONAL = {"References"}
CODE = ("Bad", "Good")
SETTINGS = Settings(select=("ALL",))
# How the layer of each page about creation in `build()` is made, and called. What other rules say
# of their examples is observed by `fixtures/<rule>/_consequence.py`.
RECIPES = {
    "layer-in-build": {"Bad": "Block(4)", "Good": "Block(4)"},
    "shape-known-in-init": {"Bad": "Block(3, 4)", "Good": "Block(3, 4)"},
    "shape-dependent-layer": {"Bad": "Block(4)", "Good": "Block(4)"},
}
Observed = dict[str, Any]


def sections(rule: Rule) -> dict[str, str]:
    """The parts of a page by their headings; the summary line comes under the empty name."""
    parts = re.split(r"^## (.+)$", rule.page, flags=re.MULTILINE)
    return {"": parts[0].strip()} | {
        name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def example(rule: Rule, section: str) -> str:
    """The one code block of a section."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", sections(rule)[section], re.M | re.S)
    return str(code)


def has_examples(rule: Rule) -> bool:
    return rule.name != "undecodable-file"  # bytes that are no text cannot stand on a page


def found_in(text: str, settings: Settings = SETTINGS) -> list[str]:
    result = lint([], settings, stdin=("block.py", text.encode()))
    return [diagnostic.code for diagnostic in result.diagnostics]


def every(*rules: Rule) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in rules])


WITH_EXAMPLES = [rule for rule in registry() if has_examples(rule)]
FIXABLE = [rule for rule in registry() if rule.fixable != "never"]
ABOUT_LAYERS = [rule for rule in registry() if rule.check or rule.search]
ABOUT_CREATION = [rule for rule in ABOUT_LAYERS if rule.name in RECIPES]
WITH_CONSEQUENCE = [rule for rule in ABOUT_LAYERS if rule.name not in RECIPES]
KERAS_2 = Settings(select=("ALL",), keras=2)
FOR_KERAS_2 = [
    rule
    for rule in ABOUT_LAYERS
    if rule.code in found_in(example(rule, "Bad"), KERAS_2)
    and 3 not in dict(told_in(example(rule, "Bad")))
]
"""The rules whose example is code for Keras 2 as well, and found there."""
FIXTURES = Path(__file__).parent.parent / "fixtures"


@every(*registry())
def test_a_page_has_its_sections_in_order(rule: Rule) -> None:
    there = [name for name in sections(rule) if name]
    expected = [
        name
        for name in SECTIONS
        if name in there or (name not in OPTIONAL and (has_examples(rule) or name not in CODE))
    ]

    assert there == expected
    assert all(sections(rule).values())


@every(*registry())
def test_a_page_starts_with_what_to_do_on_one_line(rule: Rule) -> None:
    first = sections(rule)[""]

    assert re.fullmatch(r"[A-Z][^\n]{20,99}\.", first)
    assert not rule.summary.endswith(".")


@every(*WITH_EXAMPLES)
def test_bad_is_found_exactly_once(rule: Rule) -> None:
    assert found_in(example(rule, "Bad")) == [rule.code]


@every(*WITH_EXAMPLES)
def test_good_is_clean(rule: Rule) -> None:
    assert found_in(example(rule, "Good")) == []


@every(*FIXABLE)
def test_fixing_bad_gives_good(rule: Rule) -> None:
    bad = example(rule, "Bad")

    done = fix([], SETTINGS, unsafe=True, prove=None, write=False, stdin=("b.py", bad.encode()))

    assert done.changed["b.py"][1] == example(rule, "Good")


@every(*(rule for rule in registry() if rule.fixable == "never"))
def test_what_is_not_fixable_is_not_fixed(rule: Rule) -> None:
    assert "There is no fix" in sections(rule)["Fix safety"]


@every(*FIXABLE)
def test_a_fixable_page_says_when_it_is_safe(rule: Rule) -> None:
    assert "safe" in sections(rule)["Fix safety"]


# -- with the real Keras -------------------------------------------------------------------------
# `test_consequences.py` observes more of it, on the fixtures: reloading, dropped builds.


def consequence(rule: Rule) -> Path:
    """A script with `observe(names)`, `BAD` and `GOOD`: what it says of the two examples."""
    return FIXTURES / rule.name / "_consequence.py"


def test_every_page_about_layers_is_observed() -> None:
    assert RECIPES.keys() <= {rule.name for rule in ABOUT_LAYERS}
    assert [rule.name for rule in WITH_CONSEQUENCE if not consequence(rule).exists()] == []


def observe(rules: list[Rule], *flags: str) -> Observed:
    """Run all the examples in one child process, since starting Keras takes seconds."""
    work = {
        rule.name: {
            section: {
                "text": example(rule, section),
                "made": RECIPES.get(rule.name, {}).get(section, ""),
                "script": "" if rule.name in RECIPES else str(consequence(rule)),
            }
            for section in CODE
        }
        for rule in rules
    }
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    run = subprocess.run(
        [sys.executable, "-B", str(Path(__file__).with_name("observe_pages.py")), *flags],
        input=json.dumps(work),
        capture_output=True,
        text=True,
        env=environment,
        timeout=1200,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: Observed = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def observed() -> Observed:
    return observe(ABOUT_LAYERS)


@pytest.fixture(scope="module")
def observed_on_2() -> Observed:
    pytest.importorskip("tf_keras")
    return observe(FOR_KERAS_2, "--keras-2")


@pytest.mark.keras
@every(*ABOUT_CREATION)
def test_what_is_frozen_before_the_first_call_trains_in_bad(rule: Rule, observed: Observed) -> None:
    assert observed[rule.name]["Bad"]["trainable although frozen"] == 2


@pytest.mark.keras
@every(*ABOUT_CREATION)
def test_what_is_frozen_before_the_first_call_stays_in_good(rule: Rule, observed: Observed) -> None:
    assert observed[rule.name]["Good"]["trainable although frozen"] == 0


@pytest.mark.keras
@every(*ABOUT_CREATION)
def test_only_good_knows_its_layers_before_the_first_call(rule: Rule, observed: Observed) -> None:
    assert observed[rule.name]["Bad"]["layers before the first call"] == 0
    assert observed[rule.name]["Good"]["layers before the first call"] == 1


@every(*ABOUT_LAYERS)
def test_a_page_says_what_it_claims_on_keras_2(rule: Rule) -> None:
    assert "Keras 2" in " ".join(rule.page.split())


@pytest.mark.keras
@every(*(rule for rule in FOR_KERAS_2 if rule in ABOUT_CREATION))
def test_on_keras_2_a_freeze_reaches_what_is_created_late(
    rule: Rule, observed_on_2: Observed
) -> None:
    bad, good = observed_on_2[rule.name]["Bad"], observed_on_2[rule.name]["Good"]

    assert [one["layers before the first call"] for one in (bad, good)] == [0, 1]
    assert [one["trainable although frozen"] for one in (bad, good)] == [0, 0]


@pytest.mark.keras
@every(*(rule for rule in FOR_KERAS_2 if rule not in ABOUT_CREATION))
def test_what_a_page_claims_is_seen_on_keras_2_as_well(rule: Rule, observed_on_2: Observed) -> None:
    bad, good = observed_on_2[rule.name]["Bad"], observed_on_2[rule.name]["Good"]

    assert bad["expected"]
    assert bad["expected"] in bad["seen"]
    assert good["seen"] == good["expected"]
    assert good["seen"] != bad["seen"]


@pytest.mark.keras
def test_bad_raises_the_errors_that_the_pages_name(observed: Observed) -> None:
    (missing,) = re.findall(r"`(AttributeError: .+?)`", page_of("layer-in-build"))
    (incompatible,) = re.findall(r"`(ValueError: .+?)`", page_of("shape-known-in-init"))

    assert observed["layer-in-build"]["Bad"]["asked for `dense`"] == missing
    raised = observed["shape-known-in-init"]["Bad"]["5 channels, then 4"]
    assert raised.startswith("ValueError")
    assert incompatible[incompatible.index("is incompatible") :] in raised  # names differ


def page_of(name: str) -> str:
    (rule,) = (rule for rule in registry() if rule.name == name)
    return " ".join(rule.page.split())


@pytest.mark.keras
@every(*WITH_CONSEQUENCE)
def test_what_a_page_claims_of_bad_is_seen_in_bad_only(rule: Rule, observed: Observed) -> None:
    bad, good = observed[rule.name]["Bad"], observed[rule.name]["Good"]

    assert bad["expected"]
    assert bad["expected"] in bad["seen"]
    assert good["seen"] == good["expected"]
    assert good["seen"] != bad["seen"]


@pytest.mark.keras
@every(*WITH_CONSEQUENCE)
def test_an_error_is_quoted_as_keras_says_it(rule: Rule, observed: Observed) -> None:
    seen, page = " ".join(observed[rule.name]["Bad"]["seen"].split()), page_of(rule.name)
    quoted = re.findall(r"`(\w+Error: .+?)`(?=[.,;)]| )", page)
    parts = [part.strip(" .") for text in quoted for part in text.split("…") if part.strip(" .")]

    assert "ilent" in page or quoted
    assert not seen.partition(":")[0].endswith("Error") or any(part in seen for part in parts)
