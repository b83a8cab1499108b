"""Modules are found where Python would find them, and read as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from keraslint.project.files.installed_packages import in_interpreter
from keraslint.project.files.source import Source
from keraslint.project.names.module_loader import Modules


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_package_gives_its_files_their_names(tmp_path: Path) -> None:
    write(tmp_path, pkg____init__="", pkg__sub____init__="", pkg__sub__a="", script="")
    for name in ("pkg/__init__.py", "pkg/sub/__init__.py"):
        (tmp_path / name).write_text("", encoding="utf-8")

    assert Modules().name(tmp_path / "pkg/sub/a.py") == ("pkg.sub.a", False)
    assert Modules().name(tmp_path / "pkg/sub/__init__.py") == ("pkg.sub", True)
    assert Modules().name(tmp_path / "script.py") == ("script", False)


def test_a_neighbour_is_found_by_its_plain_name(tmp_path: Path) -> None:
    write(tmp_path, a="", b="class B:\n    pass\n")

    found = Modules().load("b", str(tmp_path / "a.py"))

    assert found is not None
    assert list(found.classes) == ["B"]


def test_two_folders_may_each_have_a_module_of_the_same_name(tmp_path: Path) -> None:
    write(tmp_path, one__a="", one__b="class One:\n    pass\n")
    write(tmp_path, two__a="", two__b="class Two:\n    pass\n")
    modules = Modules()

    found = [modules.load("b", str(tmp_path / name / "a.py")) for name in ("one", "two")]

    assert [list(m.classes) for m in found if m is not None] == [["One"], ["Two"]]


def test_a_namespace_package_is_found_from_the_top_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    write(tmp_path, space__deep__a="", space__deep__b="class B:\n    pass\n")

    found = Modules().load("space.deep.b", str(tmp_path / "space/deep/a.py"))

    assert found is not None


def test_a_src_folder_is_a_root(tmp_path: Path) -> None:
    write(tmp_path, src__lib__b="class B:\n    pass\n", tests__a="")

    found = Modules([tmp_path / "src"]).load("lib.b", str(tmp_path / "tests/a.py"))

    assert found is not None


def test_a_broken_or_missing_module_is_none(tmp_path: Path) -> None:
    write(tmp_path, a="", broken="class (\n")

    assert Modules().load("broken", str(tmp_path / "a.py")) is None
    assert Modules().load("nowhere", str(tmp_path / "a.py")) is None


def test_installed_packages_are_read_if_their_interpreter_is_named(tmp_path: Path) -> None:
    installed = tmp_path / "env/lib/python3.11/site-packages"
    write(installed, acme__blocks="class Block:\n    pass\n")
    write(tmp_path, project__a="")
    asker = str(tmp_path / "project/a.py")

    named = Modules(installed=in_interpreter(str(tmp_path / "env/bin/python")))

    assert named.load("acme.blocks", asker) is not None
    assert Modules().load("acme.blocks", asker) is None


def test_a_file_that_is_given_is_one_module_whatever_leads_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, space__a="", space__b="class B:\n    pass\n")
    given = {path: Source(path=path, text="") for path in ("space/a.py", "space/b.py")}
    modules = Modules([tmp_path], given)

    found = modules.find("space.b", "space")

    assert found == "space/b.py"
