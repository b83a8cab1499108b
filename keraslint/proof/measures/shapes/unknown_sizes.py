"""Sizes that are not known yet → what `build()`, output shapes and symbols make of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..case_pair import BROKEN, KEPT, Judged, Pair
from ..measured import Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

Told = dict[str, str]
OUTPUT_SHAPE: Fact[Told] = Fact("output shape of unknown")
BUILT: Fact[Told] = Fact("built of unknown")
SYMBOLIC: Fact[Told] = Fact("symbolic output of unknown")
FAILS, SEPARATOR = "fails: ", "; "


def output_shapes(trial: Trial) -> Told | None:
    """What `compute_output_shape()` of the class's own says where a size is unknown, or larger."""
    ask = trial.case.cls.compute_output_shape
    if ask in (
        trial.keras.layers.Layer.compute_output_shape,
        trial.keras.Model.compute_output_shape,
    ):
        return None
    layer = trial.layer
    known = trial.shapes_for(layer.compute_output_shape)
    told = {}
    for shapes in _opened(known):
        call = _given(layer.compute_output_shape, shapes)
        told[_text(shapes)] = trial.text_of(call, FAILS)
    fresh = trial.fresh()  # which any channels fit
    for shapes in _grown(known):
        told[_text(shapes)] = trial.text_of(_given(fresh.compute_output_shape, shapes), FAILS)
    return told


def built(trial: Trial) -> Told | None:
    """Weights that `build()` creates where only the channels are known."""
    *_, shapes, _ = _opened(trial.shapes())
    return {_text(given): _created(trial, given) for given in (shapes, *_first_alone(shapes))}


def _created(trial: Trial, shapes: Any) -> str:
    layer = trial.fresh()
    text = trial.text_of(_given(layer.build, shapes), FAILS)
    weights = [f"`{key}` {tuple(one.shape)}" for key, one in trial.variables(layer).items()]
    return text if text.startswith(FAILS) else SEPARATOR.join(weights)


def _first_alone(shapes: Any) -> Iterator[Any]:
    """Files, and owners, may know of the first shape only."""
    if shapes[0] == "named":
        yield "alone", next(iter(shapes[1].values()))


def symbolic(trial: Trial) -> Told | None:
    """The symbolic output where a class tells shapes or dtypes by itself."""
    cls, theirs, models = trial.case.cls, trial.keras.layers.Layer, trial.keras.Model
    own = ("compute_output_shape", "compute_output_spec")
    if all(getattr(cls, name) in (getattr(theirs, name), getattr(models, name)) for name in own):
        return None
    layer = trial.again()

    def called() -> Any:
        args, kwargs = trial.symbols()
        leaves = trial.keras.flatten(layer(*args, **kwargs))
        return [(str(leaf.dtype), tuple(leaf.shape)) for leaf in leaves]

    return {"sizes": trial.text_of(called, FAILS)}


def _given(function: Any, shapes: Any) -> Any:
    return lambda: function(**shapes[1]) if shapes[0] == "named" else function(shapes[1])


def _text(shapes: Any) -> str:
    return str(list(shapes[1].values()) if shapes[0] == "named" else shapes[1])


def _opened(shapes: Any) -> Iterator[Any]:
    """Each size alone unknown, then all but the channels, then all; in every shape at once."""
    kind, known = shapes
    ranks = [len(shape) for shape in _shapes_in(known)]
    for index in range(max(ranks, default=0)):
        yield kind, _mapped(known, lambda size, at, _, index=index: None if at == index else size)
    yield kind, _mapped(known, lambda size, at, rank: size if at == rank - 1 else None)
    yield kind, _mapped(known, lambda size, at, rank: None)


def _grown(shapes: Any) -> Iterator[Any]:
    """Each size alone larger by one, in every shape at once; not of shapes that have names."""
    kind, known = shapes
    ranks = [len(shape) for shape in _shapes_in(known)] if kind == "one" else []
    for index in range(max(ranks, default=0)):
        yield (
            kind,
            _mapped(
                known, lambda size, at, _, index=index: size + 1 if size and at == index else size
            ),
        )


def _shapes_in(shapes: Any) -> list[Any]:
    if isinstance(shapes, dict):
        return [one for part in shapes.values() for one in _shapes_in(part)]
    if isinstance(shapes, (list, tuple)) and shapes and not _is_size(shapes[0]):
        return [one for part in shapes for one in _shapes_in(part)]
    return [shapes] if isinstance(shapes, (list, tuple)) else []


def _mapped(shapes: Any, change: Any) -> Any:
    if isinstance(shapes, dict):
        return {name: _mapped(one, change) for name, one in shapes.items()}
    if not isinstance(shapes, (list, tuple)):
        return shapes
    if shapes and not _is_size(shapes[0]):
        return [_mapped(one, change) for one in shapes]
    return tuple(change(size, at, len(shapes)) for at, size in enumerate(shapes))


def _is_size(value: Any) -> bool:
    return value is None or isinstance(value, int)


def _judged(fact: Fact[Told], what: str) -> Any:
    """What worked before must give the same, or more weights; what failed may work now."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = fact.both(pair)
        if not before.value or not pair.runs_after:
            return
        for shapes, was in before.value.items():
            now = (after.value or {}).get(shapes, f"{FAILS}{after.error}")
            lost = set(was.split(SEPARATOR)) - set(now.split(SEPARATOR))
            if not was.startswith(FAILS) and was and lost:
                yield BROKEN, f"{what} for {shapes} was {was}, now {now}"
                return
        yield KEPT, ""

    return judge


measure = Measured(
    name="unknown sizes",
    about=Measure.OUTPUTS,
    meaning="`build()`, `compute_output_shape()` and symbolic outputs where sizes are not known",
    judges=(
        _judged(OUTPUT_SHAPE, "`compute_output_shape()`"),
        _judged(BUILT, "`build()`"),
        _judged(SYMBOLIC, "the symbolic output"),
    ),
    observations=(
        Observation(fact=OUTPUT_SHAPE, observe=output_shapes),
        Observation(fact=BUILT, observe=built),
        Observation(fact=SYMBOLIC, observe=symbolic),
    ),
)
