"""Sources: any bytes come back as they were, positions are Python's, problems have a place."""

from __future__ import annotations

import os
import tokenize
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keraslint.diagnostic import Position
from keraslint.project.files.atomic_write import write_atomically
from keraslint.project.files.source import Source, Trouble, Unreadable, decode, read

PIECES = ["\n", "\r\n", "\r", "\x0c", "\x0b", "\x1c", "\u2028", "\x85", "\t", "x = 1", "é", "🎉"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def source(data: bytes) -> Source:
    got = decode(data, "x.py")
    assert isinstance(got, Source), got
    return got


def problem(data: bytes) -> Unreadable:
    got = decode(data, "x.py")
    assert isinstance(got, Unreadable), got
    return got


@given(st.binary(max_size=60) | TEXTS.map(str.encode))
@example(b"\xef\xbb\xbf\xef\xbb\xbfx\r\r\n\n")
@example(b"# coding: utf-7\n+AGE-")
@example(b"# coding: latin-1\n\xff\r")
def test_bytes_that_decode_come_back_as_they_were(data: bytes) -> None:
    got = decode(data, "x.py")

    assert isinstance(got, Unreadable) or got.encode(got.text) == data


@given(
    TEXTS, st.sampled_from(["latin-1", "cp1252", "shift_jis", "utf-7", "iso2022_jp", "utf-8-sig"])
)
def test_declared_encodings_come_back_as_they_were(text: str, encoding: str) -> None:
    data = f"# -*- coding: {encoding} -*-\n{text}".encode(encoding, "ignore")
    got = decode(data, "x.py")

    assert isinstance(got, Unreadable) or got.encode(got.text) == data


@given(TEXTS)
def test_offsets_and_positions_are_inverse(text: str) -> None:
    got = source(text.encode())

    for offset in range(len(text) + 1):
        position = got.position(offset)
        in_line_end = text[offset - 1 : offset + 1] == "\r\n"
        assert got.offset(position) == (offset - 1 if in_line_end else offset)


@given(TEXTS)
def test_lines_are_those_of_the_compiler(text: str) -> None:
    got = source(text.encode())
    universal = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    assert [got.line(n + 1) for n in range(len(got.starts))] == universal


def test_only_line_ends_end_lines() -> None:
    text = "a = 1\x0c\nb = '\u2028\x1c\x85'\nc = 2\n"
    tokens = tokenize.tokenize(BytesIO(text.encode()).readline)
    theirs = [t.start for t in tokens if t.type == tokenize.NAME]

    ours = [source(text.encode()).position(text.index(f"{name} =")) for name in "abc"]

    assert [(one.line, one.column - 1) for one in ours] == theirs


def test_columns_of_ast_are_turned_into_characters() -> None:
    got = source("é🎉 = f(x)\n".encode())

    assert got.position_of_bytes(1, len("é🎉 = ".encode())) == Position(1, 6)
    assert got.position_of_bytes(1, 0) == Position(1, 1)


def test_a_column_past_the_end_is_the_end_of_its_line() -> None:
    got = source(b"ab\r\ncd")

    assert got.offset(Position(1, 99)) == 2
    assert got.offset(Position(2, 99)) == 6
    assert got.offset(Position(9, 1)) == 6
    assert got.line(9) == ""


@pytest.mark.parametrize(
    ("data", "newline"),
    [
        (b"", "\n"),
        (b"a\nb\r\nc\n", "\n"),
        (b"a\r\nb\r\nc\n", "\r\n"),
        (b"a\rb\r", "\r"),
        (b"a\r\nb\nc", "\n"),
    ],
)
def test_new_lines_end_as_most_lines_do(data: bytes, newline: str) -> None:
    assert source(data).newline == newline


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"\xef\xbb\xbfx", "utf-8", "x"),
        (b"# coding: latin-1\n\xe9", "iso8859-1", "# coding: latin-1\n\xe9"),
        (b"#!/bin/python\n# vim: set fileencoding=cp1252 :\n\x80", "cp1252", None),
        (b"\r# -*- coding: latin-1 -*-\r\xe9", "iso8859-1", None),
        ("x = 1\n# coding: latin-1\né".encode(), "utf-8", "x = 1\n# coding: latin-1\né"),
        ("\n\n# coding: latin-1\né".encode(), "utf-8", None),
        (b"# coding: utf-8-sig\nx", "utf-8", None),
        (b"# coding: UTF8\nx", "utf-8", None),
        (b"# -*- coding: latin-1 -*- \xe9\n", "iso8859-1", None),
    ],
)
def test_the_encoding_is_the_one_that_python_reads(
    data: bytes, encoding: str, text: str | None
) -> None:
    got = source(data)

    assert got.encoding == encoding
    assert text is None or got.text == text
    assert got.encode(got.text) == data


