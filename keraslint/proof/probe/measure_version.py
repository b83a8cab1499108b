"""One request → everything measured on one version of one layer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ..measures.measured import FULL, LIGHT, SAVED
from ..measures.ranked_checks import APART
from .attempts import Unusable, describe, failed
from .cases.case import Case, Change, as_change, namespace
from .cases.derived_cases import Told, derived
from .cases.recipe_search import NOT_CALLED, OwnFault, called_on_guesses, search
from .cases.varied_cases import varied
from .cases.wish import Wish
from .coverage.inherited import watch_bases
from .coverage.recorder import RECORDER
from .examined.branches import Guesses
from .examined.examine_case import examine_all
from .keras_versions.in_use import KERAS
from .keras_versions.walking_order import WalkingOrder
from .measure_case import Place, Stage, baseline_error, measure, measure_apart
from .observations.against_before import plainly_other
from .observations.refusals import accepted, refused
from .source_overlay import find_class, go_by, load_module

MOST_CASES = 40
MOST_SAVED = 3
LEAST_DERIVING = 4.0


def load_layer(job: dict[str, Any]) -> tuple[Any, Any]:
    """Import the version's module; give it and the layer's class.

    A class that is compared with one of another name goes by that name, as files would have it.
    """
    RECORDER.install()
    try:
        module = load_module(job["path"], job["text"], job["folders"], job["around"])
    except (Exception, SystemExit) as error:
        raise Unusable(f"importing {Path(job['path']).name} fails: {describe(error)}") from error
    try:
        cls = find_class(module, job["layer"])
    except AttributeError as error:
        file = Path(job["path"]).name
        raise Unusable(f"{file} defines no class `{job['layer']}` when imported") from error
    if not (isinstance(cls, type) and issubclass(cls, KERAS.layers.Layer)):
        raise Unusable(_no_layer(job["layer"], cls))
    cls.__name__ = job["names"][0].split(".")[-1]
    watch_bases(cls, RECORDER)
    RECORDER.end_import()
    go_by(module, job.get("module", ""))
    return module, cls


def _no_layer(name: str, cls: Any) -> str:
    """Say so where it is a layer of the other Keras."""
    this, other = f"Keras {KERAS.version}", 5 - KERAS.generation
    bases = [one for one in getattr(cls, "__mro__", ()) if one.__name__ == "Layer"]
    if any(one.__module__.partition(".")[0] in ("keras", "tf_keras") for one in bases):
        return f"`{name}` is a layer of Keras {other}, and {this} runs it; `--keras {other}` helps"
    return f"`{name}` is no layer of {this}"


def run(job: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Measure one version; `{"unusable": reason}` when it cannot be imported."""
    stage("importing the module")
    walk = WalkingOrder(backwards=job["backwards"]) if "backwards" in job else None
    if walk is not None:
        walk.install(KERAS.layers.Layer)
    try:
        module, cls = load_layer(job)
    except Unusable as error:
        return {"unusable": str(error)}
    names = tuple(job["names"])
    theirs = Path(job["theirs"]) if job["theirs"] else None
    place = Place(
        folder=Path(job["folder"]),
        theirs=theirs,
        names=names,
        stage=stage,
        brief=bool(job.get("brief")),
        fatal=frozenset(map(as_change, job.get("fatal", ()))),
    )
    space = namespace(module, names)
    if job.get("apart"):
        return {"cases": [_apart(job, cls, space, place)]}
    if job.get("examine"):
        return _with_coverage(_examined(job, cls, space, place))
    if job["cases"] is None and job.get("looks"):
        return _with_coverage({"cases": _looked_at_again(job, cls, space, place)})
    if job["cases"] is None:
        return _with_coverage(_before(job, cls, space, place))
    after = _with_coverage({"cases": list(_all_after(job, cls, space, place))})
    return {**after, "walks": walk.is_asked} if walk is not None else after


def _with_coverage(answer: dict[str, Any]) -> dict[str, Any]:
    """Tell what ran in the cases that count, and what ran on the way to a refusal."""
    entries = answer.get("cases", ())
    passed = {number for entry in entries for number in entry["passed"]}
    for entry in entries:
        entry["ran"] = RECORDER.told(entry.pop("passed"))
        entry["ran in calls"] = RECORDER.told(entry.pop("passed in calls", ()))
    ran, refusing = RECORDER.told(passed), RECORDER.told(RECORDER.refusing)
    return {**answer, "ran": ran, "refusing": refusing, "keras": KERAS.generation}


