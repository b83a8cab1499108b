"""Layers in two versions → the text of a report file, in the format that its name asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from keraslint.report.html.proof_page import UNKNOWN, Origin, page
from keraslint.report.json_record import compared
from keraslint.report.verdicts.compared_layer import Exhibit

_PAGES = (".html", ".htm")


def is_known(file: str) -> bool:
    """Tell whether a report can be written to a file of this name."""
    return Path(file).suffix.lower() in (*_PAGES, ".json")


def evidence(
    file: str, exhibits: Sequence[Exhibit], notes: Sequence[str] = (), of: Origin = UNKNOWN
) -> str:
    """Render a page for people, or the same as JSON."""
    if Path(file).suffix.lower() in _PAGES:
        return page(exhibits, notes, of)
    return json.dumps([compared(one) for one in exhibits], indent=2) + "\n"
