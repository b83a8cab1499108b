"""An interpreter's path → the folders in which its packages are installed; it is never run."""

from __future__ import annotations

import sys
from pathlib import Path

_LAYOUTS = ("lib/python3*/site-packages", "lib64/python3*/site-packages", "Lib/site-packages")

NOT_READ = frozenset(
    """keras tf_keras keras_core tensorflow tensorboard numpy scipy pandas jax jaxlib torch flax
    google absl h5py six wrapt matplotlib sklearn PIL cv2""".split()
)
"""Packages that hold no layers of a project, or those of Keras, which are known without reading."""


def site_packages(python: str | None) -> tuple[Path, ...]:
    """The folders of installed packages of the interpreter that the user names.

    Without a name nothing is looked up: what is found must not depend on where keraslint itself
    happens to be installed.
    """
    if python is None:
        return ()
    prefix = Path(python).absolute().parent.parent
    found = [folder for layout in _LAYOUTS for folder in sorted(prefix.glob(layout))]
    if not found and Path(python) == Path(sys.executable):
        found = [Path(entry) for entry in sys.path if entry.endswith("site-packages")]
    return tuple(dict.fromkeys(found))