@pytest.mark.parametrize(
    ("data", "kind", "reason", "position"),
    [
        (
            b"ok = 1\nx = '\xff'\n",
            Trouble.ENCODING,
            "not valid UTF-8: byte 0xff at offset 12 (line 2)",
            Position(2, 6),
        ),
        ("é = '".encode() + b"\xe9'", Trouble.ENCODING, "0xe9 at offset 6", Position(1, 6)),
        (b"a\r\nb\x00", Trouble.NULL_BYTE, "contains a null byte", Position(2, 2)),
        (
            b"# coding: klingon\n",
            Trouble.UNKNOWN_ENCODING,
            "the declared encoding `klingon` is no text encoding known to Python",
            Position(1, 1),
        ),
        (
            b"\n# coding: rot13\n",
            Trouble.UNKNOWN_ENCODING,
            "the declared encoding `rot13` is no text encoding known to Python",
            Position(2, 1),
        ),
        (b"\xef\xbb\xbfx\xff", Trouble.ENCODING, "0xff at offset 4", Position(1, 2)),
        (
            b"\xef\xbb\xbf# coding: latin-1\n",
            Trouble.UNKNOWN_ENCODING,
            "the declared encoding `latin-1` contradicts the byte order mark",
            Position(1, 1),
        ),
        (b"# coding: ascii\n\n\xe9", Trouble.ENCODING, "not valid `ascii`", Position(3, 1)),
        (b"# coding: unicode_escape\n\\x41", Trouble.ENCODING, "do not survive", Position(1, 1)),
    ],
)
def test_broken_bytes_have_a_reason_and_a_place(
    data: bytes, kind: Trouble, reason: str, position: Position
) -> None:
    got = problem(data)

    assert got.kind is kind
    assert reason in got.reason
    assert got.position == position
    assert got.is_finding


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to("nothere")

    kinds = [read(tmp_path / name) for name in ("nothere", "", "link.py")]

    assert [one.kind for one in kinds if isinstance(one, Unreadable)] == [
        Trouble.MISSING,
        Trouble.DIRECTORY,
        Trouble.BROKEN_LINK,
    ]
    assert not any(one.is_finding for one in kinds if isinstance(one, Unreadable))


def test_a_null_byte_in_a_path_is_no_crash() -> None:
    got = read("a\0.py")

    assert isinstance(got, Unreadable)
    assert "null byte" in got.reason


def test_writing_keeps_mode_link_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file, link = tmp_path / "x.py", tmp_path / "link.py"
    file.write_bytes(b"old")
    file.chmod(0o754)
    link.symlink_to("x.py")

    fault = write_atomically(link, b"new\r\n", was=b"old")

    assert fault is None
    assert file.read_bytes() == b"new\r\n"
    assert file.stat().st_mode & 0o777 == 0o754
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "x.py"]


def test_a_file_that_changed_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"theirs")

    fault = write_atomically(file, b"ours", was=b"read before")

    assert fault is not None
    assert fault.kind is Trouble.CHANGED
    assert file.read_bytes() == b"theirs"


def test_a_write_that_fails_says_so_and_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"old")
    obstacle = tmp_path / f".x.py.{os.getpid()}.keraslint"
    obstacle.mkdir()

    fault = write_atomically(file, b"new")

    assert fault is not None
    assert fault.reason.startswith("cannot be written: ")
    assert file.read_bytes() == b"old"


def test_a_file_that_is_gone_is_not_written_anew(tmp_path: Path) -> None:
    fault = write_atomically(tmp_path / "x.py", b"new")

    assert fault is not None
    assert fault.kind is Trouble.MISSING
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_bytes(b"old")
    file.chmod(0o444)

    fault = write_atomically(file, b"new")

    assert fault is not None
    assert fault.kind is Trouble.FORBIDDEN
    assert file.read_bytes() == b"old"
