"""A class that a fix changes, but for where its layers are made → who in the project could tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keraslint.project.facts.occurrences.occurrence_records import ALL, ERRORS, ITEM, Call, root
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, FunctionRef, Instance, Meaning
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.given_arguments import given_to
from keraslint.project.program.handed_children import ONCE_BUILT, HandedChildren
from keraslint.project.program.mentions.file_mentions import HEEDS
from keraslint.project.program.mentions.noted_functions import Function

_OF_SHAPES = ("build", "compute_output_shape")
_INSPECT = "inspect."
_SAID = ("__name__", "__qualname__", "__doc__", "__module__", "__self__", "__call__")
"""What no change of its signature or its code changes of a method."""
_OF_CALL = tuple(
    name
    for name in sorted(keras_api.layer_attributes())
    if name.startswith(("_call_", "call_signature"))
)
"""What Keras itself has found out about the signature of `call()`, and keeps on the layer."""
_INSIDE = ("_layers", "_flatten_layers", "layers")
_MEMBERS = ("getmembers", "getmembers_static", "classify_class_attrs")
_READERS = ("signature", "getfullargspec", "getcallargs")
"""What looks at the methods of a class, and at its constructor."""


class ClassUsers:
    """Asks what other code takes for granted about one class; each answer is a doubt of a fix."""

    def __init__(self, effects: Effects, ref: ClassRef) -> None:
        self._effects = effects
        self._graph = effects.graph
        self._family = effects.family(ref)
        self._handed = HandedChildren(effects.graph)

    # -- methods as objects ----------------------------------------------------------------

    def looks_at(self, method: str) -> Iterator[str]:
        """Who reads the signature of a method, its code, or whether the class itself has it."""
        for function, path in self._graph.loads.get(method, ()):
            if self.is_ours(function, path.rpartition(".")[0]):
                asks = method == "get_config" and _is_a_value(function, path)
                if asks or self._is_inspected(function, {path}, set()):
                    yield f"{who(function)} looks at the signature of `{method}()`"
        for name in _OF_CALL if method == "call" else ():
            for function, path in self._graph.loads.get(name, ()):
                if self.is_ours(function, path.rpartition(".")[0]):
                    yield f"{who(function)} looks at `{name}`"
        for name in (*_MEMBERS, *(_READERS if method == "__init__" else ())):
            for function, call in self._graph.calls.get(name, ()):
                says = self._graph.targets(function, call).says
                if says.startswith(_INSPECT) and any(
                    self.is_ours(function, ref) for ref in call.argument(0)
                ):
                    yield f"{who(function)} looks at the signature of the class"
        for function, path in self._graph.loads.get("__dict__", ()):
            owner = path.rpartition(".")[0]
            if function.tests(f"{owner}.{method}") and self.is_ours(function, owner):
                yield f"{who(function)} asks whether there is a `{method}()`"

    def _is_inspected(
        self, function: Function, paths: Collection[str], seen: set[tuple[Function, str]]
    ) -> bool:
        """Whether a function, or one that it is handed to, looks inside of a method."""
        does = function.does
        names = does.aliases({*paths, *(f"*{path}" for path in paths)})
        inside = (one.rpartition(".") for one in does.loads)
        if any(
            owner in names and step[:2] == "__" and step not in _SAID for owner, _, step in inside
        ):
            return True
        for call in does.calls:
            if all(names.isdisjoint(refs) for _, refs in call.arguments):
                continue
            targets = self._graph.targets(function, call)
            if targets.says.startswith(_INSPECT):
                return True
            for inner, offset in targets.functions:
                for number, refs in given_to(call, inner, offset):
                    parameter = inner.parameters[number].lstrip("*")
                    if not names.isdisjoint(refs) and (inner, parameter) not in seen:
                        seen.add((inner, parameter))
                        if self._is_inspected(inner, {parameter, f"{parameter}.{ITEM}"}, seen):
                            return True
        return False

    def is_ours(self, function: Function, ref: str) -> bool:
        """Whether a reference is an instance, or the class, by what is known of it.

        A name is none where nobody is known to give it.
        """
        own = ref.removesuffix(".__class__")
        itself = (function, own)
        found: tuple[tuple[Function, str], ...] = (itself,)
        is_bound = own in function.parameters or function.bound(own) is not None
        if own != function.instance and is_bound:
            origins = self._effects.by_name.origins(function, own)
            found = tuple(one for one in origins if one != itself)
        return any(
            one not in ("", "?") and self._family.may_be(where, one, doubt=False)
            for where, one in found
        )

    # -- constructions ---------------------------------------------------------------------

    def heeds_refusal(self) -> Iterator[str]:
        """Who goes by the error of a constructor that is given what it does not take."""
        for function in self._graph.mentions.marked.get(HEEDS):
            for call in function.does.calls:
                if function.does.heeds(call.line, ERRORS[:1]) and self._may_make(function, call):
                    yield f"{who(function)} catches what `{call.leaf}()` raises"

    def _may_make(self, function: Function, call: Call) -> bool:
        """Whether a call makes an instance: by the name of a class, or by what is given as one."""
        made = self._graph.targets(function, call).constructs
        given = not call.method and call.leaf in function.parameters
        again = call.receiver if call.method == "from_config" else ()
        handed = (ref for _, refs in call.arguments for ref in refs)
        return (
            any(map(self._family.has, made))
            or (given and self.is_ours(function, call.leaf))
            or any(self.is_ours(function, ref) for ref in again)
            or any(self._is_class(function, ref) for ref in handed)
        )

    def _is_class(self, function: Function, ref: str) -> bool:
        found = self._graph.values(function, ref) if ref[0] not in "'!#*" else ()
        return any(isinstance(one, ClassRef) and self._family.has(one) for one in found)

    # -- errors of methods -----------------------------------------------------------------

    def heeds(
        self, methods: Collection[str], errors: Collection[str], given: str = ""
    ) -> Iterator[str]:
        """Who goes by an error of a method that is called there, or that calling a layer runs.

        If it is told what is `given`, only calls that may give it are meant.
        """
        for function in self._graph.mentions.marked.get(HEEDS):
            for call in function.does.calls:
                names = {name for name, _ in call.arguments}
                meant = not given or {given, ALL} & names or self._overfills(call, methods)
                if (
                    meant
                    and function.does.heeds(call.line, errors)
                    and self._runs(function, call, methods)
                ):
                    yield f"{who(function)} catches what `{call.leaf}()` raises"

    def _overfills(self, call: Call, methods: Collection[str]) -> bool:
        """Whether a call gives more by place than a method takes, so that one more takes it."""
        places = sum(name.isdigit() for name, _ in call.arguments)
        found = (self._graph.hierarchy.method(self._family.ref, name) for name in methods)
        takes = [len(one.summary.parameters) - 1 for one in found if one is not None]
        return places > min(takes, default=0)

    def _runs(self, function: Function, call: Call, methods: Collection[str]) -> bool:
        own = self._family.owns(function)
        if call.method:
            above = own and call.receiver == ("super()",)
            ours = above or any(self.is_ours(function, ref) for ref in call.receiver)
            return call.method in methods and ours
        return "call" in methods and self.is_ours(function, call.leaf)

    def catches_own(self, method: str, line: int, errors: Collection[str]) -> Iterator[str]:
        """Whether a statement of the class itself stands where its error is caught."""
        ref = self._family.ref
        for function in self._graph.mentions.methods(ref.module.path, ref.summary.qualname, method):
            if function.does.heeds(line, errors):
                yield f"{who(function)} catches what the statement raises"

    def patches(self, method: str) -> Iterator[str]:
        """Who puts something in the place of a method of Keras, or of the class."""
        for found in self._effects.sets_named(self._may_be_patched, method):
            yield f"{who(found.function)} may replace `{method}()`"

    def _may_be_patched(self, function: Function, ref: str) -> bool:
        named = self._graph.values(function, ref) if ref[0] not in "'!#*" else ()
        return any(isinstance(one, Symbol) for one in named) or self.is_ours(function, ref)

    def gives_objects(self, names: Collection[str]) -> Iterator[str]:
        """Who gives an argument what no configuration can hold."""
        for init in self._family.constructors:
            for function, call in self._family.constructions:
                for number, name in enumerate(init.does.parameters[1:]):
                    for ref in call.argument(number, name) if name in names else ():
                        if self._is_object(function, ref, set()):
                            yield f"{who(function)} gives `{name}` an object"

    def _is_object(self, function: Function, ref: str, seen: set[str]) -> bool:
        if ref in seen or ref[0] in "'!*?":
            return False
        seen.add(ref)
        if ref[0] == "#" and "." not in ref:
            call = function.call(int(ref[1:]))
            targets = self._graph.targets(function, call)
            return bool(targets.constructs) or targets.says.startswith("keras.")
        bound = () if ref in function.parameters else function.bound(ref) or ()
        return (
            ref[0] == "λ"
            or any(map(_is_code, self._graph.values(function, ref)))
            or any(self._is_object(function, one, seen) for one in bound)
        )

    # -- configurations --------------------------------------------------------------------

    def spreads_beside(self, names: Collection[str]) -> Iterator[str]:
        """Who makes one from a configuration, and gives beside it what that would hold now."""
        found = [one for one, _ in self._family.constructions]
        found += (one for one, _ in self._graph.mentions.all_calls("get_config"))
        found += (one for one in self._family.methods if one.own_name == "from_config")
        for function in dict.fromkeys(found):
            for call in function.does.calls:
                spread = [refs for name, refs in call.arguments if name == ALL]
                given = self._parameters(function, call) & set(names) if spread else ()
                more = min(given) if given else "**" if len(spread) > 1 and names else ""
                if more and any(
                    self._is_configuration(function, call, ref) for refs in spread for ref in refs
                ):
                    yield f"{who(function)} gives `{more}` beside a configuration"

    def _parameters(self, function: Function, call: Call) -> frozenset[str]:
        """The parameters of a constructor that a call gives something, by name or by place."""
        found = {name for name, _ in call.arguments if not name.isdigit()}
        places = [int(name) for name, _ in call.arguments if name.isdigit()]
        made = self._graph.targets(function, call).constructs if places else ()
        known = [ref for ref in made if self._family.has(ref)]
        any_class = function.takes_class or not made
        for ref in self._family.classes if any_class and places else known:
            init = self._graph.hierarchy.method(ref, "__init__")
            takes = [one.name for one in init.summary.parameters[1:]] if init is not None else []
            found |= {takes[place] for place in places if place < len(takes)}
        return frozenset(found)

    def _is_configuration(self, function: Function, call: Call, ref: str) -> bool:
        """Whether `**spread` may be what `get_config()` has given, or hold all of it."""
        made = self._graph.targets(function, call).constructs
        ours = any(self._family.has(one) for one in made)
        seen, todo = {""}, [ref]
        while todo:
            name = root(todo.pop())
            if name in seen or name[0] in "'!":
                continue
            seen.add(name)
            asked = next((c for c in function.does.calls if f"#{c.number}" == name), None)
            if asked is not None and asked.method == "get_config":
                return ours or any(self.is_ours(function, of) for of in asked.receiver)
            if name in function.parameters or f"**{name}" in function.parameters:
                if ours and name in function.parameters:
                    return True
            elif asked is not None:
                todo += (*asked.receiver, *(r for _, refs in asked.arguments for r in refs))
                if ours and asked.leaf not in ("dict", "copy.copy", "copy.deepcopy"):
                    return True
            else:
                todo += _put_into(function, name)
                if ours and name not in function.does.bound:
                    return True
        return False

    # -- children --------------------------------------------------------------------------

    def handles(self, children: Collection[str]) -> Iterator[str]:
        """Who sets a child, changes it, or asks whether it is built, from outside of the class."""
        for name in sorted(children):
            yield from self.replaces(name)
            for function, path in self._graph.loads.get(name, ()):
                base = path.rpartition(".")[0]
                mine = base == function.instance and self._family.owns(function)
                if not (mine or self.is_ours(function, base)):
                    continue
                names = {path, *(n for n, refs in function.does.bound.items() if path in refs)}
                for store in function.does.stores:
                    if names & set(store.base) and function.own_name != "__init__":
                        yield f"{who(function)} sets `{name}.{store.attribute}`"
                if any(f"{one}.built" in function.does.loads for one in names):
                    yield f"{who(function)} asks whether `{name}` is built"
                tests = {f"{one}.{step}" for one in names for step in ONCE_BUILT}
                if not function.does.tests.isdisjoint(tests):
                    yield f"{who(function)} asks whether `{name}` has weights"
                for does in self._handed.told(function, names):
                    yield f"{who(function)} {does.replace('{it}', f'`{name}`')}"
        yield from self._handles_all()

    def _handles_all(self) -> Iterator[str]:
        """The same of code that goes through all layers which are inside of one."""
        for step in _INSIDE:
            for function, path in self._graph.loads.get(step, ()):
                base = path.rpartition(".")[0]
                if self._graph.is_module(function, base):
                    continue
                does = function.does
                calls = [c for c in does.calls if c.method == step and base in c.receiver]
                lists = {path, *(f"#{call.number}" for call in calls)}
                items = does.aliases({f"{one}.{ITEM}" for one in lists})
                sets = any(items & set(store.base) for store in does.stores)
                asks = any(f"{one}.built" in does.loads for one in items)
                if (sets or asks) and self.is_ours(function, base):
                    told = "changes" if sets else "asks whether there is something unbuilt among"
                    yield f"{who(function)} {told} the layers inside"

    def replaces(self, child: str) -> Iterator[str]:
        """Who may put something else in the place of a child, from outside of the class."""
        for event in self._effects.sets(self._family.may_be, child):
            if not self._is_own(event.function):
                yield f"{who(event.function)} sets `{child}`"

    def sets_later(self, attribute: str) -> Iterator[str]:
        """Who sets an attribute, or takes it away, once a constructor has set it."""
        for event in self._effects.sets(self._family.may_be, attribute):
            made = event.function.own_name == "__init__" and self._family.owns(event.function)
            if not (made or self._is_own(event.function)):
                yield f"{who(event.function)} sets `{attribute}`"

    def _is_own(self, function: Function) -> bool:
        """Whether a method is of the class or its bases: what it makes is what is known."""
        return self._family.owns(function) and self._family.is_own_constructor(function)


def asks_of_shape(effects: Effects, ref: ClassRef) -> str:
    """What some code asks of a shape that such a layer tells, and that no tuple has."""
    users = ClassUsers(effects, ref)
    for function, call in effects.graph.calls.get("compute_output_shape", ()):
        shapes = function.does.aliases({f"#{call.number}"})
        for path in sorted(function.does.loads):
            shape, _, attribute = path.rpartition(".")
            asks = shape in shapes and attribute != ITEM and attribute not in dir(tuple)
            if asks and any(users.is_ours(function, one) for one in call.receiver):
                return attribute
    return ""


def own_shape(effects: Effects, method: str) -> str:
    """A class of the project with a method, of which a layer is given an object as its shape."""
    mentions = effects.mentions
    is_defined = mentions.by_name.get(method) or mentions.bodies.get(method)
    for name in _OF_SHAPES if is_defined else ():
        for function, call in mentions.all_calls(name):
            for made in _made(effects, function, call):
                if effects.hierarchy.method(made, method) is not None:
                    return made.summary.name
    return ""


def _made(effects: Effects, function: Function, call: Call) -> Iterator[ClassRef]:
    """The classes of which a call is given an instance."""
    for ref in (one for _, refs in call.arguments for one in refs):
        for where, origin in effects.by_name.origins(function, ref):
            for maker in where.does.calls:
                if origin == f"#{maker.number}":
                    yield from effects.graph.targets(where, maker).constructs


def _put_into(function: Function, name: str) -> Iterator[str]:
    """What a name is bound to, and what is put into it afterwards."""
    yield from function.does.bound.get(name, ())
    for store in function.does.stores:
        yield from store.value if name in store.base else ()
    for call in function.does.calls:
        if name in call.receiver:
            yield from (ref for _, refs in call.arguments for ref in refs)


def _is_a_value(function: Function, path: str) -> bool:
    """Whether a function neither calls what stands at a path, nor asks whether there is any."""
    owner, _, method = path.rpartition(".")
    called = any(call.method == method and owner in call.receiver for call in function.does.calls)
    return not called and path not in function.does.tests


def _is_code(meaning: Meaning) -> bool:
    """Whether a name stands for a class, a function, or an instance of a class."""
    return isinstance(meaning, (ClassRef, FunctionRef, Symbol, Instance))


def who(function: Function) -> str:
    if function.kind == "module":
        return f"`{function.path.rpartition('/')[2]}`"
    return f"`{function.name.rpartition('.<locals>.')[2]}()`"
