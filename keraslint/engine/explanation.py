"""A file and a line → what the analysis knows of the class there, and what decided each rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint.diagnostic import Diagnostic
from keraslint.engine.analysis import Route
from keraslint.engine.fix_layout import FixLayout
from keraslint.engine.kept_facts import KeptFacts
from keraslint.project.files.glob_patterns import silenced
from keraslint.project.files.source import Source
from keraslint.project.files.suppressions import suppressions
from keraslint.project.files.test_files import is_test_file
from keraslint.project.names.definitions import ClassRef, Kind
from keraslint.project.program.built_children import KeptChild, kept_children
from keraslint.project.program.children import run_by
from keraslint.rule_selection import selected
from keraslint.rules import Rule, registry
from keraslint.settings import Settings

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass

_PHASES = {"__init__": "init", "build": "build", "call": "call"}
_KINDS = {
    Kind.LAYER: "a layer",
    Kind.MODEL: "a model",
    Kind.ASSUMED: "assumed to be a layer, by what it does",
    Kind.OTHER: "no layer",
    Kind.UNKNOWN: "not known to be a layer",
}


class Heard(Enum):
    """What a rule has to say of a class, or why it says nothing."""

    FOUND = "found"
    SILENCED = "silenced"
    OFF = "off"
    NOTHING = "nothing found"
    RULED_OUT = "ruled out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ancestor:
    """A class that another one descends from; without a path it is Keras' own."""

    name: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRun:
    """A method and the phases in which Keras runs it: `init`, `build`, `call`, or none."""

    name: str
    line: int
    phases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedLayer:
    """A layer that `build()` creates; `needs` says what only the call of `build()` can give it."""

    line: int
    callee: str
    method: str
    needs: tuple[str, ...] = ()
    assumed: str = ""
    stays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """What one rule says: `line` and `reason` are where that was decided, and by what."""

    code: str
    name: str
    heard: Heard
    reason: str = ""
    line: int = 0
    finding: Diagnostic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What is known of one class; `keras` is 2 or 3, and `keras_since` what says so."""

    path: str
    name: str
    line: int
    last: int
    kind: str
    ancestors: tuple[Ancestor, ...] = ()
    not_found: tuple[str, ...] = ()
    keras: int = 3
    keras_since: str = ""
    methods: tuple[MethodRun, ...] = ()
    created: tuple[CreatedLayer, ...] = ()
    children: tuple[KeptChild, ...] = ()
    rules: tuple[RuleAnswer, ...] = ()


def explain(
    text: Source, project: Sequence[Source], settings: Settings, facts: KeptFacts | None = None
) -> tuple[Explanation, ...]:
    """Explain every class of a file, one of the texts of a project, in the order of the file.

    Raises:
        ConfigError: a selected rule does not exist.
        SyntaxError, ValueError, RecursionError: the text is not Python.
    """
    route = Route(project, settings.unfiltered, facts)
    found = FixLayout(settings).all(route.file(text).diagnostics, {text.path: text})
    refs = route.index.declared(text)
    return tuple(_Explained(route, text, settings, ref, found).all for ref in refs)


class _Explained:
    """One class on its way to its explanation."""

    def __init__(
        self,
        route: Route,
        text: Source,
        settings: Settings,
        ref: ClassRef,
        found: Sequence[Diagnostic],
    ) -> None:
        self._route = route
        self._text = text
        self._settings = settings
        self._ref = ref
        first, last = ref.summary.slice
        inner = [one.summary.slice for one in route.index.declared(text)
                 if one.summary.qualname.startswith(f"{ref.summary.qualname}.")]  # fmt: skip
        self._found = [
            one
            for one in found
            if first <= one.span.start.line <= last
            and not any(a <= one.span.start.line <= b for a, b in inner)
        ]

    @property
    def all(self) -> Explanation:
        ref, hierarchy = self._ref, self._route.index.hierarchy
        lineage = hierarchy.lineage(ref)
        first, last = ref.summary.slice
        told = Explanation(
            path=self._text.path,
            name=ref.summary.qualname,
            line=first,
            last=last,
            kind=_KINDS[lineage.kind],
            ancestors=(
                *(
                    Ancestor(
                        name=item.summary.qualname, path=item.module.path, line=item.summary.line
                    )
                    for item in lineage.chain[1:]
                ),
                *(Ancestor(name=root.name) for root in lineage.roots),
            ),
            not_found=lineage.missing,
        )
        if not lineage.is_layer:
            return told
        layer = self._route.layer(ref)
        target = self._route.target(ref)
        return replace(
            told,
            keras=target.keras,
            keras_since=target.says,
            methods=tuple(self._methods()),
            created=tuple(_created(layer)),
            children=kept_children(hierarchy, ref),
            rules=tuple(self._rules(layer)),
        )

    def _methods(self) -> Iterator[MethodRun]:
        hierarchy, ref = self._route.index.hierarchy, self._ref
        run = {
            phase: {one.key for one in run_by(hierarchy, ref, name)}
            for name, phase in _PHASES.items()
        }
        for name, method in ref.summary.methods.items():
            key = (ref.module.path, method.name, method.line)
            phases = tuple(phase for phase, keys in run.items() if key in keys)
            yield MethodRun(name=name, line=method.line, phases=phases)

    def _rules(self, layer: LayerClass) -> Iterator[RuleAnswer]:
        on = selected(self._settings, registry())
        ignored = silenced(self._text.path, self._settings, registry())
        for rule in registry():
            found = [one for one in self._found if one.code == rule.code]
            yield from (self._heard(rule, one, on, ignored) for one in found)
            if not found and rule.check is not None:
                yield self._silent(rule, layer)

    def _heard(
        self, rule: Rule, one: Diagnostic, on: frozenset[str], ignored: frozenset[str]
    ) -> RuleAnswer:
        heard, reason = Heard.FOUND, ""
        comment = next((c for c in suppressions(self._text) if c.silences(one)), None)
        if rule.code not in on:
            heard = Heard.OFF
            reason = "not selected" if rule.default else "off by default"
        elif rule.code in ignored:
            heard, reason = Heard.OFF, "turned off here by `per-file-ignores`"
        elif comment is not None:
            heard = Heard.SILENCED
            reason = f"by `{comment.text}` on line {comment.span.start.line}"
        line = one.span.start.line
        return RuleAnswer(
            code=rule.code, name=rule.name, heard=heard, reason=reason, line=line, finding=one
        )

    def _silent(self, rule: Rule, layer: LayerClass) -> RuleAnswer:
        heard, reason, line = Heard.NOTHING, "", 0
        if rule.about_loading and is_test_file(Path(self._text.path), self._settings.root):
            heard, reason = Heard.RULED_OUT, "nobody saves the layers of a test file"
        elif rule.about_loading and self._route.is_never_loaded(self._ref):
            heard, reason = Heard.RULED_OUT, "nothing in the project saves a whole model with it"
        else:
            said = list(rule.why_silent(layer)) if rule.why_silent is not None else []
            concerned = rule.concerns is None or rule.concerns(layer.hierarchy, layer.ref)
            heard = Heard.NOTHING if concerned else Heard.RULED_OUT
            reason = "; ".join(one.message for one in said)
            line = said[0].span.start.line if said else 0
        return RuleAnswer(code=rule.code, name=rule.name, heard=heard, reason=reason, line=line)


def _created(layer: LayerClass) -> Iterator[CreatedLayer]:
    for item in layer.constructions:
        yield CreatedLayer(
            line=item.span.start.line,
            callee=item.callee,
            method=item.method,
            needs=item.needs,
            assumed=item.assumed,
            stays=layer.hoists.why_not(item.span),
        )
