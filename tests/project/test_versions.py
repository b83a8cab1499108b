"""What changed in the layers of a repository since one of its revisions."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from keraslint.commands.running.class_pairs import Pairs, since
from keraslint.settings import ConfigError, load

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
HEAD = "import keras\n\nRATE = 1\n\n\ndef half(n):\n    return n // 2\n"
BLOCK = """

class {name}({base}):
    def build(self, shape):
        self.size = {value}
"""
OTHER = "\n\nclass Plain:\n    value = {value}\n"
Repo = Callable[[dict[str, str | None]], None]


def block(name: str = "Block", base: str = "keras.layers.Layer", value: str = "1") -> str:
    return BLOCK.format(name=name, base=base, value=value)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Commit some files, then change them: `None` removes one."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main", ".")

    def write(files: dict[str, str | None]) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        if not (tmp_path / ".git/refs/heads/main").exists():
            git("add", ".")
            git(*IDENTITY, "commit", "-qm", "x")

    return write


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True)


def changed(*paths: str, layer: str | None = None, new: str | None = None) -> Pairs:
    return since("HEAD", [Path(path) for path in paths], layer, new, load(Path.cwd()))


def names(pairs: Pairs) -> list[tuple[str, str]]:
    return [(pair.old.layer, Path(pair.new.path).name) for pair in pairs.pairs]


def test_only_layers_that_changed_are_compared(repo: Repo) -> None:
    same, other = block("Same"), OTHER.format(value=1)
    repo({"a.py": HEAD + block() + same + other, "b.py": HEAD + block("Untouched")})
    repo({"a.py": HEAD + "# moved\n" + block(value="2") + same + OTHER.format(value=2)})

    assert names(changed()) == [("Block", "a.py")]


def test_a_changed_base_or_function_or_value_changes_a_layer(repo: Repo) -> None:
    text = HEAD + block("Halved", value="half(8)") + block("Rated", value="RATE")
    repo({"base.py": HEAD + block(), "a.py": "from base import Block\n" + text})
    repo({"a.py": ("from base import Block\n" + text).replace("// 2", "/ 2")})

    assert names(changed()) == [("Halved", "a.py")]

    repo({"a.py": "from base import Block\n" + text.replace("RATE = 1", "RATE = 2")})

    assert names(changed()) == [("Rated", "a.py")]


def test_a_base_in_another_file_counts(repo: Repo) -> None:
    heir = "from pkg.base import Block\n" + block("Heir", base="Block")
    repo({"pkg/__init__.py": "", "pkg/base.py": HEAD + block(), "pkg/heir.py": heir})
    repo({"pkg/base.py": HEAD + block(value="2"), "pkg/heir.py": heir + "# touched\n"})

    assert names(changed()) == [("Block", "base.py"), ("Heir", "heir.py")]


def test_a_class_that_moved_is_paired_by_its_name(repo: Repo) -> None:
    repo({"old.py": HEAD + block(), "pkg/x.py": HEAD})
    repo({"old.py": None, "pkg/new.py": HEAD + block(value="2")})
    pairs = changed()

    assert names(pairs) == [("Block", "new.py")]
    assert Path(pairs.pairs[0].old.path).name == "old.py"
    assert [Path(path).name for path, _ in pairs.around] == ["old.py"]


def test_a_file_that_was_only_renamed_has_nothing_to_compare(repo: Repo) -> None:
    repo({"old.py": HEAD + block()})
    repo({"old.py": None, "new.py": HEAD + block()})

    assert changed().pairs == ()
    assert changed().notes == ()


def test_what_is_gone_or_new_is_told(repo: Repo) -> None:
    repo({"a.py": HEAD + block("Old")})
    repo({"a.py": HEAD + block("New")})

    assert changed().notes == ("`Old` (a.py) is gone", "`New` (a.py) is new")


def test_a_base_that_cannot_be_found_is_told(repo: Repo) -> None:
    repo({"a.py": "from nowhere import Base\n" + block(base="Base")})
    repo({"a.py": "from nowhere import Base\n" + block(base="Base", value="2")})

    assert changed().notes == ("`Block` (a.py) may be a layer: a base of it was not found",)
    assert names(changed("a.py", layer="Block")) == [("Block", "a.py")]


def test_paths_limit_what_is_compared_but_not_what_the_old_version_sees(repo: Repo) -> None:
    repo({"a/x.py": HEAD + block(), "b/y.py": HEAD + block("Other")})
    repo({"a/x.py": HEAD + block(value="2"), "b/y.py": HEAD + block("Other", value="2")})
    pairs = changed("a")

    assert names(pairs) == [("Block", "x.py")]
    assert [Path(path).name for path, _ in pairs.around] == ["x.py", "y.py"]


def test_a_class_may_be_renamed_by_hand(repo: Repo) -> None:
    repo({"a.py": HEAD + block()})
    repo({"a.py": HEAD + block("Better")})

    (pair,) = changed("a.py", layer="Block", new="Better").pairs

    assert (pair.old.layer, pair.new.layer) == ("Block", "Better")


def test_a_named_class_is_compared_although_it_did_not_change(repo: Repo) -> None:
    repo({"a.py": HEAD + block()})

    assert names(changed("a.py", layer="Block")) == [("Block", "a.py")]


def test_line_ends_change_nothing(repo: Repo, tmp_path: Path) -> None:
    repo({"a.py": HEAD + block()})
    (tmp_path / "a.py").write_bytes((HEAD + block()).replace("\n", "\r\n").encode())

    assert changed().pairs == ()


def test_a_file_that_is_not_python_costs_one_line(repo: Repo) -> None:
    repo({"a.py": HEAD + block(), "b.py": HEAD + block("Good")})
    repo({"a.py": "def (", "b.py": HEAD + block("Good", value="2")})
    pairs = changed()

    assert names(pairs) == [("Good", "b.py")]
    assert [Path(problem.path).name for problem in pairs.problems] == ["a.py"]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"revision": "mian"}, "git has no revision `mian` in .*; did you mean `main`?"),
        ({"revision": "--output=x"}, "git has no revision `--output=x`"),
        ({"layer": "Blok"}, "defines no class `Blok`; did you mean `Block`?"),
        ({"layer": "Block", "new": "Bloc"}, "as it is now, defines no class `Bloc`"),
    ],
)
def test_what_cannot_be_found_is_told(repo: Repo, asked: dict[str, str], complaint: str) -> None:
    repo({"a.py": HEAD + block()})
    revision, layer, new = asked.get("revision", "HEAD"), asked.get("layer"), asked.get("new")

    with pytest.raises(ConfigError, match=complaint):
        since(revision, [Path("a.py")], layer, new, load(Path.cwd()))


def test_two_classes_of_one_name_are_not_guessed_at(repo: Repo) -> None:
    repo({"a.py": HEAD + block(), "b.py": HEAD + block()})
    repo({"a.py": HEAD + block(value="2"), "b.py": HEAD + block(value="2")})

    with pytest.raises(ConfigError, match=r"several files define `Block`: `a.py`, `b.py`"):
        changed(layer="Block")


def test_a_folder_without_a_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not in a git repository"):
        since("HEAD", [tmp_path], None, None, load(tmp_path))


def test_a_path_that_never_was_is_told(repo: Repo) -> None:
    repo({"a.py": HEAD + block()})

    assert [problem.path for problem in changed("nowhere.py").problems] == ["nowhere.py"]
