"""A cell's text → Python in which IPython's own lines are masked, and the same text back.

A mask is a bytes literal: it does nothing, needs no name, and can stand where a command stood, by
itself or behind `=`. It has as many lines as the command, so that no other line moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Cells under these stay Python, and their names reach the other cells; ruff has the same list.
_PYTHON = frozenset("capture debug ipytest prun pypy python python3 time timeit".split())
_BARE = frozenset(
    """alias alias_magic autoawait autocall automagic bookmark cd code_wrap colors conda config
    debug dhist dirs doctest_mode edit env gui history killbgscripts load load_ext loadpy logoff
    logon logstart logstate logstop lsmagic macro magic mamba matplotlib micromamba notebook page
    pastebin pdb pdef pdoc pfile pinfo pinfo2 pip popd pprint precision prun psearch psource pushd
    pwd pycat pylab quickref recall rehashx reload_ext rerun reset reset_selective run save sc
    set_env sx system tb time timeit unalias unload_ext who who_ls whos xdel xmode
    cat cp less ls man mkdir more mv rm rmdir""".split()
)
_CELL_MAGIC = re.compile(r"^[ \t]*%%(\w+)", re.MULTILINE)
_BARE_WORD = re.compile(r"[ \t]*(\w+)(?:[ \t]+(?!=)|[ \t]*(?:\r|\n|\Z))")
_MAYBE = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*(?:#|\r|\n|\Z)", re.MULTILINE)
_COMMAND = re.compile(r"(?:\\(?:\r\n|\r|\n)|[^\r\n])*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENT = re.compile(r"[ \t\f]*")
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>\"{3}(?:\\.|.)*?(?:\"{3}|\Z)|'{3}(?:\\.|.)*?(?:'{3}|\Z)
      |"(?:\\(?:\r\n|.)|[^"\\\r\n])*"?|'(?:\\(?:\r\n|.)|[^'\\\r\n])*'?)
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<joined>\\(?:\r\n|\r|\n))
    |(?P<end>\r\n|\r|\n)
    |(?P<help>\?{1,2}[ \t]*(?=\#|\r|\n|\Z))
    |(?P<value>(?<![=!<>:+\-*/%&|^@])=[ \t]*(?=[!%]))""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Mask:
    """What stands in the Python text, and the command that it stands for."""

    shown: str
    command: str


def is_other_language(text: str) -> bool:
    """Tell whether a cell as a whole is for a magic: `%%bash`, `%%html`, or plain `pip install`."""
    if (word := _BARE_WORD.match(text)) and word[1] in _BARE:
        return True
    return any(found[1] not in _PYTHON for found in _CELL_MAGIC.finditer(text))


def masked(text: str, marker: str) -> tuple[str, tuple[Mask, ...]]:
    """Mask the commands of a cell; `marker` is a word that the text does not hold."""
    if not _MAYBE.search(text):
        return text, ()
    parts: list[str] = []
    masks: list[Mask] = []
    done = 0
    for start, end in _commands(text):
        mask = Mask(_literal(f"{marker} {len(masks)}", text[start:end]), text[start:end])
        parts += (text[done:start], mask.shown)
        masks.append(mask)
        done = end
    return "".join((*parts, text[done:])), tuple(masks)


def hidden(text: str, marker: str) -> Mask:
    """Mask a whole cell."""
    return Mask(_literal(f"{marker} all", text), text)


def unmasked(text: str, masks: tuple[Mask, ...]) -> str:
    """Put the commands back. Raises `ValueError` when a mask is not there exactly once."""
    for mask in masks:
        if text.count(mask.shown) != 1:
            raise ValueError("an IPython command would be lost or repeated")
        text = text.replace(mask.shown, mask.command)
    return text


def _literal(name: str, command: str) -> str:
    ends = " ".join(_LINE_END.findall(command))  # apart, or two of them might make one
    return f'(b"{name}"{ends})' if ends else f'b"{name}"'


def _commands(text: str) -> Iterator[tuple[int, int]]:
    """Find the commands: at the start of a statement, behind `=`, or a statement ending in `?`."""
    at = start = _indented(text, 0)
    depth = 0
    while at < len(text):
        if at == start and text[at] in "%!?,;/":
            at = _end(text, at)
            yield start, at
        token = _TOKEN.search(text, at)
        if token is None:
            return
        at = token.end()
        if token.lastgroup == "help" and depth == 0:
            yield start, at
        elif token.lastgroup == "value" and depth == 0:
            yield at, _end(text, at)
            at = _end(text, at)
        elif token.lastgroup in ("open", "close"):
            depth = max(depth + (1 if token.lastgroup == "open" else -1), 0)
        elif token.lastgroup == "end" and depth == 0:
            at = start = _indented(text, at)


def _indented(text: str, at: int) -> int:
    found = _INDENT.match(text, at)
    return found.end() if found else at


def _end(text: str, at: int) -> int:
    found = _COMMAND.match(text, at)
    return found.end() if found else at
