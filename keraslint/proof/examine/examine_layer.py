"""A layer's file and how to run it → an examination, measured in the prover's child."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from keraslint.diagnostic import WeightSeen
from keraslint.examination import Examination, Part
from keraslint.proof.child_process import Gone
from keraslint.proof.claim import Claim, ProofOptions, before_job
from keraslint.proof.coverage.judged import Version, judged
from keraslint.proof.failed_replies import why_not
from keraslint.proof.prove import Prover

from .healths import signs_of

ABSTRACT = "abstract"


def examine(prover: Prover, claim: Claim, line: int, options: ProofOptions) -> Examination:
    """Look at the version before of a claim; `line` is the first of its class."""
    started = time.monotonic()
    found = Examination(layer=claim.layer, path=str(claim.path), line=line)
    try:
        reply = prover.measured({**before_job(claim, options), "examine": True})
    except Gone as error:
        return replace(found, reason=str(error))
    found = replace(
        found, environment=prover.environment(claim.keras), seconds=time.monotonic() - started
    )
    wrong = why_not(reply, options.timeout)
    if wrong:
        is_abstract = bool((reply["answer"] or {}).get(ABSTRACT))
        return replace(found, reason=wrong, abstract=is_abstract)
    cases = reply["answer"]["cases"]
    return replace(
        found,
        signs=signs_of(cases),
        recipe="\n".join(dict.fromkeys(case["recipe"] for case in cases)),
        never=_never(claim, reply["answer"]),
        weights=weights_of(cases[0]),
        parts=parts_of(cases),
    )


def parts_of(cases: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The classes that were at work in any case."""
    found = (
        Part(at=at, file=file, name=name.rpartition("<locals>.")[2])
        for case in cases
        for at, file, name in case["parts"]
    )
    return tuple(dict.fromkeys(found))


def weights_of(case: Mapping[str, Any]) -> tuple[WeightSeen, ...]:
    """The weights that a case has shown."""
    return tuple(
        WeightSeen(
            path=one["key"],
            shape=tuple(one["shape"]),
            dtype=one["dtype"],
            trainable=one["trainable"],
        )
        for one in case["facts"].get("weights") or ()
        if not one["seed"]
    )


def _never(claim: Claim, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the class no case has run: a version that is compared with itself tells."""
    path: Path = claim.path
    version = Version(
        text=claim.before,
        layer=claim.layer,
        path=os.path.realpath(path),
        name=path.name,
        answer=answer,
        around={},
    )
    found = judged(version, version, answer["cases"], answer["cases"])
    return found.coverage.never if found else ()
