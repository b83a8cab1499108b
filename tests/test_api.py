"""What other programs may call: typed, picklable, and without a configuration of its own."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

import keraslint

BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def build(self, input_shape):
        self.dense = keras.layers.Dense(4)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
"""


def test_a_text_is_linted_where_no_file_is() -> None:
    (found,) = keraslint.lint_text(BLOCK)

    assert (found.code, found.path, found.span.start.line) == ("KRL101", "module.py", 6)
    assert found.fix is not None


def test_settings_choose_the_rules() -> None:
    settings = keraslint.Settings(ignore=("KRL101",))

    assert keraslint.lint_text(BLOCK, settings=settings) == ()


def test_a_text_that_is_no_python_is_a_finding() -> None:
    assert [one.code for one in keraslint.lint_text("class (:")] == ["KRL002"]


def test_paths_are_linted_and_remembered(tmp_path: Path) -> None:
    (tmp_path / "block.py").write_text(BLOCK, encoding="utf-8")
    settings = keraslint.Settings(root=tmp_path)

    result = keraslint.lint_paths([str(tmp_path)], settings)

    assert [one.code for one in result.diagnostics] == ["KRL101"]
    assert keraslint.lint_paths([tmp_path], settings) == result
    assert (tmp_path / ".keraslint_cache").is_dir()


@pytest.mark.slow
def test_it_maps_over_a_corpus_in_other_processes() -> None:
    texts = [BLOCK, "x = 1\n", BLOCK.replace("Block", "Other")]
    lint = partial(keraslint.lint_text, settings=keraslint.Settings(select=("KRL101",)))

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(lint, texts))

    assert [len(one) for one in found] == [1, 0, 1]
    assert pickle.loads(pickle.dumps(found)) == found


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(keraslint, name) for name in keraslint.__all__)
    with pytest.raises(AttributeError, match="no attribute 'lint_everything'"):
        _ = keraslint.lint_everything  # type: ignore[attr-defined]
