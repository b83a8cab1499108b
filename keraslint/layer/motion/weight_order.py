"""A plan of moves → one that leaves the order of `.weights` as it was."""

from __future__ import annotations

from collections.abc import Collection

from keraslint.layer.method_steps import Step, exclusive, share_loop
from keraslint.layer.method_syntax import dotted
from keraslint.layer.motion.build_steps import Body, Makers
from keraslint.layer.motion.move_plan import Plan, Planner
from keraslint.project.names import keras_facts
from keraslint.project.names.definitions import ClassRef, FunctionRef
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.program.build_creations import surely_makes_none


class WeightOrder:
    """Knows which steps of one class bring weights, and in which order they do."""

    def __init__(
        self, hierarchy: Hierarchy, ref: ClassRef, makers: Makers, holders: Collection[str]
    ) -> None:
        self._hierarchy = hierarchy
        self._ref = ref
        self._makers = makers
        self._holders = holders

    def keep(self, planner: Planner, plan: Plan, body: Body) -> Plan:
        """Keep back what would overtake a layer with weights that stays in `build()`."""
        banned: dict[Step, str] = {}
        while True:
            late = {
                step: "moving it would change the order of `.weights`"
                for step in plan.moved
                if self._has_weights(step, body) and self._overtakes(step, plan, body)
            }
            if not late:
                return plan
            banned.update(late)
            plan = planner.plan(banned)

    def _overtakes(self, step: Step, plan: Plan, body: Body) -> bool:
        for other in body.all:
            if other in plan.moved or not other.is_whole or exclusive(step, other):
                continue
            earlier = other.order < step.order or share_loop(step, other)
            if earlier and (self._has_weights(other, body) or self._base_makes(other)):
                return True
            if earlier and not self._makers.creates(other, body) and self._stores_layer(other):
                return True
        return False

    def _stores_layer(self, step: Step) -> bool:
        """Whether a step stores what the class uses as a layer, wherever that comes from."""
        held = {f"self.{name}" for name in self._holders}
        return bool(held & {*step.uses.binds}) and step.uses.reads.keys() - {"self"} != set()

    def _has_weights(self, step: Step, body: Body) -> bool:
        if not self._makers.creates(step, body):
            return False
        makes = [*step.makes, *self._makers.made_by(step)]
        return not makes or any(
            c.made.factory or self._hierarchy.makes_weights(c.made) for c in makes
        )

    def _base_makes(self, step: Step) -> bool:
        """`super().build(…)` of a base whose `build()` may create layers with weights."""
        if not any(dotted(call.func).endswith(").build") for call in step.uses.calls):
            return False
        lineage = self._hierarchy.lineage(self._ref)
        builds = [item for item in lineage.chain[1:] if "build" in item.summary.methods]
        for item in builds:
            build = FunctionRef.of(item.module, item.summary.methods["build"], item)
            none = surely_makes_none(self._hierarchy, self._ref, build)
            stores = any(name in build.summary.assigns for name in self._holders)
            if not self._hierarchy.weightless(item) and (stores or not none):
                return True
        return any(root.name in keras_facts.BUILDS_LAYERS for root in lineage.roots)
