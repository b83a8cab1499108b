"""A folder's requirement files, read as text → the Keras that they ask for, and what says so."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keraslint.project.files.python_environment import project_folders
from keraslint.project.files.source import Source, read
from keraslint.project.files.version_ranges import Version, allows
from keraslint.settings import toml_table

_FILES = tuple(
    """pyproject.toml setup.py setup.cfg requirements.txt Pipfile environment.yml environment.yaml
    uv.lock poetry.lock Pipfile.lock""".split()
)
_MORE = re.compile(r"(?:requirements.*\.(?:txt|in)|environment.*\.ya?ml)$")
_TENSORFLOW = frozenset(
    """tensorflow tensorflow-cpu tensorflow-cpu-aws tensorflow-gpu tensorflow-intel
    tensorflow-macos tensorflow-rocm intel-tensorflow""".split()
)
_ONLY = {
    "tensorflow-gpu": 2,
    "tensorflow-addons": 2,
    "keras-core": 3,
    "keras-nightly": 3,
    "keras-hub": 3,
    "keras-rs": 3,
}
"""What exists for one Keras only, whatever its version."""
_LEGACY = "tf-keras"
_NAME = "|".join(sorted((*_TENSORFLOW, *_ONLY, _LEGACY, "keras"), key=len, reverse=True))
_IN_TEXT = re.compile(
    rf"(?:^|[\s\"'=,:\[(])(?P<name>{_NAME.replace('-', '[-_]')})(?:\[[^\]]*\])?"
    r"(?P<spec>\s*[=<>!~^]=?=?\s*\d[\d.*a-z]*(?:\s*,\s*[=<>!~]=?=?\s*\d[\d.*a-z]*)*)?"
    r"(?=$|[\s\"';,#\])=])",
    re.MULTILINE | re.IGNORECASE,
)
_LOCKED = re.compile(rf'^name = "(?P<name>{_NAME})"\s*^version = "(?P<spec>[^"]+)"', re.MULTILINE)
_PIPFILE_LOCK = re.compile(rf'"(?P<name>{_NAME})":\s*\{{[^}}]*?"version":\s*"(?P<spec>[^"]+)"')
_COMMENT = re.compile(r"(?:^|\s)#.*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """The Keras that some requirement asks for, and the requirement in words."""

    keras: int
    says: str


@dataclass(frozen=True, slots=True)
class Project:
    """The folder of a project; `is_distributed`: others install it, and use what it declares."""

    folder: Path
    is_distributed: bool


class Requirements:
    """What the requirement files of a project say of its folders: the nearest one counts."""

    def __init__(self, root: Path) -> None:
        self._top = project_folders(root)[-1]
        self._folders: dict[Path, Requirement | None] = {}
        self._projects: dict[Path, Project | None] = {}

    def of(self, path: str) -> Requirement | None:
        """What the requirements say of a file of the project."""
        return self.of_folder(Path(path).absolute().parent)

    def of_folder(self, folder: Path) -> Requirement | None:
        """What the requirements in a folder or above it say."""
        if folder not in self._folders:
            found = self._told(folder)
            if found is None and folder not in (self._top, folder.parent):
                found = self.of_folder(folder.parent)
            self._folders[folder] = found
        return self._folders[folder]

    def project(self, folder: Path) -> Project | None:
        """The project that a folder is in: the nearest one above with a file that begins one."""
        if folder not in self._projects:
            is_top = folder in (self._top, folder.parent)
            above = None if is_top else self.project(folder.parent)
            files = list(_files(folder))
            if files or (folder / ".git").exists():
                given = above is not None and above.is_distributed
                above = Project(folder, given or any(map(_distributes, files)))
            self._projects[folder] = above
        return self._projects[folder]

    def _told(self, folder: Path) -> Requirement | None:
        for file in _files(folder):
            text = read(str(file))
            found = asked_for(file.name, text.text) if isinstance(text, Source) else None
            if found is not None:
                return found
        return None


def told_by_files(root: Path) -> tuple[Path, ...]:
    """The requirement files that a project has, or may come to have, at its top."""
    return tuple(folder / name for folder in project_folders(root) for name in _FILES)


def _distributes(file: Path) -> bool:
    """Whether a file says how the project is made into a package for others."""
    if file.name != "pyproject.toml":
        return file.name == "setup.py"
    text = read(str(file))
    return isinstance(text, Source) and "build-system" in toml_table(text.text)


def _files(folder: Path) -> Iterator[Path]:
    """The requirement files of a folder, and those in its folder `requirements`."""
    names = _names(folder)
    yield from (folder / name for name in _FILES if name in names)
    more = sorted(name for name in names if _MORE.match(name) and name not in _FILES)
    yield from (folder / name for name in more)
    if "requirements" in names:
        inner = folder / "requirements"
        yield from (
            inner / name for name in sorted(_names(inner)) if name.endswith((".txt", ".in"))
        )


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return frozenset()


def asked_for(file: str, text: str) -> Requirement | None:
    """The Keras that one file of a name asks for, `None` when both or neither would do."""
    if "keras" not in text and "tensorflow" not in text:
        return None
    found = list(_in_file(file, text))
    for meant in (_by_keras, _by_name, _by_legacy, _by_tensorflow):
        for name, spec in found:
            keras = meant(name, spec)
            if keras is not None:
                return Requirement(keras, f"`{name}{_shown(spec)}` in {file}")
    return None


def _by_keras(name: str, spec: str) -> int | None:
    return _either(spec, (2, 15), (3, 0)) if name == "keras" else None


def _by_name(name: str, _: str) -> int | None:
    return _ONLY.get(name)


def _by_legacy(name: str, _: str) -> int | None:
    return 2 if name == _LEGACY else None


def _by_tensorflow(name: str, spec: str) -> int | None:
    return _either(spec, (2, 15), (2, 16)) if name in _TENSORFLOW else None


def _either(spec: str, old: Version, new: Version) -> int | None:
    """2 or 3, if a specifier allows one of them only."""
    before, after = allows(spec, upto=old), allows(spec, since=new)
    return None if before == after else 2 if before else 3


def _shown(spec: str) -> str:
    return spec if spec[:1] in "=<>!~" else f" {spec}" if spec else ""


def _in_file(file: str, text: str) -> Iterator[tuple[str, str]]:
    if file == "Pipfile.lock":
        found = _matches(_PIPFILE_LOCK, text)
    elif file.endswith(".lock"):
        found = ((name, f"=={spec}") for name, spec in _matches(_LOCKED, text))
    elif file in ("pyproject.toml", "Pipfile"):
        found = _in_tables(toml_table(text))
    else:
        found = _matches(_IN_TEXT, _COMMENT.sub("", text))
    for name, spec in found:
        yield name.lower().replace("_", "-"), re.sub(r"\s+", "", spec)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    yield from ((one["name"], one["spec"] or "") for one in pattern.finditer(text))


_LISTS = frozenset({"dependencies", "dev-dependencies", "packages", "dev-packages"})
_GROUPS = frozenset({"optional-dependencies", "dependency-groups", "dev-dependencies"})


def _in_tables(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Dependencies wherever a tool keeps them: as lists of texts, or as names with versions."""
    for key, value in table.items():
        if key in _LISTS:
            yield from _listed(value)
        if key in _GROUPS and isinstance(value, dict):
            for group in value.values():
                yield from _listed(group)
        elif isinstance(value, dict):
            yield from _in_tables(value)


def _listed(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _matches(_IN_TEXT, item) if isinstance(item, str) else ()
    elif isinstance(value, dict):
        for name, version in value.items():
            several = version if isinstance(version, list) else [version]
            for one in several:
                spec = one.get("version", "") if isinstance(one, dict) else one
                if re.fullmatch(_NAME.replace("-", "[-_]"), name, re.IGNORECASE):
                    yield name, str(spec)
