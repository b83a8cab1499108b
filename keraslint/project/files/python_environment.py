"""A project's folder and the variables of the process → the environment with its packages."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from keraslint.options import INTERPRETERS
from keraslint.project.files.installed_packages import in_interpreter, in_prefix
from keraslint.settings import Settings, toml_table

_ROOTS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")
_KERAS = ("keras", "tf_keras", "tensorflow")
_CLIMB = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where the packages of a project are installed: read as text, never run.

    `told_by` is the setting, variable or folder that leads there; `python` its interpreter, if it
    has one.
    """

    told_by: str
    folders: tuple[Path, ...]
    python: str | None = None

    @property
    def has_keras(self) -> bool:
        """Whether some Keras is among the packages."""
        return any((folder / name).is_dir() for folder in self.folders for name in _KERAS)


def environment_of(
    settings: Settings, variables: Mapping[str, str] | None = None
) -> Environment | None:
    """The environment that the settings name, or the first that a project has by custom."""
    if settings.python is not None:
        python = which(settings.python) or settings.python
        return Environment(
            told_by="`python`", folders=in_interpreter(python), python=settings.python
        )
    variables = os.environ if variables is None else variables
    for told_by, prefix in _candidates(settings.root, variables):
        folders = in_prefix(prefix)
        if folders:
            return Environment(told_by=told_by, folders=folders, python=_interpreter(prefix))
    return None


def _interpreter(prefix: Path) -> str | None:
    found = (prefix / name for name in INTERPRETERS)
    return next((str(path) for path in found if path.exists()), None)


def _candidates(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """The environments that there may be, those first that somebody has chosen.

    A hook and a tool of its own run in an environment of their own, of which they say that it is
    the active one: there the project's goes first.
    """
    active = variables.get("VIRTUAL_ENV", "")
    is_own = bool(active) and os.path.realpath(active) == os.path.realpath(sys.prefix)
    conda, is_base = variables.get("CONDA_PREFIX", ""), variables.get("CONDA_DEFAULT_ENV") == "base"
    if active and not is_own:
        yield "`VIRTUAL_ENV`", Path(active)
    folders = project_folders(root)
    if variables.get("UV_PROJECT_ENVIRONMENT"):
        place = folders[-1] / variables["UV_PROJECT_ENVIRONMENT"]
        yield "`UV_PROJECT_ENVIRONMENT`", place
    for folder in folders:
        for name in (".venv", "venv"):
            yield f"`{name}`", folder / name
    if active and is_own:
        yield "`VIRTUAL_ENV`", Path(active)
    if conda and not is_base:
        yield "`CONDA_PREFIX`", Path(conda)
    for folder in folders:
        yield from (("Poetry", prefix) for prefix in _of_poetry(folder, variables))
    if conda and is_base:
        yield "`CONDA_PREFIX`", Path(conda)


def project_folders(root: Path) -> tuple[Path, ...]:
    """A folder and those above it, up to the top of its repository."""
    above = (root.absolute(), *root.absolute().parents)[:_CLIMB]
    for names in ((".git",), _ROOTS):
        for count, folder in enumerate(above, start=1):
            if any((folder / name).exists() for name in names):
                return above[:count]
    return above[:1]


def _of_poetry(folder: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """The environments that Poetry keeps elsewhere, named after the project and its folder."""
    kept = _poetry_folder(variables)
    file = folder / "pyproject.toml"
    if not kept.is_dir() or not file.is_file():
        return
    table = toml_table(file.read_text("utf-8", "replace"))
    tables = [table.get("project"), (table.get("tool") or {}).get("poetry")]
    names = [one["name"] for one in tables if isinstance(one, dict) and "name" in one]
    for name in dict.fromkeys(map(str, names)):
        digest = hashlib.sha256(os.path.normcase(os.path.realpath(folder)).encode()).digest()
        short = base64.urlsafe_b64encode(digest).decode()[:8]
        plain = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name.lower())[:42]
        yield from sorted(kept.glob(f"{plain}-{short}-py*"), reverse=True)


def _poetry_folder(variables: Mapping[str, str]) -> Path:
    if variables.get("POETRY_VIRTUALENVS_PATH"):
        return Path(variables["POETRY_VIRTUALENVS_PATH"])
    if variables.get("POETRY_CACHE_DIR"):
        return Path(variables["POETRY_CACHE_DIR"]) / "virtualenvs"
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  (`Path.home` raises where there is none)
    if sys.platform == "darwin":
        return home / "Library/Caches/pypoetry/virtualenvs"
    if sys.platform == "win32":
        local = variables.get("LOCALAPPDATA") or str(home / "AppData/Local")
        return Path(local) / "pypoetry/Cache/virtualenvs"
    return Path(variables.get("XDG_CACHE_HOME") or home / ".cache") / "pypoetry/virtualenvs"
