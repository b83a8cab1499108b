"""Take `**kwargs` in `__init__`, and hand them to `super().__init__()`.

## What it does

Finds layers and models whose `__init__` does not take `name`, `trainable` or `dtype` although their
configuration holds them, and those that take `**kwargs` and never look at them. Also those that
give their base a value of their own beside them, as in `super().__init__(name="head", **kwargs)`,
although the configuration holds that name; those that take `name`, `trainable` or `dtype` by its
name and do not hand it on; and those whose `**kwargs` go to another layer, and not to the base.

## Why

`Layer.get_config()` always gives `name`, `trainable` and `dtype`, and so does the configuration
that Keras 3 writes by itself. Loading a model, `clone_model` and `from_config` pass them to the
constructor, which refuses them. Where `**kwargs` are taken and dropped, nothing fails: the layer
has another name, dtype policy and `trainable` than it was given. What `__init__` gives its base by
itself is given a second time by the `**kwargs` of loading, which Python refuses. Keras 2 fits the
configuration that it writes by itself to the constructor, so that nothing is reported there unless
the class has a `get_config()`.

## Bad

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return x * self.factor
```

## Good

```python
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor
```

## Fix safety

The fix adds `**kwargs` to the parameters and to the one call of `super().__init__()`. It is safe:
what could be passed before is treated as before. It is unsafe where `**kwargs` are already taken
and dropped, or a name is, since a caller may pass what is ignored today, and where code of the
project looks at the signature, or catches the error of a wrong argument. There is none
where the base does not take `**kwargs` either, or where the call gives `name`, `trainable` or
`dtype` a value of its own, which would then be given twice. What is given twice already is left to
people: `kwargs.setdefault("name", "head")`, or a parameter of that name.

## What is proved

Everything but the configuration stays what it was: outputs, weights, gradients. The layer can be
made again from its configuration.

## When not to use it

For a layer that is only used inside other layers, which save their own arguments and make it anew:
its configuration is never read. Nothing is reported where nobody loads a whole model (see
`model-without-get-config`): in tests, in scripts, and where weights alone are saved.

## Errors this prevents

Loud, when the model is loaded: `TypeError: Error when deserializing class 'Scale' using
config={'trainable': True, 'dtype': …}. Exception encountered: Scale.__init__() got an unexpected
keyword argument 'trainable'`, or `got multiple values for keyword argument 'name'`. Silent, where
`**kwargs` are dropped.

## References

- https://github.com/keras-team/keras/issues/19899
- https://github.com/keras-team/keras-core/issues/469
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keraslint.diagnostic import Applicability, Edit, Fix
from keraslint.examination import Symptom
from keraslint.project.serialization.argument_storage import listed
from keraslint.project.serialization.dropped_arguments import diverted, dropped
from keraslint.project.serialization.kept_arguments import config_of, init_of, next_takes_always
from keraslint.project.serialization.lost_arguments import (
    given_twice,
    lets_be_forgotten,
    swallows,
    unanswered,
)
from keraslint.project.serialization.repeated_arguments import doubled
from keraslint.rules import Cure, Finding, Rule
from keraslint.rules.saving.get_config_omits_argument.configuration_cure import PROMISE

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.project.names.definitions import ClassRef
    from keraslint.project.names.name_resolution import Hierarchy

DROPPED = "a caller may pass what has been ignored so far"


def concerns(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether `__init__` refuses or drops what the configuration gives."""
    checks = (unanswered, swallows, doubled, dropped, diverted)
    return any(check(hierarchy, ref) for check in checks)


def check(layer: LayerClass) -> Iterator[Finding]:
    """Find an `__init__` that the configuration does not fit."""
    init = layer.ref.saving.init
    names = unanswered(layer.hierarchy, layer.ref)
    if init is None or _is_told_otherwise(layer):
        return
    if names and not (layer.keras == 2 and _is_automatic(layer)):
        text = f"takes no `**kwargs`: loading passes it {listed(names)}, and fails"
        yield Finding(init.at, f"`{layer.name}.__init__` {text}")
    rest = swallows(layer.hierarchy, layer.ref)
    if rest:
        text = f"drops its `**{rest}`: `name`, `trainable` and `dtype` come back as defaults"
        yield Finding(init.at, f"`{layer.name}.__init__` {text}")
    rest = diverted(layer.hierarchy, layer.ref)
    if rest:
        text = f"gives `**{rest}` to another layer: its own name and dtype come back as defaults"
        yield Finding(init.at, f"`{layer.name}.__init__` {text}")
    lost = dropped(layer.hierarchy, layer.ref)
    if lost:
        text = f"takes {listed(lost)} and keeps it from its base: it comes back as its default"
        yield Finding(init.at, f"`{layer.name}.__init__` {text}")
    twice = doubled(layer.hierarchy, layer.ref)
    if twice and not (layer.keras == 2 and _is_automatic(layer)):
        text = f"passes {listed(twice)} to its base: loading passes it once more, and fails"
        yield Finding(init.at, f"`{layer.name}.__init__` {text}")


