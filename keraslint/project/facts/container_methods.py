"""The methods of Python's values and containers → which only read, which change, which fill."""

from __future__ import annotations

import array
import collections
import types

_IMMUTABLE = (str, bytes, int, float, complex, tuple, frozenset, range, types.MappingProxyType)

READ_ONLY = frozenset(
    name for kind in _IMMUTABLE for name in dir(kind) if not name.startswith("__")
) | frozenset(
    """__len__ __getitem__ __contains__ __iter__ __eq__ __hash__ __repr__ __str__ __class__
    as_list astype clone compute_mask compute_output_shape dim from_config get_config item
    is_compatible_with mean max min numpy prod ravel reshape std sum tolist with_name
    _asdict _replace elements most_common total""".split()
)
"""Methods of types whose values never change, and readers of arrays, shapes and Keras objects."""

_CONTAINERS: tuple[type, ...] = (list, dict, set, bytearray, array.array)
_CONTAINERS += (collections.deque, collections.Counter, collections.OrderedDict)
_OF_ARRAYS = frozenset("fill put resize partition itemset setfield setflags".split())
CONTAINER_METHODS = _OF_ARRAYS | frozenset(
    name
    for kind in _CONTAINERS
    for name in dir(kind)
    if name[0] != "_" and callable(getattr(kind, name))
)
"""Methods that a receiver of which nothing is known may have from a built-in container."""

CHANGING = CONTAINER_METHODS - READ_ONLY | {"__setitem__", "__delitem__"}
"""Those that change the container, or may."""

FILLING = frozenset("append extend insert add update setdefault".split())
"""Those that put what they are given into the container itself."""
