"""A finding of a rule in a class → its fix, worked out when it is asked for, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from keraslint.project.names.keras_version import Target
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass

_OVERLAPS = "two edits of the fix overlap, which is a fault of keraslint: please report it"


@dataclass(frozen=True, kw_only=True)
class CheckedFinding:
    """What a rule has found in a class; the cure is worked out when it is asked for, once."""

    layer: LayerClass
    rule: Rule
    finding: Finding
    target: Target

    @cached_property
    def cured(self) -> Cure:
        cure = self.rule.cure
        cured = cure(self.layer, self.finding) if cure is not None else Cure()
        if cured.fix is None:
            return cured
        if cured.fix.overlaps:
            return Cure(why_not=_OVERLAPS)
        fix = replace(cured.fix, within=self.layer.ref.summary.slice)
        return Cure(replace(fix, keras=self.target.keras) if self.target.sure else fix)
