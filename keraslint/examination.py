"""What an examination of one layer says, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from keraslint.diagnostic import Line, WeightSeen


class Condition(Enum):
    """How one part of a layer's life is."""

    WORKS = "works"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"
    NEVER_RAN = "never ran"


class Symptom(Enum):
    """In what way something failed. A rule names those that its findings cause."""

    OTHER_ERROR = "an error of another kind"
    # errors, which their texts tell apart
    BASE_ARGUMENT_REFUSED = "the constructor refuses an argument that every layer takes"
    ARGUMENT_MISSING = "the constructor misses an argument"
    CONFIG_MISSING = "Keras finds no configuration that it could write"
    CONFIG_UNREADABLE = "the configuration cannot be written, or not be made a layer again"
    NEVER_BUILT = "a child was never built"
    SHAPES_DIFFER = "a weight has another shape"
    STATE_REFUSED = "state is made where none may be"
    TENSOR_LEAKED = "a tensor of another graph was kept"
    SHAPES_NOT_ADDED = "a tuple and a list of sizes cannot be added"
    POSITION_REFUSED = "an argument has to be passed by its name"
    BUILD_REFUSED = "the parameters of `build()` do not fit"
    # what was seen without an error
    BASE_ARGUMENT_DROPPED = "an argument that every layer takes is dropped"
    SET_TOO_EARLY = "an attribute is set before the base sets it anew"
    ARGUMENT_FORGOTTEN = "the configuration leaves an argument out"
    CHANGED_BY_BUILDING = "the configuration is another one once the layer is built"
    LEFT_UNBUILT = "`build()` leaves weights out"
    NEW_STATE = "a call makes new state"
    NOT_REPEATED = "two calls disagree"
    NOT_TRACKED = "Keras does not track a weight"
    OFF_IN_TRAINING = "a child is as in inference while it is trained"
    NO_GRADIENT = "no gradient reaches the weights"
    NOT_FROZEN = "a frozen weight is trained"
    WEIGHTS_LOST = "weights are not what they were"
    OTHER_OUTPUT = "the output is another one"
    NOT_A_NUMBER = "the output is NaN"
    OTHER_SHAPE = "the output has another shape than it is said to have"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A class at work in a layer: its own, one that it inherits from, or that of a child.

    `at` is the access path of the child, such as `blocks/0`; it is empty for the layer itself.
    """

    at: str
    file: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One health of a layer, and what was seen of it.

    `error` is the message that ends `detail`, if one does; `weights` are those that it is about, by
    access path. `code` is the rule that says why, and `line` the one to blame (0: none known), in
    `path` where that is not the layer's own file. With `cell`, it is a line of that cell of a
    notebook; reports have it so, nothing else does.
    """

    health: str
    condition: Condition
    detail: str = ""
    line: Line = 0
    code: str = ""
    meaning: str = ""
    path: str = ""
    symptom: Symptom | None = None
    error: str = ""
    weights: tuple[str, ...] = ()
    cell: int | None = None

    @property
    def cause(self) -> str:
        """The rule that says why, and the place to blame; empty where neither is known."""
        return _cause(self.code, PurePath(self.path).name, self.cell, self.line)


def _cause(code: str, file: str, cell: int | None, line: Line) -> str:
    parts = (file, f"cell {cell}" if cell else "", f"line {line}")
    place = " ".join(filter(None, parts)) if line else ""
    return ", ".join(filter(None, (code, place)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All healths of one layer; `reason` says why it was not examined, if it was not.

    `code` is the rule that finds the cause of the `reason`, in line `blamed` of the file.
    `never` are places of the class that no case has run. `abstract` layers have no `call()`.
    `parts` are the classes at work. With `cell`, lines are of that cell of a notebook, as in signs.
    """

    layer: str
    path: str
    line: Line
    signs: tuple[Sign, ...] = ()
    reason: str = ""
    code: str = ""
    blamed: Line = 0
    abstract: bool = False
    recipe: str = ""
    never: tuple[str, ...] = ()
    weights: tuple[WeightSeen, ...] = ()
    parts: tuple[Part, ...] = ()
    seconds: float = 0.0
    cell: int | None = None
    environment: str = ""

    @property
    def cause(self) -> str:
        """The rule that says why it was not examined, and its line; empty where that is unknown."""
        return _cause(self.code, "", self.cell, self.blamed)

    @property
    def broken(self) -> tuple[Sign, ...]:
        return self.of(Condition.BROKEN)

    def of(self, condition: Condition) -> tuple[Sign, ...]:
        """The healths that are so."""
        return tuple(sign for sign in self.signs if sign.condition is condition)
