"""An operation on tensors, by name, and its arguments → the tensor that comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from keraslint.layer.child_builds.shapes.broadcasting import broadcast, folded
from keraslint.layer.child_builds.shapes.cut_and_joined import (
    concatenate,
    concatenated,
    split,
    stack,
    tile,
    unstack,
)
from keraslint.layer.child_builds.shapes.shape_program import expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Arguments,
    Group,
    Part,
    Plain,
    Sizes,
    Tensor,
    Token,
    Value,
    Weight,
    sizes_of,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import (
    axes_of,
    cut,
    made_of,
    size_at,
    sizes,
    tensor_of,
    with_last,
)
from keraslint.project.names import keras_api

_NAMESPACES = ("keras.ops", "keras.activations", "keras.layers", "keras.backend", "keras.random")


_FOREIGN = ("tensorflow", "numpy", "jax", "torch")


Rule = Callable[[Arguments], Value]


def operation(name: str) -> Rule | None:
    """The rule for a function by its full name, `None` when nothing is known of it."""
    module, _, last = name.rpartition(".")
    if not module.startswith(_NAMESPACES) and module.partition(".")[0] not in _FOREIGN:
        return None
    return _RULES.get(last)


def keep(arguments: Arguments) -> Value:
    """The shape of the first argument."""
    given = arguments.get(0, "x", "inputs", "input", "a", "features", "logits", "tensor")
    return given if isinstance(given, Weight) else tensor_of(given) or UNKNOWN


def _two(arguments: Arguments) -> Value:
    one, other = arguments.get(0, "x1", "x", "a"), arguments.get(1, "x2", "y", "b")
    if isinstance(one, Group) and other is None:  # layers.add([a, b])
        return folded(one, arguments.texts)
    return broadcast(one or UNKNOWN, other or UNKNOWN, arguments.texts)


def _where(arguments: Arguments) -> Value:
    one, other = arguments.get(1, "x1", "x"), arguments.get(2, "x2", "y")
    return broadcast(one or UNKNOWN, other or UNKNOWN, arguments.texts)


def _matmul(arguments: Arguments) -> Value:
    one = tensor_of(arguments.get(0, "x1", "a"))
    other = tensor_of(arguments.get(1, "x2", "b"))
    turned = [name for name in arguments.named if name.startswith(("transpose", "adjoint"))]
    if one is None or turned:
        return UNKNOWN
    weight = arguments.get(1, "x2", "b")
    if other is None and isinstance(weight, Weight) and weight.sizes:
        size = weight.sizes[-1]
        if not isinstance(size, str):
            return UNKNOWN
        return replace(with_last(one, Part(code=expr(size), size=size)), front=one.front)
    if other is None:
        return UNKNOWN
    found = with_last(one, size_at(other, -1))
    return replace(found, last=other.last, loose=True, doubts=(*one.doubts, *other.doubts))


def _reduce(arguments: Arguments) -> Value:
    tensor = tensor_of(arguments.get(0, "x", "input_tensor", "a", "inputs"))
    given = arguments.get(1, "axis", "dim")
    axes = axes_of(given)
    keepdims = arguments.named.get("keepdims") or arguments.get(2, "keepdims")
    kept = isinstance(keepdims, Plain) and keepdims.value is True
    if tensor is None or axes is None or (keepdims is not None and not _is_told(keepdims)):
        return UNKNOWN
    found = cut(tensor, axes, "1" if kept else None)
    if not isinstance(found, Tensor):
        return found
    found = replace(found, reduced=tensor.front)
    if not kept:
        return found
    front = tensor.front if axes == (-1,) else found.front
    return replace(found, rank=tensor.rank, shrunk=tensor.front, front=front)


def _is_told(value: Value) -> bool:
    return isinstance(value, Plain) and value.known


def _transpose(arguments: Arguments) -> Value:
    tensor = tensor_of(arguments.get(0, "x", "a"))
    axes = axes_of(arguments.get(1, "axes", "perm"))
    if tensor is None or axes is None or any(axis < 0 for axis in axes):
        return UNKNOWN
    last = len(axes) - 1
    parts = [size_at(tensor, axis) for axis in axes]
    if axes and axes[-1] == last and not tensor.parts:
        parts[-1] = replace(parts[-1], size=tensor.last)
    return made_of(parts, tensor)


def _expand(arguments: Arguments) -> Value:
    tensor, axes = tensor_of(arguments.get(0, "x", "input")), axes_of(arguments.get(1, "axis"))
    if tensor is None or axes is None or len(axes) != 1:
        return UNKNOWN
    (axis,) = axes
    one = Part(code=expr("1"), size="1")
    if axis == -1:
        return made_of([Part(code=tensor.shape, size=tensor.last, run=True), one], tensor)
    if axis < 0:
        after = [size_at(tensor, n) for n in range(axis + 1, 0)]
        front = Part(code=expr(tensor.shape, f"[:{axis + 1}]"), size=Token(), run=True)
        return made_of([front, one, *after], tensor)
    before = [size_at(tensor, n) for n in range(axis)]
    behind = Part(code=expr(tensor.shape, f"[{axis}:]" if axis else ""), size=tensor.last, run=True)
    return made_of([*before, one, behind], tensor)


def _squeeze(arguments: Arguments) -> Value:
    tensor, axes = tensor_of(arguments.get(0, "x", "input")), axes_of(arguments.get(1, "axis"))
    return cut(tensor, axes, None) if tensor is not None and axes is not None else UNKNOWN


def _reshape(arguments: Arguments) -> Value:
    tensor = tensor_of(arguments.get(0, "x", "tensor"))
    wanted = sizes(arguments.get(1, "newshape", "shape"))
    if wanted is None:
        return UNKNOWN
    open_ = [part.code.text in ("-1", "None") for part in wanted]
    if not open_ or open_[-1]:
        return UNKNOWN
    parts = [
        Part(code=expr("None"), size=Token()) if is_open else part
        for part, is_open in zip(wanted, open_, strict=True)
    ]
    found = made_of(parts, None, loose=any(open_))
    return found if tensor is None else replace(found, doubts=tensor.doubts, reduced=tensor.reduced)


def _shape(arguments: Arguments) -> Value:
    tensor = tensor_of(arguments.get(0, "x", "input", "inputs"))
    if tensor is None:
        return UNKNOWN
    return sizes_of(tensor)


def _range(arguments: Arguments) -> Value:
    given = [value for value in arguments.plain if isinstance(value, Plain)]
    if len(given) != len(arguments.plain) or len(given) > 2:
        return Tensor(shape=expr("(None,)"), loose=True)
    stop = arguments.named.get("stop") or given[-1] if given else None
    if len(given) == 2 and given[0].value != 0:
        return Tensor(shape=expr("(None,)"), loose=True)
    if not isinstance(stop, Plain):
        return Tensor(shape=expr("(None,)"), loose=True)
    return Tensor(shape=expr("(", stop.code, ",)"), front=Token(), last=stop.size)


def _filled(arguments: Arguments) -> Value:
    parts = sizes(arguments.get(0, "shape", "dims"))
    return made_of(parts, None) if parts else UNKNOWN


def _broadcast_to(arguments: Arguments) -> Value:
    parts = sizes(arguments.get(1, "shape"))
    return made_of(parts, None) if parts else UNKNOWN


def _einsum(arguments: Arguments) -> Value:
    equation = arguments.get(0, "subscripts", "equation")
    text = equation.value if isinstance(equation, Plain) and equation.known else None
    if not isinstance(text, str) or "->" not in text or "." in text:
        return UNKNOWN
    left, _, right = text.replace(" ", "").partition("->")
    places: dict[str, Part] = {}
    for letters, value in zip(left.split(","), arguments.plain[1:], strict=False):
        tensor = tensor_of(value)
        for place, letter in enumerate(letters):
            if tensor is not None and letter not in places:
                last = tensor.last if place == len(letters) - 1 else Token()
                places[letter] = Part(code=expr(tensor.shape, f"[{place}]"), size=last)
    if not right or any(letter not in places for letter in right):
        return UNKNOWN
    return made_of([places[letter] for letter in right], None)


def layer_made_in_call(name: str, made: Arguments, arguments: Arguments) -> Value:
    """What a layer of Keras returns that is made where it is called, and has no weights."""
    known = keras_api.layer_class(name)
    short = name.rpartition(".")[2]
    given = arguments.get(0, "inputs")
    tensor = tensor_of(given)
    if known is None or not known.weightless:
        return UNKNOWN
    if known.keeps_shape:
        return tensor or UNKNOWN
    if short in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        return folded(given, arguments.texts) if isinstance(given, Group) else UNKNOWN
    if short == "Concatenate":
        axis = made.get(0, "axis")
        return concatenated(given, (-1,) if axis is None else axes_of(axis))
    plain = not made.named.keys() & {"data_format", "keepdims"}
    if short.startswith("Global") and tensor is not None and plain:
        parts = [size_at(tensor, 0), Part(code=size_at(tensor, -1).code, size=tensor.last)]
        return replace(made_of(parts, tensor), reduced=tensor.front)
    wanted = sizes(made.get(0, "target_shape")) if short == "Reshape" else None
    if tensor is not None and wanted:
        first = Arguments(plain=[tensor, Sizes((size_at(tensor, 0), *wanted))], named={})
        return _reshape(first)
    return UNKNOWN


_KEEPING = """abs absolute negative relu relu6 gelu silu swish sigmoid hard_sigmoid hard_silu tanh
softmax log_softmax elu selu celu leaky_relu softplus softsign mish exp expm1 log log1p log2 log10
sqrt rsqrt square sign sin cos round floor ceil cast clip clip_by_value stop_gradient normalize
l2_normalize identity convert_to_tensor dropout reciprocal erf isfinite isnan logical_not
zeros_like ones_like cumsum cumprod flip nan_to_num hard_tanh linear exponential alpha_dropout
zeros_like saturate_cast sparse_to_dense hard_swish log_sigmoid  tanh_shrink soft_shrink sort
roll copy print batch_normalization sparsemax ensure_shape get"""


_PAIRWISE = """add subtract multiply divide true_divide floor_divide maximum minimum power pow mod
squared_difference equal not_equal less less_equal greater greater_equal logical_and logical_or
divide_no_nan arctan2"""


_REDUCING = """sum mean max min prod std var any all argmax argmin logsumexp amax amin average
reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_std reduce_variance reduce_any
reduce_all reduce_logsumexp count_nonzero"""


_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_KEEPING.split(), keep),
    **dict.fromkeys(_PAIRWISE.split(), _two),
    **dict.fromkeys(_REDUCING.split(), _reduce),
    "where": _where,
    "matmul": _matmul,
    "dot": _matmul,
    "transpose": _transpose,
    "permute_dimensions": _transpose,
    "expand_dims": _expand,
    "squeeze": _squeeze,
    "reshape": _reshape,
    "concatenate": concatenate,
    "concat": concatenate,
    "split": split,
    "stack": stack,
    "unstack": unstack,
    "tile": tile,
    "shape": _shape,
    "int_shape": _shape,
    "arange": _range,
    "range": _range,
    "zeros": _filled,
    "ones": _filled,
    "full": _filled,
    "normal": _filled,
    "uniform": _filled,
    "broadcast_to": _broadcast_to,
    "einsum": _einsum,
}
