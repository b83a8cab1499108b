"""The lines that a class's `build()` lacks → the edits that put them there."""

from __future__ import annotations

from keraslint.diagnostic import Edit
from keraslint.layer.child_builds.builds import Builds
from keraslint.layer.child_builds.told_inputs import retold
from keraslint.layer.layer_class import LayerClass
from keraslint.layer.motion.emit import insert_builds
from keraslint.layer.tree_edits import body_of, with_body


def build_edits(layer: LayerClass, builds: Builds) -> tuple[Edit, ...]:
    """Add the lines at the end of `build()`, before `super().build(…)` if that is there."""
    build = layer.method("build")
    assert build is not None
    kept = insert_builds(list(body_of(build.node)), builds)
    new = retold(with_body(build.node, kept, build.indent), builds.told)
    edits = build.edits(new) if builds.statements else ()
    return tuple(sorted((*edits, *builds.imports, *builds.elsewhere)))
