"""A class and what its `__init__` is to create → whether every construction can do so, unseen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.method_steps import Creation
from keraslint.layer.motion.safety.class_hooks import metaclasses, registers
from keraslint.project.facts.occurrences.occurrence_records import Call
from keraslint.project.names.definitions import ClassRef, FunctionRef, ModuleRef
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.spread import IS, Change
from keraslint.project.program.mentions.noted_functions import Function


class Construction:
    """Asks what happens while instances of one class are made."""

    def __init__(self, effects: Effects, family: Family) -> None:
        self._effects = effects
        self._graph = effects.graph
        self._family = family
        self._side = effects.side

    # -- side effects ----------------------------------------------------------------------

    def effects(self, creations: Sequence[Creation]) -> Iterator[Objection]:
        """Every effect of making the moved layers that somebody could see."""
        for creation in creations:
            for target in creation.made.targets:
                if isinstance(target, ClassRef):
                    yield from self._of_class(target)
            for callee in creation.callees:
                yield from self._of_factory(callee, creation)

    def _of_class(self, ref: ClassRef) -> Iterator[Objection]:
        for cause in metaclasses(self._graph.hierarchy.lineage(ref)):
            yield Objection(
                question=Question.SIDE_EFFECTS,
                level=Level.UNSEEN,
                cause=cause,
                path=ref.module.path,
                line=ref.summary.line,
            )
        for name in ("__init__", "__new__"):
            method = self._graph.hierarchy.method(ref, name)
            function = self._graph.function(method) if method is not None else None
            if function is None:
                continue
            for change in self._side.of(function):
                yield _seen(f"making a `{ref.summary.name}` {change.does}", change)
            built = self._side.builds_itself(function)
            if built is not None:
                yield _seen(f"making a `{ref.summary.name}` {built.does}", built)

    def _of_factory(self, callee: str, creation: Creation) -> Iterator[Objection]:
        owner = self._family.ref
        function = owner.summary.methods.get(creation.method.node.name.value)
        for meaning in self._graph.hierarchy.values(owner.scope(function), callee):
            inner = self._graph.function(meaning) if isinstance(meaning, FunctionRef) else None
            if inner is None:
                continue
            for name in inner.decorators:
                if not registers(name) and name not in ("staticmethod", "classmethod"):
                    cause = f"`{callee}()` is decorated with `{name}`"
                    yield Objection(
                        question=Question.SIDE_EFFECTS,
                        level=Level.UNSEEN,
                        cause=cause,
                        path=inner.path,
                        line=inner.does.line,
                    )
            changed = self._side.changes_its_arguments(inner)
            for change in (*self._side.of(inner), *((changed,) if changed else ())):
                does = change.does.replace("{it}", "what it is given")
                yield _seen(f"`{callee}()` {does}", change)

    # -- construction before definition ----------------------------------------------------

    def earliest(self, names: Collection[str]) -> Iterator[Objection]:
        """Names that are not defined yet where the file itself makes the first instance."""
        module = self._family.ref.module
        body = next(
            (f for f in self._graph.by_path.get(module.path, ()) if f.kind == "module"), None
        )
        if body is None:
            return
        starts = sorted(self._starts(body))
        for name in sorted(names):
            lines = [_settled(body, line) for line in body.does.lines.get(name, ())]
            early = [start for start in starts if lines and start < max(lines)]
            if early:
                cause = f"`{name}` gets its last value when layers may already exist"
                yield Objection(
                    question=Question.OPERANDS,
                    level=Level.UNSEEN,
                    cause=cause,
                    path=module.path,
                    line=early[0],
                )
            if not starts or self._effects.plain.is_plain_global(module.path, name):
                continue
            for change in self._effects.flow.seeded(body, {name: IS}).hits:
                if any(start < _settled(body, change.line) for start in starts):
                    cause = f"`{name}` is changed when layers may already exist"
                    yield Objection(
                        question=Question.OPERANDS,
                        level=Level.UNSEEN,
                        cause=cause,
                        path=module.path,
                        line=change.line,
                    )

    def _starts(self, body: Function) -> Iterator[int]:
        """The lines from which on the file, while it is imported, may have made an instance."""
        module = self._family.ref.module
        own = module.functions.keys() | module.classes.keys()
        line = self._family.ref.summary.line
        bodies = [f for f in self._graph.by_path.get(body.path) if f.kind != "function"]
        for function in bodies:
            for call in function.does.calls:
                if call.line > line and call.leaf.partition(".")[0] in own:
                    yield call.line
        for name, lines in body.does.lines.items():
            for at in lines:
                if at > line and name in module.imports and self._comes_back(name):
                    yield at

    def defined_late(
        self, names: Collection[str], creations: Sequence[Creation]
    ) -> Iterator[Objection]:
        """Names of other files that are not there yet when these make the first instance."""
        for path, name in sorted(self._elsewhere(names, creations)):
            bodies = [f for f in self._graph.by_path.get(path, ()) if f.kind != "function"]
            lines = [n for f in bodies if f.kind == "module" for n in f.does.lines.get(name, ())]
            for body in bodies if lines else ():
                for call in body.does.calls:
                    if call.line < max(lines) and self._makes_one(body, call):
                        yield Objection(
                            question=Question.OPERANDS,
                            level=Level.UNSEEN,
                            cause=f"`{name}` is not defined yet where its file makes an instance",
                            path=body.path,
                            line=call.line,
                        )

    def _elsewhere(
        self, names: Collection[str], creations: Sequence[Creation]
    ) -> set[tuple[str, str]]:
        """The other files that define names, or the classes of layers, with what they are there."""
        ref = self._family.ref
        scope = ref.scope(ref.summary.methods.get("build"))
        found = {pair for name in names for pair in self._effects.globals.homes(ref.module, name)}
        for name in names:
            owner, _, last = name.rpartition(".")
            for meaning in self._graph.hierarchy.values(scope, owner) if owner else ():
                if isinstance(meaning, ModuleRef) and meaning.summary is not None:
                    found.add((meaning.summary.path, last))
        for target in (target for creation in creations for target in creation.made.targets):
            if isinstance(target, ClassRef):
                found.add((target.module.path, target.summary.name))
        return {(path, name) for path, name in found if path != ref.module.path}

    def _makes_one(self, body: Function, call: Call) -> bool:
        """Whether a call makes an instance, itself or by what it runs."""
        targets = self._graph.targets(body, call)
        if any(self._family.has(ref) for ref in targets.constructs):
            return True
        return any(
            any(self._family.has(ref) for ref in self._graph.targets(one, inner).constructs)
            for function, _ in targets.functions
            for one in self._side.reached(function)
            for inner in one.does.calls
        )

    def _comes_back(self, name: str) -> bool:
        """Whether an import may lead back to the file: one of the project that knows the class."""
        module = self._family.ref.module
        for target in module.imports.get(name, ()):
            parts = target.split(".")
            for count in range(len(parts), 0, -1):
                other = self._effects.globals.load(".".join(parts[:count]), module.path)
                if other is not None and other.path != module.path:
                    return True
        return False

    # -- the instance before its time ------------------------------------------------------

    def handed_out(self) -> Iterator[Objection]:
        """What the constructor gives its own instance to, and that may build it."""
        for function in sorted(self._family.phases.init, key=lambda f: f.does.line):
            for call in function.does.calls:
                for _, refs in call.arguments:
                    if (function.instance,) == refs:
                        yield from self._given_self(function, call.number)

    def left_out(self) -> Iterator[Objection]:
        """Code that makes instances and does not run their constructor."""
        for function, call in self._graph.calls.get("__new__", ()):
            given = any(self._family.may_be(function, ref, doubt=False) for ref in call.argument(0))
            if given and function.own_name != "__new__":
                yield Objection(
                    question=Question.CONTROL,
                    level=Level.UNSEEN,
                    cause=f"{function.told} may make a layer without its `__init__()`",
                    path=function.path,
                    line=call.line,
                )

    def built_again(self) -> Iterator[Objection]:
        """Code outside of the class that has the layer built a second time."""
        family = self._family
        for event in self._effects.sets(lambda f, ref: family.may_be(f, ref, doubt=False), "built"):
            if not family.owns(event.function):
                yield Objection(
                    question=Question.CONTROL,
                    level=Level.UNSEEN,
                    cause=f"{event.function.told} sets `built`, and may have it built again",
                    path=event.function.path,
                    line=event.line,
                )

    def _given_self(self, function: Function, number: int) -> Iterator[Objection]:
        call = next(c for c in function.does.calls if c.number == number)
        targets = self._graph.targets(function, call)
        told = f"`{function.own_name}()` hands the layer to `{call.leaf}()`"
        if call.method == "__init__" or call.method in ("__setattr__",):
            return
        if targets.keeps is None and not targets.functions:
            yield Objection(
                question=Question.CONTROL,
                level=Level.UNSEEN,
                cause=f"{told}, of which nothing is known",
                path=function.path,
                line=call.line,
            )
        for inner, _ in targets.functions:
            built = self._builds(inner, set())
            if built is not None:
                yield Objection(
                    question=Question.CONTROL,
                    level=Level.UNSEEN,
                    cause=f"{told}, which {built.does}",
                    path=built.function.path,
                    line=built.line,
                )

    def _builds(self, function: Function, seen: set[Function]) -> Change | None:
        """Where a function calls or builds something that it is given, itself or by others."""
        if function in seen:
            return None
        seen.add(function)
        given = {name.lstrip("*") for name in function.parameters}
        for call in function.does.calls:
            root = call.leaf.partition(".")[0]
            if root in given and (
                call.leaf == root or call.method in ("build", "call", "__call__")
            ):
                return Change(function=function, line=call.line, does="builds or calls it")
            for inner, _ in self._graph.targets(function, call).functions:
                found = self._builds(inner, seen)
                if found is not None:
                    return found
        return None


def _settled(body: Function, line: int) -> int:
    """The line after which what a module does in one of its lines is done: a loop comes back."""
    return max((last + 1 for first, last in body.does.loops if first <= line <= last), default=line)


def _seen(cause: str, change: Change) -> Objection:
    path = change.function.path
    return Objection(
        question=Question.SIDE_EFFECTS, level=Level.UNSEEN, cause=cause, path=path, line=change.line
    )
