"""Mend the file first: nothing else can be said about a text that is not Python.

## What it does

Reports a file that Python cannot parse, or that the Python named as `target-version` could not. The
other files are still linted.

## Why

A file that is silently left out looks like a clean one.

## Bad

```python
class Block(keras.layers.Layer:
    pass
```

## Good

```python
class Block(keras.layers.Layer):
    pass
```

## Fix safety

There is no fix.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For files that are no Python on purpose, such as templates: better leave them out with `exclude`.

## Errors this prevents

A check that passes because it has looked at nothing.
"""

from __future__ import annotations

from keraslint.diagnostic import Severity
from keraslint.rules import Rule

rule = Rule(
    code="KRL002",
    name="syntax-error",
    summary="The file is not Python, or newer than the Python that runs keraslint",
    page=__doc__,
    severity=Severity.ERROR,
)
