"""Layers that misbehave cost one verdict with its reason, and the next layer still gets its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from textwrap import indent

import pytest
from proof_layers import FORMS, HEAD

from keraslint.diagnostic import Outcome
from keraslint.proof.prove import Claim, ProofOptions, Prover, prove
from keraslint.proof.recipes.recipe import Recipe

RECIPE = "Block(units=4)(floats(2, 3))"


def calling(body: str, head: str = "") -> str:
    """A layer that does `body` in its `call()`."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    text = f"{head}{HEAD}class Block(layers.Layer):\n    def __init__(self, units=4, **kwargs):\n"
    return f"{text}        super().__init__(**kwargs)\n\n    def call(self, x):\n{lines}"


HOSTILE = {
    "it crashes": (
        calling("raise ValueError('no way')"),
        "baseline fails: ValueError: no way",
    ),
    "it asks to exit": (
        calling("import sys\nsys.exit(3)"),
        "baseline fails: SystemExit: it asked to exit with code 3",
    ),
    "it exits": (
        calling("import os\nos._exit(0)"),
        "baseline fails: the process ended with code 0 while calling the layer for input (2, 3)",
    ),
    "it is killed": (
        calling("import os\nos.kill(os.getpid(), 9)"),
        "baseline fails: the process ended by signal 9 while calling the layer",
    ),
    "it hangs": (
        calling("while True: pass"),
        "baseline fails: the probe was ended after 2 s while calling the layer for input (2, 3)",
    ),
    "it wants too much memory": (
        calling("return x + float(len(bytearray(2**34)))"),
        "baseline fails: MemoryError: the memory limit was reached",
    ),
    "it eats memory bit by bit": (
        calling("held = []\nwhile True:\n    held.append(bytearray(2**26))"),
        "baseline fails: ",
    ),
    "it asks a question": (
        calling("return x + float(input('how much? '))"),
        "baseline fails: EOFError",
    ),
    "a package is missing": (
        f"import no_such_package\n{FORMS['V1']}",
        "baseline fails: importing block.py fails: ModuleNotFoundError: "
        "No module named 'no_such_package'",
    ),
    "it raises at import": (
        f"{FORMS['V1']}\nraise RuntimeError('not today')\n",
        "baseline fails: importing block.py fails: RuntimeError: not today",
    ),
    "it exits at import": (
        f"{FORMS['V1']}\nimport sys\nsys.exit()\n",
        "baseline fails: importing block.py fails: SystemExit",
    ),
    "it does not parse": (
        "class Block(:\n",
        "baseline fails: importing block.py fails: SyntaxError: invalid syntax",
    ),
    "it is not there": (
        HEAD,
        "baseline fails: block.py defines no class `Block` when imported",
    ),
    "it is no layer": (
        "class Block:\n    pass\n",
        "baseline fails: `Block` is no layer of Keras",
    ),
    "it never gives the same": (
        calling("import random\nreturn x * random.SystemRandom().random()"),
        "two calls of the layer disagree, so its outputs cannot be compared",
    ),
}


@pytest.mark.keras
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_baseline_is_unknown_and_says_why(judge, name):
    text, reason = HOSTILE[name]

    verdict = judge(text, text, RECIPE, timeout=2 if name == "it hangs" else None)

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.reason.startswith(reason)


@pytest.mark.keras
def test_a_further_case_in_which_the_process_ends_is_left_out(judge):
    text = calling("import os\nif x.shape[-1] == 4:\n    os.abort()\nreturn x * 2.0")

    verdict = judge(text, text, RECIPE)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert "input (2, 4)" not in verdict.coverage.cases


@pytest.mark.keras
def test_the_layer_after_a_hostile_one_gets_its_verdict(judge):
    judge(HOSTILE["it exits"][0], FORMS["A2"], RECIPE)

    verdict = judge(FORMS["V1"], FORMS["A2"], RECIPE)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
@pytest.mark.parametrize(
    "noise",
    [
        "print('{}')\nimport sys, os\nsys.stderr.write('x')\nos.write(1, b'{\"ready\": 1}\\n')",
        "import os\nif os.fork() == 0:\n    os._exit(0)",
        "import os, time\nif os.fork() == 0:\n    time.sleep(60)",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    ],
    ids=["prints", "forks", "leaves a fork behind", "leaves a thread behind"],
)
def test_a_noisy_layer_is_measured_all_the_same(judge, noise):
    text = calling(f"{noise}\nreturn x * 2.0")

    verdict = judge(text, text, RECIPE, timeout=30)

    assert verdict.outcome is Outcome.PROVED, verdict.reason  # without waiting for the rest of it


@pytest.mark.keras
@pytest.mark.parametrize("name", ["it crashes", "it exits", "it raises at import"])
def test_a_rewrite_that_brings_the_trouble_is_refuted(judge, name):
    verdict = judge(calling("return x"), HOSTILE[name][0], RECIPE)

    assert verdict.outcome is Outcome.REFUTED
    assert verdict.reason


