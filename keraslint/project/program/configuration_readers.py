"""A class that is to have a key more in its configuration → who reads that as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from keraslint.project.facts.occurrences.occurrence_records import ALL, CONTAINS, EQUAL, ITEM, Call
from keraslint.project.names.definitions import ClassRef
from keraslint.project.program.class_users import ClassUsers, who
from keraslint.project.program.flow.call_graph import Targets
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.mentions.noted_functions import Function

_OF_KERAS = frozenset({"get_config", "from_config", "build_from_config", "get_build_config"})
_OF_ONE_KEY = frozenset({"get", "pop", "setdefault", "__getitem__"})
_FILLS = frozenset({"update", "__setitem__"})
_ALL_ITEMS = frozenset({"items", "keys", "values"})
_COPIES = frozenset({"copy", "__copy__", "__deepcopy__"})
_COPYING = frozenset({"copy.copy", "copy.deepcopy"})
_SERIALIZE = ("serialize_keras_object", "serialize")
_MAKES = frozenset({"from_config", "deserialize", "deserialize_keras_object", "print"})


class ConfigurationReaders:
    """Asks who could tell that `get_config()` of one class gives a key more."""

    def __init__(self, effects: Effects, ref: ClassRef, keys: Collection[str]) -> None:
        self._keys = keys
        self._graph = effects.graph
        self._family = effects.family(ref)
        self._users = ClassUsers(effects, ref)

    def all(self) -> Iterator[str]:
        """Each of them: what compares, counts, writes or hands on the whole dictionary, or asks
        for one of the keys."""
        yield from self._in_subclasses()
        yield from self._in_makers()
        for function, asked in self._graph.calls.get("get_config", ()):
            ours = any(self._users.is_ours(function, ref) for ref in asked.receiver)
            if function.own_name in _OF_KERAS or not ours:
                continue
            yield from self._in(function, self._copies(function, {f"#{asked.number}"}))
        yield from self._in_serialized()

    def _in(self, function: Function, whole: Collection[str]) -> Iterator[str]:
        """What one function does with a configuration, of which some of its names are aliases."""
        does = function.does
        for call in does.calls:
            if self._reads(function, call, whole):
                gives = f"gives a configuration to `{call.leaf or 'a function'}()`"
                told = "compares a configuration" if call.leaf == EQUAL else gives
                yield f"{who(function)} {told}"
        if not does.iterated.isdisjoint(whole):
            yield f"{who(function)} goes through a configuration"
        values = (ref for store in does.stores for ref in store.value)
        if not set(whole).isdisjoint((*does.returns, *values)):
            yield f"{who(function)} hands on a configuration"

    def _in_serialized(self) -> Iterator[str]:
        """Who looks into what `keras.saving.serialize_keras_object()` gives of a layer it knows."""
        for name in _SERIALIZE:
            for function, asked in self._graph.calls.get(name, ()):
                says = self._graph.targets(function, asked).says
                given = (ref for _, refs in asked.arguments[:1] for ref in refs)
                if (
                    function.own_name not in _OF_KERAS
                    and says.startswith("keras.")
                    and any(
                        self._users.is_ours(function, ref)
                        for ref in given
                        if ref not in function.parameters
                    )
                ):
                    whole = function.does.aliases({f"#{asked.number}", f"#{asked.number}.{ITEM}"})
                    parts = {f"{one}.{ITEM}" for one in whole if not one.endswith(ITEM)}
                    yield from self._in(function, self._copies(function, {*whole, *parts}))

    def _in_makers(self) -> Iterator[str]:
        """Every `from_config()` of these classes, which may make more of one than an instance."""
        for function in self._family.methods:
            place = 0 if function.is_static else 1
            if function.own_name == "from_config" and len(function.parameters) > place:
                yield from self._in(function, self._copies(function, {function.parameters[place]}))

    def _copies(self, function: Function, refs: Collection[str]) -> frozenset[str]:
        """A configuration under all its names, and the copies that are made of it."""
        found = function.does.aliases(refs)
        while True:
            copies = {
                f"#{call.number}"
                for call in function.does.calls
                if self._is_copy(function, call, found)
            }
            names = {n for n, refs in function.does.bound.items() if _holds_all(refs, found)}
            more = function.does.aliases({*found, *copies, *names})
            if more == found:
                return found
            found = more

    def _is_copy(self, function: Function, call: Call, whole: Collection[str]) -> bool:
        """`config.copy()`, `dict(config)`, `copy.deepcopy(config)`."""
        if call.method and not set(whole).isdisjoint(call.receiver):
            return call.method in _COPIES
        says = self._graph.targets(function, call).says or call.leaf
        given = {ref for _, refs in call.arguments for ref in refs}
        made = says == "dict" or says in _COPYING
        return made and any(_is_one(ref, whole) for ref in given)

    def _in_subclasses(self) -> Iterator[str]:
        """Subclasses that go through what `super().get_config()` gives them."""
        for function, asked in self._graph.mentions.raised.get("get_config"):
            if not self._family.owns(function) or self._family.is_own_constructor(function):
                continue
            whole = function.does.aliases({f"#{asked.number}"})
            for call in function.does.calls:
                mine = call.method in _ALL_ITEMS and not whole.isdisjoint(call.receiver)
                if mine or self._asks(call, whole):
                    yield f"{who(function)} reads what its base puts into a configuration"

    def _asks(self, call: Call, whole: Collection[str]) -> bool:
        """Whether a call depends on one of the keys, or on one that nobody knows."""
        if call.leaf == CONTAINS:
            container, key = call.argument(0), call.argument(1)
        elif call.method in _OF_ONE_KEY:
            container, key = call.receiver, call.argument(0)
        else:
            return False
        known = {ref[1:] for ref in key if ref[0] == "'"}
        asks = len(known) < max(len(key), 1) or not known.isdisjoint(self._keys)
        return asks and not set(whole).isdisjoint(container)

    def _reads(self, function: Function, call: Call, whole: Collection[str]) -> bool:
        """Whether a call looks at a configuration, and does more than make a layer by it."""
        if self._is_copy(function, call, whole) and f"#{call.number}" in whole:
            return False
        if call.leaf == CONTAINS or call.method in _OF_ONE_KEY:
            return self._asks(call, whole)
        if call.method and not set(whole).isdisjoint(call.receiver):
            return call.method not in _FILLS
        given = {
            place
            for place, refs in call.arguments
            for ref in refs
            if _is_one(ref, whole, one_item=place != ALL)
        }
        makes = call.leaf.rpartition(".")[2] in _MAKES or call.method in _MAKES
        if not given or makes or self._is_round_trip(function, call):
            return False
        made = self._graph.targets(function, call)
        spread = given == {ALL}  # `type(layer)(**config)`
        return not (spread and (any(map(self._family.has, made.constructs)) or not _known(made)))

    def _is_round_trip(self, function: Function, call: Call) -> bool:
        """Whether a configuration meets that of a layer which was made by it."""
        asked = [self._asked(function, refs) for _, refs in call.arguments]
        receivers = [ref for one in asked if one is not None for ref in one.receiver]
        made = (ref for name in receivers for ref in (name, *function.does.bound.get(name, ())))
        return (
            len(asked) > 1
            and None not in asked
            and any(self._is_made_again(function, ref) for ref in made)
        )

    def _asked(self, function: Function, refs: Collection[str]) -> Call | None:
        """The call of `get_config()` that has given a value."""
        for call in function.does.calls:
            if call.method == "get_config" and not function.does.aliases(
                {f"#{call.number}"}
            ).isdisjoint(refs):
                return call
        return None

    def _is_made_again(self, function: Function, ref: str) -> bool:
        call = next((c for c in function.does.calls if f"#{c.number}" == ref), None)
        return call is not None and (
            call.method == "from_config" or any(place == ALL for place, _ in call.arguments)
        )


def _is_one(ref: str, whole: Collection[str], *, one_item: bool = False) -> bool:
    """Whether it is one of them, or holds it; `one_item`: what is read off it is one value."""
    spread = "" if ref[0] == "*" or one_item else f".{ITEM}"
    return ref.lstrip("*").removesuffix(spread) in whole


def _holds_all(refs: Collection[str], whole: Collection[str]) -> bool:
    """Whether a display may hold all items of a configuration: `{**config, "units": 3}`."""
    return any(ref[0] == "*" and ref[1:].removesuffix(f".{ITEM}") in whole for ref in refs)


def _known(made: Targets) -> bool:
    return bool(made.functions or made.constructs)
