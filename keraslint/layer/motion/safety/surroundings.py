"""A class and the project → where what Keras keeps for all layers changes before `build()`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from keraslint.diagnostic import Level, Objection, Question
from keraslint.layer.method_steps import Creation
from keraslint.layer.motion.safety.class_hooks import GLOBAL_STATE
from keraslint.project.facts.occurrences.occurrence_records import ITEM, Call, root
from keraslint.project.names import keras_api
from keraslint.project.names.keras_api import Symbol
from keraslint.project.program.flow.effect_queries import Effects
from keraslint.project.program.flow.families import Family
from keraslint.project.program.flow.outside_functions import Keeps
from keraslint.project.program.mentions.noted_functions import Function

_SCOPES = frozenset({"RematScope", "custom_object_scope", "CustomObjectScope"})
_LIBRARIES = frozenset({"keras", "tf_keras", "tensorflow", "random", "numpy"})
_SEED = "random.seed"
"""From here Keras takes the seed of what is given none, when it is made."""
_BUILDING = frozenset({"", "build", "fit", "predict", "evaluate", "train_on_batch"})
# The state of a seed is among the variables of a layer, and never among its weights.
_VARIABLES = (f"variables.{ITEM}", f"non_trainable_variables.{ITEM}")


class Surroundings:
    """Asks who changes settings, seeds and counters of names while a layer waits to be built."""

    def __init__(self, effects: Effects, family: Family) -> None:
        self._effects = effects
        self._graph = effects.graph
        self._family = family

    def changes(self) -> Iterator[Objection]:
        """Every place that changes them for layers that it, or who runs it, has made already."""
        for name in sorted(GLOBAL_STATE | _SCOPES | {_SEED.rpartition(".")[2]}):
            for function, call in self._graph.calls.get(name, ()):
                says = self._graph.targets(function, call).says
                known = says == _SEED if says.endswith(".seed") else _is_of_library(says)
                for other, line in self._where_layers_wait(function, call) if known else ():
                    does = f"calls `{call.leaf}()`"
                    if other is not function:
                        does = f"runs `{function.own_name}()`, which {does}"
                    does = f"{does} while layers may wait to be built"
                    yield self._objection(Question.OPERANDS, does, other, line)

    def _where_layers_wait(self, function: Function, call: Call) -> Iterator[tuple[Function, int]]:
        """A function, and all that run it, as far as they have made layers before they do."""
        todo = [(function, call)]
        seen = {(function, call.number)}
        while todo:
            one, run = todo.pop()
            if self._has_left_one(one, run) or (
                one is function and self._waits(one, run.number, run.line)
            ):
                yield one, run.line
            for other, inner in self._effects.by_name.calling(one):
                if (other, inner.number) not in seen:
                    seen.add((other, inner.number))
                    todo.append((other, inner))

    def replacements(self, creations: Sequence[Creation]) -> Iterator[Objection]:
        """Where another class is put in the place of the one that is to be made, for a time."""
        called = [(one, callee) for one in creations for callee in one.callees]
        for creation, callee in (pair for pair in called if not pair[1].startswith("self.")):
            targets = frozenset(creation.made.targets)
            name = callee.rpartition(".")[2]
            for event in self._effects.sets_named(
                lambda function, ref, name=name, targets=targets: (  # type: ignore[misc]
                    not targets.isdisjoint(self._graph.values(function, f"{ref}.{name}"))
                ),
                name,
            ):
                does = event.function.does
                before = [call.number for call in does.calls if call.line <= event.line]
                last = max(before, default=0)
                if event.function.is_wrapped or self._waits(event.function, last, event.line):
                    told = f"may put something else in the place of `{name}`"
                    yield self._objection(Question.OPERANDS, told, event.function, event.line)

    def names(self, creations: Sequence[Creation]) -> Iterator[Objection]:
        """Every place that goes by a name which Keras makes up for a layer, or for its seed."""
        for creation in creations:
            keywords = {one.keyword.value for one in creation.call.args if one.keyword is not None}
            names = {_snake(name.rpartition(".")[2]) for name in creation.made.names}
            for function, call in self._named if "name" not in keywords else ():
                given = [ref for _, refs in call.arguments for ref in refs]
                for text in (ref[1:] for ref in given if ref[0] == "'"):
                    if any(_is_counted(text, name) for name in names):
                        does = f"asks for a layer by a name that Keras counts: `{text}`"
                        yield self._objection(Question.TARGETS, does, function, call.line)
            if has_seed(creation):
                yield from self._paths()

    @property
    def _named(self) -> Iterator[tuple[Function, Call]]:
        """Every call by which layers, or their names, are compared with what it is given."""
        yield from self._graph.calls.get("get_layer", ())
        for function in dict.fromkeys(one for one, _ in self._graph.loads.get("name", ())):
            for call in function.does.calls:
                given = (*call.receiver, *(ref for _, refs in call.arguments for ref in refs))
                if any(ref.endswith(".name") for ref in given):
                    yield function, call

    def _paths(self) -> Iterator[Objection]:
        for function, path in self._graph.loads.get("path", ()):
            base = path.rpartition(".")[0]
            if any(ref.endswith(_VARIABLES) for ref in (base, *function.does.bound.get(base, ()))):
                does = "goes by the paths of variables: that of a seed changes"
                yield self._objection(Question.TARGETS, does, function, function.does.line)

    def _objection(self, question: Question, does: str, function: Function, line: int) -> Objection:
        return Objection(
            question=question,
            level=Level.UNSEEN,
            cause=f"{function.told} {does}",
            path=function.path,
            line=line,
        )

    # -- made before, built after ----------------------------------------------------------

    def _waits(self, function: Function, change: int, line: int) -> bool:
        """Whether a function builds, after so many of its calls, what was made before."""
        loops = [lines for lines in function.does.loops if lines[0] <= line <= lines[1]]
        for call in function.does.calls:
            again = any(first <= call.line <= last for first, last in loops)
            if call.number < change and not (again or call.later):
                continue
            runs = call.method or call.argument(0)
            if (
                runs
                and call.method in _BUILDING
                and self._is_older(function, call.receiver, change, given=True)
            ):
                return True
            for _, refs in call.arguments:
                if self._is_older(function, refs, change, given=False):
                    return True
        return self._is_older(function, function.does.returns, change, given=False)

    def _has_left_one(self, function: Function, change: Call) -> bool:
        """Whether a function goes on with what has made such a layer before one of its calls."""
        used = set(function.does.returns)
        for call in function.does.calls:
            if call.number >= change.number:
                used.update(call.receiver, *(refs for _, refs in call.arguments))
        for ref in self._sources(function, tuple(used)):
            if ref[0] == "#" and "." not in ref and int(ref[1:]) < change.number:
                call = function.call(int(ref[1:]))
                targets = self._graph.targets(function, call)
                if any(map(self._family.has, targets.constructs)):
                    return True
                if any(self._leaves_one_unbuilt(inner) for inner, _ in targets.functions):
                    return True
        return False

    def _is_older(
        self, function: Function, refs: Sequence[str], change: int, *, given: bool
    ) -> bool:
        """Whether a reference is an instance of before a call; `given`: its caller's, maybe."""
        for ref in self._sources(function, refs):
            if ref[0] == "#" and "." not in ref:
                if int(ref[1:]) < change and self._is_one(function, ref):
                    return True
            elif given and root(ref) not in function.does.bound and self._is_one(function, ref):
                return True
        return False

    def _leaves_one_unbuilt(self, function: Function) -> bool:
        """Whether a function, with all that it runs, makes such a layer and does not call it."""
        made = called = False
        for one in self._effects.side.reached(function):
            for call in one.does.calls:
                if any(map(self._family.has, self._graph.targets(one, call).constructs)):
                    made = True
                elif call.method in ("", "build"):
                    called = called or any(self._is_one(one, ref) for ref in call.receiver)
        return made and not called

    def _is_one(self, function: Function, ref: str) -> bool:
        return self._family.may_be(function, ref, doubt=False)

    def _sources(self, function: Function, refs: Sequence[str]) -> Iterator[str]:
        """What references are bound to, and what is held by it."""
        seen: set[str] = set()
        todo = list(refs)
        while todo:
            ref = todo.pop().lstrip("*")
            if ref in seen or ref[0] in "'!?λ<":
                continue
            seen.add(ref)
            yield ref
            todo += function.does.bound.get(ref.removesuffix(f".{ITEM}"), ())
            if ref[0] == "#" and "." not in ref:
                call = function.call(int(ref[1:]))
                targets = self._graph.targets(function, call)
                holds = targets.keeps is Keeps.HOLD and not targets.constructs
                if holds or targets.says in (keras_api.MODEL, _SEQUENTIAL):
                    todo += [one for _, given in call.arguments for one in given]


_SEQUENTIAL = "keras.Sequential"


def _is_of_library(name: str) -> bool:
    return name.partition(".")[0] in _LIBRARIES


def has_seed(creation: Creation) -> bool:
    """Whether a layer makes a variable as soon as it is made: the state of its seed."""
    names = [target.name for target in creation.made.targets if isinstance(target, Symbol)]
    known = [keras_api.layer_class(name) for name in names]
    return any(one is not None and "seed" in one.parameters for one in known)


def _snake(name: str) -> str:
    """The name that Keras makes of a class's."""
    found = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", found).lower()


def _is_counted(text: str, name: str) -> bool:
    head, _, number = text.rpartition("_")
    return text == name or (head == name and number.isdigit())
