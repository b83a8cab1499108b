"""Elements by name → HTML in which nothing that came in as text can be anything but text."""

from __future__ import annotations

import html
from collections.abc import Iterable

_VOID = frozenset({"meta", "br", "wbr", "col", "input"})
_KEPT = frozenset("\n\t")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Iterable["Child"] | None


def element(name: str, /, *children: Child, **attributes: str | bool | None) -> Markup:
    """Make an element; `class_` is `class`; what is no `Markup` is escaped."""
    shown = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Put children one after another."""
    return Markup("".join(_child(child) for child in children))


def plain(text: str) -> str:
    """Make signs that are not seen, or that turn the direction of reading, visible."""
    return "".join(
        sign if sign.isprintable() or sign in _KEPT else f"\\u{{{ord(sign):x}}}" for sign in text
    )


def breakable(path: str) -> Markup:
    """Let a long path break after its slashes."""
    *folders, name = path.split("/")
    return joined([joined(f"{folder}/", element("wbr")) for folder in folders], name)


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return html.escape(plain(child), quote=False)
    return "".join(_child(one) for one in child)


def _attribute(key: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(plain(value))}"'
