"""A fix that somebody at an editor wants proved → the verdict, and the fix applied if it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from lsprotocol import types

from keraslint.diagnostic import Diagnostic, Fix, Outcome, Verdict
from keraslint.project.files.source import Source
from keraslint.server.layer_runs import LayerRuns
from keraslint.settings import ConfigError, Settings

PROVE = "keraslint.prove"
CHANGED = "the text has changed since: ask again"
Prove = Callable[[Source, Fix, Settings], Verdict]
Offered = tuple[Source, Fix, Settings]
"""A fix as it was offered: the text that it is for, and how to prove it."""


def provable(found: Iterable[Diagnostic]) -> Iterator[Fix]:
    """The fixes that running their layer may prove, each once."""
    fixes = dict.fromkeys(one.fix for one in found if one.fix is not None)
    return (fix for fix in fixes if fix.layer and not fix.unseen)


class ProofCommand:
    """Proves one fix, and applies it.

    `find` gives a fix by the arguments of the command, or `None` when the text has changed since;
    `change` makes it an edit of the workspace.
    """

    def __init__(
        self,
        runs: LayerRuns,
        prove: Prove,
        find: Callable[[str, int | None, types.Range, str], Offered | None],
        change: Callable[[str, Fix], types.WorkspaceEdit],
    ) -> None:
        self._runs = runs
        self._prove = prove
        self._find = find
        self._change = change
        runs.command(PROVE, self._run)

    def offer(
        self, found: Iterable[Diagnostic], uri: str, version: int | None, place: types.Range
    ) -> Iterator[types.CodeAction]:
        """Offer to prove each fix of what is found at a place."""
        for fix in provable(found):
            title = f"keraslint: Prove by running `{fix.layer}`, then: {fix.message}"
            start, end = place.start, place.end
            at = [start.line, start.character, end.line, end.character]
            told = [uri, version, *at, fix.message]
            command = types.Command(title=title, command=PROVE, arguments=told)
            yield types.CodeAction(title, types.CodeActionKind.QuickFix, command=command)

    async def _run(self, uri: str, version: int | None, *told: Any) -> None:
        *at, message = told
        place = types.Range(types.Position(*at[:2]), types.Position(*at[2:]))
        offered = self._find(uri, version, place, message)
        if offered is None:
            return self._runs.say(CHANGED, good=False)
        source, fix, settings = offered
        try:
            verdict = await self._runs.done(
                f"running `{fix.layer}` before and after",
                partial(self._prove, source, fix, settings),
            )
        except ConfigError as error:
            return self._runs.say(str(error), good=False)
        proved = verdict.outcome is Outcome.PROVED
        told_too = ""
        if proved and self._find(uri, version, place, message) is None:
            told_too = f", but {CHANGED}"
        elif proved:
            self._runs.apply(self._change(uri, fix), fix.message)
            told_too = ", and the fix is applied"
        self._runs.say(f"{_told(verdict)}{told_too}", good=proved)


def _told(verdict: Verdict) -> str:
    word = verdict.outcome.value
    if verdict.outcome is Outcome.PROVED:
        cases = len(verdict.coverage.cases) if verdict.coverage else 0
        ran = f" in {cases} cases" if cases > 1 else ""
        return f"the fix of `{verdict.layer}` is proved{ran}"
    advice = f"; {verdict.advice}" if verdict.advice else ""
    return f"the fix of `{verdict.layer}` is {word}: {verdict.reason}{advice}"
