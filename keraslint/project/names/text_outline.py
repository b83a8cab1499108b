"""A file's text → what a cheap look at it says of classes in other files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keraslint.project.facts.saving_calls import saving_calls
from keraslint.project.files.source import Source
from keraslint.project.names.names_of_one_keras import Told, refused_in, told_in

_HEADER = re.compile(r"class\s+\w+\s*(?:\[[^\]]*\]\s*)?\(([^)]*)")  # quick: it begins with a word
_NAME = re.compile(r"\w+")
_AS = re.compile(r" as[ \t]+(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`bases` are names that its classes derive from; `saving` what it saves or loads of models;
    `one_keras` the names that it uses and that only one Keras has, `refused` a call that Keras 3
    refuses.
    """

    bases: tuple[str, ...]
    saving: int = 0
    one_keras: Told = ()
    refused: str = ""


def outlined(text: Source) -> Outline:
    """Look at a text."""
    return Outline(
        bases=tuple(sorted(_bases(text.text))),
        saving=saving_calls(text.text).value,
        one_keras=told_in(text.text),
        refused=refused_in(text.text),
    )


def _bases(text: str) -> set[str]:
    """The names between the brackets of classes; of a name that an import gives, the real one."""
    names = {n for bases in _HEADER.findall(text) for n in _NAME.findall(bases)}
    for alias in _AS.finditer(text) if names else ():
        if alias[1] in names:
            before = text[max(alias.start() - 80, 0) : alias.start()]
            names.update(_NAME.findall(before)[-1:])
    return names
