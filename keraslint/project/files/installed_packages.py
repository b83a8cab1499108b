"""An environment's folder → the folders in which its packages are installed; nothing is run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

_LAYOUTS = ("lib/python3*/site-packages", "lib64/python3*/site-packages", "Lib/site-packages")

NOT_READ = frozenset(
    """keras tf_keras keras_core tensorflow tensorboard numpy scipy pandas jax jaxlib torch flax
    google absl h5py six wrapt matplotlib sklearn PIL cv2""".split()
)
"""Packages that hold no layers of a project, or those of Keras, which are known without reading."""


def in_interpreter(python: str) -> tuple[Path, ...]:
    """The folders of installed packages of an interpreter."""
    found = in_prefix(Path(python).absolute().parent.parent)
    if not found and Path(python) == Path(sys.executable):
        found = tuple(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    return found


def in_prefix(prefix: Path) -> tuple[Path, ...]:
    """The folders of the packages of an environment, and those to which it refers."""
    layouts = {one.resolve(): one for layout in reversed(_LAYOUTS) for one in prefix.glob(layout)}
    own = sorted(layouts.values())  # `lib64` is often another name of `lib`
    referred = [other for folder in own for other in _path_files(folder)]
    return tuple(dict.fromkeys([*own, *referred, *(_of_system(prefix) if own else ())]))


def _path_files(folder: Path) -> Iterator[Path]:
    """The folders that `.pth` files add, such as those of packages in development."""
    for file in sorted(folder.glob("*.pth")):
        for line in _lines(file):
            if line and not line.startswith(("#", "import ", "import\t")):
                place = folder / line
                if place.is_dir():
                    yield place


def _of_system(prefix: Path) -> Iterator[Path]:
    """The packages of the interpreter that an environment was made from, if it shows them."""
    told = [line.partition("=") for line in _lines(prefix / "pyvenv.cfg")]
    values = {key.strip().lower(): value.strip() for key, _, value in told}
    if values.get("include-system-site-packages", "").lower() != "true" or "home" not in values:
        return
    version = ".".join((values.get("version") or values.get("version_info", "3")).split(".")[:2])
    base = Path(values["home"]).parent
    for layout in (f"lib/python{version}/*-packages", "lib/python3/dist-packages", _LAYOUTS[-1]):
        yield from sorted(base.glob(layout))


def _lines(file: Path) -> list[str]:
    try:
        return [line.strip() for line in file.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return []
