"""One layer in two versions, with the verdict on them, as reports show it."""

from __future__ import annotations

from dataclasses import dataclass

from keraslint.diagnostic import Verdict
from keraslint.project.facts.class_texts import Clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What is shown of one layer: `fate` and `code` are those of a fix, if there was one."""

    old: Clip
    new: Clip
    verdict: Verdict
    fate: str = ""
    code: str = ""
    title: str = ""

    @property
    def place(self) -> str:
        """The file, or both of them."""
        if self.old.path == self.new.path:
            return self.new.path
        return f"{self.old.path} → {self.new.path}"

    @property
    def name(self) -> str:
        """The class, or both of them."""
        if self.old.layer == self.new.layer:
            return self.new.layer
        return f"{self.old.layer} → {self.new.layer}"
