"""The name of an editor → the page that says how keraslint is used in it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path

from keraslint.report.listing import listing
from keraslint.report.rule_pages import wrapped
from keraslint.settings import ConfigError

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_FOLDER = Path(__file__).parent.parent.parent / "editors"


def page(editor: str | None, *, width: int, colour: bool) -> str:
    """The page of an editor, or the list of pages.

    Raises:
        ConfigError: there is no such page.
    """
    known = sorted(path.stem for path in _FOLDER.glob("*.md"))
    if editor is None:
        ways = {name: "; ".join(_HEADING.findall(_text(name))) for name in known}
        title = "`keraslint editors NAME` prints a page:"
        return listing(title, ways, width=min(width, 100), colour=colour)
    name = editor.lower()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else f" (there are {', '.join(known)})"
        raise ConfigError(f"no page for the editor `{editor}`{hint}")
    return wrapped(_text(name), width=min(width, 100), colour=colour)


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")
