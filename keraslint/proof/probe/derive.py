"""A given case → further cases worth trying: other sizes, other arguments, other branches."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from .case import Call, Case, Change, Input, by_name, leaves, parameters_of

INPUT_WORDS = {"in", "input", "inputs", "inp", "nin", "inplanes", "cin"}
SIZE_WORDS = {
    *("channel", "channels", "chans", "chan", "ch", "c", "dim", "dims", "dimension", "features"),
    *("feature", "filters", "size", "units", "planes", "width", "depth", "n", "num", "nc", "nb"),
}
NOT_CHANNELS = re.compile(r"kernel|stride|dilat|pool|rank|pad|spatial|axis|seed|group|head|num_la")
DROPS = re.compile(r"drop|^p$|^prob")
DOCUMENTATION = re.compile(r'"""(?:.|\n)*?"""|#.*')
MOST_EQUAL = 3
Alternatives = tuple[Change, ...]


def is_input_channels(name: str) -> bool:
    """Does this parameter's name say that it is the number of channels of the input?"""
    words = [word for word in re.split(r"[_\d]+", name.lower()) if word]
    if len(words) == 1:
        return words[0] in INPUT_WORDS | {"inchannels", "infeatures", "indim", "indims"}
    return any(w in INPUT_WORDS for w in words) and any(w in SIZE_WORDS for w in words)


@dataclass(frozen=True)
class Wish:
    """Changes of which the first that works is enough, and what to try when none does.

    `decides`: a change that conditions may depend on, so that another branch may be taken.
    """

    alternatives: Alternatives
    otherwise: tuple[Wish, ...] = ()
    decides: bool = False


def derived(case: Case, varied: Callable[[], bool]) -> Iterator[Wish]:
    """Changes to try, the most telling first; `varied` tells if channels were varied by then."""
    asked = case.asked()
    inputs = leaves((asked.args, asked.kwargs))
    arguments = _arguments(case, asked)
    channels = next((i.shape[-1] for i in inputs if i.kind == "floats" and len(i.shape) > 1), None)
    equal, odd = _other_channels(arguments, channels) if channels is not None else ([], [])
    yield from (Wish(alternatives, decides=True) for alternatives in equal)
    text = sources_of(case.cls)
    others = list(_other_arguments(arguments))
    switches = [change for change in others if _switches(change)]
    deciding = [change for change in switches if decides(_name(change), text)]
    yield from (Wish(change, decides=True) for change in deciding)
    yield _together([_halved(change) for change in switches if change not in deciding])
    yield _together([change for change in others if DROPS.search(_name(change))])
    is_equal = channels in arguments.values()
    odd = odd if is_equal or not varied() else []
    yield _sized(odd[:1], list(_other_sizes(inputs)))
    yield from (Wish(alternatives) for alternatives in odd[1:])
    for name, value in asked.kwargs.items():
        if leaves(value):
            yield Wish((Change(f"without `{name}`", without=(name,)),), decides=True)
    sizes = [c for c in others if not _switches(c) and not DROPS.search(_name(c))]
    yield _together([change for change in sizes if arguments[_name(change)] != channels])
    yield from (Wish(change) for change in sizes if arguments[_name(change)] == channels)


def sources_of(cls: Any) -> str:
    """The text of the class and of its bases outside of Keras; empty where one cannot be read."""
    texts = []
    for one in cls.__mro__:
        if one is not object and not one.__module__.startswith(("keras.", "tensorflow.")):
            try:
                texts.append(inspect.getsource(one))
            except (OSError, TypeError):
                return ""
    return DOCUMENTATION.sub("", "\n".join(texts))


def decides(name: str, text: str) -> bool:
    """May a condition depend on the argument? Without a text, it may."""
    condition = rf"\b(if|elif|while|assert|not|and|or)\b[^\n]*\b{re.escape(name)}\b"
    before = rf"\b{re.escape(name)}\b[^\n]*(\bif\b|\belse\b|\bor\b|[<>=]=|[<>])"
    return not text or re.search(f"{condition}|{before}", text) is not None


def _name(alternatives: Alternatives) -> str:
    return alternatives[0].arguments[0][0]


def _other_sizes(inputs: list[Input]) -> Iterator[Alternatives]:
    if inputs and inputs[0].shape:
        batch = inputs[0].shape[0]
        yield (Change(f"batch size {batch + 1}", batch=(batch, batch + 1)),)
    yield from _longer(inputs)


def _sized(channels: list[Alternatives], others: list[Alternatives]) -> Wish:
    """All sizes of the input in one case; if that fails, the channels apart from the others."""
    if not channels:
        return _together(others)
    everything = _together([*channels, *others])
    apart = tuple(Wish(alternatives) for alternatives in channels)
    return Wish(everything.alternatives, (_together(others), *apart))


