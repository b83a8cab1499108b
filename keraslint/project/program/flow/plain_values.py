"""An attribute of a family, or a global name → whether it surely holds what cannot change."""

from __future__ import annotations

from collections.abc import Callable

from keraslint.project.facts.occurrences.occurrence_records import Call
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import ClassRef
from keraslint.project.names.reads.recorded_reads import Memo
from keraslint.project.program.flow.call_graph import CallGraph
from keraslint.project.program.flow.families import Family
from keraslint.project.program.mentions.noted_functions import Function

_NUMBERS = frozenset(
    """units filters rate epsilon momentum num_heads key_dim value_dim input_dim output_dim use_bias
    center scale mask_zero recurrent_dropout dropout groups depth_multiplier use_scale stddev
    alpha negative_slope return_sequences return_state go_backwards stateful name seed
    activation recurrent_activation kernel_initializer bias_initializer embeddings_initializer
    gamma_initializer beta_initializer depthwise_initializer pointwise_initializer
    recurrent_initializer kernel_regularizer bias_regularizer kernel_constraint bias_constraint
    activity_regularizer gamma_regularizer beta_regularizer embeddings_regularizer max_wavelength
    data_format interpolation padding dtype max_length sequence_length
    """.split()
)
"""Parameters of built-in layers that take a number, a switch or a text, and nothing else."""
_SHAPES = frozenset(
    "output_shape target_shape shape normalized_shape kernel_size strides pool_size".split()
)
_AREAS = "activations backend config constraints dtype_policies initializers regularizers".split()
_KERAS_VALUES = (*(f"keras.{area}." for area in _AREAS), "keras.utils.standardize")


class PlainValues:
    """Knows which attributes hold what cannot change, by what they are given and used as."""

    def __init__(self, graph: CallGraph, family: Callable[[ClassRef], Family]) -> None:
        self.graph = graph
        self._family = family
        self._plain: Memo[tuple[object, str], bool] = Memo(
            graph.reads, lambda _: False, is_lasting=False
        )

    def is_plain(self, family: Family, name: str) -> bool:
        """Whether an attribute surely holds a number, a text or the like, which cannot change."""
        return self._plain.ask(
            (family.key, name),
            family.ref.module.path,
            lambda: self._holds_number(family, name),
        )

    def is_plain_global(self, path: str, name: str) -> bool:
        """Whether a global name of a file is only ever bound to a number, a text or the like.

        What functions bind it to besides is a change of the name, which is asked for elsewhere.
        """
        bodies = [one for one in self.graph.by_path.get(path, ()) if one.kind == "module"]
        found = [(body, ref) for body in bodies for ref in body.bound(name) or ("",)]
        return bool(found) and all(self._is_plain(body, ref) for body, ref in found)

    def _holds_number(self, family: Family, name: str) -> bool:
        given = [
            (function, ref)
            for function, store in self.graph.stores.get(name, ())
            if family.owns(function) and store.base == (function.instance,)
            for ref in store.value or ("",)
        ]
        unsure = [(f, ref) for f, ref in given if not self._is_plain(f, ref)]
        if given and not unsure:
            return True
        if any(ref[:1] == "#" for _, ref in unsure):
            return False
        return any(self._is_number_in(method, name) for method in family.methods)

    def _is_number_in(self, method: Function, name: str) -> bool:
        """Whether a method uses an attribute as only a number, a text or the like can be used.

        What it calls is a layer, and what happens to a layer inside is no change of it here.
        """
        path = f"{method.instance}.{name}"
        if path not in method.does.loads:
            return False
        for call in method.does.calls:
            if call.leaf == path or (path in call.receiver and call.method in ("build", "call")):
                return True
            for given, refs in call.arguments:
                if refs == (path,) and self._takes_number(method, call, given):
                    return True
                if f"*{path}" in refs and self._takes_shape(method, call, given):
                    return True
        return False

    def _takes_shape(self, method: Function, call: Call, given: str) -> bool:
        """Whether an argument is a tuple of numbers."""
        if call.method == "add_weight" and given in ("shape", "0"):
            return True
        says = self.graph.targets(method, call).says
        known = keras_api.layer_class(says) if says else None
        if known is None or not given.isdigit():
            return says.startswith("keras.layers.") and given in _SHAPES
        return int(given) < len(known.parameters) and known.parameters[int(given)] in _SHAPES

    def _takes_number(self, method: Function, call: Call, given: str) -> bool:
        """Whether a layer takes no list, nor anything else that could change, as an argument."""
        if call.leaf == "range":
            return True
        targets = self.graph.targets(method, call)
        known = keras_api.layer_class(targets.says) if targets.says else None
        place = int(given) if given.isdigit() else -1
        if known is not None:
            named = known.parameters[place] if 0 <= place < len(known.parameters) else given
            return named in _NUMBERS
        return any(
            self._keeps_number(ref, function, place, given)
            for ref in targets.constructs
            for function, _ in targets.functions
            if function.own_name == "__init__"
        )

    def _keeps_number(self, ref: ClassRef, init: Function, place: int, given: str) -> bool:
        """The same of a class of the project, by what it does with the attribute it becomes."""
        names = init.parameters
        parameter = names[place + 1] if 0 <= place + 1 < len(names) and place >= 0 else given
        if parameter in _NUMBERS and f"**{parameter}" not in names:
            return True
        kept = [s.attribute for s in init.does.stores if (parameter,) == s.value]
        return any(self.is_plain(self._family(ref), name) for name in kept)

    def _is_plain(self, function: Function, ref: str) -> bool:
        if not ref or ref[0] in "'!":
            return bool(ref)
        if function.bound(ref) is None and any(function.hint(ref)):
            return bool({*function.hint(ref)} & {"int", "float", "str", "bool"})
        if ref[0] == "#" and "." not in ref:
            call = function.call(int(ref[1:]))
            if call.leaf in ("int", "float", "str", "bool", "len", "round", "abs", "sum"):
                return True
            says = self.graph.targets(function, call).says
            return says.startswith(_KERAS_VALUES)
        return False
