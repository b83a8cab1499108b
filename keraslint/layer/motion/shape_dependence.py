"""The steps of `build()` → what each needs that only the call of `build()` can give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from keraslint.layer.method_steps import Step
from keraslint.layer.method_syntax import local_function
from keraslint.layer.name_uses import Uses, uses_of
from keraslint.project.names.definitions import FunctionRef

Needs = frozenset[str]
"""Descriptions of what a value comes from, for people; empty: `__init__` could know it as well."""

Environment = dict[str, Needs]
Enter = Callable[[FunctionRef], "list[Step] | None"]
"""A method of the layer → its steps, `None` when its text is not to be had."""

NOTHING: Needs = frozenset()


@dataclass(slots=True, kw_only=True)
class _Frame:
    """One running method: what its result needs, and what decides whether it goes on.

    `stopped` are the dependences of an early `return`, `cut` those of `break` and `continue`.
    """

    returns: Needs = NOTHING
    stopped: Needs = NOTHING
    early: bool = False
    cut: Needs = NOTHING
    short: bool = False


class Flow:
    """Follows values forward through `build()` and the methods that it calls.

    Data, conditions, loops and early returns all count; what is not understood counts as needing
    the call. `foreign` cells get their value from elsewhere; `late` tells whether what is read off
    another object (`self.x.y`) may be there only when `build()` runs. `needs[step]` is the union
    over every time the step was reached; `data[step]` leaves out the conditions around it.
    """

    def __init__(
        self, enter: Enter, foreign: Mapping[str, str], late: Callable[[str], bool]
    ) -> None:
        self._enter = enter
        self._foreign = foreign
        self._late = late
        self.needs: dict[Step, Needs] = {}
        self.data: dict[Step, Needs] = {}
        self.after_return: set[Step] = set()
        self._frames: list[_Frame] = []
        self._running: list[tuple[str, str, int]] = []

    def run(self, steps: Sequence[Step], parameters: Mapping[str, Needs]) -> Environment:
        """Follow one method from its parameters; returns the state at its end."""
        environment: Environment = dict(parameters)
        self._method(steps, environment, NOTHING)
        self._spread_local_functions(steps)
        return environment

    def _method(self, steps: Sequence[Step], environment: Environment, control: Needs) -> Needs:
        self._frames.append(_Frame())
        self._block(steps, environment, control)
        return self._frames.pop().returns

    def _block(self, steps: Iterable[Step], environment: Environment, control: Needs) -> None:
        for step in steps:
            frame = self._frames[-1]
            self._step(step, environment, control | frame.stopped | frame.cut)

    def _step(self, step: Step, environment: Environment, control: Needs) -> None:
        if self._frames[-1].early or self._frames[-1].short:
            self.after_return.add(step)
        data = self._read(step.uses, environment) | self._run_methods(step, environment, control)
        self.data[step] = self.data.get(step, NOTHING) | data
        needs = data | control
        self._note(step, needs)
        if step.is_branch:
            self._branch(step, environment, needs)
        elif isinstance(step.node, (cst.For, cst.While)) and not step.is_whole:
            self._loop(step, environment, needs)
        else:
            self._write(step.uses, environment, needs)
            for cell in step.mercy:
                environment[cell] = environment.get(cell, NOTHING) | needs
            if isinstance(step.node, (cst.Try, cst.TryStar)):
                self._attempt(step.body, environment, control)
            else:
                self._block(step.body, environment, control)
            self._leave(step, needs)

    def _attempt(self, steps: Iterable[Step], environment: Environment, control: Needs) -> None:
        """Of a `try`, any statement may be the last that runs."""
        for step in steps:
            inner = dict(environment)
            self._block([step], inner, control)
            _join(environment, inner)

    def _branch(self, step: Step, environment: Environment, needs: Needs) -> None:
        self._write(step.uses, environment, needs)
        other = dict(environment)
        self._block(step.body, environment, needs)
        self._block(step.orelse, other, needs)
        _join(environment, other)

    def _loop(self, step: Step, environment: Environment, needs: Needs) -> None:
        frame = self._frames[-1]
        outer = frame.cut, frame.short
        before: tuple[Environment, Needs, bool] | None = None
        while before != (environment, frame.cut, frame.short):
            before = dict(environment), frame.cut, frame.short
            inner = dict(environment)
            self._write(step.uses, inner, needs)
            self._block(step.body, inner, needs)
            _join(environment, inner)
        frame.cut, frame.short = outer

    def _leave(self, step: Step, needs: Needs) -> None:
        """An early exit: whether what follows runs depends on what led here."""
        exits, frame = step.uses.exits, self._frames[-1]
        if "return" in exits:
            frame.returns |= needs
        if step.parent is None or _is_built_guard(step.parent):
            return
        if "return" in exits:
            frame.stopped |= needs
            frame.early = True
        if exits & {"break", "continue"}:
            frame.cut |= needs
            frame.short = True

    def _run_methods(self, step: Step, environment: Environment, control: Needs) -> Needs:
        found = NOTHING
        for method, call in (*step.runs, *step.supers):
            steps = self._enter(method) if method.key not in self._running else None
            if steps is None:
                found |= {f"`self.{method.summary.name}()`"}
                for attribute in method.summary.assigns:
                    environment[f"self.{attribute}"] = found | control
                continue
            inner = {cell: held for cell, held in environment.items() if cell.startswith("self.")}
            inner.update(self._arguments(method, call, environment))
            self._running.append(method.key)
            found |= self._method(steps, inner, control)
            self._running.pop()
            environment.update({c: held for c, held in inner.items() if c.startswith("self.")})
        return found

    def _arguments(
        self, method: FunctionRef, call: cst.Call, environment: Environment
    ) -> Environment:
        static = any("staticmethod" in leaf for leaf in method.summary.decorators)
        parameters = [p for p in method.summary.parameters if p.kind in ("plain", "keyword")]
        names = [p.name for p in (parameters if static else parameters[1:])]
        given: Environment = dict.fromkeys(names, NOTHING)
        rest = [p.name for p in method.summary.parameters if p.kind in ("*", "**")]
        plain = iter(names)
        everything = NOTHING
        for argument in call.args:
            needs = self._read(uses_of(argument.value), environment)
            everything |= needs
            if argument.star:
                given.update(dict.fromkeys(names, needs))
            elif argument.keyword is not None:
                given[argument.keyword.value] = needs
            else:
                given[next(plain, "")] = needs
        given.update(dict.fromkeys(rest, everything))
        return given

    def _read(self, uses: Uses, environment: Environment) -> Needs:
        found = NOTHING
        computed = environment.get("self.*", NOTHING)
        for cell in uses.reads:
            held = environment.get(cell)
            if cell.startswith("self."):
                found |= computed
            if held is not None:
                found |= held
            elif cell in self._foreign:
                found |= {self._foreign[cell]}
        return found | {
            f"`{read}`, which has its value only after `build()` has begun"
            for read in uses.through
            if self._late(read)
        }

    def _write(self, uses: Uses, environment: Environment, needs: Needs) -> None:
        for cell in uses.binds:
            environment[cell] = needs
        for cell in uses.changes:
            environment[cell] = environment.get(cell, NOTHING) | needs

    def _note(self, step: Step, needs: Needs) -> None:
        self.needs[step] = self.needs.get(step, NOTHING) | needs

    def _spread_local_functions(self, steps: Iterable[Step]) -> None:
        """What a nested function creates needs all that its callers need."""
        everything = [step for outer in steps for step in outer.all()]
        for step in everything:
            name = local_function(step.node)
            if name:
                for user in everything:
                    if name in user.uses.reads and user is not step:
                        self._note(step, self.needs.get(user, NOTHING))


def _join(environment: Environment, other: Environment) -> None:
    for cell, held in other.items():
        environment[cell] = environment.get(cell, NOTHING) | held


def _is_built_guard(step: Step | None) -> bool:
    """`if self.built: return`, which lets the first `build()` pass."""
    return step is not None and set(step.uses.reads) == {"self.built"}
