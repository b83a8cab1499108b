"""What the child saw of one case → what each fact says of a part of the layer's life."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keraslint.examination import Condition, Symptom
from keraslint.proof.error_symptoms import symptom_of
from keraslint.proof.measures.case_pair import error_of, ticked

Entry = Mapping[str, Any]
LONGEST = 180
GUESSED = "the inputs are guessed, and may not be what it is meant for: give a recipe"
FUNCTIONAL = "a functional model"
OWNER = "a model whose `build()` builds it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one fact says of a health; `fact` is the one whose line is to blame.

    `detail` ends in the `error`, where there is one; `weights` are those that it is about.
    """

    condition: Condition
    detail: str = ""
    fact: str = ""
    symptom: Symptom | None = None
    error: str = ""
    weights: tuple[str, ...] = ()


Judge = Callable[[Entry], Iterator[Said]]


def works(detail: str = "") -> Said:
    return Said(condition=Condition.WORKS, detail=detail)


def broken(symptom: Symptom, detail: str, weights: Sequence[str] = ()) -> Said:
    return Said(condition=Condition.BROKEN, detail=detail, symptom=symptom, weights=tuple(weights))


def failing(how: str, error: str, fact: str = "") -> Said:
    """Broken by an error, of which the detail quotes as much as fits."""
    brief = _brief(error)
    return Said(
        condition=Condition.BROKEN,
        detail=f"{how}: {brief}",
        fact=fact,
        symptom=symptom_of(error),
        error=brief,
    )


def _fact(entry: Entry, name: str) -> Any:
    return entry["facts"].get(name)


def _failed(entry: Entry, name: str, how: str) -> Iterator[Said]:
    """Broken where observing the fact has failed."""
    value = _fact(entry, name)
    if isinstance(value, dict) and value.get("error"):
        yield failing(how, value["error"], name)


def _brief(text: str) -> str:
    """As many whole sentences as fit, or the beginning of the first."""
    if len(text) <= LONGEST:
        return text
    whole = text[:LONGEST].rpartition(". ")[0]
    return f"{whole}." if whole else f"{text[:LONGEST].rpartition(' ')[0]} …"


def made(entry: Entry) -> Iterator[Said]:
    yield from _failed(entry, "made", "it cannot be made")
    if _fact(entry, "made") is True:
        yield works()
    early = _fact(entry, "set too early")
    if isinstance(early, list) and early:
        how = f"{ticked(early)} is set before `super().__init__()`, which sets it anew"
        yield broken(Symptom.SET_TOO_EARLY, how)
    given = _fact(entry, "base arguments")
    if given is None or error_of(given):
        return
    lost = [name for name, is_lost in _dropped(given) if is_lost]
    if lost:
        how = f"takes {ticked(lost)} and drops {'it' if len(lost) == 1 else 'them'}"
        yield broken(Symptom.BASE_ARGUMENT_DROPPED, how)


def _dropped(given: Any) -> Iterator[tuple[str, bool]]:
    yield "name=", "given" not in given["name"]
    yield "trainable=", given["trainable"] is True


def called(entry: Entry) -> Iterator[Said]:
    yield from _failed(entry, "called", "it cannot be called")
    called = _fact(entry, "called")
    if called and not error_of(called):
        yield works()


def built(entry: Entry) -> Iterator[Said]:
    built = _fact(entry, "built alone")
    if not _has_build(entry) or built is None:
        return
    yield from _failed(entry, "built alone", "`build(shape)` fails")
    if error_of(built):
        return
    missing = [key for key in _weights(entry) if key not in built["weights"]]
    if missing:
        how = f"`build(shape)` does not create {ticked(missing)}"
        yield broken(Symptom.LEFT_UNBUILT, how, missing)
    else:
        yield works()


def _has_build(entry: Entry) -> bool:
    return bool(_fact(entry, "own build"))


def _weights(entry: Entry) -> list[str]:
    return [one["key"] for one in _fact(entry, "weights") or () if not one["seed"]]


def _trainable(entry: Entry) -> list[str]:
    return [one["key"] for one in _fact(entry, "weights") or () if one["trainable"]]


def twice(entry: Entry) -> Iterator[Said]:
    outputs, second = _fact(entry, "outputs"), _fact(entry, "second call")
    yield from _failed(entry, "outputs", "the second call fails")
    yield from _failed(entry, "second call", "calling it again fails")
    if second and second.get("made"):
        yield broken(Symptom.NEW_STATE, f"each call makes new weights: {ticked(second['made'])}")
    elif outputs and outputs.get("repeats") is False:
        how = "two calls on the same input, with the same weights and seed, disagree"
        yield broken(Symptom.NOT_REPEATED, how)
    elif outputs and outputs.get("repeats"):
        yield works()


