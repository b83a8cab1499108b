"""A model with a training logic of its own → what `fit`, `evaluate` and `predict` make of it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ....diagnostic import Measure
from ..general_judges import arrays, equal
from ..measured import Arrays, Fact, Measured, Observation

if TYPE_CHECKING:
    from ...probe.trial import Trial

OWN = (
    *("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics", "metrics"),
    *("compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch"),
    *("reset_metrics", "get_metrics_result", "make_train_function", "make_test_function"),
)
STEPS = 3
TOLD = Arrays(name="own training")
WAY: Fact[dict[str, Any]] = Fact("own training")


def observe(trial: Trial) -> dict[str, Any] | None:
    """Train, evaluate and predict in the first way that works; which way that is."""
    cls, model = trial.case.cls, trial.keras.Model
    own = [name for name in OWN if getattr(cls, name, None) is not getattr(model, name, None)]
    args, kwargs = trial.case.inputs()
    if not issubclass(cls, model) or not own or len(args) != 1 or kwargs:
        return None
    errors = []
    for way in _ways(trial, args[0]):
        try:
            told = {"way": way[0], "logs": _run(trial, args[0], *way[1:])}
            return {**told, "weighted": _weighted(trial, args[0])}
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
    return {"skipped": errors[0][:200]}


def _ways(trial: Trial, x: Any) -> Iterator[tuple[str, Any, Any]]:
    """Without targets; with the inputs, or something like the outputs, as targets."""
    outputs = trial.run(trial.again())
    yield "x", None, None
    for name, y in (("outputs", 0.5 * outputs[0] + 0.1), ("x", x)):
        yield f"x, {name} with a loss", y, "mse"
        yield f"x, {name}", y, None


def _weighted(trial: Trial, x: Any) -> list[str]:
    """The same with weights, which needs targets; what is reported then.

    There is one for each sample, or for each of what a loss gives for a sample.
    """
    import numpy as np

    rows = {len(one) for one in trial.keras.flatten(x) if isinstance(one, np.ndarray) and one.ndim}
    for _, y, loss in _ways(trial, x) if len(rows) == 1 else ():
        for rank in range(1, max(2, y.ndim)) if isinstance(y, np.ndarray) else ():
            shape = y.shape[:rank]
            weights = np.linspace(0.5, 2.0, int(np.prod(shape)), dtype="float32").reshape(shape)
            try:
                return _run(trial, x, y, loss, {"sample_weight": weights})
            except Exception:  # another way may work
                continue
    return []


def _run(
    trial: Trial, x: Any, y: Any, loss: Any, weights: Mapping[str, Any] | None = None
) -> list[str]:
    import numpy as np

    model = trial.ready()
    model.compile(**_compiled(trial, model, loss))
    data = {"x": x} if y is None else {"x": x, "y": y}
    data |= weights or {}
    kind = "weighted " if weights else ""
    size = {"batch_size": 10_000, "verbose": 0}
    history = model.fit(**data, **size, epochs=STEPS, shuffle=False).history
    trial.keep_named(
        TOLD, {f"{kind}fit {name}": np.asarray(v, float) for name, v in history.items()}
    )
    trial.keep_named(TOLD, {f"{kind}weight {k}": v for k, v in trial.changed(model).items()})
    evaluated = model.evaluate(**data, **size, return_dict=True)
    told = {f"{kind}evaluate {name}": np.asarray(v, float) for name, v in evaluated.items()}
    trial.keep_named(TOLD, told)
    left = trial.untrained(model)
    trial.keep_named(TOLD, {f"{kind}evaluated {name}": value for name, value in left.items()})
    predicted = enumerate(trial.flat(model.predict(x, **size)))
    trial.keep_named(TOLD, {f"{kind}predict {index}": array for index, array in predicted})
    return sorted([*history, *evaluated])


def _compiled(trial: Trial, model: Any, loss: Any) -> dict[str, Any]:
    """Arguments for `compile()`, for one of the model's own too: by their names."""
    parameters = inspect.signature(model.compile).parameters.values()
    known = {p.name for p in parameters}
    given: dict[str, Any] = {}
    for parameter in parameters:
        needed = parameter.default is parameter.empty and parameter.kind not in (2, 4)
        if "optimizer" in parameter.name:
            given[parameter.name] = trial.keras.optimizers.SGD(0.05)
        elif needed and "loss" in parameter.name:
            given[parameter.name] = trial.keras.losses.MeanSquaredError()
        elif needed:
            given[parameter.name] = 1.0
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        given.setdefault("optimizer", trial.keras.optimizers.SGD(0.05))
    if loss and "loss" in known:
        given.setdefault("loss", loss)
    if "run_eagerly" in known or any(p.kind is p.VAR_KEYWORD for p in parameters):
        given |= {"run_eagerly": True, "jit_compile": False}
    return given


measure = Measured(
    name="own training",
    about=Measure.GRADIENTS,
    meaning="what `fit`, `evaluate` and `predict` give where the class has a logic of its own",
    judges=(
        equal(WAY.name, "what `fit` and `evaluate` report"),
        arrays(TOLD.name, "what its own training gives"),
    ),
    observations=(Observation(fact=WAY, observe=observe, retried=True, arrays=(TOLD,)),),
)