def _together(wishes: list[Alternatives]) -> Wish:
    """All of these changes in one case, or all their second choices; else each for itself."""
    if len(wishes) < 2:
        return Wish(wishes[0] if wishes else ())
    firsts = [alternatives[0] for alternatives in wishes]
    seconds = [_doubling(alternatives) for alternatives in wishes]
    joint = [reduce(Change.along_with, firsts), reduce(Change.along_with, seconds)]
    return Wish(tuple(dict.fromkeys(joint)), tuple(Wish(one) for one in wishes))


def _halved(alternatives: Alternatives) -> Alternatives:
    """Half of a number before none of it: what is nothing may hide what else differs."""
    _, value = alternatives[0].arguments[0]
    return alternatives[::-1] if value == 0.0 and not isinstance(value, bool) else alternatives


def _doubling(alternatives: Alternatives) -> Change:
    """The choice that keeps what divides a size a divisor, if there is one."""
    return next((one for one in alternatives if one.doubles), alternatives[0])


def _switches(alternatives: Alternatives) -> bool:
    """Does the change switch something on or off? Such arguments may decide conditions."""
    name, value = alternatives[0].arguments[0]
    if DROPS.search(name):
        return False
    return isinstance(value, (bool, tuple)) or (isinstance(value, float) and value in (0.0, 0.5))


def _arguments(case: Case, asked: Call) -> dict[str, Any]:
    _, given = by_name(case.cls, asked.construction)
    parameters = parameters_of(case.cls)
    defaults = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    return {**defaults, **given}


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _tied(arguments: dict[str, Any], old: int, new: int) -> tuple[tuple[str, Any], ...] | None:
    """Arguments that must follow the channels; None when one disagrees with them already."""
    named = {k: v for k, v in arguments.items() if _whole(v) and is_input_channels(k)}
    if any(value != old for value in named.values()):
        return None
    return tuple((name, new) for name in named)


def _other_channels(
    arguments: dict[str, Any], old: int
) -> tuple[list[Alternatives], list[Alternatives]]:
    """Channels equal to constructor arguments (the branch of an identity), and others."""
    named = {k: v for k, v in arguments.items() if _whole(v) and 0 < v <= 256 and v != old}
    wanted = list(dict.fromkeys(sorted(named.values(), key=lambda v: _unlikely(named, v))))
    likely = [value for value in wanted if not _unlikely(named, value)][:MOST_EQUAL]
    equal = [_with_channels(arguments, old, new) for new in likely or wanted[:1]]
    news = [n for n in (old + 2, old * 2, old + 1, old * 3) if n not in wanted]
    changes = [c for c in (_with_channels(arguments, old, n) for n in news) if c]
    odd = [tuple(changes[:3])] if changes else []
    if len(changes) > 1 and not wanted:
        odd.append(tuple(changes[3:0:-1]))
    return [(change,) for change in equal if change], odd


def _unlikely(named: dict[str, Any], value: int) -> bool:
    """Does no parameter with this value sound like a number of channels?"""
    names = [name for name, other in named.items() if other == value]
    return all(NOT_CHANNELS.search(name) for name in names)


def _with_channels(arguments: dict[str, Any], old: int, new: int) -> Change | None:
    tied = _tied(arguments, old, new)
    if tied is None:
        return None
    label = ", ".join([f"{new} channels", *(f"{name}={value}" for name, value in tied)])
    return Change(label, arguments=tied, channels=(old, new), doubles=new == 2 * old)


def _longer(inputs: list[Input]) -> Iterator[Alternatives]:
    if any(len(i.shape) > (2 if i.kind == "floats" else 1) for i in inputs):
        yield tuple(Change(f"inputs longer by {more}", longer=more) for more in (1, 2, 4))


def _other_arguments(arguments: dict[str, Any]) -> Iterator[Alternatives]:
    for name, value in arguments.items():
        if name in ("name", "dtype", "trainable", "seed", "self"):
            continue
        if _whole(value) and is_input_channels(name):
            continue
        options = tuple(_other_values(name, value))
        if options:
            yield tuple(_argument(name, option, value) for option in options)


def _argument(name: str, option: Any, value: Any) -> Change:
    doubles = _whole(value) and option == 2 * value
    return Change(f"{name}={option!r}", arguments=((name, option),), doubles=doubles)


def _other_values(name: str, value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif _whole(value) and DROPS.search(name):
        yield 0.5
    elif _whole(value) and "heads" in name:
        yield from (value * 2, value + 1, 1)
    elif _whole(value):
        yield from (value + 1, value * 2, value + 2) if value > 0 else (1,)
    elif isinstance(value, float) and re.search(r"eps", name):
        yield float(f"{value * 10:.3g}")
    elif isinstance(value, float):
        yield from (0.5, 0.25) if value == 0.0 else (0.0, value / 2)
    elif "activation" in name and (value is None or isinstance(value, str)):
        yield "tanh" if value != "tanh" else "relu"
    elif value is None and (DROPS.search(name) or "rate" in name):
        yield 0.5
    elif isinstance(value, (tuple, list)) and value and all(_whole(v) for v in value):
        yield (*value, value[-1])
        yield tuple(value[:-1])
