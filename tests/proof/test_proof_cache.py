"""A verdict is remembered while all that it rests on stays as it was, and no longer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from proof_layers import FORMS

from keraslint.diagnostic import Check, CheckStatus, Evidence, Outcome, Verdict, WeightSeen
from keraslint.proof.claim import Claim, ProofOptions
from keraslint.proof.ledger import Ledger
from keraslint.proof.prove import Prover
from keraslint.proof.recipes.recipe import Recipe

VERDICT = Verdict(
    outcome=Outcome.PROVED,
    layer="Block",
    recipe="Block()(floats(2, 3))",
    checks=(Check(name="weights", status=CheckStatus.KEPT, detail="2 weights"),),
    seconds=1.5,
    environment="keras 3",
    evidence=(
        Evidence(
            case="input (2, 3)",
            before=(WeightSeen(path="kernel", shape=(3, 4), dtype="float32", trainable=True),),
        ),
    ),
)
NOTHING = {"files": {}, "environment": {}}


def claim(folder: Path, after: str = "after") -> Claim:
    return Claim(layer="Block", path=folder / "block.py", before="before", after=after)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "proofs", "python 3, keras 3")


def test_what_was_noted_is_recalled_and_says_so(ledger: Ledger, tmp_path: Path) -> None:
    options = ProofOptions(root=tmp_path)
    ledger.note(claim(tmp_path), options, VERDICT, NOTHING)

    recalled = ledger.recall(claim(tmp_path), options)

    assert recalled == replace(VERDICT, cached=True)


def test_another_text_promise_recipe_limit_or_interpreter_is_another_claim(
    ledger: Ledger, tmp_path: Path
) -> None:
    options = ProofOptions(root=tmp_path)
    ledger.note(claim(tmp_path), options, VERDICT, NOTHING)
    same = claim(tmp_path)
    other_recipe = replace(same, recipes=(Recipe("Block()(floats(2, 4))"),))
    other_promise = replace(same, promise=replace(same.promise, keeps=()))
    others = [claim(tmp_path, "other"), other_recipe, other_promise, replace(same, layer="Other")]

    recalled = [ledger.recall(other, options) for other in others]
    recalled.append(ledger.recall(same, replace(options, timeout=1.0)))
    recalled.append(Ledger(tmp_path / "proofs", "python 4").recall(same, options))

    assert recalled == [None] * 6


@pytest.mark.parametrize("text", ["", "{", "[]", '{"looked_at": {}, "verdict": {}}', "null"])
def test_a_broken_entry_is_none(ledger: Ledger, tmp_path: Path, text: str) -> None:
    options = ProofOptions(root=tmp_path)
    ledger.note(claim(tmp_path), options, VERDICT, NOTHING)
    (entry,) = (tmp_path / "proofs").glob("*.json")
    entry.write_text(text)

    assert ledger.recall(claim(tmp_path), options) is None


def test_an_entry_of_another_shape_is_none(ledger: Ledger, tmp_path: Path) -> None:
    options = ProofOptions(root=tmp_path)
    ledger.note(claim(tmp_path), options, VERDICT, NOTHING)
    (entry,) = (tmp_path / "proofs").glob("*.json")
    entry.write_text(entry.read_text().replace('"outcome":"proved"', '"outcome":"certain"'))

    assert ledger.recall(claim(tmp_path), options) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose layer imports a module, reads a file and a variable."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "sizes.py").write_text("UNITS = 4\n")
    (folder / "rate.txt").write_text("0.5")
    return folder


HEAD = (
    "import os\nfrom pathlib import Path\nfrom sizes import UNITS\n"
    "RATE = float((Path(__file__).parent / 'rate.txt').read_text())\n"
    "MODE = os.environ.get('BLOCK_MODE')\n"
    "FLAG = (Path(__file__).parent / 'flag.txt').exists()\n"
    "try:\n    import faster\nexcept ImportError:\n    faster = None\n"
)


@pytest.mark.keras
def test_a_second_run_measures_nothing_until_something_it_rests_on_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = (f"{HEAD}{FORMS[form]}" for form in ("V1", "A2"))
    file = folder / "block.py"
    file.write_text(before)
    recipe = Recipe("Block(units=UNITS)(floats(2, 3))")
    asked = Claim(layer="Block", path=file, before=before, after=after, recipes=(recipe,))
    options = ProofOptions(root=folder, cache_dir=tmp_path / "proofs")
    monkeypatch.delenv("BLOCK_MODE", raising=False)

    with Prover(options) as prover:
        first = prover.prove(asked)
    with Prover(options) as prover:
        second = prover.prove(asked)

    assert (first.outcome, first.cached) == (Outcome.PROVED, False)
    assert second == replace(first, cached=True)
    with Prover(options) as prover:
        (folder / "sizes.py").write_text("UNITS = 5\n")
        assert not prover.prove(asked).cached
        assert prover.prove(asked).cached
        (folder / "sizes.py").write_text("UNITS = 16\n")
        third = prover.prove(asked)
        assert (third.outcome, third.cached) == (Outcome.PROVED, False)
        (folder / "rate.txt").write_text("0.25")
        assert not prover.prove(asked).cached
        (folder / "flag.txt").write_text("it is there now")
        assert not prover.prove(asked).cached
        (folder / "faster.py").write_text("it = 'is there now'\n")
        assert not prover.prove(asked).cached
    monkeypatch.setenv("BLOCK_MODE", "other")
    with Prover(options) as prover:
        assert not prover.prove(asked).cached
        assert prover.prove(asked).cached


@pytest.mark.keras
def test_what_was_ended_or_could_not_be_imported_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "block.py"
    missing = f"import no_such_package\n{FORMS['V1']}"
    exits = (
        FORMS["V1"]
        .replace("def call(self, ", "def call(self, *_, ")
        .replace(
            "        super().__init__(**kwargs)\n", "        import os\n        os._exit(1)\n", 1
        )
    )
    claims = [
        Claim(
            layer="Block",
            path=file,
            before=text,
            after=FORMS["A2"],
            recipes=(Recipe("Block()(floats(2, 3))"),),
        )
        for text in (missing, exits)
    ]
    options = ProofOptions(root=tmp_path, cache_dir=tmp_path / "proofs")

    with Prover(options) as prover:
        verdicts = [prover.prove(one) for one in (*claims, *claims)]

    assert {verdict.outcome for verdict in verdicts} == {Outcome.UNKNOWN}
    assert not any(verdict.cached for verdict in verdicts)
