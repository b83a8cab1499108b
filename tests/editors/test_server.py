"""The language server, spoken to as by an editor, over its standard input and output."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversing import ASKING, ROOT, WATCHING, Editor, Json, edited, edits_of

from keraslint.cli import run

pytest.importorskip("pygls", reason="the language server needs pygls")
pytestmark = pytest.mark.editors

BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.dense = keras.layers.Dense(self.units)
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
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

    def call(self, x):
        return self.dense(x)
"""
TWO = BLOCK + BLOCK[BLOCK.index("\n\nclass") :].replace("Block", "Other")
CLEAN = "x = 1\n"
HERE = {"start": {"line": 9, "character": 25}, "end": {"line": 9, "character": 25}}
SUBCLASS = """\
from block import Block


class Wide(Block):
    def __init__(self, units):
        self.dense = None
        super().__init__(units)
"""
TRAP = f"import pathlib\npathlib.Path(__file__).with_suffix('.ran').touch()\n{BLOCK}"


def codes(found: list[Json]) -> list[str]:
    return [one["code"] for one in found]


def uri(folder: Path, name: str = "block.py") -> str:
    return (folder / name).as_uri()


def titles(actions: list[Json]) -> list[str]:
    return [action["title"] for action in actions]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Editor, Path]]:
    """An editor for tests that leave nothing behind, with one rule on."""
    folder = tmp_path_factory.mktemp("shared").resolve()
    with Editor(folder, "--config", 'select=["KRL101"]') as editor:
        yield editor, folder


class TestFindings:
    def test_the_unsaved_text_counts_and_not_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "block.py").write_text(CLEAN, encoding="utf-8")
        with Editor(tmp_path) as editor:
            opened = editor.open(uri(tmp_path), BLOCK)
            cleaned = editor.change(uri(tmp_path), CLEAN)
            (again,) = editor.change(uri(tmp_path), f"\n{BLOCK}")

        assert codes(opened) == ["KRL101"]
        assert cleaned == []
        assert again["range"] == {
            "start": {"line": 10, "character": 21},
            "end": {"line": 10, "character": 51},
        }

    def test_a_key_is_typed_where_it_is_typed(self, tmp_path: Path) -> None:
        top = {"line": 0, "character": 0}
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), BLOCK)
            editor.type(uri(tmp_path), "\n\n", {"start": top, "end": top})
            (moved,) = editor.found(uri(tmp_path))

        assert moved["range"]["start"] == {"line": 11, "character": 21}

    def test_what_is_typed_in_one_file_tells_in_another(self, tmp_path: Path) -> None:
        base = "import keras\n\n\nclass Base(keras.layers.Layer):\n    pass\n"
        derived = BLOCK.replace("keras.layers.Layer", "Base").replace(
            "import keras\n", "import keras\nfrom base import Base\n"
        )
        (tmp_path / "base.py").write_text(base, encoding="utf-8")
        with Editor(tmp_path) as editor:
            before = editor.open(uri(tmp_path), derived)
            editor.open(uri(tmp_path, "base.py"), base)
            editor.change(uri(tmp_path, "base.py"), "class Base:\n    pass\n")
            after = editor.found(uri(tmp_path))

        assert codes(before) == ["KRL101"]
        assert after == []

    def test_a_subclass_that_is_only_on_the_disk_makes_a_fix_unsafe(self, tmp_path: Path) -> None:
        alone, known = tmp_path / "alone", tmp_path / "known"
        (known / "tests").mkdir(parents=True)
        (known / "tests" / "wide.py").write_text(SUBCLASS, encoding="utf-8")
        safe = []
        for folder in (alone, known):
            folder.mkdir(exist_ok=True)
            with Editor(folder) as editor:
                editor.open(uri(folder), BLOCK)
                safe.append([one.get("isPreferred") for one in editor.actions(uri(folder), HERE)])

        assert safe[0] == [True, None, None, None]
        assert True not in safe[1]

    def test_while_it_is_no_python_what_was_found_around_the_change_stays(
        self, tmp_path: Path
    ) -> None:
        with Editor(tmp_path) as editor:
            before = editor.open(uri(tmp_path), TWO)
            broken = editor.change(uri(tmp_path), TWO.replace("class Other", "class\n\nOther", 1))
            actions = editor.actions(uri(tmp_path), HERE)
            after = editor.change(uri(tmp_path), TWO)

        lines = [one["range"]["start"]["line"] for one in before]
        assert codes(broken) == ["KRL101", "KRL002", "KRL101"]
        assert [one["range"]["start"]["line"] for one in broken if one["code"] == "KRL101"] == [
            lines[0],
            lines[1] + 2,
        ]
        assert actions == []
        assert after == before

    @pytest.mark.parametrize(
        "text", ["class", "\0", "x = (" * 3000, "\ud800 = 1", "def f(:\n\f\u2028"]
    )
    def test_nothing_that_is_typed_ends_it(self, shared: tuple[Editor, Path], text: str) -> None:
        editor, folder = shared
        editor.open(uri(folder), BLOCK)

        broken = editor.change(uri(folder), text)

        after = editor.change(uri(folder), BLOCK)
        assert "KRL002" in codes(broken)
        assert codes(after) == ["KRL101"]

    def test_an_excluded_file_is_left_alone(self, tmp_path: Path) -> None:
        config = '[tool.keraslint]\nextend-exclude = ["legacy"]\n'
        (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
        with Editor(tmp_path) as editor:
            found = editor.open(uri(tmp_path, "legacy/block.py"), BLOCK)

        assert found == []

    def test_a_text_without_a_file_is_linted(self, tmp_path: Path) -> None:
        with Editor(None, cwd=tmp_path) as editor:
            found = editor.open("untitled:Untitled-1", BLOCK)

        assert codes(found) == ["KRL101"]

    def test_a_document_that_is_closed_has_no_findings(self, tmp_path: Path) -> None:
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), BLOCK)
            editor.tell("textDocument/didClose", {"textDocument": {"uri": uri(tmp_path)}})
            after = editor.found(uri(tmp_path))

        assert after == []

    def test_keys_that_come_quickly_are_answered_together(self, tmp_path: Path) -> None:
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), CLEAN)
            for number in range(50):
                editor.type(uri(tmp_path), f"{BLOCK}{'#' * number}\n")
            found = editor.found(uri(tmp_path))

        told = [one for one in editor.told if one.get("method", "").endswith("publishDiagnostics")]
        assert codes(found) == ["KRL101"]
        assert len(told) < 25


