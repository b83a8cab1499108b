"""A constructor's parameter → what kind of value it takes: a first guess, others, invalid ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Parameters whose names match `pattern`.

    `first` is the expression that makes a layer; `others` are values to vary it by, where they do
    not follow from the value; `invalid` are values that a careful class refuses.
    `quiet`: it shows in configurations and training more than in branches.
    `channels`: its value may be a number of channels. `length`: it limits how long inputs may be.
    """

    pattern: str
    first: str = ""
    others: tuple[Any, ...] = ()
    invalid: tuple[Any, ...] = ()
    quiet: bool = False
    channels: bool = True
    length: bool = False

    def fits(self, name: str) -> bool:
        """Is a parameter of this name of this kind?"""
        return re.search(self.pattern, name.lower()) is not None


SWITCH = r"^(use|is|has|with|add|apply|return|include|do|norm|enable|learn)_|^bias$|_bias$"
IMAGE = "(8, 8, 3)"
LAYER = "layers.Dense(8)"
NAME = '"layer"'
NAMES = '("first", "second")'
ACTIVATION = r"activation|act_fn|act_layer|nonlinearity|^act$"
# The first that matches is taken.
KINDS: tuple[Kind, ...] = (
    Kind(pattern=r"initializer", first='"glorot_uniform"', others=("ones", "zeros"), quiet=True),
    Kind(pattern=r"regularizer", first="None", others=("l2", "l1"), quiet=True),
    Kind(pattern=r"constraint", first="None", others=("non_neg", "unit_norm"), quiet=True),
    Kind(pattern=ACTIVATION, first='"relu"', others=("tanh", "sigmoid")),
    Kind(pattern=r"seed$", quiet=True, channels=False),
    Kind(pattern=SWITCH, first="True"),
    Kind(pattern=r"vocab|num_embeddings|^words$|num_tokens", first="10"),
    Kind(pattern=r"drop|^p$|^prob", first="0.1", quiet=True),
    Kind(pattern=r"prob", first="0.1"),
    Kind(pattern=r"epsilon|(^|_)eps$", first="1e-5"),
    Kind(pattern=r"momentum|alpha|rate$|^scale$|gamma|temperature|_factor$", first="0.5"),
    Kind(pattern=r"head_(dim|size)|dim_head|key_dim|value_dim|d_k|d_v", first="4", channels=False),
    Kind(pattern=r"heads", first="2", channels=False),
    Kind(pattern=r"kernel", first="3", channels=False),
    Kind(pattern=r"stride|dilat", first="1", channels=False),
    Kind(
        pattern=r"pool_?size|patch|block_size|window|upsample|downsample|merge_size",
        first="2",
        channels=False,
    ),
    Kind(pattern=r"padding|pad_type", first='"same"', others=("same", "valid"), channels=False),
    Kind(
        pattern=r"data_format",
        first='"channels_last"',
        others=("channels_last", "channels_first"),
    ),
    Kind(pattern=r"^interpolation$", others=("nearest", "bilinear")),
    Kind(pattern=r"group|top_?k", first="2", channels=False),
    Kind(pattern=r"min_level", first="3"),
    Kind(pattern=r"max_level", first="5"),
    Kind(pattern=r"expan|ratio|multiplier", first="2"),
    Kind(pattern=r"num_classes|^classes$|n_classes", first="3"),
    Kind(
        pattern=r"(max|seq|sequence).*len|max_pos|num_pos|position|context_length",
        first="16",
        length=True,
    ),
    Kind(pattern=r"(image|input|img)_shape", first=IMAGE),
    Kind(pattern=r"(image|input|img)_(size|resolution)|^resolution$", first="(8, 8)"),
    Kind(pattern=r"shift", first="1"),
    Kind(
        pattern=r"^(num|n)_?(layers|blocks|repeats?|convs?|stages?|steps)|^repeats?$|^depth$",
        first="2",
        channels=False,
    ),
    Kind(pattern=r"spatial|rank|^ndim", first="2", channels=False),
    Kind(
        pattern=r"filters_list|widths|hidden_units|channels_list|layer_sizes|dims$", first="(8, 8)"
    ),
    Kind(pattern=r"axis", first="-1", channels=False),
    Kind(pattern=r"^name$|prefix", first=NAME),
    Kind(pattern=r"(^|_)(names|keys|labels)$", first=NAMES),
    Kind(pattern=r"(^|_)layer$|^block$|^module$|^fn$", first=LAYER),
    Kind(pattern=r"hidden|intermediate|inner|mlp|feedforward|ffn", first="16"),
    Kind(
        pattern=r"filter|unit|channel|dim|size|feature|width|embed|output|planes|depth|latent",
        first="8",
    ),
)
BY_TYPE = {"int": "4", "float": "0.5", "bool": "True", "str": '"relu"', "string": '"relu"'}
INVALID: tuple[tuple[type, tuple[Any, ...]], ...] = (
    (bool, ()),
    (int, (3, 0, -1, 1)),
    (float, (-1.0, 2.0)),
    (str, ("no such name",)),
)
"""What a careful class refuses, by the type of the value, where the kind does not tell."""
GETTERS = r"\b(activation|initializer|regularizer|constraint)s\.get\(\s*(?:\w+\s*=\s*)?{name}\b"
PASSED_ON = r"\b(\w+)\s*=\s*(?:self\.)?_?{name}\s*[,)]"


def kind_of(name: str, text: str = "") -> Kind | None:
    """The kind of a parameter: by its name, else by what the class hands it on as, or looks it up.

    `layers.Dense(3, activation=gate)` says of `gate` that it is an activation.
    """
    return next((kind for word in (name, *roles(name, text)) for kind in _named(word)), None)


def _named(name: str) -> Iterator[Kind]:
    return (kind for kind in KINDS if kind.fits(name))


def roles(name: str, text: str) -> list[str]:
    """Names of Keras' own parameters that the class hands this one on to."""
    word = re.escape(name)
    found = [
        *re.findall(GETTERS.format(name=word), text),
        *re.findall(PASSED_ON.format(name=word), text),
    ]
    return [one for one in dict.fromkeys(found) if one != name]


def invalid_values(name: str, value: Any) -> tuple[Any, ...]:
    """Values that a class may refuse in the place of this one."""
    kind = kind_of(name)
    if kind is not None and kind.invalid:
        return kind.invalid
    found = next((values for type_, values in INVALID if isinstance(value, type_)), ())
    return tuple(one for one in found if one != value)


def may_be_channels(name: str) -> bool:
    """May a number of this name be a number of channels?"""
    kind = kind_of(name)
    return kind is None or kind.channels


def is_quiet(name: str) -> bool:
    """Does it show in configurations, losses and training more than in branches?"""
    kind = kind_of(name)
    return kind is not None and kind.quiet
