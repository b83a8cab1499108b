"""Statements that are to move → those of their comments that say when, or where, they run.

Such a comment may be the reason why a layer is created late. It would not be true any more where
it stands then, so that its author has to be asked. The words take *safe* away and never give it: of
what a comment says, no analysis of code knows anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from keraslint.layer.method_steps import Step, around_moved

_LIFE_CYCLE = "__init__ build built builds building call init constructor construction constructed"
_LATENESS = "defer deferred deferring delay delayed late later lazily lazy postpone postponed until"
_OF_THE_INPUT = "input_shape shape shapes known unknown runtime"
WORDS = frozenset(f"{_LIFE_CYCLE} {_LATENESS} {_OF_THE_INPUT}".split())
"""What a comment speaks of that speaks of the life cycle of a layer, or of a later time."""

_WORD = re.compile(r"\w+")


def timing_comments(steps: Iterable[Step]) -> Iterator[str]:
    """A doubt for each comment on these steps that speaks of the time at which they run."""
    moved = list(steps)
    for step in moved:
        for comment in (*_inside(step.node), *_above(step, moved)):
            if speaks_of_time(comment):
                yield f"a comment that moves along speaks of when it runs: {_short(comment)}"


def speaks_of_time(comment: str) -> bool:
    """Whether a comment names the life cycle, a later time, or what is known then."""
    return not WORDS.isdisjoint(word.lower() for word in _WORD.findall(comment))


def _inside(node: cst.CSTNode) -> Iterator[str]:
    """The comments of a statement; those above it are one."""
    above = getattr(node, "leading_lines", ())
    yield _joined(above)
    for child in node.children:
        if isinstance(child, cst.Comment):
            yield child.value
        elif child not in above:
            yield from _inside(child)


def _above(step: Step, moved: list[Step]) -> Iterator[str]:
    """The comments above a branch or a loop that moves with all that is in it."""
    for outer in step.within():
        if around_moved(outer, moved):
            yield _joined(getattr(outer.node, "leading_lines", ()))


def _joined(lines: Iterable[cst.EmptyLine]) -> str:
    return " ".join(line.comment.value.lstrip("#:! ") for line in lines if line.comment)


def _short(comment: str) -> str:
    text = comment.lstrip("#:! ")
    return f"“{text}”" if len(text) <= 50 else f"“{text[:47].rstrip()} …”"
