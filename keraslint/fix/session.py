"""Paths → linted, fixed, proved and written, until nothing is left to fix."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from keraslint.diagnostic import (
    Applicability,
    Diagnostic,
    Fix,
    Outcome,
    Settled,
    Unresolved,
    Verdict,
    WrittenFor,
)
from keraslint.engine.lint import LintResult, Stdin, lint_texts, read_all
from keraslint.fix.apply import apply, edited
from keraslint.fix.progress import Progress
from keraslint.fix.proved_fixes import Key, Proved, Proving, key_of
from keraslint.fix.written_files import WrittenFiles
from keraslint.project.files.notebook.cell_syntax import damage
from keraslint.project.files.source import Source, Unreadable
from keraslint.proof.dask_cluster import prover_for
from keraslint.proof.error_symptoms import symptom_of
from keraslint.proof.interruption import Interrupted, orderly_end
from keraslint.proof.prove import ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe, recipes_for, recipes_in, recipes_of_config
from keraslint.rules import registry
from keraslint.settings import Settings

PASSES = 12
"""Fixes come to rest long before; more would mean that two of them undo each other."""
_CLASS = re.compile(r"^[ \t]*class[ \t]+(\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shard:
    """Part `number` of `count` of the files of a run, in the order of their paths, 1-based."""

    number: int = 1
    count: int = 1

    def of(self, paths: Iterable[str]) -> frozenset[str]:
        """The paths of this part."""
        return frozenset(sorted(paths)[self.number - 1 :: self.count])


WHOLE = Shard()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixResult:
    """What remains to be said, what became of each fix, and which texts are new.

    `at_first` counts what was found before anything was fixed: a fix can bring more to light.
    `fixed` counts what is gone, by file and code; `unwritten` the files whose fixes could not be
    written; `known` what the baseline holds, which is neither told nor fixed.
    """

    diagnostics: tuple[Diagnostic, ...]
    settled: tuple[Settled, ...] = ()
    changed: Mapping[str, tuple[Source, str]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    problems: tuple[Unreadable, ...] = ()
    files: int = 0
    at_first: int = 0
    fixed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unwritten: int = 0
    known: int = 0
    unresolved: tuple[Unresolved, ...] = ()
    written_for: tuple[WrittenFor, ...] = ()


def fix(
    paths: Sequence[Path],
    settings: Settings,
    *,
    unsafe: bool,
    prove: ProofOptions | None,
    write: bool,
    stdin: Stdin | None = None,
    show: Callable[[str], None] = lambda line: None,
    log: Callable[[str], None] = lambda line: None,
    check: Callable[[Collection[str]], None] = lambda layers: None,
    shard: Shard = WHOLE,
) -> FixResult:
    """Fix what may be fixed; with `prove`, exactly what running the layers proves.

    All files are looked at, and those of the `shard` alone are fixed and told of.

    `show` is given a line on how far the proofs are, each time that changes, and "" at the end;
    `log` a line for each layer that is settled. What is proved is written at once. `check` is given
    the names of all classes before anything is run.

    Raises:
        ConfigError: a selected rule does not exist, or there is no Keras to prove with.
        Interrupted: the run was ended while it proved; what was settled is kept.
    """
    texts, problems = read_all(paths, settings, stdin)
    files = WrittenFiles(text for text in texts if isinstance(text, Source)) if write else None
    ours = shard.of(text.path for text in texts)
    session = _Session(settings, texts, unsafe=unsafe, files=files, ours=ours)
    at_first = len(session.result.diagnostics)
    if prove is None:
        session.run()
    else:
        check(session.classes)
        _prove(session, prove, Progress(show, log))
    for path, (_, text) in session.changed.items() if files else ():
        files.put(path, text)  # type: ignore[union-attr]
    refused = [*files.refused.values()] if files else []
    lost = {problem.path for problem in refused}
    session.restore(lost)
    result = session.result
    return FixResult(
        diagnostics=result.diagnostics,
        settled=tuple(session.settled(written=write, lost=lost)),
        changed=session.changed,
        sources=result.sources,
        problems=(*problems, *result.problems, *refused),
        files=result.files,
        at_first=at_first,
        fixed={at: n for at, n in session.fixed.items() if at[0] not in lost},
        unwritten=len(refused),
        known=len(result.known),
        unresolved=result.unresolved,
        written_for=result.written_for,
    )


def _prove(session: _Session, options: ProofOptions, progress: Progress) -> None:
    try:
        with orderly_end(), prover_for(options) as prover:
            try:
                session.prove(prover, progress)
            finally:
                progress.over()
            prover.require_keras()
    except KeyboardInterrupt as error:
        raise Interrupted(session.interrupted(options)) from error


class _Session:
    """The texts of one run as they change, and the fate of each fix."""

    def __init__(
        self,
        settings: Settings,
        texts: Sequence[Source | Unreadable],
        *,
        unsafe: bool,
        files: WrittenFiles | None,
        ours: Collection[str],
    ) -> None:
        self._settings = settings
        self._files = files
        self._proving: Proving | None = None
        self._unsafe = unsafe
        self._ours = ours
        self._old = {text.path: text for text in texts if isinstance(text, Source)}
        self._texts = {text.path: text for text in texts}
        self._fates: list[Settled] = []
        self.fixed: Counter[tuple[str, str]] = Counter()
        self.result = self._lint()

    @property
    def classes(self) -> frozenset[str]:
        """The names of all classes."""
        return frozenset(name for old in self._old.values() for name in _CLASS.findall(old.text))

    @property
    def changed(self) -> dict[str, tuple[Source, str]]:
        """The texts that are no longer what they were."""
        return {
            path: (old, new.text)
            for path, old in self._old.items()
            if isinstance(new := self._texts[path], Source) and new.text != old.text
        }

    def settled(self, *, written: bool, lost: Collection[str]) -> Iterable[Settled]:
        """What became of each fix; without writing, applied fixes were only shown."""
        for fate in self._fates:
            if fate.action == "written" and fate.path in lost:
                yield replace(fate, action="kept", reason="the file could not be written")
            elif fate.action == "written" and not written:
                yield replace(fate, action="shown")
            else:
                yield fate

    def restore(self, paths: Collection[str]) -> None:
        """Take back what could not be written: those files hold what they held, and it is told."""
        if paths:
            self._texts |= {path: self._old[path] for path in paths}
            self.result = self._lint()

    def run(self) -> None:
        """Apply fixes until none is left."""
        for _ in range(PASSES):
            since = len(self._fates)
            done = [self._apply(path, found) for path, found in self._wanted().items()]
            if True not in done:
                return
            self._again(since)

    def prove(self, prover: Prover, progress: Progress) -> None:
        """Apply the fixes that are proved, until none is left."""
        proving = self._proving = Proving(prover.prove, self._recipes, progress)
        for _ in range(PASSES):
            since = len(self._fates)
            wanted = self._wanted()
            proving.expect((path, one) for path, found in wanted.items() for one in _layers(found))
            proved = prover.each(partial(self._settle, proving), list(wanted.items()))
            done = [
                self._write_down(path, found, fixes, proving)
                for (path, found), fixes in zip(wanted.items(), proved, strict=True)
            ]
            if True not in done:
                break
            self._again(since)
        self._tell_verdicts(proving.tried)

    def _lint(self) -> LintResult:
        found = lint_texts(self._texts.values(), self._settings)
        return replace(
            found,
            diagnostics=tuple(one for one in found.diagnostics if one.path in self._ours),
            known=tuple(one for one in found.known if one.path in self._ours),
            unresolved=tuple(one for one in found.unresolved if one.path in self._ours),
            written_for=tuple(one for one in found.written_for if one.path in self._ours),
            files=len(self._ours),
        )

    def _again(self, since: int) -> None:
        """Lint the new texts; what they no longer give is fixed, whichever fix has mended it."""
        before = self.result.diagnostics
        self.result = self._lint()
        written = {(f.path, f.fix) for f in self._fates[since:] if f.action == "written"}
        own = _by_class(one for one in before if (one.path, one.fix) in written)
        gone = _by_class(before) - _by_class(self.result.diagnostics)
        for (path, _, code), count in {**own, **gone}.items():
            self.fixed[path, code] += count

    def _wanted(self) -> dict[str, list[Diagnostic]]:
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.result.diagnostics:
            if diagnostic.fix is not None:
                found.setdefault(diagnostic.path, []).append(diagnostic)
        return found

    # -- without proof ---------------------------------------------------------------------

    def _apply(self, path: str, found: Sequence[Diagnostic]) -> bool:
        allowed = [d for d in found if d.fix is not None and self._may(d.fix)]
        source = self._texts[path]
        assert isinstance(source, Source)
        done = apply(source, [d.fix for d in allowed if d.fix is not None])
        if done.text == source.text:
            return False
        if reason := damage(source, done.text):
            self._refuse(path, allowed, reason)
            return False
        self._texts[path] = replace(source, text=done.text)
        for one in done.applied:
            self._fates.append(_settled(path, one, allowed, "written"))
        return True

    def _may(self, fix: Fix) -> bool:
        if fix.applicability is Applicability.UNSAFE:
            return self._unsafe
        return fix.applicability is Applicability.SAFE

    def _refuse(self, path: str, found: Sequence[Diagnostic], reason: str) -> None:
        for one in dict.fromkeys(d.fix for d in found if d.fix is not None):
            fate = _settled(path, one, found, "kept", reason)
            if fate not in self._fates:
                self._fates.append(fate)

    # -- with proof ------------------------------------------------------------------------

    def _settle(self, proving: Proving, wanted: tuple[str, Sequence[Diagnostic]]) -> list[Proved]:
        """Prove what touches a layer; the fix of a comment has nothing to prove."""
        path, found = wanted
        source = self._texts[path]
        assert isinstance(source, Source)
        fixes = [d.fix for d in found if d.fix and d.fix.layer]
        return proving.settle(source, fixes, partial(self._keep, source))

    def _keep(self, source: Source, proved: Sequence[Proved]) -> None:
        """Write at once what has been proved of a file so far."""
        if self._files is not None:
            edits = [edit for one, _ in proved for edit in one.edits]
            self._files.put(source.path, edited(source, edits))

    def interrupted(self, options: ProofOptions) -> str:
        """Say what is kept of a run that was ended."""
        tried = [*self._proving.tried.values()] if self._proving else []
        counts = Counter(verdict.outcome.value for verdict in tried if verdict.environment)
        settled = ", ".join(f"{counts[name]} {name}" for name in sorted(counts)) or "nothing"
        files = len(self._files.written) if self._files else 0
        wrote = f"; {files} {'file' if files == 1 else 'files'} written" if self._files else ""
        again = "the same command goes on from there" if options.cache_dir else ""
        return f"interrupted: {settled} so far{wrote}{again and '; '}{again}"

    def _write_down(
        self, path: str, found: Sequence[Diagnostic], proved: Sequence[Proved], proving: Proving
    ) -> bool:
        """Apply what was proved in one file; if there is nothing, what needs no proof."""
        if not proved:
            return self._apply(path, [one for one in found if one.fix and not one.fix.layer])
        source = self._texts[path]
        assert isinstance(source, Source)
        text = edited(source, [edit for one, _ in proved for edit in one.edits])
        self._texts[path] = replace(source, text=text)
        for one, verdict in proved:
            self._fates.append(_settled(path, one, found, "written", verdict=verdict))
            proving.forget(path, one.layer)
        return True

    def _recipes(self, layer: str, source: Source) -> tuple[Recipe, ...]:
        given = recipes_of_config(layer, self._settings.recipes)
        return given or recipes_for(layer, recipes_in(source.text))

    def _tell_verdicts(self, tried: Mapping[Key, Verdict]) -> None:
        """Say of each fix that is still on offer what its proof has shown."""
        diagnostics = []
        for diagnostic in self.result.diagnostics:
            key = key_of(diagnostic.path, diagnostic.fix) if diagnostic.fix else None
            verdict = tried.get(key) if key else None
            named = verdict and _with_cause(verdict, diagnostic, self.result.diagnostics)
            diagnostics.append(replace(diagnostic, verdict=named))
        self.result = replace(self.result, diagnostics=tuple(diagnostics))
        told: set[Key] = set()
        for diagnostic in diagnostics:
            if diagnostic.fix is None or diagnostic.verdict is None:
                continue
            key = key_of(diagnostic.path, diagnostic.fix)
            if key not in told:
                told.add(key)
                self._fates.append(
                    _settled(
                        diagnostic.path,
                        diagnostic.fix,
                        diagnostics,
                        "kept",
                        diagnostic.verdict.reason,
                        diagnostic.verdict,
                    )
                )


def _with_cause(verdict: Verdict, of: Diagnostic, found: Iterable[Diagnostic]) -> Verdict:
    """Name the finding that keeps a layer from running, where nothing could be compared."""
    if verdict.outcome is not Outcome.UNKNOWN or verdict.checks or not verdict.environment:
        return verdict
    symptom = symptom_of(verdict.reason)
    faults = {rule.code for rule in registry() if symptom in rule.explains}
    if of.code in faults:
        return replace(verdict, advice="write this fix without `--prove`, then prove the rest")
    mine = [d for d in found if (d.path, d.owner) == (of.path, of.owner) and d.code in faults]
    if not mine:
        return verdict
    cause = min(mine, key=lambda one: one.fix is not None)
    by_hand = f"mend {cause.code} by hand, then prove the rest"
    fixed = f"write the fix of {cause.code} without `--prove`, then prove the rest"
    reason = f"{cause.code} of this class may be why: {verdict.reason}"
    return replace(verdict, reason=reason, advice=fixed if cause.fix else by_hand)


def _layers(found: Iterable[Diagnostic]) -> set[str]:
    return {one.fix.layer for one in found if one.fix and one.fix.layer}


def _by_class(found: Iterable[Diagnostic]) -> Counter[tuple[str, str, str]]:
    return Counter((one.path, one.owner, one.code) for one in found)


def _settled(
    path: str,
    fix: Fix,
    found: Sequence[Diagnostic],
    action: str,
    reason: str = "",
    verdict: Verdict | None = None,
) -> Settled:
    mine = [d for d in found if d.fix == fix and d.path == path]
    code = mine[0].code if mine else ""
    return Settled(path=path, code=code, fix=fix, action=action, reason=reason, verdict=verdict)