class TestFindingsAskedFor:
    def test_they_are_of_the_latest_text_and_never_told_unasked(self, tmp_path: Path) -> None:
        with Editor(tmp_path, capabilities=ASKING) as editor:
            editor.show(uri(tmp_path), BLOCK)
            opened = editor.pull(uri(tmp_path))
            editor.type(uri(tmp_path), CLEAN)
            cleaned = editor.pull(uri(tmp_path))
            editor.type(uri(tmp_path), BLOCK)
            actions = editor.actions(uri(tmp_path), HERE)
            time.sleep(1.0)  # longer than the server waits to be asked
            editor.pull(uri(tmp_path))

        methods = [one.get("method") for one in editor.told]
        assert editor.able["diagnosticProvider"]["interFileDependencies"] is True
        assert codes(opened) == ["KRL101"]
        assert cleaned == []
        assert "`__init__`" in titles(actions)[0]
        assert "textDocument/publishDiagnostics" not in methods
        assert "workspace/diagnostic/refresh" not in methods

    def test_they_are_asked_for_again_when_another_file_changes_them(self, tmp_path: Path) -> None:
        base = "import keras\n\n\nclass Base(keras.layers.Layer):\n    pass\n"
        derived = f"from base import Base\n{BLOCK}".replace("keras.layers.Layer", "Base")
        (tmp_path / "base.py").write_text(base, encoding="utf-8")
        with Editor(tmp_path, capabilities=ASKING) as editor:
            editor.show(uri(tmp_path), derived)
            before = editor.pull(uri(tmp_path))
            editor.show(uri(tmp_path, "base.py"), base)
            editor.type(uri(tmp_path, "base.py"), "class Base:\n    pass\n")
            editor.pull(uri(tmp_path, "base.py"))
            editor.hear(lambda told: told.get("method") == "workspace/diagnostic/refresh")
            after = editor.pull(uri(tmp_path))

        assert codes(before) == ["KRL101"]
        assert after == []

    def test_a_document_that_is_not_open_has_none(self, tmp_path: Path) -> None:
        with Editor(tmp_path, capabilities=ASKING) as editor:
            assert editor.pull(uri(tmp_path)) == []


