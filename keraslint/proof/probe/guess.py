"""A layer's class → recipes that might work, the likely ones first, as text."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator
from typing import Any

from .derive import is_input_channels

CHANNELS = (8, 4, 16, 3, 12)
CONTROL = {"training", "mask", "attention_mask", "return_attention_scores", "use_causal_mask"}
EMPTY = inspect.Parameter.empty
# (pattern of a parameter's name, expression); the first that matches is taken
BY_NAME: tuple[tuple[str, str], ...] = (
    (r"activation|act_fn|nonlinearity|^act$", '"relu"'),
    (r"initializer", '"glorot_uniform"'),
    (r"regularizer|constraint", "None"),
    (r"vocab|num_embeddings|^words$|num_tokens", "10"),
    (r"drop|prob", "0.1"),
    (r"epsilon|^eps$", "1e-5"),
    (r"momentum|alpha|rate$|^scale$|gamma|temperature|_factor$", "0.5"),
    (r"head_(dim|size)|dim_head|key_dim|value_dim|d_k|d_v", "4"),
    (r"heads", "2"),
    (r"kernel", "3"),
    (r"stride|dilat", "1"),
    (r"pool_?size|patch|block_size|window|upsample|downsample", "2"),
    (r"padding", '"same"'),
    (r"data_format", '"channels_last"'),
    (r"groups", "2"),
    (r"expan|ratio|multiplier", "2"),
    (r"num_classes|^classes$|n_classes", "3"),
    (r"(max|seq|sequence).*len|max_pos|num_pos|position|context_length", "16"),
    (r"(image|input)_(size|shape|resolution)|^resolution$", "(8, 8)"),
    (r"^(num|n)_?(layers|blocks|repeats?|convs?|stages?|steps)|^repeats?$|^depth$", "2"),
    (r"spatial_dims|^rank$|^ndim", "2"),
    (r"filters_list|widths|hidden_units|channels_list|layer_sizes|dims$", "(8, 8)"),
    (r"axis", "-1"),
    (r"^(use|is|has|with|add|apply|return|include)_", "True"),
    (r"^name$|prefix", '"layer"'),
    (r"(^|_)layer$|^block$|^module$|^fn$", "layers.Dense(8)"),
    (r"hidden|intermediate|inner|mlp|feedforward|ffn", "16"),
    (r"filter|unit|channel|dim|size|feature|width|embed|output|planes|depth|latent", "8"),
)
BY_TYPE = {"int": "4", "float": "0.5", "bool": "True", "str": '"relu"'}


def constructions(cls: Any) -> Iterator[dict[str, str]]:
    """Arguments for the constructor, as expressions; `{channels}` where they follow the input's."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    needed = [p for p in parameters if p.default is EMPTY and p.kind not in (2, 4)]
    first = {p.name: _value(p) for p in needed}
    yield first
    small = {p.name: v for p in parameters if (v := _smaller(p)) is not None}
    if small:
        yield {**small, **first}
    sizes = {name: "4" if value == "8" else value for name, value in first.items()}
    if sizes != first:
        yield sizes
    optional = {p.name: _value(p) for p in parameters if p.default is None and _sized(p.name)}
    if optional:
        yield {**optional, **small, **first}


def _value(parameter: inspect.Parameter) -> str:
    name = parameter.name.lower()
    if is_input_channels(name):
        return "{channels}"
    for pattern, expression in BY_NAME:
        if re.search(pattern, name):
            return expression
    kind = parameter.annotation
    text = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    return BY_TYPE.get(text.split("[")[0].split(" ")[0], "4")


def _smaller(parameter: inspect.Parameter) -> str | None:
    """A smaller value for a large default, so that a guess stays cheap."""
    default = parameter.default
    large = isinstance(default, int) and not isinstance(default, bool) and default > 64
    return _value(parameter) if large else None


def _sized(name: str) -> bool:
    return re.search(r"filter|unit|channel|dim|size|feature|width|heads", name) is not None


def inputs(cls: Any, numbers: list[int]) -> Iterator[tuple[str, int]]:
    """What to call a layer with, as expressions, and the number of channels in it."""
    try:
        parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    except (TypeError, ValueError):
        return
    needed = [p.name for p in parameters if p.default is EMPTY and p.kind in (0, 1, 3)]
    names = [name for name in needed if name not in CONTROL] or [p.name for p in parameters[:1]]
    likely = _likely_kinds(cls, names[0] if names else "")
    channels = list(dict.fromkeys([*CHANNELS[:2], *numbers, *CHANNELS[2:]]))
    for count, kind in itertools.product(channels[:8], likely):
        yield _call(names, kind, count, several=False), count
        if kind.startswith("ints") and count == channels[-1]:
            break
    for count, kind in itertools.product(channels[:3], likely):
        yield _call(names, kind, count, several=True), count


KINDS = {
    2: "floats(2, {c})",
    3: "floats(2, 6, {c})",
    4: "floats(2, 8, 8, {c})",
    5: "floats(2, 4, 4, 4, {c})",
    0: "ints(2, 6, below=4)",
    1: "ints(2, below=4)",
}
HINTS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"token|_ids?$|indices|embedding", (0, 3, 2, 4, 5, 1)),
    (r"3d|volume|video", (5, 4, 3, 2, 0)),
    (r"1d|attention|transformer|encoder|decoder|sequence|text|rnn|lstm|gru|time", (3, 2, 4, 0, 5)),
    (r"2d|conv|image|patch|pixel|resnet|unet|se_?block|squeeze|spatial|stem|fpn", (4, 3, 2, 5, 0)),
)


def _likely_kinds(cls: Any, first: str) -> list[str]:
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", f"{first} {cls.__name__}").lower()
    for pattern, ranks in HINTS:
        if re.search(pattern, text):
            return [KINDS[rank] for rank in ranks]
    return [KINDS[rank] for rank in (3, 4, 2, 0, 5)]


def _call(names: list[str], kind: str, count: int, *, several: bool) -> str:
    """The arguments of a call; `several` puts a list of two arrays in the place of the first."""
    shape = kind.format(c=count)
    first = f"[{shape}, {shape}]" if several else shape
    rest = [f"{name}={_further(name, shape)}" for name in names[1:]]
    return ", ".join([first, *rest])


def _further(name: str, shape: str) -> str:
    if "mask" in name:
        return "bools(2, 6)"
    if re.search(r"token|_ids?$|indices|positions", name):
        return "ints(2, 6, below=4)"
    return shape


def guesses(cls: Any, made: str | None = None) -> Iterator[str]:
    """Recipes for the layer; `made` is a construction that is known, to be called on guesses."""
    name = cls.__name__
    if made is not None:
        for call, _ in inputs(cls, [int(n) for n in re.findall(r"=\s*(\d+)", made)]):
            yield f"{made}({call})"
        return
    for arguments in constructions(cls):
        numbers = [int(v) for v in arguments.values() if v.isdigit() and 1 < int(v) <= 64]
        for call, count in inputs(cls, numbers):
            given = ", ".join(
                f"{k}={v.replace('{channels}', str(count))}" for k, v in arguments.items()
            )
            yield f"{name}({given})({call})"
