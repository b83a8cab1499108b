"""The recipes for editors do in real editors what they promise, or else in readers of our own.

Editors and plug-ins are looked for where Debian puts them; a test of one that is not there is
skipped.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conversing import Editor
from recipes import PAGES, environment, fences, missing, ran, recipe

from keraslint.cli import run

pytestmark = pytest.mark.editors
HERE = Path(__file__).parent
ALE = "/usr/share/vim-ale/plugin/ale.vim"
MESSAGE = "`keras.layers.Dense` is created in `build()`, but needs nothing from the input shape"
BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)
"""
MENDED = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(self.units)

    def build(self, input_shape):
        self.dense.build(input_shape)
"""
BROKEN = "class\n"
PAGES_BY_NAME = sorted(path.stem for path in PAGES.glob("*.md"))


def needs(*programs: str, files: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    reason = missing(*programs, files=files)
    return pytest.mark.skipif(bool(reason), reason=reason)


needs_pygls = pytest.mark.skipif(find_spec("pygls") is None, reason="the server needs pygls")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "project"
    folder.mkdir()
    (folder / "block.py").write_text(BLOCK, encoding="utf-8")
    return folder


def seen(folder: Path, output: str) -> Any:
    """What a driver has written down."""
    file = folder / "seen.json"
    assert file.exists(), output
    return json.loads(file.read_text(encoding="utf-8"))


def said(folder: Path, command: list[str], stdin: str) -> str:
    """What a command of a recipe prints; keraslint is found as an editor would find it."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder.parent / "bin"),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.stderr
    return done.stdout


class TestNeovim:
    @needs("nvim")
    @needs_pygls
    def test_the_language_server_in_the_built_in_client(self, project: Path) -> None:
        client = recipe("neovim", "The built-in client, before Neovim 0.11")
        saving = recipe("neovim", "All safe fixes when a file is saved")
        (project / "init.lua").write_text(client + saving, encoding="utf-8")

        driver = ("-c", f"luafile {HERE / 'drive_neovim.lua'}")
        output = ran("nvim", "--headless", "-n", "-u", "init.lua", "block.py", *driver,
                     folder=project, bin_=project.parent / "bin", patience=180)  # fmt: skip

        told = seen(project, output)
        place = {"line": 9, "column": 21, "end_line": 9, "end_column": 51}
        finding = {"code": "KRL101", "message": MESSAGE, "source": "keraslint"}
        assert told["opened"] == [{**finding, **place}]
        assert told["typed"] == [{**finding, **place, "line": 10, "end_line": 10}]
        assert told["hover"].startswith("# layer-in-build (KRL101)")
        assert told["ignored"] == "# 😀\n" + BLOCK.replace(
            "Dense(self.units)\n", "Dense(self.units)  # keraslint: ignore[layer-in-build]\n"
        )
        assert told["fixed"] == told["saved"] == f"# 😀\n{MENDED}"
        assert (project / "block.py").read_text(encoding="utf-8") == f"# 😀\n{MENDED}"
        assert (told["after_ignoring"], told["after_fixing"]) == (0, 0)

    @needs("nvim")
    def test_nvim_lints_recipe_reads_our_json(self, project: Path) -> None:
        (project / "recipe.lua").write_text(recipe("neovim", "nvim-lint"), encoding="utf-8")
        (project / "block.py").write_text(f"{BLOCK}\n# 😀\n", encoding="utf-8")

        output = ran("nvim", "--headless", "-n", "-u", "NONE",
                     "-c", f"luafile {HERE / 'drive_lint.lua'}", "-c", "luafile recipe.lua",
                     "-c", "edit block.py", "-c", "qall!",
                     folder=project, bin_=project.parent / "bin")  # fmt: skip

        (one,) = seen(project, output)["found"]
        assert (one["lnum"], one["col"], one["end_lnum"], one["end_col"]) == (9, 21, 9, 51)
        assert (one["code"], one["message"], one["severity"]) == ("KRL101", MESSAGE, 2)

    def test_a_reader_that_follows_nvim_lints_own_one_for_ruff(self, project: Path) -> None:
        """Its command line with another name; places less one; the keys that it takes."""
        arguments = "check --force-exclude --quiet --stdin-filename block.py --no-fix"
        command = ["keraslint", *arguments.split(), "--output-format", "json", "-"]

        found = [
            (
                one["location"]["row"] - 1,
                one["location"]["column"] - 1,
                one["end_location"]["row"] - 1,
                one["end_location"]["column"] - 1,
                one["code"],
                one["message"],
            )
            for one in json.loads(said(project, command, BLOCK))
        ]

        assert found == [(9, 21, 9, 51, "KRL101", MESSAGE)]

    @needs("efm-langserver")
    def test_efm_langserver_reads_our_lines(self, project: Path) -> None:
        (project / "config.yaml").write_text(recipe("neovim", "efm-langserver"), encoding="utf-8")
        (project / "pyproject.toml").touch()
        uri = (project / "block.py").as_uri()
        command = ["efm-langserver", "-c", str(project / "config.yaml")]
        env = environment(project.parent / "bin")
        with Editor(project, command=command, env=env) as editor:
            (one,) = editor.open(uri, BLOCK)
            editor.process.kill()  # it hangs up at `shutdown`
            editor.process.wait()

        assert one["range"]["start"] == {"line": 9, "character": 21}
        assert one["message"].endswith(MESSAGE)
        assert (one["severity"], one["source"]) == (2, "keraslint")


