"""The tokens of one logical line → its leaves: brackets paired, and where a line may be broken."""

from __future__ import annotations

import keyword
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

COMPREHENSION, COMMA, TERNARY, LOGIC, TEXTS, COMPARISON = 20, 18, 16, 14, 12, 10
DOT = 1
_ARITHMETIC = {"|": 9, "^": 8, "&": 7, "<<": 6, ">>": 6, "+": 5, "-": 5, "**": 2}
_ARITHMETIC |= dict.fromkeys(("*", "/", "//", "%", "@"), 4)
_COMPARISONS = frozenset({"<", ">", "==", "!=", "<=", ">="})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_VALUES = frozenset({"True", "False", "None"})
_TIGHT = frozenset({".", ":", ","})
_HEADS = frozenset({"if", "elif", "while", "return"})
_COMPOUND = frozenset({"if", "elif", "else", "while", "for", "def", "class", "try", "except"})
_LEFT_ALONE = frozenset({"del", "assert", "with", "async", "import", "from", "raise", "yield"})


_TO_TOOLS = re.compile(r"# *(?:noqa|type:|pyright:|pylint:|flake8:|ruff:|isort:|nosec)", re.I)
_KEEPS = re.compile(r"# *(?:fmt|yapf): *(?:skip|off|disable)")


class Unclear(Exception):
    """A statement of a kind that no fix writes: it is left as it is."""


@dataclass(eq=False, slots=True, kw_only=True)
class Leaf:
    """A token; `before` says how readily a line is broken there, `gap` what stands there if not.

    At a comma it is broken behind it.

    `kind` is `(` or `)` for all brackets, those included that are there in thought only and
    have no text. `is_atom`: the bracket begins a value, rather than a call or a subscript.
    """

    text: str
    kind: str = ""
    gap: str = ""
    before: int = 0
    comment: str = ""
    comment_counts: bool = True
    is_atom: bool = False
    mate: Leaf | None = field(default=None, repr=False)

    @property
    def written(self) -> str:
        """The token with the comment behind it."""
        return f"{self.text}  {self.comment}" if self.comment else self.text

    @property
    def width(self) -> int:
        """Without a comment that does not count, as those that speak to tools."""
        return len(self.gap) + len(self.written if self.comment_counts else self.text)


def leaves_of(tokens: Sequence[tokenize.TokenInfo], *, counting: bool = True) -> list[Leaf]:
    """The leaves of a statement, or of the header of a compound one; `counting` its comments.

    Raises:
        Unclear: a comment has a line of its own, or the statement is of a kind not known here.
    """
    words = [token.string for token in tokens]
    if words[0] in _LEFT_ALONE or {";", "await", ":="} & set(words):
        raise Unclear
    leaves = _paired(_read(tokens, counting=counting))
    if words[0] in _COMPOUND and leaves[-1].text != ":":
        raise Unclear
    _rank(leaves)
    return _with_thought_brackets(leaves)


def _read(tokens: Sequence[tokenize.TokenInfo], *, counting: bool) -> list[Leaf]:
    found: list[Leaf] = []
    before: tokenize.TokenInfo | None = None
    leaf = Leaf(text="")
    for token in tokens:
        if "\n" in token.string or "\\\n" in token.line:
            raise Unclear
        text = token.string
        if token.type == tokenize.COMMENT:
            is_behind = before is not None and before.end[0] == token.start[0]
            if not is_behind or leaf.comment or _KEEPS.search(text):
                raise Unclear
            leaf.comment, leaf.comment_counts = text, counting and not _TO_TOOLS.match(text)
            continue
        leaf = Leaf(text=text, kind=_kind(token))
        if before is not None:
            same = before.end[0] == token.start[0]
            told = token.start[1] > before.end[1] if same else _parted(before.string, text)
            leaf.gap = " " if told else ""
            leaf.is_atom = leaf.kind == "(" and not _is_value(before)
        else:
            leaf.is_atom = leaf.kind == "("
        found.append(leaf)
        before = token
    return found


def _kind(token: tokenize.TokenInfo) -> str:
    text = token.string
    if text in _OPENING or text in _CLOSING:
        return "(" if text in _OPENING else ")"
    if token.type == tokenize.STRING:
        return "text"
    return (
        "name" if token.type == tokenize.NAME else text if token.type == tokenize.OP else "number"
    )


def _parted(before: str, text: str) -> bool:
    """Whether a space stands between two tokens that a line end has parted."""
    return not (before in _OPENING or text in _CLOSING or text in _TIGHT or before == ".")


def _is_value(token: tokenize.TokenInfo) -> bool:
    text = token.string
    if token.type == tokenize.NAME:
        return not keyword.iskeyword(text) or text in _VALUES
    return text in _CLOSING or token.type in (tokenize.STRING, tokenize.NUMBER)


def _paired(leaves: list[Leaf]) -> list[Leaf]:
    opened: list[Leaf] = []
    for leaf in leaves:
        if leaf.kind == "(":
            opened.append(leaf)
        elif leaf.kind == ")":
            leaf.mate = opened.pop()
            leaf.mate.mate = leaf
    return leaves


