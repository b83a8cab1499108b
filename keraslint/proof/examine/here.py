"""A layer, or what makes one, and the inputs of a call → its examination, in this process."""

from __future__ import annotations

import inspect
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from keraslint.diagnostic import Diagnostic
from keraslint.engine.lint import every_finding
from keraslint.examination import Examination
from keraslint.project.facts.class_texts import Clip, clips
from keraslint.project.files.source import Source, read
from keraslint.settings import Settings

from .examine_layer import parts_of, weights_of
from .healths import signs_of
from .named_causes import with_causes


def backend() -> str:
    """What Keras runs on in this process."""
    from keraslint.proof.probe.examined.given_layer import backend as running

    return running()


def examine_here(
    layer_or_factory: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], skip: Collection[str]
) -> Examination:
    """Examine a layer; raises `TypeError` for what is none."""
    from keraslint.proof.probe.examined.given_layer import examine_given

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="keraslint-", ignore_cleanup_errors=True) as folder:
        cls, case = examine_given(layer_or_factory, args, dict(kwargs), skip, Path(folder))
    clip, findings = _known_of(cls)
    found = Examination(
        layer=cls.__qualname__.rpartition("<locals>.")[2],
        path=_shown(clip.path) if clip else "",
        line=clip.numbers.start if clip else 0,
        signs=signs_of([case], skip),
        weights=weights_of(case),
        parts=parts_of([case]),
        seconds=time.monotonic() - started,
    )
    return with_causes(found, findings, clip.numbers if clip else range(0))


def _shown(path: str) -> str:
    """The path as seen from here, if it is below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if here in Path(path).parents else path


def _known_of(cls: type) -> tuple[Clip | None, Sequence[Diagnostic]]:
    """Where the class stands, and what the rules find in it; nothing where no file has it."""
    try:
        file = inspect.getsourcefile(cls)
        source = read(Path(file)) if file else None
        found = clips(source).get(cls.__qualname__) if isinstance(source, Source) else None
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
        return None, ()
    if found is None or not isinstance(source, Source):
        return None, ()
    return found, every_finding([source], Settings())
