"""What `compare` was asked for → pairs of an old and a new class, and the texts around them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from keraslint.project.facts.class_texts import Clip, clips
from keraslint.project.files.discover import Found, discover
from keraslint.project.files.git_revision import NoRevision, Past, past
from keraslint.project.files.glob_patterns import excluded
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.project.names.project_index import Index
from keraslint.project.program.changed_layers import Changes, Pairing, Side, changes, side
from keraslint.settings import ConfigError, Settings

Clips = Mapping[tuple[str, str], Clip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The classes to compare, the files of both versions, and what else there is to tell."""

    pairs: tuple[Pairing, ...]
    old: Mapping[str, str]
    new: Mapping[str, str]
    around: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Unreadable, ...] = ()


def of_files(
    old: Path, new: Path, layer: str | None, new_layer: str | None, settings: Settings
) -> Pairs:
    """Pair classes of two files: those named, else all that both define and that differ.

    Raises:
        ConfigError: a file cannot be read, or does not define the class.
    """
    before, after = _clips(old), _clips(new)
    notes: tuple[str, ...] = ()
    if layer is not None:
        mine = _named(before, layer, str(old))
        pairs = [Pairing(mine, _named(after, new_layer or layer, str(new)))]
    elif new_layer is not None:
        raise ConfigError("compare: `--new-layer` goes with `--layer`")
    else:
        both = [name for name in before if name in after]
        same = _alike(old, new, both, settings)
        pairs = [Pairing(before[name], after[name]) for name in both if name not in same]
        notes = tuple(f"`{name}` is the same in both files, and not compared" for name in same)
    if not pairs:
        raise ConfigError(f"`{old}` and `{new}` define no class of the same name; use `--layer`")
    texts = {str(old): _text(old)}, {str(new): _text(new)}
    return Pairs(pairs=tuple(pairs), old=texts[0], new=texts[1], notes=notes)


def _alike(old: Path, new: Path, names: Sequence[str], settings: Settings) -> list[str]:
    """The classes that are the same in two files, with all that they use there; not if all are."""
    was, now = (side([_readable(read(path))], settings).reach for path in (old, new))
    known = [name for name in names if (str(old), name) in was and (str(new), name) in now]
    same = [name for name in known if was[str(old), name] == now[str(new), name]]
    return same if len(same) < len(names) else []


def written_for(clip: Clip, settings: Settings) -> int:
    """The Keras that a class is written for, 2 or 3; 0 where nothing says so."""
    source = read(Path(clip.path))
    if settings.keras is not None or isinstance(source, Unreadable):
        return settings.keras or 0
    index = Index([source], settings)
    named = [ref for ref in index.declared(source) if ref.summary.qualname == clip.layer]
    return next((one.keras for one in map(index.target, named) if one.sure), 0)


