"""A layer in somebody's own test → an `AssertionError` that says what of its life is broken.

Importing this imports no Keras: `check_layer` does, when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from unittest import SkipTest

from keraslint.examination import Examination

__all__ = ["check_layer"]
WIDTH = 100


def check_layer(
    layer_or_factory: Any | Callable[[], Any],
    *inputs: Any,
    skip: Collection[str] = (),
    backends: Collection[str] = ("tensorflow",),
    named_inputs: Mapping[str, Any] | None = None,
) -> None:
    """Examine a layer as it is, in this process: make, call, train, save, load it, and so on.

    A factory (a class, or a function without arguments) is called for each new layer that is
    needed; of a layer, new ones are made as it was made, or else from its configuration. `inputs`
    and `named_inputs` are the arguments of a call. Healths to `skip` are not looked at. Where Keras
    runs on none of the `backends`, the test is skipped. Names and random seeds start anew.

    Raises:
        AssertionError: something is broken; the text says what, and the rule that says why.
        TypeError: what is given, or what the factory makes, is no layer of Keras.
        ValueError: `skip` names no health.
    """
    __tracebackhide__ = True
    from keraslint.proof.examine.healths import NAMES
    from keraslint.proof.examine.here import backend, examine_here

    unknown = sorted({*skip} - {*NAMES})
    if unknown:
        raise ValueError(f"skip: there is no health `{unknown[0]}`; there are {', '.join(NAMES)}")
    if backend() not in backends:
        raise SkipTest(f"Keras runs on {backend()} here, and not on {' or '.join(backends)}")
    found = examine_here(layer_or_factory, inputs, named_inputs or {}, skip)
    if found.broken:
        raise AssertionError(told(found))


def told(found: Examination) -> str:
    """Say what is broken, what works, and how to leave out what one accepts."""
    from keraslint.report.palette import Palette
    from keraslint.report.verdicts.examinations import table

    lines = [line.rstrip() for line in table(found, WIDTH, Palette(False))]
    accepted = ", ".join(f'"{sign.health}"' for sign in found.broken)
    return "\n".join([*lines, f"  to accept this: skip=[{accepted}]"])
