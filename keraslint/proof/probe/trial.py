"""One case of one version: fresh layers in a known state, and calls that can be repeated."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from .cases.case import Case
from .variable_paths import Mismatch, disturb, numbers, state, transplant

SEED = 3
Facts = dict[str, Any]


class Unusable(Exception):
    """The layer cannot be measured; the text says why."""


@dataclass
class Trial:
    """A case, the state its layer must have in comparisons, and the arrays measured so far.

    `theirs` are the arrays of the version before (empty while that one is measured).
    `started` is what the variables of the first layer held once it was called.
    `said` are its public attributes then.
    `weights_made` tells by identity how its own weights are initialized.
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
    steady: bool = False

    def fresh(self) -> Any:
        """A new layer, made under a fixed seed and with fresh auto-names."""
        self.clear()
        return self.case.make()

    def clear(self) -> None:
        """Start names and seeds anew."""
        keras.utils.clear_session(free_memory=False)
        keras.utils.set_random_seed(SEED)

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

    def call(self, layer: Any, **more: Any) -> Any:
        """Call the layer on the case's inputs."""
        args, kwargs = self.case.inputs()
        return layer(*args, **{**kwargs, **more})

    def run(self, layer: Any, **more: Any) -> list[Any]:
        """Call under a fixed seed; give the outputs as plain arrays."""
        keras.utils.set_random_seed(SEED)
        return flat(self.call(layer, **more))

    def outputs_of(self, args: Any, kwargs: Any) -> list[Any]:
        """Outputs of the first layer in the agreed state for other inputs."""
        layer = self.again()
        keras.utils.set_random_seed(SEED)
        return flat(layer(*args, **kwargs))

    def look_once(self) -> tuple[Any, list[Any]]:
        """Outputs and added losses of a call of the first layer in the agreed state."""
        layer = self.again()
        keras.utils.set_random_seed(SEED)
        outputs = self.call(layer)
        return outputs, [numbers(loss) for loss in layer.losses]

    def observe(self, name: str, measure: Callable[[], Any]) -> Any:
        """Note what `measure` returns, or the error it ends with, under `name`."""
        self.facts[name] = value = attempt(measure)
        return value


def attempt(measure: Callable[[], Any]) -> Any:
    """The result of `measure`, or `{"error": ...}`; also when it asks for the process to exit."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return measure()
    except Mismatch as error:
        return {"skipped": str(error)}
    except (Exception, SystemExit) as error:
        return {"error": describe(error)}


def tried(case: Case) -> BaseException | None:
    """Make and call the layer once; the error that ends it, None if it works."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(SEED)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            args, kwargs = case.inputs()
            case.make()(*args, **kwargs)
    except (Exception, SystemExit) as error:
        return error
    return None


def describe(error: BaseException) -> str:
    """Name and first telling line of an error."""
    if isinstance(error, MemoryError):
        return "MemoryError: the memory limit was reached"
    if isinstance(error, SystemExit):
        return f"SystemExit: it asked to exit with code {error.code}"
    plain = re.sub(r"\x1b\[\d+m", "", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith("Exception encountered")), "")
    return f"{type(error).__name__}: {first or ''.join(lines[:1])}"[:300].rstrip(": ")


def failed(value: Any) -> bool:
    """Did `attempt` end with an error?"""
    return isinstance(value, dict) and ("error" in value or "skipped" in value)


def flat(outputs: Any) -> list[Any]:
    """All tensors of a nested output as plain arrays; what is no tensor as its text."""
    return [_array(leaf) for leaf in keras.tree.flatten(outputs)]


def _array(leaf: Any) -> Any:
    if leaf is None or isinstance(leaf, (str, bool)):
        return np.array(str(leaf))
    try:
        return numbers(leaf)
    except Exception:
        return numbers(leaf.to_tensor()) if hasattr(leaf, "to_tensor") else np.array(str(leaf))


@contextmanager
def noted_warnings() -> Iterator[list[str]]:
    """Collect the texts of warnings, without the numbers of auto-names."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    for warning in caught:
        if issubclass(warning.category, (UserWarning, RuntimeWarning)):
            text = re.sub(r"_\d+\b", "", " ".join(str(warning.message).split()))
            text = text if len(text) <= 160 else f"{text[:159]}…"
            if text not in texts:
                texts.append(text)


def as_theirs(trial: Trial, groups: tuple[str, ...]) -> bool:
    """Are the arrays of these groups there before too, all of them, and equal?"""
    names = {n for n in (*trial.theirs, *trial.arrays) if n.startswith(groups)}
    both = trial.theirs.keys() & trial.arrays.keys()
    return names <= both and all(same(trial.theirs[name], trial.arrays[name]) for name in names)


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


def same(one: Any, other: Any) -> bool:
    """Are two arrays equal up to rounding?"""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    finite = np.abs(one[np.isfinite(one)])
    scale = float(finite.max()) if finite.size else 0.0
    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-5 * max(scale, 1e-2), equal_nan=True))


def distance(one: Any, other: Any) -> str:
    """How two arrays differ, in words."""
    if one.shape != other.shape:
        return f"shape {tuple(one.shape)} before, {tuple(other.shape)} after"
    if one.dtype != other.dtype:
        return f"dtype {one.dtype} before, {other.dtype} after"
    if one.dtype.kind not in "fc":
        return "different values"
    gap = np.abs(one.astype("float64") - other.astype("float64"))
    return f"by up to {float(np.nanmax(gap)):.3g}" if gap.size else "different values"