class TestActions:
    def test_the_fix_of_a_finding(self, tmp_path: Path) -> None:
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), BLOCK)
            fix = editor.actions(uri(tmp_path), HERE)[0]

        assert fix["title"] == "keraslint (KRL101): Create the layer of `Block` in `__init__`"
        assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
        assert codes(fix["diagnostics"]) == ["KRL101"]
        assert edited(BLOCK, edits_of(fix, uri(tmp_path))) == MENDED

    def test_an_unsafe_fix_says_why(self, tmp_path: Path) -> None:
        folder = shutil.copytree(ROOT / "fixtures" / "unet", tmp_path / "unet")
        file = folder / "unet_res_block.py"
        (folder / "pyproject.toml").write_text('[tool.keraslint]\nselect = ["KRL1"]\n')
        with Editor(folder) as editor:
            (first, _) = editor.open(file.as_uri(), file.read_text(encoding="utf-8"))
            actions = editor.actions(file.as_uri(), first["range"])

        assert titles(actions)[0].endswith(
            "(unsafe: `in_channels` may differ from `input_shape[-1]`)"
        )
        assert actions[0]["isPreferred"] is False
        assert "source.fixAll.keraslint" not in [action["kind"] for action in actions]

    @pytest.mark.parametrize("lazy", [False, True])
    def test_all_safe_fixes_of_a_file(self, tmp_path: Path, lazy: bool) -> None:
        able: Json = {"codeAction": {"resolveSupport": {"properties": ["edit"]}}} if lazy else {}
        (tmp_path / "block.py").write_text(TWO, encoding="utf-8")
        with Editor(tmp_path, capabilities={"textDocument": able}) as editor:
            editor.open(uri(tmp_path), TWO)
            nowhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
            (every,) = editor.actions(uri(tmp_path), nowhere, only=["source.fixAll"])
            was_lazy = "edit" not in every
            every = editor.ask("codeAction/resolve", every) if was_lazy else every
            still = editor.change(uri(tmp_path), TWO)
        run(["check", "--fix", "--isolated", str(tmp_path / "block.py")])

        assert was_lazy is lazy
        fixed = edited(TWO, edits_of(every, uri(tmp_path)))
        assert fixed == (tmp_path / "block.py").read_text(encoding="utf-8") != TWO
        assert codes(still) == ["KRL101", "KRL101"]

    def test_a_version_is_named_to_an_editor_that_knows_of_versions(self, tmp_path: Path) -> None:
        able = {"workspace": {"workspaceEdit": {"documentChanges": True}}}
        with Editor(tmp_path, capabilities=able) as editor:
            editor.open(uri(tmp_path), CLEAN)
            editor.change(uri(tmp_path), BLOCK)
            fix = editor.actions(uri(tmp_path), HERE)[0]

        (change,) = fix["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": uri(tmp_path), "version": 2}

    @pytest.mark.parametrize(
        "text",
        [
            BLOCK,
            BLOCK.replace("\n", "\r\n"),
            BLOCK.replace("Dense(self.units)\n", "Dense(self.units)  # why\n", 1),
            BLOCK.replace("Dense(self.units)\n", "Dense(self.units)  # keraslint: ignore[x]\n", 1),
            BLOCK.replace("Dense(self.units)\n", "Dense(\n            self.units\n        )\n", 1),
            BLOCK.replace("keras.layers.Dense(", "\\\n            keras.layers.Dense(", 1),
            BLOCK.replace(
                "self.dense = keras.layers.Dense(self.units)\n",
                'self.dense = keras.layers.Dense(self.units, name="""a\nb""")\n',
            ),
            BLOCK.replace("(self.units)\n", "(self.units) \\\n            if True else 0\n", 1),
        ],
    )
    def test_a_comment_that_ignores_a_finding_is_put_where_it_works(
        self, shared: tuple[Editor, Path], text: str
    ) -> None:
        editor, folder = shared
        found = [one for one in editor.open(uri(folder), text) if one["code"] == "KRL101"]

        actions = editor.actions(uri(folder), found[0]["range"])
        (ignore,) = [one for one in actions if "Ignore" in one["title"]]
        new = edited(text, edits_of(ignore, uri(folder)))

        after = editor.change(uri(folder), new)
        assert "KRL101" not in codes(after)
        assert "KRL002" not in codes(after)
        assert new.count("keraslint: ignore[") == 1
        assert new.count("\r\n") == text.count("\r\n")

    def test_a_comment_that_silences_nothing_can_be_taken_away(self, tmp_path: Path) -> None:
        text = "x = 1  # keraslint: ignore[layer-in-build]\n"
        with Editor(tmp_path) as editor:
            (unused,) = editor.open(uri(tmp_path), text)
            fix = editor.actions(uri(tmp_path), unused["range"])[0]

        assert unused["code"] == "KRL001"
        assert edited(text, edits_of(fix, uri(tmp_path))) == CLEAN

    def test_the_editor_may_ask_for_some_kinds_only(self, tmp_path: Path) -> None:
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), BLOCK)
            quick = editor.actions(uri(tmp_path), HERE, only=["quickfix"])
            source = editor.actions(uri(tmp_path), HERE, only=["source"])
            other = editor.actions(uri(tmp_path), HERE, only=["refactor"])

        assert {one["kind"] for one in quick} == {"quickfix"}
        assert {one["kind"] for one in source} == {"source.fixAll.keraslint"}
        assert other == []

    def test_what_may_not_be_fixed_is_not_offered(self, tmp_path: Path) -> None:
        config = '[tool.keraslint]\nunfixable = ["KRL101"]\n'
        (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), BLOCK)
            actions = editor.actions(uri(tmp_path), HERE)

        assert titles(actions) == ["keraslint (KRL101): Ignore `layer-in-build` here"]


