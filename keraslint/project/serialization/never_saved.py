"""A class → whether no model that it is part of is saved whole, as far as the project shows."""

from __future__ import annotations

from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef, External, Scope
from keraslint.project.names.name_resolution import Hierarchy
from keraslint.project.serialization.functional_models import is_functional


def is_made_for_a_test(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a class is written inside a test function, or in a method of a `TestCase`."""
    module, qualname = ref.module, ref.summary.qualname
    around = [function.name for _, function in module.around(qualname)]
    if not around:
        return False
    outermost = module.classes.get(qualname.partition(".")[0])
    in_a_case = outermost is not None and _is_test_case(hierarchy, ClassRef.of(module, outermost))
    return in_a_case or any(name.startswith("test") for name in around)


def _is_test_case(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a class descends from `unittest.TestCase`, or from another one of that name."""
    for item in hierarchy.lineage(ref).chain:
        for base in item.summary.bases:
            for meaning in hierarchy.values(Scope(module=item.module), base):
                if isinstance(meaning, External) and meaning.name.endswith(".TestCase"):
                    return True
    return False


def is_of_a_script(hierarchy: Hierarchy, module: ModuleSummary) -> bool:
    """Whether a module in no package makes a layer of its own as soon as it runs.

    To import it would be to run it: nobody else has its classes.
    """
    made = (ClassRef.of(module, module.classes[name]) for name in sorted(module.made))
    return "." not in module.name and any(hierarchy.lineage(one).is_layer for one in made)


def is_only_for_training(hierarchy: Hierarchy, ref: ClassRef) -> bool:
    """Whether a model has a `train_step()` and no `call()`: it trains others, and is none itself.

    Keras cannot call it, so that nobody loads it to make predictions.
    """
    trains = hierarchy.method(ref, "train_step") is not None
    roots = hierarchy.lineage(ref).roots
    return (
        trains
        and hierarchy.method(ref, "call") is None
        and all(root.name == keras_api.MODEL for root in roots)
        and not is_functional(hierarchy, ref)
    )
