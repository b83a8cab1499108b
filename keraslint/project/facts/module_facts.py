"""What a module declares, as plain data that can be cached and compared.

A *leaf* is a string that says what an expression may refer to: `layers.Dense` (a name),
`layers.Dense()` (what calling that name returns), `NORMS[]` (an item of that name),
`layers.*` (some attribute of that name). Leaves are given a meaning in `project.hierarchy`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from keraslint.diagnostic import Line, Lines, Span

Leaves = tuple[str, ...]
Bindings = dict[str, Leaves]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter; `leaves` is what its default and its annotation say it may hold.

    It is `on` if its default is `True`; `default` are the leaves of that alone, `lambda` for one.
    """

    name: str
    kind: str  # "plain" | "keyword" | "*" | "**"
    required: bool
    leaves: Leaves = ()
    on: bool = False
    default: Leaves = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSummary:
    """What one function or method does, as far as names tell.

    `slice` is its first line (decorators included) and the last line before what follows it.
    `assigns` are the `self` attributes it writes, `definite` those it writes on every path,
    `tests` those it asks about (`is None`, `hasattr`, truth), `reads` those it mentions, `changes`
    the containers that it changes in place.
    `effects` names what it does beyond its locals and `self`, `None` when nothing; `joins` are the
    leaves to which it adds a tuple.
    `instance` is what a method calls its instance in the text; here it is always `self`.
    `sets` are the names and attributes to which it assigns a `set`, `items` the `self` attributes
    to an item of which it assigns.
    `given` says of a method's calls of `self` attributes, local names and classes what stands in
    their arguments: leaves, names, and `training=` and `mask=`; `positional` are the calls that
    have a constant or `training` after their first argument, by position. `passes` are the methods
    behind which `super(Block, self).build()` looks for one: `Block.build`. `trains`: it asks for
    `training` under a condition.
    """

    name: str
    line: Line
    slice: Lines
    parameters: tuple[Parameter, ...]
    bindings: Bindings
    calls: frozenset[str]
    returns: Leaves
    assigns: frozenset[str]
    definite: frozenset[str]
    tests: frozenset[str]
    reads: frozenset[str]
    changes: frozenset[str]
    decorators: Leaves
    effects: str | None
    joins: Leaves = ()
    instance: str = "self"
    sets: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    given: dict[str, frozenset[str]] = field(default_factory=dict)
    positional: frozenset[str] = frozenset()
    passes: frozenset[str] = frozenset()
    trains: bool = False

    @property
    def own_class(self) -> str:
        """What a class method calls its class; `""` for any other function."""
        is_of_class = "classmethod" in self.decorators and self.parameters
        return self.parameters[0].name if is_of_class else ""

    def has(self, name: str) -> bool:
        """Whether a name is the function's own."""
        return name in self.bindings or any(p.name == name for p in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """A call of a superclass's `__init__`: `of` is `super`, or the leaf that names the class.

    Arguments are leaves; `stars` are the names that are handed on as `**name`.
    """

    of: str
    arguments: Leaves
    keywords: tuple[tuple[str, str], ...]
    stars: Leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class InitSummary:
    """An `__init__`: `stores` says in which attribute an argument is kept, and through what.

    `self.units = units` keeps it as it came; `self.init = initializers.get(init)` goes through the
    leaf `initializers.get`. `mentions` are the texts and keywords in one that takes `**kwargs`,
    `reads` the names of which something comes, `plain` the parameters that surely hold a number, a
    text or None; `empty`: it does nothing but raise. `rest` says what becomes of `**kwargs`:
    `whole`, `read` or `sifted`. `elsewhere` says which other argument holds an argument's value,
    or, with an empty name, that a weight does.
    """

    at: Span
    stores: dict[str, tuple[str, str]]
    parents: tuple[Parent, ...]
    mentions: frozenset[str]
    reads: frozenset[str]
    plain: frozenset[str]
    empty: bool
    rest: str = ""
    elsewhere: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSummary:
    """A `get_config()`: the keys that it gives, and those it removes again.

    `chain` are the superclasses whose configuration it starts from (`super`, or leaves); if it is
    `whole`, it gives nothing else. `lost` is where it returns no configuration at all.
    """

    at: Span
    keys: dict[str, Span]
    removed: frozenset[str]
    chain: Leaves
    whole: bool
    lost: Span | None
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FromConfigSummary:
    """A `from_config()`: the texts in it, and whether it ends in `cls(**config)`.

    If that is all that it does it is `plain`.
    """

    mentions: frozenset[str]
    makes: bool
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A name or an attribute (`value`) that a method gives to a call, by name or by place."""

    method: str
    callee: str
    place: str | int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingSummary:
    """What the methods of a class say about saving it; `at` is the class's name.

    `handed` is what `__init__` and `build()` give to the calls that they make.
    """

    at: Span
    init: InitSummary | None = None
    config: ConfigSummary | None = None
    reader: FromConfigSummary | None = None
    handed: tuple[Handed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaSummary:
    """A lambda as an argument: of which call, under which name or at which place.

    `owner` is the class around it; `beside` are the calls in the method around it, or in all of
    the module that is in no class.
    """

    at: Span
    callee: str
    argument: str | int
    owner: str
    beside: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSummary:
    """One class: `bases` as leaves, methods by name, and what its body binds.

    `keywords` are its metaclass, and what `**` spreads in its header, which may hold one.
    """

    qualname: str
    line: Line
    slice: Lines
    bases: Leaves
    methods: dict[str, FunctionSummary]
    bindings: Bindings
    decorators: Leaves
    keywords: Leaves = ()

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]

    def keeps(self, attribute: str) -> bool:
        """Whether the constructor stores an argument under a name, as it is."""
        init = self.methods.get("__init__")
        held = init.bindings.get(f"self.{attribute}", ()) if init is not None else ()
        return init is not None and any(p.name in held for p in init.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSummary:
    """What a module declares.

    `imports` maps a local name to absolute dotted names; `saving` is by the class. `made` are those
    of its classes that it makes as soon as it runs, whoever runs it.
    """

    name: str
    path: str
    is_package: bool
    imports: dict[str, Leaves]
    stars: Leaves
    bindings: Bindings
    functions: dict[str, FunctionSummary]
    classes: dict[str, ClassSummary]
    saving: dict[str, SavingSummary]
    scopes: dict[str, FunctionSummary] = field(default_factory=dict)
    lambdas: tuple[LambdaSummary, ...] = ()
    made: frozenset[str] = frozenset()

    def around(self, qualname: str) -> Iterator[tuple[str, FunctionSummary]]:
        """The functions around a class, innermost first, by the name of their locals."""
        while self.scopes and qualname:
            qualname = qualname.rpartition(".")[0]
            if qualname in self.scopes:
                yield qualname, self.scopes[qualname]

    def defined_in(self, function: FunctionSummary, name: str) -> Iterator[ClassSummary]:
        """The class of a name that a function defines."""
        for inside, around in self.scopes.items():
            if around.line == function.line and f"{inside}.{name}" in self.classes:
                yield self.classes[f"{inside}.{name}"]

    def is_given(self, qualname: str, leaf: str) -> bool:
        """Whether a name used for a class is an argument of a function around it."""
        name = leaf.partition(".")[0]
        return any(
            name == p.name for _, function in self.around(qualname) for p in function.parameters
        )


def keras_version(module: ModuleSummary) -> int:
    """The Keras that a module is written for, as far as its imports tell: 2 or 3."""
    roots = {target.partition(".")[0] for leaves in module.imports.values() for target in leaves}
    old = any(
        target.startswith("tensorflow.python.keras")
        for leaves in module.imports.values()
        for target in leaves
    )
    return 2 if old or ("tf_keras" in roots and "keras" not in roots) else 3


def comes_by_tensorflow(module: ModuleSummary) -> bool:
    """Whether a module gets Keras from TensorFlow, which brings 2 or 3, as it is installed."""
    targets = {target for leaves in module.imports.values() for target in leaves}
    if any(target.startswith("tensorflow.keras") for target in targets):
        return True
    return "tensorflow" in targets and not any(t.partition(".")[0] == "keras" for t in targets)
