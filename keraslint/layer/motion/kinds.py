"""A plan of moves → one that moves all layers of a kind or none, so that no pair is torn apart."""

from __future__ import annotations

from collections.abc import Iterator

from keraslint.layer.method_steps import Creation, Step
from keraslint.layer.motion.build_steps import Body, Makers
from keraslint.layer.motion.move_plan import Plan, Planner


class Kinds:
    """Knows which steps of one class make layers by the same call."""

    def __init__(self, makers: Makers) -> None:
        self._makers = makers

    def keep(self, planner: Planner, plan: Plan, body: Body, careful: Plan) -> Plan:
        """Keep back what is made by the same call as a layer that stays in `build()`.

        What moves `careful`ly, with the order as it was, moves in any case.
        """
        banned: dict[Step, str] = {}
        while True:
            staying = {
                kind: step
                for step in body.all
                if step.is_whole and step not in plan.moved and step not in plan.copied
                for kind in self._of(step, body)
            }
            torn = {
                step: _told(staying[kind], kind)
                for step in plan.moved - careful.moved
                for kind in self._of(step, body)
                if kind in staying
            }
            if not torn:
                return plan
            banned.update(torn)
            plan = planner.plan({**plan.blocked, **banned})

    def _of(self, step: Step, body: Body) -> set[str]:
        """What a step calls to make the layers that it keeps."""
        if not self._makers.creates(step, body):
            return set()
        return {callee for one in self._kept(step) for callee in one.callees}

    def _kept(self, step: Step) -> Iterator[Creation]:
        for creation in (*step.makes, *self._makers.made_by(step)):
            if creation.outer is None:
                yield creation


def _told(other: Step, kind: str) -> str:
    cell = next((f"`{c}`" for c in other.writes if c.startswith("self.")), "another layer")
    return f"{cell} is a `{kind}`, too, and stays in `build()`"
