"""A layer class → those of the layers it keeps that have weights, and that nobody builds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef, LayerType
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import build_of
from keraslint.project.program.children import Child, children, run_by, runs

_OWN_WAY = keras_facts.BUILD_CONFIG | {"__call__"}
OF_CONTAINERS = frozenset(dir(list)) | frozenset(dir(dict))
"""What a list or a dictionary does builds no layer in it."""
_PROPERTIES = frozenset({"property", "cached_property", "getter", "setter", "deleter"})
_REACHES_ALL = keras_facts.ALL_CHILDREN | {"call"}
_CONTEXT = frozenset({"training", "mask"})


class Unbuilt:
    """Tells of a class which of its children have weights and are not built by its `build()`."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self._open: set[tuple[str, str]] = set()

    def may_need_build(self, child: Child) -> bool:
        """Whether one of the layers that a child may be has weights once it is built."""
        return any(map(self.needs_build, child.targets))

    def needs_build(self, target: LayerType) -> bool:
        """Whether an instance surely has weights that are not there before it is built."""
        if isinstance(target, Symbol):
            return _is_built_late(target)
        if target.key in self._open or self._hierarchy.lineage(target).missing:
            return False
        self._open.add(target.key)
        try:
            return self._class_needs_build(target)
        finally:
            self._open.discard(target.key)

    def _class_needs_build(self, ref: ClassRef) -> bool:
        init = run_by(self._hierarchy, ref, "__init__")
        if any(_builds_something(method.summary) for method in init):
            return False
        if any(_is_built_late(root) for root in self._hierarchy.lineage(ref).roots):
            return True
        for method in run_by(self._hierarchy, ref, "build"):
            if "self.add_weight" in method.summary.calls:
                return True
        return any(map(self.may_need_build, children(self._hierarchy, ref)))

    def needing(self, ref: ClassRef) -> tuple[Child, ...]:
        """The children with weights that a class without `build()` leaves to its first call."""
        hierarchy = self._hierarchy
        init = run_by(hierarchy, ref, "__init__")
        called = {call for method in init for call in method.summary.calls}
        used = _mentioned(hierarchy, ref, {method.key for method in init})
        return tuple(
            child
            for child in children(hierarchy, ref)
            if child.attribute in used
            and f"self.{child.attribute}" not in called
            and (child.is_sequential or self.may_need_build(child))
        )

    def only_called(self, ref: ClassRef) -> tuple[Child, ...]:
        """The same where `call()` asks for `training`, and no other method knows the child."""
        hierarchy = self._hierarchy
        call, lineage = hierarchy.method(ref, "call"), hierarchy.lineage(ref)
        if call is None or call.owner != ref or not call.summary.trains or lineage.missing:
            return ()
        if any((_OWN_WAY | {"build"}) & item.summary.methods.keys() for item in lineage.chain):
            return ()
        trains = next((p for p in call.summary.parameters if p.name == "training"), None)
        if trains is None or trains.on or "training" in call.summary.bindings:
            return ()
        if _REACHES_ALL & call.summary.reads:
            return ()
        init = run_by(hierarchy, ref, "__init__")
        elsewhere = _mentioned(hierarchy, ref, {call.key, *(method.key for method in init)})
        return tuple(c for c in self.needing(ref) if c.attribute not in elsewhere)

    def of(self, ref: ClassRef) -> tuple[Child, ...]:
        """The children that are lost when the layer is only built, not called.

        Of a `Sequential`, it remains to be seen what is in it.
        """
        return tuple(self._of(ref))

    def leaves_inputs(self, ref: ClassRef) -> bool:
        """Whether `build()` leaves children out, and is told the shape of one input of several."""
        build, call = (self._hierarchy.method(ref, name) for name in ("build", "call"))
        if build is None or call is None or len(build.summary.parameters) != 2:
            return False
        return len(inputs_of(call.summary)) > 1 and bool(self.of(ref))

    def _of(self, ref: ClassRef) -> Iterator[Child]:
        hierarchy = self._hierarchy
        build, lineage = build_of(hierarchy, ref), hierarchy.lineage(ref)
        if build is None or lineage.missing:
            return
        if any(_OWN_WAY & item.summary.methods.keys() for item in lineage.chain):
            return
        builders, told = self._told(ref, build)
        if told.may_be_any:
            return
        init = run_by(hierarchy, ref, "__init__")
        if any(_builds_something(method.summary) for method in init):
            return
        called = {call for method in init for call in method.summary.calls}
        used = _mentioned(hierarchy, ref, {method.key for method in (*init, *builders)})
        found = [
            child
            for child in children(hierarchy, ref)
            if child.attribute in used
            and f"self.{child.attribute}" not in called
            and self._is_ours(child, ref, build)
            and (child.is_sequential or self.may_need_build(child))
        ]
        for child in found:
            marked = tuple(self._cannot_build(child)) if told.only_marks(child) else ()
            if marked:
                yield replace(child, marked=marked)
            elif not told.builds(child, made_here=child.method in builders):
                yield child

    def _told(self, ref: ClassRef, build: FunctionRef) -> tuple[tuple[FunctionRef, ...], _Told]:
        """The methods that `build()` runs, and what they say about children."""
        builders = tuple(runs(self._hierarchy, ref, build))
        told = _Told(builders, own=build if build.owner == ref else None)
        told.called |= _behind(self._hierarchy, ref, told.called)
        told.mentioned |= _behind(self._hierarchy, ref, told.mentioned)
        return builders, told

    def why_not_lost(self, ref: ClassRef, child: Child) -> str:
        """Why a child with weights is none that its owner's `build()` leaves out, in words."""
        build = build_of(self._hierarchy, ref)
        if build is None:
            return "the class has no `build()`: Keras builds it at the first call"
        builders, told = self._told(ref, build)
        if told.builds_by_name(child):
            return "`build()` builds it"
        made_here = child.method in builders
        if told.may_be_any or told.builds(child, made_here=made_here):
            return "`build()` reaches it in some way, and may build it"
        init = run_by(self._hierarchy, ref, "__init__")
        if any(_builds_something(method.summary) for method in init):
            return "`__init__` builds or calls layers"
        if child.attribute not in _mentioned(
            self._hierarchy, ref, {method.key for method in (*init, *builders)}
        ):
            made = "`build()` creates it, and no" if made_here else "no"
            return f"{made} other method uses it"
        return "who builds it is not known"

    def _cannot_build(self, child: Child) -> Iterator[ClassRef]:
        """The classes of a child in which building builds nothing."""
        for target in child.targets:
            if isinstance(target, Symbol) or self._hierarchy.method(target, "build") is not None:
                continue
            roots = self._hierarchy.lineage(target).roots
            known = [keras_api.layer_class(root.name) for root in roots]
            if all(one is not None and not one.defines_build for one in known):
                yield target

    def _is_ours(self, child: Child, ref: ClassRef, build: FunctionRef) -> bool:
        """What an inherited `build()` leaves to the base's own children is the base's affair."""
        if child.attribute in keras_api.layer_attributes():
            return False
        if any(
            _has_parameter(root, child.attribute) for root in self._hierarchy.lineage(ref).roots
        ):
            return False
        if child.method.owner == ref:
            return True
        if build.owner != ref:
            return False
        owner = child.method.owner
        above = self.of(owner) if owner is not None else ()
        return all(child.attribute != other.attribute for other in above)


