"""What a file declares → the classes that may be layers and of which a base was not found."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.diagnostic import Unresolved
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names.assumed.assumed_classes import may_be_a_layer
from keraslint.project.names.definitions import ClassRef, Kind, Lineage
from keraslint.project.names.name_resolution import Hierarchy


def unresolved_in(hierarchy: Hierarchy, module: ModuleSummary) -> Iterator[Unresolved]:
    """Tell of each such class once; of a known layer's mix-ins nothing is told."""
    for ref in ClassRef.all(module):
        lineage = hierarchy.lineage(ref)
        assumed = lineage.kind is Kind.ASSUMED
        if assumed or (lineage.kind is Kind.UNKNOWN and may_be_a_layer(lineage.chain)):
            yield Unresolved(
                path=module.path,
                name=ref.summary.qualname,
                source=_source(lineage),
                assumed=assumed,
            )


def _source(lineage: Lineage) -> str:
    """The module from which the first missing base was to come; its name if nobody says."""
    for item in lineage.chain:
        for base in item.summary.bases:
            if base in lineage.missing:
                return _imported_from(item.module, base)
    return lineage.missing[0]


def _imported_from(module: ModuleSummary, base: str) -> str:
    root, _, rest = base.removesuffix("[]").removesuffix("()").partition(".")
    target = next(iter(module.imports.get(root, ())), "")
    full = f"{target}.{rest}" if target and rest else target
    if full:
        return full.rpartition(".")[0] or full
    return next(iter(module.stars), base)
