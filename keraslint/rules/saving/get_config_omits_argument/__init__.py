"""Let `get_config()` give back everything that `__init__` takes.

## What it does

Compares what `get_config()` puts into the configuration with what `__init__` takes, through the
base classes of the project. It reports four things:

- an argument of `__init__` that the configuration does not hold;
- a key of the configuration that `__init__` does not take;
- a `get_config()` that does not start from `super().get_config()`;
- a `get_config()` that returns nothing, often `return config.update(...)`.

## Why

Saving a model writes the configuration of its layers, and loading it calls `cls(**config)`. An
argument that is left out comes back as its default: the weights load, the outputs differ, and there
is no message. A required one, and a key that nobody takes, stop the loading instead. Without
`super().get_config()` the layer's name, its dtype policy and `trainable` are lost the same way. So
it is on Keras 2.

## Bad

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.offset = offset

    def call(self, x):
        return x * self.factor + self.offset

    def get_config(self):
        config = super().get_config()
        config.update({"factor": self.factor})
        return config
```

## Good

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.offset = offset

    def call(self, x):
        return x * self.factor + self.offset

    def get_config(self):
        config = super().get_config()
        config.update({"factor": self.factor, "offset": self.offset})
        return config
```

## Fix safety

The fix adds to the dictionary what can be read off the object: arguments that `__init__` keeps as
they came (`self.offset = offset`) or through `initializers.get` and the like, and that nothing
else writes. It is safe for numbers and texts, as the default or the annotation says, and unsafe
where an argument may be something that a configuration cannot hold, such as a layer or a function:
by its use, or as code of the project gives it. So it is where that code gives an argument beside a
configuration, `Scale(offset=1.0, **config)`, which would then be given twice, and where it compares
a configuration, counts or lists its keys, or hands it on as a whole.
`super().get_config()` is added where `__init__` hands its `**kwargs` on and chooses no name of its
own; a missing `return` is added where it is clear what is to be returned. A key that nobody takes
is not mended: which of the two names is meant, only the author knows. Where only some arguments can
be read off, a `get_config()` that is there gets those, and the fix names the others; a new one is
not written for some of them.

## What is proved

Everything but the configuration stays what it was: outputs, weights, gradients, files written
before. Making the layer again from its configuration gives the same outputs.

## When not to use it

For an argument that is not to survive saving on purpose. Nothing is reported where nobody loads a
whole model (see `model-without-get-config`): in tests, in scripts, and where weights alone are
saved. Some arguments are left out without asking: `inputs`, `outputs`, `input_tensor` and
`weights`, what is saved by `save_assets()`, what `get_config()` removes or `from_config()`
mentions, `data_format`, which speaks of the machine, and what leaves no trace: an argument that is
only refused or warned of, of which only the default is not refused, or that is only made into the
name or the input shape that the base keeps.

## Errors this prevents

Silent: an argument comes back as its default. Loud, for a required argument or a wrong key:
`TypeError: Error when deserializing class 'Scale' using config={…}`; for a missing `return`:
`TypeError: The `get_config()` method of <Scale …> should return a dict. It returned: None`.

## References

- https://github.com/keras-team/keras-hub/issues/3072 (arguments "silently revert to their defaults
  whenever a model is reloaded")
- https://keras.io/guides/serialization_and_saving/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Edit, Fix, Health, Measure, Promise
from keraslint.project.names.keras_facts import ALWAYS_SAVED
from keraslint.project.serialization.argument_storage import Kept, doubts, kept, listed
from keraslint.project.serialization.kept_arguments import (
    accepts_always,
    config_of,
    init_of,
)
from keraslint.project.serialization.lost_arguments import (
    base_gives_more,
    is_cut_off,
    lost_config,
    meets_other_dtypes,
    omitted,
    refused,
)
from keraslint.project.serialization.subclass_configs import harm
from keraslint.rules import Cure, Finding, Rule

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

_WRONG_NAME = "whether the key or the argument has the wrong name is not known"
KEEPS = tuple(measure for measure in Measure if measure is not Measure.CONFIG)
PROMISE = Promise(KEEPS, (Health.RELOADS,))


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether anything is wrong at all, as far as summaries tell."""
    return bool(
        omitted(hierarchy, ref)
        or refused(hierarchy, ref)
        or is_cut_off(hierarchy, ref)
        or lost_config(hierarchy, ref)
    )


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find what a saved layer will not get back."""
    hierarchy, ref = layer.hierarchy, layer.ref
    config = config_of(ref)
    if layer.keras == 2 and layer.kind == "model":
        return
    if config is None:
        yield from _inherited(layer)
        return
    lost = lost_config(hierarchy, ref)
    if lost is not None and not (config.empty and _is_overridden(layer)):
        yield Finding(lost, f"`{layer.name}.get_config()` returns no configuration: saving fails")
    told = list(_lacks(layer))
    if told:
        yield Finding(config.at, f"`{layer.name}.get_config()` {'; it '.join(told)}")
    keys = refused(hierarchy, ref)
    if keys:
        text = f"gives {listed(keys)}, which `__init__` does not take: loading fails"
        yield Finding(config.keys[keys[0]], f"`{layer.name}.get_config()` {text}")


def _lacks(layer: LayerClass) -> Iterator[str]:
    renamed = _misnamed(layer, _known(layer)).values()
    names = [name for name in _omitted(layer) if name not in renamed]
    if names:
        yield f"omits {listed(names)}: {_on_loading(layer, names)}"
    if is_cut_off(layer.hierarchy, layer.ref):
        yield "does not start from `super().get_config()`: `name`, `trainable` and `dtype` are lost"


def _inherited(layer: LayerClass) -> Iterator[Finding]:
    """A class that adds arguments, and leaves `get_config()` to its base."""
    init = layer.ref.saving.init
    names = _omitted(layer)
    if names and init is not None:
        text = f"takes {listed(names)}, which the inherited `get_config()` omits"
        then = _on_loading(layer, names)
        yield Finding(init.at, f"`{layer.name}.__init__` {text}: {then}")


def _on_loading(layer: LayerClass, names: Sequence[str]) -> str:
    """What becomes of arguments that are not saved."""
    init = init_of(layer.hierarchy, layer.ref)
    if init is not None and init.required.intersection(names):
        return "loading fails"
    return "it comes back as its default" if len(names) == 1 else "they come back as their defaults"


def _omitted(layer: LayerClass) -> tuple[str, ...]:
    """What is omitted, if the configuration is not meant for subclasses with other arguments."""
    names = omitted(layer.hierarchy, layer.ref)
    return () if names and _serves_others(layer) else names


def _serves_others(layer: LayerClass) -> bool:
    """Whether a subclass with an `__init__` of its own lives with this `get_config()`."""
    return any(
        config_of(item) is None and item.saving.init is not None for item in layer.subclasses
    )


def _is_overridden(layer: LayerClass) -> bool:
    """Whether an empty `get_config()` is only there for subclasses to fill in."""
    return any(config_of(item) is not None for item in layer.subclasses)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Offer the one rewrite that adds all that can be added."""
    config = config_of(layer.ref)
    known = _known(layer)
    names = _misnamed(layer, known)
    if config is not None and finding.span in config.keys.values():
        wrong = set(refused(layer.hierarchy, layer.ref))
        return _renamed(layer, names) if set(names) == wrong else Cure(why_not=_WRONG_NAME)
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
    if edits is None:
        return Cure(why_not="it is not clear where the configuration is written")
    unsure = doubts(entries) or seen_in_configurations(layer, entries)
    refuses = [key for key in refused(layer.hierarchy, layer.ref) if key not in names]
    if refuses:
        unsure = (*unsure, f"loading fails all the same: `__init__` refuses {listed(refuses)}")
    if chain and meets_other_dtypes(layer.hierarchy, layer.ref):
        unsure = (*unsure, "`__init__` or `from_config()` will meet the saved dtype policy")
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if unsure else Applicability.SAFE,
            message=f"Complete the configuration of `{layer.name}`{_all_but(left, why_left)}",
            edits=edits,
            layer=layer.name,
            promise=PROMISE,
            doubts=unsure,
        )
    )