# -- where a line may be broken ------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Inside:
    """What has been read inside one pair of brackets."""

    loops: bool = False
    names_targets: bool = False
    parameters: bool = False


def _rank(leaves: list[Leaf]) -> None:
    around = [_Inside()]
    for place, leaf in enumerate(leaves):
        previous = leaves[place - 1] if place else None
        following = leaves[place + 1] if place + 1 < len(leaves) else None
        here = around[-1]
        if not (here.names_targets or here.parameters):
            leaf.before = _priority(leaf, previous, following, here, is_inner=len(around) > 1)
        if leaf.kind == "(":
            around.append(_Inside())
        elif leaf.kind == ")":
            around.pop()
        elif leaf.kind == "name":
            _note_word(leaf.text, here)
        elif leaf.text == ":":
            here.parameters = False


def _note_word(text: str, here: _Inside) -> None:
    if text == "for":
        here.loops = here.names_targets = True
    elif text == "in":
        here.names_targets = False
    elif text == "lambda":
        here.parameters = True


def _priority(
    leaf: Leaf, previous: Leaf | None, following: Leaf | None, here: _Inside, *, is_inner: bool
) -> int:
    text = leaf.text
    if previous is None:
        return 0
    if text == ",":
        return COMMA
    if leaf.kind == "name":
        return _of_word(text, previous, following, here, is_inner=is_inner)
    if leaf.kind == "text":
        return TEXTS if previous.kind == "text" else 0
    if text == ".":
        return DOT if previous.kind == ")" else 0
    if text in _COMPARISONS:
        return COMPARISON
    is_binary = previous.kind in (")", "text", "number") or (
        previous.kind == "name"
        and (not keyword.iskeyword(previous.text) or previous.text in _VALUES)
    )
    return _ARITHMETIC.get(text, 0) if is_binary else 0


def _of_word(
    text: str, previous: Leaf, following: Leaf | None, here: _Inside, *, is_inner: bool
) -> int:
    if text == "for" and is_inner:
        return COMPREHENSION
    if text == "if":
        return COMPREHENSION if here.loops and is_inner else TERNARY
    if text == "else":
        return TERNARY
    if text in ("and", "or"):
        return LOGIC
    if text == "not":
        return COMPARISON if following is not None and following.text == "in" else 0
    if text == "is" or (text == "in" and previous.text != "not"):
        return COMPARISON
    return 0


# -- brackets that are there in thought ----------------------------------------------------------


def _with_thought_brackets(leaves: list[Leaf]) -> list[Leaf]:
    """Put brackets without text around what may be put in brackets: a value, a condition."""
    start, end = _wrapped(leaves)
    if start >= end:
        return leaves
    first, last = leaves[start], leaves[end - 1]
    inner = leaves[start + 1 : end - 1]
    if first.text == "(" and first.mate is last and not _needs_brackets(inner):
        opening, closing = first, last
        opening.text = closing.text = ""
    else:
        opening = Leaf(text="", kind="(", gap=first.gap, is_atom=True)
        closing = Leaf(text="", kind=")", mate=opening)
        opening.mate = closing
        inner = leaves[start:end]
    inner[0].gap = ""
    if not closing.comment:
        last = inner[-1]
        closing.comment, closing.comment_counts = last.comment, last.comment_counts
        last.comment = ""
    return [*leaves[:start], opening, *inner, closing, *leaves[end:]]


def _needs_brackets(inner: Sequence[Leaf]) -> bool:
    """Whether brackets are more than a way to break a line: a tuple, a generator, `()`."""
    depth = 0
    for leaf in inner:
        if depth == 0 and (leaf.text in (",", "yield") or leaf.before == COMPREHENSION):
            return True
        depth += (leaf.kind == "(") - (leaf.kind == ")")
    return not inner


def _wrapped(leaves: Sequence[Leaf]) -> tuple[int, int]:
    """From where to where a statement has its value or its condition."""
    word, end = leaves[0].text, len(leaves)
    if word in _HEADS:
        return 1, end if word == "return" else end - 1
    if word == "for":
        return _at_top(leaves, "in") + 1, end - 1
    if word in ("def", "class", "else", "try", "except", "finally", "pass"):
        return 0, 0
    equals = [n for n, leaf in _top(leaves) if leaf.kind.endswith("=") and not leaf.before]
    if len(equals) > 1:
        raise Unclear
    return (equals[0] + 1, end) if equals else (0, 0)


def _at_top(leaves: Sequence[Leaf], text: str) -> int:
    found = [n for n, leaf in _top(leaves) if leaf.text == text]
    if not found:
        raise Unclear
    return found[0]


def _top(leaves: Sequence[Leaf]) -> Iterator[tuple[int, Leaf]]:
    """What stands in no brackets."""
    depth = 0
    for number, leaf in enumerate(leaves):
        depth -= leaf.kind == ")"
        if depth == 0:
            yield number, leaf
        depth += leaf.kind == "("