def _is_told_otherwise(layer: LayerClass) -> bool:
    """Whether KRL401 speaks of the class: one thing at a time, and its fix does this as well."""
    return layer.keras == 3 and lets_be_forgotten(layer.hierarchy, layer.ref, layer.subclasses)


def _is_automatic(layer: LayerClass) -> bool:
    """Keras 2 fits the configuration that it writes by itself to the constructor."""
    chain = layer.hierarchy.lineage(layer.ref).chain
    return not any(config_of(item) is not None for item in chain)


def cure(layer: LayerClass, finding: Finding) -> Cure:
    """Offer to take `**kwargs` and hand them on."""
    init = init_of(layer.hierarchy, layer.ref)
    if doubled(layer.hierarchy, layer.ref):
        return Cure(why_not="whether the argument may have another value is not known")
    if diverted(layer.hierarchy, layer.ref):
        return Cure(why_not="which of `**kwargs` are meant for the other layers is not known")
    names = dropped(layer.hierarchy, layer.ref)
    if names:
        return _handing_on_names(layer, names)
    edits, why_not = taking_kwargs(layer)
    if init is None or not edits:
        return Cure(why_not=why_not)
    unsure = (DROPPED,) if init.rest else _seen(layer)
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE if unsure else Applicability.SAFE,
            message=f"Hand `**{init.rest or 'kwargs'}` on in `{layer.name}.__init__`",
            edits=edits,
            layer=layer.name,
            promise=PROMISE,
            doubts=unsure,
        )
    )


def _seen(layer: LayerClass) -> tuple[str, ...]:
    """What in the project goes by what `__init__` takes, or by its error for what it does not."""
    from keraslint.project.program.class_users import ClassUsers

    users = ClassUsers(layer.effects, layer.ref)
    return tuple(dict.fromkeys((*users.looks_at("__init__"), *users.heeds_refusal())))


def _handing_on_names(layer: LayerClass, names: Sequence[str]) -> Cure:
    """Hand on what is taken by name, where its default says no more than nothing."""
    from keraslint.rules.saving.init_without_kwargs.kwargs_edits import default_of, handing_names_on

    method = layer.method("__init__")
    if method is None:
        return Cure()
    for name in names:
        if default_of(method, name) not in ("", "True" if name == "trainable" else "None"):
            return Cure(why_not=f"the default of `{name}` is another one than the base's")
    edits = handing_names_on(method, names)
    if not edits:
        return Cure(why_not="there is not just one call of `super().__init__()`")
    title = f"Hand {listed(names)} on in `{layer.name}.__init__`"
    return Cure(
        Fix(
            applicability=Applicability.UNSAFE,
            message=title,
            edits=edits,
            layer=layer.name,
            promise=PROMISE,
            doubts=(DROPPED,),
        )
    )


def taking_kwargs(layer: LayerClass) -> tuple[tuple[Edit, ...], str]:
    """The edits that let `__init__` take `**kwargs` and hand them on, or why there are none."""
    from keraslint.rules.saving.init_without_kwargs.kwargs_edits import handing_on, mentions

    init = init_of(layer.hierarchy, layer.ref)
    method = layer.method("__init__")
    if init is None or method is None:
        return (), ""
    twice = given_twice(layer.hierarchy, layer.ref, init)
    if twice:
        return (), f"`super().__init__()` gives `{twice}` a value of its own"
    if not next_takes_always(layer.hierarchy, layer.ref):
        return (), "the base class does not take `**kwargs` either"
    if not init.rest and mentions(method, "kwargs"):
        return (), "the name `kwargs` is taken"
    edits = handing_on(method, init.rest or "kwargs")
    return edits or (), "" if edits else "there is not just one call of `super().__init__()`"


rule = Rule(
    code="KRL403",
    name="init-without-kwargs",
    summary="`__init__` does not take, or drops, the `**kwargs` that loading passes",
    page=__doc__,
    explains=(
        Symptom.BASE_ARGUMENT_REFUSED,
        Symptom.BASE_ARGUMENT_DROPPED,
    ),
    fixable="sometimes",
    promise=PROMISE,
    words=("class", "__init__"),
    concerns=concerns,
    check=check,
    cure=cure,
    about_loading=True,
)
