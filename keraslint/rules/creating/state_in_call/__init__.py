"""Create layers and other state in `__init__`, and only use them in `call()`.

## What it does

Finds layers, weights, variables, metrics and seed generators that are created while `call()` runs:
in `call()` itself, or in a method that only `call()` leads to. Layers that have no state at all
(`Add`, `Reshape`, `Activation`) are left to `stateless-layer-in-call`.

## Why

`call()` runs for every batch, or once for each time that it is traced. What it creates is new each
time, and belongs to nobody:

- A layer with weights has other random weights for each call. They are not trained and not saved.
- With TensorFlow, `fit()` fails when the second call creates variables. With JAX it does not fail:
  it trains around weights that it never sees.
- `Dropout` uses the same mask for every batch, since its seed starts anew; `BatchNormalization`
  forgets its statistics.
- A layer or a weight that is assigned to `self` is an error, even under `if self.dense is None:`.

It is the same on Keras 2, but that a layer may be created there under such a condition.

## Bad

```python
import keras


class Mixer(keras.layers.Layer):
    def call(self, x):
        return keras.layers.Dense(4)(x)
```

## Good

```python
import keras


class Mixer(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(4)

    def call(self, x):
        return self.dense(x)
```

## Fix safety

The fix creates the layer at the end of `__init__`, under the local name that it had, or else one
made from its class, and uses it where it was created. Conditions that ask nothing but what
`__init__` knows come along. It needs what every move to `__init__` needs: see `layer-in-build`. It
is unsafe: the layer now has weights that it did not have before, which are trained and saved, and
are not in any file that was saved earlier. There is no fix for what is created in a loop, or for
values that only `call()` knows.

## What is proved

The layer becomes another one, which now has weights: the proof refutes that it stays as it was, and
`--fix --prove` leaves it alone. It is for people to say, with `--unsafe-fixes`.

## When not to use it

Where other random weights for each call are what is wanted.

## Errors this prevents

Silent: weights that are never trained. Loud: `ValueError: tf.function only supports singleton
tf.Variables created on the first call. …`, and `ValueError: You cannot add new elements of state
(variables or sub-layers) to a layer that is already built. …`.

## References

- https://github.com/tensorflow/tensorflow/issues/105654
- https://github.com/keras-team/keras/issues/18601
- https://www.tensorflow.org/guide/function#creating_tfvariables
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Fix, Promise
from keraslint.examination import Symptom
from keraslint.project.program.call_phase_state import creates_late
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.rules.creating.state_in_call.call_creations import Latecomer, Latecomers

_SAYS = {
    "layer": "its weights are new each time, neither trained nor saved",
    "model": "its weights are new each time, neither trained nor saved",
    "random": "its random state starts anew each time",
    "metric": "its state starts anew each time",
    "seed": "it starts anew each time",
    "variable": "Keras neither tracks nor trains it",
    "weight": "Keras takes new weights in `build()` only",
    "stateless": "it has no state, so this only costs time",
}


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find what is created while `call()` runs, and has state."""
    return _found(layer, stateless=False)


def stateless(layer: LayerClass) -> Iterator[Finding]:
    """Find what is created there and has none, for the rule about that."""
    return _found(layer, stateless=True)


def _found(layer: LayerClass, *, stateless: bool) -> Iterator[Finding]:
    for one in layer.once(_latecomers).all:
        if one.is_stateless == stateless:
            yield Finding(one.span, _message(one, layer.keras))


def _latecomers(layer: LayerClass) -> Latecomers:
    """Asked for once for each finding of a class."""
    from keraslint.rules.creating.state_in_call.call_creations import Latecomers

    return Latecomers(layer)


def _message(one: Latecomer, keras: int) -> str:
    made = "called" if one.state.kind == "weight" else "created"
    where = f"{made} in `{one.ref.summary.name}()`"
    if one.ref.summary.name != "call":
        where += ", which `call()` runs"
    says = _SAYS[one.state.kind]
    if (
        (one.attribute or one.container)
        and keras == 3
        and one.state.kind not in ("variable", "stateless")
    ):
        says = "Keras takes no new state for `self` there"
    return f"`{one.callee}` is {where}: {says}"


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Create in `__init__` all those that can be, with state and without it apart."""
    latecomers = layer.once(_latecomers)
    this = next(one for one in latecomers.planned if one.span == finding.span)
    if this.bar:
        return Cure(why_not=this.bar)
    group = [
        one for one in latecomers.planned if not one.bar and one.is_stateless == this.is_stateless
    ]
    doubts = _unique(group, "doubts")
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if doubts else Applicability.SAFE,
            message=f"Create {_listed(group)} in `__init__`",
            edits=latecomers.edits(group),
            layer=layer.name,
            promise=Promise(),
            doubts=doubts,
            unseen=_unique(group, "unseen"),
            objections=tuple(dict.fromkeys(o for one in group for o in one.objections)),
        )
    )


def _listed(group: Sequence[Latecomer]) -> str:
    if len(group) == 1:
        return f"`self.{group[0].name}`"
    return f"the {len(group)} layers"


def _unique(group: Sequence[Latecomer], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in group for text in getattr(one, kind)))


rule = Rule(
    code="KRL104",
    name="state-in-call",
    summary="A layer, weight, metric or seed is created while `call()` runs",
    page=__doc__,
    explains=(
        Symptom.STATE_REFUSED,
        Symptom.NEW_STATE,
        Symptom.NOT_REPEATED,
    ),
    fixable="sometimes",
    words=("class", "call"),
    concerns=creates_late,
    check=check,
    cure=cure,
)