def _apart(job: dict[str, Any], cls: Any, space: dict[str, Any], place: Place) -> dict[str, Any]:
    """The first case, asked for one thing that may end this process."""
    one = next(measure for measure in APART if measure.name == job["apart"])
    case = Case(cls=cls, text=job["cases"][0]["recipe"], space=space)
    return measure_apart(case, place, one.observations)


def _all_after(
    job: dict[str, Any], cls: Any, space: dict[str, Any], place: Place
) -> Iterator[dict[str, Any]]:
    """Measure every case again, up to the first that settles the matter."""
    for index, theirs in enumerate(job["cases"], job.get("first", 0)):
        entry = _after(index, theirs, cls, space, place)
        yield entry
        if job["strict"] and plainly_other(theirs["facts"], entry["facts"]):
            return


def _examined(job: dict[str, Any], cls: Any, space: dict[str, Any], place: Place) -> dict[str, Any]:
    """Look at the given recipes, or at found or guessed ones, each by itself."""
    if KERAS.generation == 2:
        return {"baseline": "it is for Keras 2, and only layers for Keras 3 are examined"}
    guesses = Guesses()
    try:
        cases = _given(job, cls, space)
        cases = cases or search(job, cls, space, place.stage, guesses.tried_fully)
    except OwnFault as fault:
        cases = [Case(cls=cls, text=fault.recipe, space=space)]
    except Unusable as error:
        made = str(error).startswith(NOT_CALLED)
        if made and cls.call in (KERAS.layers.Layer.call, KERAS.Model.call):
            return {"baseline": f"`{cls.__name__}` has no `call()` of its own", "abstract": True}
        return {"baseline": str(error)}
    entries = examine_all(cases, place.folder, place.stage, given=bool(job["recipes"]))
    entries[0]["doubtful"] = guesses.doubtful
    return {"cases": entries}


def _before(job: dict[str, Any], cls: Any, space: dict[str, Any], place: Place) -> dict[str, Any]:
    """Measure the given recipes in full, or a found or guessed one, then what derives from them."""
    try:
        cases = _given(job, cls, space) or search(job, cls, space, place.stage)
    except Unusable as error:
        return {"baseline": str(error)}
    entries: list[dict[str, Any]] = []
    started = time.process_time()
    glance = bool(job.get("glance"))
    for case in cases[:1] if glance else cases:
        entries.append(measure(case, len(entries), place, LIGHT if glance else FULL))
        wrong = baseline_error(entries[-1])
        if wrong:
            return {"baseline": wrong}
    told = {"cases": entries, "module": cls.__module__}
    if glance:
        return told
    place.steady = all(_repeats(entry) for entry in entries)
    place.finite = all(_is_finite(entry) for entry in entries)
    spent = time.process_time() - started
    budget = min(job["timeout"] / 4, max(LEAST_DERIVING, spent))
    _derive(cases, entries, place, budget, job.get("also", ""))
    entries[0]["facts"]["refused"] = refused(cases[0], place.unusable)
    return told


def _given(job: dict[str, Any], cls: Any, space: dict[str, Any]) -> list[Case]:
    """The given recipes; each must be one."""
    cases = []
    for text in job["recipes"]:
        try:
            case = Case(cls=cls, text=text, space=space)
            asked = case.asked()
        except (Exception, SystemExit) as error:
            reason = f"the recipe `{text}` cannot be evaluated: {describe(error)}"
            raise Unusable(reason) from error
        if not (asked.args or asked.kwargs):
            cases.append(called_on_guesses(case, job))
        else:
            cases.append(case)
    return cases


