"""Settings → the text that shows them, one `key = value` per line, as TOML writes values."""

from __future__ import annotations

import json
from collections.abc import Mapping

from keraslint.options import OPTIONS
from keraslint.project.files.python_environment import Environment
from keraslint.project.files.requirements import Requirement
from keraslint.settings import Settings


def configuration(
    settings: Settings,
    codes: frozenset[str],
    environment: Environment | None = None,
    required: Requirement | None = None,
) -> str:
    """Show where the settings come from, every option, and the rules that are on."""
    lines = [f"# from {settings.file or 'defaults'}; paths are relative to {settings.root}"]
    for key in sorted(OPTIONS):
        value = getattr(settings, key.replace("-", "_"))
        flag = getattr(settings.flags, key.replace("-", "_"), None)
        line = f"# {key} is not set" if value is None else f"{key} = {_toml(value)}"
        lines.append(line + (f"  # command line: {_toml(flag)}" if flag else ""))
    lines.append(f"# {_packages(environment)}")
    if required is not None and settings.keras is None:
        lines.append(f"# written for Keras {required.keras} ({required.says})")
    lines.append(f"# rules that are on: {', '.join(sorted(codes)) or 'none'}")
    return "".join(f"{line}\n" for line in lines)


def _packages(environment: Environment | None) -> str:
    """Say where the project's packages are read, and who says so."""
    if environment is None:
        return "packages of the project: none found; `--python path` shows keraslint where they are"
    folders = ", ".join(map(str, environment.folders)) or "no folder of packages"
    return f"packages of the project: {folders} (from {environment.told_by})"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    return json.dumps(value, ensure_ascii=False)