def trained(entry: Entry) -> Iterator[Said]:
    if _fact(entry, "fit") is None:
        return
    lost, off = _fact(entry, "untracked"), _fact(entry, "never active")
    if lost and not error_of(lost):
        how = f"Keras does not track {ticked(lost)}: it is neither trained nor saved"
        yield broken(Symptom.NOT_TRACKED, how)
    if off and not error_of(off):
        owners = list(dict.fromkeys(key.rpartition("/")[0] or key for key in off))
        how = f"{ticked(owners)} stays as in inference during `fit()`"
        yield broken(Symptom.OFF_IN_TRAINING, how, off)
    if not _has_numbers(entry):
        return
    if not entry.get("doubtful"):
        yield from _failed(entry, "outputs in training", "a call with `training=True` fails")
        yield from _failed(entry, "fit", "`fit()` fails")
        yield from _fails_after(_fact(entry, "fit"))
    yield from _moved(entry)


def _fails_after(trained: Any) -> Iterator[Said]:
    """Is what was trained of no use, as when it holds a tensor of the graph of its training?"""
    error = "" if error_of(trained) else error_of(trained.get("then"))
    if error:
        yield failing("a call after `fit()` fails", error)


def _has_numbers(entry: Entry) -> bool:
    """Is there something of which a loss can be made?"""
    called = _fact(entry, "called")
    return any("float" in kind for _, kind in called["outputs"])


def _moved(entry: Entry) -> Iterator[Said]:
    trained, weights = _fact(entry, "fit"), _trainable(entry)
    if error_of(trained):
        return
    reached = _reached(entry)
    if weights and reached is not None and not set(weights) & reached:
        yield broken(Symptom.NO_GRADIENT, f"no gradient reaches {ticked(weights)}", weights)
    elif weights or trained["moved"]:
        still = [] if reached is None else [key for key in weights if key not in reached]
        yield works(f"no gradient reaches {ticked(still)}" if still else "")


def _reached(entry: Entry) -> set[str] | None:
    """The weights that gradients reach, where that is known."""
    found = _fact(entry, "gradients")
    if found is None or error_of(found):
        return None
    return set(found["weights"])


def frozen(entry: Entry) -> Iterator[Said]:
    if not _weights(entry):
        return
    for name, when in (("frozen before build", "before"), ("frozen once built", "after")):
        found = _fact(entry, name)
        yield from _failed(entry, name, f"a model fails when frozen {when} the first call")
        if isinstance(found, list) and found:
            how = f"a model still trains {ticked(found)} if frozen {when} the first call"
            yield broken(Symptom.NOT_FROZEN, how, found)
        elif isinstance(found, list):
            yield works()


def masked(entry: Entry) -> Iterator[Said]:
    """A layer that does not say that it supports masks may take something else by that name."""
    if _fact(entry, "masks"):
        yield from _failed(entry, "masked", "a call with a mask fails")
    found = _fact(entry, "masked")
    if found and not error_of(found):
        yield works()


def saved(entry: Entry) -> Iterator[Said]:
    saved = _fact(entry, "saved")
    if saved is None:
        return
    yield from _failed(entry, "saved", "saving fails")
    for file, said in saved.items() if not error_of(saved) else ():
        if said and not (file.startswith("functional") and _no_functional(entry)):
            if file.startswith("functional") or _has_shapes(entry):
                yield failing(f"inside {_kind(file)}", " ".join(said.split()))
        elif not said:
            yield works()


def _kind(file: str) -> str:
    return FUNCTIONAL if file.startswith("functional") else OWNER


def _no_functional(entry: Entry) -> bool:
    return bool(error_of(_fact(entry, "functional")))


def _has_shapes(entry: Entry) -> bool:
    """Does the layer record shapes with which an owner could build it?"""
    config = _fact(entry, "build config")
    return bool(config) and not error_of(config)


def loaded(entry: Entry) -> Iterator[Said]:
    yield from _survives(entry, "functional reload", f"on loading inside {FUNCTIONAL}")
    yield from _survives(entry, "called weights reload", "on `load_weights()` once called")
    if entry["is model"]:
        yield from _survives(entry, "deep copy", "on loading the model itself")
    if _has_build(entry) and _has_shapes(entry):
        yield from _survives(entry, "owner reload", f"on loading inside {OWNER}")
        yield from _survives(entry, "weights reload", f"on `load_weights()` into {OWNER}")
    elif _lost(entry, _fact(entry, "owner reload")):
        lost = ticked(_lost(entry, _fact(entry, "owner reload")))
        yield works(f"{OWNER} loses {lost}: the class has no `build()` to create them")