def _all_but(left: Sequence[Kept], why: str) -> str:
    return f", but for {listed([one.name for one in left])}: {why}" if left else ""


def seen_in_configurations(layer: LayerClass, entries: Sequence[Kept]) -> tuple[str, ...]:
    """What in the project could tell that a configuration holds these arguments now."""
    from keraslint.project.program.class_users import ClassUsers
    from keraslint.project.program.configuration_readers import ConfigurationReaders

    users = ClassUsers(layer.effects, layer.ref)
    asked = () if "get_config" in layer.ref.summary.methods else users.looks_at("get_config")
    names = [one.name for one in entries]
    as_they_came = [one.name for one in entries if "(" not in one.code]
    readers = ConfigurationReaders(layer.effects, layer.ref)
    found = (
        *users.spreads_beside(names),
        *users.gives_objects(as_they_came),
        *asked,
        *readers.all(),
    )
    return tuple(dict.fromkeys(found))


def _known(layer: LayerClass) -> Sequence[Kept]:
    init = init_of(layer.hierarchy, layer.ref)
    return [kept(layer.hierarchy, layer.ref, init, n) for n in _omitted(layer)] if init else []


def _harmful(layer: LayerClass, known: Sequence[Kept]) -> dict[str, str]:
    """The arguments that a subclass could not bear in the configuration, each with the reason."""
    below = layer.subclasses
    found = {
        one.name: next(harm(layer.hierarchy, layer.ref, {one.name}, below), "")
        for one in known
        if one.code
    }
    return {name: reason for name, reason in found.items() if reason}


def _misnamed(layer: LayerClass, known: Sequence[Kept]) -> dict[str, str]:
    """The keys that nobody takes, and that hold the value of an argument without a key."""
    method = layer.method("get_config")
    wrong = refused(layer.hierarchy, layer.ref)
    if method is None or not wrong or not known:
        return {}
    from keraslint.rules.saving.get_config_omits_argument.key_renames import misnamed

    held = {one.name: {one.code, f"self.{one.name}"} for one in known}
    return misnamed(method, wrong, held)


def _renamed(layer: LayerClass, names: dict[str, str]) -> Cure:
    """Give keys the names of the arguments; the author may have meant it the other way round."""
    from keraslint.rules.saving.get_config_omits_argument.key_renames import renamed

    method = layer.method("get_config")
    assert method is not None
    told = ", ".join(f"`{key}` to `{name}`" for key, name in names.items())
    edits = renamed(method, names)
    unsure = (_WRONG_NAME,)
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


rule = Rule(
    code="KRL402",
    name="get-config-omits-argument",
    summary="`get_config()` does not give back what `__init__` takes",
    page=__doc__,
    breaks=("cloned", "loaded", "saved", "copied"),
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "__init__"),
    concerns=concerns,
    check=check,
    cure=cure,
    about_loading=True,
)
