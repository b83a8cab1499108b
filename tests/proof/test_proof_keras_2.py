"""Layers that are written for Keras 2 are run on it: right moves proved, wrong ones refuted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from measured import LAYER, ON_KERAS_2, WRONG
from measured import RECIPE as WHOLE
from proof_layers import BUILD, KEEP, MAKE, block

from keraslint.diagnostic import CheckStatus, Outcome, Verdict
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe

pytest.importorskip("tf_keras")

IMPORTS = {
    "tf_keras": "import tensorflow as tf\nimport tf_keras as keras\nfrom tf_keras import layers\n",
    "tf.keras": "import tensorflow as tf\nfrom tensorflow import keras\n"
    "from tensorflow.keras import layers\n",
    "keras": "import tensorflow as tf\nimport keras\nfrom keras import layers\n",
}
OPS = {"any": "reduce_any", "mean": "reduce_mean"}
IN_BUILD = block(build=f"{MAKE}\n{KEEP}")
IN_INIT = block(MAKE, KEEP)
BUILT_IN_BUILD = block(build=f"{MAKE}\n{BUILD}\n{KEEP}")
BUILT_IN_INIT = block(MAKE, f"{BUILD}\n{KEEP}")
# What does no harm on Keras 2: there, shapes are no tuples, freezing reaches what comes later.
HARMLESS = {"no list for a shape", "created when built"}
# What cannot be asked of a layer of Keras 2 in this way.
ELSEWHERE = {"another symbolic dtype", "an argument is no longer refused"}
RUN = [name for name in WRONG if name not in HARMLESS | ELSEWHERE]
FEW = RUN[::6]


def for_keras_2(text: str, imports: str = "tf_keras") -> str:
    """The text with TensorFlow's operations in the place of those of Keras 3."""
    head, _, body = text.partition("class Block")
    warns = "import warnings\n" if "import warnings" in head else ""
    body = body.replace("keras.KerasTensor", "tf.TensorSpec")
    body = re.sub(r"\bops\.(\w+)", lambda match: f"tf.{OPS.get(match[1], match[1])}", body)
    return f"{warns}{IMPORTS[imports]}\n\nclass Block{body}"


@pytest.fixture(scope="module")
def prover(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prover]:
    root = tmp_path_factory.mktemp("project")
    with Prover(ProofOptions(root=root, memory_mb=3000, timeout=120)) as shared:
        yield shared


def judged(
    prover: Prover, before: str, after: str, recipe: str = "Block(units=4)(floats(2, 3))"
) -> Verdict:
    file = Path(prover.options.root, "block.py")
    file.write_text(before, encoding="utf-8")
    given = (Recipe(recipe),)
    return prover.prove(
        Claim(layer="Block", path=file, before=before, after=after, recipes=given, keras=2)
    )


@pytest.mark.keras
@pytest.mark.parametrize("imports", IMPORTS)
def test_a_layer_is_run_on_keras_2_by_whatever_name_it_imports_it(
    prover: Prover, imports: str
) -> None:
    before, after = (for_keras_2(text, imports) for text in (IN_BUILD, IN_INIT))

    verdict = judged(prover, before, after)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.environment.startswith("tf_keras 2.")


@pytest.mark.keras
def test_names_old_files_and_checkpoints_are_measured_and_what_is_not_is_named(
    prover: Prover,
) -> None:
    verdict = judged(prover, for_keras_2(IN_BUILD), for_keras_2(IN_INIT))

    status = {check.name: check.status for check in verdict.checks}
    kept = {
        "weight names",
        "reloads: legacy",
        "old file: legacy",
        "old file: checkpoint",
        "reloads: checkpoint",
    }
    assert {status[name] for name in kept} == {CheckStatus.KEPT}
    left_out = {c.name for c in verdict.checks if c.detail.startswith("not measured: ")}
    assert left_out == {"low-rank tuning", "seed paths"}
    assert {status[name] for name in left_out} == {CheckStatus.SKIPPED}


@pytest.mark.keras
def test_a_child_that_build_builds_by_itself_moves_as_well(prover: Prover) -> None:
    verdict = judged(prover, for_keras_2(BUILT_IN_BUILD), for_keras_2(BUILT_IN_INIT))

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
def test_a_child_that_build_no_longer_builds_is_refuted(prover: Prover) -> None:
    verdict = judged(prover, for_keras_2(BUILT_IN_BUILD), for_keras_2(IN_INIT))

    assert verdict.outcome is Outcome.REFUTED
    reason = "`build(shape)` alone no longer creates the weights of `dense`"
    assert reason in verdict.reason


@pytest.mark.keras
@pytest.mark.parametrize("name", ON_KERAS_2)
def test_what_breaks_on_keras_2_alone_is_refuted(prover: Prover, name: str) -> None:
    before, after, breaks = ON_KERAS_2[name]

    verdict = judged(prover, for_keras_2(before), for_keras_2(after))

    broken = {check.name for check in verdict.checks if check.status is CheckStatus.BROKEN}
    assert verdict.outcome is Outcome.REFUTED
    assert broken >= breaks


@pytest.mark.keras
@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_does_no_harm_on_keras_2_is_proved(prover: Prover, name: str) -> None:
    verdict = judged(prover, for_keras_2(LAYER), for_keras_2(WRONG[name].text), WHOLE)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
@pytest.mark.parametrize("name", FEW)
def test_a_wrong_rewrite_is_refuted_on_keras_2(prover: Prover, name: str) -> None:
    verdict = judged(prover, for_keras_2(LAYER), for_keras_2(WRONG[name].text), WHOLE)

    assert verdict.outcome is Outcome.REFUTED


@pytest.mark.keras
@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in RUN if name not in FEW])
def test_no_wrong_rewrite_is_proved_on_keras_2(prover: Prover, name: str) -> None:
    verdict = judged(prover, for_keras_2(LAYER), for_keras_2(WRONG[name].text), WHOLE)

    assert verdict.outcome is Outcome.REFUTED


def test_there_are_thirty_and_more_wrong_rewrites() -> None:
    assert len(RUN) >= 30
