"""A verdict → the answer to: will a checkpoint saved by the old code load into the new code?"""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.diagnostic import OldFile, Outcome, Verdict

QUESTION = "Will the checkpoint saved by the old code load into the new code?"


def has_answer(verdict: Verdict) -> bool:
    """Tell whether the question makes sense: not where nothing could be run."""
    return bool(verdict.old_files) or verdict.outcome is not Outcome.UNKNOWN


def checkpoint_answer(verdict: Verdict) -> str:
    """Answer `yes`, `no` with what is lost, or `unknown` with the reason."""
    lost = [one for one in verdict.old_files if one.loads is False and one.loaded]
    loads = [one for one in verdict.old_files if one.loads]
    never = [one for one in verdict.old_files if one.loads is False and not one.loaded]
    if lost:
        still = f"; nothing is lost from {_plain(loads)}" if loads else ""
        return f"no: {'; '.join(_told(lost))}{still}"
    if loads:
        more = f"; not {_kinds(never)}, which the old code cannot load either" if never else ""
        return f"yes ({_plain(loads)}{more})"
    if never:
        return f"no, nor into the old code: {never[0].kind}: {never[0].detail}"
    return f"unknown: {_why(verdict)}"


def _told(lost: list[OldFile]) -> Iterator[str]:
    """Say what is lost, once for all the kinds of files that lose the same."""
    for detail in dict.fromkeys(one.detail for one in lost):
        yield f"{_plain([one for one in lost if one.detail == detail])}: {detail}"


def _kinds(files: list[OldFile]) -> str:
    *others, last = (one.kind for one in files)
    return f"{', '.join(others)} and {last}" if others else last


def _plain(files: list[OldFile]) -> str:
    """Name the kinds in general, where the general one is among them: exceptions are told apart."""
    kinds = [one.kind for one in files]
    general = {kind for kind in kinds if " of " not in kind}
    return ", ".join(k for k in kinds if k in general or k.partition(" of ")[0] not in general)


def _why(verdict: Verdict) -> str:
    if verdict.outcome is not Outcome.PROVED and verdict.reason:
        return verdict.reason
    return "no file of the old version could be saved"
