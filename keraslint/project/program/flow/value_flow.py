"""Where a value goes → what may change it: MOD and ESC of parameters, solved to a fixpoint.

A reference *is* the value (or a part of it), or *holds* it: a new list that has it as an item.
Within a function the order of statements does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from keraslint.project.facts.container_methods import CHANGING, CONTAINER_METHODS, READ_ONLY
from keraslint.project.facts.occurrences.occurrence_records import ITEM, Call, Refs
from keraslint.project.names.reads.recorded_reads import Ground, ground_of
from keraslint.project.program.flow.call_graph import CallGraph, Targets
from keraslint.project.program.flow.given_arguments import given_to
from keraslint.project.program.flow.outside_functions import Keeps
from keraslint.project.program.flow.spread import HOLDS, IS, NOWHERE, Change, Hit, Kept, Spread
from keraslint.project.program.mentions.noted_functions import Function

_EVERYTHING = IS | HOLDS

Key = tuple[Function, int, int]
Seeded = tuple[Function, tuple[tuple[str, int], ...]]


class ValueFlow:
    """Follows values through the functions of a project."""

    def __init__(self, graph: CallGraph) -> None:
        self.graph = graph
        self._reads = graph.reads
        self._known: dict[Key, tuple[Spread, frozenset[Ground]]] = {}
        self._grounds: dict[Key, Ground] = {}
        self._open: list[Key] = []
        self._readers: dict[Key, set[Key]] = {}
        self._stale: set[Key] = set()
        self._seeded: dict[Seeded, tuple[Spread, Ground]] = {}

    def seeded(self, function: Function, seeds: Mapping[str, int]) -> Spread:
        """What becomes of what some access paths of a function stand for."""
        key = (function, tuple(sorted(seeds.items())))
        known = self._seeded.get(key)
        if known is None:
            with self._reads.answer() as seen:
                known = _Local(self, function, seeds).run(), ground_of(seen())
            if not self._open:
                self._seeded[key] = known
        self._reads.add(known[1])
        return known[0]

    def parameter(self, function: Function, number: int, level: int) -> Spread:
        """What becomes of an argument; functions that call each other are solved together."""
        key = (function, number, level)
        if self._open:
            self._readers.setdefault(key, set()).add(self._open[-1])
        if key not in self._known:
            self._known[key] = NOWHERE, frozenset()
            self._renew(key)
            while self._stale and not self._open:
                self._renew(self._stale.pop())
        spread, grounds = self._known[key]
        if self._open:
            self._reads.add_all(grounds)
        else:
            self._reads.add(self._settled(key))
        return spread

    def _settled(self, key: Key) -> Ground:
        """What a solved argument rests on."""
        ground = self._grounds.get(key)
        if ground is None:
            ground = self._grounds[key] = ground_of(self._known[key][1])
        return ground

    def _renew(self, key: Key) -> None:
        """Compute one argument; whoever has read another answer has to look again."""
        self._open.append(key)
        with self._reads.answer() as seen:
            found = self._argument(key), seen()
        self._open.pop()
        if found != self._known[key]:
            self._known[key] = found
            self._grounds.pop(key, None)
            self._stale |= self._readers.get(key, set())

    def _argument(self, key: Key) -> Spread:
        function, number, level = key
        name = function.parameters[number].lstrip("*")
        if function.parameters[number][0] == "*":
            level = HOLDS
        return _Local(self, function, {name: level}).run()


class _Local:
    """One function, and the access paths in it that stand for a value."""

    def __init__(self, flow: ValueFlow, function: Function, seeds: Mapping[str, int]) -> None:
        self._flow = flow
        self._graph = flow.graph
        self._function = function
        self._does = function.does
        self._seeds = seeds
        self._names: dict[str, int] = {}
        self._hits: set[Hit] = set()
        self._kept: set[Kept] = set()

    def run(self) -> Spread:
        """Let names take on what they are bound to until nothing changes; then look at it all."""
        while self._grow():
            pass
        self._look()
        returned = 0
        for ref in self._does.returns:
            returned |= self.level(ref)
        return Spread(
            hits=tuple(sorted(self._hits, key=_place)),
            returned=returned,
            kept=tuple(sorted(self._kept, key=_owner)),
        )

    def level(self, ref: str) -> int:
        """Whether a reference is the value, holds it, or both."""
        first = ref[0]
        if first in "'?!":
            return 0
        path = ref.lstrip("*")
        found, current = 0, path
        while True:
            level = self._seeds.get(current, 0) | self._names.get(current, 0)
            if level:
                found |= level if current == path else (IS if level == IS else _EVERYTHING)
            if "." not in current:
                break
            current = current.rpartition(".")[0]
        return HOLDS if found and first == "*" else found

    def _levels(self, refs: Refs) -> int:
        found = 0
        for ref in refs:
            found |= self.level(ref)
        return found

    def _raise(self, name: str, level: int) -> bool:
        known = self._names.get(name, 0)
        if known | level != known:
            self._names[name] = known | level
            return True
        return False

    def _grow(self) -> bool:
        changed = False
        for name, refs in self._does.bound.items():
            changed |= self._raise(name, self._levels(refs))
        for store in self._does.stores:
            level = self._levels(store.value)
            for ref in store.base if level else ():
                name = ref.lstrip("*").partition(".")[0]
                if name in self._does.bound:
                    changed |= self._raise(name, HOLDS)
        for call in self._does.calls:
            if self._concerns(call):
                changed |= self._raise(f"#{call.number}", self._result(call))
                changed |= self._enter(call)
        return changed

    def _concerns(self, call: Call) -> bool:
        for _, refs in call.arguments:
            if self._levels(refs):
                return True
        return self._levels(call.receiver) != 0

    def _result(self, call: Call) -> int:
        """How much of the value a call's result has."""
        targets = self._graph.targets(self._function, call)
        found = 0
        for spread in self._entered(call, targets):
            found |= spread.returned
        receiver = self._levels(call.receiver) if call.method else 0
        if receiver & HOLDS:
            found |= _EVERYTHING
        elif receiver and targets.keeps is not Keeps.NOTHING:
            found |= IS
        if targets.is_any and call.method in READ_ONLY and call.method != "get":
            return found
        for _, refs in call.arguments:
            found |= _kept_of(self._levels(refs), targets.keeps)
        return found

    def _entered(self, call: Call, targets: Targets) -> Iterator[Spread]:
        """What becomes of the value in each function of the project that the call may run."""
        for function, offset in targets.functions:
            if call.method and offset and function.parameters:
                level = self._levels(call.receiver)
                if level & IS:
                    yield self._flow.parameter(function, 0, level)
            if targets.is_any and call.method in READ_ONLY:
                continue
            for number, refs in given_to(call, function, offset):
                level = self._levels(refs)
                if level:
                    yield self._flow.parameter(function, number, level)

    def _enter(self, call: Call) -> bool:
        """Give the parameters of nested functions what they may be called with."""
        changed = False
        level = 0
        for _, refs in call.arguments:
            level |= self._levels(refs)
        for inner in self._inner(call) if level else ():
            for name in inner:
                changed |= self._raise(name.lstrip("*"), _EVERYTHING)
        if level and self._is_container_of(call):
            for ref in call.receiver:
                changed |= self._raise(ref.lstrip("*").partition(".")[0], HOLDS)
        return changed

    def _inner(self, call: Call) -> Iterator[tuple[str, ...]]:
        """The parameters of nested functions that a call runs, or is given."""
        given = [ref for _, refs in call.arguments for ref in refs]
        for ref in (*call.receiver, *given):
            for one in (ref, *self._does.bound.get(ref, ())):
                if one[0] == "λ" and one[1:] in self._does.inner:
                    yield self._does.inner[one[1:]].parameters

    def _is_container_of(self, call: Call) -> bool:
        """Whether a call may put its arguments into a container that has a name here."""
        return call.method in CONTAINER_METHODS and any(
            ref.lstrip("*").partition(".")[0] in self._does.bound for ref in call.receiver
        )

    # -- what happens to it ----------------------------------------------------------------

    def _look(self) -> None:
        for store in self._does.stores:
            if store.attribute != ITEM and self._levels(store.base) & IS:
                self._hit(
                    store.line, store.later, f"sets `.{store.attribute.lstrip('=')}` of {{it}}"
                )
            level = self._levels(store.value)
            if level:
                self._keep(store.base, store.attribute, level)
        for change in self._does.changes:
            if self._levels(change.refs) & IS:
                self._hit(change.line, change.later, "changes {it} in place", scales=change.scales)
        for call in self._does.calls:
            if self._concerns(call):
                self._call(call)
        self._hands_out(self._does.returns, self._does.line)
        for store in self._does.stores:
            self._hands_out(store.value, store.line)

    def _hands_out(self, refs: Iterable[str], line: int) -> None:
        """`return sizes.append`: whoever gets the method may change the value with it."""
        for ref in refs:
            base, _, name = ref.lstrip("*").rpartition(".")
            if base and name in CHANGING and self.level(base) & IS:
                self._hit(line, True, f"hands out `.{name}` of {{it}}")

    def _keep(self, base: Refs, attribute: str, level: int) -> None:
        for ref in base:
            path, name = ref.lstrip("*"), attribute
            if attribute == ITEM:
                path, _, name = path.rpartition(".")
                path, level = path or name, HOLDS
            if path == "?" or (path in self._does.bound and attribute == ITEM):
                continue
            self._kept.add(Kept(function=self._function, base=path, attribute=name, level=level))

    def _call(self, call: Call) -> None:
        targets = self._graph.targets(self._function, call)
        tells = targets.is_any and call.method == "get_config"  # Keras calls it at any time
        for spread in self._entered(call, targets) if not tells else ():
            self._kept.update(spread.kept)
            for hit in spread.hits:
                self._hits.add(Hit(line=call.line, later=call.later, change=hit.change))
        receiver = self._levels(call.receiver) if call.method else 0
        if receiver & IS and targets.keeps is None:
            self._hit(call.line, call.later, f"calls `.{call.method}()` on {{it}}")
        level = 0
        for given, refs in call.arguments:
            here = self._levels(refs)
            level |= here
            if here & IS and given == "out":
                self._hit(call.line, call.later, f"lets `{call.leaf}()` write to {{it}}")
        if level and targets.keeps is None:
            self._escapes(call, receiver, level)
        elif level and not targets.functions:
            self._applied(call, level)
        self._through_a_name(call)

    def _applied(self, call: Call, level: int) -> None:
        """`map(widen, sizes)`, `partial(operator.setitem, options)`: what the function may do."""
        for _, refs in call.arguments:
            for ref in refs if not self._levels(refs) else ():
                targets = self._graph.meant(self._function, ref, call)
                if targets is None:
                    continue
                if targets.keeps is None and not targets.functions:
                    does = f"hands {{it}} to `{ref}()`, of which nothing is known"
                    self._hit(call.line, call.later, does, is_escape=True)
                for function, offset in targets.functions:
                    for number in range(offset, len(function.parameters)):
                        spread = self._flow.parameter(function, number, _EVERYTHING)
                        for hit in spread.hits:
                            self._hits.add(Hit(line=call.line, later=True, change=hit.change))

    def _through_a_name(self, call: Call) -> None:
        """`add = sizes.append; add(3)`, `map(sizes.append, others)`: a method as a value."""
        called = call.receiver if not call.method else ()
        given = [ref for _, refs in call.arguments for ref in refs]
        for ref in (*called, *given):
            for path in (ref, *self._does.bound.get(ref, ())):
                base, _, name = path.rpartition(".")
                if not base or not self.level(base) & IS:
                    continue
                if name in CHANGING or (ref in called and path is not ref):
                    self._calls_method(call, name)

    def _calls_method(self, call: Call, name: str) -> None:
        targets = self._graph.any_method(name)
        if targets.keeps is None:
            self._hit(call.line, call.later, f"calls `.{name}()` on {{it}}")
        for function, offset in targets.functions:
            if offset and function.parameters:
                for hit in self._flow.parameter(function, 0, IS).hits:
                    self._hits.add(Hit(line=call.line, later=call.later, change=hit.change))

    def _escapes(self, call: Call, receiver: int, level: int) -> None:
        if any(True for _ in self._inner(call)) and not call.method:
            return
        if self._is_container_of(call) or receiver & HOLDS:
            return
        if call.method in CONTAINER_METHODS and call.receiver:
            self._keep(call.receiver, ITEM, level)
            return
        if call.method and (receiver or call.method in READ_ONLY):
            return
        told = call.leaf or "a function"
        does = f"hands {{it}} to `{told}()`, of which nothing is known"
        self._hit(call.line, call.later, does, is_escape=True)

    def _hit(
        self, line: int, later: bool, does: str, *, is_escape: bool = False, scales: bool = False
    ) -> None:
        self._hits.add(
            Hit(
                line=line,
                later=later,
                change=Change(
                    function=self._function,
                    line=line,
                    does=does,
                    is_escape=is_escape,
                    scales=scales,
                ),
            )
        )


def _place(hit: Hit) -> tuple[object, ...]:
    change = hit.change
    return hit.line, hit.later, change.function.path, change.line, change.does, change.is_escape


def _owner(kept: Kept) -> tuple[object, ...]:
    return kept.function.path, kept.function.does.line, kept.base, kept.attribute, kept.level


def _kept_of(level: int, keeps: Keeps | None) -> int:
    if not level or keeps is Keeps.NOTHING:
        return 0
    if keeps is Keeps.HOLD:
        return HOLDS
    return IS if level == IS else _EVERYTHING
