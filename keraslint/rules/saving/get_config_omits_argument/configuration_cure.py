"""What a configuration lacks → the one rewrite that adds all it can, or why there is none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Edit, Fix, Health, Measure, Promise
from keraslint.project.names.keras_facts import ALWAYS_SAVED
from keraslint.project.serialization.argument_storage import Kept, doubts, listed
from keraslint.project.serialization.kept_arguments import accepts_always, config_of, init_of
from keraslint.project.serialization.lost_arguments import (
    base_gives_more,
    is_cut_off,
    lost_config,
    meets_other_dtypes,
    refused,
)
from keraslint.project.serialization.subclass_configs import harm
from keraslint.rules import Cure, Finding
from keraslint.rules.saving.get_config_omits_argument.omitted_arguments import (
    WRONG_NAME,
    misnamed_keys,
    read_off,
)

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass

KEEPS = tuple(measure for measure in Measure if measure is not Measure.CONFIG)
PROMISE = Promise(KEEPS, (Health.RELOADS,))


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Offer the one rewrite that adds all that can be added."""
    config = config_of(layer.ref)
    known = read_off(layer)
    names = misnamed_keys(layer, known)
    if config is not None and finding.span in config.keys.values():
        wrong = set(refused(layer.hierarchy, layer.ref))
        return _renamed(layer, names) if set(names) == wrong else Cure(why_not=WRONG_NAME)
    harmful = _harmful(layer, known)
    entries = [
        one for one in known if one.code and one.name not in {*names.values(), *harmful.keys()}
    ]
    cut_off = is_cut_off(layer.hierarchy, layer.ref)
    chosen = _chosen(layer) if cut_off else ""
    chain = cut_off and not chosen and _all_accept(layer)
    lost = lost_config(layer.hierarchy, layer.ref) is not None
    if not entries and not chain and not lost:
        if names:
            return _renamed(layer, names)
        return Cure(why_not=next(iter(harmful.values()), "") or _why_not(known, chosen))
    left = [one for one in known if one not in entries and one.name not in names.values()]
    why_left = next((one.why_not or harmful[one.name] for one in left), "")
    if left and config is None:  # a method that is new is taken to be whole
        return Cure(why_not=why_left)
    edits = _edits(layer, entries, chain=chain, lost=lost)
    keeping = kept_in_attributes(layer, entries)
    if edits is None or keeping is None:
        return Cure(why_not="it is not clear where the configuration is written")
    always = ALWAYS_SAVED if chain else frozenset()
    unsure = doubts(entries) or seen_in_configurations(layer, entries, always)
    refuses = [key for key in refused(layer.hierarchy, layer.ref) if key not in names]
    if refuses:
        unsure = (*unsure, f"loading fails all the same: `__init__` refuses {listed(refuses)}")
    if chain and meets_other_dtypes(layer.hierarchy, layer.ref):
        unsure = (*unsure, "`__init__` or `from_config()` will meet the saved dtype policy")
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if unsure else Applicability.SAFE,
            message=f"Complete the configuration of `{layer.name}`{_all_but(left, why_left)}",
            edits=(*keeping, *edits),
            layer=layer.name,
            promise=PROMISE,
            doubts=unsure,
        )
    )


def _all_but(left: Sequence[Kept], why: str) -> str:
    return f", but for {listed([one.name for one in left])}: {why}" if left else ""


def kept_in_attributes(layer: LayerClass, entries: Sequence[Kept]) -> tuple[Edit, ...] | None:
    """The edits by which `__init__` keeps what it lets go; `None` where that cannot be written."""
    from keraslint.rules.saving.get_config_omits_argument.argument_attributes import keeping

    names = [one.name for one in entries if one.anew]
    init = layer.method("__init__")
    return () if not names else keeping(init, names) if init is not None else None


