"""`compare`: two versions of layers, from files or from git → the verdicts of running both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from keraslint.commands import Answer, check_report, told
from keraslint.commands.proof_exhibits import origin
from keraslint.commands.running.class_pairs import Pairs, moved, of_files, since, written_for
from keraslint.commands.settings_check import require_layers, require_program
from keraslint.diagnostic import Outcome, Promise, Verdict
from keraslint.fix.progress import Progress
from keraslint.project.files.python_environment import environment_of
from keraslint.project.program.changed_layers import Pairing
from keraslint.proof.dask_cluster import prover_for
from keraslint.proof.interruption import Interrupted, orderly_end
from keraslint.proof.prove import Claim, ProofOptions, Prover
from keraslint.proof.recipes.recipe import Recipe, recipes_for, recipes_in, recipes_of_config
from keraslint.report.json_record import compared
from keraslint.report.verdicts.advice import advice
from keraslint.report.verdicts.compared_layer import Exhibit
from keraslint.report.verdicts.report_file import evidence
from keraslint.report.verdicts.used_recipes import recipes_toml, renamed
from keraslint.report.verdicts.verdict_text import verdict_text
from keraslint.settings import ConfigError, Settings, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was typed: with `base`, the old versions are those of that git revision.

    `show` is given a line on how far it is, each time that changes, and "" at the end; `log` a line
    for each layer that is settled.
    """

    paths: tuple[Path, ...]
    layer: str | None = None
    new_layer: str | None = None
    recipe: tuple[str, ...] = ()
    base: str | None = None
    python: str | None = None
    backend: str | None = None
    timeout: float | None = None
    deep: bool = False
    jobs: int | None = None
    config: tuple[str, ...] = ()
    isolated: bool = False
    no_cache: bool = False
    cache_dir: str | None = None
    show_recipe: bool = False
    report: str | None = None
    output_format: str = "text"
    width: int = 100
    colour: bool = False
    scheduler: str | None = None
    show: Callable[[str], None] = lambda line: None
    log: Callable[[str], None] = lambda line: None


def answer(asked: Comparison) -> Answer:
    """Build and run both versions. Raises `ConfigError` for what cannot be compared."""
    check_report(asked.report)
    settings = _settings(asked)
    pairs = _pairs(asked, settings)
    require_program(settings)
    require_layers(asked.recipe, [e.layer for one in pairs.pairs for e in (one.old, one.new)])
    options = replace(
        proof_options(settings),
        backend=asked.backend,
        jobs=asked.jobs or 0,
        deep=asked.deep,
        scheduler=asked.scheduler,
    )
    claims = [_claim(pair, pairs, asked, settings) for pair in pairs.pairs]
    verdicts = _verdicts(claims, options, Progress(asked.show, asked.log))
    exhibits = [
        Exhibit(old=pair.old, new=pair.new, verdict=_under_one_name(verdict, pair))
        for pair, verdict in zip(map(moved, pairs.pairs), verdicts, strict=True)
    ]
    return _answer(asked, pairs, exhibits)


def _verdicts(claims: Sequence[Claim], options: ProofOptions, progress: Progress) -> list[Verdict]:
    progress.expect(len(claims))
    try:
        with orderly_end(), prover_for(options) as prover:
            try:
                verdicts = prover.each(partial(_verdict, prover, progress), claims)
            finally:
                progress.over()
            prover.require_keras()
    except KeyboardInterrupt as error:
        again = "; the same command goes on from there" if options.cache_dir else ""
        told = f"interrupted: {progress.done} of {len(claims)} layers compared{again}"
        raise Interrupted(told) from error
    return verdicts


def _verdict(prover: Prover, progress: Progress, claim: Claim) -> Verdict:
    progress.begins(claim.layer)
    verdict = prover.prove(claim)
    progress.ends(claim.layer, verdict.outcome.value if verdict.environment else "")
    return verdict


def _settings(asked: Comparison) -> Settings:
    flags = {"python": asked.python, "timeout": asked.timeout, "cache-dir": asked.cache_dir}
    start = (asked.paths or (Path(),))[-1].absolute()
    folder = start if start.is_dir() else start.parent
    settings = load(folder, config=asked.config, isolated=asked.isolated, flags=flags)
    return replace(settings, cache=settings.cache and not asked.no_cache)


def _pairs(asked: Comparison, settings: Settings) -> Pairs:
    if asked.base is not None:
        return since(asked.base, asked.paths, asked.layer, asked.new_layer, settings)
    if len(asked.paths) == 2:
        return of_files(*asked.paths, asked.layer, asked.new_layer, settings)
    if len(asked.paths) == 1 and asked.layer and asked.new_layer:
        return of_files(asked.paths[0], asked.paths[0], asked.layer, asked.new_layer, settings)
    raise ConfigError(
        "compare: name two files, or `--base REV` (and paths), "
        "or one file with `--layer` and `--new-layer`"
    )


