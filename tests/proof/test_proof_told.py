"""What a refutation says of that which the new version cannot do any more."""

from __future__ import annotations

import pytest

from keraslint.diagnostic import CheckStatus, Outcome
from keraslint.proof.measures.case_pair import difference

BEFORE = """\
from keras import layers, ops


class Block(layers.Layer):
    def call(self, x, training=None):
        if training:
            x = 2 * x
        return ops.cast(x, x.dtype)
"""


@pytest.mark.keras
def test_what_happened_instead_is_said_of_what_can_be_had_no_more(judge) -> None:
    refuses = 'raise ValueError("no way\\nto train.\\nAsk.")'
    after = BEFORE.replace("x = 2 * x", refuses)

    verdict = judge(BEFORE, after, "Block()(floats(2, 3))")

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason == (
        "for input (2, 3) the output in training cannot be had any more: "
        "ValueError: no way to train."
    )


def test_a_key_that_is_missing_is_not_taken_for_one_that_is_none() -> None:
    config = {"units": 4, "inner": {"kernel_regularizer": None}}

    assert difference(config, {"units": 4, "inner": {}}) == (
        "`inner.kernel_regularizer` was None and is missing"
    )
    assert difference({"units": 4}, config) == "`inner` is new, with {'kernel_regularizer': None}"


@pytest.mark.keras
def test_a_number_where_half_precision_gave_none_before_is_none_the_worse() -> None:
    np = pytest.importorskip("numpy")
    from keraslint.proof.probe.observations.against_before import versus

    no_number, number = (np.array([one, 1.0], "float16") for one in (np.inf, 2.0))

    def differs(group: str, before: object, after: object) -> list[list[str]]:
        return versus({f"{group}/0": before}, {f"{group}/0": after})[group]["differs"]

    assert differs("mixed_float16", no_number, number) == []
    assert differs("mixed_float16", number, no_number) == [["0", "inf where it was 2"]]
    assert differs("inference", no_number, number) != []


FAILING = """\
from keras import layers


class Block(layers.Layer):
    def call(self, x):
        if self.compute_dtype == "bfloat16":
            raise TypeError("not in bfloat16")
        return 2 * x
"""


@pytest.mark.keras
def test_what_fails_in_both_versions_with_other_errors_is_none_the_worse(judge) -> None:
    other = FAILING.replace("TypeError", "ValueError")
    working = FAILING.replace('"bfloat16"', '"int8"')
    recipe = "Block()(floats(2, 3))"

    assert judge(FAILING, other, recipe).reason == ""
    mended = judge(FAILING, working, recipe)
    assert [one.name for one in mended.checks if one.status is CheckStatus.MENDED] == [
        "mixed precision"
    ]
    broken = judge(working, FAILING, recipe)
    assert broken.outcome is Outcome.REFUTED
    assert "it worked under `mixed_bfloat16`, and fails: TypeError" in broken.reason


MODEL = """\
import keras


class Block(keras.Model):
    def __init__(self, backbone, units):
        super().__init__()
        self.backbone = backbone
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(self.backbone(x))
"""
CONFIG = """

    def get_config(self):
        return {"backbone": keras.saving.serialize_keras_object(self.backbone), "units": 4}

    @classmethod
    def from_config(cls, config):
        config["backbone"] = keras.saving.deserialize_keras_object(config["backbone"])
        return cls(**config)
"""


@pytest.mark.keras
def test_a_file_that_could_not_be_written_is_not_said_to_be_missing(judge) -> None:
    verdict = judge(
        MODEL, MODEL.rstrip("\n") + CONFIG, "Block(keras.layers.ReLU(), 4)(floats(2, 3))"
    )

    mended = {one.name: one.detail for one in verdict.checks if one.status is CheckStatus.MENDED}
    for name in ("reloads: functional", "reloads: sequential"):
        assert mended[name].startswith("before, NotImplementedError: Object Block was created by")
    untold = [one.kind for one in verdict.old_files if one.loads is None]
    assert ".keras" in untold
