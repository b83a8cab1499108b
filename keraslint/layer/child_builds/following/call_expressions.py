"""An expression of `call()` → what it stands for; the children that it calls are built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import libcst as cst

from keraslint.layer.child_builds.following.call_conditions import Conditions, Test, follow_both
from keraslint.layer.child_builds.following.child_calls import ChildCalls, short
from keraslint.layer.child_builds.following.child_outputs import Outputs
from keraslint.layer.child_builds.following.displays import computed, listed, mapped
from keraslint.layer.child_builds.following.own_attributes import OwnAttributes
from keraslint.layer.child_builds.following.subscripts import subscript
from keraslint.layer.child_builds.shapes.broadcasting import broadcast
from keraslint.layer.child_builds.shapes.op_shapes import keep, layer_made_in_call, operation
from keraslint.layer.child_builds.shapes.program_writer import HIDDEN, Writer
from keraslint.layer.child_builds.shapes.shape_program import Expr, expr
from keraslint.layer.child_builds.shapes.shape_values import (
    UNKNOWN,
    Arguments,
    Bound,
    Closure,
    Group,
    Input,
    Layer,
    Nothing,
    Plain,
    Several,
    Sizes,
    Table,
    Tensor,
    Token,
    Unknown,
    Value,
    Weight,
    constant,
    sizes_of,
    var,
)
from keraslint.layer.child_builds.shapes.tensor_sizes import shape_of, sizes, tensor_of
from keraslint.layer.method_syntax import code, dotted
from keraslint.project.names.definitions import External, FunctionRef
from keraslint.project.names.keras_api import Symbol

Runs = Callable[[Bound | Closure, Arguments, str], Value]
Loops = Callable[[cst.BaseComp, str], Value]

_BUILTINS = frozenset("abs bool float getattr hasattr int isinstance len max min round".split())


class Expressions:
    """Evaluates the expressions of one frame after another.

    `runs` follows a method of the layer, `loops` a comprehension.
    """

    def __init__(
        self, writer: Writer, own: OwnAttributes, outputs: Outputs, runs: Runs, loops: Loops
    ) -> None:
        self._writer = writer
        self._own = own
        self.children = ChildCalls(writer, own, outputs)
        self._conditions = Conditions(self.value)
        self._runs = runs
        self._loops = loops
        self.scope = own.scope

    # -- values ------------------------------------------------------------------------------

    def value(self, node: cst.BaseExpression, hint: str = "") -> Value:
        """What an expression stands for; `hint` is the local name that it will be given to."""
        handler = _HANDLERS.get(type(node))
        return handler(self, node, hint) if handler is not None else self._other(node)

    def _other(self, node: cst.BaseExpression) -> Value:
        self.children.lose(node)
        return Unknown(short(node))

    def _name(self, node: cst.Name, hint: str) -> Value:
        held = self._writer.now.names.get(node.value)
        if held is not None:
            return held
        if node.value in ("True", "False"):
            return constant(node.value == "True")
        if node.value == "None":
            return Nothing()
        if self._own.can_say(node.value, self.scope):
            return Plain(code=expr(node.value), size=node.value)
        return UNKNOWN

    def _constant(self, node: cst.BaseExpression, hint: str) -> Value:
        if isinstance(node, (cst.Integer, cst.Float, cst.SimpleString)):
            return Plain(
                code=expr(code(node)), size=code(node), value=node.evaluated_value, known=True
            )
        return UNKNOWN

    def _tuple(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, (cst.Tuple, cst.List))
        return listed(node, self.value)

    def _dict(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.Dict)
        return mapped(node, self.value)

    def _attribute(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.Attribute)
        name = node.attr.value
        if isinstance(node.value, cst.Name) and node.value.value == "self":
            return self._own.value(name)
        held = self.value(node.value)
        tensor = tensor_of(held)
        if tensor is not None and name == "shape":
            return sizes_of(tensor)
        if isinstance(held, Weight) and name == "shape" and held.sizes:
            return Group(
                tuple(
                    Plain(code=expr(s), size=s) if isinstance(s, str) else UNKNOWN
                    for s in held.sizes
                )
            )
        if isinstance(held, Plain) and not held.known:
            text = expr(held.code, f".{name}")
            return Plain(code=text, size=text.text)
        if isinstance(held, Layer):
            text = expr(held.code, f".{name}")
            return Plain(code=text, size=text.text)
        return Unknown(short(node))

    def _subscript(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.Subscript)
        return subscript(node, self.value)

    # -- arithmetic ----------------------------------------------------------------------------

    def _binary(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.BinaryOperation)
        left, right = self.value(node.left, hint), self.value(node.right)
        if isinstance(node.operator, cst.MatrixMultiply):
            rule = operation("keras.ops.matmul")
            assert rule is not None
            return rule(Arguments(plain=[left, right], named={}))
        if isinstance(left, Plain) and isinstance(right, Plain):
            return computed(node, left, right)
        added = isinstance(node.operator, cst.Add)
        if added and (isinstance(left, Sizes) or isinstance(right, Sizes)):
            parts, more = sizes(left), sizes(right)
            return Sizes((*parts, *more)) if parts is not None and more is not None else UNKNOWN
        if added and isinstance(left, Group) and isinstance(right, Group):
            return Group((*left.items, *right.items))
        return broadcast(left, right, (short(node), short(node.left), short(node.right)))

    def _unary(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.UnaryOperation)
        held = self.value(node.expression, hint)
        if isinstance(held, Plain):
            text = expr(code(node.operator), held.code)
            if (
                held.known
                and isinstance(held.value, (int, float))
                and isinstance(node.operator, cst.Minus)
            ):
                return Plain(code=text, size=text.text, value=-held.value, known=True)
            return Plain(code=text, size=text.text)
        return held if isinstance(held, (Tensor, Input)) else UNKNOWN

    def _compared(self, node: cst.BaseExpression, hint: str) -> Value:
        test = self.test(node)
        if isinstance(test, bool):
            return constant(test)
        if isinstance(test, Expr):
            return Plain(code=test, size=test.text)
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
            left, right = self.value(node.left), self.value(node.comparisons[0].comparator)
            return broadcast(left, right)
        return UNKNOWN

    def _if_else(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.IfExp)
        test = self.test(node.test)
        if isinstance(test, bool):
            return self.value(node.body if test else node.orelse, hint)
        name = hint or "chosen"
        local = f"{HIDDEN}{name}"
        arms = []
        for arm in (node.body, node.orelse):
            arms.append(lambda arm=arm: self._writer.hold(local, self.value(arm)))
        follow_both(self._writer, test, arms[0], arms[1])
        return self._writer.now.names.pop(local, UNKNOWN)

    def _named(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.NamedExpr)
        value = self.value(node.value)
        if isinstance(node.target, cst.Name):
            self._writer.hold(node.target.value, value)
            return self._writer.now.names[node.target.value]
        return value

    def _comprehension(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.BaseComp)
        return self._loops(node, hint)

    def test(self, node: cst.BaseExpression) -> Test:
        """A condition as `build()` can ask it."""
        return self._conditions.test(node)

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: cst.BaseExpression, hint: str) -> Value:
        assert isinstance(node, cst.Call)
        called = self._callee(node.func)
        inner = hint
        if any(argument.star for argument in node.args):
            arguments = self._starred(node, inner)
            if arguments is None:
                self.children.lose(node)
                return Unknown(short(node))
        else:
            arguments = self._arguments(node.args, inner)
        if isinstance(called, Layer):
            return self.children.call(called, arguments, hint)
        if isinstance(called, (Bound, Closure)):
            return self._runs(called, arguments, hint)
        named = replace(arguments, text=short(node))
        return self._function(node, called, named)

    def _starred(self, node: cst.Call, hint: str) -> Arguments | None:
        """`**kwargs` hold no tensors; of `*inputs` nobody knows what they are."""
        if any(argument.star == "*" for argument in node.args):
            return None
        return self._arguments([a for a in node.args if not a.star], hint)

    def _arguments(self, given: Sequence[cst.Arg], hint: str) -> Arguments:
        plain: list[Value] = []
        named: dict[str, Value] = {}
        for place, argument in enumerate(given):
            value = self.value(argument.value, hint if not place else "")
            if argument.keyword is not None:
                named[argument.keyword.value] = value
            else:
                plain.append(value)
        return Arguments(plain=plain, named=named)

    def _callee(self, node: cst.BaseExpression) -> Value | None:
        if isinstance(node, cst.Attribute):
            if isinstance(node.value, cst.Name) and node.value.value == "self":
                return self._own.value(node.attr.value)
            return None
        if isinstance(node, cst.Name):
            return self._writer.now.names.get(node.value)
        if isinstance(node, cst.Subscript):
            value = self._subscript(node, "")
            return value if isinstance(value, Layer) else UNKNOWN
        return None

    def _function(self, node: cst.Call, called: Value | None, arguments: Arguments) -> Value:
        if isinstance(called, Plain) and self._own.is_activation(called.code.text):
            return keep(arguments)
        name = dotted(node.func)
        first = arguments.plain[0] if arguments.plain else None
        if name == "hasattr" and code(node.args[0].value) == "self":
            return Plain(code=expr(code(node)), size=code(node))
        if name == "isinstance" and isinstance(first, (Input, Tensor)) and len(node.args) == 2:
            return self._is_several(first, code(node.args[1].value))
        if isinstance(node.func, cst.Attribute) and called is None:
            method = self._method(node.func, arguments)
            if method is not None:
                return method
        meanings = tuple(self._own.hierarchy.values(self.scope, name)) if name else ()
        for meaning in meanings:
            if isinstance(meaning, (Symbol, External)):
                rule = operation(meaning.name)
                if rule is not None:
                    return rule(arguments)
        if len(meanings) == 1 and isinstance(meanings[0], FunctionRef):
            return self._runs(Bound(meanings[0]), arguments, "")
        if name in _BUILTINS and all(isinstance(v, (Plain, Sizes, Group)) for v in arguments.plain):
            return self._builtin(node, arguments)
        if name in ("list", "tuple") and len(arguments.plain) == 1:
            return arguments.plain[0]
        if isinstance(node.func, cst.Call):
            return self._made_here(node.func, arguments)
        if not isinstance(node.func, (cst.Name, cst.Attribute)):
            self.children.lose(node.func)
        return Unknown(short(node))

    def _is_several(self, given: Input | Tensor, kind: str) -> Value:
        """`isinstance(x, dict)`: a shape is a list itself, but never a dictionary."""
        if isinstance(given, Tensor):
            return constant(False)
        if kind == "dict":
            return Plain(code=expr("isinstance(", given.shape, ", dict)"), size=Token())
        given.part("0")  # it may be several
        self._writer.now.doubts["the input is taken to be one tensor"] = None
        return constant(False)

    def _made_here(self, node: cst.Call, arguments: Arguments) -> Value:
        """`Concatenate()([a, b])`: a layer that is made where it is called."""
        made = self._arguments([a for a in node.args if not a.star], "")
        for meaning in self._own.hierarchy.values(self.scope, dotted(node.func)):
            if isinstance(meaning, Symbol) and meaning.kind == "layer":
                return layer_made_in_call(meaning.name, made, arguments)
            if isinstance(meaning, Symbol) and meaning.name == "keras.activations.get":
                return keep(arguments)
        return Unknown(short(node))

    def _builtin(self, node: cst.Call, arguments: Arguments) -> Value:
        given: list[str | Expr] = []
        for value in arguments.plain:
            given += [", "] if given else []
            if isinstance(value, Plain):
                given.append(value.code)
            elif isinstance(value, Sizes):
                given.append(shape_of(value.parts))
            else:
                return UNKNOWN
        name = dotted(node.func)
        first = arguments.plain[0] if arguments.plain else None
        if name == "int" and isinstance(first, Plain) and first.code.reads:
            return first  # of a shape, each size is one already
        if name in ("hasattr", "getattr", "isinstance"):
            text = code(node)
            return Plain(code=expr(text), size=text) if "self" in text else UNKNOWN
        text_of = expr(f"{name}(", *given, ")")
        size = Token(given=name == "len") if text_of.reads else text_of.text
        return Plain(code=text_of, size=size)

    def _method(self, node: cst.Attribute, arguments: Arguments) -> Value | None:
        """A method of what an expression stands for; `None` when it is a function of a module."""
        root = dotted(node).partition(".")[0].partition("(")[0].partition("[")[0]
        if root and root != "self" and root not in self._writer.now.names:
            return None
        held = self.value(node.value)
        name = node.attr.value
        if isinstance(held, Several):
            return self._of_list(held, name, arguments)
        if isinstance(held, (Tensor, Input)) and name in ("astype", "copy", "get"):
            return held.part(_key(arguments)) if name == "get" and isinstance(held, Input) else held
        if isinstance(held, Tensor) and name == "get_shape":
            return sizes_of(held)
        if isinstance(held, Sizes) and name == "as_list":
            return held
        if isinstance(held, Table) and name in ("values", "get"):
            return Group(tuple(held.items.values())) if name == "values" else UNKNOWN
        if isinstance(held, Layer) and name in ("values", "items", "keys"):
            return Layer(
                code=expr(held.code, f".{name}()"), targets=held.targets, attribute=held.attribute
            )
        return Unknown(short(node))

    def _of_list(self, held: Several, name: str, arguments: Arguments) -> Value:
        if name != "pop" or held.item is None:
            return UNKNOWN
        index = arguments.get(0)
        inside = index.code if isinstance(index, Plain) else expr("")
        variable = self._writer.temporary(held.shapes.text.removesuffix("_shapes"))
        taken = expr(held.shapes, ".pop(", inside, ")")
        self._writer.assign(variable, Expr(pieces=taken.pieces, acts=True))
        return replace(held.item, shape=var(variable), parts=())


def _key(arguments: Arguments) -> str:
    key = arguments.get(0)
    return key.code.text if isinstance(key, Plain) else "None"


_HANDLERS: dict[type[cst.CSTNode], Callable[[Expressions, cst.BaseExpression, str], Value]] = {
    cst.Name: Expressions._name,  # type: ignore[dict-item]
    cst.Integer: Expressions._constant,
    cst.Float: Expressions._constant,
    cst.SimpleString: Expressions._constant,
    cst.Tuple: Expressions._tuple,
    cst.List: Expressions._tuple,
    cst.Dict: Expressions._dict,
    cst.Attribute: Expressions._attribute,
    cst.Subscript: Expressions._subscript,
    cst.BinaryOperation: Expressions._binary,
    cst.UnaryOperation: Expressions._unary,
    cst.Comparison: Expressions._compared,
    cst.BooleanOperation: Expressions._compared,
    cst.IfExp: Expressions._if_else,
    cst.NamedExpr: Expressions._named,
    cst.Call: Expressions._call,
    cst.ListComp: Expressions._comprehension,
    cst.GeneratorExp: Expressions._comprehension,
    cst.DictComp: Expressions._comprehension,
    cst.SetComp: Expressions._comprehension,
}
