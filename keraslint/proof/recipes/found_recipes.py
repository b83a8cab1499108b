"""The text of a file and of its tests → constructions of a layer with constant arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .recipe import Origin, Recipe

TEST_CALL = re.compile(r"\brun_layer_test\s*(?=\()")
PAIRS = {"(": ")", "[": "]", "{": "}"}
PLAIN = frozenset(
    {
        *("True", "False", "None", "keras", "layers", "ops", "np", "random"),
        *("dict", "list", "tuple", "range", "float", "int", "floats", "ints", "bools"),
    }
)
WORD = re.compile(r"""("[^"]*"|'[^']*')|([A-Za-z_]\w*)(\s*=(?!=))?|\.\s*\w+""")
MOST_FILES = 12
MOST_SEARCHED = 400


def recipes_near(layer: str, path: Path, root: Path, text: str) -> tuple[Recipe, ...]:
    """Constructions of the layer with constant arguments, in the file itself and in its tests."""
    tests = [_read(file) for file in _tests_of(path, root)]
    texts = [text, *tests, *_importing(layer.split(".")[-1], path, root)]
    found = [expression for text in texts for expression in constructions_in(text, layer)]
    called = sorted(dict.fromkeys(found), key=lambda expression: not expression.endswith("))"))
    return tuple(Recipe(expression, Origin.FOUND) for expression in called[:8])


def _tests_of(path: Path, root: Path) -> list[Path]:
    """Files whose name says that they test this one."""
    names = (f"{path.stem}_test.py", f"test_{path.stem}.py")
    folders = [path.parent, path.parent / "tests", path.parent.parent / "tests", root / "tests"]
    files = [folder / name for folder in folders for name in names]
    return [file for file in dict.fromkeys(files) if file.is_file()][:MOST_FILES]


def _importing(name: str, path: Path, root: Path) -> Iterator[str]:
    """The texts of tests that import the class, or its module, whatever they are called."""
    imported = re.compile(rf"\bimport\b[^\n(]*\b({name}|{path.stem})\b|\bimport \([^)]*\b{name}\b")
    folders = [path.parent / "tests", path.parent.parent / "tests", root / "tests", root / "test"]
    files = dict.fromkeys(file for folder in folders for file in _python_files(folder))
    for file in list(files)[:MOST_SEARCHED]:
        text = _read(file)
        if name in text and imported.search(text):
            yield text


@cache
def _python_files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.rglob("*.py"))) if folder.is_dir() else ()


@cache
def _read(path: Path) -> str:
    """The text of a file; a run of proofs reads each once."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def constructions_in(text: str, layer: str) -> Iterator[str]:
    """Expressions in a text that construct the layer from constants, with the call that follows."""
    name = layer.split(".")[-1]
    for match in re.finditer(rf"(?<![\w.])(?:\w+\.)*{re.escape(name)}\s*(?=\()", text):
        before = text[: match.start()].rstrip(" ")
        arguments = _bracketed(text, match.end())
        if arguments is None or before.endswith(("class", "def")):
            continue
        call = _bracketed(text, match.end() + len(arguments)) or ""
        made = f"{name}{_one_line(arguments)}"
        if _is_plain(made, name):
            yield made + _one_line(call) if _is_plain(call, name) else made
    yield from _keras_tests(text, name)


def _keras_tests(text: str, name: str) -> Iterator[str]:
    """`run_layer_test(Name, init_kwargs={...}, input_data=...)` as a recipe."""
    for match in TEST_CALL.finditer(text):
        inside = _bracketed(text, match.end()) or ""
        kwargs = re.search(r"init_kwargs\s*=\s*(?=\{)", inside)
        if not kwargs or not re.search(rf"\b{re.escape(name)}\b", inside[: kwargs.start()]):
            continue
        made = f"{name}(**{_one_line(_bracketed(inside, kwargs.end()) or '{}')})"
        data = re.search(r"input_data\s*=\s*([\w.]+\s*)(?=\()", inside)
        given = data and data.group(1) + (_bracketed(inside, data.end()) or "")
        if _is_plain(made, name):
            yield f"{made}({_one_line(given)})" if given and _is_plain(given, name) else made


def _bracketed(text: str, start: int) -> str | None:
    """The bracketed text that begins at `start`; None when there is none or it does not end."""
    stack: list[str] = []
    quote = ""
    for index in range(start, min(len(text), start + 2000)):
        sign = text[index]
        if quote:
            quote = "" if sign == quote and text[index - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in PAIRS:
            stack.append(PAIRS[sign])
        elif stack and sign == stack[-1]:
            stack.pop()
        if not stack:
            return text[start : index + 1] if index > start else None
    return None


def _one_line(text: str) -> str:
    without_comments = re.sub(r"#[^\n]*", "", text)
    return re.sub(r",\s*([)\]}])", r"\1", " ".join(without_comments.split())).replace("( ", "(")


def _is_plain(expression: str, name: str) -> bool:
    """Are all names in it constants, Keras or the layer itself?"""
    if not expression or ">>>" in expression or "..." in expression:
        return False
    for string, word, keyword in WORD.findall(expression):
        if word and not keyword and not string and word not in PLAIN and word != name:
            return False
    return True