def _derive(
    cases: list[Case], entries: list[dict[str, Any]], place: Place, budget: float, also: str
) -> None:
    """Measure what derives from the cases, as far as the budget (seconds of work) goes."""
    until = time.process_time() + budget
    seen: set[tuple[Change, ...]] = set()
    branches = {_branch(entry["facts"]) for entry in entries}
    for number, case in enumerate(cases):
        outputs = entries[number]["facts"]["called"]["outputs"]
        told = Told(varied=partial(_has_other_channels, entries), outputs=outputs, also=also)
        for wish in derived(case, told):
            waiting = [wish]
            while waiting and len(entries) < MOST_CASES and time.process_time() < until:
                asked = waiting.pop(0)
                if asked.alternatives in seen:
                    continue
                seen.add(asked.alternatives)
                deepen = partial(_depth, branches, asked.closely) if asked.decides else None
                working = _first_working(case, asked.alternatives, len(entries), place, deepen)
                if working is None:
                    waiting = [*asked.otherwise, *waiting]
                else:
                    entries.append(working)


def _looked_at_again(
    job: dict[str, Any], cls: Any, space: dict[str, Any], place: Place
) -> list[dict[str, Any]]:
    """Measure the cases that were asked for when others had been seen, as far as they work."""
    entries: list[dict[str, Any]] = []
    until = time.process_time() + job["timeout"] / 4
    for look in job["looks"]:
        if time.process_time() > until:
            break
        case = Case(cls=cls, text=look["recipe"], space=space, change=as_change(look["change"]))
        if look["vary"]:
            for wish in varied(case, [*map(tuple, look["vary"])]):
                _fulfil(case, wish, entries, place)
            continue
        entry = measure(case, len(entries), place, look["depth"])
        if not baseline_error(entry):
            entries.append(entry)
    return entries


def _fulfil(case: Case, wish: Wish, entries: list[dict[str, Any]], place: Place) -> None:
    working = _first_working(case, wish.alternatives, len(entries), place, None)
    if working is not None:
        entries.append(working)
        return
    for other in wish.otherwise:
        _fulfil(case, other, entries, place)


def _has_other_channels(entries: list[dict[str, Any]]) -> bool:
    return any(entry["change"]["channels"] for entry in entries)


def _first_working(
    case: Case,
    alternatives: tuple[Change, ...],
    index: int,
    place: Place,
    deepen: Callable[[dict[str, Any]], int] | None,
) -> dict[str, Any] | None:
    """Measure the first change that works; `deepen` tells whether to save and load it too."""
    for change in (one for one in alternatives if one not in place.fatal):
        changed = Case(cls=case.cls, text=case.text, space=case.space, change=change)
        with place.trying(change):
            entry = measure(changed, index, place, LIGHT, deepen=deepen)
        if not baseline_error(entry) and (not place.finite or _is_finite(entry)):
            return entry
        place.unusable.append(change)
    return None


def _is_finite(entry: dict[str, Any]) -> bool:
    """Are all outputs numbers? Others agree with each other whatever the layer does."""
    outputs = entry["facts"]["outputs"]
    return failed(outputs) or bool(outputs["finite"])


def _depth(branches: set[tuple[str, ...]], closely: bool, facts: dict[str, Any]) -> int:
    """How far to look into a derived case: closer if it takes a branch that is new."""
    branch = _branch(facts)
    if branch in branches or (len(branches) > MOST_SAVED and not closely):
        return LIGHT
    branches.add(branch)
    return SAVED


def _branch(facts: dict[str, Any]) -> tuple[str, ...]:
    """Which sub-layers have weights: other ones mean that another branch was taken."""
    weights = [weight["key"] for weight in facts["weights"] if not weight["seed"]]
    return tuple(sorted({key.rpartition("/")[0] for key in weights}))


def _repeats(entry: dict[str, Any]) -> bool:
    """Do two calls agree, in inference and in training?"""
    facts = entry["facts"]
    return all(facts[n].get("repeats") is True for n in ("outputs", "outputs in training"))


def _after(
    index: int, entry: dict[str, Any], cls: Any, space: dict[str, Any], place: Place
) -> dict[str, Any]:
    """Measure a case again on the version after, with the state of the version before."""
    case = Case(cls=cls, text=entry["recipe"], space=space, change=as_change(entry["change"]))
    measured = measure(case, index, place, entry["depth"], entry["facts"])
    before = entry["facts"].get("refused")
    if before is not None and not measured["settled"]:
        measured["facts"]["refused"] = [one for one in before if not _accepts(case, one["change"])]
    return measured


def _accepts(case: Case, change: dict[str, Any]) -> bool:
    return accepted(case, as_change(change))
