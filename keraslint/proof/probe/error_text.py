"""The text of an error → the one sentence in it that tells what is wrong."""

from __future__ import annotations

import re

COLOURS = re.compile(r"\x1b\[\d+m")
FRAMES = re.compile(r"\{\{[^{}]*\}\}|\[Op:\w+\](?:\s*name:\s*\S*)?|\[\[[^\]]*\]\]")
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


def sentence(text: str) -> str:
    """The first line that tells something, without what only names a place inside TensorFlow."""
    plain = FRAMES.sub("", COLOURS.sub("", text))
    lines = [LEADS.sub("", " ".join(line.split())) for line in plain.splitlines() if line.strip()]
    telling = (line for line in lines if not line.startswith(PREAMBLES) and re.search(r"\w", line))
    return next(telling, "".join(lines[:1]))