def _claim(pair: Pairing, pairs: Pairs, asked: Comparison, settings: Settings) -> Claim:
    old, new = pair.old, pair.new
    before, after = pairs.old[old.path], pairs.new[new.path]
    return Claim(
        layer=old.layer,
        path=Path(old.path),
        before=before,
        after=after,
        promise=Promise(),
        recipes=_recipes(asked, settings, pair, (before, after)),
        after_layer=new.layer,
        after_path=Path(new.path),
        around=pairs.around,
        keras=written_for(new, settings),
    )


def _recipes(
    asked: Comparison, settings: Settings, pair: Pairing, texts: Sequence[str]
) -> tuple[Recipe, ...]:
    """Take the recipes of the command line, else the configuration's, else the files' own."""
    if asked.recipe and asked.layer is not None:
        return tuple(Recipe(text) for text in asked.recipe)
    found = dict.fromkeys(recipe for text in texts for recipe in recipes_in(text))
    names = dict.fromkeys((pair.old.layer, pair.new.layer))
    for name in names:
        given = recipes_for(name, map(Recipe, asked.recipe))
        if given := given or recipes_of_config(name, settings.recipes) or recipes_for(name, found):
            return given
    return ()


def proof_options(settings: Settings) -> ProofOptions:
    """Say how to prove, as far as the settings say it; the rest is the proof's own default."""
    src = tuple(settings.path(folder) for folder in settings.src)
    given: dict[str, Any] = {"root": settings.root, "src": src}
    if settings.cache:
        given["cache_dir"] = settings.path(settings.cache_dir) / "proofs"
    environment = environment_of(settings)
    if environment is not None and (settings.python is not None or environment.has_keras):
        given["python"] = environment.python
    elif environment is not None:  # its packages, in an interpreter that has Keras
        given["src"] = (*src, *environment.folders)
    if settings.timeout is not None:
        given["timeout"] = settings.timeout
    return ProofOptions(**given)


def _under_one_name(verdict: Verdict, pair: Pairing) -> Verdict:
    """Let the recipe name the new class: that is the one to keep it for."""
    old, new = (clip.layer.rpartition(".")[2] for clip in (pair.old, pair.new))
    return replace(verdict, recipe=renamed(verdict.recipe, {old: new}))


def _answer(asked: Comparison, pairs: Pairs, exhibits: Sequence[Exhibit]) -> Answer:
    outcomes = Counter(one.verdict.outcome for one in exhibits)
    kept = [(one.new.path, one.verdict) for one in exhibits]
    recipes = recipes_toml(kept) if asked.show_recipe else ""
    notes = "".join(f"{note}\n" for note in pairs.notes)
    if asked.output_format == "json":
        out = json.dumps([compared(one) for one in exhibits], indent=2) + "\n"
        err = notes + recipes
    else:
        out, err = "".join(_texts(asked, exhibits)) + notes, ""
        out += "".join(f"{line}\n" for line in advice([one.verdict for one in exhibits]))
        out += _closing(asked, outcomes)
        out += f"\n{recipes}" if recipes else ""
    refuted = bool(outcomes[Outcome.REFUTED])
    unclear = bool(outcomes[Outcome.UNKNOWN] or pairs.problems)
    return Answer(
        out=out,
        err=err + told(pairs.problems),
        evidence=_evidence(asked, exhibits, pairs),
        found=refuted,
        failed=unclear and not refuted,
    )


def _evidence(asked: Comparison, exhibits: Sequence[Exhibit], pairs: Pairs) -> str | None:
    if asked.report is None:
        return None
    return evidence(asked.report, exhibits, pairs.notes, origin(Path.cwd()))


def _texts(asked: Comparison, exhibits: Sequence[Exhibit]) -> Iterator[str]:
    several = asked.base is not None or len(exhibits) > 1
    for one in exhibits:
        where = f"{one.place}: " if several else ""
        yield where + verdict_text(one.verdict, width=asked.width, colour=asked.colour)
        if several:
            yield "\n"


def _closing(asked: Comparison, outcomes: Counter[Outcome]) -> str:
    if not outcomes:
        return f"No layer class changed since `{asked.base}`\n"
    if asked.base is None and outcomes.total() == 1:
        return ""
    counts = [f"{outcomes[one]} {one.value}" for one in Outcome if outcomes[one]]
    noun = "layer" if outcomes.total() == 1 else "layers"
    return f"{outcomes.total()} {noun} compared: {', '.join(counts)}\n"
