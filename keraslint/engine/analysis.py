"""The texts of one run → what is wrong with them, each file on its way from index to rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint.diagnostic import Diagnostic, Position, Span, Unresolved, WrittenFor
from keraslint.engine.checked_finding import CheckedFinding
from keraslint.engine.kept_facts import Gathered, KeptFacts
from keraslint.project.facts.module_facts import ModuleSummary
from keraslint.project.files.glob_patterns import silenced
from keraslint.project.files.notebook.cell_syntax import broken_cells, within_cells
from keraslint.project.files.source import Source, Trouble, Unreadable
from keraslint.project.files.suppressions import Suppression, suppressions, unsuppressed
from keraslint.project.files.test_files import is_test_file
from keraslint.project.names.assumed.unresolved_classes import unresolved_in
from keraslint.project.names.assumed.unresolved_lines import doubtful
from keraslint.project.names.definitions import ClassRef, Kind, Lineage
from keraslint.project.names.keras_version import Target
from keraslint.project.names.project_index import Index
from keraslint.project.names.reads.recorded_reads import Leaf
from keraslint.project.program.flow.project_effects import ProjectEffects
from keraslint.project.serialization.never_saved import (
    is_made_for_a_test,
    is_of_a_script,
    is_only_for_training,
)
from keraslint.project.syntax.parse import fault, require_python
from keraslint.rule_selection import selected
from keraslint.rules import Cure, Rule, registry
from keraslint.rules.reading import unused_suppression as unused
from keraslint.settings import Settings

if TYPE_CHECKING:
    from keraslint.layer.layer_class import LayerClass
    from keraslint.layer.layer_reader import LayerReader

_OURS = re.compile(r"KRL|# *keraslint:")  # without one, no comment of a file can be idle
Text = Source | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What some files gave."""

    diagnostics: tuple[Diagnostic, ...] = ()
    problems: tuple[Unreadable, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    written_for: tuple[WrittenFor, ...] = ()


def everywhere(_: Span) -> bool:
    """Want every fix."""
    return True


def may_build(text: Source) -> bool:
    """Whether a file is likely to hold layers that build, which take longest."""
    return "def build(" in text.text


class Unlintable(Exception):
    """A path of which nothing can be said but that it could not be read."""

    def __init__(self, problem: Unreadable) -> None:
        super().__init__(problem.reason)
        self.problem = problem


class Route:
    """The way of each file of one run: index → candidate classes → facts → rules."""

    def __init__(
        self, texts: Sequence[Source], settings: Settings, facts: KeptFacts | None = None
    ) -> None:
        wanted = selected(settings, registry())
        self._rules = {rule.code: rule for rule in registry() if rule.code in wanted}
        self._settings = settings
        self._words = {rule.words for rule in self._rules.values() if rule.check or rule.search}
        facts = facts or KeptFacts(None)
        self._facts = facts
        self.index = Index(
            texts,
            settings,
            self._may_matter,
            facts.summary,
            facts.outline,
            facts.check,
        )
        self._effects = ProjectEffects(self.index, facts.occurrences, facts.names)
        self._reader: LayerReader | None = None
        self._before: LayerReader | None = None
        self._checked: dict[str, dict[tuple[str, Span], CheckedFinding]] = {}
        self._faults: list[Unreadable] = []

    def recorded(self, text: Text) -> tuple[Found, tuple[Leaf, ...]]:
        """Lint one file, and tell the facts of which the outcome is made."""
        reads = self.index.reads
        with reads.answer() as seen:
            found = self.file(text)
            return found, tuple(reads.leaves(seen()))

    def gathered(self, texts: Iterable[Source], *, deeds: bool) -> Gathered:
        """Work out the facts of some files; with `deeds`, what their functions do as well."""
        return self._facts.gather(texts, self._named, deeds=deeds)

    def _named(self, text: Source) -> tuple[str, bool] | None:
        """The name of a module that may matter."""
        return self.index.modules.name(Path(text.path)) if self._may_matter(text.text) else None

    def adopt(self, gathered: Gathered) -> None:
        """Take over what another process has worked out."""
        self._facts.adopt(gathered, self.index.outline.given)
        for summary in gathered.summaries.values():
            self.index.modules.adopt(summary)

    def prepare(self, texts: Sequence[Source]) -> None:
        """Do once what processes that fork from this one would each do for themselves."""
        if any(map(may_build, texts)):
            from keraslint.layer import layer_reader  # noqa: F401

            self._effects.prepare(text.path for text in texts if may_build(text))

    def holds(self, text: Source) -> bool:
        """Whether this is the text of its file, as far as is known."""
        return self.index.holds(text)

    def renew(self, text: Source) -> None:
        """Take over the new text of a file; what is known of the others stays.

        Raises:
            SyntaxError, ValueError, RecursionError: it is not Python; the old text stays.
        """
        self.index.renew(text)
        self._effects.forget()
        self._checked.clear()
        self._before, self._reader = self._reader or self._before, None

    def file(self, text: Text, *, cures: Callable[[Span], bool] = everywhere) -> Found:
        """Lint one file, whose text may be new since the last time.

        Fixes cost more than the findings; `cures` says where they are wanted.
        """
        self._checked.pop(text.path, None)
        self._faults.clear()
        try:
            found = self._file(text, cures)
            return replace(self._noted(text), diagnostics=found, problems=tuple(self._faults))
        except Unlintable as error:
            problem = error.problem
        except RecursionError:
            reason = "an expression nests too deeply to be looked into"
            problem = Unreadable(path=text.path, kind=Trouble.OTHER, reason=reason)
        except Exception as error:  # our own fault: one file is lost, the others are not
            problem = Unreadable.internal(text.path, error)
        return Found(problems=(problem,))

    def layer_at(self, text: Source, line: int) -> str:
        """The layer class that begins in a line of a text; empty if there is none."""
        for ref in self.index.declared(text):
            if ref.summary.line == line and self.index.hierarchy.lineage(ref).is_layer:
                return ref.summary.qualname
        return ""

    def cured(self, told: Diagnostic) -> Diagnostic:
        """What `file` has told of a text that has not changed since, with its fix."""
        checked = self._checked.get(told.path, {}).get((told.code, told.span))
        try:
            cured = checked.cured if checked is not None else Cure()
        except Exception:  # it is told when all of the file's fixes are asked for
            return told
        return replace(told, fix=cured.fix, why_no_fix=cured.why_not)

    def _noted(self, text: Text) -> Found:
        """What is not known of a file, and which Keras its layers are written for."""
        if not isinstance(text, Source) or not self.index.holds(text):
            return Found()
        try:
            module = self.index.module(text)
        except (SyntaxError, ValueError, RecursionError):
            module = None
        if module is None:
            return Found()
        layers = [ref for ref in ClassRef.all(module) if self.index.hierarchy.lineage(ref).is_layer]
        targets = [self.target(ref) for ref in layers] if self._settings.keras is None else []
        if module.lambdas and self._settings.keras is None and not layers:
            targets = [self.index.target_of_module(module)]
        old = [one for one in targets if one.keras == 2][:1]
        return Found(
            unresolved=tuple(unresolved_in(self.index.hierarchy, module)),
            written_for=tuple(
                WrittenFor(path=text.path, keras=2, says=one.says, name=one.name) for one in old
            ),
        )

    def target(self, ref: ClassRef) -> Target:
        """The Keras that a class is written for, by the settings or by what its project says."""
        told = self._settings.keras
        return Target(keras=told, says="`keras`") if told is not None else self.index.target(ref)

    def _file(self, text: Text, cures: Callable[[Span], bool]) -> tuple[Diagnostic, ...]:
        """Everything that is wrong with one file, suppressions heeded.

        Raises:
            Unlintable: the file could not be read.
        """
        if isinstance(text, Unreadable):
            if not text.is_finding:
                raise Unlintable(text)
            at = text.position or Position(1, 1)
            span = Span(at, Position(at.line, at.column + 1))
            code = "KRL002" if text.kind is Trouble.NOT_A_NOTEBOOK else "KRL003"
            found: Sequence[Diagnostic] = self._said(code, text.reason, text.path, span)
        else:
            found = self._source(text, cures)
        ignored = self._ignored(text.path)
        return tuple(item for item in found if item.code not in ignored)

    def _ignored(self, path: str) -> frozenset[str]:
        """The rules that have nothing to say in one file."""
        ignored = silenced(path, self._settings, registry())
        if not self._settings.any_use and is_test_file(Path(path), self._settings.root):
            ignored |= {rule.code for rule in self._rules.values() if rule.about_loading}
        return ignored

    def _source(self, text: Source, cures: Callable[[Span], bool]) -> Sequence[Diagnostic]:
        try:
            if not self.index.holds(text):
                self.renew(text)
            module = self.index.module(text)
            if self._settings.target_version is not None:
                require_python(text.text, self._settings.target_version)
        except (SyntaxError, ValueError, RecursionError) as error:
            line, column, reason = fault(error)
            at = Span.of(line, column, line, column + 1)
            said = self._said("KRL002", reason, text.path, at)
            return unsuppressed(said, self._comments(text)) if said else ()
        wanted = self._wanted(text)
        found = [said for reason, at in broken_cells(text)
                 for said in self._said("KRL002", reason, text.path, at)]  # fmt: skip
        found += self._module(module) if module is not None else ()
        for ref, rules in wanted:
            found += self._class(ref, rules, cures)
        found = within_cells(found, text)
        if not found and not _OURS.search(text.text):
            return ()
        comments = self._comments(text)
        unclear = list(doubtful(self.index.hierarchy, module)) if module is not None else []
        clear = [one for one in comments if not any(one.may_concern(*lines) for lines in unclear)]
        return *unsuppressed(found, comments), *self._unused(text, clear, found)

    def _comments(self, text: Source) -> Sequence[Suppression]:
        return () if self._settings.ignore_noqa else suppressions(text)

    def _unused(
        self, text: Source, comments: Sequence[Suppression], found: Sequence[Diagnostic]
    ) -> tuple[Diagnostic, ...]:
        """Report the comments that silence nothing, unless they are named in one themselves."""
        if unused.rule.code not in self._rules:
            return ()
        on = self._rules.keys() - self._ignored(text.path)
        idle = unused.unused(comments, found, on, text)
        return unsuppressed(idle, [one for one in comments if one.names])

    def _may_matter(self, text: str) -> bool:
        """A cheap test: whether a text has all the words that some rule is about."""
        return any(all(word in text for word in words) for words in self._words)

    def _wanted(self, text: Source) -> list[tuple[ClassRef, list[Rule]]]:
        """The layers of a file that are some rule's concern, and whose."""
        module = self.index.module(text)
        if module is None:
            return []
        about = [(ref, list(self._concerned(ref))) for ref in ClassRef.all(module)]
        return [(ref, rules) for ref, rules in about if rules]

    def _concerned(self, ref: ClassRef) -> Iterator[Rule]:
        hierarchy = self.index.hierarchy
        for rule in self._rules.values() if hierarchy.lineage(ref).is_layer else ():
            concerned = rule.check and (rule.concerns is None or rule.concerns(hierarchy, ref))
            if concerned and not (rule.about_loading and self.is_never_loaded(ref)):
                yield rule

    def is_never_loaded(self, ref: ClassRef) -> bool:
        """Whether nobody loads a whole model with this class, as far as the project shows."""
        hierarchy = self.index.hierarchy
        return not self._settings.any_use and (
            is_made_for_a_test(hierarchy, ref)
            or is_only_for_training(hierarchy, ref)
            or self.index.saves_no_model(ref.module.path)
            or (
                is_of_a_script(hierarchy, ref.module)
                and not self.index.saves_itself(ref.module.path)
            )
        )

    def _module(self, module: ModuleSummary) -> Iterator[Diagnostic]:
        for rule in self._rules.values():
            found = list(rule.search(self.index.hierarchy, module)) if rule.search else []
            for one in found if found and not self._is_spared(rule, module) else ():
                yield Diagnostic(
                    code=rule.code,
                    name=rule.name,
                    message=one.message,
                    path=module.path,
                    span=one.span,
                )

    def _is_spared(self, rule: Rule, module: ModuleSummary) -> bool:
        """Whether what a rule has found in a module does no harm there."""
        unsaved = not self._settings.any_use and self.index.saves_no_model(module.path)
        if rule.about_loading and unsaved:
            return True
        told = self._settings.keras or self.index.target_of_module(module).keras
        return rule.of_keras_3 and told != 3

    def _class(
        self, ref: ClassRef, rules: Sequence[Rule], cures: Callable[[Span], bool]
    ) -> Iterator[Diagnostic]:
        layer = self.layer(ref)
        assumed = _assumed(ref, self.index.hierarchy.lineage(ref))
        target = self.target(ref)
        for rule in rules:
            for finding in rule.check(layer) if rule.check is not None else ():
                checked = CheckedFinding(layer=layer, rule=rule, finding=finding, target=target)
                cured = self._cured(checked) if cures(finding.span) else Cure()
                if cures is not everywhere:  # somebody may ask for the rest of the fixes
                    known = self._checked.setdefault(layer.path, {})
                    known[rule.code, finding.span] = checked
                yield Diagnostic(
                    code=rule.code,
                    name=rule.name,
                    message=f"{finding.message}{assumed}",
                    path=layer.path,
                    span=finding.span,
                    fix=cured.fix,
                    why_no_fix=cured.why_not,
                    owner=layer.name,
                )

    def _cured(self, checked: CheckedFinding) -> Cure:
        """A fix, or why there is none; where it fails by our own fault, the finding is told."""
        try:
            return checked.cured
        except RecursionError:
            raise
        except Exception as error:
            self._faults.append(Unreadable.internal(checked.layer.path, error))
            return Cure(why_not="writing it failed, which is a bug of keraslint's own")

    def layer(self, ref: ClassRef) -> LayerClass:
        """One class, read by LibCST, which is imported only when a class needs it."""
        from keraslint.layer.layer_reader import LayerReader

        if self._reader is None:
            index = self.index
            self._reader = LayerReader(
                index.hierarchy,
                index.method_source,
                index.subclasses,
                self.target,
                self._effects.of,
                before=self._before,
            )
        return self._reader.read(ref)

    def _said(self, code: str, message: str, path: str, span: Span) -> list[Diagnostic]:
        rule = self._rules.get(code)
        return (
            [Diagnostic(code=code, name=rule.name, message=message, path=path, span=span)]
            if rule is not None
            else []
        )


def _assumed(ref: ClassRef, lineage: Lineage) -> str:
    """What is to be said of a class of which only its own text tells that it is a layer."""
    if lineage.kind is not Kind.ASSUMED:
        return ""
    base = next(iter(lineage.missing))
    name = ref.summary.name
    return f"; `{name}` is assumed to be a layer, since its base `{base}` was not found"
