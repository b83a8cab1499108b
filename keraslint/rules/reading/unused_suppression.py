"""Remove the comment, or the code in it: it suppresses nothing any more.

## What it does

Reports comments that are meant to suppress findings of keraslint and suppress none: its codes in
`# noqa: KRL101`, and `# keraslint: ignore[...]` or `# keraslint: file-ignore[...]`. A name that no
rule has is reported as well: it is probably misspelt.

## Why

A comment that suppresses nothing today hides the next finding on its line. And it tells its reader
of a problem that is not there.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units)  # noqa: E501, KRL101

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units)  # noqa: E501

    def build(self, input_shape):
        self.dense.build(input_shape)

    def call(self, x):
        return self.dense(x)
```

## Fix safety

The fix removes the names that suppress nothing, and the comment with its reason when no name is
left. Codes of other tools stay, in their order. It is safe. For a name that no rule has there is no
fix: mending the name may be what is wanted.

A comment is judged only when this run can know:

- a bare `# noqa` never, since another linter may need it;
- a code of another tool never;
- a rule that is not on in the file never (a prefix such as `KRL1`: unless all its rules are on);
- a bare `# keraslint: ignore` only when every rule is on;
- nothing in a class with a base that cannot be found, nor in a method that calls something that
  cannot: where that package is installed, there may be something to silence.

Tell ruff in turn that our codes are not its own, or its RUF100 and RUF102 remove them:

```toml
[tool.ruff.lint]
external = ["KRL"]
```

## What is proved

Nothing: a comment does not run.

## When not to use it

When the same files are also linted by another version of keraslint, or where Keras is found under
another name. One comment is kept by naming the rule in it: `# noqa: KRL101, KRL001`.

## Errors this prevents

A finding that nobody sees, because an old comment hides it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from keraslint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Span
from keraslint.project.files.source import Source
from keraslint.project.files.suppressions import Suppression
from keraslint.rules import Rule, registry

_OURS = "KRL"


def unused(
    comments: Iterable[Suppression],
    found: Collection[Diagnostic],
    on: Collection[str],
    source: Source,
) -> Iterator[Diagnostic]:
    """Judge each comment by what was found in its file before any was silenced.

    `on` holds the codes of the rules that looked at the file.
    """
    for comment in comments:
        unknown = [name for name in comment.names or () if _is_ours(comment, name)]
        unknown = [name for name in unknown if not _meant(comment, name)]
        idle = [name for name in comment.names or () if _is_idle(comment, name, found, on)]
        whole = _is_wholly_idle(comment, found, on)
        if whole or unknown or idle:
            yield Diagnostic(
                code=rule.code,
                name=rule.name,
                message=_message(comment, unknown, idle),
                path=source.path,
                span=comment.span,
                fix=None if unknown else _fix(comment, idle, source),
                why_no_fix="the name may be misspelt" if unknown else "",
            )


def _is_ours(comment: Suppression, name: str) -> bool:
    return not comment.by_prefix or name.startswith(_OURS)


def _meant(comment: Suppression, name: str) -> frozenset[str]:
    return frozenset(one.code for one in registry() if comment.means(name, one.code, one.name))


def _is_idle(
    comment: Suppression, name: str, found: Iterable[Diagnostic], on: Collection[str]
) -> bool:
    """Whether all the rules that a name means have looked, and found nothing there."""
    codes = _meant(comment, name) if _is_ours(comment, name) else frozenset()
    if not codes or rule.code in codes or not codes.issubset(on):
        return False
    return not any(one.code in codes and comment.touches(one) for one in found)


def _is_wholly_idle(comment: Suppression, found: Iterable[Diagnostic], on: Collection[str]) -> bool:
    """Whether a comment of ours names no rule, and so speaks of all of them or of none."""
    if comment.by_prefix or comment.names:
        return False
    all_on = {one.code for one in registry()}.issubset(on)
    return comment.names is not None or (all_on and not any(map(comment.touches, found)))


def _message(comment: Suppression, unknown: list[str], idle: list[str]) -> str:
    parts = [f"`{name}` in this comment is no rule{_hint(name)}" for name in unknown]
    if idle:
        verb = "silences" if len(set(idle)) == 1 else "silence"
        parts.append(f"{_listed(idle)} in this comment {verb} nothing")
    return "; ".join(parts) or f"`{comment.text}` silences nothing"


def _hint(name: str) -> str:
    known = [word for one in registry() for word in (one.code, one.name)]
    near = get_close_matches(name, known, n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def _fix(comment: Suppression, removed: Collection[str], source: Source) -> Fix:
    kept = [name for name in dict.fromkeys(comment.names or ()) if name not in removed]
    edit, message = Edit(_stretch(comment, source), ""), "Remove the comment"
    if kept:
        edit = Edit(comment.span, comment.with_names(kept))
        message = f"Remove {_listed(removed)} from the comment"
    return Fix(applicability=Applicability.SAFE, message=message, edits=(edit,), layer="")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))


def _stretch(comment: Suppression, source: Source) -> Span:
    """The comment with its reason, and the space or the line that it leaves empty."""
    start, end = comment.span.start, comment.span.end
    line = source.line(start.line)
    before, reason, rest = line[: start.column - 1], *_split(line[end.column - 1 :])
    if rest:
        return Span(start, Position(end.line, end.column + len(reason)))
    if not before.strip():
        return Span(Position(start.line, 1), Position(start.line + 1, 1))
    return Span(Position(start.line, len(before.rstrip()) + 1), Position(end.line, len(line) + 1))


def _split(after: str) -> tuple[str, str]:
    """Part a reason from the next comment on the same line."""
    reason, mark, rest = after.partition("#")
    return reason, mark + rest


rule = Rule(
    code="KRL001",
    name="unused-suppression",
    summary="A suppression comment suppresses nothing",
    page=__doc__,
    fixable="sometimes",
)
