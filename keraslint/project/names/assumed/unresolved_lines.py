"""What a file declares → the lines where a missing package may hide a layer."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names.definitions import ClassRef, External, Kind, Scope
from keraslint.project.names.external_names import is_foreign
from keraslint.project.names.name_resolution import Hierarchy

Lines = tuple[int, int]


def doubtful(hierarchy: Hierarchy, module: ModuleSummary) -> Iterator[Lines]:
    """Find classes with an unknown base, and functions that call something unknown."""
    scopes = [
        Scope(module=module, owner=None, function=function)
        for function in module.functions.values()
    ]
    for ref in ClassRef.all(module):
        if hierarchy.lineage(ref).kind in (Kind.UNKNOWN, Kind.ASSUMED):
            yield ref.summary.slice
        scopes += [
            Scope(module=module, owner=ref, function=method)
            for method in ref.summary.methods.values()
        ]
    yield from (s.function.slice for s in scopes if s.function and _calls_unknown(hierarchy, s))


def _calls_unknown(hierarchy: Hierarchy, scope: Scope) -> bool:
    function = scope.function
    return function is not None and any(_is_unknown(hierarchy, scope, c) for c in function.calls)


def _is_unknown(hierarchy: Hierarchy, scope: Scope, call: str) -> bool:
    """Whether a callee comes from a package that is not to be had here."""
    meanings = hierarchy.values(scope, call)
    starred = not meanings and "." not in call and bool(scope.module.stars)
    unread = (one for one in meanings if isinstance(one, External) and not is_foreign(one.name))
    return starred or any(unread)
