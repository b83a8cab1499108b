"""The absolute name of something outside the project → whether it surely gives the same each time.

What is not here may look at the clock, at files, at settings or at its caller, or may act.
"""

from __future__ import annotations

import builtins

_LOOK_AROUND = frozenset(
    """open next delattr input print globals locals vars dir exec eval compile breakpoint id help
    exit quit __import__ super memoryview""".split()
)
_BUILTINS = frozenset(dir(builtins)) - _LOOK_AROUND

_LIBRARIES = frozenset(
    """math cmath string numbers typing typing_extensions enum abc types dataclasses functools
    itertools operator collections copy re fractions statistics textwrap struct base64
    hashlib zlib difflib keyword unicodedata posixpath ntpath colorsys six einops
    numpy.linalg numpy.fft numpy.polynomial jax.numpy jax.nn jax.lax jax.scipy jax.tree_util
    torch.nn.functional tensorflow.math tensorflow.nn tensorflow.linalg tensorflow.signal
    tensorflow.dtypes tensorflow.strings tensorflow.bitwise tensorflow.sets tensorflow.nest
    tensorflow.ragged tensorflow.sparse tensorflow.initializers tensorflow.experimental.numpy
    tensorflow.errors tensorflow.audio""".split()
)
"""All that is in these, but for what draws numbers, depends on what it is given alone."""
_DRAW = frozenset({"random", "dropout", "rng", "shuffle"})

STEADY = {
    "ast": frozenset({"literal_eval"}),
    "bisect": frozenset({"bisect", "bisect_left", "bisect_right"}),
    "heapq": frozenset({"nlargest", "nsmallest", "merge"}),
    "operator": frozenset(
        """add and_ attrgetter concat contains countOf eq floordiv ge getitem gt index indexOf
        invert is_ is_not itemgetter le length_hint lt methodcaller mod mul ne neg not_ or_ pos pow
        sub truediv truth xor""".split()
    ),
    "inspect": frozenset("isclass isfunction ismethod signature getfullargspec unwrap".split()),
    "json": frozenset({"dumps", "loads"}),
    "os": frozenset({"sep", "linesep", "extsep", "fspath"}),
    "os.path": frozenset(
        """basename commonpath commonprefix dirname isabs join normcase normpath sep split
        splitdrive splitext""".split()
    ),
    "pathlib": frozenset({"PurePath", "PurePosixPath", "PureWindowsPath"}),
    "numpy": frozenset(
        """abs absolute add all allclose amax amin any append arange arccos arcsin arctan arctan2
        argmax argmin argsort around array array_equal array_split asarray atleast_1d atleast_2d
        average bincount bool bool_ broadcast_shapes broadcast_to cbrt ceil clip column_stack
        concatenate copy cos cosh cross cumprod cumsum deg2rad delete diag diff digitize divide
        divmod dot double dstack dtype e ediff1d einsum equal euler_gamma exp exp2 expand_dims expm1
        eye fabs finfo flatnonzero flip float16 float32 float64 floating floor floor_divide fmod
        full full_like gcd generic geomspace gradient greater hanning hamming histogram hstack hypot
        identity iinfo inf inner insert int16 int32 int64 int8 integer interp intersect1d intp
        isclose isfinite isin isinf isnan isreal isscalar issubdtype kron lcm less linspace log
        log10 log1p log2 logaddexp logical_and logical_not logical_or logspace matmul max maximum
        mean median meshgrid min minimum mod moveaxis multiply nan nan_to_num ndarray ndim negative
        newaxis nonzero number ones ones_like outer pad percentile pi piecewise poly1d polyfit
        polyval power prod promote_types ptp quantile rad2deg ravel ravel_multi_index reciprocal
        remainder repeat reshape result_type rint roll rollaxis rot90 round searchsorted setdiff1d
        shape sign sin sinc single sinh size sort split sqrt square squeeze stack std subtract sum
        swapaxes take tan tanh tensordot tile trace transpose trapezoid tri tril triu true_divide
        trunc uint16 uint32 uint64 uint8 union1d unique unravel_index unwrap vander var vdot vstack
        where zeros zeros_like""".split()
    ),
    "jax": frozenset({"tree_map", "vmap", "jit", "grad", "Array"}),
    "torch": frozenset("Tensor Size float16 float32 float64 bfloat16 int32 int64 bool".split()),
    "tensorflow": frozenset(
        """abs add add_n argmax argmin argsort as_dtype bfloat16 bool broadcast_to cast
        clip_by_value concat constant constant_initializer convert_to_tensor cos cosh cumsum divide
        DType einsum equal exp expand_dims eye fill float16 float32 float64 floor function gather
        gather_nd greater half identity int16 int32 int64 int8 is_symbolic_tensor is_tensor less
        linspace logical_and logical_not logical_or matmul maximum meshgrid minimum multiply
        newaxis norm ones ones_initializer ones_like one_hot pad pow range rank reduce_all
        reduce_any reduce_max reduce_mean reduce_min reduce_prod reduce_sum repeat reshape resource
        reverse roll round searchsorted sequence_mask shape sigmoid sign sin size sort split sqrt
        square squeeze stack string subtract tan tanh Tensor TensorShape TensorSpec tensordot tile
        transpose truediv uint8 unstack where zeros zeros_initializer zeros_like
        random_normal_initializer random_uniform_initializer no_op group stop_gradient
        name_scope""".split()
    ),
}
"""Functions, types and constants of other libraries, of which not all do so.

None of them changes what it is given.
"""


def is_steady(name: str) -> bool:
    """Whether it gives the same whenever it is read, or called with the same arguments.

    So does what is read off it, or off what it returns.
    """
    parts = name.replace("()", "").replace(".compat.v1", "").replace(".compat.v2", "").split(".")
    if len(parts) == 1 or parts[0] in _BUILTINS:
        return parts[0] not in _LOOK_AROUND
    for count in range(1, len(parts) + 1):
        head = ".".join(parts[:count])
        if head in _LIBRARIES:
            return not any(word in _DRAW for part in parts for word in part.split("_"))
        if parts[count : count + 1] and parts[count] in STEADY.get(head, ()):
            return True
    return False
