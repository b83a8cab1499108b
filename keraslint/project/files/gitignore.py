"""Which entries of a folder does git ignore?  (the only pathspec, imported when there is a file)"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore files that hold in a folder, outermost first; outside a repository, none."""

    in_repository: bool = False
    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def inside(self, folder: str, names: frozenset[str] | set[str]) -> Ignores:
        """Go into a folder with these entries: its own ignore file joins."""
        in_repository = self.in_repository or ".git" in names
        specs = self.specs
        if in_repository and ".git" in names:
            specs += _specs(folder, Path(folder, ".git", "info", "exclude"))
        if in_repository and ".gitignore" in names:
            specs += _specs(folder, Path(folder, ".gitignore"))
        if specs == self.specs and in_repository == self.in_repository:
            return self
        return Ignores(in_repository, specs)

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Tell whether an absolute path is ignored: the innermost file that names it decides."""
        for folder, spec in reversed(self.specs):
            relative = path[len(folder) :].lstrip(os.sep) + ("/" if is_folder else "")
            verdict = spec.check_file(relative).include
            if verdict is not None:
                return verdict
        return False


def above(folder: Path) -> Ignores:
    """Collect the ignore files above an absolute folder, from its repository's root down."""
    chain = [*folder.parents]
    roots = [i for i, one in enumerate((folder, *chain)) if (one / ".git").exists()]
    ignores = Ignores()
    for one in reversed(chain[: roots[0]] if roots else []):
        here = {name for name in (".git", ".gitignore") if (one / name).exists()}
        ignores = ignores.inside(str(one), here)
    return ignores


def _specs(folder: str, file: Path) -> tuple[tuple[str, GitIgnoreSpec], ...]:
    """Read one ignore file; git passes over a file that it cannot read."""
    try:
        text = file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return ()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return ((folder, _spec(lines)),) if lines else ()


def _spec(lines: list[str]) -> GitIgnoreSpec:
    """Compile patterns; as git does, pass over those that mean nothing."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_valid(line)])


def _is_valid(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
