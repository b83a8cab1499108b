"""The options of the configuration → what tells of them: text, JSON, or a JSON schema."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from keraslint.options import OPTIONS
from keraslint.report import format_names
from keraslint.report.palette import Palette
from keraslint.settings import Settings

SELECTORS = frozenset(
    {"select", "extend-select", "ignore", "fixable", "extend-fixable", "unfixable"}
)
BY_FILE = frozenset({"per-file-ignores", "extend-per-file-ignores"})
_DRAFT = "http://json-schema.org/draft-07/schema#"


def options_text(keys: Iterable[str], *, width: int, colour: bool) -> str:
    """Tell of options for people."""
    return "\n".join(_paragraph(key, width, Palette(colour)) for key in keys)


def options_json(keys: Iterable[str]) -> str:
    """Tell of options for programs."""
    records = [
        {
            "key": key,
            "description": f"{OPTIONS[key].says}.",
            "must_be": OPTIONS[key].kind.must_be.replace("`", ""),
            "default": _default(key),
        }
        for key in keys
    ]
    return json.dumps(records, indent=2) + "\n"


def schema(words: Sequence[str]) -> str:
    """The JSON schema of a configuration; `words` are all that can select a rule."""
    content = {
        "$schema": _DRAFT,
        "title": "keraslint",
        "description": "The keys of `[tool.keraslint]`, and of keraslint.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(key, words) for key in sorted(OPTIONS)},
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _property(key: str, words: Sequence[str]) -> dict[str, Any]:
    option = OPTIONS[key]
    told: dict[str, Any] = {"description": f"{option.says}.", **option.kind.schema}
    word = {"type": "string", "enum": list(words)}
    if key in SELECTORS:
        told["items"] = word
    if key in BY_FILE:
        told["additionalProperties"] = {"anyOf": [word, {"type": "array", "items": word}]}
    if key == "severity":
        told["propertyNames"] = {"enum": list(words)}
    if key == "output-format":
        told["enum"] = list(format_names())
    default = _default(key)
    return told if default is None else {**told, "default": default}


def _default(key: str) -> object:
    value = getattr(Settings(), key.replace("-", "_"))
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _paragraph(key: str, width: int, palette: Palette) -> str:
    default, unset = _default(key), OPTIONS[key].unset
    shown = json.dumps(default, ensure_ascii=False)
    if default is None:
        shown = f"not set ({unset})" if unset else "not set"
    must_be = OPTIONS[key].kind.must_be
    if key == "output-format":
        must_be = f"one of {', '.join(format_names())}"
    lines = (f"{OPTIONS[key].says}.", f"It must be {must_be}.", f"Default: {shown}")
    fill = textwrap.TextWrapper(width, initial_indent="  ", subsequent_indent="    ")
    fill.break_on_hyphens = fill.break_long_words = False
    told = [piece for line in lines for piece in fill.wrap(line)]
    return "\n".join([palette.bold(key), *told]) + "\n"
