"""The name of a guide → its page, as it is stored: to be read, or to be copied from."""

from __future__ import annotations

from pathlib import Path

from keraslint.report.listing import listing
from keraslint.settings import ConfigError

GUIDES = Path(__file__).parent.parent.parent / "guides"


def guide(name: str | None, *, width: int, colour: bool) -> str:
    """Return a page, or without a name the list of them. Raises `ConfigError`."""
    pages = {page.stem: page.read_text(encoding="utf-8") for page in sorted(GUIDES.glob("*.md"))}
    if name is None:
        titles = {one: _title(text) for one, text in pages.items()}
        title = "`keraslint guide NAME` prints a page:"
        return listing(title, titles, width=width, colour=colour)
    if name not in pages:
        raise ConfigError(f"there is no guide `{name}`, but there are {', '.join(pages)}")
    return pages[name]


def _title(text: str) -> str:
    return text.split("\n", maxsplit=1)[0].removeprefix("# ")
