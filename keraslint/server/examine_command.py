"""A layer class at which somebody points in an editor → whether it is healthy, and what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from lsprotocol import types

from keraslint.examination import Condition, Examination, Sign
from keraslint.project.files.source import Source
from keraslint.report.verdicts.examinations import render_examinations
from keraslint.server.layer_runs import LayerRuns
from keraslint.settings import ConfigError, Settings

EXAMINE = "keraslint.examine"
WIDTH = 100
Examine = Callable[[Source, str, Settings], Examination]
Pointed = tuple[Source, Settings]
"""A document as it is now, and its configuration."""


class ExamineCommand:
    """Examines one class of a document; `find` gives the document as it is when it is run."""

    def __init__(
        self, runs: LayerRuns, examine: Examine, find: Callable[[str], Pointed | None]
    ) -> None:
        self._runs = runs
        self._examine = examine
        self._find = find
        runs.command(EXAMINE, self._run)

    def offer(self, layer: str, uri: str) -> Iterator[types.CodeAction]:
        """Offer to examine a class, if there is one."""
        if layer:
            title = f"keraslint: Examine by running `{layer}`: does it train, freeze, save, load …?"
            command = types.Command(title=title, command=EXAMINE, arguments=[uri, layer])
            yield types.CodeAction(title, types.CodeActionKind.Empty, command=command)

    async def _run(self, uri: str, layer: str) -> None:
        pointed = self._find(uri)
        if pointed is None:
            return self._runs.say("the document is no longer open", good=False)
        try:
            found = await self._runs.done(
                f"examining `{layer}`", partial(self._examine, pointed[0], layer, pointed[1])
            )
        except ConfigError as error:
            return self._runs.say(str(error), good=False)
        source = pointed[0]
        self._runs.log(render_examinations([found], {source.path: source}, "full", WIDTH, False))
        self._runs.say(_told(found), good=bool(found.signs) and not found.broken)


def _told(found: Examination) -> str:
    if not found.signs:
        return f"`{found.layer}` was not examined: {found.reason}"
    if not found.broken:
        working = ", ".join(sign.health for sign in found.of(Condition.WORKS))
        return f"`{found.layer}` is healthy: {working}"
    first, *others = found.broken
    more = f"; {len(others)} more in the log" if others else ""
    return f"`{found.layer}` is broken: {_said(first)}{more}"


def _said(sign: Sign) -> str:
    cause = f" ({sign.cause})" if sign.code else ""
    return f"{sign.health}: {sign.detail}{cause}"
