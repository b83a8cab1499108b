"""`report`: the JSON of several proving runs → one page, or one JSON, with the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from keraslint.commands import Answer, check_report
from keraslint.commands.proof_exhibits import origin
from keraslint.diagnostic import Outcome
from keraslint.report.verdicts.compared_layer import Exhibit
from keraslint.report.verdicts.joined_reports import exhibits_in
from keraslint.report.verdicts.report_file import evidence
from keraslint.settings import ConfigError


@dataclass(frozen=True, slots=True)
class Joining:
    """What was typed: reports in JSON, and the file that is to hold all of them."""

    files: tuple[Path, ...]
    output_file: str | None


def answer(asked: Joining) -> Answer:
    """Join the reports, in the order of the layers' places. Raises `ConfigError`."""
    check_report(asked.output_file)
    exhibits = sorted((one for file in asked.files for one in _read(file)), key=_order)
    counts = Counter(one.verdict.outcome for one in exhibits)
    told = ", ".join(f"{counts[one]} {one.value}" for one in Outcome if counts[one])
    layers = f"{len(exhibits)} {'layer' if len(exhibits) == 1 else 'layers'}"
    done = Answer(
        out=f"{layers} in {len(asked.files)} reports: {told or 'nothing was run'}\n",
        found=bool(counts[Outcome.REFUTED]),
        failed=bool(counts[Outcome.UNKNOWN]) and not counts[Outcome.REFUTED],
    )
    if asked.output_file is None:
        return done
    return replace(done, evidence=evidence(asked.output_file, exhibits, of=origin(Path.cwd())))


def _read(file: Path) -> Sequence[Exhibit]:
    try:
        return exhibits_in(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from None


def _order(one: Exhibit) -> tuple[str, int, str, str]:
    return one.new.path, one.new.line, one.name, one.title
