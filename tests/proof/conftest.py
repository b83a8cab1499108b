"""One warm child for all tests of this folder, and a short way to make a claim about two texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.diagnostic import Verdict
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe

Judge = Callable[..., Verdict]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is marked `nightly` runs only when it is asked for by `-m nightly`."""
    if "nightly" in config.option.markexpr:
        return
    chosen = [item for item in items if item.get_closest_marker("nightly") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


@pytest.fixture(scope="session")
def prover(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prover]:
    """A prover whose child stays warm for the whole session."""
    with Prover(_options(tmp_path_factory.mktemp("project"))) as shared:
        yield shared


@pytest.fixture(scope="session")
def brief_prover(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prover]:
    """As `prover`, looking no further than a verdict needs, as `check` does for people."""
    with Prover(replace(_options(tmp_path_factory.mktemp("project")), brief=True)) as shared:
        yield shared


def _options(root: Path) -> ProofOptions:
    return ProofOptions(root=root, memory_mb=3000, backend="tensorflow")


@pytest.fixture
def judge(prover: Prover, tmp_path: Path) -> Judge:
    """Make a verdict on two texts of the file `block.py`."""

    def judge_texts(
        before: str,
        after: str,
        *recipes: str,
        layer: str = "Block",
        path: str = "block.py",
        timeout: float | None = None,
    ) -> Verdict:
        file = tmp_path / path
        file.write_text(before, encoding="utf-8")
        given = tuple(Recipe(text) for text in recipes)
        claim = Claim(layer=layer, path=file, before=before, after=after, recipes=given)
        return prover.prove(claim, timeout=timeout)

    return judge_texts


@pytest.fixture(scope="module")
def judge_all(prover: Prover, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """As `judge`, with one file for all, so that each version before is measured once."""
    return _judging_all(prover, tmp_path_factory)


@pytest.fixture(scope="module")
def judge_briefly(brief_prover: Prover, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """As `judge_all`, by the prover that is brief."""
    return _judging_all(brief_prover, tmp_path_factory)


def _judging_all(prover: Prover, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    file = tmp_path_factory.mktemp("project") / "block.py"

    def judge_texts(before: str, after: str, *recipes: str) -> Verdict:
        file.write_text(before, encoding="utf-8")
        given = tuple(Recipe(text) for text in recipes)
        return prover.prove(
            Claim(layer="Block", path=file, before=before, after=after, recipes=given)
        )

    return judge_texts
