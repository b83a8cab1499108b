"""Findings, fixes and pages → what the protocol calls diagnostics, code actions and hovers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from keraslint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Severity
from keraslint.project.files.source import Source
from keraslint.report.rule_address import rule_address
from keraslint.report.rule_pages import pages_markdown
from keraslint.rules import Rule, registry
from keraslint.server.positions import Places
from keraslint.server.suppress_action import ignored

SOURCE = "keraslint"
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{SOURCE}"
QUICK_FIX = types.CodeActionKind.QuickFix.value
_ABOUT_FILES = "KRL0"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_WORD = re.compile(r"[\w-]+")


def diagnostic(one: Diagnostic, places: Places) -> types.Diagnostic:
    """Say a finding in the protocol's words."""
    address = rule_address(one.code)
    return types.Diagnostic(
        range=places.range(one.span),
        message=one.message,
        severity=_SEVERITIES[one.severity],
        code=one.code,
        code_description=types.CodeDescription(href=address) if address else None,
        source=SOURCE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What can be done in one document; `edit` makes edits of it an edit of the workspace."""

    source: Source
    places: Places
    edit: Callable[[Iterable[types.TextEdit]], types.WorkspaceEdit]

    def fixes(self, found: Sequence[Diagnostic]) -> Iterator[types.CodeAction]:
        """Offer each fix once, the safe ones first: findings of one class share a fix."""
        fixes = dict.fromkeys(one.fix for one in found if one.fix is not None)
        for fix in sorted(fixes, key=lambda fix: fix.applicability is not Applicability.SAFE):
            mended = [one for one in found if one.fix == fix]
            yield types.CodeAction(
                title=f"{SOURCE} ({mended[0].code}): {_title(fix)}",
                kind=QUICK_FIX,
                diagnostics=[diagnostic(one, self.places) for one in mended],
                is_preferred=fix.applicability is Applicability.SAFE,
                edit=self.change(fix.edits),
            )

    def ignores(self, found: Iterable[Diagnostic]) -> Iterator[types.CodeAction]:
        """Offer a comment for each rule that has found something."""
        for one in {one.name: one for one in found}.values():
            edit = None if one.code.startswith(_ABOUT_FILES) else ignored(self.source, one)
            if edit is not None:
                yield types.CodeAction(
                    title=f"{SOURCE} ({one.code}): Ignore `{one.name}` here",
                    kind=QUICK_FIX,
                    diagnostics=[diagnostic(one, self.places)],
                    edit=self.change([edit]),
                )

    def change(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Make edits of the document an edit of the workspace."""
        return self.edit([self.places.edit(edit) for edit in edits])


def _title(fix: Fix) -> str:
    if fix.applicability is Applicability.SAFE:
        return fix.message
    return (
        f"{fix.message} (unsafe{': ' if fix.doubts else ''}{fix.doubts[0] if fix.doubts else ''})"
    )


def wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client that asks for some kinds of actions wants this one."""
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)


def hover(found: Iterable[Diagnostic], source: Source, at: Position) -> str:
    """The pages of the rules that have found something at a place, or are named there."""
    codes = {one.code: one for one in found}
    named = [rule for rule in registry() if _names(_word(source, at), rule)]
    rules = named or [rule for rule in registry() if rule.code in codes]
    notes = [f"No fix here: {one.why_no_fix}\n" for one in codes.values() if one.why_no_fix]
    return "\n".join([*notes, pages_markdown(rules)]) if rules else ""


def _word(source: Source, at: Position) -> str:
    line = source.line(at.line)
    around = (word for word in _WORD.finditer(line) if word.start() < at.column <= word.end() + 1)
    return next((word[0] for word in around), "")


def _names(word: str, rule: Rule) -> bool:
    return word in (rule.code, rule.name)
