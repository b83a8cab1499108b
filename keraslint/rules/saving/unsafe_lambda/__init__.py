"""Use a named, registered function or a layer of your own instead of a lambda.

## What it does

Finds a `lambda` that is handed to `keras.layers.Lambda`, or as an activation to a layer of Keras,
where a model is put together: beside a call of `Input`, `Model` or `Sequential`. Inside a layer
class there is nothing to tell: its own configuration does not hold its sub-layers.

## Why

The model saves without complaint: a lambda is written as Python bytecode, or by its name. Loading
it is refused, because bytecode from a file may do anything. With `safe_mode=False` it loads in the
same version of Python only, and fails when it is called, since the module's names are gone. All of
this is found out after the training. Keras 2 loads it from the `.h5` files that its projects write.

## Bad

```python
import keras
from keras import layers, ops

model = keras.Sequential([keras.Input((4,)), layers.Lambda(lambda x: ops.square(x))])
```

## Good

```python
import keras
from keras import layers, ops


@keras.saving.register_keras_serializable()
def square(x):
    return ops.square(x)


model = keras.Sequential([keras.Input((4,)), layers.Lambda(square)])
```

## Fix safety

There is no fix: a function needs a name, and only the author knows a good one.

## What is proved

Nothing, as nothing is rewritten.

## When not to use it

For a model that is never saved, or whose weights alone are. Nothing is reported in tests, in
code for Keras 2, or where the project saves and loads weights alone.

## Errors this prevents

Loud, when the model is loaded: `ValueError: Requested the deserialization of a `Lambda` layer whose
`function` is a Python lambda. This carries a potential risk of arbitrary code execution and thus it
is disallowed by default.`

## References

- https://keras.io/api/layers/core_layers/lambda ("Lambda layers have (de)serialization
  limitations!")
- https://github.com/keras-team/tf-keras/issues/44
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keraslint.examination import Symptom
from keraslint.rules import Finding, Rule
from keraslint.rules.saving.unsafe_lambda.lambda_destinations import loses

if TYPE_CHECKING:
    from keraslint.project.facts.module_facts import ModuleSummary
    from keraslint.project.names.name_resolution import Hierarchy


def search(hierarchy: Hierarchy, module: ModuleSummary) -> Iterator[Finding]:
    """Find lambdas that stand in the way of loading a model."""
    for item in module.lambdas:
        argument = loses(hierarchy, module, item)
        if argument:
            text = (
                f"`{item.callee}` gets a lambda as `{argument}`: a saved `.keras` file cannot be"
                " loaded without `safe_mode=False`"
            )
            yield Finding(item.at, text)


rule = Rule(
    code="KRL404",
    name="unsafe-lambda",
    summary="A lambda becomes part of a model, which cannot be loaded once it is saved",
    page=__doc__,
    explains=(Symptom.CONFIG_UNREADABLE,),
    words=("lambda",),
    search=search,
    about_loading=True,
    of_keras_3=True,
)
