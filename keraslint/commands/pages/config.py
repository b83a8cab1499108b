"""`config`: a key of the configuration, or none → what it is for, or the schema of them all."""

from __future__ import annotations

from difflib import get_close_matches

from keraslint.options import OPTIONS
from keraslint.report.option_docs import options_json, options_text, schema
from keraslint.rules import registry
from keraslint.settings import ConfigError

FIRST = len("KRL")


def options(key: str | None, *, as_json: bool, width: int, colour: bool) -> str:
    """Tell of one option or of all. Raises `ConfigError` for one that does not exist."""
    if key is not None and key not in OPTIONS:
        near = get_close_matches(key, OPTIONS, n=1, cutoff=0.5)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise ConfigError(f"config: unknown key `{key}`{hint}")
    keys = (key,) if key is not None else tuple(sorted(OPTIONS))
    return (
        options_json(keys) if as_json else options_text(keys, width=min(width, 100), colour=colour)
    )


def configuration_schema() -> str:
    """The JSON schema that a configuration fulfils."""
    return schema(selectors())


def selectors() -> tuple[str, ...]:
    """Everything that `matching` takes: `ALL`, codes and what they start with, names."""
    codes = [rule.code for rule in registry()]
    starts = {code[:length] for code in codes for length in range(FIRST, len(code) + 1)}
    return ("ALL", *sorted(starts), *sorted(rule.name for rule in registry()))
