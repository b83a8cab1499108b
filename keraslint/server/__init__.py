"""The language server: what an editor holds and asks → diagnostics, fixes and pages."""

from __future__ import annotations

import gc

from keraslint.server.project_lookup import Asked
from keraslint.settings import ConfigError


def serve(asked: Asked) -> None:
    """Talk to an editor through standard input and output until it says goodbye.

    Raises:
        ConfigError: pygls is not installed.
    """
    try:
        from keraslint.server.protocol import start
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        reason = "`keraslint server` needs pygls: install `keraslint[lsp]`"
        raise ConfigError(reason) from None
    gc.enable()  # the command line turns it off, for runs that end soon
    start(asked)
