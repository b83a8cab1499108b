"""`clean`: a configuration → its cache's folder removed, as an answer that names it."""

from __future__ import annotations

import shutil
from pathlib import Path

from keraslint.cache import is_ours
from keraslint.commands import Answer
from keraslint.settings import ConfigError, load, shown


def cleaned(
    config: tuple[str, ...], isolated: bool, cache_dir: str | None, no_cache: bool
) -> Answer:
    """Remove the cache's folder. Raises `ConfigError` where it holds what is not ours."""
    settings = load(Path.cwd(), config=config, isolated=isolated, flags={"cache-dir": cache_dir})
    folder = settings.path(settings.cache_dir)
    if not folder.exists():
        return Answer(out=f"There is no cache at `{shown(folder)}`.\n")
    if not is_ours(folder):
        raise ConfigError(f"{shown(folder)}: not a cache of keraslint; nothing was removed")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise ConfigError(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None
    return Answer(out=f"Removed the cache at `{shown(folder)}`.\n")
