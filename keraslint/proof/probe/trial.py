"""One case of one version: fresh layers in a known state, and calls that can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..measures.measured import Arrays
from .array_agreement import TOLERANCE, same
from .attempts import SEED, attempt, failed
from .call_arguments import asked_for, shapes_by_name, takes_training
from .cases.case import Case
from .gradients import of_call
from .keras_versions.in_use import KERAS
from .variable_paths import (
    ADDRESS,
    Mismatch,
    anatomy,
    disturb,
    numbers,
    plain,
    public,
    state,
    transplant,
)

Facts = dict[str, Any]


@dataclass(kw_only=True)
class Trial:
    """A case, the state its layer must have in comparisons, and the arrays measured so far.

    `theirs` are the arrays of the version before (empty while that one is measured).
    `started` is what the variables of the first layer held once it was called.
    `said` are its public attributes then.
    `weights_made` tells by identity how its own weights are initialized.
    `in_calls` are the marks that code passed when the layer was made and called as the case asks.
    `steady` says that calls of this layer were seen to repeat, so that one call may stand for two.
    """

    case: Case
    theirs: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    started: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    weights_made: dict[int, Any] = field(default_factory=dict)
    arrays: dict[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    layer: Any = None
    model: Any = None
    seen: Any = None
    taped: Any = None
    in_calls: list[int] = field(default_factory=list)
    steady: bool = False

    @property
    def keras(self) -> Any:
        """The Keras of this proof, for measures: 2 or 3."""
        return KERAS

    def fresh(self) -> Any:
        """A new layer, made under a fixed seed and with fresh auto-names."""
        self.clear()
        return self.case.make()

    def clear(self) -> None:
        """Start names and seeds anew."""
        KERAS.clear()
        KERAS.seed(SEED)

    def called(self) -> Any:
        """A new layer that was called once."""
        layer = self.fresh()
        self.call(layer)
        return layer

    def ready(self) -> Any:
        """A new layer that was called once and has the agreed state."""
        layer = self.called()
        transplant(self.state, layer)
        return layer

    def again(self) -> Any:
        """The layer that was called first, in the agreed state again."""
        transplant(self.state, self.layer)
        return self.layer

    def with_weights_times(self, factor: float) -> Any:
        """The layer that was called first, with its real weights times a factor."""
        values = {
            key: (value * factor).astype(value.dtype) if value.dtype.kind == "f" else value
            for key, value in self.state.items()
        }
        transplant(values, self.layer)
        return self.layer

    def call(self, layer: Any, **more: Any) -> Any:
        """Call the layer on the case's inputs."""
        args, kwargs = self.case.inputs()
        return layer(*args, **{**kwargs, **more})

    def run(self, layer: Any, **more: Any) -> list[Any]:
        """Call under a fixed seed; give the outputs as plain arrays."""
        KERAS.seed(SEED)
        return flat(self.call(layer, **more))

    def outputs_of(self, args: Any, kwargs: Any) -> list[Any]:
        """Outputs of the first layer in the agreed state for other inputs."""
        layer = self.again()
        KERAS.seed(SEED)
        return flat(layer(*args, **kwargs))

    def look_once(self) -> tuple[Any, list[Any]]:
        """Outputs and added losses of a call of the first layer in the agreed state."""
        layer = self.again()
        KERAS.seed(SEED)
        outputs = self.call(layer)
        return outputs, [numbers(loss) for loss in layer.losses]

    def variables(self, layer: Any) -> dict[str, Any]:
        """The variables of a layer, by path."""
        return anatomy(layer).variables

    def keep(self, group: Arrays, arrays: Iterable[Any]) -> None:
        """Keep numbered arrays for comparison."""
        self.keep_named(group, {str(index): array for index, array in enumerate(arrays)})

    def keep_named(self, group: Arrays, arrays: Mapping[str, Any]) -> None:
        """Keep arrays for comparison, by name."""
        self.arrays.update({f"{group.name}/{name}": array for name, array in arrays.items()})

    def kept_before(self, group: Arrays, name: str = "") -> bool:
        """Has the version before kept arrays in this group, or the one of this name?"""
        start = f"{group.name}/{name}"
        return start in self.theirs if name else any(key.startswith(start) for key in self.theirs)

    def names_before(self, group: Arrays, end: str) -> list[str]:
        """What comes before this end in the names of arrays that the version before has kept."""
        start = f"{group.name}/"
        found = [key for key in self.theirs if key.startswith(start) and key.endswith(end)]
        return [key[len(start) : -len(end)] for key in found]

    def changed(self, layer: Any) -> dict[str, Any]:
        """The variables of a layer that no longer have the agreed state, by path."""
        values = state(layer)
        return {
            key: value
            for key, value in values.items()
            if key not in self.state or not np.array_equal(value, self.state[key])
        }

    def untrained(self, layer: Any) -> dict[str, Any]:
        """Copies of the variables that training by gradients leaves alone, by path."""
        trained = {id(one) for one in layer.trainable_variables}
        return {
            key: np.array(numbers(one))
            for key, one in self.variables(layer).items()
            if id(one) not in trained
        }

    @contextmanager
    def frozen(self, layer: Any) -> Iterator[Any]:
        """The layer while it is not to train; afterwards all is as it was, sub-layers too."""
        parts = [layer, *anatomy(layer).children.values()]
        trains = KERAS.trained_by(layer)
        weights = [(one, trains(one)) for one in self.variables(layer).values()]
        trained = [(part, part._trainable) for part in parts]
        layer.trainable = False
        try:
            yield layer
        finally:
            for part, was in trained:
                part._trainable = was
            KERAS.thaw(weights)

    def takes_training(self) -> bool:
        """May `call()` be told whether it is for training?"""
        return takes_training(self.layer)

    def seeded(self, function: Any, args: Any, kwargs: Any) -> Any:
        """Call something under a fixed seed."""
        KERAS.seed(SEED)
        return function(*args, **kwargs)

    def seeded_call(self, layer: Any, **more: Any) -> Any:
        """Call the layer on the case's inputs under a fixed seed."""
        args, kwargs = self.case.inputs()
        return self.seeded(layer, args, {**kwargs, **more})

    def gradients_at(self, args: Any, kwargs: Any) -> dict[str, Any]:
        """Gradients through a call of the first layer in the agreed state, in inference."""
        call = lambda inputs: self.seeded(self.layer, *inputs)  # noqa: E731
        return of_call(self.again(), call, (args, kwargs))

    def give_state(self, layer: Any) -> bool:
        """Give a layer the agreed state, if it has the same weights."""
        try:
            transplant(self.state, layer)
        except Mismatch:
            return False
        return True

    @contextmanager
    def under(self, policy: str) -> Iterator[None]:
        """Names and seeds start anew, under another global dtype policy."""
        self.clear()  # which forgets the policy: it is set afterwards
        usual = KERAS.policy()
        KERAS.set_policy(policy)
        try:
            yield
        finally:
            KERAS.set_policy(usual)

    def mapped(self, change: Callable[[Any], Any]) -> Any:
        """The arguments of the call with other arrays; None where `change` gives none at all."""
        changed = False

        def other(leaf: Any) -> Any:
            nonlocal changed
            new = change(leaf) if isinstance(leaf, np.ndarray) else None
            changed = changed or new is not None
            return leaf if new is None else new

        inputs = KERAS.map(other, self.case.inputs())
        return inputs if changed else None

    def scaled(self, factor: float) -> Any:
        """The arguments of the call, with all real numbers times a factor."""
        return self.mapped(lambda a: (a * factor).astype(a.dtype) if a.dtype.kind == "f" else a)

    def kept(self, group: Arrays, measure: Callable[[], Any]) -> str:
        """Keep arrays that `measure` gives, in a row or by name; the error that it ends with."""
        result = attempt(measure)
        if failed(result):
            return str(result.get("error", result))
        keep = self.keep_named if isinstance(result, dict) else self.keep
        keep(group, result)
        return ""

    def text_of(self, measure: Callable[[], Any], fails: str = "fails: ") -> str:
        """What `measure` gives, as text that is the same in each process; or what it fails with."""
        result = attempt(measure)
        if failed(result):
            return f"{fails}{str(result.get('error', '')).partition(':')[0]}"
        told = KERAS.map(_told, result)
        return ADDRESS.sub("", str(plain(told)))

    def plain_leaves(self, result: Any) -> list[Any]:
        """The tensors and plain values in what a method returns, as arrays."""
        leaves = [leaf for leaf in KERAS.flatten(result) if leaf is not None]
        plain = (str, int, float, bool)
        return [numbers(one) for one in leaves if hasattr(one, "shape") or isinstance(one, plain)]

    def flat(self, outputs: Any) -> list[Any]:
        """All tensors of a nested output as plain arrays."""
        return flat(outputs)

    def numbers(self, value: Any) -> Any:
        """A tensor as a plain array."""
        return numbers(value)

    def same(self, one: Any, other: Any, tolerance: float = TOLERANCE) -> bool:
        """Are two arrays equal up to rounding?"""
        return same(one, other, tolerance)

    def children(self, layer: Any = None) -> dict[str, Any]:
        """The sub-layers, by path."""
        return anatomy(self.layer if layer is None else layer).children

    def paths(self, layer: Any = None) -> dict[int, str]:
        """The paths of all weights and sub-layers, by identity."""
        parts = anatomy(self.layer if layer is None else layer)
        weights = {id(one): f"the weight `{path}`" for path, one in parts.variables.items()}
        return weights | {id(one): f"the layer `{path}`" for path, one in parts.children.items()}

    def public_names(self) -> list[str]:
        """What can be named of the layer, and not of every layer."""
        return sorted(public(dir(self.layer), self.layer))

    def shapes(self) -> tuple[str, Any]:
        """The shapes that `build()` was given: `("named", shapes by parameter)`, or one."""
        config = self.facts["build config"]
        if failed(config) or not config:
            raise Mismatch("the layer does not record the shapes it was built with")
        named = config.get("shapes_dict")
        return ("named", named) if named is not None else ("one", config["input_shape"])

    def shapes_for(self, function: Any) -> tuple[str, Any]:
        """The shapes that Keras gives a method like `compute_output_shape()`, by its parameters.

        One parameter gets the first shape, by whatever name; several those of their names.
        """
        given, names = self.shapes(), asked_for(function)
        if not names or (given[0] == "one" and len(names) == 1):
            return given
        shapes = shapes_by_name(self.layer.call, self.case.inputs())
        named = {name: shapes[name] for name in names if name in shapes}
        if len(names) == 1 or not named:
            return "one", next(iter(shapes.values()), None)
        return "named", named

    def symbols(self) -> tuple[Any, Any]:
        """The arguments of the call as symbols of which only the channels are known."""

        def symbol(leaf: Any) -> Any:
            if not isinstance(leaf, np.ndarray):
                return leaf
            channels = leaf.shape[-1:] if leaf.dtype.kind == "f" else (None,)
            shape = (*[None] * (leaf.ndim - 2), *channels[: leaf.ndim - 1])
            return KERAS.Input(shape=shape, dtype=str(leaf.dtype))

        args, kwargs = KERAS.map(symbol, self.case.inputs())
        return args, kwargs

    def observe(self, name: str, measure: Callable[[], Any]) -> Any:
        """Note what `measure` returns, or the error it ends with, under `name`.

        Which arrays were kept by it is noted, too: where there are none, its error tells why.
        """
        known = self.arrays.keys() | ()
        self.facts[name] = value = attempt(measure)
        groups = {key.partition("/")[0] for key in self.arrays.keys() - known}
        self.facts.setdefault("kept by", {}).update(dict.fromkeys(groups, name))
        return value


