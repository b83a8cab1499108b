"""A folder of sources → the same folder after something that happens to projects."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from pathlib import Path

Edit = Callable[[Path, random.Random], str]


def edited(root: Path, dice: random.Random) -> str:
    """Change something, and say what."""
    while True:
        said = dice.choice(EDITS)(root, dice)
        if said:
            return said


def _files(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def _any(root: Path, dice: random.Random) -> Path:
    return dice.choice(_files(root))


def _classes(path: Path) -> list[ast.ClassDef]:
    try:
        tree = ast.parse(path.read_text("utf-8", "surrogateescape"))
    except (SyntaxError, ValueError):
        return []
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def _with_class(root: Path, dice: random.Random) -> tuple[Path, ast.ClassDef] | None:
    for _ in range(40):
        path = _any(root, dice)
        classes = _classes(path)
        if classes:
            return path, dice.choice(classes)
    return None


def _module(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def comment(root: Path, dice: random.Random) -> str:
    """Add a comment above some statement of the file's own level."""
    path = _any(root, dice)
    lines = path.read_text("utf-8", "surrogateescape").split("\n")
    starts = [n for n, line in enumerate(lines) if line[:1].isalpha()] or [0]
    lines.insert(dice.choice(starts), dice.choice(["# a comment", "", "# keraslint: ignore"]))
    path.write_text("\n".join(lines), "utf-8", "surrogateescape")
    return f"comment in {path}"


def body(root: Path, dice: random.Random) -> str:
    """Add a statement to a method."""
    found = _with_class(root, dice)
    methods = [node for node in found[1].body if isinstance(node, ast.FunctionDef)] if found else []
    if found is None or not methods:
        return ""
    method = dice.choice(methods)
    first = method.body[0]
    line = dice.choice(
        ["self.extra = 1", "self.dense = None", "self.build((None, 4))", "print(self)", "pass"]
    )
    return _put(found[0], first.lineno, " " * first.col_offset + line)


def shuffled(root: Path, dice: random.Random) -> str:
    """Have two statements of a method change places, or one of them go, or come twice."""
    found = _with_class(root, dice)
    methods = [node for node in found[1].body if isinstance(node, ast.FunctionDef)] if found else []
    methods = [node for node in methods if len(node.body) > 2]
    if found is None or not methods:
        return ""
    method = dice.choice(methods)
    number = dice.randrange(1, len(method.body) - 1)
    path, (one, other) = found[0], method.body[number : number + 2]
    lines = path.read_text("utf-8", "surrogateescape").split("\n")
    first, second = (lines[node.lineno - 1 : node.end_lineno] for node in (one, other))
    between = lines[one.end_lineno : other.lineno - 1]
    lines[one.lineno - 1 : other.end_lineno] = dice.choice(
        [second + between + first, second, first + between + second + first]
    )
    path.write_text("\n".join(lines), "utf-8", "surrogateescape")
    return f"statements of {found[1].name}.{method.name} of {path} have changed"


def _put(path: Path, line: int, text: str) -> str:
    lines = path.read_text("utf-8", "surrogateescape").split("\n")
    lines.insert(line - 1, text)
    path.write_text("\n".join(lines), "utf-8", "surrogateescape")
    return f"{text.strip()!r} in {path}:{line}"


def new_subclass(root: Path, dice: random.Random) -> str:
    """Derive from a class, in a file that is new or not."""
    found = _with_class(root, dice)
    if found is None:
        return ""
    path, base = found
    target = dice.choice([path.with_name(f"new_{dice.randrange(999)}.py"), _any(root, dice)])
    build = "    def build(self, input_shape):\n        self.extra = 1\n"
    text = f"\nfrom {_module(root, path)} import {base.name}\nclass New({base.name}):\n"
    text += dice.choice([build, "    pass\n", "    dense = None\n"])
    with target.open("a", encoding="utf-8") as file:
        file.write(text)
    return f"a subclass of {base.name} in {target}"


