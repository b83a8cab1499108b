"""A call of something outside the project → what becomes of what it is given.

Only what is *known* to leave its arguments alone is here; all else lets them escape.
"""

from __future__ import annotations

from enum import Enum

from keraslint.project.facts.container_methods import CHANGING
from keraslint.project.program.steady_names import STEADY


class Keeps(Enum):
    """What a call leaves of an argument: nothing, a part in its result, or a hold on it."""

    NOTHING = 0
    PART = 1
    HOLD = 2


_NOTHING = frozenset(
    """abs all any bool bytes callable chr complex divmod float format hasattr hash hex id int
    isinstance issubclass len oct ord pow print range repr round str sum slice super type open
    AssertionError AttributeError Exception IndexError KeyError NotImplementedError RuntimeError
    TypeError ValueError Warning UserWarning DeprecationWarning dir property input staticmethod
    classmethod object memoryview ascii bin locals globals StopIteration ImportError
    """.split()
)
_PART = frozenset("max min getattr".split())
_HOLD = frozenset(
    "dict enumerate filter frozenset iter list map reversed set sorted tuple zip".split()
)

_LEAVES_ALONE = frozenset(
    """abc absl argparse ast base64 contextlib cmath datetime decimal difflib enum fractions hashlib
    inspect jax json logging math numbers os packaging pathlib pickle pprint re shutil six
    statistics string struct sys tensorflow textwrap time torch traceback types typing uuid warnings
    zlib tempfile io keras tf_keras rich tqdm threading glob fnmatch urllib csv gc
    """.split()
)
"""Libraries whose functions do not change the lists, dicts and objects that they are given."""
_NAMES = {
    "random": frozenset(
        """Random SystemRandom betavariate choice choices expovariate gauss getrandbits
        normalvariate randint random randrange sample seed triangular uniform""".split()
    ),
    **{name: STEADY[name] for name in ("bisect", "heapq", "operator")},
    "numpy": STEADY["numpy"]
    | frozenset(
        """RandomState choice default_rng empty integers normal permutation rand randint randn
        seed standard_normal uniform""".split()
    ),
}
_FILL_WHAT_THEY_ARE_GIVEN = frozenset(
    f"argparse.ArgumentParser().parse_{name}"
    for name in ("args", "known_args", "intermixed_args", "known_intermixed_args")
)
_HOLDERS = frozenset({"collections", "itertools", "functools", "copy", "dataclasses", "operator"})
"""Libraries whose functions give back what they are given, a copy of it, or a hold on it."""
_DEEP = frozenset(
    {"copy.deepcopy", "dataclasses.asdict", "dataclasses.astuple", "dataclasses.fields"}
)


def builtin(name: str) -> Keeps | None:
    """What a built-in function keeps, `None` if it may change what it is given."""
    if name in _NOTHING:
        return Keeps.NOTHING
    if name in _PART:
        return Keeps.PART
    return Keeps.HOLD if name in _HOLD else None


def library(name: str) -> Keeps | None:
    """The same of a function of a library, by its absolute name."""
    top, _, rest = name.partition(".")
    if not rest:
        return builtin(name)
    last = rest.rpartition(".")[2].removesuffix("()")
    if name in _FILL_WHAT_THEY_ARE_GIVEN:
        return None
    if name in _DEEP:
        return Keeps.NOTHING
    if top in _NAMES:
        return _part(last) if last in _NAMES[top] else None
    if "()." in name and (top in _HOLDERS or last in CHANGING):
        return None  # a method of what the call gave: that may be a list, or anything given to it
    if top in _HOLDERS:
        return Keeps.HOLD
    return Keeps.NOTHING if top in _LEAVES_ALONE else None


def _part(last: str) -> Keeps:
    return (
        Keeps.PART if last in ("choice", "getitem", "asarray", "ravel", "reshape") else Keeps.HOLD
    )