class TestVim:
    @needs("vim", files=(ALE,))
    def test_ale_shows_findings_while_one_types_and_fixes(self, project: Path) -> None:
        settings = f"set nocompatible nomore noswapfile\nset rtp^={Path(ALE).parents[1]}\n"
        driver = f"runtime plugin/ale.vim\n{recipe('vim', 'ALE')}source {HERE / 'drive_ale.vim'}\n"
        (project / "vimrc").write_text(settings + driver, encoding="utf-8")

        output = ran("vim", "-N", "-u", "vimrc", "-i", "NONE", "--not-a-term", "-T", "dumb",
                     "-c", "filetype on", "-c", "edit block.py", "-c", "call Drive()",
                     folder=project, bin_=project.parent / "bin", patience=120)  # fmt: skip

        told = seen(project, output)
        place = {"line": 10, "column": 22, "end_line": 10, "end_column": 51}
        finding = {"code": "KRL101", "message": MESSAGE, "linter": "keraslint", "type": "W"}
        assert told["opened"] == [{**finding, **place}]
        assert told["typed"] == [{**finding, **place, "line": 11, "end_line": 11}]
        assert told["on_disk"] == BLOCK.splitlines()
        assert told["fixed"] == ["# typed", *MENDED.splitlines()]
        assert told["left"] == []

    def test_a_reader_that_follows_ales_own_one_for_ruff(self, project: Path) -> None:
        """A current ALE asks for the version first, then starts `check -q --no-fix …`."""
        version = said(project, ["keraslint", "--version"], "")
        major, minor, patch = re.search(r"(\d+)\.(\d+)\.(\d+)", version).groups()  # type: ignore[union-attr]
        check = ["check"] if (int(major), int(minor), int(patch)) >= (0, 3, 0) else []
        arguments = "-q --no-fix --output-format json-lines --stdin-filename block.py -"

        found = [
            {
                "lnum": one["location"]["row"],
                "col": one["location"]["column"],
                "end_lnum": one["end_location"]["row"],
                "end_col": one["end_location"]["column"] - 1,
                "text": one["message"],
            }
            for line in said(project, ["keraslint", *check, *arguments.split()], BLOCK).splitlines()
            for one in [json.loads(line)]
        ]

        place = {"lnum": 10, "col": 22, "end_lnum": 10, "end_col": 51}
        assert found == [{**place, "text": MESSAGE}]

    @needs("vim")
    def test_make_fills_the_quickfix_list(self, project: Path) -> None:
        commands = recipe("vim", "Without a plug-in")
        driver = (
            "set nocompatible nomore noswapfile\nfiletype on\nset shellpipe=>%s\\ 2>&1\n"
            f"{commands}"
            "function! Drive()\n    edit block.py\n    silent make!\n"
            "    call writefile([json_encode(getqflist())], 'seen.json')\n    qall!\nendfunction\n"
        )
        (project / "vimrc").write_text(driver, encoding="utf-8")

        output = ran("vim", "-N", "-u", "vimrc", "-i", "NONE", "--not-a-term", "-T", "dumb",
                     "-c", "call Drive()", folder=project,
                     bin_=project.parent / "bin")  # fmt: skip

        (one,) = [item for item in seen(project, output) if item["valid"]]
        assert (one["lnum"], one["col"]) == (10, 22)
        assert one["text"] == f"KRL101 [*] {MESSAGE}"


class TestEmacs:
    def emacs(self, project: Path, title: str, driver: str) -> Any:
        (project / "recipe.el").write_text(recipe("emacs", title), encoding="utf-8")
        output = ran("emacs", "-q", "--batch", "-l", "recipe.el", "-l", str(HERE / driver),
                     folder=project, bin_=project.parent / "bin", patience=120)  # fmt: skip
        if "Cannot open load file" in output:
            pytest.skip(output.strip().splitlines()[-1])
        return seen(project, output)

    @needs("emacs")
    def test_flycheck_reads_our_lines(self, project: Path) -> None:
        told = self.emacs(project, "Flycheck", "drive_flycheck.el")

        finding = {
            "line": 10,
            "column": 22,
            "code": "KRL101",
            "message": f"[*] {MESSAGE}",
            "level": "warning",
            "checker": "python-keraslint",
        }
        assert told["opened"] == [finding]
        assert told["typed"] == [{**finding, "line": 11}]
        (broken,) = told["broken"]
        assert (broken["code"], broken["line"], broken["level"]) == ("KRL002", 13, "error")

    @needs("emacs")
    @needs_pygls
    def test_eglot_speaks_with_the_server(self, project: Path) -> None:
        told = self.emacs(project, "Eglot (and Flymake)", "drive_eglot.el")

        (opened,), (typed,) = told["opened"], told["typed"]
        assert (opened["line"], typed["line"]) == (10, 11)
        assert opened["text"] == typed["text"] == "keras.layers.Dense(self.units)"
        assert opened["message"].endswith(MESSAGE)
        assert told["fixed"] == f"# 😀\n{MENDED}"