def seen_in_configurations(
    layer: LayerClass, entries: Sequence[Kept], more: Collection[str] = ()
) -> tuple[str, ...]:
    """What in the project could tell that a configuration holds these arguments now.

    `more` are the keys that it holds besides.
    """
    from keraslint.project.program.class_users import ClassUsers
    from keraslint.project.program.configuration_readers import ConfigurationReaders

    users = ClassUsers(layer.effects, layer.ref)
    asked = () if "get_config" in layer.ref.summary.methods else users.looks_at("get_config")
    names = [*(one.name for one in entries), *more]
    as_they_came = [one.name for one in entries if "(" not in one.code]
    readers = ConfigurationReaders(layer.effects, layer.ref, names)
    kept = (one.code.removeprefix("self.") for one in entries)
    attributes = sorted({name for name in kept if name.isidentifier()})
    found = (
        *(who for name in attributes for who in users.sets_later(name)),
        *_hidden(layer),
        *users.spreads_beside(names),
        *users.gives_objects(as_they_came),
        *asked,
        *readers.all(),
    )
    return tuple(dict.fromkeys(found))


def _hidden(layer: LayerClass) -> Iterator[str]:
    """Subclasses that get a configuration from behind the class, which is to have its first."""
    if "get_config" in layer.ref.summary.methods:
        return
    own = layer.hierarchy.lineage(layer.ref).chain
    for below in layer.subclasses:
        chain = layer.hierarchy.lineage(below).chain
        for other in chain[chain.index(layer.ref) :]:
            if "get_config" in other.summary.methods and other not in own:
                yield f"`{below.summary.name}` gets its configuration from `{other.summary.name}`"


def _harmful(layer: LayerClass, known: Sequence[Kept]) -> dict[str, str]:
    """The arguments that a subclass could not bear in the configuration, each with the reason."""
    below = layer.subclasses
    found = {
        one.name: next(harm(layer.hierarchy, layer.ref, {one.name}, below), "")
        for one in known
        if one.code
    }
    return {name: reason for name, reason in found.items() if reason}


def _renamed(layer: LayerClass, names: dict[str, str]) -> Cure:
    """Give keys the names of the arguments; the author may have meant it the other way round."""
    from keraslint.rules.saving.get_config_omits_argument.key_renames import renamed

    method = layer.method("get_config")
    assert method is not None
    told = ", ".join(f"`{key}` to `{name}`" for key, name in names.items())
    edits = renamed(method, names)
    unsure = (WRONG_NAME,)
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE,
            message=f"Rename {told}",
            edits=edits,
            layer=layer.name,
            promise=PROMISE,
            doubts=unsure,
        )
    )


def _all_accept(layer: LayerClass) -> bool:
    """Whether the class and all that inherit from it take what `super().get_config()` gives."""
    classes = (layer.ref, *layer.subclasses)
    return not base_gives_more(layer.hierarchy, layer.ref) and all(
        accepts_always(layer.hierarchy, ref) for ref in classes
    )


def _chosen(layer: LayerClass) -> str:
    """What `super().get_config()` gives and a constructor chooses, here or in a subclass."""
    for ref in (layer.ref, *layer.subclasses):
        init = init_of(layer.hierarchy, ref)
        for parent in init.facts.parents if init is not None else ():
            for name, _ in parent.keywords:
                if init is not None and name in ALWAYS_SAVED and name not in init.names:
                    return name
    return ""


def _why_not(known: Sequence[Kept], chosen: str) -> str:
    if known:
        return known[0].why_not
    if chosen:
        return f"`super().__init__()` gives `{chosen}` a value of its own"
    return "`__init__` does not take what `super().get_config()` gives"


def _edits(
    layer: LayerClass, entries: Sequence[Kept], *, chain: bool, lost: bool
) -> tuple[Edit, ...] | None:
    from keraslint.layer.config_edits import completed, written

    last = [(one.name, one.code) for one in entries]
    method = layer.method("get_config")
    if method is None:
        init = layer.method("__init__")
        return written(init, layer.ref, last) if init is not None else None
    return completed(method, [("", "super().get_config()")] if chain else [], last, returns=lost)
