"""The parts of a layer → right rewrites of it, and wrong ones that differ from a right one once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mutant_layers import Parts

CREATES = re.compile(r"^self\.(\w+) = layers\.(\w+)\(", re.MULTILINE)
WEIGHTLESS = {"Dropout", "GaussianNoise", "Reshape", "GlobalAveragePooling2D"}
Named = tuple[str, str]


def right(parts: Parts) -> Iterator[Named]:
    """Creation at the end of `__init__`, built in `build()`, in several styles."""
    yield "moved", _moved(parts)
    yield "moved, from parameters", _moved(parts, make=_from_parameters(parts))
    guarded = re.sub(r"^( *)(self\.\w+)(\.build\(.*\))$", GUARD, parts.build, flags=re.MULTILINE)
    yield "moved, built if not built yet", _moved(parts, build=guarded)


GUARD = r"\1if not \2.built:\n\1    \2\3"


def _moved(parts: Parts, make: str = "", build: str = "", body: str = "") -> str:
    return parts.text(make or parts.make, build or parts.build, body)


def _from_parameters(parts: Parts) -> str:
    """`self.units` → `units`, where it is read."""
    return re.sub(rf"self\.({'|'.join(parts.names)})\b(?! =)", r"\1", parts.make)


def wrong(parts: Parts) -> Iterator[Named]:
    """Rewrites with one mistake each, under names of their own."""
    seen: dict[str, int] = {}
    for what, text in _mistakes(parts):
        seen[what] = seen.get(what, 0) + 1
        yield (what if seen[what] == 1 else f"{what} ({seen[what]})"), text


def _mistakes(parts: Parts) -> Iterator[Named]:
    for what, make in _other_makes(parts):
        yield what, _moved(parts, make=make)
    for what, build in _other_builds(parts):
        yield what, _moved(parts, build=build)
    if "training=training" in parts.body:
        yield (
            "lost training",
            _moved(parts, body=parts.body.replace("training=training", "training=False")),
        )
    yield "an argument is not kept", parts.text(parts.make, parts.build, kept=parts.names[1:])
    yield "another parameter of build", _moved(parts).replace("input_shape", "shape")
    yield from _other_places(parts)


def _other_makes(parts: Parts) -> Iterator[Named]:
    make, names = parts.make, [match.group(1) for match in CREATES.finditer(parts.make)]
    for match in re.finditer(r", (\w+)=(\w+\.\w+\([\d.]+\)|[^,()]+)", make):
        if match.group(1) != "name":
            yield (
                f"dropped {match.group()[2:].strip()}",
                make[: match.start()] + make[match.end() :],
            )
    for match in re.finditer(r"(?<=[(, =])\d+(?=[,)])", make):
        other = f"{int(match.group()) + 1}"
        yield f"{match.group()} is {other}", make[: match.start()] + other + make[match.end() :]
    for one, other in zip(parts.names, parts.names[1:], strict=False):
        if f"self.{one}" in make:
            yield f"{other} for {one}", make.replace(f"self.{one}", f"self.{other}", 1)
    for match in re.finditer(r"^if (.*):$", make, re.MULTILINE):
        yield "inverted condition", make.replace(match.group(), f"if not ({match.group(1)}):")
    lines = make.splitlines()
    owners = _owners(make)
    if len(lines) == len(names) and len(owners) > 1:
        yield "other order", "\n".join(reversed(lines))
    alike = re.search(r"^self\.(\w+) = (.*)\nself\.(\w+) = \2$", make, re.MULTILINE)
    if alike:
        yield "shared instance", make.replace(alike.group(), _shared(alike))


def _shared(alike: re.Match[str]) -> str:
    one, call, other = alike.groups()
    return f"self.{one} = {call}\nself.{other} = self.{one}"


def _owners(make: str) -> list[str]:
    """The sub-layers that have weights."""
    return [m.group(1) for m in CREATES.finditer(make) if m.group(2) not in WEIGHTLESS]


def _other_builds(parts: Parts) -> Iterator[Named]:
    for match in re.finditer(r"^( *)(self|\w+)\S*\.build\(.*\)$", parts.build, re.MULTILINE):
        text = parts.build.replace(match.group(), f"{match.group(1)}pass", 1)
        yield f"dropped {match.group().strip()}", text
    if "add_weight" in parts.build:
        yield "frozen weight", parts.build.replace("name=", "trainable=False, name=")
        yield "other weight", re.sub(r'name="(\w+)"', r'name="\1_2"', parts.build)
    if "input_shape[-1]" in parts.build:
        yield "frozen channels", parts.build.replace("input_shape[-1]", "4")


def _other_places(parts: Parts) -> Iterator[Named]:
    lines, owners = parts.make.splitlines(), _owners(parts.make)
    if len(lines) == len(owners) > 1:
        late = f"{lines[0]}\n{parts.build}"
        yield "partial move", parts.text("\n".join(lines[1:]), late)
    if owners:
        name = owners[-1]
        renamed = re.sub(rf"\bself\.{name}\b", f"self.{name}_layer", _moved(parts))
        yield "renamed attribute", renamed
        yield "hidden from Keras", _hidden(parts, name)
    make, build = _unconditional(parts.make), _unconditional(parts.build)
    if make != parts.make:
        yield "dropped condition", parts.text(make, build)
    frozen = f"{parts.make}\nself.trainable = False"
    yield "frozen", parts.text(frozen, parts.build)


def _unconditional(text: str) -> str:
    return re.sub(r"^if .*:\n    ", "", text, flags=re.MULTILINE)


def _hidden(parts: Parts, name: str) -> str:
    """A sub-layer in a closure, where Keras does not track it."""
    make = parts.make.replace(f"self.{name} = ", f"{name} = ")
    if f"    {name} = " in make:
        return parts.text(parts.make, "pass")
    held = f"{make}\nself.held_{name} = lambda: {name}"
    text = parts.text(held, parts.build)
    return re.sub(rf"self\.{name}\b(?! =)", f"self.held_{name}()", text)