class TestReadersOfLines:
    """Editors that cannot run here: their documented patterns over our real output."""

    @pytest.fixture
    def lines(self, project: Path) -> list[str]:
        (project / "sub").mkdir()
        (project / "sub" / "broken.py").write_text(BROKEN, encoding="utf-8")
        command = ["keraslint", "check", "-q", "--output-format", "concise", "."]
        return said(project, command, "").splitlines()

    def test_vs_codes_problem_matcher(self, lines: list[str]) -> None:
        (task, fix) = json.loads(recipe("vscode", "Tasks with a problem matcher"))["tasks"]
        pattern = task["problemMatcher"]["pattern"]

        found = [re.search(pattern["regexp"], line) for line in lines]

        keys = ("file", "line", "column", "code", "message")
        told = [tuple(one[pattern[key]] for key in keys) for one in found if one]
        assert told[0] == ("block.py", "10", "22", "KRL101", f"[*] {MESSAGE}")
        assert told[1][:4] == ("sub/broken.py", "1", "6", "KRL002")
        assert [
            task["command"],
            *task["args"],
        ] == "keraslint check -q --output-format concise .".split()
        assert fix["args"][:2] == ["check", "--fix"]

    def test_pycharms_output_filter(self, lines: list[str]) -> None:
        page = recipe("pycharm", "File watcher")
        (written,) = re.findall(r"Output filters: +(.*)", page)
        names = {"FILE_PATH": r"(.+?)", "LINE": r"(\d+)", "COLUMN": r"(\d+)", "MESSAGE": "(.*)"}
        pattern = re.sub(r"\$(\w+)\$", lambda name: names[name[1]], written)

        found = [re.fullmatch(pattern, line) for line in lines]

        assert [one[2] for one in found if one] == ["10", "1"]
        assert [one[1] for one in found if one] == ["block.py", "sub/broken.py"]

    def test_sublimes_patterns(self, lines: list[str]) -> None:
        (linter,) = re.findall(r'regex = r"(.*)"', recipe("sublime", "SublimeLinter"))
        build = json.loads(recipe("sublime", "Build system"))["file_regex"]

        found = [one.groupdict() for line in lines if (one := re.search(linter, line))]
        built = [one.groups() for line in lines if (one := re.search(build, line))]

        assert found[0] == {
            "line": "10",
            "col": "22",
            "error": None,
            "warning": "KRL101",
            "message": f"[*] {MESSAGE}",
        }
        assert (found[1]["error"], found[1]["warning"]) == ("KRL002", None)
        assert [one[:3] for one in built] == [("block.py", "10", "22"), ("sub/broken.py", "1", "6")]


class TestPages:
    @pytest.mark.parametrize("page", PAGES_BY_NAME)
    def test_blocks_of_code_are_what_they_say(self, page: str) -> None:
        for _, language, code in fences(page):
            if language == "json":
                json.loads(code)
            elif language == "python":
                compile(code, page, "exec")
            elif language == "toml":
                assert tables(code)["language-server"]["keraslint"] == {
                    "command": "keraslint",
                    "args": ["server"],
                }

    @pytest.mark.parametrize("page", PAGES_BY_NAME)
    def test_every_flag_exists(self, page: str, capsys: pytest.CaptureFixture[str]) -> None:
        text = (PAGES / f"{page}.md").read_text(encoding="utf-8").replace("\\ ", " ")
        run(["check", "--help"])
        known = capsys.readouterr().out

        flags = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", " ".join(calls(text))))

        assert {flag for flag in flags if flag not in known} == set()
        assert "keraslint" in text

    def test_every_page_is_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        for page in PAGES_BY_NAME:
            code = run(["editors", page])

            shown = capsys.readouterr().out
            assert code == 0
            assert all(text in shown for _, _, text in fences(page))

    def test_without_a_name_the_pages_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        code = run(["editors"])

        shown = capsys.readouterr().out
        assert code == 0
        assert re.findall(r"^  (\S+)", shown, re.MULTILINE) == PAGES_BY_NAME

    def test_a_page_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        code = run(["editors", "neovm"])

        assert code == 2
        assert "no page for the editor `neovm`; did you mean `neovim`?" in capsys.readouterr().err


def calls(text: str) -> list[str]:
    """The command lines in a page that start keraslint's check."""
    lines = [line for line in text.splitlines() if "--output-format" in line or "--fix" in line]
    return [" ".join(shlex.split(re.sub(r"[\"',\[\]{}()]", " ", line))) for line in lines]


def tables(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)