@pytest.mark.keras
def test_a_rewrite_that_hangs_is_ended_and_never_proved(judge):
    verdict = judge(calling("return x"), HOSTILE["it hangs"][0], RECIPE, timeout=8)

    assert verdict.outcome is not Outcome.PROVED
    assert "the probe was ended after 8 s while" in verdict.reason


@pytest.mark.keras
def test_nothing_of_the_project_is_written(judge, tmp_path):
    judge(FORMS["V1"], FORMS["A2"], RECIPE)

    assert [path.name for path in tmp_path.rglob("*")] == ["block.py"]
    assert (tmp_path / "block.py").read_text() == FORMS["V1"]


@pytest.mark.keras
def test_what_a_layer_writes_goes_to_a_folder_of_its_own(judge, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = calling("from pathlib import Path\nPath('notes.txt').write_text('x')\nreturn x * 2.0")

    verdict = judge(text, text, RECIPE)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert [path.name for path in tmp_path.rglob("*")] == ["block.py"]


@pytest.mark.keras
def test_a_layer_that_ends_the_probe_costs_its_own_verdict(judge):
    text = calling("import os\nos.kill(os.getppid(), 9)\nreturn x")

    verdict = judge(text, text, RECIPE)

    assert verdict.outcome is Outcome.UNKNOWN
    assert "ended without an answer" in verdict.reason
    assert judge(FORMS["V1"], FORMS["A2"], RECIPE).outcome is Outcome.PROVED


@pytest.mark.keras
def test_one_layer_leaves_nothing_behind_for_the_next(judge):
    spoils = (
        "import os\nos.environ['SPOILT'] = 'yes'\n"
        "import keras\nkeras.config.set_floatx('float16')\n"
        "keras.layers.Dense.call = None\nimport sys\nsys.modules['numpy'].zeros = None\n"
    )
    clean = (
        "import os\nassert 'SPOILT' not in os.environ\n"
        "import keras\nassert keras.config.floatx() == 'float32'\n"
        "import numpy\nassert numpy.zeros\n"
    )

    judge(spoils + FORMS["V1"], spoils + FORMS["A2"], RECIPE)
    verdict = judge(clean + FORMS["V1"], clean + FORMS["A2"], RECIPE)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
def test_a_layer_at_work_beside_hostile_ones_gets_its_verdict(prover, tmp_path):
    texts = {
        "good": (FORMS["V1"], FORMS["A2"]),
        "exits": (HOSTILE["it exits"][0], FORMS["A2"]),
        "other": (FORMS["V1"], FORMS["A1"]),
        "killed": (HOSTILE["it is killed"][0], FORMS["A2"]),
    }
    claims = []
    for name, (before, after) in texts.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "block.py").write_text(before)
        recipes = (Recipe(RECIPE),)
        claims.append(
            Claim(
                layer="Block", path=folder / "block.py", before=before, after=after, recipes=recipes
            )
        )

    verdicts = prover.each(prover.prove, claims)

    outcomes = [verdict.outcome for verdict in verdicts]
    unknown = Outcome.UNKNOWN
    assert outcomes == [Outcome.PROVED, unknown, outcomes[2], unknown]
    assert outcomes[2] is prover.prove(claims[2]).outcome


@pytest.mark.keras
def test_workers_end_with_the_prover(tmp_path):
    note = tmp_path / "pid"
    text = calling(f"import os\nopen({str(note)!r}, 'w').write(str(os.getpid()))\nwhile True: pass")
    file = tmp_path / "block.py"
    file.write_text(text)
    hangs = Claim(layer="Block", path=file, before=text, after=text, recipes=(Recipe(RECIPE),))
    verdicts = []

    with Prover(ProofOptions(root=tmp_path, timeout=120)) as prover:
        asking = threading.Thread(target=lambda: verdicts.append(prover.prove(hangs)))
        asking.start()
        while not (note.exists() and note.read_text()):
            time.sleep(0.05)
        prover.stop("enough")
    asking.join(10)
    limit = time.monotonic() + 20
    while _runs(note.read_text()) and time.monotonic() < limit:
        time.sleep(0.05)

    assert verdicts[0].outcome is Outcome.UNKNOWN
    assert not _runs(note.read_text())