def _told(leaf: Any) -> Any:
    is_array = KERAS.is_tensor(leaf) or isinstance(leaf, np.ndarray)
    return numbers(leaf).tolist() if is_array else leaf


def flat(outputs: Any) -> list[Any]:
    """All tensors of a nested output as plain arrays; what is no tensor as its text."""
    return [_array(leaf) for leaf in KERAS.flatten(outputs)]


def _array(leaf: Any) -> Any:
    if leaf is None or isinstance(leaf, (str, bool)):
        return np.array(str(leaf))
    try:
        return numbers(leaf)
    except Exception:
        return numbers(leaf.to_tensor()) if hasattr(leaf, "to_tensor") else np.array(str(leaf))


def agree(state: dict[str, Any], trial: Trial) -> bool:
    """Try a state: are all inference outputs finite under it?"""
    trial.state = state
    trial.seen = trial.look_once()
    if all(np.isfinite(a).all() for a in flat(trial.seen[0]) if a.dtype.kind == "f"):
        return True
    trial.seen = None
    return False


def settle_state(trial: Trial, layer: Any) -> None:
    """Choose the state in which to compare: a disturbed one if it gives finite numbers."""
    if trial.theirs:
        prefix = "start/"
        trial.state = {k[len(prefix) :]: v for k, v in trial.theirs.items() if k.startswith(prefix)}
        return
    initial = state(layer)
    if not agree(disturb(initial), trial):
        trial.state = initial
    trial.arrays.update({f"start/{key}": value for key, value in trial.state.items()})


def as_theirs(trial: Trial, groups: tuple[str, ...]) -> bool:
    """Are the arrays of these groups there before too, all of them, and equal?"""
    names = {n for n in (*trial.theirs, *trial.arrays) if n.startswith(groups)}
    both = trial.theirs.keys() & trial.arrays.keys()
    return names <= both and all(same(trial.theirs[name], trial.arrays[name]) for name in names)
