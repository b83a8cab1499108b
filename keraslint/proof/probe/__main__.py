"""Start the child under a private package name, out of the way of the user's modules."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

NAME = "_keraslint"
OLDEST = (3, 10)


def start() -> None:
    """Load keraslint's folder as `_keraslint`, and serve requests until stdin ends."""
    if sys.version_info < OLDEST:
        print(json.dumps({"ready": False, "python": sys.version.split()[0]}))
        return
    here = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if entry != "" and Path(entry).resolve() != here]
    folder = here.parents[1]
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{NAME}.proof.probe.request_loop").main()


if __name__ == "__main__":
    start()
