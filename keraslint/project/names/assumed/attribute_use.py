"""A class's methods → what they do with what a call makes: call it, build it, freeze it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from keraslint.project.facts.container_methods import FILLING
from keraslint.project.facts.module_facts import FunctionSummary, ModuleSummary
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.external_names import BUILTINS

_OF_WEIGHTS = frozenset(
    """weights trainable_weights non_trainable_weights variables trainable_variables
    non_trainable_variables get_weights set_weights load_weights count_params losses
    compute_output_shape compute_output_spec compute_mask""".split()
)
_MODES = frozenset({"training=", "mask="})
ANY = "*"
"""The attribute of a computed name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What is done with what a call makes, in words; `sure`: only layers are used like that.

    `attributes` are those that hold it.
    """

    says: str
    sure: bool
    attributes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Method:
    module: ModuleSummary
    summary: FunctionSummary


class ClassUse:
    """The methods of one class and its bases, and what they do with what the class holds."""

    def __init__(self, chain: Sequence[ClassRef]) -> None:
        self._methods = [
            _Method(item.module, method)
            for item in chain
            for method in item.summary.methods.values()
        ]
        self._run = self._run_by_call()

    def of(self, function: FunctionSummary, callee: str) -> Use | None:
        """What the class does with what `function` makes by calling `callee`."""
        names = self._flow(function, f"{callee}()", set())
        held = frozenset(name[len("self.") :] for name in names if name.startswith("self."))
        asked = next(self._asks(function, names, held), "")
        called, told = self._calls(held)
        if not (asked or called):
            return None
        return Use(
            says="`call()` calls it" if called else asked, sure=bool(asked) or told, attributes=held
        )

    def _run_by_call(self) -> frozenset[str]:
        """The names of the methods that `call()` leads to, itself included."""
        names = {method.summary.name for method in self._methods}
        found: set[str] = set()
        todo = ["call"] if "call" in names else []
        while todo:
            name = todo.pop()
            found.add(name)
            for method in self._methods:
                if method.summary.name == name:
                    todo += (method.summary.reads & names) - found
        return frozenset(found)

    # -- where it goes ---------------------------------------------------------------------

    def _flow(self, function: FunctionSummary, leaf: str, seen: set[tuple[str, str]]) -> set[str]:
        """The names of a method, and the attributes, that what a leaf stands for ends up in."""
        seen.add((function.name, leaf))
        found = holders(function, {leaf})
        if found & {bare(item) for item in function.returns}:
            for inner, call in self._callers(function):
                if (inner.name, call) not in seen:
                    found |= self._flow(inner, call, seen)
        return found - {leaf}

    def _callers(self, function: FunctionSummary) -> Iterator[tuple[FunctionSummary, str]]:
        """Who takes what a function returns: what it defines inside may do the returning."""
        for name, leaves in function.bindings.items():
            if not leaves and name in function.calls:
                yield function, f"{name}()"
        for method in self._methods:
            if f"self.{function.name}" in method.summary.calls:
                yield method.summary, f"self.{function.name}()"

    # -- what is done with it --------------------------------------------------------------

    def _asks(
        self, function: FunctionSummary, names: set[str], held: Collection[str]
    ) -> Iterator[str]:
        """Building, freezing, asking for weights: wherever it is done."""
        yield from _asked(function, names)
        mine = self._mine(held)
        for method in self._methods if mine else ():
            yield from _asked(method.summary, holders(method.summary, mine))

    def _calls(self, held: Collection[str]) -> tuple[bool, bool]:
        """Whether `call()` calls one of these attributes with an input, and tells it a mode."""
        called = told = False
        mine = self._mine(held)
        for method in self._methods if mine else ():
            if method.summary.name not in self._run:
                continue
            names = holders(method.summary, self._given(method.summary, mine) | mine)
            for call, given in method.summary.given.items():
                if bare(call) in names and any(_is_local(name, method.module) for name in given):
                    called = True
                    told = told or bool(_MODES & given)
        return called, told

    def _mine(self, held: Collection[str]) -> set[str]:
        """The attributes as leaves, and the calls of methods that give out what they hold."""
        mine = {f"self.{attribute}" for attribute in held}
        while mine:
            more = {
                f"self.{method.summary.name}()"
                for method in self._methods
                if holders(method.summary, mine) & {bare(leaf) for leaf in method.summary.returns}
            }
            if more <= mine:
                break
            mine |= more
        return mine

    def _given(self, function: FunctionSummary, mine: set[str]) -> set[str]:
        """The parameters of a method, if it is handed what one of these attributes holds."""
        for method in self._methods:
            given = method.summary.given.get(f"self.{function.name}", frozenset())
            if any(bare(item) in mine for item in given):
                return {p.name for p in function.parameters[1:]}
        return set()


def holders(function: FunctionSummary, leaves: Collection[str]) -> set[str]:
    """Leaves, and every name of a function that may hold what they stand for, or a list of it."""
    found = set(leaves)
    while True:
        more = {
            name
            for name, held in function.bindings.items()
            if name not in found and any(bare(leaf) in found for leaf in held)
        }
        more |= {owner for owner, given in _added(function) if owner not in found and given & found}
        if not more:
            return found
        found |= more


def _added(function: FunctionSummary) -> Iterator[tuple[str, frozenset[str]]]:
    """The lists of a function, with what is added to them; `setattr` adds to the instance."""
    for call, given in function.given.items():
        owner, _, verb = call.rpartition(".")
        if verb in FILLING and owner:
            yield bare(owner), given
        elif call == "setattr" and "self" in given:
            yield f"self.{ANY}", given


def _asked(function: FunctionSummary, names: Collection[str]) -> Iterator[str]:
    for name in names:
        if f"{name}.build" in function.calls:
            yield f"`{function.name}()` builds it"
        if f"{name}.trainable" in function.bindings:
            yield f"`{function.name}()` sets its `trainable`"
    for leaf in _leaves(function):
        owner, _, attribute = leaf.removesuffix("()").rpartition(".")
        if attribute in _OF_WEIGHTS and bare(owner) in names:
            yield f"`{function.name}()` asks for its `{attribute}`"


def _leaves(function: FunctionSummary) -> Iterator[str]:
    yield from function.calls
    yield from function.returns
    for leaves in function.bindings.values():
        yield from leaves
    for given in function.given.values():
        yield from given


def bare(leaf: str) -> str:
    """A leaf without the brackets of items."""
    while leaf.endswith("[]"):
        leaf = leaf[:-2]
    return leaf


def _is_local(name: str, module: ModuleSummary) -> bool:
    """Whether a name in an argument is the function's own: an input, or made from one."""
    return name.isidentifier() and not (
        name == "self"
        or name in module.imports
        or name in module.bindings
        or name in module.functions
        or name in module.classes
        or name in BUILTINS
    )
