"""A case → arguments and inputs that the layer's own code refuses, and does not accept later."""

from __future__ import annotations

import dis
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import chain, zip_longest
from typing import Any

from ..attempts import describe, tried
from ..cases.case import Case, Change
from ..cases.constructor_arguments import arguments_of
from ..cases.deciding_names import decides
from ..cases.parameter_kinds import invalid_values
from ..cases.recipe_inputs import leaves
from ..coverage.class_source import NOT_READ, sources_of
from ..coverage.recorder import RECORDER

MOST_TRIED = 16


def refused(case: Case, failed: Iterable[Change]) -> list[dict[str, Any]]:
    """Changes to the case that make the class raise an error of its own; with what it says.

    `failed` are changes that are known not to work.
    """
    text = sources_of(case.cls)
    if not re.search(r"\b(raise|assert)\b", text):
        return []
    changes = dict.fromkeys([*failed, *_unlikely(case, text)])
    told = []
    for change in list(changes)[:MOST_TRIED]:
        RECORDER.begin()
        error = tried(_changed(case, change))
        if error is not None and _is_own(error, case.cls):
            RECORDER.refuse()
            told.append({"change": asdict(change), "error": describe(error)})
    return told


def accepted(case: Case, change: Change) -> bool:
    """Can the layer be made and called with this change?"""
    RECORDER.begin()
    error = tried(_changed(case, change))
    if error is not None:
        RECORDER.refuse()
    return error is None


def _changed(case: Case, change: Change) -> Case:
    return replace(case, change=change)


def _unlikely(case: Case, text: str) -> Iterator[Change]:
    """Numbers, names and inputs that a careful class checks for."""
    asked = case.asked()
    inputs = leaves((asked.args, asked.kwargs))
    if inputs and inputs[0].kind == "floats" and len(inputs[0].shape) > 1:
        rank, channels = len(inputs[0].shape), inputs[0].shape[-1]
        yield from (Change(label=f"rank {other}", rank=other) for other in (rank + 1, rank - 1))
        yield Change(label=f"{channels + 1} channels", channels=(channels, channels + 1))
    deciding = {k: v for k, v in arguments_of(case, asked).items() if decides(k, text)}
    values = ([(k, one) for one in invalid_values(k, v)] for k, v in deciding.items())
    for name, option in filter(None, chain(*zip_longest(*values))):
        yield Change(label=f"{name}={option!r}", arguments=((name, option),))


def _is_own(error: BaseException, cls: Any) -> bool:
    """Was it raised by a statement in the file of the class, or of one of its bases?"""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return False
    code = last.tb_frame.f_code
    own = {inspect.getfile(one) for one in cls.__mro__ if not _is_of_keras(one)}
    return code.co_filename in own and dis.opname[code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def _is_of_keras(cls: Any) -> bool:
    return cls is object or cls.__module__.split(".")[0] in (*NOT_READ, "builtins")
