"""The JSON of a `--report` file → the layers that it shows, for a page about several runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keraslint.diagnostic import Verdict
from keraslint.plain_data import revived
from keraslint.project.facts.class_texts import Clip
from keraslint.report.verdicts.compared_layer import Exhibit
from keraslint.settings import shown


def exhibits_in(text: str) -> tuple[Exhibit, ...]:
    """Read what `--report FILE.json` wrote.

    Raises:
        ValueError: the text is not that.
    """
    try:
        told = json.loads(text)
        if not isinstance(told, list):
            raise TypeError("no list")
        return tuple(_exhibit(one) for one in told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("not a report that `--report FILE.json` wrote") from error


def _exhibit(told: Mapping[str, Any]) -> Exhibit:
    checks = [{**check, "about": check["about"] or ""} for check in told["checks"]]
    verdict: Verdict = revived(Verdict, {**told, "checks": checks})
    return Exhibit(
        old=Clip(
            path=shown(Path(told["old_filename"])),
            layer=told["old_layer"],
            line=told["old_row"],
            text=told["old_text"],
        ),
        new=Clip(
            path=shown(Path(told["filename"])),
            layer=told["layer"],
            line=told["row"],
            text=told["text"],
        ),
        verdict=verdict,
        fate=told["fate"] or "",
        code=told["code"] or "",
        title=told["title"] or "",
    )
