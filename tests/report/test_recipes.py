"""Recipes as configuration that can be kept: what is printed is what is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keraslint.diagnostic import Outcome, Verdict
from keraslint.proof.recipes.recipe import recipes_of_config
from keraslint.report.verdicts.used_recipes import recipes_toml, renamed
from keraslint.settings import load

PROVED = Verdict(outcome=Outcome.PROVED, layer="Block", recipe="Block(4)(floats(2, 8))")


def kept(text: str, folder: Path) -> dict[str, tuple[str, ...]]:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return dict(load(folder).recipes)


@pytest.mark.parametrize(
    "recipe",
    [
        "Block(4)(floats(2, 8))",
        'Block(4, padding="same")(floats(2, 8))',
        "Block(4, padding='same')(floats(2, 8))",
        """Block('"', "\\\\'")(floats(2, 8))""",
        'Block("\\t")(floats(2, 8))\nBlock("ü", path="C:\\\\x")(ints(2))',
        'Block("tab\there, bell\x07, delete\x7f")(floats(2))',
    ],
)
def test_what_is_printed_is_what_is_read(recipe: str, tmp_path: Path) -> None:
    text = recipes_toml([("a.py", replace(PROVED, recipe=recipe))])

    read = recipes_of_config("Block", kept(text, tmp_path))

    assert [one.text for one in read] == recipe.splitlines()


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), min_size=1))
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    recipe = "\n".join(texts)
    lines = tuple(recipe.splitlines())
    if not lines:
        return
    text = recipes_toml([("a.py", replace(PROVED, recipe=recipe))])

    assert kept(text, tmp_path_factory.mktemp("any"))["Block"] == lines


def test_a_name_that_is_no_bare_key_is_quoted(tmp_path: Path) -> None:
    verdict = replace(PROVED, layer="Outer.Blöck")

    assert list(kept(recipes_toml([("a.py", verdict)]), tmp_path)) == ["Outer.Blöck"]


def test_two_layers_of_one_name_are_one_key_and_a_comment(tmp_path: Path) -> None:
    other = replace(PROVED, recipe="Block('x')(ints(2))")

    text = recipes_toml([("a.py", PROVED), ("b\n.py", other), ("c.py", PROVED)])

    assert kept(text, tmp_path) == {"Block": (PROVED.recipe,)}
    assert text.count("Block(4)") == 1
    assert "# another one, in b?.py: \"Block('x')(ints(2))\"" in text


def test_what_is_unknown_gives_no_recipe() -> None:
    unknown = replace(PROVED, outcome=Outcome.UNKNOWN)

    assert recipes_toml([("a.py", unknown)]) == "# no layer was proved or refuted\n"


def test_a_recipe_can_be_kept_for_the_new_name() -> None:
    recipe = "Block(Block(1), MyBlock(2), other.Block(3))(floats(2))"

    assert renamed(recipe, {"Block": "New"}) == (
        "New(New(1), MyBlock(2), other.Block(3))(floats(2))"
    )
