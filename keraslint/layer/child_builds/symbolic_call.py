"""A layer class whose shapes cannot be written down → the line that calls `call()` symbolically."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keraslint.diagnostic import Edit
from keraslint.layer.child_builds.line_edits import above_line
from keraslint.layer.code_style import WIDTH
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.method_syntax import Method
from keraslint.project.names import keras_api
from keraslint.project.names.definitions import FunctionRef

_IMPORT = re.compile(r"^(?:from\s+([\w.]+)\s+import\b|import\s+([\w.]+))")
_CONTEXT = frozenset({"training", "mask"})
DOUBT = "`build()` runs `call()` once, on tensors without data"


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
    if call is None or not names:
        return SymbolicCall(why_not="`build()` is told no shape")
    untold = _untold(call, names)
    if untold:
        return SymbolicCall(why_not=f"`build()` is not told the shape of `{untold}`")
    keras, imports = _keras(build)
    given = _arguments(call, build, names, keras, structured=structured)
    if _tells_shape(layer):
        line = _called(f"{keras}.Operation.compute_output_spec", ["self", *given], build.indent)
    else:
        line = _called("self.compute_output_spec", given, build.indent)
    if build.source.notebook is not None and imports:  # a fix stays in one cell
        return SymbolicCall(lines=("import keras", line))
    return SymbolicCall(lines=(line,), imports=imports)


def _called(name: str, arguments: list[str], indent: str) -> str:
    """A call as it stands in a method, over as many lines as it takes."""
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= WIDTH - 2 * len(indent):
        return line
    inside = ", ".join(arguments)
    if len(inside) > WIDTH - 3 * len(indent) and not inside.startswith("lambda"):
        inside = f",\n{indent}".join(_deeper(one, indent) for one in arguments)
        inside += "," if len(arguments) > 1 else ""
    return f"{name}(\n{indent}{inside}\n)"


def _deeper(argument: str, indent: str) -> str:
    """An argument that is a call itself, if it has to be over several lines as well."""
    if len(argument) <= WIDTH - 3 * len(indent) or not argument.endswith(")"):
        return argument
    name, _, inside = argument[:-1].partition("(")
    return f"{name}(\n{indent}{indent}{inside}\n{indent})"


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
    call: FunctionRef, build: Method, names: list[str], keras: str, *, structured: bool
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


def _tensor(name: str, keras: str, *, structured: bool) -> str:
    if not structured:
        return f"{keras}.KerasTensor({name}, dtype=self.compute_dtype)"
    tensor = f"lambda shape: {keras}.KerasTensor(shape, dtype=self.compute_dtype)"
    return f"{keras}.tree.map_shape_structure({tensor}, {name})"


def _keras(build: Method) -> tuple[str, tuple[Edit, ...]]:
    """How the file calls Keras; an import where it only has names out of it."""
    first = 0
    lines = build.source.text.splitlines()
    for number, line in enumerate(lines, 1):
        found = _IMPORT.match(line)
        if found is None:
            continue
        module = found[1] or found[2]
        if line.split("#")[0].split() == ["import", "keras"]:
            return "keras", ()
        if re.search(r"\bimport\s+keras\b(?!\s*\.)", line) and found[1] is None:
            return "keras", ()
        if re.match(r"from\s+tensorflow\s+import\s.*\bkeras\b", line):
            return "keras", ()
        if re.match(r"import\s+tensorflow\s+as\s+tf\b", line) and not _imports_keras(lines):
            return "tf.keras", ()
        if not first and module.partition(".")[0] in ("keras", "tensorflow", "keras_hub"):
            first = number
    place = first or _below_docstring(lines)
    return "keras", (above_line(build.source, place, "import keras\n"),)


def _imports_keras(lines: list[str]) -> bool:
    return any(re.match(r"(from|import)\s+keras\b", line) for line in lines)


def _below_docstring(lines: list[str]) -> int:
    return next((n for n, line in enumerate(lines, 1) if _IMPORT.match(line)), 1)
