"""What an editor has run → one layer after the other, in a thread, with progress and a last word.

The server itself runs no code: whoever starts it hands in what does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import uuid4

from lsprotocol import types
from pygls.lsp.server import LanguageServer

_Result = TypeVar("_Result")


class LayerRuns:
    """The commands that run layers; while one is at work the server goes on."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._turn = asyncio.Lock()
        self._at_work: set[asyncio.Task[None]] = set()

    def command(self, name: str, run: Callable[..., Coroutine[Any, Any, None]]) -> None:
        """Have a command of this name start something, with the arguments it comes with."""

        def start(*arguments: Any) -> None:  # a function: pygls writes on what it is given
            task = asyncio.get_running_loop().create_task(run(*arguments))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

        self._server.command(name)(start)

    async def done(self, title: str, work: Callable[[], _Result]) -> _Result:
        """Do some work in a thread when its turn has come. Raises what it raises."""
        token = await self._begin(title)
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            if token is not None:
                self._server.work_done_progress.end(token, types.WorkDoneProgressEnd())

    async def _begin(self, title: str) -> str | None:
        window = self._server.client_capabilities.window
        if window is None or not window.work_done_progress:
            return None
        token = str(uuid4())
        await self._server.work_done_progress.create_async(token)
        begin = types.WorkDoneProgressBegin(f"keraslint: {title}")
        self._server.work_done_progress.begin(token, begin)
        return token

    def apply(self, edit: types.WorkspaceEdit, label: str) -> None:
        """Have the editor change its texts."""
        self._server.workspace_apply_edit(types.ApplyWorkspaceEditParams(edit, label))

    def say(self, text: str, *, good: bool) -> None:
        """Show somebody a line."""
        kind = types.MessageType.Info if good else types.MessageType.Warning
        self._server.window_show_message(types.ShowMessageParams(kind, f"keraslint: {text}"))

    def log(self, text: str) -> None:
        """Leave a longer text where an editor keeps such."""
        self._server.window_log_message(types.LogMessageParams(types.MessageType.Info, text))
