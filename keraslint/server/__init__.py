"""The language server: what an editor holds and asks → diagnostics, fixes and pages."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from keraslint.server.project_lookup import Asked
from keraslint.settings import ConfigError

if TYPE_CHECKING:
    from keraslint.server.examine_command import Examine
    from keraslint.server.proof_command import Prove


def serve(asked: Asked, prove: Prove | None = None, examine: Examine | None = None) -> None:
    """Talk to an editor through standard input and output until it says goodbye.

    `prove` runs a layer before and after a fix, and `examine` runs it as it is, when the user asks
    for it.

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
    start(asked, prove, examine)