class TestHover:
    def test_a_finding_shows_its_rule(self, tmp_path: Path) -> None:
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), BLOCK)
            page = editor.hover(uri(tmp_path), 9, 25)
            nothing = editor.hover(uri(tmp_path), 0, 0)

        assert page.startswith("# layer-in-build (KRL101)")
        assert "## Fix safety" in page
        assert nothing == ""

    @pytest.mark.parametrize("name", ["KRL102", "shape-known-in-init"])
    def test_a_rule_that_is_named_shows_its_page(self, tmp_path: Path, name: str) -> None:
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), f"x = 1  # keraslint: ignore[{name}]\n")
            page = editor.hover(uri(tmp_path), 0, 29)

        assert page.startswith("# shape-known-in-init (KRL102)")

    def test_a_finding_without_a_fix_says_why(self, tmp_path: Path) -> None:
        needed = BLOCK.replace("self.units)", "input_shape[-1])").replace("(self, units", "(self")
        needed = needed.replace("        self.units = units\n", "")
        with Editor(tmp_path, "--config", 'select=["ALL"]') as editor:
            (first, *_) = editor.open(uri(tmp_path), needed)
            place = first["range"]["start"]
            page = editor.hover(uri(tmp_path), place["line"], place["character"])

        assert first["code"] == "KRL103"
        assert page.startswith("# shape-dependent-layer") or page.startswith("No fix here: ")


