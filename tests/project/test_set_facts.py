"""The facts of a function name what it keeps in a `set`, and what is in there."""

from __future__ import annotations

import textwrap

import pytest

from keraslint.project.facts import summarize
from keraslint.project.facts.module_facts import FunctionSummary


def facts_of(body: str) -> FunctionSummary:
    text = f"def build(self, flag):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    return summarize(text, "module", "module.py").functions["build"]


@pytest.mark.parametrize(
    "value",
    [
        "{Dense(1), Dense(2)}",
        "{Dense(n) for n in range(3)}",
        "set([Dense(1)])",
        "{Dense(1)} if flag else set()",
    ],
)
def test_an_attribute_that_gets_a_set_is_named_with_what_is_in_it(value: str) -> None:
    facts = facts_of(f"self.blocks: set = {value}")

    assert facts.sets == {"self.blocks"}
    assert "Dense()" in facts.bindings["self.blocks"]


@pytest.mark.parametrize("value", ["[Dense(1)]", "{'a': Dense(1)}", "frozenset()", "{1} or x"])
def test_another_container_is_no_set(value: str) -> None:
    assert not facts_of(f"self.blocks = {value}").sets


def test_what_is_added_to_a_set_later_is_in_it() -> None:
    facts = facts_of("self.blocks = set()\nself.blocks.add(Dense(1))")

    assert facts.sets == {"self.blocks"}
    assert "Dense()" in facts.bindings["self.blocks"]


def test_a_local_name_that_holds_a_set_is_named() -> None:
    facts = facts_of("blocks = {Dense(1)}\nself.blocks = blocks")

    assert facts.sets == {"blocks"}
    assert facts.bindings["self.blocks"] == ("blocks",)


@pytest.mark.parametrize("statement", ["self.blocks[0] = x", "self.blocks[:2], y = x, 1"])
def test_what_gets_an_item_is_kept(statement: str) -> None:
    assert facts_of(statement).items == {"blocks"}


@pytest.mark.parametrize("statement", ["self.blocks = x", "self.table.rows[0] = x", "y[0] = x"])
def test_other_assignments_give_it_none(statement: str) -> None:
    assert not facts_of(statement).items
