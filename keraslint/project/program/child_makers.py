"""A child of a layer class → the functions that make it, and the layers that they make for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keraslint.project.names.definitions import ClassRef, FunctionRef, Instance, Made, Scope
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.children import Child, is_layer

Surely = Callable[[FunctionRef, str], bool]
"""Whether a function runs a call whenever it is run; a class's own way is not asked about."""


def made_for(hierarchy: Hierarchy, ref: ClassRef, child: Child, surely: Surely) -> Iterator[Made]:
    """All that the makers of a child make, but for what is another child."""
    for maker in makers(hierarchy, ref, child, surely):
        scope = _scope(ref, maker)
        for call in _calls(maker, child, surely):
            made = hierarchy.made(scope, call)
            if made is not None:
                yield made


def makers(
    hierarchy: Hierarchy, ref: ClassRef, child: Child, surely: Surely
) -> Iterator[FunctionRef]:
    """The method that keeps a child, and the functions to which it leaves making layers."""
    seen = {child.method.key}
    todo = [child.method]
    while todo:
        maker = todo.pop()
        yield maker
        for call in _calls(maker, child, surely):
            for inner in _factories(hierarchy, _scope(ref, maker), call):
                if inner.key not in seen:
                    seen.add(inner.key)
                    todo.append(inner)


def _factories(hierarchy: Hierarchy, scope: Scope, call: str) -> Iterator[FunctionRef]:
    """The functions behind a call, if it gives a layer, or several."""
    given = (one.of for one in hierarchy.values(scope, f"{call}()") if isinstance(one, Instance))
    if any(is_layer(hierarchy, one) for one in given):
        for meaning in hierarchy.values(scope, call):
            if isinstance(meaning, FunctionRef):
                yield meaning


def _calls(maker: FunctionRef, child: Child, surely: Surely) -> Iterator[str]:
    """The calls in a function, but for those whose value is another child."""
    summary = maker.summary
    own = f"self.{child.attribute}"
    given = {leaf for leaves in summary.given.values() for leaf in leaves}
    kept = {
        leaf
        for name, leaves in summary.bindings.items()
        if name.startswith("self.") and name != own
        for leaf in leaves
    }
    for call in sorted(summary.calls):
        is_ours = f"{call}()" in given or f"{call}()" not in kept
        if is_ours and (maker.key == child.method.key or surely(maker, call)):
            yield call


def _scope(ref: ClassRef, maker: FunctionRef) -> Scope:
    owner = ref if maker.owner is not None else None
    return Scope(module=maker.module, owner=owner, function=maker.summary)
