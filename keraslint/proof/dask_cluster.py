"""Options of a proof → a prover on this machine, or one whose claims a Dask cluster proves."""

from __future__ import annotations

from typing import Any

from keraslint.settings import ConfigError

from .claim import ProofOptions
from .elsewhere import FarProver, Luggage
from .prove import Prover


def prover_for(options: ProofOptions) -> Prover:
    """Open a prover. Raises `ConfigError` for a scheduler that cannot be had."""
    return _of_cluster(options, options.scheduler) if options.scheduler else Prover(options)


def _of_cluster(options: ProofOptions, address: str) -> FarProver:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ConfigError("`--scheduler` needs Dask: install `keraslint[dask]`") from None
    try:
        client = Client(address, timeout=20)
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"--scheduler `{address}`: no scheduler answers: {reason}") from None
    threads = sum(client.nthreads().values())
    if not threads:
        client.close()
        raise ConfigError(f"--scheduler `{address}`: it has no workers")

    def send(luggage: Luggage) -> Any:
        return client.scatter(luggage, broadcast=True, hash=False)

    return FarProver(options, client.get_executor(retries=3), threads, send, client.close)
