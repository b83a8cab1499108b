"""An editor for tests: starts `keraslint server`, and speaks the protocol with it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
SERVER = (sys.executable, "-m", "keraslint", "server")
OURS = {**os.environ, "PYTHONPATH": str(ROOT)}
Json = dict[str, Any]
ASKING: Json = {
    "textDocument": {"diagnostic": {}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}
"""Of an editor that asks for findings, and is not told them unasked."""
WATCHING: Json = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}


class Editor:
    """Holds documents open; whoever asks for something waits until it is told, or fails."""

    def __init__(
        self,
        folder: Path | None,
        *flags: str,
        capabilities: Mapping[str, Any] | None = None,
        cwd: Path | None = None,
        command: Sequence[str] = SERVER,
        env: Mapping[str, str] = OURS,
    ) -> None:
        self.process = subprocess.Popen(
            [*command, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=cwd or folder,
            env=env,
        )
        self.told: list[Json] = []
        self._heard: queue.Queue[Json | None] = queue.Queue()
        self._number = 0
        self._versions: dict[str, int] = {}
        self._ears = threading.Thread(target=self._listen, daemon=True)
        self._ears.start()
        uri = folder.as_uri() if folder else None
        asked = {"processId": None, "rootUri": uri, "capabilities": dict(capabilities or {})}
        self.able = self.ask("initialize", asked)["capabilities"]
        self.tell("initialized", {})

    def __enter__(self) -> Editor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None and kind is None:
            self.leave()
        self.process.kill()
        self.process.wait()
        self._ears.join()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                assert stream is not None
                stream.close()

    def leave(self) -> int:
        """Say goodbye; the exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(PATIENCE)

    # -- messages --------------------------------------------------------------------------

    def tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: object) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        answer = self.hear(lambda told: told.get("id") == number and "method" not in told)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def hear(self, wanted: Callable[[Json], bool], patience: float = PATIENCE) -> Json:
        """The next message of a kind; the others are kept in `told`."""
        while True:
            message = self._heard.get(timeout=patience)
            assert message is not None, "the server has gone"
            self.told.append(message)
            if "id" in message and "method" in message:  # a request: any answer will do
                self._send({"id": message["id"], "result": None})
            if wanted(message):
                return message

    def _send(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._heard.put(json.loads(stream.read(length)))
        self._heard.put(None)

    # -- documents -------------------------------------------------------------------------

    def open(self, uri: str, text: str, language: str = "python") -> list[Json]:
        """Open a document; what is found in it."""
        self.show(uri, text, language)
        return self.found(uri)

    def show(self, uri: str, text: str, language: str = "python") -> None:
        self._versions[uri] = 1
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, text: str) -> list[Json]:
        """Type a text; what is found in it."""
        self.type(uri, text)
        return self.found(uri)

    def type(self, uri: str, text: str, at: Json | None = None) -> None:
        """Type a text in place of the whole, or of what is `at` a range."""
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        change = {"text": text} if at is None else {"text": text, "range": at}
        params = {"textDocument": document, "contentChanges": [change]}
        self.tell("textDocument/didChange", params)

    def found(self, uri: str) -> list[Json]:
        """The findings in a document as soon as they are told for its latest version."""
        message = self.hear(
            lambda told: (
                told.get("method") == "textDocument/publishDiagnostics"
                and told["params"]["uri"] == uri
                and told["params"].get("version") in (None, self._versions[uri])
            )
        )
        found: list[Json] = message["params"]["diagnostics"]
        return found

    def pull(self, uri: str) -> list[Json]:
        """The findings in a document, asked for."""
        report = self.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert report["kind"] == "full"
        found: list[Json] = report["items"]
        return found

    def actions(self, uri: str, place: Json, only: Sequence[str] | None = None) -> list[Json]:
        """What can be done at a place."""
        context: Json = {"diagnostics": []}
        if only is not None:
            context["only"] = list(only)
        params = {"textDocument": {"uri": uri}, "range": place, "context": context}
        told: list[Json] = self.ask("textDocument/codeAction", params)
        return told

    def hover(self, uri: str, line: int, character: int) -> str:
        position = {"line": line, "character": character}
        told = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
        return str(told["contents"]["value"]) if told else ""

    def save(self, uri: str) -> None:
        self.tell("textDocument/didSave", {"textDocument": {"uri": uri}})


def edited(text: str, edits: Sequence[Json], encoding: str = "utf-16") -> str:
    """Apply a server's edits as an editor would: lines end at line feeds and carriage returns."""
    starts = [0]
    for number, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[number + 1 : number + 2] != "\n"):
            starts.append(number + 1)
    codec, unit = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[
        encoding
    ]

    def offset(place: Json) -> int:
        start = starts[place["line"]]
        line = text[start : starts[place["line"] + 1] if place["line"] + 1 < len(starts) else None]
        return start + len(line.encode(codec)[: place["character"] * unit].decode(codec))

    for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


def edits_of(action: Json, uri: str) -> list[Json]:
    """The edits that an action makes in one document, however they are written down."""
    edit = action["edit"]
    if "changes" in edit:
        found: list[Json] = edit["changes"][uri]
        return found
    (change,) = [one for one in edit["documentChanges"] if one["textDocument"]["uri"] == uri]
    return list(change["edits"])