class TestPositions:
    ODD = '        "😀é漢"; self.dense = keras.layers.Dense(self.units)\n'
    TEXT = BLOCK.replace("        self.dense = keras.layers.Dense(self.units)\n", ODD)
    BEFORE = ODD[: ODD.index("keras")]

    @pytest.mark.parametrize(
        ("offered", "chosen", "column"),
        [
            (None, "utf-16", len(BEFORE) + 1),
            (["utf-16"], "utf-16", len(BEFORE) + 1),
            (["utf-32", "utf-8"], "utf-32", len(BEFORE)),
            (["utf-8", "utf-16"], "utf-8", len(BEFORE.encode())),
            (["utf-7"], "utf-16", len(BEFORE) + 1),
        ],
    )
    def test_columns_are_counted_as_the_editor_wants(
        self, tmp_path: Path, offered: list[str] | None, chosen: str, column: int
    ) -> None:
        able = {"general": {"positionEncodings": offered}} if offered else {}
        with Editor(tmp_path, capabilities=able) as editor:
            (finding,) = editor.open(uri(tmp_path), self.TEXT)
            outside = {"line": 9, "character": column - 1}
            missed = editor.actions(uri(tmp_path), {"start": outside, "end": outside}, ["quickfix"])
            fix, _, ignore = editor.actions(uri(tmp_path), finding["range"], ["quickfix"])

        assert editor.able["positionEncoding"] == chosen
        assert finding["range"]["start"] == {"line": 9, "character": column}
        assert missed == []
        assert self.ODD in edited(self.TEXT, edits_of(fix, uri(tmp_path)), chosen)
        comment = f"{self.ODD[:-1]}  # keraslint: ignore[layer-in-build]\n"
        assert comment in edited(self.TEXT, edits_of(ignore, uri(tmp_path)), chosen)

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_are_those_of_the_editor(self, tmp_path: Path, end: str) -> None:
        text = f"# \u2028 \x0b \x85 \x1c\n\f\n{BLOCK}".replace("\n", end)
        with Editor(tmp_path) as editor:
            editor.open(uri(tmp_path), CLEAN)
            (finding,) = editor.change(uri(tmp_path), text)
            fix = editor.actions(uri(tmp_path), finding["range"])[0]

        assert finding["range"]["start"] == {"line": 11, "character": 21}
        fixed = edited(text, edits_of(fix, uri(tmp_path)))
        assert fixed == text.replace(BLOCK.replace("\n", end), MENDED.replace("\n", end))


