"""The editors' pages, cut into their recipes, and a `keraslint` for the editors to start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "keraslint" / "editors"
_SECTION = re.compile(r"^#+ (.+?)\n(.*?)(?=^#+ |\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(page: str) -> list[tuple[str, str, str]]:
    """Section, language and text of every block of code of a page."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    verbatim = re.sub(r"(?m)^#(?=.*\n)", "#", text)
    return [
        (title, language, code)
        for title, body in _SECTION.findall(verbatim)
        for language, code in _FENCE.findall(body)
    ]


def recipe(page: str, title: str, number: int = 0) -> str:
    """The text of one block of code."""
    return [code for section, _, code in fences(page) if section == title][number]


def environment(folder: Path) -> dict[str, str]:
    """What an editor is started with: this keraslint is the one that is found."""
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "keraslint"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m keraslint "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    return {**kept, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)}


def missing(*programs: str, files: tuple[str, ...] = ()) -> str:
    """Why a test of an editor cannot run here; empty if it can."""
    lacking = [program for program in programs if shutil.which(program) is None]
    lacking += [file for file in files if not Path(file).exists()]
    if os.name == "nt":
        return "the stand-in for the command is a shell script"
    return f"not installed here: {', '.join(lacking)}" if lacking else ""


def ran(*command: str, folder: Path, bin_: Path, stdin: str = "", patience: float = 60) -> str:
    """Run an editor to its end; everything it says."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(bin_),
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=patience,
        check=False,
    )
    return done.stdout
