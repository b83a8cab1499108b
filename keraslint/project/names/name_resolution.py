"""Names in a project → what they mean: which class is a Keras layer, which call makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from keraslint.project.facts.module_facts import FunctionSummary, ModuleSummary
from keraslint.project.names import keras_api, keras_facts
from keraslint.project.names.assumed.assumed_classes import acts_as_a_layer
from keraslint.project.names.assumed.assumed_layers import assumed
from keraslint.project.names.assumed.attribute_use import ClassUse
from keraslint.project.names.definitions import (
    ClassRef,
    External,
    FunctionRef,
    Instance,
    Kind,
    LayerType,
    Lineage,
    Made,
    Meaning,
    ModuleRef,
    Scope,
)
from keraslint.project.names.external_names import BUILTINS, foreign, is_foreign
from keraslint.project.names.keras_api import Symbol
from keraslint.project.names.own_tree import meant_by_base, of_its_own_tree
from keraslint.project.names.reads.noted_facts import binders
from keraslint.project.names.reads.recorded_reads import Memo, Reads
from keraslint.project.names.weightless import makes_no_weights

Load = Callable[[str, str], ModuleSummary | None]
"""(absolute module name, path of the file that asks) → the module, `None` when not to be found."""

_FROM_CONFIG = (".from_config", ".from_layer")


class Hierarchy:
    """Answers questions about names through `load`; they are kept in a `Memo`, never a `dict`."""

    def __init__(self, load: Load, reads: Reads | None = None) -> None:
        self._load = load
        self._reads = reads = reads or Reads()
        self._lineages: Memo[ClassRef, Lineage] = Memo(reads, self._ancestry)
        self._ancestries: Memo[ClassRef, Lineage] = Memo(reads, Lineage.unknown)
        self._values: Memo[tuple[object, ...], tuple[Meaning, ...]] = Memo(reads, lambda _: ())
        self._uses: Memo[ClassRef, ClassUse] = Memo(reads, lambda _: ClassUse(()))
        # A class that contains itself adds nothing.
        self._weightless: Memo[ClassRef, bool] = Memo(reads, lambda _: True)

    # -- classes ---------------------------------------------------------------------------

    def lineage(self, ref: ClassRef) -> Lineage:
        """Find what a class descends from; cycles end, what cannot be found is `missing`."""
        return self._lineages.ask(ref, ref.module.path, lambda: self._assuming(ref))

    def _assuming(self, ref: ClassRef) -> Lineage:
        lineage = self._ancestry(ref)
        if lineage.kind is Kind.UNKNOWN and acts_as_a_layer(self, ref, lineage.chain):
            return replace(lineage, kind=Kind.ASSUMED)
        return lineage

    def _ancestry(self, ref: ClassRef) -> Lineage:
        """What names tell of what a class descends from."""
        return self._ancestries.ask(ref, ref.module.path, lambda: self._descend(ref))

    def _descend(self, ref: ClassRef) -> Lineage:
        chain, roots, missing = [ref], [], []
        for base in ref.summary.bases:
            found = self._base(ref, base)
            if found is None:
                missing.append(base)
            elif isinstance(found, Symbol):
                roots.append(found)
            elif isinstance(found, ClassRef):
                above = self._ancestry(found)
                chain.extend(item for item in above.chain if item not in chain)
                roots.extend(root for root in above.roots if root not in roots)
                missing.extend(above.missing)
            if ref.module.is_given(ref.summary.qualname, base):
                missing.append(base)
        return Lineage(
            kind=_kind(roots, missing),
            chain=tuple(chain),
            roots=tuple(roots),
            missing=tuple(missing),
        )

    def may_descend(self, ref: ClassRef, above: ClassRef) -> bool:
        """Whether a class descends from another, or does so under a condition."""
        maybe = {m for base in ref.summary.bases for m in meant_by_base(self.values, ref, base)}
        return above in self.lineage(ref).chain[1:] or any(
            isinstance(one, ClassRef) and one != ref and above in self.lineage(one).chain
            for one in maybe
        )

    def _base(self, ref: ClassRef, base: str) -> Symbol | ClassRef | External | None:
        """A class, `External` for one that is surely no layer, `None` when nobody knows."""
        for meaning in meant_by_base(self.values, ref, base):
            if isinstance(meaning, ClassRef) and meaning != ref:
                return meaning
            if isinstance(meaning, Symbol) and meaning.kind in ("layer", "model", "class"):
                return of_its_own_tree(self._load, ref.module, base, meaning) or meaning
            if isinstance(meaning, External) and is_foreign(meaning.name):
                return meaning
        return None

    def method(self, ref: ClassRef, name: str) -> FunctionRef | None:
        """The method that a call on an instance reaches, in the project's classes."""
        for item in self.lineage(ref).chain:
            if name in item.summary.methods:
                return FunctionRef.of(item.module, item.summary.methods[name], item)
        return None

    def weightless(self, target: Symbol | ClassRef) -> bool:
        """Whether an instance surely never has weights; doubt means it may."""
        if isinstance(target, Symbol):
            known_class = keras_api.layer_class(target.name)
            return known_class is not None and known_class.weightless
        return self._weightless.ask(
            target, target.module.path, lambda: makes_no_weights(self, target)
        )

    # -- names -----------------------------------------------------------------------------

    def made(self, scope: Scope, callee: str) -> Made | None:
        """What a call of `callee` creates, when it is a layer."""
        for suffix in _FROM_CONFIG:
            callee = callee.removesuffix(suffix)
        values = self.values(scope, callee)
        if callee.startswith("self.") and any(isinstance(v, Instance) for v in values):
            return None  # an object as well as a class: calling it may make nothing
        found = [made for value in values if (made := self._made_by(callee, value)) is not None]
        if found:
            return Made.one_of(found)
        chain = self.lineage(scope.owner).chain if scope.owner is not None else ()
        return assumed(self, scope, callee, values, chain)

    def _made_by(self, callee: str, meaning: Meaning) -> Made | None:
        if isinstance(meaning, Symbol) and meaning.kind in ("layer", "model"):
            return Made(name=meaning.name, targets=(meaning,))
        if isinstance(meaning, Symbol) and meaning.name in keras_facts.MAKES_A_LAYER:
            layer = Symbol(name=keras_api.LAYER, kind="layer")
            return Made(name=meaning.name, targets=(layer,), factory=True)
        if isinstance(meaning, ClassRef) and self.lineage(meaning).is_layer:
            since = self._assumed(meaning)
            return Made(name=meaning.summary.name, targets=(meaning,), since=since)
        if isinstance(meaning, FunctionRef) and not callee.startswith("self."):
            targets = self._returned_layers(meaning)
            if targets:
                since = next(filter(None, map(self._assumed, targets)), "")
                return Made(name=callee, targets=targets, factory=True, since=since)
        return None

    def makes_weights(self, made: Made) -> bool:
        """Whether what a call makes may have weights."""
        return not all(map(self.weightless, made.targets))

    def _assumed(self, target: Symbol | ClassRef) -> str:
        if isinstance(target, ClassRef) and self.lineage(target).kind is Kind.ASSUMED:
            return "it builds itself as one"
        return ""

    def use(self, scope: Scope) -> ClassUse:
        """What the class around a scope does with what it holds."""
        owner = scope.owner
        if owner is None:
            return ClassUse(())
        return self._uses.ask(owner, owner.module.path, lambda: ClassUse(self.lineage(owner).chain))

    def _returned_layers(self, ref: FunctionRef) -> tuple[LayerType, ...]:
        """The layer classes of which a function returns a new instance, whichever way it goes."""
        found = [self._new_layer(ref, leaf) for leaf in ref.summary.returns]
        known = tuple(dict.fromkeys(target for target in found if target is not None))
        return known if None not in found else ()

    def _new_layer(self, ref: FunctionRef, leaf: str) -> LayerType | None:
        scope = ref.scope
        for meaning in self.values(scope, leaf) if _is_new(leaf, ref.summary) else ():
            target = meaning.of if isinstance(meaning, Instance) else None
            if isinstance(target, Symbol) and target.kind in ("layer", "model"):
                return target
            if isinstance(target, ClassRef) and self.lineage(target).is_layer:
                return target
        return None

    def values(self, scope: Scope, leaf: str) -> tuple[Meaning, ...]:
        """Everything that a leaf may stand for where it is written."""
        owner = scope.owner.key if scope.owner else None
        function = (scope.function.name, scope.function.line) if scope.function else None
        key = (scope.module.path, owner, function, leaf)
        path = scope.module.path
        return self._values.ask(key, path, lambda: tuple(dict.fromkeys(self._mean(scope, leaf))))

    def _mean(self, scope: Scope, leaf: str) -> Iterator[Meaning]:
        if scope.owner is not None:
            self._reads.note(("module", scope.owner.module.path))
        if leaf.endswith("()"):
            yield from self._known_local(scope, leaf)
            yield from self._call(scope, leaf[:-2])
        elif leaf.endswith("[]"):
            yield from self.values(scope, leaf[:-2])
        else:
            owner, dot, attribute = leaf.rpartition(".")
            if not dot:
                yield from self._name(scope, leaf)
            elif owner == "self" and scope.owner is not None:
                yield from self._own(scope, attribute)
            else:
                yield from self._known_local(scope, leaf)
                for meaning in self.values(scope, owner):
                    yield from self._attribute(meaning, attribute)

    def _known_local(self, scope: Scope, leaf: str) -> Iterator[Meaning]:
        if scope.function is not None:
            for held in scope.function.bindings.get(leaf, ()):
                if held != leaf:
                    yield from self.values(scope, held)

    def _call(self, scope: Scope, callee: str) -> Iterator[Meaning]:
        if callee.endswith(".get"):  # of a dictionary that holds classes
            held = self.values(scope, callee.removesuffix(".get"))
            yield from (value for value in held if _is_class(value))
        for meaning in self.values(scope, callee):
            if isinstance(meaning, (ClassRef, Symbol)) and _is_class(meaning):
                yield Instance(meaning)
            elif isinstance(meaning, FunctionRef):
                inner = meaning.scope
                for leaf in meaning.summary.returns:
                    yield from self.values(inner, leaf)

    def _name(self, scope: Scope, name: str) -> Iterator[Meaning]:
        if name == "self" and scope.owner is not None:
            yield Instance(scope.owner)
            return
        function = scope.function
        if function is not None and name == function.own_class and scope.owner is not None:
            yield scope.owner
        elif function is not None and function.has(name):
            for summary in scope.module.defined_in(function, name):
                yield ClassRef.of(scope.module, summary)
            for leaf in function.bindings.get(name, ()):
                if leaf != name:
                    yield from self.values(scope, leaf)
                else:
                    yield from self._outer_name(scope, name)
        else:
            yield from self._outer_name(scope, name)

    def _outer_name(self, scope: Scope, name: str) -> Iterator[Meaning]:
        """A name that is not the function's own: of a function around its class, or global."""
        module = scope.module
        for _, function in module.around(scope.owner.summary.qualname if scope.owner else ""):
            if function != scope.function and function.has(name):
                yield from self.values(Scope(module=module, owner=None, function=function), name)
                return
        yield from self._module_name(module, name)

    def _own(self, scope: Scope, attribute: str) -> Iterator[Meaning]:
        """What `self.attribute` may hold, anywhere in the class and its project bases."""
        assert scope.owner is not None
        if attribute == "__class__":
            yield scope.owner
            return
        for item in self.lineage(scope.owner).chain:
            summary = item.summary
            if attribute in summary.methods:
                yield FunctionRef.of(item.module, summary.methods[attribute], scope.owner)
                return
            for leaf in summary.bindings.get(attribute, ()):
                yield from self.values(item.scope(), leaf)
            nested = item.module.classes.get(f"{summary.qualname}.{attribute}")
            if nested is not None:
                yield ClassRef.of(item.module, nested)
            for method in binders(summary.methods, attribute):
                for leaf in method.bindings[f"self.{attribute}"]:
                    yield from self.values(item.scope(method), leaf)

    def _module_name(self, module: ModuleSummary, name: str) -> Iterator[Meaning]:
        found = list(self._declared(module, name))
        yield from found
        if not found and name in BUILTINS:
            yield External(name)

    def _declared(self, module: ModuleSummary, name: str) -> Iterator[Meaning]:
        if name in module.classes:
            yield ClassRef.of(module, module.classes[name])
        if name in module.functions:
            yield FunctionRef.of(module, module.functions[name])
        for target in module.imports.get(name, ()):
            yield from self._absolute(target, module.path)
        for leaf in module.bindings.get(name, ()):
            if leaf != name:
                yield from self.values(Scope(module=module), leaf)
        if name not in module.imports and name not in module.classes:
            for star in module.stars:
                yield from self._starred(star, name, module)

    def _starred(self, star: str, name: str, module: ModuleSummary) -> Iterator[Meaning]:
        symbol = keras_api.lookup(f"{star}.{name}")
        if symbol is not None and symbol.kind != "unknown" and not symbol.guessed:
            yield ModuleRef(symbol.name) if symbol.kind == "module" else symbol
            return
        source = self._load(star, module.path)
        if source is not None and source.path != module.path:
            yield from self.values(Scope(module=source), name)

    def _absolute(self, name: str, asker: str) -> Iterator[Meaning]:
        """The meaning of an absolute dotted name, as an import statement sees it."""
        symbol = keras_api.lookup(name)
        if symbol is not None and symbol.kind not in ("unknown",):
            yield ModuleRef(symbol.name) if symbol.kind == "module" else symbol
            return
        module = self._load(name, asker)
        if module is not None:
            yield ModuleRef(name, module)
            return
        parent, dot, attribute = name.rpartition(".")
        found = False
        if dot:
            for meaning in self._absolute(parent, asker):
                for inner in self._attribute(meaning, attribute):
                    found = True
                    yield inner
        if not found:
            yield foreign(name)

    def _attribute(self, meaning: Meaning, attribute: str) -> Iterator[Meaning]:
        if isinstance(meaning, ModuleRef):
            if meaning.summary is None:
                yield from self._keras_attribute(meaning.name, attribute)
                return
            inner = self.values(Scope(module=meaning.summary), attribute)
            yield from inner
            if not inner and meaning.summary.is_package:
                name = f"{meaning.summary.name}.{attribute}"
                module = self._load(name, meaning.summary.path)
                if module is not None:
                    yield ModuleRef(name, module)
        elif isinstance(meaning, ClassRef):
            yield from self._class_attribute(meaning, attribute)
        elif isinstance(meaning, Instance) and isinstance(meaning.of, ClassRef):
            yield from self._own(meaning.of.scope(), attribute)
        elif isinstance(meaning, External):
            yield from self._keras_attribute(meaning.name, attribute)

    def _keras_attribute(self, owner: str, attribute: str) -> Iterator[Meaning]:
        if attribute == "*":
            if owner == "keras.layers":
                yield Symbol(name=keras_api.LAYER, kind="layer")
            return
        name = f"{owner}.{attribute}"
        symbol = keras_api.lookup(name)
        if symbol is None or symbol.kind == "unknown":
            yield foreign(name)
        else:
            yield ModuleRef(symbol.name) if symbol.kind == "module" else symbol

    def _class_attribute(self, ref: ClassRef, attribute: str) -> Iterator[Meaning]:
        for item in self.lineage(ref).chain:
            nested = item.module.classes.get(f"{item.summary.qualname}.{attribute}")
            if nested is not None:
                yield ClassRef.of(item.module, nested)
                return
            if attribute in item.summary.methods:
                method = item.summary.methods[attribute]
                yield FunctionRef.of(item.module, method, ref if method.own_class else item)
                return
            for leaf in item.summary.bindings.get(attribute, ()):
                yield from self.values(item.scope(), leaf)


def _kind(roots: Iterable[Symbol], missing: Iterable[str]) -> Kind:
    kinds = {root.kind for root in roots}
    if "model" in kinds:
        return Kind.MODEL
    if "layer" in kinds:
        return Kind.LAYER
    return Kind.UNKNOWN if any(missing) else Kind.OTHER


def _is_class(meaning: Meaning) -> bool:
    return isinstance(meaning, ClassRef) or (
        isinstance(meaning, Symbol) and meaning.kind in ("layer", "model", "class")
    )


def _is_new(leaf: str, function: FunctionSummary) -> bool:
    """Whether a returned leaf is created by the function, not read from somewhere."""
    return leaf.endswith("()") or leaf in function.bindings
