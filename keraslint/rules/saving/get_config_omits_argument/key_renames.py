"""A `get_config()` → its keys that hold another argument's value, and the edits that rename."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import libcst as cst

from keraslint.diagnostic import Edit
from keraslint.layer.method_syntax import Method, code, constant_text, dotted, walk

_KEYWORDS = frozenset({"dict", "update"})


def misnamed(
    method: Method, keys: Collection[str], values: Mapping[str, Collection[str]]
) -> dict[str, str]:
    """Of some keys, those under which stands, once, the code of a value with another name.

    `values` are the ways to write what belongs under each name.
    """
    found: dict[str, list[str]] = {}
    for key, value in _entries(method.node):
        name = _text(key)
        if name is not None and name in keys:
            held = [right for right, wanted in values.items() if code(value) in wanted]
            found.setdefault(name, []).extend(held or [""])
    return {key: names[0] for key, names in found.items() if len(names) == 1 and names[0]}


def renamed(method: Method, names: Mapping[str, str]) -> tuple[Edit, ...]:
    """Write other keys, in the quotes that they have."""
    keys = {key: names.get(_text(key) or "", "") for key, _ in _entries(method.node)}
    node = method.node.visit(_Renaming({key: name for key, name in keys.items() if name}))
    return method.edits(cst.ensure_type(node, cst.FunctionDef))


class _Renaming(cst.CSTTransformer):
    def __init__(self, names: Mapping[cst.BaseExpression, str]) -> None:
        self._names = names

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        name, quote = self._names.get(original_node), original_node.quote
        return updated_node.with_changes(value=f"{quote}{name}{quote}") if name else updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        name = self._names.get(original_node)
        return updated_node.with_changes(value=name) if name else updated_node


def _text(key: cst.BaseExpression) -> str | None:
    """The key, be it a text or the name of a keyword."""
    return key.value if isinstance(key, cst.Name) else constant_text(key)


def _entries(node: cst.FunctionDef) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """Each key with its value: `{"units": self.units}`, `config["units"] = self.units`.

    The keywords of `dict(units=self.units)` and `config.update(units=self.units)` are keys as well.
    """
    for item in walk(node.body):
        if isinstance(item, cst.DictElement) and not isinstance(item.key, cst.Name):
            yield item.key, item.value
        elif isinstance(item, cst.Call) and dotted(item.func).rpartition(".")[2] in _KEYWORDS:
            for arg in item.args:
                if arg.keyword is not None:
                    yield arg.keyword, arg.value
        elif isinstance(item, cst.Assign) and len(item.targets) == 1:
            target = item.targets[0].target
            if isinstance(target, cst.Subscript) and len(target.slice) == 1:
                index = target.slice[0].slice
                if isinstance(index, cst.Index) and not isinstance(index.value, cst.Name):
                    yield index.value, item.value
