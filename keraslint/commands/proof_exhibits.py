"""What a `--fix --prove` run did → the layers that it ran, in both versions, for a report."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from keraslint.diagnostic import Settled
from keraslint.fix.apply import edited
from keraslint.fix.session import FixResult
from keraslint.project.facts.class_texts import Clip, clips
from keraslint.project.files.git_revision import head
from keraslint.project.files.source import Source
from keraslint.report.fix_outcomes import fate
from keraslint.report.html.proof_page import Origin
from keraslint.report.verdicts.compared_layer import Exhibit


def origin(folder: Path) -> Origin:
    """Today, and the commit that the project is at."""
    return Origin(datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"), head(folder))


def exhibits_of(result: FixResult) -> tuple[Exhibit, ...]:
    """Show each fix that was put to the proof; several written ones of a class share one diff."""
    found: dict[tuple[str, str, str], Exhibit] = {}
    for one in result.settled:
        shown = _exhibit(one, result)
        if shown is not None:
            found.setdefault((one.path, one.fix.layer, f"{one.action} {one.fix.message}"), shown)
    return tuple(found.values())


def _exhibit(one: Settled, result: FixResult) -> Exhibit | None:
    ends = _texts(one, result)
    if one.verdict is None or ends is None:
        return None
    old, new = (_clip(source, one.fix.layer) for source in ends)
    return Exhibit(
        old=old, new=new, verdict=one.verdict, fate=fate(one), code=one.code, title=one.fix.message
    )


def _texts(one: Settled, result: FixResult) -> tuple[Source, Source] | None:
    """The file before and after; what was not written is applied to the file as it is now."""
    if one.action != "kept" and one.path in result.changed:
        old, new = result.changed[one.path]
        return old, replace(old, text=new)
    source = result.sources.get(one.path)
    return (source, replace(source, text=edited(source, one.fix.edits))) if source else None


def _clip(source: Source, layer: str) -> Clip:
    try:
        return clips(source)[layer]
    except (KeyError, SyntaxError, ValueError, RecursionError):
        return Clip(path=source.path, layer=layer, line=1, text="")
