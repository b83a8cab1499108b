"""Claims → verdicts by the workers of an executor: the project's Python files travel with them.

Any `concurrent.futures.Executor` will do whose workers have keraslint and a Keras. A worker lays
the files down once, and keeps a warm child for them. Verdicts come back whole; none is kept for the
next run, since what it rests on is on another machine.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from keraslint.cache import digest
from keraslint.diagnostic import Outcome, Verdict
from keraslint.plain_data import plain, revived
from keraslint.project.files.discover import files_in
from keraslint.settings import Settings

from .child_process import Gone
from .claim import Claim, ProofOptions
from .prove import Prover

MOST = 100_000
"""Files of a project up to which they are sent."""


@dataclass(frozen=True, slots=True)
class Luggage:
    """The Python files of a project, zipped, and their digest."""

    data: bytes
    digest: str

    @classmethod
    def of(cls, root: Path) -> Luggage:
        """Pack what is below a folder and not excluded by default."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files_in(root, Settings(root=root), at_most=MOST) or ():
                told = zipfile.ZipInfo(path.resolve().relative_to(root).as_posix())
                archive.writestr(told, path.read_bytes())
        data = packed.getvalue()
        return cls(data, digest([data]))


class FarProver(Prover):
    """A prover that has claims proved by an executor's workers, `workers` at a time.

    `send` puts what is large where the workers find it; a claim on a file outside the project is
    proved here.
    """

    def __init__(
        self,
        options: ProofOptions,
        executor: Executor,
        workers: int,
        send: Callable[[Luggage], Any] = lambda luggage: luggage,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(replace(options, root=options.root.resolve(), cache_dir=None))
        self._executor = executor
        self._workers = workers
        self._send = send
        self._close = close
        self._at_work: set[Future[Told]] = set()

    @cached_property
    def _sent(self) -> Any:
        return self._send(Luggage.of(self.options.root))

    def prove(self, claim: Claim, *, timeout: float | None = None) -> Verdict:
        """Have both versions of one layer built and run by a worker."""
        options = self.options if timeout is None else replace(self.options, timeout=timeout)
        if not all(self._is_ours(path) for path in (claim.path, claim.after_path) if path):
            return super().prove(claim, timeout=timeout)
        try:
            told = self._told(claim, options)
        except (CancelledError, OSError, RuntimeError) as error:
            reason = f"no worker has proved it: {str(error) or type(error).__name__}"
            return Verdict(outcome=Outcome.UNKNOWN, layer=claim.layer, reason=reason)
        self._was_ready = self._was_ready or not told.broken
        if told.broken:
            self._broken[claim.keras] = Gone(*told.broken)
        return told.verdict

    @property
    def at_once(self) -> int:
        """As many as there are workers."""
        return max(self._workers, 1)

    def stop(self, reason: str) -> None:
        """Wait for no worker any more."""
        super().stop(reason)
        for future in [*self._at_work]:
            future.cancel()

    def close(self) -> None:
        """Let the workers go."""
        self._close()
        super().close()

    def _told(self, claim: Claim, options: ProofOptions) -> Told:
        future = self._executor.submit(prove_here, self._sent, claim, options)
        self._at_work.add(future)
        try:
            return future.result()
        finally:
            self._at_work.discard(future)

    def _is_ours(self, path: Path) -> bool:
        return self.options.root in path.resolve().parents


@dataclass(frozen=True, slots=True)
class Told:
    """A worker's answer; `broken` is why it can prove nothing at all, and the way out."""

    verdict: Verdict
    broken: tuple[str, ...] = ()


def prove_here(luggage: Luggage, claim: Claim, options: ProofOptions) -> Told:
    """Prove a claim of another machine on this one; paths in the verdict are those of the other."""
    prover, folder = _WORKSHOP.opened(luggage, options)
    there, here = str(options.root), str(folder)
    verdict = prover.prove(_moved(claim, options.root, folder))
    text = json.dumps(asdict(verdict), default=plain).replace(here, there)
    return Told(revived(Verdict, json.loads(text)), prover.useless)


class _Workshop:
    """What a worker keeps warm: the last project, laid down in a folder, and a child for it."""

    def __init__(self) -> None:
        self._for: tuple[str, ProofOptions] | None = None
        self._prover: Prover | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._lock = Lock()

    def opened(self, luggage: Luggage, options: ProofOptions) -> tuple[Prover, Path]:
        """The prover and the folder of a project; the threads of a worker share them."""
        with self._lock:
            return self._opened(luggage, options)

    def _opened(self, luggage: Luggage, options: ProofOptions) -> tuple[Prover, Path]:
        if self._for != (luggage.digest, options) or self._prover is None or self._folder is None:
            if self._prover is not None:
                self._prover.close()
            self._folder = tempfile.TemporaryDirectory(prefix="keraslint-project-")
            folder = Path(self._folder.name).resolve()
            with zipfile.ZipFile(io.BytesIO(luggage.data)) as archive:
                archive.extractall(folder)
            src = tuple(_path(path, options.root, folder) for path in options.src)
            self._prover = Prover(replace(options, root=folder, src=src))
            self._for = luggage.digest, options
        return self._prover, Path(self._folder.name).resolve()


_WORKSHOP = _Workshop()


def _moved(claim: Claim, root: Path, folder: Path) -> Claim:
    return replace(
        claim,
        path=_path(claim.path, root, folder),
        after_path=_path(claim.after_path, root, folder) if claim.after_path else None,
        around=tuple((str(_path(Path(p), root, folder)), text) for p, text in claim.around),
    )


def _path(path: Path, root: Path, folder: Path) -> Path:
    """The same file in another folder; what is not below the first stays where it is."""
    full = path.resolve()
    return folder / full.relative_to(root) if root == full or root in full.parents else full