def inputs_of(call: FunctionSummary) -> tuple[str, ...]:
    """The arguments of a `call()` that are inputs, whoever calls it."""
    needed = (p for p in call.parameters[1:] if p.required and p.kind == "plain")
    return tuple(p.name for p in needed if p.name not in _CONTEXT)


class _Told:
    """What the methods that `build()` runs say about children.

    Of the class's `own` build, what it only mentions is left to be seen in its text.
    """

    def __init__(self, methods: Collection[FunctionRef], own: FunctionRef | None) -> None:
        self.mentioned: set[str] = set()
        self.called: set[str] = set()
        self.may_be_any = False
        self._built: set[str] = set()
        self._run: set[str] = set()
        self._filled: set[str] = set()
        for method in (ref.summary for ref in methods):
            reads = method.reads - method.tests - method.changes
            self.may_be_any = self.may_be_any or bool(_REACHES_ALL & method.reads)
            if own is None or method is not own.summary:
                self.mentioned |= reads
            for call in method.calls:
                self._call(method, call)

    def _call(self, method: FunctionSummary, call: str) -> None:
        owner, _, name = call.rpartition(".")
        if call in ("self", "vars", "vars()") or name == "compute_output_spec":
            self.may_be_any = True  # also: one symbolic call, which builds every child
        if name == "build" and owner and not owner.startswith(("super()", "self")):
            roots = _roots(method, owner.partition(".")[0].partition("[")[0])
            self.called |= roots
            self._built |= roots
            self.may_be_any = self.may_be_any or "" in roots
        elif call.startswith("self.") and not (owner != "self" and name in OF_CONTAINERS):
            attribute = call[len("self.") :].partition(".")[0].partition("[")[0]
            if name == "add" and owner == f"self.{attribute}":
                self._filled.add(attribute)
                return
            self.called.add(attribute)
            (self._built if name == "build" else self._run).add(attribute)
            self.may_be_any = self.may_be_any or call.startswith("self.*")

    def builds(self, child: Child, *, made_here: bool) -> bool:
        """Whether a child may be built: one that `__init__` made is not even mentioned if not."""
        if child.attribute in self._filled and not child.is_sequential:
            return True
        return child.attribute in self.called or (made_here and child.attribute in self.mentioned)

    def builds_by_name(self, child: Child) -> bool:
        """Whether `build()` calls the child's own `build()`."""
        return child.attribute in self._built

    def only_marks(self, child: Child) -> bool:
        """Whether `build()` calls the child's own `build()`, and does not run it besides."""
        return child.attribute in self._built and child.attribute not in self._run


