"""A fix that an editor offers → the verdict on it, by running its layer before and after."""

from __future__ import annotations

from pathlib import Path

from keraslint.commands.running.compare import proof_options
from keraslint.diagnostic import Fix, Verdict
from keraslint.fix.apply import edited
from keraslint.project.files.source import Source
from keraslint.proof.prove import Claim, Prover
from keraslint.proof.recipes.recipe import recipes_for, recipes_in, recipes_of_config
from keraslint.settings import Settings


def prove(source: Source, fix: Fix, settings: Settings) -> Verdict:
    """Prove a fix of a text as it is in the editor. Raises `ConfigError` without a Keras."""
    given = recipes_of_config(fix.layer, settings.recipes)
    claim = Claim(
        layer=fix.layer,
        path=Path(source.path),
        before=source.text,
        after=edited(source, fix.edits),
        promise=fix.promise,
        recipes=given or recipes_for(fix.layer, recipes_in(source.text)),
        keras=fix.keras,
    )
    with Prover(proof_options(settings)) as prover:
        verdict = prover.prove(claim)
        prover.require_keras()
        return verdict
