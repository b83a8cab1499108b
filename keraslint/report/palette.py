"""Words with or without terminal colours, as the command line decided."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """The few looks that reports use; without colour each returns its text unchanged."""

    colour: bool

    def bold(self, text: str) -> str:
        return self._look("1", text)

    def red(self, text: str) -> str:
        return self._look("1;31", text)

    def green(self, text: str) -> str:
        return self._look("1;32", text)

    def yellow(self, text: str) -> str:
        return self._look("1;33", text)

    def cyan(self, text: str) -> str:
        return self._look("36", text)

    def gutter(self, text: str) -> str:
        return self._look("1;34", text)

    def _look(self, codes: str, text: str) -> str:
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour and text else text
