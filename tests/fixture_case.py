"""A fixture → what it expects, and what keraslint makes of a copy of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from keraslint.diagnostic import Diagnostic, Fix
from keraslint.engine.lint import LintResult, lint
from keraslint.fix.session import FixResult, fix
from keraslint.rules import registry
from keraslint.settings import Settings

FIXTURES = Path(__file__).parent.parent / "fixtures"
FIXED = ".fixed.py"
NO_CASES = {"compare"}  # pairs of versions, for `keraslint compare`
WHOLE = {"unet"}  # the folder is one case
SILENCED = {"unused-suppression"}  # what is silenced there is of the following rules
CREATION = ("KRL101", "KRL102", "KRL103", "KRL106")  # one question with four answers

_LINE_END = re.compile(r"\r\n|\r|\n")
_MARK = re.compile(r"#!((?:[ \t]+KRL\d{3})+)")
_UNSAFE = re.compile(r"^# keraslint: fixture unsafe\r?$", re.MULTILINE)
_REFUTED = re.compile(r"^# keraslint: fixture refuted: (\S.*?)\s*$", re.MULTILINE)
_UNKNOWN = re.compile(r"^# keraslint: fixture unknown: (\S.*?)\s*$", re.MULTILINE)
_NO_FIX = re.compile(r"^# keraslint: fixture no-fix: (\S.*?)\s*$", re.MULTILINE)

Place = tuple[str, int, str]


def expected_in(text: str) -> set[tuple[int, str]]:
    """Read the marks: lines on which a finding starts, with its code."""
    lines = enumerate(_LINE_END.split(text), start=1)
    return {(n, code) for n, line in lines for mark in _MARK.findall(line) for code in mark.split()}


def read(path: Path) -> str:
    """Read a text with its line ends; bytes that are no text become some characters."""
    return path.read_bytes().decode("utf-8", "replace")


@dataclass(frozen=True)
class File:
    """One file of a case, with its header and its expected rewrite."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return read(self.path)

    @property
    def fixed(self) -> Path:
        return self.path.with_name(self.path.stem + FIXED)

    @property
    def is_unsafe(self) -> bool:
        return _UNSAFE.search(self.text) is not None

    @property
    def no_fix(self) -> str:
        """The word that the reason must contain, if no fix may be offered."""
        found = _NO_FIX.search(self.text)
        return found[1] if found else ""

    @property
    def refuted(self) -> str:
        """The word that the proof must say, if it must refute the rewrite."""
        found = _REFUTED.search(self.text)
        return found[1] if found else ""

    @property
    def unknown(self) -> str:
        """The word that the proof must say, if there is nothing that it could compare with."""
        found = _UNKNOWN.search(self.text)
        return found[1] if found else ""

    @property
    def after(self) -> bytes:
        """What fixing must make of the file."""
        return (self.fixed if self.fixed.exists() else self.path).read_bytes()


@dataclass(frozen=True)
class Case:
    """A file, or a folder of files that belong together, from `fixtures/`."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.relative_to(FIXTURES).with_suffix("").as_posix()

    @cached_property
    def files(self) -> tuple[File, ...]:
        paths = sorted(self.path.rglob("*.py")) if self.path.is_dir() else [self.path]
        top = self.path if self.path.is_dir() else self.path.parent
        return tuple(
            File(path.relative_to(top).as_posix(), path)
            for path in paths
            if not path.name.endswith(FIXED)
        )

    @property
    def expected(self) -> set[Place]:
        return {(f.name, line, code) for f in self.files for line, code in expected_in(f.text)}

    @property
    def is_unsafe(self) -> bool:
        return any(file.is_unsafe for file in self.files)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """The rules that a case is about: that of its folder, and all that it marks.

        A layer that is an example for one rule need not be one in every other way.
        """
        folder = self.path.relative_to(FIXTURES).parts[0]
        own = [rule.code for rule in registry() if rule.name == folder]
        texts = [text for file in self.files for text in (file.text, file.after.decode("latin-1"))]
        marked = {code for text in texts for _, code in expected_in(text)}
        about = folder in WHOLE | SILENCED or not {*own, *marked}.isdisjoint(CREATION)
        creation = CREATION if about else ()
        return ("KRL0", *sorted({*own, *marked, *creation}))


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every folder."""
    found = []
    for folder in sorted(FIXTURES.glob("[!.]*")):
        if folder.name in WHOLE:
            found.append(Case(folder))
        elif folder.is_dir() and folder.name not in NO_CASES:
            found += [Case(path) for path in sorted(folder.iterdir()) if _is_case(path)]
    return tuple(found)


def _is_case(path: Path) -> bool:
    if path.is_dir():
        return not path.name.startswith(("_", "."))
    return path.suffix == ".py" and not path.name.startswith("_") and not path.name.endswith(FIXED)


@dataclass(frozen=True)
class Seen:
    """A copy of a case: what was found in it, and what became of it under `--fix`."""

    root: Path
    linted: LintResult
    fixed: FixResult
    relinted: LintResult
    again: FixResult
    texts: dict[str, bytes]

    def places(self, result: LintResult) -> set[Place]:
        return {(self.name(d), d.span.start.line, d.code) for d in result.diagnostics}

    def name(self, diagnostic: Diagnostic) -> str:
        return Path(diagnostic.path).relative_to(self.root).as_posix()

    def of(self, file: File) -> list[Diagnostic]:
        return [d for d in self.linted.diagnostics if self.name(d) == file.name]

    def fixes(self, file: File) -> list[Fix]:
        return [d.fix for d in self.of(file) if d.fix is not None]


@cache
def seen(case: Case) -> Seen:
    """Lint a copy of a case, fix it on disk, and lint and fix it once more."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for file in case.files:
            copy = root / file.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, copy)
        settings = Settings(root=root, select=case.rules)
        linted = lint([root], settings)
        unsafe = case.is_unsafe
        fixed = fix([root], settings, unsafe=unsafe, prove=None, write=True)
        texts = {file.name: (root / file.name).read_bytes() for file in case.files}
        relinted = lint([root], settings)
        again = fix([root], settings, unsafe=unsafe, prove=None, write=True)
        return Seen(root, linted, fixed, relinted, again, texts)
