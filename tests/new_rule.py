"""`python tests/new_rule.py NAME --code KRL601` → the rule's file, fixtures and README row.

What it writes is registered and complete in form; `pytest -k NAME` says what is left to be done.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"[a-z]+(?:-[a-z0-9]+)+")
CODE = re.compile(r"KRL[1-6]\d\d")

RULE = '''"""Say in one line what to write instead, as advice to the reader.

## What it does

Finds TODO.

## Why

TODO: what happens to people whose code does this, and when they notice.

## Bad

```python
import keras


class Block(keras.layers.Layer):
    pass  # TODO: the smallest code that has the fault
```

## Good

```python
import keras


class Block(keras.layers.Layer):
    pass  # TODO: the same code without it
```

## Fix safety

There is no fix: TODO.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

TODO.

## Errors this prevents

Silent: TODO. Or loud, with the message as Keras prints it: `ValueError: TODO`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.rules import Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether the facts of a class leave the question open; LibCST then reads the class."""
    return False


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find TODO."""
    for method in layer.ref.summary.methods:
        parsed = layer.method(method)
        if parsed is not None and concerns(layer.hierarchy, layer.ref):
            yield Finding(parsed.place, f"`{layer.name}` TODO: say what happens to people")


rule = Rule(
    code="@code@",
    name="@name@",
    summary="@summary@",
    page=__doc__,
    words=("class",),
    concerns=concerns,
    check=check,
)
'''

FIXTURE = '''# keraslint: recipe Block()(floats(2, 3))
"""TODO: mark the line that has the fault with the rule's code, behind `#` and `!`."""

import keras


class Block(keras.layers.Layer):
    def call(self, x):
        return x
'''

CONSEQUENCE = '''"""TODO: does with an example what people do, and says what they then see."""

BAD = "TODO: what happens with *Bad*"
GOOD = "TODO: what happens with *Good*"


def observe(names):
    return f"TODO: what the real Keras does with {names['Block']()}"
'''


def scaffold(root: Path, name: str, code: str, summary: str) -> list[Path]:
    """Write the files of a new rule below `root`.

    Raises:
        FileExistsError: there is a rule of this name.
    """
    texts = {
        _folder(root, code) / f"{name.replace('-', '_')}.py": RULE,
        root / "fixtures" / name / "simple.py": FIXTURE,
        root / "fixtures" / name / "_consequence.py": CONSEQUENCE,
    }
    told = {"@code@": code, "@name@": name, "@summary@": summary}
    for path, text in texts.items():
        for mark, value in told.items():
            text = text.replace(mark, value)
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return list(texts)


def _folder(root: Path, code: str) -> Path:
    """The folder of the rules whose codes begin alike, as its docstring says."""
    doors = (root / "keraslint" / "rules").glob("*/__init__.py")
    return next(d.parent for d in doors if d.read_text("utf-8").startswith(f'"""{code[:4]}xx: '))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="in the form of `untracked-sublayer`")
    parser.add_argument("--code", required=True, help="KRL and three digits, not yet taken")
    parser.add_argument("--summary", default="TODO: what it finds", help="for the table of rules")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if not NAME.fullmatch(given.name) or not CODE.fullmatch(given.code):
        parser.error("a name is like `untracked-sublayer`, a code like `KRL601`")
    if any(f'"{given.code}"' in path.read_text() for path in _rule_files(given.root)):
        parser.error(f"{given.code} is taken")
    for path in scaffold(given.root, given.name, given.code, given.summary):
        print(f"wrote {path.relative_to(given.root)}")
    subprocess.run([sys.executable, "tests/test_readme.py"], cwd=given.root, check=True)
    print(f"wrote its row in README.md\nnext: pytest -k {given.name}")
    return 0


def _rule_files(root: Path) -> list[Path]:
    return sorted((root / "keraslint" / "rules").rglob("*.py"))


if __name__ == "__main__":
    sys.exit(main())
