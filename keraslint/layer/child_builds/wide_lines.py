"""A line of code that is too long → the same over several lines, as a formatter would break it."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.layer.code_style import WIDTH

_OPEN, _CLOSE = "([{", ")]}"
_WORDS = (" or ", " and ")


def broken(line: str, indent: str, *, depth: int = 0) -> Iterator[str]:
    """The lines, to stand in a method of a class; `depth` is how far `line` is inside `indent`."""
    room = WIDTH - len(indent) * (2 + depth)
    begin = _last_bracket(line)
    if len(line) <= room:
        yield line
    elif line.startswith(("if ", "elif ")) and line.endswith(":"):
        yield from _condition(line, indent)
    elif begin and len(line) > begin + 2:
        yield line[: begin + 1]
        is_display = line[begin - 1] == " " or line[begin] != "("
        yield from _inside(line[begin + 1 : -1], indent, depth, is_display=is_display)
        yield line[-1]
    else:
        yield line


def _inside(text: str, indent: str, depth: int, *, is_display: bool) -> Iterator[str]:
    """What stands in brackets: arguments on one line if they can, else each part on its own."""
    parts = _parts(text, (", ",))
    shown = [part.removesuffix(",") for part in parts]
    if len(text) <= WIDTH - len(indent) * (3 + depth) and not is_display:
        yield f"{indent}{text}"
        return
    comma = "," if len(shown) > 1 or text.endswith(",") else ""
    for part in shown:
        *before, last = broken(part, indent, depth=depth + 1)
        yield from (f"{indent}{line}" for line in before)
        yield f"{indent}{last}{comma}"


def _condition(line: str, indent: str) -> Iterator[str]:
    """`if a and b:` with one part on each line."""
    word, _, test = line[:-1].partition(" ")
    if _last_bracket(f" {test}") == 1:
        test = test[1:-1]
    split = next((w for w in _WORDS if len(_parts(test, (w,))) > 1), "")
    first, *rest = _parts(test, (split,)) if split else (test,)
    if not rest:
        yield line
        return
    yield f"{word} ("
    yield f"{indent}{first}"
    yield from (f"{indent}{split.strip()} {part}" for part in rest)
    yield "):"


def _last_bracket(line: str) -> int:
    """Where the bracket begins that ends a line, 0 if none does."""
    depth = 0
    for place in range(len(line) - 1, -1, -1):
        depth += (line[place] in _CLOSE) - (line[place] in _OPEN)
        if depth == 0:
            return place if line[-1] in _CLOSE else 0
    return 0


def _parts(text: str, marks: tuple[str, ...]) -> list[str]:
    """The pieces between marks that stand in no brackets, and in no text in quotes."""
    found, depth, begin, place, quote = list[str](), 0, 0, 0, ""
    while place < len(text):
        char = text[place]
        if quote or char in "\"'":
            quote = "" if char == quote else quote or char
        depth += 0 if quote else (char in _OPEN) - (char in _CLOSE)
        mark = next((m for m in marks if text.startswith(m, place)), "")
        if mark and not depth and not quote:
            found.append(text[begin:place])
            place = begin = place + len(mark)
        else:
            place += 1
    return [*found, text[begin:]]
