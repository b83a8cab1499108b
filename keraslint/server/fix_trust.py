"""A finding's fix → whether the configuration lets it be offered, or applied unasked."""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.diagnostic import Applicability, Diagnostic
from keraslint.rule_selection import fixable
from keraslint.rules import registry
from keraslint.settings import Settings

_MENDING = frozenset(rule.code for rule in registry() if rule.fixable != "never")


@dataclass(frozen=True, slots=True)
class Trust:
    """What `fixable`, `unfixable` and `unsafe-fixes` allow."""

    codes: frozenset[str]
    unsafe: bool

    @classmethod
    def of(cls, settings: Settings) -> Trust:
        """Read the configuration. Raises `ConfigError`."""
        return cls(fixable(settings, registry()), settings.unsafe_fixes)

    def fixable(self, finding: Diagnostic) -> bool:
        """Whether the rule of a finding may have a fix that may be applied."""
        return finding.code in self.codes and finding.code in _MENDING

    def offered(self, finding: Diagnostic) -> bool:
        """Whether a fix may be offered, to be applied when the user chooses it."""
        fix = finding.fix
        display = Applicability.DISPLAY
        return fix is not None and finding.code in self.codes and fix.applicability is not display

    def unasked(self, finding: Diagnostic) -> bool:
        """Whether a fix may be applied together with all the others, as by `--fix`."""
        if finding.fix is None or not self.offered(finding):
            return False
        return self.unsafe or finding.fix.applicability is Applicability.SAFE
