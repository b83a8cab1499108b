"""A call and a function that it may run → which of its parameters is given what."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.occurrences.occurrence_records import Call, Refs
from keraslint.project.program.mentions.noted_functions import Function


def given_to(call: Call, function: Function, offset: int) -> Iterator[tuple[int, Refs]]:
    """Pair the arguments of a call with the parameters of a function, by their number."""
    names = [name.lstrip("*") for name in function.parameters]
    stars = [n for n, name in enumerate(function.parameters) if name[0] == "*"]
    for given, refs in call.arguments:
        if given == "*":
            for number in range(offset, len(names)):
                yield number, refs
        elif given.isdigit():
            number = int(given) + offset
            rest = next((n for n in stars if function.parameters[n][1] != "*"), None)
            if rest is not None and number >= rest:
                yield rest, refs
            elif number < len(names):
                yield number, refs
        elif given in names:
            yield names.index(given), refs
        elif stars:
            yield stars[-1], refs
