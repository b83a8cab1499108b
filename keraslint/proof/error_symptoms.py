"""The text of an error of Keras, of its backend or of Python → in what way something failed."""

from __future__ import annotations

import re

from keraslint.examination import Symptom

BASE_ARGUMENTS = ("name", "trainable", "dtype", "autocast", "activity_regularizer")

# The first that is found in a text says what it is.
_TOLD: tuple[tuple[Symptom, str], ...] = (
    (
        Symptom.BASE_ARGUMENT_REFUSED,
        rf"__init__\(\) got an unexpected keyword argument '({'|'.join(BASE_ARGUMENTS)})'",
    ),
    (Symptom.ARGUMENT_MISSING, r"__init__\(\) missing \d+ required"),
    (
        Symptom.CONFIG_MISSING,
        r"must override `?get_config|"
        r"`?get_config\(\)`? method of .* should return a dict|"
        r"argument of type 'NoneType' is not iterable",
    ),
    (
        Symptom.CONFIG_UNREADABLE,
        r"not JSON serializable|[Cc]ould not (be )?(de)?seriali[sz]|"
        r"\b[Ll]ambda\b|"
        r"'\w*[Dd]ict' object (is not callable|has no attribute)|'str' object is not callable",
    ),
    (Symptom.NEVER_BUILT, r"was never built"),
    (
        Symptom.SHAPES_DIFFER,
        r"[Ss]hape of the target variable|expected \d+ variables, but received|"
        r"Shape mismatch|not compatible with (provided weight )?shape",
    ),
    (
        Symptom.STATE_REFUSED,
        r"cannot add new elements of state|only supports singleton tf\.Variables",
    ),
    (Symptom.TENSOR_LEAKED, r"is out of scope|UnexpectedTracerError|leaked|FuncGraph"),
    (Symptom.SHAPES_NOT_ADDED, r"can only concatenate (tuple|list)"),
    (Symptom.POSITION_REFUSED, r"passed as (a )?(positional|keyword) argument"),
    (Symptom.BUILD_REFUSED, r"`build\(\)` (method with|argument)|build\(\) (missing|takes|got)"),
)


def symptom_of(error: str) -> Symptom:
    """In what way something failed, as far as the error's text tells."""
    found = (symptom for symptom, pattern in _TOLD if re.search(pattern, error))
    return next(found, Symptom.OTHER_ERROR)
