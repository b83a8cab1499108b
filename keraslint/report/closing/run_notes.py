"""What was not found, and what files are written for → the lines that a run says once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from keraslint.diagnostic import Unresolved, WrittenFor

_SHOWN = 3


def notes(unresolved: Sequence[Unresolved], written: Sequence[WrittenFor]) -> tuple[str, ...]:
    """Say what a run could not know, and what it took for granted."""
    return (*_not_found(unresolved), *_written_for_keras_2(written))


def _not_found(unresolved: Sequence[Unresolved]) -> Iterator[str]:
    if not unresolved:
        return
    count = len(unresolved)
    who = "1 class has a base that was" if count == 1 else f"{count} classes have bases that were"
    checked = "it is checked as far as its" if count == 1 else "they are checked as far as their"
    sources = _listed([f"`{name}`" for name in sorted({one.source for one in unresolved})])
    yield (
        f"{who} not found ({sources}): {checked} own text goes; "
        "`--python path` shows keraslint where they are"
    )


def _written_for_keras_2(written: Sequence[WrittenFor]) -> Iterator[str]:
    old = [one for one in written if one.keras == 2]
    if not old:
        return
    one = len(old) == 1
    files = "1 file is" if one else f"{len(old)} files are"
    names = sorted({f"`{item.name}`" for item in old if item.name})
    alone = [f"{_listed(names)}, which only Keras 2 has"] if names else []
    others = list(dict.fromkeys(item.says for item in old if not item.name))
    why = "; ".join([*alone, *filter(None, [_listed(others)])])
    yield (
        f"{files} written for Keras 2 ({why}); "
        f"`--keras 3` checks {'it' if one else 'them'} for Keras 3"
    )


def _listed(items: Collection[str]) -> str:
    items = list(items)
    more = len(items) - _SHOWN
    return ", ".join(items[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