def _runs(pid):
    """Whether a process is there, and not only its entry, which waits to be fetched."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.keras
def test_the_environment_is_the_users_and_conftest_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("BLOCK_UNITS", "5")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('this is for pytest')")
    head = "import os\nUNITS = int(os.environ['BLOCK_UNITS'])\n"
    before, after = (head + FORMS[form] for form in ("V1", "A2"))
    file = tmp_path / "block.py"
    file.write_text(before)
    recipe = Recipe("Block(units=UNITS)(floats(2, 3))")

    (verdict,) = prove(
        [Claim(layer="Block", path=file, before=before, after=after, recipes=(recipe,))],
        ProofOptions(root=tmp_path),
    )

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
def test_others_that_import_the_edited_module_get_the_edited_text(prover, tmp_path):
    (tmp_path / "wide.py").write_text("from block import Block\n\n\nclass Wide(Block):\n    pass\n")
    before, after = (f"{FORMS[form]}\n\nimport wide\n" for form in ("V1", "A4"))
    wrong = after.replace("Dense(self.units)", "Dense(self.units, activation='relu')")
    file = tmp_path / "block.py"
    file.write_text(before)
    recipe = Recipe("wide.Wide(units=4)(floats(2, 3))")
    claims = [
        Claim(layer="wide.Wide", path=file, before=before, after=text, recipes=(recipe,))
        for text in (after, wrong)
    ]

    right, refuted = map(prover.prove, claims)

    assert wrong != after
    assert right.outcome is Outcome.PROVED, right.reason
    assert refuted.outcome is Outcome.REFUTED


@pytest.mark.keras
def test_a_recipe_that_makes_no_sense_is_named(judge):
    verdict = judge(FORMS["V1"], FORMS["A2"], "Block(units=nowhere)(floats(2, 3))")

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.reason == (
        "baseline fails: the recipe `Block(units=nowhere)(floats(2, 3))` cannot be evaluated: "
        "NameError: name 'nowhere' is not defined"
    )


@pytest.mark.keras
def test_package_data_and_relative_imports_work_and_a_class_may_be_nested(prover, tmp_path):
    package = tmp_path / "src" / "shapes"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "units.txt").write_text("5")
    (package / "sizes.py").write_text("from pathlib import Path\nHERE = Path(__file__).parent\n")
    head = "from .sizes import HERE\nUNITS = int((HERE / 'units.txt').read_text())\n"
    before, after = (
        f"{head}{HEAD}class Outer:\n{indent(FORMS[form].removeprefix(HEAD), '    ')}"
        for form in ("V1", "A4")
    )
    file = package / "block.py"
    file.write_text(before)
    recipe = Recipe("Outer.Block(units=UNITS)(floats(2, 3))")

    verdict = prover.prove(
        Claim(layer="Outer.Block", path=file, before=before, after=after, recipes=(recipe,))
    )

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
def test_a_package_that_is_the_current_folder_hides_no_installed_one(tmp_path):
    package = tmp_path / "shapes"
    (package / "wave").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "wave" / "__init__.py").write_text("raise RuntimeError('not this one')")
    before, after = (f"import wave\n{FORMS[form]}" for form in ("V1", "A4"))
    file = package / "block.py"
    file.write_text(before)
    claim = Claim(layer="Block", path=file, before=before, after=after, recipes=(Recipe(RECIPE),))

    (verdict,) = prove([claim], ProofOptions(root=package))

    assert verdict.outcome is Outcome.PROVED, verdict.reason


@pytest.mark.keras
def test_two_files_with_two_class_names_can_be_compared(prover, tmp_path):
    old, new = tmp_path / "old.py", tmp_path / "new.py"
    after = FORMS["A4"].replace("class Block(", "class Better(")
    old.write_text(FORMS["V2"])
    new.write_text(after)
    claim = Claim(
        layer="Block",
        path=old,
        before=FORMS["V2"],
        after=after,
        recipes=(Recipe(RECIPE),),
        after_layer="Better",
        after_path=new,
    )

    verdict = prover.prove(claim)

    assert verdict.outcome is Outcome.PROVED, verdict.reason
    assert verdict.layer == "Better"


@pytest.mark.keras
def test_a_file_with_a_dot_in_its_name_is_no_part_of_a_package(prover, tmp_path):
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "sizes.py").write_text("UNITS = 4\n")
    old, new = folder / "block.py", folder / "block.new.py"
    before, after = (f"from .sizes import UNITS\n{FORMS[name]}" for name in ("V2", "A4"))
    old.write_text(before)
    new.write_text(after)
    claim = Claim(
        layer="Block",
        path=old,
        before=before,
        after=after,
        recipes=(Recipe(RECIPE),),
        after_path=new,
    )

    verdict = prover.prove(claim)

    assert verdict.outcome is Outcome.PROVED, verdict.reason


def claims(tmp_path: Path, count: int) -> list[Claim]:
    recipes = (Recipe(RECIPE),)
    file = tmp_path / "block.py"
    return [
        Claim(layer="Block", path=file, before=FORMS["V1"], after=FORMS["A2"], recipes=recipes)
    ] * count


def test_an_interpreter_without_keras_is_named_in_every_verdict(tmp_path):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nexec /usr/bin/env python3 -S -I "$@"\n'.replace("-u", ""))
    python.chmod(0o755)

    verdicts = list(prove(claims(tmp_path, 2), ProofOptions(python=str(python), root=tmp_path)))

    assert [verdict.outcome for verdict in verdicts] == [Outcome.UNKNOWN] * 2
    assert {verdict.reason for verdict in verdicts} == {f"keras is not installed in {python}"}


def test_an_interpreter_that_is_not_there_is_named(tmp_path):
    options = ProofOptions(python=str(tmp_path / "nothing"), root=tmp_path)

    (verdict,) = prove(claims(tmp_path, 1), options)

    assert verdict.reason == f"cannot run {tmp_path / 'nothing'}: No such file or directory"
