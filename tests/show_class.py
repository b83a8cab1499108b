"""`python tests/show_class.py FILE [CLASS]` → what the analysis holds of each class, for people.

For whoever asks why there is a finding, a doubt or nothing: ancestry, facts of the methods,
children, creations in `build()`, the moves to choose from, and what each rule says.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from keraslint.layer.layer_class import LayerClass
from keraslint.layer.layer_reader import LayerReader
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.project_index import Index
from keraslint.project.program.children import Unbuilt, children
from keraslint.project.program.flow.project_effects import ProjectEffects
from keraslint.rules import registry
from keraslint.settings import load

_SHOWN = ("slice", "parameters")  # in the heading


def shown(text: Source, wanted: str = "") -> Iterator[str]:
    """The lines for each class of a file, or for one of them."""
    settings = load(Path(text.path).parent)
    index = Index([text], settings, lambda _: True)
    module = index.module(text)
    reader = LayerReader(
        index.hierarchy,
        index.method_source,
        index.subclasses,
        index.target,
        ProjectEffects(index).of,
    )
    for ref in ClassRef.all(module) if module is not None else ():
        if wanted in ("", ref.summary.qualname):
            yield from _class(reader, ref)


def _class(reader: LayerReader, ref: ClassRef) -> Iterator[str]:
    hierarchy = reader.hierarchy
    lineage = hierarchy.lineage(ref)
    yield f"{ref.summary.qualname} (line {ref.summary.line})"
    yield f"  is a {lineage.kind.value}; bases in Keras: {_names(r.name for r in lineage.roots)}"
    yield f"  bases in the project: {_names(item.summary.qualname for item in lineage.chain[1:])}"
    yield f"  bases that were not found: {_names(lineage.missing)}"
    for method in ref.summary.methods.values():
        yield f"  {method.name}({', '.join(item.name for item in method.parameters)})"
        for one in fields(method):
            value = getattr(method, one.name)
            if isinstance(value, (frozenset, tuple, dict)) and value and one.name not in _SHOWN:
                items = value.items() if isinstance(value, dict) else sorted(map(str, value))
                yield f"    {one.name}: {', '.join(map(str, items))}"
    if lineage.is_layer:
        unbuilt = {child.attribute for child in Unbuilt(hierarchy).of(ref)}
        for child in children(hierarchy, ref):
            word = (
                "not built by `build()`" if child.attribute in unbuilt else "built, or no weights"
            )
            yield f"  child self.{child.attribute}: {word}"
        yield from _layer(reader.read(ref))


def _layer(layer: LayerClass) -> Iterator[str]:
    for item in layer.constructions:
        yield f"  creates {item.callee} (line {item.span.start.line})"
        yield f"    needs from the call of `build()`: {_names(item.needs)}"
        why_not = layer.hoists.why_not(item.span)
        if why_not:
            yield f"    stays: {why_not}"
    for choice in layer.hoists.choices:
        lines = _names(str(span.start.line) for span in sorted(choice.moves))
        yield f"  can move the creations of lines {lines}; doubts: {_names(choice.doubts)}"
    for rule in registry():
        if rule.check is None:
            continue
        if rule.concerns is not None and not rule.concerns(layer.hierarchy, layer.ref):
            yield f"  {rule.code}: the facts rule it out"
            continue
        found = list(rule.check(layer))
        yield f"  {rule.code}: {'; '.join(one.message for one in found) or 'nothing found'}"


def _names(names: object) -> str:
    listed = [str(name) for name in names]  # type: ignore[attr-defined]
    return ", ".join(listed) or "none"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("name", nargs="?", default="", metavar="class")
    given = parser.parse_args()
    text = read(given.file)
    if isinstance(text, Unreadable):
        parser.error(text.reason)
    for line in shown(text, given.name):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
