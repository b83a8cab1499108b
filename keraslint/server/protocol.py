"""Messages of the language server protocol → the desk and back again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from keraslint import __version__
from keraslint.diagnostic import Fix, Span
from keraslint.project.files.source import typed
from keraslint.server.examine_command import Examine, ExamineCommand, Pointed
from keraslint.server.layer_runs import LayerRuns
from keraslint.server.open_documents import Desk, Document
from keraslint.server.positions import Places, after, line_edits
from keraslint.server.project_lookup import Asked, is_configuration
from keraslint.server.proof_command import Offered, ProofCommand, Prove
from keraslint.server.protocol_values import (
    FIX_ALL,
    QUICK_FIX,
    SOURCE,
    Actions,
    diagnostic,
    hover,
    wanted,
)

PAUSE, SLOW, LONGEST = 0.01, 0.1, 0.5
"""Seconds to wait for the next key: a short while, or as long as a slow file takes."""
OTHERS = 0.3
"""Seconds of quiet after which the other open documents are looked at."""
_log = logging.getLogger(__name__)


def start(asked: Asked, prove: Prove | None = None, examine: Examine | None = None) -> None:
    """Serve one editor, through standard input and output; what runs layers is handed in."""
    _Wire(asked, prove, examine).server.start_io()


class _Wire:
    """One editor at the other end; everything happens in one thread, one message at a time."""

    def __init__(self, asked: Asked, prove: Prove | None, examine: Examine | None) -> None:
        self.server = LanguageServer(
            SOURCE, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental
        )
        self._desk = Desk(asked, self._folders, self._complain, self._tell)
        self._uris: dict[str, str] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._said: dict[str, list[types.Diagnostic]] = {}
        self._watched = False
        runs = LayerRuns(self.server)
        self._proofs = ProofCommand(runs, prove, self._fix_of, self._fixed) if prove else None
        self._examinations = ExamineCommand(runs, examine, self._pointed) if examine else None
        self._listen()

    def _listen(self) -> None:
        answer = self._answer
        answer(types.INITIALIZED, self._initialized)
        answer(types.TEXT_DOCUMENT_DID_OPEN, self._opened)
        answer(types.TEXT_DOCUMENT_DID_CHANGE, self._changed)
        answer(types.TEXT_DOCUMENT_DID_SAVE, self._saved)
        answer(types.TEXT_DOCUMENT_DID_CLOSE, self._closed)
        answer(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._files_changed)
        answer(types.WORKSPACE_DID_CHANGE_CONFIGURATION, self._settings_changed)
        options = types.CodeActionOptions([QUICK_FIX, FIX_ALL], resolve_provider=True)
        answer(types.TEXT_DOCUMENT_CODE_ACTION, self._actions, options)
        answer(types.CODE_ACTION_RESOLVE, self._resolve)
        answer(types.TEXT_DOCUMENT_HOVER, self._hover)
        between_files = types.DiagnosticOptions(True, workspace_diagnostics=False)
        answer(types.TEXT_DOCUMENT_DIAGNOSTIC, self._pulled, between_files)

    def _answer(self, method: str, how: Callable[[Any], Any], options: object = None) -> None:
        def handler(params: Any) -> Any:  # a function: pygls writes on what it is given
            return how(params)

        self.server.feature(method, options)(handler)

    # -- the editor's words ----------------------------------------------------------------

    def _initialized(self, _: types.InitializedParams) -> None:
        workspace = self.server.client_capabilities.workspace
        able = workspace.did_change_watched_files if workspace else None
        if able is None or not able.dynamic_registration:
            return
        self._watched = True
        globs = (
            "**/*.py",
            "**/*.ipynb",
            "**/pyproject.toml",
            "**/keraslint.toml",
            "**/.keraslint.toml",
        )
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(glob) for glob in globs]
        )
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        self.server.client_register_capability(
            types.RegistrationParams([types.Registration("keraslint-files", method, options)])
        )

    def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        path = _path(item.uri)
        if item.language_id != "python" and not path.endswith(".py"):
            return
        self._uris[path] = item.uri
        self._desk.lay(path, item.version, typed(item.text, path))
        self._soon(path, LONGEST if self._pulls() else 0)

    def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        path = _path(params.text_document.uri)
        document = self._desk.documents.get(path)
        if document is None:
            return
        source = document.source
        for change in params.content_changes:
            source = typed(after(source, change, self._encoding), path)
        self._desk.lay(path, params.text_document.version, source)
        slow = document.seconds > SLOW
        soon = min(document.seconds, LONGEST) if slow else PAUSE
        self._soon(path, LONGEST if self._pulls() else soon)

    def _saved(self, _: types.DidSaveTextDocumentParams) -> None:
        if not self._watched:
            self._desk.look_around()
        self._all_soon(PAUSE)

    def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        path = _path(params.text_document.uri)
        if path in self._desk.documents:
            self._desk.clear(path)
            self._cancel(path)
            self._said.pop(path, None)
            if not self._pulls():
                self._publish(path, None, [])
            self._uris.pop(path, None)
            self._all_soon(OTHERS)

    def _files_changed(self, params: types.DidChangeWatchedFilesParams) -> None:
        changed = self._desk.look_around()
        if changed or any(is_configuration(_path(change.uri)) for change in params.changes):
            self._all_soon(PAUSE)

    def _settings_changed(self, _: types.DidChangeConfigurationParams) -> None:
        self._all_soon(PAUSE)

    def _actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        document = self._looked_at(params.text_document.uri)
        if document is None:
            return []
        places, only = self._places(document), params.context.only
        actions = Actions(
            source=document.source, places=places, edit=lambda edits: self._edit(document, edits)
        )
        told: list[types.CodeAction] = []
        if wanted(QUICK_FIX, only):
            here = self._desk.cured(document, places.span(params.range))
            offered = [one for one in here if self._desk.offered(document, one)]
            told += actions.fixes(offered)
            if self._proofs is not None:
                uri, version = params.text_document.uri, document.version
                told += self._proofs.offer(offered, uri, version, params.range)
            told += actions.ignores(here)
        if wanted(types.CodeActionKind.Empty.value, only) and self._examinations is not None:
            layer = self._desk.layer_at(document, places.span(params.range))
            told += self._examinations.offer(layer, params.text_document.uri)
        if wanted(FIX_ALL, only) and self._desk.may_mend(document):
            every = types.CodeAction(f"{SOURCE}: Fix all safe problems", FIX_ALL)
            every.data = params.text_document.uri
            if self._resolves() or self._resolve(every).edit is not None:
                told.append(every)
        return told

    def _resolve(self, action: types.CodeAction) -> types.CodeAction:
        """Work out the edit of a fix of everything, which takes too long to be done for nothing."""
        document = self._looked_at(str(action.data))
        if document is not None and action.kind == FIX_ALL:
            places, new = self._places(document), self._desk.mended(document)
            edits = [places.edit(edit) for edit in line_edits(document.source, new)]
            action.edit = self._edit(document, edits) if edits else None
        return action

    def _fix_of(
        self, uri: str, version: int | None, place: types.Range, message: str
    ) -> Offered | None:
        """A fix that was offered, if its document has not changed since."""
        document = self._looked_at(uri)
        if document is None or document.version != version:
            return None
        found = self._desk.cured(document, self._places(document).span(place))
        fixes = [one.fix for one in found if one.fix and one.fix.message == message]
        settings = self._desk.settings(document)
        return (document.source, fixes[0], settings) if fixes else None

    def _pointed(self, uri: str) -> Pointed | None:
        document = self._looked_at(uri)
        return (document.source, self._desk.settings(document)) if document else None

    def _fixed(self, uri: str, fix: Fix) -> types.WorkspaceEdit:
        document = self._desk.documents[_path(uri)]
        places = self._places(document)
        return self._edit(document, [places.edit(edit) for edit in fix.edits])

    def _hover(self, params: types.HoverParams) -> types.Hover | None:
        document = self._looked_at(params.text_document.uri)
        if document is None:
            return None
        position = self._places(document).position(params.position)
        found = self._desk.cured(document, Span(position, position))
        text = hover(found, document.source, position)
        markdown = types.MarkupContent(types.MarkupKind.Markdown, text)
        return types.Hover(markdown) if text else None

    def _pulled(
        self, params: types.DocumentDiagnosticParams
    ) -> types.RelatedFullDocumentDiagnosticReport:
        path = _path(params.text_document.uri)
        document = self._desk.documents.get(path)
        if document is None:
            return types.RelatedFullDocumentDiagnosticReport([])
        self._cancel(path)
        self._said[path] = self._found(document)
        self._all_soon(OTHERS, but=path)
        return types.RelatedFullDocumentDiagnosticReport(self._said[path])

    def _looked_at(self, uri: str) -> Document | None:
        """A document of which is known what is in it now, not only before the latest key."""
        path = _path(uri)
        if path in self._timers:
            self._cancel(path)
            self._look(path, alone=False)
        return self._desk.documents.get(path)

    # -- our words -------------------------------------------------------------------------

    def _soon(self, path: str, seconds: float, *, alone: bool = False) -> None:
        """Look at a document in a while, unless it changes again before that."""
        self._cancel(path)
        loop = asyncio.get_running_loop()
        self._timers[path] = loop.call_later(seconds, partial(self._look, path, alone=alone))

    def _all_soon(self, seconds: float, *, but: str = "") -> None:
        for path in self._desk.documents:
            if path != but and (path not in self._timers):
                self._soon(path, seconds, alone=True)

    def _cancel(self, path: str) -> None:
        timer = self._timers.pop(path, None)
        if timer is not None:
            timer.cancel()

    def _look(self, path: str, *, alone: bool) -> None:
        """Look at a document and tell; then at the others, which its text may concern."""
        self._timers.pop(path, None)
        document = self._desk.documents.get(path)
        if document is None:
            return
        told = self._found(document)
        is_new = told != self._said.get(path)
        self._said[path] = told
        if self._pulls():
            if alone and is_new:
                self._ask_again()
        elif is_new or not alone:
            self._publish(path, document.version, told)
        if not alone:
            self._all_soon(OTHERS, but=path)

    def _found(self, document: Document) -> list[types.Diagnostic]:
        found, problems = self._desk.look(document)
        for problem in problems:
            _log.error("%s: %s", problem.path, problem.reason)
        places = self._places(document)
        return [diagnostic(one, places) for one in found]

    def _publish(self, path: str, version: int | None, told: list[types.Diagnostic]) -> None:
        params = types.PublishDiagnosticsParams(self._uris[path], told, version)
        self.server.text_document_publish_diagnostics(params)

    def _ask_again(self) -> None:
        """Have an editor that asks for findings ask anew: another file has changed them."""
        workspace = self.server.client_capabilities.workspace
        able = workspace.diagnostics if workspace else None
        if able is not None and able.refresh_support:
            self.server.workspace_diagnostic_refresh(None)

    def _complain(self, message: str) -> None:
        params = types.ShowMessageParams(types.MessageType.Error, f"{SOURCE}: {message}")
        self.server.window_show_message(params)

    def _tell(self, line: str) -> None:
        params = types.LogMessageParams(types.MessageType.Info, f"{SOURCE}: {line}")
        self.server.window_log_message(params)

    # -- what the editor can do ------------------------------------------------------------

    def _places(self, document: Document) -> Places:
        return Places(document.source, self._encoding)

    @property
    def _encoding(self) -> str:
        encoding = self.server.workspace.position_encoding
        return str(getattr(encoding, "value", encoding) or "utf-16")

    def _folders(self) -> Sequence[Path]:
        workspace = self.server.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        if not uris and workspace.root_uri:
            uris = [workspace.root_uri]
        return [Path(path) for uri in uris if (path := to_fs_path(uri))]

    def _edit(self, document: Document, edits: Iterable[types.TextEdit]) -> types.WorkspaceEdit:
        """Edit one document, in its very version if the editor knows of versions."""
        uri = self._uris[document.path]
        workspace = self.server.client_capabilities.workspace
        able = workspace.workspace_edit if workspace else None
        if able is None or not able.document_changes:
            return types.WorkspaceEdit(changes={uri: list(edits)})
        identifier = types.OptionalVersionedTextDocumentIdentifier(uri, document.version)
        return types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(identifier, list(edits))]
        )

    def _pulls(self) -> bool:
        """Whether the editor asks for the findings in a document, and need not be told unasked."""
        about_texts = self.server.client_capabilities.text_document
        return about_texts is not None and about_texts.diagnostic is not None

    def _resolves(self) -> bool:
        about_texts = self.server.client_capabilities.text_document
        able = about_texts.code_action if about_texts else None
        support = able.resolve_support if able else None
        return support is not None and "edit" in support.properties


def _path(uri: str) -> str:
    """The path of a document; one that is not in a file goes by its whole name."""
    return to_fs_path(uri) or uri
