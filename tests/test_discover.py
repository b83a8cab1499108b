"""Discovery: which files a path means."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from keraslint.project.files.discover import discover
from keraslint.project.files.source import Trouble
from keraslint.settings import Settings


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("", encoding="utf-8")


def found(*paths: str, **settings: object) -> list[str]:
    configured = replace(Settings(), **settings)  # type: ignore[arg-type]
    files = discover([Path(path) for path in paths], configured).files
    return [file.as_posix() for file in files]


@pytest.mark.usefixtures("project")
class TestPaths:
    def test_a_folder_means_its_python_files_in_the_order_of_their_names(self) -> None:
        touch("b.py", "a/z.py", "a/y.txt", "a/b/c.py", "c.pyi", "d.pyc", "é.py")

        assert found(".") == ["a/b/c.py", "a/z.py", "b.py", "é.py"]

    def test_a_named_file_is_meant_whatever_it_is_called(self) -> None:
        touch("script", "venv/x.py")

        assert found("script", "venv/x.py") == ["script", "venv/x.py"]

    def test_each_file_comes_once(self) -> None:
        touch("a/x.py")

        assert found("a/x.py", "a", ".", "a/../a/x.py") == ["a/x.py"]
        assert len(found("a", str(Path("a").absolute()))) == 1

    def test_a_missing_path_is_a_problem_and_the_others_are_found(self) -> None:
        touch("x.py")

        result = discover([Path("nothere"), Path("x.py")], Settings())

        assert [file.name for file in result.files] == ["x.py"]
        assert [(p.path, p.kind) for p in result.problems] == [("nothere", Trouble.MISSING)]
        assert not result.problems[0].is_note

    def test_a_folder_without_python_files_is_worth_a_note(self) -> None:
        Path("x.py").mkdir()

        (problem,) = discover([Path("x.py")], Settings()).problems

        assert problem.is_note
        assert problem.reason == "no Python files found under `x.py`"

    @pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
    def test_loops_of_links_end_and_a_broken_link_is_a_problem(self) -> None:
        touch("a/x.py")
        Path("a/loop").symlink_to("..")
        Path("a/self.py").symlink_to("self.py")
        Path("a/gone.py").symlink_to("nothere.py")
        Path("a/again.py").symlink_to("x.py")

        result = discover([Path()], Settings())

        assert [file.as_posix() for file in result.files] == ["a/x.py"]
        assert {Path(p.path).name: p.reason for p in result.problems} == {
            "self.py": "symbolic link that leads back to itself",
            "gone.py": "broken symbolic link",
        }

    @pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
    @pytest.mark.skipif(os.name == "nt", reason="paths are short there")
    def test_a_very_deep_folder_is_walked(self) -> None:
        here = Path.cwd()
        for _ in range(1200):
            Path("d").mkdir()
            os.chdir("d")
        touch("x.py")
        os.chdir(here)

        (file,) = discover([Path()], Settings()).files
        subprocess.run(["rm", "-r", "d"], check=True)  # too deep for pytest to remove

        assert len(file.parts) == 1201

    @pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
    def test_a_link_to_a_file_elsewhere_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere.py").write_text("", encoding="utf-8")
        Path("link.py").symlink_to(tmp_path / "elsewhere.py")

        assert found(".") == ["link.py"]

    @pytest.mark.skipif(os.name == "nt", reason="no named pipes")
    def test_a_pipe_called_py_is_not_waited_for(self) -> None:
        touch("x.py")
        os.mkfifo("pipe.py")

        assert found(".") == ["x.py"]

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
    def test_a_closed_folder_is_a_problem(self) -> None:
        touch("closed/x.py")
        Path("closed").chmod(0)

        (problem,) = discover([Path()], Settings()).problems
        Path("closed").chmod(0o755)

        assert problem.kind is Trouble.FORBIDDEN


@pytest.mark.usefixtures("project")
class TestExclude:
    def test_the_usual_folders_are_left_out(self) -> None:
        touch("x.py", ".venv/x.py", "node_modules/a/x.py", "a/dist/x.py", ".git/x.py")

        assert found(".") == ["x.py"]

    @pytest.mark.parametrize(
        ("pattern", "left"),
        [
            ("a", ["b/x.py", "b/y.py"]),
            ("a/", ["b/x.py", "b/y.py"]),
            ("x.py", ["a/y.py", "b/y.py"]),
            ("b/x.py", ["a/x.py", "a/y.py", "b/y.py"]),
            ("*/x.py", ["a/y.py", "b/y.py"]),
            ("**/y.py", ["a/x.py", "b/x.py"]),
            ("b/**", ["a/x.py", "a/y.py"]),
            ("[!x].py", ["a/x.py", "b/x.py"]),
            ("{a,b}/y.py", ["a/x.py", "b/x.py"]),
            ("?", []),
            ("./a/x.py", ["a/y.py", "b/x.py", "b/y.py"]),
        ],
    )
    def test_patterns_mean_what_they_mean_to_ruff(self, pattern: str, left: list[str]) -> None:
        touch("a/x.py", "a/y.py", "b/x.py", "b/y.py")

        assert found(".", extend_exclude=(pattern,)) == left

    def test_an_absolute_pattern_matches(self, project: Path) -> None:
        touch("a/x.py", "b/x.py")

        assert found(".", exclude=(f"{project.as_posix()}/a/*",)) == ["b/x.py"]

    @pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege")
    def test_patterns_hold_by_whatever_link_one_comes(self, project: Path) -> None:
        touch("a/x.py", "b/x.py")
        link = project.with_name("link")
        link.symlink_to(project)
        settings = replace(Settings(), root=link, extend_exclude=("a/x.py",))

        for start in (project, link):
            (file,) = discover([start], settings).files
            assert file == start / "b" / "x.py"

    def test_what_is_named_is_linted_unless_exclusion_is_forced(self) -> None:
        touch("venv/lib/x.py")

        assert found("venv", "venv/lib/x.py") == ["venv/lib/x.py"]
        assert found("venv", "venv/lib/x.py", force_exclude=True) == []


@pytest.mark.usefixtures("project")
class TestGitignore:
    def ignoring(self, patterns: str, folder: str = ".") -> None:
        Path(folder, ".gitignore").write_text(patterns, encoding="utf-8")

    def test_ignore_files_count_only_inside_a_repository(self) -> None:
        touch("x.py", "y.py")
        self.ignoring("x.py\n")

        assert found(".") == ["x.py", "y.py"]
        Path(".git").mkdir()
        assert found(".") == ["y.py"]
        assert found(".", respect_gitignore=False) == ["x.py", "y.py"]

    def test_inner_files_and_negations_win_over_outer_ones(self) -> None:
        Path(".git").mkdir()
        touch("a/gen_1.py", "a/gen_2.py", "b/gen_1.py", "b/x.py")
        self.ignoring("gen_*.py\n# a comment\n\n/b/x.py\n")
        self.ignoring("!gen_2.py\n", "a")

        assert found(".") == ["a/gen_2.py"]
        assert found("a") == ["a/gen_2.py"]

    def test_a_folder_that_is_named_is_meant_even_if_git_ignores_it(self) -> None:
        Path(".git").mkdir()
        touch("out/x.py", "x.py")
        self.ignoring("out/\n")

        assert found(".") == ["x.py"]
        assert found("out") == ["out/x.py"]
        assert found("out/x.py") == ["out/x.py"]

    def test_a_pattern_that_means_nothing_is_passed_over(self) -> None:
        Path(".git").mkdir()
        touch("x.py", "y.py")
        self.ignoring("!\nx.py\n")

        assert found(".") == ["y.py"]

    def test_git_itself_agrees(self) -> None:
        subprocess.run(["git", "init", "-q", "."], check=True)
        touch("a/x.py", "a/b/x.py", "c/x.py", "c/d/e.py", "f g.py", "build/k.py", "build/keep.py")
        self.ignoring("/a/*\n!/a/b\nc/**/e.py\nf\\ g.py\nbuild/*\n!build/keep.py\n*.pyc\n")
        Path(".git/info/exclude").write_text("c/x.py\n", encoding="utf-8")
        listing = ["git", "ls-files", "-z", "--others", "--exclude-standard", "*.py"]
        theirs = subprocess.run(listing, check=True, capture_output=True, text=True).stdout

        assert found(".") == sorted(theirs.strip("\0").split("\0"))
