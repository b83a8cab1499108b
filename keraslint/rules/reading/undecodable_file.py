"""Save the file in the encoding that it declares, which is UTF-8 if it declares none.

## What it does

Reports a file whose bytes are not text: invalid UTF-8, a declared encoding that does not fit or
does not exist, a null byte. The other files are still linted.

## Why

Python refuses to import such a file, and a linter that guessed at its text could damage it.

## Fix safety

There is no fix: only the author knows which characters were meant.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For files that are no Python on purpose: better leave them out with `exclude`.

## Errors this prevents

`SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xe9 in position 10`.
"""

from __future__ import annotations

from keraslint.diagnostic import Severity
from keraslint.rules import Rule

rule = Rule(
    code="KRL003",
    name="undecodable-file",
    summary="The file's bytes are not text in the encoding that it declares",
    page=__doc__,
    severity=Severity.ERROR,
)