def _behind(hierarchy: Hierarchy, ref: ClassRef, names: Collection[str]) -> set[str]:
    """The attributes that the properties of these names read, and those behind them."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        method = hierarchy.method(ref, todo.pop())
        if method is not None and _PROPERTIES & {d.rpartition(".")[2] for d in _decorators(method)}:
            inner = (method.summary.reads | method.summary.assigns) - found
            found |= inner
            todo += inner
    return found


def _decorators(method: FunctionRef) -> Iterator[str]:
    return (leaf.removesuffix("()") for leaf in method.summary.decorators)


def _roots(method: FunctionSummary, name: str) -> set[str]:
    """The attributes whose layers a local name may hold; `""` when who knows which."""
    found, seen, todo = set[str](), {name}, [name]
    while todo:
        name = todo.pop()
        held = method.bindings.get(name, ())
        if not held:
            found.add("")
        for leaf in held:
            local = leaf.partition(".")[0].partition("[")[0]
            if leaf.startswith("self."):
                found |= {_attribute(leaf), *_kept_as(method, name)}
            elif leaf.endswith("()"):
                found.update(_kept_as(method, name) or [""])
            elif local not in seen:
                seen.add(local)
                todo.append(local)
    return found or {""}


def _attribute(path: str) -> str:
    return path[len("self.") :].partition(".")[0].partition("[")[0].removesuffix("()")


def _kept_as(method: FunctionSummary, name: str) -> list[str]:
    """The attributes to which a local name is assigned."""
    return [
        cell[len("self.") :]
        for cell, leaves in method.bindings.items()
        if cell.startswith("self.") and name in leaves
    ]


def _builds_something(method: FunctionSummary) -> bool:
    """Whether a constructor's method builds, or calls, layers or the layer itself."""
    return any(
        call in ("self", "self.build", "self.call", "self.__call__")
        or (call.endswith(".build") and not call.startswith("super()"))
        for call in method.calls
    )


def _mentioned(
    hierarchy: Hierarchy, ref: ClassRef, but: Collection[tuple[str, str, int]]
) -> set[str]:
    """The attributes that methods read which neither `__init__` nor `build()` runs."""
    return {
        attribute
        for item in hierarchy.lineage(ref).chain
        for method in item.summary.methods.values()
        if FunctionRef.of(item.module, method, item).key not in but
        for attribute in method.reads
    }


def _is_built_late(symbol: Symbol) -> bool:
    known = keras_api.layer_class(symbol.name)
    return (
        symbol.kind == "layer"
        and not symbol.guessed
        and not symbol.legacy
        and known is not None
        and known.defines_build
        and not known.weightless
        and known.name not in keras_facts.MAY_HAVE_NO_WEIGHTS
    )


def _has_parameter(root: Symbol, name: str) -> bool:
    known = keras_api.layer_class(root.name)
    return known is not None and name in known.parameters
