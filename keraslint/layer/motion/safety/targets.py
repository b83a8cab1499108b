"""What moved code writes → who may notice between `__init__` and `build()` that it is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keraslint.diagnostic import Level, Objection, Question
from keraslint.project.facts.container_methods import CHANGING
from keraslint.project.facts.occurrences.occurrence_records import ITEM, Refs
from keraslint.project.names.definitions import Kind
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.stores_by_name import is_among
from keraslint.project.program.mentions.noted_functions import Function

_NESTED = frozenset({"_layers", "_flatten_layers", "submodules", "_trackable_children"})
_RUN = frozenset({"build", "call", "compute_output_shape", ""})
_WITH_SEEDS = frozenset({"variables", "non_trainable_variables"})
_OF_MODELS = frozenset({"layers", "summary", "get_layer"})


class Targets:
    """Asks who looks at the attributes that one class's moved code writes."""

    def __init__(self, effects: Effects, family: Family) -> None:
        self._effects = effects
        self._graph = effects.graph
        self._family = family

    def attribute(self, name: str) -> Iterator[Objection]:
        """Every reason why the attribute must not be there before `build()`."""
        for event in self._effects.sets(self._family.may_be, name):
            if self._is_between(event.function, event.later):
                does = event.change.does.replace("{it}", f"`self.{name}`")
                told = f"{event.function.told} {does}"
                yield _objection(
                    told if name in told else f"{told}: `{name}`", event.function, event.line
                )
        for function, path in self._graph.loads.get(name, ()):
            asked = function.tests(path) and self._may_be(function, path, doubt=False)
            if asked and self._is_between(function):
                told = f"{function.told} asks whether `{name}` is there"
                yield _objection(told, function, function.does.line)
        for kind in self._effects.descriptors(self._family, name, "__set__"):
            yield Objection(
                question=Question.TARGETS,
                level=Level.UNSEEN,
                cause=f"storing `{name}` runs `{kind.summary.name}.__set__()`",
                path=kind.module.path,
                line=kind.summary.line,
            )
        yield from self._by_name(name)

    def shown(self, name: str) -> Iterator[str]:
        """The properties that show an attribute."""
        for method in self._family.methods:
            if method.is_property and f"{method.instance}.{name}" in method.does.loads:
                yield method.own_name

    def read(self, name: str) -> Iterator[Objection]:
        """Every reader between of a container that is no longer empty then."""
        for function, path in self._graph.loads.get(name, ()):
            if self._may_be(function, path) and self._is_between(function):
                yield _objection(
                    f"{function.told} looks at `self.{name}`", function, function.does.line
                )

    def _by_name(self, name: str) -> Iterator[Objection]:
        """`getattr(self, key, None)`."""
        for function, path, step in self._effects.by_name.computed_tests:
            if not (self._may_be(function, path, doubt=False) and self._is_between(function)):
                continue
            names = self._effects.by_name.texts(function, step) if step != "*" else None
            if is_among(names, name):
                told = f"{function.told} looks for attributes by computed names, maybe `{name}`"
                yield _objection(told, function, function.does.line)

    def everything(self, *, seeds: bool) -> Iterator[Objection]:
        """Every place that lists all attributes, or all layers, of what may be such a layer.

        With `seeds`, one of the layers brings a variable with it.
        """
        is_model = self._graph.hierarchy.lineage(self._family.ref).kind is Kind.MODEL
        listed = _NESTED | (_OF_MODELS if is_model else set()) | (_WITH_SEEDS if seeds else set())
        for step in sorted(listed):
            for function, path in self._graph.loads.get(step, ()):
                found = self._may_be(function, path, doubt=False) or self._keeps_one(function, path)
                if not (found and self._is_between(function)):
                    continue
                told_all = step not in _WITH_SEEDS or self._family.owns(function)
                if told_all or self._asks_for_any(function, path):
                    told = f"{function.told} looks at `{_base(function, path)}.{step}`"
                    yield _objection(told, function, function.does.line)
        for function, path in self._graph.loads.get("__dict__", ()):
            if self._may_be(function, path, doubt=False) and self._is_between(function):
                told = f"{function.told} may look at all attributes"
                yield _objection(told, function, function.does.line)
        yield from self._listed()

    def _keeps_one(self, function: Function, path: str) -> bool:
        """Whether the instance of another class, of which all layers are listed, keeps such one."""
        if path != f"{function.instance}._flatten_layers":
            return False
        return any(
            ref[0] == "#" and self._family.may_be(other, ref, doubt=False)
            for other in self._graph.by_path.get(function.path)
            if other.owner_name == function.owner_name and other.instance
            for store in other.does.stores
            if store.base == (other.instance,)
            for ref in store.value
        )

    def _listed(self) -> Iterator[Objection]:
        """`dir(self)`, `inspect.getmembers(self)`, and `gc.get_objects()`, which has all layers."""
        for function, call in self._graph.calls.get("get_objects", ()):
            is_of_all = self._graph.targets(function, call).says == "gc.get_objects"
            if is_of_all and self._is_between(function, call.later):
                told = f"{function.told} looks at all objects that there are"
                yield _objection(told, function, call.line)
        for name in ("dir", "getmembers"):
            for function, call in self._graph.calls.get(name, ()):
                refs = [ref for _, given in call.arguments[:1] for ref in given]
                refs = [r for r in refs if self._family.may_be(function, r, doubt=False)]
                counts = self._family.owns(function) or name == "getmembers"
                if not refs or not (counts or self._goes_through(function, refs)):
                    continue
                if self._is_between(function, call.later):
                    told = f"{function.told} may look at all attributes"
                    yield _objection(told, function, call.line)

    def _goes_through(self, function: Function, refs: Collection[str]) -> bool:
        """Whether a function gets attributes of an object by names that it has found."""
        return any(path.startswith(f"{ref}.=") for ref in refs for path in function.does.loads)

    def _asks_for_any(self, function: Function, path: str) -> bool:
        """Whether a function asks if there is anything in a list of layers."""
        found = {path}
        for call in function.does.calls:
            refs = {ref for _, given in call.arguments for ref in given}
            listed = call.leaf in ("list", "tuple", "set", "sorted", "next", "iter", "filter")
            if path == ".".join((*call.receiver[:1], call.method)) or (
                listed and _any_of(refs, found)
            ):
                found.add(f"#{call.number}")
            elif call.leaf in ("len", "any", "all", "bool") and _any_of(refs, found):
                return True
        for name, held in function.does.bound.items():
            if _any_of(held, found):
                found.add(name)
        return _any_of(function.does.tests, found)

    # -- other layers ----------------------------------------------------------------------

    def stored(self, moved: Collection[str]) -> Iterator[Objection]:
        """Every other layer that is stored on the instance between: it was the first there."""
        yield from self._attached(moved)
        yield from self._contained(moved)
        for name in sorted(self.holders - set(moved)):
            for function, store in self._graph.stores.get(name, ()):
                given = self._may_hold(function, store.value)
                mine = given and any(self._family.may_be(function, ref) for ref in store.base)
                if mine and self._is_between(function, store.later):
                    yield self._earlier(function, name, store.line)
            for function, path in self._graph.loads.get(name, ()):
                if not (self._may_be(function, path) and self._is_between(function)):
                    continue
                for call in function.does.calls:
                    if path in call.receiver and call.method in CHANGING and call.arguments:
                        yield self._earlier(function, name, call.line)

    def _contained(self, moved: Collection[str]) -> Iterator[Objection]:
        """Layers that methods of the class put into a list or a dictionary of the instance."""
        is_made = self._effects.attached.is_made
        for method in self._family.methods:
            if not self._is_between(method):
                continue
            items = [(s.base, s.value, s.line) for s in method.does.stores if s.attribute == ITEM]
            items += [
                (call.receiver, tuple(ref for _, refs in call.arguments for ref in refs), call.line)
                for call in method.does.calls
                if call.method in CHANGING
            ]
            for container, value, line in items:
                for ref in container:
                    owner, _, name = ref.partition(".")
                    mine = owner == method.instance and name.isidentifier() and name not in moved
                    if mine and is_made(method, value):
                        yield self._earlier(method, name, line)

    def _attached(self, moved: Collection[str]) -> Iterator[Objection]:
        """Layers that code outside of the class stores on an instance, by a name of its own."""
        for function, store in self._effects.attached.stores:
            own = store.base == (function.instance,) and self._family.owns(function)
            other = store.attribute not in moved and not own
            if other and self._is_on_ours(function, store.base):
                yield self._earlier(function, store.attribute, store.line)

    def _is_on_ours(self, function: Function, base: Refs) -> bool:
        """Whether a reference is an instance, or what callers give a function may be one."""
        return any(
            self._family.may_be(where, ref, doubt=False)
            for one in base
            for where, ref in (
                (function, one),
                *(self._effects.by_name.origins(function, one) if "." not in one else ()),
            )
            if ref not in ("", "?")
        )

    def _earlier(self, function: Function, name: str, line: int) -> Objection:
        place = "under a computed name" if name[0] == "=" else f"as `{name}`"
        does = f"may store a layer {place} before `build()`"
        told = f"{function.told} {does}: the order of `.weights` changes"
        return _objection(told, function, line)

    @property
    def holders(self) -> frozenset[str]:
        """Attributes that are used as layers: called, built, or given one that is made there."""
        found = set()
        is_made = self._effects.attached.is_made
        for method in self._family.methods:
            for call in method.does.calls:
                refs = call.receiver if call.method in _RUN else ()
                if call.method and call.leaf == f"{method.instance}.{call.method}":
                    found.add(call.method)
                for ref in (*refs, *(one for r in refs for one in method.does.bound.get(r, ()))):
                    root, _, rest = ref.partition(".")
                    if root == method.instance and rest:
                        found.add(rest.partition(".")[0])
            for store in method.does.stores:
                if store.base == (method.instance,) and is_made(method, store.value):
                    found.add(store.attribute)
        return frozenset(found)

    def _may_hold(self, function: Function, value: Refs) -> bool:
        """Whether a value may be a layer: it is no number, text or empty list."""
        return any(ref[0] not in "'!" and not self._is_plain(function, ref) for ref in value)

    def _is_plain(self, function: Function, ref: str) -> bool:
        return bool({*function.hint(ref)} & {"int", "float", "bool", "str"})

    # -- when and whose --------------------------------------------------------------------

    def _is_between(self, function: Function, later: bool = False) -> bool:
        if not self._family.owns(function):
            return True
        if function.kind != "function":
            return False
        return later or self._family.is_early(function)

    def _may_be(self, function: Function, path: str, *, doubt: bool = True) -> bool:
        """Whether the owner of an attribute may be such a layer."""
        base = path.rpartition(".")[0]
        if not base:
            return False  # a local name, of nobody's attribute
        if base == function.instance:
            return self._family.owns(function)
        return self._family.may_be(function, base, doubt=doubt)


def _any_of(refs: Collection[str], found: Collection[str]) -> bool:
    return any(ref.lstrip("*") in found for ref in refs)


def _base(function: Function, path: str) -> str:
    base = path.rpartition(".")[0]
    return "self" if base == function.instance else base


def _objection(cause: str, function: Function, line: int) -> Objection:
    return Objection(
        question=Question.TARGETS, level=Level.UNSEEN, cause=cause, path=function.path, line=line
    )
