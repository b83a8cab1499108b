"""What one function does → the same, which notes each part of it that somebody asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keraslint.project.facts.occurrences.occurrence_records import Call, Occurrences, Refs
from keraslint.project.names.reads.recorded_reads import Ground, Reads

_PARTS: dict[str, Callable[[Occurrences, str], Any]] = {
    "there": lambda _, __: True,
    "call": lambda does, ref: does.call(int(ref[1:])),
    "bound": lambda does, name: does.bound.get(name),
    "hint": lambda does, parameter: does.hint(parameter),
    "granted": lambda does, ref: does.granted(ref),
    "tests": lambda does, path: path in does.tests,
}


def part_of(does: Occurrences, asked: Sequence[str]) -> Any:
    """A part of what a function does, by what is asked and of what."""
    question, about = asked
    return _PARTS[question](does, about)


class Function:
    """One function of the project: who it is, and what it does, which is noted when it is read.

    `does` is all that it does; a question about one part of it rests on nothing else.
    """

    __slots__ = (
        *("path", "kind", "owner_name", "own_name", "parameters", "decorators", "instance"),
        *("is_static", "takes_class", "is_wrapped", "is_property"),
        *("_does", "_reads", "_ground", "_parts"),
    )

    def __init__(self, path: str, does: Occurrences, reads: Reads) -> None:
        self.path = path
        self.kind, self.owner_name, self.own_name = does.kind, does.owner, does.name
        self.parameters, self.decorators = does.parameters, does.decorators
        self.is_static, self.takes_class = does.is_static, does.takes_class
        self.is_wrapped, self.is_property = does.is_wrapped, does.is_property
        is_method = does.owner and does.parameters and not does.is_static
        self.instance = does.parameters[0] if is_method else ""
        """What a method calls its instance or its class, `""` if it has none."""
        self._does = does
        self._reads = reads
        self._ground: Ground | None = None
        self._parts: dict[tuple[str, ...], tuple[Any, Ground]] = {}

    @property
    def does(self) -> Occurrences:
        """All that it does."""
        self._reads.add(self._ground or self._noted())
        return self._does

    def _noted(self) -> Ground:
        self._ground = self._reads.ground(("does", *self.key))
        return self._ground

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from others, wherever in its file it is."""
        return self.path, self.kind, self.owner_name, self.own_name

    @property
    def head(self) -> tuple[object, ...]:
        """All that is not noted, as its mentions go with it."""
        return *self.key, self.parameters, self.decorators

    def is_at(self, line: int) -> bool:
        """Whether a line is that of this function: others may have its name."""
        self._part("there", "")
        return self._does.line == line

    def call(self, number: int) -> Call:
        """One of its calls; in which line it is, only `does` tells.

        Raises:
            KeyError: it has no such call.
        """
        found: Call | None = self._part("call", f"#{number}")
        if found is None:
            raise KeyError(number)
        return found._replace(line=0)

    def bound(self, name: str) -> Refs | None:
        """What a name is bound to, `None` if it is not."""
        found: Refs | None = self._part("bound", name)
        return found

    def hint(self, parameter: str) -> tuple[str, str, str]:
        """The annotation of a parameter, the type of its default, and the default."""
        found: tuple[str, str, str] = self._part("hint", parameter)
        return found

    def granted(self, ref: str) -> frozenset[str]:
        """The attributes of a reference that it takes for granted."""
        found: frozenset[str] = self._part("granted", ref)
        return found

    def tests(self, path: str) -> bool:
        """Whether it asks if something is there, or true."""
        found: bool = self._part("tests", path)
        return found

    def _part(self, *asked: str) -> Any:
        known = self._parts.get(asked)
        if known is None:
            ground = self._reads.ground(("does", *self.key, *asked))
            known = self._parts[asked] = part_of(self._does, asked), ground
        self._reads.add(known[1])
        return known[0]

    def stated(self) -> Occurrences:
        """What it does, to say whether that has changed."""
        return self._does

    @property
    def name(self) -> str:
        """What people call it."""
        if self.kind == "module":
            return "the file"
        return f"{self.owner_name}.{self.own_name}" if self.owner_name else self.own_name

    @property
    def told(self) -> str:
        """What messages call it: the file, or a function without those around it."""
        if self.kind == "module":
            return f"`{self.path.rpartition('/')[2]}`"
        return f"`{self.name.rpartition('.<locals>.')[2]}()`"
