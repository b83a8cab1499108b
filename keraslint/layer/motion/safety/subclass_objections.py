"""A planned move and the subclasses of its class → what breaks in them, and what may."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from keraslint.project.facts.module_facts import FunctionSummary
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import reached, surely_makes_none


class Descendants:
    """The subclasses that the project has of one class.

    `reads` and `writes` are the attributes that a move reads and writes.
    """

    def __init__(self, hierarchy: Hierarchy, ref: ClassRef, refs: Sequence[ClassRef]) -> None:
        self._hierarchy = hierarchy
        self._ref = ref
        self._refs = refs

    def methods(self) -> Iterator[FunctionSummary]:
        """Every method that a subclass adds or replaces."""
        for ref in self._refs:
            yield from ref.summary.methods.values()

    def override(self, name: str) -> bool:
        """Whether a subclass has a method or a class attribute of a name."""
        return any(name in r.summary.methods or name in r.summary.bindings for r in self._refs)

    def bars(self, reads: Collection[str], writes: Collection[str]) -> Iterator[str]:
        """What surely breaks."""
        for ref in self._refs:
            name = f"the subclass `{ref.summary.name}`"
            build = ref.summary.methods.get("build")
            if build is not None and _replaces(build):
                for attribute in sorted(build.assigns & set(writes)):
                    yield f"{name} makes `self.{attribute}` itself"
            for attribute in sorted(reads):
                held = ref.summary.bindings.get(attribute, ())
                if attribute in ref.summary.methods or "property()" in held:
                    yield f"{name} overrides `{attribute}`"
            if "__init__" in ref.summary.methods:
                yield from self._constructor(ref, name, set(reads), set(writes))
            yield from self._beside(ref, name, set(reads))

    def _constructor(
        self, ref: ClassRef, name: str, reads: set[str], writes: set[str]
    ) -> Iterator[str]:
        init = ref.summary.methods["__init__"]
        ours = {"super().__init__", f"{self._ref.summary.name}.__init__"}
        above = {f"{item.summary.name}.__init__" for item in self._refs}
        if not (ours | above) & init.calls or self._passed_over("__init__") & init.passes:
            yield f"{name} does not call this `__init__`"
        build = ref.summary.methods.get("build")
        replaced = build is not None and _replaces(build)
        for method in self._run(ref, init):
            for attribute in sorted(method.assigns & reads):
                if not replaced:
                    yield f"{name} sets `self.{attribute}` itself"
            for attribute in sorted((method.assigns | method.reads) & writes):
                yield f"{name} uses `self.{attribute}` while it is being constructed"

    def _passed_over(self, method: str) -> set[str]:
        """The calls that pass over the class on their way up: `super(Block, self).build()`."""
        chain = self._hierarchy.lineage(self._ref).chain
        names = {item.summary.name for item in chain}
        return {f"{name}.{method}" for name in names}

    def _beside(self, ref: ClassRef, name: str, reads: set[str]) -> Iterator[str]:
        """Another base of a subclass may set attributes once this constructor is done."""
        above = [item.summary for item in self._hierarchy.lineage(self._ref).chain]
        ours = {id(summary) for summary in (*above, *(one.summary for one in self._refs))}
        for item in self._hierarchy.lineage(ref).chain:
            init = item.summary.methods.get("__init__")
            if id(item.summary) not in ours and init is not None:
                for attribute in sorted(init.assigns & reads):
                    yield f"the base `{item.summary.name}` of {name} sets `self.{attribute}`"

    def _run(self, ref: ClassRef, init: FunctionSummary) -> Iterator[FunctionSummary]:
        """What a subclass runs in its constructor, but for the constructors above."""
        start = FunctionRef.of(ref.module, init, ref)
        for method in reached(self._hierarchy, ref, start):
            yield method.summary

    def doubts(self, writes: Collection[str]) -> Iterator[str]:
        """What may break, and cannot be seen by running the class itself."""
        for ref in self._refs:
            name = f"the subclass `{ref.summary.name}`"
            build = self._hierarchy.method(ref, "build")
            if build is None or self._extends(ref, build, writes):
                pass
            elif build.owner != self._ref:
                verb = "replaces" if _replaces(build.summary) else "has its own"
                yield f"{name} {verb} `build()`"
            init = ref.summary.methods.get("__init__")
            if init is None:
                continue
            if self._may_add_layers(ref, init):
                yield f"{name} adds layers in `__init__`: the order of its weights changes"
            if "*" in init.assigns:
                yield f"{name} sets attributes by computed names"

    def _extends(self, ref: ClassRef, build: FunctionRef, writes: Collection[str]) -> bool:
        """Whether a subclass's `build()` always runs this one, and leaves its layers alone.

        Where this one does not build them, the fix may add that it does.
        """
        ours = self._ref.summary.methods.get("build")
        built = {f"self.{name}.build" for name in writes} <= (ours.calls if ours else set())
        above = [
            one for one in self._hierarchy.lineage(ref).chain if "build" in one.summary.methods
        ]
        return (
            above[:2] == [ref, self._ref]
            and "super().build" in build.summary.definite
            and not self._passed_over("build") & build.summary.passes
            and built
            and not (build.summary.assigns | build.summary.reads) & set(writes)
            and surely_makes_none(self._hierarchy, ref, build)
        )

    def _may_add_layers(self, ref: ClassRef, init: FunctionSummary) -> bool:
        for method in self._run(ref, init):
            scope = ref.scope(method)
            for call in method.calls:
                made = self._hierarchy.made(scope, call)
                if made is not None and (made.factory or self._hierarchy.makes_weights(made)):
                    return True
        if any(self._is_called(ref, init, p.name) for p in init.parameters[1:]):
            return True
        return any(
            word in p.name
            for p in init.parameters[1:]
            for word in ("layer", "model", "block")
            if not p.name.startswith(("num_", "n_"))
        )

    def _is_called(self, ref: ClassRef, init: FunctionSummary, parameter: str) -> bool:
        """Whether the constructor stores an argument that other methods call or build."""
        kept = [
            name
            for name, leaves in init.bindings.items()
            if name.startswith("self.") and parameter in leaves
        ]
        calls = {call for method in ref.summary.methods.values() for call in method.calls}
        return any({name, f"{name}.build"} & calls for name in kept)


def _replaces(build: FunctionSummary) -> bool:
    return not any(c.endswith(".build") and not c.startswith("self.") for c in build.calls)
