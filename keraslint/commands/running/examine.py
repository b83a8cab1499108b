"""`examine`: layers as they are → which parts of their lives work, by running them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from keraslint.commands import Answer, check_report, failed, told
from keraslint.commands.running.class_pairs import written_for
from keraslint.commands.running.compare import proof_options
from keraslint.commands.settings_check import require_layers, require_program
from keraslint.engine.lint import every_finding, read_all
from keraslint.examination import Examination
from keraslint.fix.progress import Progress
from keraslint.project.facts.class_texts import Clip
from keraslint.project.files.source import Source, Unreadable, read
from keraslint.project.program.changed_layers import Side, is_layer, side
from keraslint.proof.examine.examine_layer import examine
from keraslint.proof.examine.named_causes import with_causes
from keraslint.proof.interruption import Interrupted, orderly_end
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe, recipes_for, recipes_in, recipes_of_config
from keraslint.report import format_names
from keraslint.report.verdicts.examinations import evidence, render_examinations
from keraslint.settings import ConfigError, Settings, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was typed; `show` and `log` are told how far it is, as in a comparison."""

    paths: tuple[Path, ...]
    layer: tuple[str, ...] = ()
    recipe: tuple[str, ...] = ()
    python: str | None = None
    backend: str | None = None
    timeout: float | None = None
    jobs: int | None = None
    config: tuple[str, ...] = ()
    isolated: bool = False
    output_format: str = "full"
    report: str | None = None
    width: int = 100
    colour: bool = False
    show: Callable[[str], None] = lambda line: None
    log: Callable[[str], None] = lambda line: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examinations:
    """What was examined, the texts that it stands in, and what could not be read."""

    examined: tuple[Examination, ...]
    sources: Mapping[str, Source]
    problems: tuple[Unreadable, ...]


def answer(asked: Request) -> Answer:
    """Examine the layers of files and folders. Raises `ConfigError` for what cannot be done."""
    check_report(asked.report)
    if asked.output_format not in format_names():
        known = ", ".join(format_names())
        raise ConfigError(f"--output-format: `{asked.output_format}` is none of {known}")
    found = examinations(asked)
    examined = found.examined
    return Answer(
        out=render_examinations(
            examined, found.sources, asked.output_format, asked.width, asked.colour
        ),
        err=told(found.problems),
        evidence=None if asked.report is None else evidence(asked.report, examined, found.sources),
        found=any(one.broken for one in examined),
        failed=_is_unclear(examined) or failed(found.problems),
    )


def examinations(asked: Request) -> Examinations:
    """Examine the layers, and name what causes what is broken."""
    settings = _settings(asked)
    require_program(settings)
    texts, problems = read_all(list(asked.paths) or [Path()], settings, None)
    sources = {text.path: text for text in texts if isinstance(text, Source)}
    found = side(list(sources.values()), settings)
    chosen = _chosen(found, asked)
    require_layers(asked.recipe, [layer for _, layer in chosen])
    options = replace(proof_options(settings), backend=asked.backend, jobs=asked.jobs or 0)
    claims = [_claim(found.clips[key], sources[key[0]], settings, asked.recipe) for key in chosen]
    lines = [found.clips[key].numbers.start for key in chosen]
    examined = _examined(claims, lines, options, Progress(asked.show, asked.log))
    findings = every_finding(texts, settings)
    return Examinations(
        examined=tuple(
            with_causes(one, findings, found.clips[key].numbers)
            for key, one in zip(chosen, examined, strict=True)
        ),
        sources=sources,
        problems=(*problems, *found.problems),
    )


def of_text(source: Source, layer: str, settings: Settings) -> Examination:
    """Examine one layer of a text, which need not be what its file holds.

    Raises:
        ConfigError: there is no Keras, or no such class.
    """
    require_program(settings)
    clip = side([source], settings).clips.get((source.path, layer))
    if clip is None:
        raise ConfigError(f"there is no class `{layer}` in {source.path}")
    options = proof_options(settings)
    with Prover(options) as prover:
        found = examine(prover, _claim(clip, source, settings), clip.numbers.start, options)
        prover.require_keras()
    return with_causes(found, every_finding([source], settings), clip.numbers)


def layers_of(path: Path) -> list[str]:
    """The layer classes of a file, by name; none of one that cannot be read."""
    source = read(path)
    if not isinstance(source, Source):
        return []
    kinds = side([source], load(path.parent)).kinds
    return [name for (_, name), kind in kinds.items() if is_layer(kind)]


def _is_unclear(examined: Sequence[Examination]) -> bool:
    """Was some layer not examined, and none seen broken? What has no `call()` is no layer yet."""
    return not any(one.broken for one in examined) and any(
        one.reason and not one.abstract for one in examined
    )


def _settings(asked: Request) -> Settings:
    flags = {"python": asked.python, "timeout": asked.timeout}
    start = (asked.paths or (Path(),))[0].absolute()
    folder = start if start.is_dir() else start.parent
    return load(folder, config=asked.config, isolated=asked.isolated, flags=flags)


def _chosen(found: Side, asked: Request) -> list[tuple[str, str]]:
    """The layers to examine, as file and name."""
    layers = [key for key, kind in found.kinds.items() if is_layer(kind)]
    if not asked.layer:
        return layers
    wanted = {*asked.layer}
    chosen = [key for key in found.clips if wanted & _names(key)]
    missing = wanted.difference(*map(_names, chosen))
    if missing:
        listed = ", ".join(f"`{name}`" for name in sorted(missing))
        raise ConfigError(f"--layer: there is no class {listed} in what was named")
    return chosen


def _names(key: tuple[str, str]) -> set[str]:
    """How a class may be called: with the class around it, or without."""
    return {key[1], key[1].rpartition(".")[2]}


def _claim(clip: Clip, source: Source, settings: Settings, typed: Sequence[str] = ()) -> Claim:
    given = recipes_for(clip.layer, map(Recipe, typed))
    given = given or recipes_of_config(clip.layer, settings.recipes)
    given = given or recipes_for(clip.layer, recipes_in(source.text))
    return Claim(
        layer=clip.layer,
        path=Path(source.path),
        before=source.text,
        after=source.text,
        recipes=given,
        keras=written_for(clip, settings),
    )


def _examined(
    claims: Sequence[Claim], lines: Sequence[int], options: ProofOptions, progress: Progress
) -> list[Examination]:
    progress.expect(len(claims))
    try:
        with orderly_end(), Prover(options) as prover:
            try:
                work = partial(_one, prover, options, progress)
                found = prover.each(work, list(zip(claims, lines, strict=True)))
            finally:
                progress.over()
            prover.require_keras()
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"interrupted: {progress.done} of {len(claims)} layers examined"
        ) from error
    return found


def _one(
    prover: Prover, options: ProofOptions, progress: Progress, work: tuple[Claim, int]
) -> Examination:
    claim, line = work
    progress.begins(claim.layer)
    found = examine(prover, claim, line, options)
    word = "broken" if found.broken else "healthy" if found.signs else "not examined"
    progress.ends(claim.layer, word)
    return found