def _clips(path: Path) -> Mapping[str, Clip]:
    source = _readable(read(path))
    try:
        return clips(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: it is not Python: {error}") from None


def _text(path: Path) -> str:
    return _readable(read(path)).text


def _readable(source: Source | Unreadable) -> Source:
    if isinstance(source, Unreadable):
        raise ConfigError(f"{source.path}: {source.reason}")
    return source


def _named(known: Mapping[str, Clip], layer: str, where: str) -> Clip:
    if layer in known:
        return known[layer]
    raise ConfigError(f"`{where}` defines no class `{layer}`{_near(layer, known)}")


def _near(layer: str, names: Mapping[str, object]) -> str:
    """Say which name may have been meant."""
    short = {name.rpartition(".")[2]: name for name in names}
    near = [*get_close_matches(layer, names, n=1), *get_close_matches(layer, short, n=1)]
    if near:
        return f"; did you mean `{short.get(near[0], near[0])}`?"
    listed = ", ".join(f"`{name}`" for name in sorted(names)[:5])
    return f" (it defines {listed}{', …' if len(names) > 5 else ''})" if listed else ""


def since(
    revision: str, paths: Sequence[Path], layer: str | None, new_layer: str | None, of: Settings
) -> Pairs:
    """Pair the layer classes that changed between a git revision and the files as they are.

    Raises:
        ConfigError: no repository, no such revision, no such path, or no such class.
    """
    asked = list(paths) or [Path()]
    try:
        then = past(_folder(asked[0]), revision, {os.path.realpath(path) for path in asked})
    except NoRevision as error:
        raise ConfigError(f"compare: {error}") from None
    named = {os.path.realpath(path) for path in asked} if layer else set()
    found = discover(asked, of)
    now, problems = _now(found, then, named)
    was = [_as_it_was(path, then) for path in _asked_then(asked, found, then, named, of)]
    old = [one for one in was if isinstance(one, Source)]
    problems += [one for one in was if isinstance(one, Unreadable)]
    before = [one for one in then.texts.values() if isinstance(one, Source)]
    mine = {one.path for one in old}
    sides = (side(old, of, [one for one in before if one.path not in mine]), side(now, of))
    what = _chosen(*sides, layer, new_layer, revision) if layer else changes(*sides)
    return Pairs(
        pairs=what.pairs,
        old={one.path: one.text for one in old},
        new={one.path: one.text for one in now},
        around=tuple((one.path, one.text) for one in before),
        notes=tuple(_notes(what)),
        problems=(*problems, *what.problems),
    )


def _folder(path: Path) -> Path:
    """The nearest folder that is there: a path may be one of the revision."""
    here = path.absolute()
    while not here.is_dir() and here.parent != here:
        here = here.parent
    return here


def _now(found: Found, then: Past, named: set[str]) -> tuple[list[Source], list[Unreadable]]:
    """The files as they are, if they are not what they were, under their real paths."""
    problems = [p for p in found.problems if not (p.is_note or _was_there(p.path, then))]
    texts: list[Source] = []
    for path in dict.fromkeys(os.path.realpath(path) for path in found.files):
        if path in then.texts or path not in then.known or path in named:
            text = read(path)
            texts += [text] if isinstance(text, Source) else []
            problems += [text] if isinstance(text, Unreadable) else []
    return texts, problems


def _was_there(path: str, then: Past) -> bool:
    real = os.path.realpath(path)
    return any(one == real or one.startswith(f"{real}{os.sep}") for one in then.known)


def _asked_then(
    asked: Sequence[Path], found: Found, then: Past, named: set[str], settings: Settings
) -> Iterator[str]:
    """What was asked for of the revision: a file that is left out now was left out then, too."""
    tops = [os.path.realpath(path) for path in asked]
    there = {os.path.realpath(path) for path in found.files}
    for path in dict.fromkeys([*then.texts, *sorted(named & then.known)]):
        below = any(path.startswith(f"{top.rstrip(os.sep)}{os.sep}") for top in tops)
        meant = path in tops or (below and not excluded(Path(path), settings))
        if path in there or (meant and not Path(path).exists()):
            yield path


def _as_it_was(path: str, then: Past) -> Source | Unreadable:
    return then.texts[path] if path in then.texts else read(path)


def _chosen(old: Side, new: Side, layer: str, new_layer: str | None, revision: str) -> Changes:
    """The one class that was named, in its old and its new version."""
    before = _only(old.clips, layer, f"what changed since `{revision}`, in the old version,")
    there = {key: clip for key, clip in new.clips.items() if key[0] == before.path}
    other = new_layer or layer
    same_file = there if (before.path, other) in there else new.clips
    after = _only(same_file, other, f"what changed since `{revision}`, as it is now,")
    return Changes(pairs=(Pairing(before, after),), problems=(*old.problems, *new.problems))


def _only(known: Clips, layer: str, where: str) -> Clip:
    found = [clip for (_, name), clip in known.items() if name == layer]
    if not found:
        near = _near(layer, {name: None for _, name in known})
        raise ConfigError(f"{where} defines no class `{layer}`{near}; name its file to look there")
    if len(found) > 1:
        files = ", ".join(f"`{shown(clip.path)}`" for clip in found)
        raise ConfigError(f"several files define `{layer}`: {files}; name one of them")
    return found[0]


def _notes(found: Changes) -> Iterator[str]:
    """What was not compared, and why."""
    for clip in found.gone:
        yield f"`{clip.layer}` ({shown(clip.path)}) is gone"
    for clip in found.added:
        yield f"`{clip.layer}` ({shown(clip.path)}) is new"
    for clip in found.unclear:
        yield f"`{clip.layer}` ({shown(clip.path)}) may be a layer: a base of it was not found"


def shown(path: str) -> str:
    """The path as seen from here, if it is below."""
    here = os.path.realpath(".")
    return os.path.relpath(path, here) if path.startswith(f"{here}{os.sep}") else path


def moved(pair: Pairing) -> Pairing:
    """The same pair, under paths for people."""
    old, new = (replace(clip, path=shown(clip.path)) for clip in (pair.old, pair.new))
    return Pairing(old, new)
