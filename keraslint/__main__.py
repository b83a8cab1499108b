"""`python -m keraslint` is `keraslint`."""

from __future__ import annotations

from keraslint.cli import main

if __name__ == "__main__":
    main()
