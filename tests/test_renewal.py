"""A route that is told of new texts says what a fresh one would say."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.diagnostic import Diagnostic
from keraslint.engine.analysis import Route
from keraslint.project.files.source import Source
from keraslint.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
UNREADABLE = [*FIXTURES.glob("undecodable-file/*.py")]
LAYER = """\
import keras
from blocks import Base


class Block(Base):
    def __init__(self):
        super().__init__()

    def build(self, input_shape):
        self.dense = keras.layers.Dense(4)
        self.dense.build(input_shape)
"""
BASE = "import keras\n\n\nclass Base(keras.layers.Layer):\n    pass\n"
NO_LAYER = "class Base:\n    pass\n"
SUBCLASS = """\
from layer import Block


class Wide(Block):
    def __init__(self):
        super().__init__()
        self.dense.units = 8
"""
BROKEN = "class Base(\n"
TEXTS = {"layer.py": LAYER, "blocks.py": BASE, "wide.py": "x = 1\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def sources(folder: Path, texts: Mapping[str, str]) -> dict[str, Source]:
    return {name: Source(path=str(folder / name), text=text) for name, text in texts.items()}


def route(folder: Path, texts: Mapping[str, Source]) -> Route:
    settings = Settings(root=folder, cache=False, select=("KRL0", "KRL1"))
    return Route(tuple(texts.values()), settings)


def said(route: Route, text: Source) -> tuple[Diagnostic, ...]:
    return route.file(text).diagnostics


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("layer.py", "\n\n" + LAYER),
        ("layer.py", LAYER.replace("Dense(4)", "Dense(input_shape[-1])")),
        ("layer.py", LAYER.replace("self.dense = keras.layers.Dense(4)", "pass")),
        ("blocks.py", NO_LAYER),
        ("blocks.py", f"{BASE}\n    dense = None\n"),
        ("blocks.py", ""),
        ("wide.py", SUBCLASS),
    ],
)
def test_what_is_said_of_every_file_is_what_a_fresh_route_says(
    folder: Path, name: str, text: str
) -> None:
    old = sources(folder, TEXTS)
    new = {**old, name: Source(path=str(folder / name), text=text)}
    warm = route(folder, old)
    for source in old.values():
        warm.file(source)

    warm.file(new[name])

    fresh = route(folder, new)
    assert {n: said(warm, s) for n, s in new.items()} == {n: said(fresh, s) for n, s in new.items()}


def test_a_subclass_that_is_typed_makes_the_fix_of_its_base_unsafe(folder: Path) -> None:
    texts = sources(folder, TEXTS)
    warm = route(folder, texts)
    (before,) = said(warm, texts["layer.py"])

    warm.renew(Source(path=str(folder / "wide.py"), text=SUBCLASS))

    (after,) = said(warm, texts["layer.py"])
    assert before.fix is not None
    assert before.fix.applicability.value == "safe"
    assert after.fix is None or after.fix.applicability.value == "unsafe"


def test_a_text_that_is_broken_for_a_while_stays_what_it_was_for_the_others(folder: Path) -> None:
    texts = sources(folder, TEXTS)
    warm = route(folder, texts)
    broken = replace(texts["blocks.py"], text=BROKEN)

    (own,) = said(warm, broken)

    assert own.code == "KRL002"
    assert [one.code for one in said(warm, texts["layer.py"])] == ["KRL101"]


def test_without_cures_the_findings_are_the_same_and_have_no_fix(folder: Path) -> None:
    texts = sources(folder, TEXTS)
    warm = route(folder, texts)

    quick = warm.file(texts["layer.py"], cures=lambda span: False).diagnostics

    assert [one.fix for one in quick] == [None]
    assert quick == tuple(
        replace(one, fix=None, why_no_fix="") for one in said(warm, texts["layer.py"])
    )


def test_cures_that_are_asked_for_later_are_those_of_a_look_with_cures(folder: Path) -> None:
    texts = sources(folder, TEXTS)
    warm = route(folder, texts)
    quick = warm.file(texts["layer.py"], cures=lambda span: False).diagnostics

    cured = tuple(warm.cured(one) for one in quick)

    assert cured == said(warm, texts["layer.py"])
    assert any(one.fix is not None for one in cured)


def test_a_method_that_has_only_moved_is_told_where_it_is_now(folder: Path) -> None:
    texts = sources(folder, TEXTS)
    twice = LAYER + LAYER[LAYER.index("\n\nclass") :].replace("Block", "Other")
    odd = twice.replace("self.dense = ", "'é😀'; self.dense = ")
    warm = route(folder, texts)
    for text in (twice, f"# é\n{twice}", odd, f"\n\n{odd}", odd.replace("Other", "Another")):
        new = replace(texts["layer.py"], text=text)

        found = said(warm, new)

        assert found == said(route(folder, {**texts, "layer.py": new}), new)
        assert len(found) == 2


def typed(text: str, dice: random.Random) -> str:
    """A text after something that happens to texts, sensible or not."""
    lines = text.split("\n")
    number = dice.randrange(len(lines))
    line = lines[number]
    what = dice.randrange(6)
    if what == 0:
        del lines[number : number + dice.randrange(1, 6)]
    elif what == 1:
        lines[number:number] = lines[dice.randrange(len(lines)) :][:3]
    elif what == 2:
        lines.insert(0, "# 😀")
    elif what == 3:
        lines[number] = line.replace("Dense", "Conv2D").replace("self.", "self.x_")
    elif what == 4:
        at = dice.randrange(len(line) + 1)
        lines[number] = line[:at] + dice.choice("a(.:1 ") + line[at:]
    else:
        lines[number] = f"{line.replace('build', 'biuld')}  # keraslint: ignore"
    return "\n".join(lines)


SEEDS = [pytest.param(seed, marks=() if seed < 2 else pytest.mark.nightly) for seed in range(40)]


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_typed_is_told_as_by_a_fresh_route(seed: int) -> None:
    dice = random.Random(seed)
    settings = Settings(root=FIXTURES, cache=False, select=("ALL",))
    files = dice.sample(sorted(set(FIXTURES.rglob("*.py")) - {*UNREADABLE}), 4)
    texts = {str(path): Source(path=str(path), text=path.read_text("utf-8")) for path in files}
    warm = Route(tuple(texts.values()), settings)
    for _ in range(12):
        path, other = dice.choice(list(texts)), dice.choice(list(texts))
        new = replace(texts[path], text=typed(texts[path].text, dice))
        wanted = dice.random() < 0.5

        told = warm.file(new, cures=lambda _, wanted=wanted: wanted).diagnostics

        fresh = Route(tuple({**texts, path: new}.values()), settings)
        assert told == fresh.file(new, cures=lambda _, wanted=wanted: wanted).diagnostics
        texts[path] = new if warm.holds(new) else texts[path]
        assert said(warm, texts[other]) == said(
            Route(tuple(texts.values()), settings), texts[other]
        )


def test_a_text_that_tells_of_keras_2_changes_what_is_told_of_the_others(folder: Path) -> None:
    texts = sources(folder, TEXTS)
    told = route(folder, texts)
    before = told.file(texts["layer.py"]).written_for
    told.renew(Source(path=str(folder / "wide.py"), text="import tensorflow_addons as keras_old\n"))

    assert not before
    assert [one.keras for one in told.file(texts["layer.py"]).written_for] == [2]
