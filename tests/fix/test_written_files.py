"""Files are written as soon as fixes are settled, again and again, never over others' work."""

from __future__ import annotations

from pathlib import Path

from keraslint.fix.progress import Progress
from keraslint.fix.written_files import WrittenFiles
from keraslint.project.files.source import Source, read


def source(path: Path, text: str) -> Source:
    path.write_text(text, encoding="utf-8")
    found = read(path)
    assert isinstance(found, Source)
    return found


def test_a_file_is_written_each_time_its_text_is_a_new_one(tmp_path: Path) -> None:
    old = source(tmp_path / "a.py", "a = 1\n")
    files = WrittenFiles([old])

    for text in ("a = 1\n", "a = 2\n", "a = 3\n"):
        files.put(old.path, text)

    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "a = 3\n"
    assert files.written == {old.path}
    assert files.refused == {}


def test_what_somebody_else_has_changed_is_left_alone_from_then_on(tmp_path: Path) -> None:
    old = source(tmp_path / "a.py", "a = 1\n")
    files = WrittenFiles([old])
    (tmp_path / "a.py").write_text("mine\n", encoding="utf-8")

    files.put(old.path, "a = 2\n")
    files.put(old.path, "a = 3\n")

    assert (tmp_path / "a.py").read_text(encoding="utf-8") == "mine\n"
    assert "changed on disk" in files.refused[old.path].reason


def test_a_layer_that_is_settled_has_a_line_and_one_that_could_not_be_run_has_none() -> None:
    lines: list[str] = []
    progress = Progress(lambda line: None, lines.append)
    progress.expect(2)

    for layer, told in (("Block", "proved"), ("Other", "")):
        progress.begins(layer)
        progress.ends(layer, told)
    progress.over()

    assert lines == ["[1/2] Block: proved (after 0 s)"]
