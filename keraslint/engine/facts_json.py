"""Plain frozen data ↔ JSON, in two parts: what it says, and the places in a text where it says so.

Both directions are read off the annotations of the dataclasses, so that facts may change their
shape without this being told. A type that cannot be written is a `TypeError` when it is first met.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from keraslint.cache import digest
from keraslint.diagnostic import PLACE, Position, Span

_Encode = Callable[[Any, list[Any]], Any]
_Decode = Callable[[Any, Iterator[Any]], Any]
_SCALARS: tuple[type, ...] = (str, int, float, bool, NoneType)


class Written(NamedTuple):
    """Data as text; `shape` is a digest of what it says, wherever in its file it says so.

    `places` are the places, in the order in which they are said.
    """

    text: str
    shape: str
    places: list[Any]

    @property
    def order(self) -> str:
        """A digest of what it says and of what comes before what, however far away."""
        numbers = [n for one in self.places for n in (one if isinstance(one, tuple) else (one,))]
        ranks = {number: rank for rank, number in enumerate(sorted(set(numbers)))}
        said = ",".join(str(ranks[number]) for number in numbers)
        return digest([self.shape.encode(), said.encode()])


class _Codec(NamedTuple):
    """Both ways for one type; what is `plain` is JSON as it stands."""

    encode: _Encode
    decode: _Decode
    plain: bool = False


def written(value: Any) -> Written:
    """Write a dataclass."""
    places: list[Any] = []
    kind: Any = type(value)
    said = json.dumps(_codec(kind).encode(value, places), separators=(",", ":"))
    shape = digest([said.encode("utf-8", "surrogatepass")])
    text = f"[{said},{json.dumps(places, separators=(',', ':'))}]"
    return Written(text, shape, places)


def read_back(kind: type, text: str) -> Any:
    """Read what `written` wrote of a value of some kind.

    Raises:
        ValueError: the text is not that.
    """
    try:
        said, places = json.loads(text)
        return _codec(kind).decode(said, iter(places))
    except (TypeError, KeyError, IndexError, StopIteration, AttributeError, RecursionError) as no:
        raise ValueError(f"not what was written: {no}") from None


@cache
def _codec(hint: Any) -> _Codec:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _PLACE if PLACE in arguments[1:] else _codec(arguments[0])
    if hint in _SCALARS:
        return _PLAIN
    if hint in _PLACES:
        return _PLACES[hint]
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*arguments)
    if isinstance(origin, type) and issubclass(origin, (set, frozenset)):
        return _set(origin, arguments[0])
    if isinstance(origin, type) and issubclass(origin, Sequence | Collection):
        return _tuple((arguments[0], ...))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Codec(lambda value, _: value.value, lambda value, _: hint(value))
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _named_tuple(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint)
    raise TypeError(f"facts cannot hold {hint}")


_PLAIN = _Codec(lambda value, _: value, lambda value, _: value, plain=True)


def _put(value: Any, places: list[Any]) -> None:
    places.append(value)


def _take(_: None, places: Iterator[Any]) -> Any:
    value = next(places)
    return tuple(value) if isinstance(value, list) else value


_PLACE = _Codec(_put, _take)


def _put_span(span: Span, places: list[Any]) -> None:
    start, end = span.start, span.end
    places.append((start.line, start.column, end.line, end.column))


def _put_position(position: Position, places: list[Any]) -> None:
    places.append((position.line, position.column))


_PLACES = {
    Span: _Codec(_put_span, lambda _, places: Span.of(*next(places))),
    Position: _Codec(_put_position, lambda _, places: Position(*next(places))),
}


def _dataclass(hint: type) -> _Codec:
    hints = get_type_hints(hint, include_extras=True)
    names = [field.name for field in fields(hint) if field.init]
    parts: list[_Codec] = []

    def settle() -> None:  # late: a type may hold itself
        parts.extend(_codec(hints[name]) for name in names)

    every = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)

    def encode(value: Any, places: list[Any]) -> list[Any]:
        if not parts:
            settle()
        return [
            item if part.plain else part.encode(item, places)
            for part, item in zip(parts, every(value), strict=True)
        ]

    def decode(said: Any, places: Iterator[Any]) -> Any:
        if not parts:
            settle()
        return hint(
            *[
                item if part.plain else part.decode(item, places)
                for part, item in zip(parts, said, strict=True)
            ]
        )

    if any(field.kw_only for field in fields(hint)):
        return _Codec(encode, _by_keyword(hint, names, parts, settle))
    return _Codec(encode, decode)


def _by_keyword(
    hint: type, names: Sequence[str], parts: Sequence[_Codec], settle: Callable[[], None]
) -> _Decode:
    def decode(said: Any, places: Iterator[Any]) -> Any:
        if not parts:
            settle()
        items = zip(names, parts, said, strict=True)
        return hint(
            **{
                name: item if part.plain else part.decode(item, places)
                for name, part, item in items
            }
        )

    return decode


def _named_tuple(hint: Any) -> _Codec:
    hints = get_type_hints(hint, include_extras=True)
    inner = _codec(tuple[tuple(hints.values())])  # type: ignore[misc]
    return _Codec(inner.encode, lambda said, places: hint._make(inner.decode(said, places)))


def _union(options: Sequence[Any]) -> _Codec:
    scalars = [one for one in options if one in _SCALARS]
    others = [one for one in options if one not in _SCALARS]
    if not others:
        return _PLAIN
    if len(others) == 1 and scalars == [NoneType]:
        return _optional(_codec(others[0]))
    return _tagged(options)


def _optional(inner: _Codec) -> _Codec:
    """`[]` or `[value]`: what stands for a place is null as well."""
    return _Codec(
        lambda value, places: [] if value is None else [inner.encode(value, places)],
        lambda said, places: inner.decode(said[0], places) if said else None,
    )


def _tagged(options: Sequence[Any]) -> _Codec:
    kinds = [get_origin(one) or one for one in options]

    def encode(value: Any, places: list[Any]) -> list[Any]:
        number = next(n for n, kind in enumerate(kinds) if type(value) is kind)
        return [number, _codec(options[number]).encode(value, places)]

    def decode(said: Any, places: Iterator[Any]) -> Any:
        number, inner = said
        return _codec(options[number]).decode(inner, places)

    return _Codec(encode, decode)


def _tuple(arguments: Sequence[Any]) -> _Codec:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        inner = _codec(arguments[0])
        if inner.plain:
            return _Codec(lambda value, _: list(value), lambda said, _: tuple(said))
        return _Codec(
            lambda value, places: [inner.encode(item, places) for item in value],
            lambda said, places: tuple([inner.decode(item, places) for item in said]),
        )
    parts = [_codec(one) for one in arguments]
    decoders = [None if one.plain else one.decode for one in parts]

    def decode(said: Any, places: Iterator[Any]) -> Any:
        pairs = zip(decoders, said, strict=True)
        return tuple([item if one is None else one(item, places) for one, item in pairs])

    return _Codec(
        lambda value, places: [p.encode(v, places) for p, v in zip(parts, value, strict=True)],
        decode,
    )


def _set(kind: type, hint: Any) -> _Codec:
    inner = _codec(hint)
    if inner.plain:
        return _Codec(lambda value, _: sorted(value), lambda said, _: kind(said))

    def encode(value: Any, places: list[Any]) -> list[Any]:
        rows = []
        for item in value:
            own: list[Any] = []
            rows.append((json.dumps(inner.encode(item, own)), own))
        for _, own in sorted(rows):
            places.extend(own)
        return [json.loads(said) for said, _ in sorted(rows)]

    return _Codec(encode, lambda said, places: kind(inner.decode(item, places) for item in said))


def _mapping(key: Any, hint: Any) -> _Codec:
    inner, name = _codec(hint), _codec(key)
    if key is not str:
        return _pairs(name, inner)
    if inner.plain:
        return _Codec(lambda value, _: dict(value), lambda said, _: said)
    return _Codec(
        lambda value, places: {k: inner.encode(v, places) for k, v in value.items()},
        lambda said, places: {k: inner.decode(v, places) for k, v in said.items()},
    )


def _pairs(key: _Codec, inner: _Codec) -> _Codec:
    return _Codec(
        lambda value, places: [
            [key.encode(k, places), inner.encode(v, places)] for k, v in value.items()
        ],
        lambda said, places: {key.decode(k, places): inner.decode(v, places) for k, v in said},
    )