def outside(root: Path, dice: random.Random) -> str:
    """Set something on what is made of a class."""
    found = _with_class(root, dice)
    if found is None:
        return ""
    path, one = found
    target = _any(root, dice)
    name = dice.choice(["units", "dense", "hidden_dim", "extra"])
    with target.open("a", encoding="utf-8") as file:
        file.write(f"\nfrom {_module(root, path)} import {one.name}\n")
        file.write(f"block = {one.name}()\nblock.{name} = 3\n")
    return f"{one.name}.{name} is set in {target}"


def rename_class(root: Path, dice: random.Random) -> str:
    """Rename a class where it is defined, and nowhere else."""
    found = _with_class(root, dice)
    if found is None:
        return ""
    path, one = found
    text = path.read_text("utf-8", "surrogateescape")
    new = text.replace(f"class {one.name}", f"class {one.name}X", 1)
    path.write_text(new, "utf-8", "surrogateescape")
    return f"{one.name} renamed in {path}"


def rebase(root: Path, dice: random.Random) -> str:
    """Give a class another base."""
    one, other = _with_class(root, dice), _with_class(root, dice)
    if one is None or other is None:
        return ""
    path, node = one
    lines = path.read_text("utf-8", "surrogateescape").split("\n")
    indent = "    "
    lines[node.lineno - 1] = f"class {node.name}({other[1].name}):"
    for number in range(node.lineno, node.body[0].lineno - 1):
        if not lines[number].startswith(f"{indent}@"):
            lines[number] = ""
    lines.insert(0, f"from {_module(root, other[0])} import {other[1].name}")
    path.write_text("\n".join(lines), "utf-8", "surrogateescape")
    return f"{node.name} of {path} derives from {other[1].name}"


def move_class(root: Path, dice: random.Random) -> str:
    """Move a class to another file, and import it from there, or forget to."""
    found = _with_class(root, dice)
    if found is None:
        return ""
    path, node = found
    target = _any(root, dice)
    lines = path.read_text("utf-8", "surrogateescape").split("\n")
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)]) - 1
    taken = lines[first : node.end_lineno]
    lines[first : node.end_lineno] = dice.choice(
        [[f"from {_module(root, target)} import {node.name}"], [""]]
    )
    path.write_text("\n".join(lines), "utf-8", "surrogateescape")
    with target.open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(taken) + "\n")
    return f"{node.name} moves from {path} to {target}"


def delete(root: Path, dice: random.Random) -> str:
    """Delete a file."""
    path = _any(root, dice)
    path.unlink()
    return f"{path} is gone"


def rename_file(root: Path, dice: random.Random) -> str:
    """Move a file, sometimes over another one."""
    path, folder = _any(root, dice), _any(root, dice).parent
    target = folder / dice.choice([path.name, f"moved_{path.name}", _any(root, dice).name])
    path.replace(target)
    return f"{path} becomes {target}"


def broken(root: Path, dice: random.Random) -> str:
    """Break a file's syntax, or its encoding."""
    path = _any(root, dice)
    path.write_bytes(path.read_bytes() + dice.choice([b"\nclass (:\n", b"\n# \xff\n", b"\n\0\n"]))
    return f"{path} is broken"


def mended(root: Path, dice: random.Random) -> str:
    """Mend what is broken."""
    for path in _files(root):
        data = path.read_bytes()
        new = data.removesuffix(b"\nclass (:\n").removesuffix(b"\n# \xff\n").removesuffix(b"\n\0\n")
        if new != data:
            path.write_bytes(new)
            return f"{path} is mended"
    return ""


def star(root: Path, dice: random.Random) -> str:
    """Hand on all names of a module."""
    path, other = _any(root, dice), _any(root, dice)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\nfrom {_module(root, other)} import *\n")
    return f"{path} has all of {other}"


EDITS: tuple[Edit, ...] = (
    *(
        comment,
        comment,
        body,
        body,
        shuffled,
        shuffled,
        new_subclass,
        outside,
        rename_class,
        rebase,
        move_class,
    ),
    *(delete, rename_file, broken, mended, mended, star),
)
