"""`check`: paths and flags → findings, fixes or a diff, as an answer."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from keraslint import __version__
from keraslint.commands import Answer, failed, told
from keraslint.commands.request import Request, settings_of, shard_of, start_of
from keraslint.commands.settings_check import misspelt, require_layers
from keraslint.commands.unheeded_configurations import nested_configurations
from keraslint.project.files.discover import discover
from keraslint.project.files.source import Trouble, Unreadable
from keraslint.report import Report, render
from keraslint.report.closing.run_notes import notes
from keraslint.rule_selection import UNREADABLE, selected
from keraslint.settings import Settings

if TYPE_CHECKING:
    from keraslint.fix.session import FixResult
    from keraslint.proof.prove import ProofOptions

Stdin = tuple[str, bytes]
FOR_PEOPLE = ("full", "concise", "grouped")
WITH_EDITS = ("json", "json-lines", "rdjson", "sarif")


def answer(request: Request, standard_input: Callable[[], bytes]) -> Answer:
    """Do what was asked. Raises `ConfigError` for what cannot be followed."""
    settings = settings_of(request)
    paths = [Path(path) for path in request.paths or (".",) if path != "-"]
    if request.show_settings:
        return _shown_settings(settings)
    if request.show_files:
        return _shown_files(paths, settings)
    if request.add_noqa is not None:
        from keraslint.commands.add_noqa import noqa_added

        return noqa_added(paths, settings, request.add_noqa)
    if request.update_baseline:
        from keraslint.commands.update_baseline import baseline_updated

        return baseline_updated(paths, settings, _on(settings))
    stdin = None
    if request.stdin_filename is not None or "-" in request.paths:
        stdin, paths = (request.stdin_filename or "-", standard_input()), []
    if settings.fix or request.diff:
        return _fixed(request, settings, paths, stdin)
    return _linted(request, settings, paths, stdin)


def _on(settings: Settings) -> frozenset[str]:
    from keraslint.rules import registry

    return selected(settings, registry())


def _shown_settings(settings: Settings) -> Answer:
    from keraslint.project.files.python_environment import environment_of
    from keraslint.project.files.requirements import Requirements
    from keraslint.report.settings_text import configuration
    from keraslint.rules import registry

    on = selected(settings, registry())
    required = Requirements(settings.root).of_folder(settings.root.absolute())
    return Answer(out=configuration(settings, on, environment_of(settings), required))


def _shown_files(paths: list[Path], settings: Settings) -> Answer:
    found = discover(paths, settings)
    lines = "".join(f"{path.absolute()}\n" for path in found.files)
    return Answer(out=lines, err=told(found.problems), failed=failed(found.problems))


def _linted(request: Request, settings: Settings, paths: list[Path], stdin: Stdin | None) -> Answer:
    from keraslint.commands.update_baseline import stale_note
    from keraslint.engine.lint import lint

    start = time.perf_counter()
    edits = settings.output_format in WITH_EDITS
    result = lint(paths, settings, stdin=stdin, edits=edits)
    report = replace(
        _report(request, settings, time.perf_counter() - start),
        diagnostics=result.diagnostics,
        sources=result.sources,
        files=result.files,
        failures=_failures(result.problems),
        known=len(result.known),
        unresolved=result.unresolved,
        written_for=result.written_for,
    )
    stale = stale_note(result, settings, _on(settings)) if stdin is None else []
    remarks = _remarks(result.sources, settings, request)
    err = _problems((*result.problems, *stale, *remarks), request)
    err += _holding(settings, report) if request.verbose else ""
    err += _noted(settings, report)
    return Answer(
        out=_text(report, request, settings),
        err=err,
        found=bool(result.diagnostics),
        failed=failed(result.problems),
    )


def _fixed(request: Request, settings: Settings, paths: list[Path], stdin: Stdin | None) -> Answer:
    from keraslint.fix.session import fix

    start = time.perf_counter()
    told: list[str] = []
    result = fix(
        paths,
        settings,
        unsafe=settings.unsafe_fixes,
        prove=_proof(settings, request) if request.prove else None,
        write=stdin is None and not request.diff,
        stdin=stdin,
        show=request.show,
        log=request.log,
        check=partial(_check_recipes, request, settings, told),
        shard=shard_of(request),
    )
    report = replace(
        _report(request, settings, time.perf_counter() - start),
        diagnostics=() if request.fix_only else result.diagnostics,
        sources=result.sources,
        files=result.files,
        settled=result.settled,
        failures=_failures(result.problems) - result.unwritten,
        unwritten=result.unwritten,
        known=result.known,
        at_first=result.at_first,
        fixed=result.fixed,
        unresolved=result.unresolved,
        written_for=result.written_for,
    )
    remarks = _remarks(result.sources, settings, request)
    err = _problems((*result.problems, *remarks), request)
    err += "".join(f"warning: {line}\n" for line in told)
    err += _holding(settings, report) if request.verbose else ""
    done = Answer(err=err, fixed=bool(result.changed), failed=failed(result.problems))
    done = replace(done, evidence=_evidence(request.report, result, settings.root))
    recipes = _recipes_used(result) if request.show_recipe else ""
    if request.diff:
        shown = _diffed(done, report, result)
        return replace(shown, err=shown.err + recipes)
    done = replace(done, found=bool(report.diagnostics))
    text = _text(report, request, settings)
    if settings.output_format not in FOR_PEOPLE:
        done = replace(done, err=err + _beside(report) + recipes)
    elif recipes:
        text += f"\n{recipes}"
    if stdin is not None:
        return _piped(replace(done, err=done.err + text), result, stdin)
    return replace(done, out=text)


def _remarks(paths: Iterable[str], settings: Settings, request: Request) -> list[Unreadable]:
    """What of the configuration people may not expect."""
    nested = nested_configurations(paths, settings, _heeded(request))
    if _on(settings) - UNREADABLE:
        return nested
    reason = "no rule is selected that looks at layers"
    return [*nested, Unreadable(path="", kind=Trouble.EMPTY, reason=reason)]


def _noted(settings: Settings, report: Report) -> str:
    """Say beside a format for programs what one for people says at its end."""
    if settings.output_format in FOR_PEOPLE or report.quiet:
        return ""
    lines = notes(report.unresolved, report.written_for)
    return "".join(f"note: {line}\n" for line in lines)


def _holding(settings: Settings, report: Report) -> str:
    """Say what holds for a run, and what it took."""
    cache = settings.path(settings.cache_dir) if settings.cache else "off"
    noun = "file" if report.files == 1 else "files"
    lines = (
        f"keraslint {__version__} on Python {platform.python_version()}",
        f"configuration: {settings.file or 'none'}",
        f"rules: {', '.join(sorted(_on(settings)))}",
        f"cache: {cache}",
        f"{report.files} {noun} in {report.seconds:.2f} s",
    )
    return "".join(f"{line}\n" for line in lines)


def _heeded(request: Request) -> Path | None:
    """Where the configuration was looked for, if it was."""
    return None if request.isolated or request.config else start_of(request)


def _evidence(file: str | None, result: FixResult, folder: Path) -> str | None:
    from keraslint.commands.proof_exhibits import exhibits_of, origin
    from keraslint.report.verdicts.report_file import evidence

    return evidence(file, exhibits_of(result), of=origin(folder)) if file else None


def _check_recipes(
    request: Request, settings: Settings, told: list[str], layers: Collection[str]
) -> None:
    """Refuse recipes that were given for this run, and tell of those of the configuration."""
    require_layers(request.recipe, layers)
    told += [one for one in misspelt(settings, layers) if one not in told]


def _recipes_used(result: FixResult) -> str:
    from keraslint.report.verdicts.used_recipes import recipes_toml

    return recipes_toml((one.path, one.verdict) for one in result.settled if one.verdict)


def _diffed(done: Answer, report: Report, result: FixResult) -> Answer:
    """Show the changes; what became of each fix goes beside them."""
    from keraslint.report.diff import diffs

    return replace(
        done,
        out=diffs(result.changed, colour=report.colour),
        err=done.err + _beside(report),
        found=bool(result.changed),
    )


def _beside(report: Report) -> str:
    """Tell what became of each fix, for standard error: the output has no room for it."""
    from keraslint.report.closing import closing
    from keraslint.report.fix_outcomes import settled

    lines = [] if report.quiet else [*settled(report), *closing(report)]
    return "".join(f"{line}\n" for line in lines)


def _piped(done: Answer, result: FixResult, stdin: Stdin) -> Answer:
    """Answer with the fixed source, or with the very bytes that came in."""
    name, data = stdin
    if name not in result.changed:
        return replace(done, raw=data)
    source, text = result.changed[name]
    try:
        return replace(done, raw=source.encode(text))
    except UnicodeEncodeError as error:
        err = f"{done.err}error: {name}: the fix cannot be encoded: {error}\n"
        return replace(done, raw=data, err=err, failed=True)


def _proof(settings: Settings, request: Request) -> ProofOptions:
    """How to prove: in full where all that was measured is to be shown."""
    from keraslint.commands.running.compare import proof_options

    brief = request.report is None and settings.output_format in FOR_PEOPLE
    options = proof_options(settings)
    jobs = request.jobs or 0
    return replace(
        options,
        backend=request.backend,
        brief=brief,
        jobs=jobs,
        deep=request.deep,
        scheduler=request.scheduler,
    )


def _report(request: Request, settings: Settings, seconds: float) -> Report:
    return Report(
        diagnostics=(),
        seconds=seconds,
        colour=request.colour,
        width=request.width,
        fixing=settings.fix or request.diff,
        fix_only=request.fix_only,
        proving=request.prove,
        writing=not request.diff,
        unsafe_fixes=settings.unsafe_fixes,
        show_fixes=settings.show_fixes,
        quiet=request.quiet,
    )


def _failures(problems: Iterable[Unreadable]) -> int:
    return sum(not one.is_note for one in problems)


def _text(report: Report, request: Request, settings: Settings) -> str:
    if not request.statistics:
        return render(report, settings.output_format)
    from keraslint.report.closing import closing
    from keraslint.report.fix_outcomes import settled
    from keraslint.report.statistics import statistics

    table = statistics(report, settings.output_format)
    people = settings.output_format in FOR_PEOPLE
    lines = [*settled(report), *closing(report)] if people else []
    return table + "".join(f"{line}\n" for line in lines)


def _problems(problems: Iterable[Unreadable], request: Request) -> str:
    """Tell the problems; quiet leaves out the notes."""
    return told([one for one in problems if not (request.quiet and one.is_note)])
