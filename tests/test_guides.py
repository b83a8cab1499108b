"""The guides: their YAML is what pre-commit and GitHub read, and their commands run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from notebook_texts import BLOCK, FIXED

from keraslint.cli import run
from keraslint.commands.pages.guide import GUIDES

ROOT = Path(__file__).parent.parent
LAYER = BLOCK.replace(
    "    def build",
    "    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\n\n    def build",
)
NAMES = sorted(page.stem for page in GUIDES.glob("*.md"))


def blocks(name: str, language: str = "yaml") -> list[str]:
    text = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def workflow() -> dict[str, Any]:
    (block,) = blocks("github-actions")
    found: dict[str, Any] = yaml.safe_load(block)
    return found


def steps() -> Iterator[dict[str, Any]]:
    for job in workflow()["jobs"].values():
        yield from job["steps"]


def keraslint_steps() -> list[list[str]]:
    words = (shlex.split(step["run"]) for step in steps() if "run" in step)
    return [one[1:] for one in words if one[0] == "keraslint"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "layers.py").write_text(f"import keras\n\n\n{LAYER}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_guides_are_listed_and_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["guide"]) == 0
    listed = capsys.readouterr().out

    assert [line.split()[0] for line in listed.splitlines()[1:]] == NAMES
    for name in NAMES:
        assert run(["guide", name]) == 0
        page = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
        assert capsys.readouterr().out == page


def test_a_guide_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["guide", "travis"]) == 2
    assert "there is no guide `travis`, but there are" in capsys.readouterr().err


def test_the_hooks_that_are_named_exist() -> None:
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    repos = [*yaml.safe_load(shown), *yaml.safe_load(blocks("pre-commit")[0])["repos"]]

    named = [hook["id"] for repo in repos for hook in repo["hooks"]]
    assert len(named) == 4
    assert set(named) == {hook["id"] for hook in known}


def test_the_configurations_are_what_pre_commit_reads(tmp_path: Path) -> None:
    found = blocks("pre-commit")
    for number, block in enumerate(found):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
    files = [str(tmp_path / f"{number}.yaml") for number in range(len(found))]

    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(found) == 3
    assert done.returncode == 0, done.stdout


def test_the_workflow_has_the_parts_that_github_asks_for() -> None:
    jobs = workflow()["jobs"]

    assert set(workflow()) == {"name", True, "jobs"}  # YAML 1.1 reads `on` as a truth value
    assert jobs["lint"]["permissions"]["security-events"] == "write"
    for step in steps():
        assert ("run" in step) is not ("uses" in step)
        assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d", step.get("uses", "a/b@v1"))


def test_the_sarif_that_is_uploaded_is_what_is_written(project: Path) -> None:
    (upload,) = (step for step in steps() if "upload-sarif" in step.get("uses", ""))
    (written,) = (words for words in keraslint_steps() if "--output-file" in words)

    code = run(written)

    report = json.loads((project / upload["with"]["sarif_file"]).read_text(encoding="utf-8"))
    assert code == 0
    assert len(report["runs"][0]["results"]) == 1


def test_the_annotations_make_the_job_fail(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (annotating,) = (words for words in keraslint_steps() if "github" in words)

    assert run(annotating) == 1
    assert capsys.readouterr().out.startswith("::warning title=keraslint (KRL101),file=layers.py")


@pytest.mark.keras
def test_the_proving_job_fails_while_a_proved_fix_is_not_applied(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (proving,) = (words for words in keraslint_steps() if "--prove" in words)

    assert run(proving) == 1
    assert "+        self.dense = keras.layers.Dense(4)" in capsys.readouterr().out
    assert (project / "layers.py").read_text(encoding="utf-8").endswith(LAYER)


@pytest.mark.keras
def test_the_local_hook_proves_and_fixes(project: Path) -> None:
    command = project / ".git" / "bin" / "keraslint"
    subprocess.run(["git", "init", "-q"], check=True)
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m keraslint "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (project / ".pre-commit-config.yaml").write_text(blocks("pre-commit")[1], encoding="utf-8")
    subprocess.run(["git", "add", "-A"], check=True)
    _, asked = (shlex.split(line) for line in blocks("pre-commit", "sh")[0].splitlines())
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    paths = {"PATH": f"{command.parent}{os.pathsep}{outside['PATH']}", "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *asked[1:], "--verbose"],
        env={**outside, **paths, "PRE_COMMIT_HOME": str(project / ".git" / "pre-commit")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert "fixed and proved" in done.stdout
    assert "files were modified by this hook" in done.stdout
    assert (project / "layers.py").read_text(encoding="utf-8").endswith(FIXED)


@pytest.mark.keras
def test_the_comparing_hook_refuses_a_layer_that_a_push_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = yaml.safe_load(blocks("pre-commit")[2])["repos"][0]["hooks"][0]
    git = ["git", "-c", "user.name=n", "-c", "user.email=e"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "HEAD"], check=True)
    text = (project / "layers.py").read_text(encoding="utf-8")
    (project / "layers.py").write_text(text.replace("Dense(4)", "Dense(5)"), encoding="utf-8")

    code = run([*shlex.split(hook["entry"])[1:], "layers.py"])

    assert code == 1
    assert "refuted" in capsys.readouterr().out
