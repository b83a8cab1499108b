"""A fix that somebody at an editor wants proved → the verdict, and the fix applied if it is.

The server itself runs no code: whoever starts it hands in what proves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import uuid4

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from keraslint.diagnostic import Diagnostic, Fix, Outcome, Verdict
from keraslint.project.files.source import Source
from keraslint.settings import ConfigError, Settings

PROVE = "keraslint.prove"
Prove = Callable[[Source, Fix, Settings], Verdict]
Offered = tuple[Source, Fix, Settings]
"""A fix as it was offered: the text that it is for, and how to prove it."""


def provable(found: Iterable[Diagnostic]) -> Iterator[Fix]:
    """The fixes that running their layer may prove, each once."""
    fixes = dict.fromkeys(one.fix for one in found if one.fix is not None)
    return (fix for fix in fixes if fix.layer and not fix.unseen)


class ProofCommand:
    """Proves in a thread, one fix at a time, while the server goes on.

    `find` gives a fix by the arguments of the command, or `None` when the text has changed since;
    `change` makes it an edit of the workspace.
    """

    def __init__(
        self,
        server: LanguageServer,
        prove: Prove,
        find: Callable[[str, int | None, types.Range, str], Offered | None],
        change: Callable[[str, Fix], types.WorkspaceEdit],
    ) -> None:
        self._server = server
        self._prove = prove
        self._find = find
        self._change = change
        self._turn = asyncio.Lock()
        self._at_work: set[asyncio.Task[None]] = set()

        def run(*arguments: Any) -> None:  # a function: pygls writes on what it is given
            task = asyncio.get_running_loop().create_task(self._run(*arguments))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

        server.command(PROVE)(run)

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
            return self._say("the text has changed since: ask again", proved=False)
        source, fix, settings = offered
        token = await self._begin(fix)
        try:
            async with self._turn:
                verdict = await asyncio.to_thread(self._prove, source, fix, settings)
        except ConfigError as error:
            return self._say(str(error), proved=False)
        finally:
            self._end(token)
        proved = verdict.outcome is Outcome.PROVED
        told_too = ""
        if proved and self._find(uri, version, place, message) is None:
            told_too = ", but the text has changed since: ask again"
        elif proved:
            edit = self._change(uri, fix)
            self._server.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, fix.message))
            told_too = ", and the fix is applied"
        self._say(f"{_told(verdict)}{told_too}", proved=proved)

    async def _begin(self, fix: Fix) -> str | None:
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return None
        token = str(uuid4())
        await self._server.work_done_progress.create_async(token)
        begin = types.WorkDoneProgressBegin(f"keraslint: running `{fix.layer}` before and after")
        self._server.work_done_progress.begin(token, begin)
        return token

    def _end(self, token: str | None) -> None:
        if token is not None:
            self._server.work_done_progress.end(token, types.WorkDoneProgressEnd())

    def _say(self, text: str, *, proved: bool) -> None:
        kind = types.MessageType.Info if proved else types.MessageType.Warning
        self._server.window_show_message(types.ShowMessageParams(kind, f"keraslint: {text}"))


def _told(verdict: Verdict) -> str:
    word = verdict.outcome.value
    if verdict.outcome is Outcome.PROVED:
        cases = len(verdict.coverage.cases) if verdict.coverage else 0
        ran = f" in {cases} cases" if cases > 1 else ""
        return f"the fix of `{verdict.layer}` is proved{ran}"
    advice = f"; {verdict.advice}" if verdict.advice else ""
    return f"the fix of `{verdict.layer}` is {word}: {verdict.reason}{advice}"
