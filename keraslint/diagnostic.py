"""What keraslint says, as plain frozen data: spans, edits, fixes, verdicts, diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Annotated

PLACE = "a place in a text"
Line = Annotated[int, PLACE]
"""A line's number, which changes when something above it does: what is said stays the same."""
Lines = Annotated[tuple[int, int], PLACE]
"""First and last line of something."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text: 1-based line and 1-based column, counted in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text; `end` is exclusive."""

    start: Position
    end: Position

    @classmethod
    def of(cls, line: int, column: int, end_line: int, end_column: int) -> Span:
        """Make a span from four 1-based numbers."""
        return cls(Position(line, column), Position(end_line, end_column))


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the text of `span` by `content` (line ends as `\\n`)."""

    span: Span
    content: str


class Applicability(Enum):
    """How far a fix may be trusted, in ruff's words."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Severity(Enum):
    """How a finding is shown by what tells errors from warnings; the exit code does not depend."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Measure(Enum):
    """What a fix must keep as it was, compared before and after."""

    OUTPUTS = "outputs"
    WEIGHTS = "weights"
    CONFIG = "config"
    GRADIENTS = "gradients"
    CHECKPOINT = "checkpoint"
    CALLS = "calls"


class Health(Enum):
    """True or false of one version of a layer: a fix may mend it and may never break it."""

    BUILDS = "builds"
    REPEATS = "repeats"
    RELOADS = "reloads"
    FREEZES = "freezes"
    TRAINS = "trains"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a fix keeps, and what it is there to mend."""

    keeps: tuple[Measure, ...] = tuple(Measure)
    mends: tuple[Health, ...] = ()


class Question(Enum):
    """What has to be shown of code that moves from `build()` to `__init__`."""

    OPERANDS = "operands"
    TARGETS = "targets"
    SIDE_EFFECTS = "side effects"
    CONTROL = "control"
    OPAQUE = "opaque"


class Level(Enum):
    """What an objection means: the fix is unsafe, and a proof may clear it (a doubt) or not."""

    DOUBT = "doubt"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a fix is not safe: the question that decided, in plain words, and the line to blame.

    `path` is empty and `line` 0 where no single line is.
    """

    question: Question
    level: Level
    cause: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A rewrite of one layer class.

    All findings of one class share one fix: equal fixes are applied once.
    `doubts` names each obligation that could not be shown, and so why the fix is not safe;
    `unseen` are those of them that running the layer could not clear either; `objections` say the
    same with the question and the line of each.
    `keras` is the Keras that the class is written for, 2 or 3; 0 where nothing says so.
    `within` are the lines of the class.
    """

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
    layer: str
    promise: Promise = Promise()
    doubts: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    keras: int = 0
    within: Lines = (0, 0)

    @property
    def overlaps(self) -> bool:
        """Whether two edits want the same text, so that one of them would undo the other."""
        spans = sorted(edit.span for edit in self.edits)
        return any(one.end > other.start for one, other in pairwise(spans))


ORDER_CHANGES = "the order of `.weights` changes"
"""A doubt about a fix, which a proof can show to be right."""


STATE_IS_KEPT = "its state is kept, trained and saved from now on, and was not before"
"""A doubt about a fix that makes another layer of it, as it is meant to: no proof clears it."""


class Outcome(Enum):
    """What running both versions of a layer showed."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class CheckStatus(Enum):
    """How one measure came out: `CHANGED` is a change that a correct fix is allowed to make."""

    KEPT = "kept"
    MENDED = "mended"
    CHANGED = "changed"
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was measured on both versions, and how it came out.

    `about` is the measure or the health that it belongs to; empty for what always must hold.
    `meaning` says what it measures to those who see its name for the first time.
    """

    name: str
    status: CheckStatus
    detail: str = ""
    about: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightSeen:
    """One variable of a layer; `path` are the attributes that lead to it."""

    path: str
    shape: tuple[int, ...]
    dtype: str
    trainable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one case showed of both versions: their weights in order, and their warnings."""

    case: str
    before: tuple[WeightSeen, ...] = ()
    after: tuple[WeightSeen, ...] = ()
    warnings_before: tuple[str, ...] = ()
    warnings_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFile:
    """Does a file saved by the version before load into the version after? `None`: not known.

    `loaded` says whether the version before could load it itself.
    """

    kind: str
    loads: bool | None
    loaded: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What ran of two versions: the cases, and the lines of the class.

    Lines count from the first of the class, which is 0, decorators included; `lines_before` and
    `lines_after` count all of them.
    `missing` tells the versions apart, or may, and never ran: a proof has none. `never` is what
    else of the class did not run in the version after.
    """

    cases: tuple[str, ...] = ()
    lines_before: int = 0
    lines_after: int = 0
    ran_before: tuple[int, ...] = ()
    missed_before: tuple[int, ...] = ()
    ran_after: tuple[int, ...] = ()
    missed_after: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of building and running one layer before and after a rewrite.

    `reason` is empty when proved; else the first clause that broke, or why nothing is known.
    `recipe` is how the layer was made and called, as text that can be kept in the configuration.
    `evidence` has an entry for each case that showed something that those above it do not.
    `cached`: an earlier run has measured it, and nothing that it looked at has changed since.
    `advice` is a recipe to try, and what for.
    """

    outcome: Outcome
    layer: str
    reason: str = ""
    recipe: str = ""
    checks: tuple[Check, ...] = ()
    seconds: float = 0.0
    environment: str = ""
    evidence: tuple[Evidence, ...] = ()
    old_files: tuple[OldFile, ...] = ()
    cached: bool = False
    coverage: Coverage | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding at one place of one file.

    `code` is the rule's code (`KRL101`); `name` the rule's name (`layer-in-build`).
    `why_no_fix` says which obligation forbids a fix, when there is none. With `cell`, positions
    count from the start of that cell of a notebook; reports have them so, nothing else does.
    """

    code: str
    name: str
    message: str
    path: str
    span: Span
    fix: Fix | None = None
    why_no_fix: str = ""
    owner: str = ""
    verdict: Verdict | None = None
    cell: int | None = None
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unresolved:
    """A class with a base that was not found; `source` is the module that it was to come from.

    It is `assumed` to be a layer by what it does, or else none of our concern.
    """

    path: str
    name: str
    source: str
    assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WrittenFor:
    """The Keras that the layers of a file are written for, 2 or 3, and what says so.

    Where it is a name that this Keras alone has, that is the `name`.
    """

    path: str
    keras: int
    says: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one fix in a `--fix` run: `action` is written, kept or shown."""

    path: str
    code: str
    fix: Fix
    action: str
    reason: str = ""
    verdict: Verdict | None = None