class TestConfiguration:
    IGNORE = '[tool.keraslint]\nignore = ["KRL101"]\n'

    @pytest.mark.parametrize("watching", [True, False])
    def test_it_is_read_again_when_it_changes(self, tmp_path: Path, watching: bool) -> None:
        file = tmp_path / "pyproject.toml"
        with Editor(tmp_path, capabilities=WATCHING if watching else {}) as editor:
            before = editor.open(uri(tmp_path), BLOCK)
            file.write_text(self.IGNORE, encoding="utf-8")
            if watching:
                changes = [{"uri": file.as_uri(), "type": 1}]
                editor.tell("workspace/didChangeWatchedFiles", {"changes": changes})
            else:
                editor.save(uri(tmp_path))
            after = editor.found(uri(tmp_path))

        registered = [
            one for one in editor.told if one.get("method") == "client/registerCapability"
        ]
        assert codes(before) == ["KRL101"]
        assert after == []
        assert len(registered) == watching

    def test_a_wrong_one_is_told_once_and_the_last_good_one_holds(self, tmp_path: Path) -> None:
        file = tmp_path / "keraslint.toml"
        file.write_text('ignore = ["KRL101"]', encoding="utf-8")
        with Editor(tmp_path) as editor:
            before = editor.open(uri(tmp_path), BLOCK)
            file.write_text('ignroe = ["KRL101"]', encoding="utf-8")
            after = editor.change(uri(tmp_path), f"{BLOCK}\n")
            editor.change(uri(tmp_path), BLOCK)
            file.write_text("", encoding="utf-8")
            mended = editor.change(uri(tmp_path), f"{BLOCK}\n\n")

        shown = [one["params"] for one in editor.told if one.get("method") == "window/showMessage"]
        assert before == after == []
        assert codes(mended) == ["KRL101"]
        assert [one["type"] for one in shown] == [1]
        assert "unknown key `ignroe`; did you mean `ignore`?" in shown[0]["message"]

    def test_known_findings_are_not_told(self, tmp_path: Path) -> None:
        (tmp_path / "block.py").write_text(BLOCK, encoding="utf-8")
        (tmp_path / "keraslint.toml").write_text('baseline = "known.json"', encoding="utf-8")
        config = ["--config", str(tmp_path / "keraslint.toml"), "--no-cache"]
        run(["check", *config, "--update-baseline", str(tmp_path / "block.py")])
        with Editor(tmp_path) as editor:
            known = editor.open(uri(tmp_path), f"\n{BLOCK}")
            more = editor.change(uri(tmp_path), TWO)

        assert known == []
        assert [one["range"]["start"]["line"] for one in more] == [22]

    def test_flags_of_the_command_line_hold(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text(self.IGNORE, encoding="utf-8")
        with Editor(tmp_path, "--isolated") as editor:
            isolated = editor.open(uri(tmp_path), BLOCK)
        with Editor(tmp_path, "--config", 'select=["KRL102"]') as editor:
            selected = editor.open(uri(tmp_path), BLOCK)

        assert codes(isolated) == ["KRL101"]
        assert selected == []


class TestFilesOnTheDisk:
    BASE = "import keras\n\n\nclass Base(keras.layers.Layer):\n    pass\n"
    DERIVED = BLOCK.replace("keras.layers.Layer", "Base").replace(
        "import keras\n", "import keras\nfrom base import Base\n"
    )

    @pytest.mark.parametrize("watching", [True, False])
    def test_a_change_made_elsewhere_is_seen(self, tmp_path: Path, watching: bool) -> None:
        base = tmp_path / "base.py"
        base.write_text(self.BASE, encoding="utf-8")
        with Editor(tmp_path, capabilities=WATCHING if watching else {}) as editor:
            before = editor.open(uri(tmp_path), self.DERIVED)
            base.write_text("class Base:\n    pass\n", encoding="utf-8")
            if watching:
                changes = [{"uri": base.as_uri(), "type": 2}]
                editor.tell("workspace/didChangeWatchedFiles", {"changes": changes})
            else:
                editor.save(uri(tmp_path))
            after = editor.found(uri(tmp_path))

        assert codes(before) == ["KRL101"]
        assert after == []

    def test_a_new_file_is_seen(self, tmp_path: Path) -> None:
        with Editor(tmp_path, capabilities=WATCHING) as editor:
            before = editor.open(uri(tmp_path), self.DERIVED)
            (tmp_path / "base.py").write_text(self.BASE, encoding="utf-8")
            changes = [{"uri": uri(tmp_path, "base.py"), "type": 1}]
            editor.tell("workspace/didChangeWatchedFiles", {"changes": changes})
            after = editor.found(uri(tmp_path))

        assert ["is assumed to be a layer" in one["message"] for one in before] == [True]
        assert codes(after) == ["KRL101"]
        assert "assumed" not in after[0]["message"]


class TestTheProcess:
    def test_it_runs_no_code_of_the_user(self, tmp_path: Path) -> None:
        (tmp_path / "trap.py").write_text(TRAP, encoding="utf-8")
        (tmp_path / "sitecustomize.py").write_text(TRAP, encoding="utf-8")
        with Editor(tmp_path) as editor:
            found = editor.open(uri(tmp_path, "trap.py"), TRAP)
            actions = editor.actions(uri(tmp_path, "trap.py"), found[0]["range"])

        assert actions
        assert not list(tmp_path.glob("*.ran"))
        left = {path.name for path in tmp_path.iterdir()} - {".keraslint_cache"}
        assert left == {"sitecustomize.py", "trap.py"}

    def test_it_ends_when_the_editor_says_so_or_is_gone(self, tmp_path: Path) -> None:
        with Editor(tmp_path) as polite, Editor(tmp_path) as gone:
            editor_left = polite.leave()
            assert gone.process.stdin is not None
            gone.process.stdin.close()
            code = gone.process.wait(30)

        assert (editor_left, code) == (0, 0)

    def test_without_pygls_it_says_what_to_install(self, tmp_path: Path) -> None:
        code = (
            "import sys; sys.modules['pygls'] = sys.modules['lsprotocol'] = None;"
            "from keraslint.cli import run; sys.exit(run(['server']))"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

        assert ran.returncode == 2
        assert ran.stderr == ("error: `keraslint server` needs pygls: install `keraslint[lsp]`\n")
