"""A layer class whose shapes cannot be written down → the line that calls `call()` symbolically."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keraslint.diagnostic import Edit
from keraslint.layer.child_builds.line_edits import above_line
from keraslint.layer.child_builds.symbolic_inputs import are_several, no_floats
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import FunctionRef

_IMPORT = re.compile(
    r"^(?:from[ \t]+(?P<module>[\w.]+)[ \t]+)?import[ \t]+(?P<names>\([^)]*\)|[^\n(]+)",
    re.MULTILINE,
)
_ANY_IMPORT = re.compile(r"(from|import)\s")
_OF_KERAS = re.compile(r"(from|import)\s+(keras|tensorflow|keras_hub)\b")
_MODULES = ("keras", "tensorflow.keras")
_CONTEXT = frozenset({"training", "mask"})
_REMARK = "# Builds the children: a call on tensors that have no data."
DOUBT = "`build()` runs `call()` once, on tensors without data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keras:
    """What a file calls Keras and its tensors, with the import that it needs besides."""

    name: str
    tensor: str
    imports: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolicCall:
    """The statements, and the import that they need besides; or why there are none."""

    lines: tuple[str, ...] = ()
    imports: tuple[Edit, ...] = ()
    why_not: str = ""


def symbolic_call(layer: LayerClass, build: Method, *, structured: bool) -> SymbolicCall:
    """One call on tensors that have shapes only; `structured` inputs are lists or dictionaries."""
    call = layer.hierarchy.method(layer.ref, "call")
    names = [p.name.value for p in build.node.params.params[1:]]
    parsed = layer.parse(call) if call is not None else None
    if call is None or parsed is None or not names:
        return SymbolicCall(why_not="`build()` is told no shape")
    refused = no_floats(layer)
    if refused:
        return SymbolicCall(why_not=f"{refused}: a call on tensors without data would fail")
    structured = structured or are_several(parsed, build)
    untold = _untold(call, names)
    if untold:
        return SymbolicCall(why_not=f"`build()` is not told the shape of `{untold}`")
    answers = _tells_shape(layer)
    keras = _keras_of(build, whole=answers or structured)
    given = _arguments(call, build, names, keras, structured=structured)
    if answers:
        line = f"{keras.name}.Operation.compute_output_spec({', '.join(['self', *given])})"
    else:
        line = f"self.compute_output_spec({', '.join(given)})"
    line = f"{_REMARK}\n{line}"
    if build.source.notebook is not None and keras.imports:  # a fix stays in one cell
        return SymbolicCall(lines=("import keras", line))
    return SymbolicCall(lines=(line,), imports=keras.imports)


def _tells_shape(layer: LayerClass) -> bool:
    """Whether the class answers for its output without running `call()`."""
    lineage = layer.hierarchy.lineage(layer.ref)
    own = ("compute_output_shape", "compute_output_spec")
    if any(layer.hierarchy.method(layer.ref, name) is not None for name in own):
        return True
    return any(root.name not in (keras_api.LAYER, keras_api.MODEL) for root in lineage.roots)


def _untold(call: FunctionRef, names: list[str]) -> str:
    """A parameter that `call()` must be given, and of which `build()` knows nothing."""
    needed = [p.name for p in call.summary.parameters[1:] if p.required and p.kind == "plain"]
    if len(names) == 1:
        needed = needed[1:]
    told = {name.removesuffix("_shape") for name in names}
    return next((name for name in needed if name not in told and name not in _CONTEXT), "")


def _arguments(
    call: FunctionRef, build: Method, names: list[str], keras: Keras, *, structured: bool
) -> list[str]:
    if len(names) == 1:
        return [_tensor(names[0], keras, structured=structured)]
    parameters = {p.name.value: p.default for p in build.node.params.params}
    order = [p.name for p in call.summary.parameters[1:]]
    given = []
    for place, name in enumerate(names):
        text = _tensor(name, keras, structured=False)
        if parameters.get(name) is not None:
            text = f"None if {name} is None else {text}"
        plain = name.removesuffix("_shape")
        in_place = place < len(order) and order[place] == plain
        given.append(text if in_place else f"{plain}={text}")
    return given


def _tensor(name: str, keras: Keras, *, structured: bool) -> str:
    if not structured:
        return f"{keras.tensor}({name}, dtype=self.compute_dtype)"
    tensor = f"lambda shape: {keras.tensor}(shape, dtype=self.compute_dtype)"
    return f"{keras.name}.tree.map_shape_structure({tensor}, {name})"


def _keras_of(build: Method, *, whole: bool) -> Keras:
    """How the file calls Keras; an import where it only has names out of it.

    Of Keras as a `whole` more than its tensors is needed.
    """
    lines = build.source.text.splitlines()
    bound = dict(_bound(build.source.text))
    names = {meant: name for name, meant in reversed(bound.items())}
    tensor = next((names[t] for t in map("{}.KerasTensor".format, _MODULES) if t in names), "")
    tensorflow = names.get("tensorflow", "")
    name = "keras" if "keras" in bound else next((names[m] for m in _MODULES if m in names), "")
    if not name and tensorflow and not _imports_keras(lines):
        name = f"{tensorflow}.keras"
    if name or (tensor and not whole):
        return Keras(name=name, tensor=tensor or f"{name}.KerasTensor")
    place = next((n for n, line in enumerate(lines, 1) if _OF_KERAS.match(line)), 0)
    of_tensorflow = any(meant.startswith("tensorflow.keras.") for meant in bound.values())
    line = "from tensorflow import keras\n" if of_tensorflow else "import keras\n"
    edit = above_line(build.source, place or _below_docstring(lines), line)
    return Keras(name="keras", tensor=tensor or "keras.KerasTensor", imports=(edit,))


def _bound(text: str) -> Iterator[tuple[str, str]]:
    """The names that the imports at the left margin bind, and what each means."""
    for found in _IMPORT.finditer(text):
        for part in re.sub(r"#[^\n]*", "", found["names"]).strip("()").split(","):
            path, _, name = (word.strip() for word in part.partition(" as "))
            if found["module"] and path:
                yield name or path, f"{found['module']}.{path}"
            elif path:
                root = path.partition(".")[0]
                yield name or root, path if name else root


def _imports_keras(lines: list[str]) -> bool:
    return any(re.match(r"(from|import)\s+keras\b", line) for line in lines)


def _below_docstring(lines: list[str]) -> int:
    return next((n for n, line in enumerate(lines, 1) if _ANY_IMPORT.match(line)), 1)
