"""A project's packages are found where other tools find them, and read as text."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path

import pytest

from keraslint.diagnostic import Diagnostic
from keraslint.engine.lint import lint
from keraslint.project.files.python_environment import Environment, environment_of
from keraslint.report.settings_text import configuration
from keraslint.settings import Settings

PACKAGES = "lib/python3.11/site-packages"
LIBRARY = "import keras\n\nclass Convolution(keras.layers.Layer):\n    pass\n"
PROJECT = """\
import keras
from some_library.blocks import Convolution

class Block(keras.layers.Layer):
    def build(self, input_shape):
        self.inner = Convolution(3)
"""


def environment(folder: Path, *packages: str) -> Path:
    """An environment with some packages in it."""
    (folder / PACKAGES).mkdir(parents=True)
    for package in packages:
        (folder / PACKAGES / package).mkdir()
        (folder / PACKAGES / package / "__init__.py").write_text("", "utf-8")
    return folder


def told_by(root: Path, **variables: str) -> str:
    found = environment_of(Settings(root=root), variables)
    return found.told_by if found is not None else ""


def test_without_an_environment_nothing_is_found(tmp_path: Path) -> None:
    assert environment_of(Settings(root=tmp_path), {}) is None


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_an_environment_beside_the_configuration_is_the_projects(name: str, tmp_path: Path) -> None:
    environment(tmp_path / name)

    assert told_by(tmp_path) == f"`{name}`"


def test_so_is_one_at_the_top_of_the_repository(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    (tmp_path / ".git").mkdir()
    (tmp_path / "packages/one").mkdir(parents=True)
    (tmp_path / "packages/one/pyproject.toml").write_text("", "utf-8")

    assert told_by(tmp_path / "packages/one") == "`.venv`"


@pytest.mark.parametrize("name", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_is_used(name: str, tmp_path: Path) -> None:
    active = environment(tmp_path / "elsewhere")

    assert told_by(tmp_path, **{name: str(active)}) == f"`{name}`"


def test_an_active_one_goes_before_one_that_lies_beside(tmp_path: Path) -> None:
    active = environment(tmp_path / "elsewhere")
    environment(tmp_path / ".venv")

    assert told_by(tmp_path, VIRTUAL_ENV=str(active)) == "`VIRTUAL_ENV`"


def test_one_that_lies_beside_goes_before_the_tools_own_and_before_conda(tmp_path: Path) -> None:
    conda = environment(tmp_path / "conda")
    environment(tmp_path / ".venv")

    assert told_by(tmp_path, VIRTUAL_ENV=sys.prefix, CONDA_PREFIX=str(conda)) == "`.venv`"


def test_uv_may_be_told_of_another_folder(tmp_path: Path) -> None:
    environment(tmp_path / "env")

    assert told_by(tmp_path, UV_PROJECT_ENVIRONMENT="env") == "`UV_PROJECT_ENVIRONMENT`"


@pytest.mark.parametrize("table", ["tool.poetry", "project"])
def test_poetry_keeps_environments_elsewhere(table: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[{table}]\nname = "My Project"\n', "utf-8")
    digest = hashlib.sha256(os.path.normcase(os.path.realpath(tmp_path)).encode()).digest()
    short = base64.urlsafe_b64encode(digest).decode()[:8]
    environment(tmp_path / f"cache/virtualenvs/my_project-{short}-py3.11")

    assert told_by(tmp_path, POETRY_CACHE_DIR=str(tmp_path / "cache")) == "Poetry"


def test_folders_of_packages_in_development_belong_to_it(tmp_path: Path) -> None:
    folder = environment(tmp_path / ".venv") / PACKAGES
    (tmp_path / "src").mkdir()
    lines = f"# comment\nimport os\n{tmp_path / 'src'}\nnowhere\n"
    (folder / "__editable__.pth").write_text(lines, "utf-8")
    found = environment_of(Settings(root=tmp_path), {})

    assert found is not None
    assert found.folders == (folder, tmp_path / "src")


def test_so_do_the_packages_of_the_system_if_it_shows_them(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    environment(tmp_path / "usr")
    told = f"home = {tmp_path / 'usr/bin'}\ninclude-system-site-packages = true\nversion = 3.11.7\n"
    (tmp_path / ".venv/pyvenv.cfg").write_text(told, "utf-8")
    found = environment_of(Settings(root=tmp_path), {})

    assert found is not None
    assert found.folders[1:] == (tmp_path / "usr" / PACKAGES,)


@pytest.mark.parametrize("packages", [("keras",), ("tensorflow",), ()])
def test_it_is_known_whether_it_has_keras(packages: tuple[str, ...], tmp_path: Path) -> None:
    environment(tmp_path / ".venv", *packages)
    found = environment_of(Settings(root=tmp_path), {})

    assert found is not None
    assert found.has_keras is bool(packages)


def linted(folder: Path, *, cache: bool = False) -> tuple[Diagnostic, ...]:
    (folder / "project.py").write_text(PROJECT, "utf-8")
    settings = Settings(root=folder, cache=cache, select=("KRL101", "KRL106"))
    return lint([folder / "project.py"], settings).diagnostics


def test_a_layer_of_a_library_that_is_installed_beside_is_known(tmp_path: Path) -> None:
    folder = environment(tmp_path / ".venv", "some_library") / PACKAGES
    (folder / "some_library/blocks.py").write_text(LIBRARY, "utf-8")
    (found,) = linted(tmp_path)

    assert "assumed" not in found.message


def test_an_environment_that_comes_later_makes_old_answers_stale(tmp_path: Path) -> None:
    before = linted(tmp_path, cache=True)
    folder = environment(tmp_path / ".venv", "some_library") / PACKAGES
    bare = linted(tmp_path, cache=True)
    (folder / "some_library/blocks.py").write_text(LIBRARY, "utf-8")

    assert (before, bare) == ((), ())
    assert linted(tmp_path, cache=True)


def test_the_settings_tell_of_it(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path)
    shown = Environment(told_by="`.venv`", folders=(tmp_path / "packages",))

    assert f"# packages of the project: {tmp_path / 'packages'} (from `.venv`)" in configuration(
        settings, frozenset(), shown
    )
    assert "# packages of the project: none found" in configuration(settings, frozenset())
