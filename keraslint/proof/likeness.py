"""What must be the same before and after: construction, weights, outputs, gradients, config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keraslint.diagnostic import Measure

from .clauses import (
    BROKEN,
    CHANGED,
    KEPT,
    MENDED,
    SKIPPED,
    About,
    Judge,
    Judged,
    Pair,
    by_owner,
    error_of,
    lost_probe,
    ticked,
    warned,
)


def made(pair: Pair) -> Iterator[Judged]:
    error = error_of(pair.facts("made")[1])
    yield (BROKEN, f"for {pair.label} it cannot be constructed: {error}") if error else (KEPT, "")


def called(pair: Pair) -> Iterator[Judged]:
    error = error_of(pair.facts("called")[1])
    yield (BROKEN, f"for {pair.label} calling it fails: {error}") if error else (KEPT, "")


def weights(pair: Pair) -> Iterator[Judged]:
    """Paths, shapes, dtypes and `trainable` of all variables once the layer was called."""
    before, after = pair.facts("weights")
    if before is None or after is None:
        return
    old, new = ({w["key"]: w for w in side} for side in (before, after))
    if old.keys() != new.keys():
        yield BROKEN, _other_weights(pair, list(old), list(new))
        return
    for key, weight in old.items():
        for what in ("shape", "dtype", "trainable"):
            if weight[what] != new[key][what]:
                was, is_ = weight[what], new[key][what]
                yield BROKEN, f"for {pair.label} {what} of `{key}` was {was} and is {is_}"
                return
    yield KEPT, f"{len(old)} weights"


def _other_weights(pair: Pair, old: list[str], new: list[str]) -> str:
    added = [key for key in new if key not in old]
    gone = [key for key in old if key not in new]
    parts = [f"{ticked(added)} {_are(added)} new"] if added else []
    parts += [f"{ticked(gone)} {_are(gone)} gone"] if gone else []
    same = pair.after["facts"].get("outputs with common weights") or {}
    what = "the output changed" if same.get("same") is False else "the weights changed"
    counts = f"{len(old)} weights before, {len(new)} after"
    return f"for {pair.label} {what}: {counts} ({'; '.join(parts)}){_special(pair, added, gone)}"


def _are(keys: list[str]) -> str:
    return "are" if len(keys) > 1 else "is"


def _special(pair: Pair, added: list[str], gone: list[str]) -> str:
    """Say so when the weights that came are those of another branch of a condition."""
    others = {
        weight["key"]
        for case in pair.all_before
        if case is not pair.before
        for weight in case["facts"].get("weights", ())
    }
    if added and not gone and set(added) <= others:
        return ": the identity case is no longer an identity"
    return ""


def output_form(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("called")
    if error_of(before) or error_of(after) or before is None or after is None:
        return
    for what in ("outputs", "structure"):
        if before[what] != after[what]:
            was, now = _form(before[what]), _form(after[what])
            yield BROKEN, f"for {pair.label} the output was {was} and is {now}"
            return
    yield KEPT, ""


def _form(form: Any) -> str:
    if isinstance(form, str):
        return f"of structure {form}"
    return ", ".join(f"{kind} {tuple(shape)}" for shape, kind in form)


def arrays(group: str, what: str) -> Judge:
    """A judge of one group of arrays."""

    def judge(pair: Pair) -> Iterator[Judged]:
        found = (pair.after["facts"].get("versus") or {}).get(group)
        if found is None:
            return
        if found["differs"]:
            name, how = found["differs"][0]
            where = "" if name.isdigit() else f" of `{name}`"
            yield BROKEN, f"for {pair.label} {what}{where} differ{_s(what)}: {how}"
        elif found["compared"]:
            yield KEPT, f"{found['compared']} compared"

    return judge


def _s(what: str) -> str:
    return "" if what.split(" in ")[0].endswith("s") else "s"


def probed(name: str, what: str) -> Judge:
    """A judge that only asks: what could be measured before, can it be measured after?"""

    def judge(pair: Pair) -> Iterator[Judged]:
        error = lost_probe(*pair.facts(name))
        if error:
            yield BROKEN, f"for {pair.label} {what} fails: {error}"

    return judge


def order(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("order")
    if before is None or after is None:
        return
    if before == after:
        yield KEPT, ""
        return
    place = next((i for i, (b, a) in enumerate(zip(before, after, strict=False)) if b != a), 0)
    was, now = ([*side, "nothing"][min(place, len(side))] for side in (before, after))
    yield BROKEN, f"`.weights` comes in another order: at {place} `{was}` before, `{now}` after"


def initial(pair: Pair) -> Iterator[Judged]:
    """The values that weights start from: constants exactly, random ones by their spread."""
    before, after = pair.facts("initial")
    for key in before or ():
        if after and key in after and not _alike(before[key], after[key]):
            was, now = _start(before[key]), _start(after[key])
            yield BROKEN, f"`{key}` starts from other values: {was} before, {now} after"
            return
    if before and after:
        yield KEPT, ""


def _alike(one: list[Any], other: list[Any]) -> bool:
    if one[0] is not None or other[0] is not None:
        return bool(one[0] == other[0])
    size = min(one[3], other[3])
    if size < 64 or not one[2] or not other[2]:
        return True
    return bool(0.55 < one[2] / other[2] < 1.8 and abs(one[1] - other[1]) < max(one[2], other[2]))


def _start(spread: list[Any]) -> str:
    constant, mean, deviation, _ = spread
    return f"all {constant:g}" if constant is not None else f"random, {mean:.2g} ± {deviation:.2g}"


def children(pair: Pair) -> Iterator[Judged]:
    """How the sub-layers were made: class and configuration, by attribute path."""
    before, after = pair.facts("children")
    if before is None or after is None:
        return
    for path, child in before.items():
        difference = _other_child(path, child, after[path]) if path in after else ""
        if difference:
            yield BROKEN, f"for {pair.label} {difference}"
            return
    gone, new = (
        [p for p in one if p not in other] for one, other in ((before, after), (after, before))
    )
    if gone or new:
        parts = [f"{ticked(gone)} gone"] if gone else []
        yield CHANGED, ", ".join(parts + ([f"{ticked(new)} new"] if new else []))
        return
    yield KEPT, f"{len(before)} sub-layers"


def _other_child(path: str, old: dict[str, Any], new: dict[str, Any]) -> str:
    if old["class"] != new["class"]:
        return f"`{path}` was a {old['class']} and is a {new['class']}"
    if old["config"] == new["config"]:
        return ""
    return f"`{path}` is made differently: {_difference(old['config'], new['config'])}"


def _difference(old: Any, new: Any, path: str = "") -> str:
    """The first place where two configurations part."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            if old.get(key) != new.get(key):
                return _difference(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    return f"`{path}` was {_short(old)} and is {_short(new)}"


def _short(value: Any) -> str:
    if isinstance(value, dict) and "class_name" in value:
        return str(value["class_name"])
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def config(name: str, when: str) -> Judge:
    """A judge of `get_config()`."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or after is None:
            return
        if error_of(before):
            status = SKIPPED if error_of(after) else MENDED
            yield status, f"`get_config()` {when} failed before: {error_of(before)}"
        elif error_of(after):
            yield BROKEN, f"`get_config()` {when} fails: {error_of(after)}"
        elif before != after:
            yield BROKEN, f"`get_config()` {when} changed: {_difference(before, after)}"
        else:
            yield KEPT, ""

    return judge


def build_parameters(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("build parameters")
    if before is None or after is None or before == after:
        yield KEPT, ""
        return
    was, now = ", ".join(before), ", ".join(after)
    yield BROKEN, f"the parameters of `build()` were ({was}) and are ({now}): old files name them"


def runs(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("called")
    if error_of(before) or error_of(after) or before is None or after is None:
        return
    was, now = before["runs"], after["runs"]
    if was == now:
        yield KEPT, ""
    else:
        text = f"`call()` runs {now} times on the first call, {was} before"
        yield (BROKEN if now > was else MENDED), text


def equal(name: str, what: str) -> Judge:
    """A judge of a fact that must be equal."""

    def judge(pair: Pair) -> Iterator[Judged]:
        before, after = pair.facts(name)
        if before is None or error_of(before):
            return
        error = lost_probe(before, after)
        if error:
            yield BROKEN, f"for {pair.label} {what} fails: {error}"
        elif before != after:
            yield BROKEN, f"for {pair.label} {what} differs: {_difference(before, after)}"
        else:
            yield KEPT, ""

    return judge


def functional(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("functional")
    if before is None or error_of(before):
        return
    error = lost_probe(before, after)
    if error:
        yield BROKEN, f"for {pair.label} a functional model of it fails: {error}"
    elif before["same"] and not after["same"]:
        yield BROKEN, f"for {pair.label} a functional model of it computes something else"
    elif before["symbolic"] != after["symbolic"]:
        yield BROKEN, f"for {pair.label} its symbolic output has another shape or dtype"
    elif after["weights"] < before["weights"]:
        counts = f"{after['weights']} weights, {before['weights']} before"
        yield BROKEN, f"for {pair.label} a new functional model of it has {counts}"
    else:
        yield (MENDED if after["weights"] > before["weights"] else KEPT), ""


def unbuilt(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("children")
    idle = [p for p, c in (after or {}).items() if not c["built"]]
    new = [p for p in idle if p not in (before or {}) or before[p]["built"]]
    if new:
        yield CHANGED, f"for {pair.label} {ticked(new)} is there and is not built"


def paths(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("paths")
    if before is not None and after is not None:
        yield (KEPT, "") if before == after else (CHANGED, "names that Keras makes up differ")


def shared(pair: Pair) -> Iterator[Judged]:
    before, after = pair.facts("shared")
    if before is None or error_of(before):
        return
    error = lost_probe(before, after)
    new = [] if error else [key for key in after if key not in before]
    if error or new:
        yield BROKEN, error or f"two instances of the layer share {by_owner(new)}"
    else:
        yield KEPT, ""


W, O, G, C = Measure.WEIGHTS, Measure.OUTPUTS, Measure.GRADIENTS, Measure.CONFIG  # noqa: E741

FIRST: tuple[tuple[str, About, Judge], ...] = (
    ("constructs", None, made),
    ("calls", None, called),
    ("weights", W, weights),
    ("output form", O, output_form),
    ("outputs", O, arrays("inference", "the output")),
    ("outputs", O, probed("outputs", "calling it with the old weights")),
    ("order of weights", W, order),
    ("sub-layers", W, children),
    ("initial values", W, initial),
    ("outputs in training", O, arrays("training", "the output in training")),
    ("outputs in training", O, probed("outputs in training", "calling it in training")),
    ("losses", O, arrays("loss", "the added loss")),
    ("masks", O, arrays("mask", "the output's mask")),
    ("masks", O, equal("masks", "`supports_masking`")),
)

SECOND: tuple[tuple[str, About, Judge], ...] = (
    ("updates in training", G, arrays("moved", "the value after a call in training")),
    ("gradients", G, arrays("gradient", "the gradient")),
    ("gradients", G, probed("gradients", "taking gradients")),
    ("training steps", G, arrays("step", "the value after two steps of SGD")),
    ("training steps", G, probed("fit", "`fit`")),
    ("config", C, config("config", "before build")),
    ("config", C, config("config once built", "once built")),
    ("build parameters", Measure.CHECKPOINT, build_parameters),
    ("functional model", O, functional),
    ("output shape", O, equal("output shape", "`compute_output_shape`")),
    ("mixed precision", O, equal("mixed precision", "its dtypes under `mixed_bfloat16`")),
    ("instances", W, shared),
    ("calls of call()", None, runs),
    ("warnings", None, lambda pair: warned(pair, "called")),
    ("warnings", None, lambda pair: warned(pair, "built alone")),
    ("warnings", None, lambda pair: warned(pair, "functional")),
    ("unbuilt sub-layers", None, unbuilt),
    ("names", None, paths),
)
