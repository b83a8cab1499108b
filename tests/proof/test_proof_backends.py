"""The backend that a layer runs on: TensorFlow, or JAX where that is asked for or all there is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from measured import ELSEWHERE, LAYER
from proof_layers import DROPPED, FORMS, block

from keraslint.diagnostic import CheckStatus, Outcome, Verdict
from keraslint.proof.measures.ranked_checks import MEASURES
from keraslint.proof.probe.runtime_setup import choose_backend
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe

RECIPE = (Recipe("Block(units=4)(floats(2, 3))"),)
DROPS = "self.dense, self.drop = layers.Dense(self.units), layers.Dropout(0.5)"
LATE = block(build=DROPS, call=DROPPED)
EARLY = block(DROPS, "self.dense.build(input_shape)", DROPPED)


@pytest.fixture(scope="module")
def on_jax(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prover]:
    root = tmp_path_factory.mktemp("project")
    kept = root / "cache" / "proofs"
    with Prover(ProofOptions(root=root, backend="jax", timeout=120, cache_dir=kept)) as prover:
        yield prover


def judged(
    prover: Prover, before: str, after: str, recipes: tuple[Recipe, ...] = RECIPE
) -> Verdict:
    file = prover.options.root / "block.py"
    file.write_text(before, encoding="utf-8")
    claim = Claim(layer="Block", path=file, before=before, after=after, recipes=recipes)
    return prover.prove(claim)


@pytest.mark.keras
def test_a_right_rewrite_is_proved_on_jax(on_jax: Prover) -> None:
    verdict = judged(on_jax, LATE, EARLY)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert ", jax, " in verdict.environment
    skipped = {check.name for check in verdict.checks if check.status is CheckStatus.SKIPPED}
    kept = {check.name for check in verdict.checks if check.status is CheckStatus.KEPT}
    assert {"outputs", "outputs in training", "gradients", "training steps"} <= kept - skipped


@pytest.mark.keras
def test_what_jax_compiles_is_kept_for_other_runs(on_jax: Prover) -> None:
    judged(on_jax, LATE, EARLY)

    assert any((on_jax.options.root / "cache" / "compiled").iterdir())


@pytest.mark.keras
def test_gradients_are_measured_on_torch(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with Prover(ProofOptions(root=tmp_path, backend="torch", timeout=120)) as prover:
        verdict = judged(prover, LATE, EARLY)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    kept = {check.name for check in verdict.checks if check.status is CheckStatus.KEPT}
    assert {"gradients", "gradients in inference", "training steps"} <= kept


@pytest.mark.keras
@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (FORMS["V2"], FORMS["A2"], "the weights of `dense` (kernel, bias) are lost"),
        (LATE, EARLY.replace("Dropout(0.5)", "Dropout(0.4)"), "`rate` was 0.5 and is 0.4"),
        (LATE, EARLY.replace("Dense(self.units)", "Dense(self.units, 'relu')"), "the output"),
    ],
)
def test_a_wrong_rewrite_is_refuted_on_jax(on_jax: Prover, before, after, reason) -> None:
    verdict = judged(on_jax, before, after)

    assert verdict.outcome is Outcome.REFUTED
    assert reason in verdict.reason


@pytest.mark.nightly
def test_what_is_measured_on_tensorflow_is_measured_on_jax(on_jax: Prover) -> None:
    after = LAYER.replace("out = self.one(x) +", "one = self.one(x)\n        out = one +")

    verdict = judged(on_jax, LAYER, after, (Recipe("Block(4)(floats(2, 6, 8))"),))

    kept = {check.name for check in verdict.checks if check.status is CheckStatus.KEPT}
    elsewhere = {"handed in", "own training", "weight names"}  # layers of other kinds; Keras 2
    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert {measure.name for measure in MEASURES} - kept == elsewhere


@pytest.mark.nightly
@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_wrong_with_other_layers_is_caught_on_jax(on_jax: Prover, name: str) -> None:
    before, after, recipe, measure = ELSEWHERE[name]

    verdict = judged(on_jax, before, after, (Recipe(recipe),))

    broken = {check.name for check in verdict.checks if check.status is CheckStatus.BROKEN}
    assert verdict.outcome is Outcome.REFUTED
    assert measure in broken


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of Keras' settings, in a home where none is yet; no backend is asked for."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_BACKEND", "")
    return tmp_path / "keras.json"


def test_tensorflow_is_taken_where_nothing_is_configured(settings: Path) -> None:
    choose_backend()

    assert not settings.exists()
    assert os.environ["KERAS_BACKEND"] == "tensorflow"


@pytest.mark.parametrize(
    ("text", "backend"),
    [
        (json.dumps({"backend": "jax"}), "jax"),
        (json.dumps({"backend": "torch"}), "tensorflow"),
        (json.dumps(["jax"]), "tensorflow"),
        ("{", "tensorflow"),
    ],
)
def test_what_keras_settings_say_is_taken_if_it_can_be_measured(
    settings: Path, text: str, backend: str
) -> None:
    settings.write_text(text, encoding="utf-8")

    choose_backend()

    assert os.environ["KERAS_BACKEND"] == backend


def test_what_is_asked_for_goes_before_the_settings(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(json.dumps({"backend": "jax"}), encoding="utf-8")
    monkeypatch.setenv("KERAS_BACKEND", "torch")

    choose_backend()

    assert os.environ["KERAS_BACKEND"] == "torch"
