"""The old and the new texts of some files → which layer classes changed, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from keraslint.project.facts.class_texts import Clip, clips_of, span
from keraslint.project.files.source import Source, Trouble, Unreadable
from keraslint.project.names.definitions import ClassRef, Kind
from keraslint.project.names.project_index import Index
from keraslint.project.syntax.parse import fault
from keraslint.settings import Settings

_SET = re.compile(r"^(\w+)[ \t]*(?::[^=\n]+)?=(?!=).*", re.MULTILINE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Pairing:
    """One layer class in its old and in its new version."""

    old: Clip
    new: Clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What became of the layer classes of some files; `gone` and `added` have no other version.

    `unclear` changed too, but it cannot be told whether they are layers.
    """

    pairs: tuple[Pairing, ...] = ()
    gone: tuple[Clip, ...] = ()
    added: tuple[Clip, ...] = ()
    unclear: tuple[Clip, ...] = ()
    problems: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The classes of one version, by file and name, and what each is to Keras."""

    clips: Mapping[tuple[str, str], Clip]
    kinds: Mapping[tuple[str, str], Kind]
    reach: Mapping[tuple[str, str], str]
    problems: tuple[Unreadable, ...] = field(default=())


def side(texts: Sequence[Source], settings: Settings, others: Sequence[Source] = ()) -> Side:
    """Look at all classes of one version of some files; `others` are of the same version."""
    index = Index([*texts, *others], settings)
    clips: dict[tuple[str, str], Clip] = {}
    kinds: dict[tuple[str, str], Kind] = {}
    reach: dict[tuple[str, str], str] = {}
    problems: list[Unreadable] = []
    for text in texts:
        try:
            declared = index.declared(text)
        except (SyntaxError, ValueError, RecursionError) as error:
            line, _, reason = fault(error)
            said = f"it is not Python: {reason} (line {line})"
            problems.append(Unreadable(path=text.path, kind=Trouble.OTHER, reason=said))
            continue
        for ref in declared:
            key = (text.path, ref.summary.qualname)
            clips[key] = clips_of(text, ref.module)[ref.summary.qualname]
            kinds[key] = index.hierarchy.lineage(ref).kind
            reach[key] = _reach(ref, index)
    return Side(clips=clips, kinds=kinds, reach=reach, problems=tuple(problems))


def _reach(ref: ClassRef, index: Index) -> str:
    """The text of a class, of its bases, and of what their modules define and they name."""
    parts = []
    for one in index.hierarchy.lineage(ref).chain:
        source = index.source(one.module.path)
        if source is not None:
            own = span(source, one.summary.slice)
            parts += [own, *one.module.stars, *_named(own, one, source)]
    return "\n".join(parts)


def _named(text: str, ref: ClassRef, source: Source) -> Iterator[str]:
    """Functions, plain values and imports of the module that a text names, and those they name."""
    functions = ref.module.functions
    known = {name: f"{name}: {targets}" for name, targets in ref.module.imports.items()}
    known.update({m[1]: m[0] for m in _SET.finditer(source.text)})
    known.update({name: span(source, one.slice) for name, one in functions.items()})
    todo, seen = [text], set[str]()
    while todo:
        for word in sorted(set(_WORD.findall(todo.pop())) & known.keys() - seen):
            seen.add(word)
            todo.append(known[word])
    yield from (known[name] for name in sorted(seen))


def changes(old: Side, new: Side) -> Changes:
    """Pair the layers that changed: in the same file, else by a name that only one other has."""
    moved = dict(_pairs(old, new))
    altered = {key: other for key, other in moved.items() if old.reach[key] != new.reach[other]}
    mine = {k: o for k, o in altered.items() if is_layer(old.kinds[k]) or is_layer(new.kinds[o])}
    dark = (Kind.UNKNOWN,)
    unclear = [k for k, o in altered.items() if k not in mine and old.kinds[k] in dark]
    paired = set(moved.values())
    return Changes(
        pairs=tuple(Pairing(old.clips[key], new.clips[other]) for key, other in mine.items()),
        gone=tuple(c for k, c in old.clips.items() if k not in moved and is_layer(old.kinds[k])),
        added=tuple(c for k, c in new.clips.items() if k not in paired and is_layer(new.kinds[k])),
        unclear=tuple(old.clips[key] for key in unclear),
        problems=(*old.problems, *new.problems),
    )


def is_layer(kind: Kind) -> bool:
    return kind in (Kind.LAYER, Kind.MODEL, Kind.ASSUMED)


def _pairs(old: Side, new: Side) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Which class became which: in its own file, or moved to another under the same name."""
    lost = [key for key in old.clips if key not in new.clips]
    fresh = [key for key in new.clips if key not in old.clips]
    for key in old.clips:
        if key in new.clips:
            yield key, key
            continue
        to = [other for other in fresh if other[1] == key[1]]
        if len(to) == 1 and sum(other[1] == key[1] for other in lost) == 1:
            yield key, to[0]
