"""What one measurement imports is imported in advance for the next, unless that would be seen."""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keraslint.proof.child_process import Child
from keraslint.proof.claim import Claim, ProofOptions, before_job

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux forks"),
]

LAYER = """\
import sys

from keras import layers

EARLY = {name!r} in sys.modules
import {name}


class Block(layers.Layer):
    def call(self, x):
        return x

    def get_config(self):
        return {{**super().get_config(), "early": EARLY, "value": {name}.VALUE}}
"""
SLEEPS = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True)"
INSTALLED = {
    "plain": "VALUE = 'installed'\n",
    "shadowed": "VALUE = 'installed'\n",
    "threaded": f"{SLEEPS}.start()\nVALUE = 'installed'\n",
    "harmless": "VALUE = 'installed'\n",
    "noisy": f"{SLEEPS}.start()\n",
    "mixed": "import harmless, noisy\nVALUE = harmless.VALUE\n",
    "plugged": "import mine\nVALUE = mine.VALUE\n",
    "layered": f"VALUE = 'installed'\n{LAYER.format(name='math').replace('math.', '')}",
    "kept": "import os\nVALUE = os.environ.get('KEPT_FOR_PRELOAD', '')\n",
}
Measured = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages: that of the user, in a home of its own."""
    base = tmp_path_factory.mktemp("base")
    folder = Path(sysconfig.get_path("purelib", "posix_user", {"userbase": str(base)}))
    folder.mkdir(parents=True)
    for name, text in INSTALLED.items():
        (folder / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def child(site: Path) -> Iterator[Child]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONUSERBASE", str(site.parents[2]))
        patch.setenv("PYTHONPATH", str(site))
        started = Child(sys.executable, "tensorflow")
        yield started
        started.close()


def answered(child: Child, file: Path, text: str) -> dict[str, Any]:
    """Measure the layer `Block` of a file that holds, or is to hold, a text."""
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        file.write_text(text)
    job = before_job(
        Claim(layer="Block", path=file, before=text, after=text), ProofOptions(root=file.parent)
    )
    with tempfile.TemporaryDirectory() as folder:
        reply = child.ask({**job, "folder": folder, "theirs": None}, 60)
    answer: dict[str, Any] = reply["answer"]
    return answer


@pytest.fixture
def measured(child: Child, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Measure a layer that imports a package; in a project of its own, with further files."""

    def measure(name: str, **more: str) -> dict[str, Any]:
        root = tmp_path_factory.mktemp("project")
        for stem, text in more.items():
            (root / f"{stem}.py").write_text(text)
        return answered(child, root / "block.py", LAYER.format(name=name))

    return measure


def config(answer: dict[str, Any]) -> tuple[bool, str]:
    found = answer["cases"][0]["facts"]["config"]
    return found["early"], found["value"]


def test_an_installed_package_is_imported_in_advance_from_the_second_time(measured: Measured):
    first, second = measured("plain"), measured("plain")

    assert config(first) == (False, "installed")
    assert config(second) == (True, "installed")


def test_a_module_of_the_project_hides_an_installed_one_as_ever(measured: Measured):
    measured("shadowed")

    assert config(measured("shadowed")) == (True, "installed")
    assert config(measured("shadowed", shadowed="VALUE = 'own'\n")) == (False, "own")


def test_what_starts_a_thread_is_imported_by_each(measured: Measured):
    measured("threaded")

    assert config(measured("threaded")) == (False, "installed")


def test_it_keeps_nothing_else_from_being_imported_in_advance(measured: Measured):
    measured("mixed")

    assert config(measured("mixed")) == (False, "installed")
    assert config(measured("harmless")) == (True, "installed")


def test_what_imports_the_project_is_imported_by_each(measured: Measured):
    measured("plugged", mine="VALUE = 1\n")

    assert config(measured("plugged", mine="VALUE = 2\n")) == (False, 2)


def test_a_verdict_rests_on_what_was_read_in_advance_too(measured: Measured):
    first, second = measured("kept"), measured("kept")

    assert config(second) == (True, "")
    assert first["looked_at"]["environment"].get("KEPT_FOR_PRELOAD", "not read") is None
    assert second["looked_at"]["environment"].get("KEPT_FOR_PRELOAD", "not read") is None


def test_an_installed_layer_that_is_edited_is_not_the_one_in_memory(site: Path, child: Child):
    file = site / "layered.py"
    text = file.read_text()
    importing = LAYER.format(name="layered")
    answered(child, site.parent / "other" / "block.py", importing)

    again = answered(child, site.parent / "other" / "block.py", importing)
    edited = answered(child, file, text.replace("'installed'", "'edited'"))

    assert config(again) == (True, "installed")
    assert config(edited)[1] == "edited"
