"""What Keras and user code write for a while lies in folders that the proof removes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from proof_layers import FORMS, HEAD

from keraslint.diagnostic import Outcome
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe

RECIPE = Recipe("Block(units=4)(floats(2, 3))")
LEAVES_A_FILE = f"""import tempfile
{HEAD}class Block(layers.Layer):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)

    def call(self, x):
        tempfile.NamedTemporaryFile(delete=False).close()
        while True:
            pass
"""


@pytest.fixture
def system_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that takes the place of the system's own for temporary files."""
    folder = tmp_path / "system"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def claim(folder: Path, before: str, after: str) -> Claim:
    file = folder / "block.py"
    file.write_text(before, encoding="utf-8")
    return Claim(layer="Block", path=file, before=before, after=after, recipes=(RECIPE,))


@pytest.mark.keras
def test_nothing_is_left_in_the_systems_folder_even_by_a_process_that_was_killed(
    tmp_path, system_folder
) -> None:
    settled, hanging = claim(tmp_path, FORMS["V1"], FORMS["A2"]), LEAVES_A_FILE
    with Prover(ProofOptions(root=tmp_path)) as prover:
        outcome = prover.prove(settled).outcome
        meanwhile = [path.name for path in system_folder.iterdir()]
        killed = prover.prove(claim(tmp_path, hanging, hanging), timeout=2)

    assert outcome is Outcome.PROVED
    assert all(name.startswith("keraslint-") for name in meanwhile)
    assert "ended after 2 s" in killed.reason
    assert list(system_folder.iterdir()) == []
