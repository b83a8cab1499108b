"""Thirty layers that were written without a look at the analysis: what their fixes mend.

Each is saved and loaded inside an owner that builds it, before and after `--fix --unsafe-fixes`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from keraslint.fix.session import fix
from keraslint.settings import Settings

HERE = Path(__file__).parent
FILES = ("layers_left_unbuilt", "owners_left_unbuilt")
LOST, KEPT = "lost", "kept"
Seen = dict[str, dict[str, Any]]


def fixed(text: str) -> str:
    asked = Settings(root=Path(tempfile.gettempdir()), select=("KRL201",), cache=False)
    done = fix([], asked, unsafe=True, prove=None, write=False, stdin=("b.py", text.encode()))

    assert not done.problems
    return done.changed["b.py"][1]


def observed(folder: Path, texts: dict[str, str]) -> Seen:
    """What saving and loading does to the layers of some modules, in one process."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-B", __file__, str(folder), *texts]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=1200)
    assert run.returncode == 0, run.stderr
    found: Seen = json.loads(run.stdout.splitlines()[-1])
    return found


@pytest.mark.keras
def test_most_are_mended_and_none_is_made_worse(tmp_path: Path) -> None:
    texts = {name: (HERE / f"{name}.txt").read_text() for name in FILES}
    texts |= {f"{name}_fixed": fixed(text) for name, text in texts.items()}

    seen = observed(tmp_path, texts)

    before = {**seen[FILES[0]], **seen[FILES[1]]}
    after = {**seen[f"{FILES[0]}_fixed"], **seen[f"{FILES[1]}_fixed"]}
    mended = {name for name in before if (before[name][0], after[name][0]) == (LOST, KEPT)}
    assert len(before) == 30
    assert {name for name in before if before[name][1] != after[name][1]} == set()
    assert {name for name in before if before[name][0] == KEPT != after[name][0]} == set()
    assert len(mended) >= 25, sorted(before.keys() - mended)


def _main(folder: str, names: list[str]) -> None:
    """Print for each layer whether its weights are kept, and how many it has when called."""
    sys.path.insert(0, folder)
    found = {}
    for name in names:
        module = importlib.import_module(name)
        found[name] = {layer: _tried(module, *case) for layer, case in module.CASES.items()}
    print(json.dumps(found))


def _tried(module: Any, made: str, shapes: list[Any]) -> tuple[str, int]:
    try:
        return _seen(module, made, shapes)
    except Exception as error:  # a fix that breaks the layer
        return f"fails: {error}", 0


def _seen(module: Any, made: str, shapes: list[Any]) -> tuple[str, int]:
    import keras
    import numpy as np

    def data(shape: Any) -> Any:
        return keras.ops.convert_to_tensor(numbers.integers(1, 5, shape).astype("float32"))

    class Owner(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = eval(made, vars(module))

        def build(self, *asked: Any) -> None:
            told = len(inspect.signature(type(self.inner).build).parameters) - 1
            self.inner.build(*shapes[:told])

        def call(self, inputs: Any) -> Any:
            return self.inner(*inputs)

    numbers = np.random.default_rng(0)
    inputs = [keras.tree.map_shape_structure(data, shape) for shape in shapes]
    owner, loaded = Owner(), Owner()
    wanted = owner(inputs)
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/w.weights.h5"
        owner.save_weights(file)
        try:
            loaded.build(None)
            loaded.load_weights(file)
        except ValueError:  # "… was never built and thus it doesn't have any variables"
            return LOST, len(owner.weights)
    pairs = zip(keras.tree.flatten(wanted), keras.tree.flatten(loaded(inputs)), strict=True)
    same = all(np.allclose(one, other, atol=1e-5) for one, other in pairs)
    return KEPT if same else LOST, len(owner.weights)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