def _lost(entry: Entry, found: Any) -> list[str]:
    """The weights that did not come through; the state of metrics is none, and Keras keeps none."""
    weights = _fact(entry, "order")
    lost = [] if found is None or error_of(found) else list(found.get("lost") or ())
    return [one for one in lost if weights is None or one in weights]


def _survives(entry: Entry, name: str, when: str) -> Iterator[Said]:
    """What came through: all weights and the outputs, where calls repeat at all."""
    found = _fact(entry, name)
    if found is None:
        return
    yield from _failed(entry, name, f"fails {when}")
    if error_of(found):
        return
    if _lost(entry, found):
        lost = _lost(entry, found)
        yield broken(Symptom.WEIGHTS_LOST, f"loses {ticked(lost)} {when}", lost)
    elif not found["outputs"] and _repeats(entry):
        yield broken(Symptom.OTHER_OUTPUT, f"gives another output {when}")
    else:
        yield works()


def _repeats(entry: Entry) -> bool:
    """Do calls give the same? Those of a random layer do not, unless its seed is set."""
    outputs, second = _fact(entry, "outputs"), _fact(entry, "second call")
    repeats = bool(outputs) and outputs.get("repeats") is not False
    return repeats and bool(second) and second.get("same") is not False


def cloned(entry: Entry) -> Iterator[Said]:
    config = _fact(entry, "from config")
    if config is None:
        return
    yield from _failed(entry, "from config", "`from_config(get_config())` fails")
    if isinstance(config, dict) and config.get("skipped"):
        how = "`from_config(get_config())` gives a layer with other weights"
        yield broken(Symptom.SHAPES_DIFFER, how)
    elif not error_of(config) and not config["outputs"] and _repeats(entry):
        how = "`from_config(get_config())` gives a layer with another output"
        yield broken(Symptom.OTHER_OUTPUT, how)
    elif not error_of(config):
        yield works()
    yield from _failed(entry, "cloned", "`clone_model()` fails")
    pinned = _fact(entry, "pinned by building")
    if isinstance(pinned, list) and pinned:
        how = f"`get_config()` gives another {ticked(pinned)} once the layer is built"
        yield broken(Symptom.CHANGED_BY_BUILDING, how)
    for name, what in (("arguments", "the argument"), ("settings", "the layer's")):
        lost = _fact(entry, f"forgotten {name}")
        if isinstance(lost, list) and lost:
            how = f"`from_config(get_config())` forgets {what} {ticked(lost)}"
            yield broken(Symptom.ARGUMENT_FORGOTTEN, how)


def copied(entry: Entry) -> Iterator[Said]:
    if _has_build(entry) or entry["is model"]:
        yield from _survives(entry, "deep copy", "in `copy.deepcopy()`")


def mixed(entry: Entry) -> Iterator[Said]:
    for policy in ("mixed_bfloat16", "mixed_float16"):
        yield from _failed(entry, policy, f"under `{policy}`")
        found = _fact(entry, policy)
        if found and not error_of(found):
            how = f"gives NaN under `{policy}`"
            yield broken(Symptom.NOT_A_NUMBER, how) if found["nan"] else works()


def unknown(entry: Entry) -> Iterator[Said]:
    found = _fact(entry, "functional")
    if found is None:
        return
    wrong = _untrue_shape(entry) if not error_of(found) else ""
    if entry.get("doubtful") and (error_of(found) or wrong):
        yield Said(condition=Condition.NEVER_RAN, detail=GUESSED)
        return
    yield from _failed(entry, "functional", "in a functional model")
    if wrong:
        yield broken(Symptom.OTHER_SHAPE, wrong)
    elif not error_of(found) and not found["same"] and _repeats(entry):
        yield broken(Symptom.OTHER_OUTPUT, "a functional model computes something else")
    elif not error_of(found):
        yield works()


def _untrue_shape(entry: Entry) -> str:
    """What the layer says of its outputs and is not so; empty where all is."""
    told = [shape for _, shape in _fact(entry, "functional")["symbolic"]]
    real = [shape for shape, _ in _fact(entry, "called")["outputs"]]
    if len(told) != len(real):
        return f"says that it gives {len(told)} outputs, and gives {len(real)}"
    for one, other in zip(told, real, strict=True):
        if not _fits(one, other):
            return f"says that its output has the shape {tuple(one)}, and gives {tuple(other)}"
    return ""


def _fits(told: Sequence[int | None], real: Sequence[int]) -> bool:
    return len(told) == len(real) and all(
        one is None or one == other for one, other in zip(told, real, strict=True)
    )


def runs(entry: Entry) -> bool:
    """Can the layer be made and called at all?"""
    called = _fact(entry, "called")
    return called is not None and not error_of(called)
