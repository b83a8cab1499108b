"""The name of a guide → its page, as it is stored: to be read, or to be copied from."""

from __future__ import annotations

from pathlib import Path

from keraslint.config import ConfigError

GUIDES = Path(__file__).parent.parent / "guides"


def guide(name: str | None) -> str:
    """Return a page, or without a name the list of them. Raises `ConfigError`."""
    pages = {page.stem: page.read_text(encoding="utf-8") for page in sorted(GUIDES.glob("*.md"))}
    if name is None:
        lines = (f"{one:<16}{_title(text)}\n" for one, text in pages.items())
        return "".join(lines)
    if name not in pages:
        raise ConfigError(f"there is no guide `{name}`, but there are {', '.join(pages)}")
    return pages[name]


def _title(text: str) -> str:
    return text.split("\n", maxsplit=1)[0].removeprefix("# ")
