"""The text of an error → the one sentence in it that tells what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

COLOURS = re.compile(r"\x1b\[\d+m")
FRAMES = re.compile(r"\{\{[^{}]*\}\}|\[Op:\w+\](?:[ \t]*name:[ \t]*\S*)?|\[\[[^\]]*\]\]")
"""What TensorFlow puts around its sentences: nodes of graphs, names of operations."""
PREAMBLES = (
    *("Exception encountered when", "Graph execution error", "Detected at node", "File ", "Stack"),
    *(
        "Error when deserializing",
        "A total of",
        "<class '",
        "config={",
        "Could not automatically infer",
    ),
)
"""How Keras and TensorFlow begin before they come to the point."""
LEADS = re.compile(r"^(?:Exception|Error) encountered: ")
ENDS = re.compile(r"[.!?][)\"'`]*$")
MOST = 300


def sentence(text: str) -> str:
    """What is told first, to the end of its sentence, without what only names a place inside.

    Keras breaks the lines of its messages where they get long, not where a sentence ends.
    """
    plain = FRAMES.sub("", COLOURS.sub("", text))
    lines = [LEADS.sub("", " ".join(line.split())) for line in plain.splitlines()]
    telling = (n for n, line in enumerate(lines) if re.search(r"\w", line) and _tells(line))
    first = next(telling, None)
    if first is None:
        return next(filter(None, lines), "")
    return _shortened(" ".join(_to_the_end(lines[first:])))


def _tells(line: str) -> bool:
    return not line.startswith(PREAMBLES)


def _to_the_end(lines: Sequence[str]) -> Iterator[str]:
    """The lines up to the end of a sentence, or of what belongs together."""
    for line in lines:
        if not line or not _tells(line):
            return
        yield line
        if ENDS.search(line):
            return


def _shortened(text: str) -> str:
    """What fits a message: whole sentences if one of them ends in time, else whole words."""
    if len(text) <= MOST:
        return text
    whole = [found.end() for found in re.finditer(r"[.!?](?= )", text[:MOST])]
    return text[: whole[-1]] if whole else f"{text[:MOST].rpartition(' ')[0]} …"
