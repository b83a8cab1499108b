"""Jobs → replies of one probe process, which works on several at a time.  (the only subprocess)"""

from __future__ import annotations

import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from .missing_keras import OTHER, missing

PROBE = Path(__file__).parent / "probe" / "__main__.py"
START_LIMIT = 180.0
FAREWELL = 2.0
HELLO = -1
CENSUS = """
import json, os, sys
packages = []
for place in sys.path:
    try:
        packages += sorted(name for name in os.listdir(place) if "-info" in name or ".egg" in name)
    except OSError:
        pass
home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
try:
    settings = open(os.path.join(home, "keras.json")).read()
except OSError:
    settings = ""
backend = os.environ.get("KERAS_BACKEND")
print(json.dumps([sys.version, sys.platform, sys.executable, packages, settings, backend]))
"""
Reply = dict[str, Any]


class Gone(Exception):
    """There is no child to ask; the text says why, `way_out` what helps."""

    def __init__(self, reason: str, way_out: str = "") -> None:
        super().__init__(reason)
        self.way_out = way_out


class Lost(Gone):
    """The child ended while it was asked, perhaps over another job."""


class Child:
    """One probe process; threads may ask it at the same time."""

    def __init__(
        self, python: str, backend: str | None, keras: int = 0, compiled: Path | None = None
    ) -> None:
        self.python = python
        self._home = tempfile.mkdtemp(prefix="keraslint-probe-")
        self._ids = itertools.count()
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.Queue[Reply | None]] = {HELLO: queue.Queue()}
        self._over = False
        self.asked = keras
        self._process = self._popen(backend, keras, compiled)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            hello = self._hear(HELLO, START_LIMIT)
        except BaseException:
            self.close()
            raise
        if not hello["ready"]:
            self.close()
            raise Gone(*missing(hello, self.python, keras))
        self.forks: bool = hello["forks"]
        self.spent = False
        self.generation: int = hello["generation"]
        self.environment = f"{hello['keras']}, {hello['backend']}, python {hello['python']}"

    def _popen(
        self, backend: str | None, keras: int, compiled: Path | None
    ) -> subprocess.Popen[str]:
        environment = {**os.environ, "KERASLINT_KERAS": str(keras or "")}
        if compiled:  # what JAX compiles, which takes most of its time, is kept for other runs
            environment.setdefault("JAX_COMPILATION_CACHE_DIR", str(compiled.resolve()))
        if backend:
            environment["KERAS_BACKEND"] = backend
        try:
            return subprocess.Popen(
                [self.python, "-u", str(PROBE)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                cwd=self._home,
                env=environment,
            )
        except OSError as error:
            shutil.rmtree(self._home, ignore_errors=True)
            raise Gone(f"cannot run {self.python}: {error.strerror}", OTHER) from error

    def _listen(self) -> None:
        """Hand each line to the one who waits for it; and the end to all."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            reply = json.loads(line)
            with self._lock:
                waiting = self._waiting.get(reply.get("id", HELLO))
            if waiting is not None:
                waiting.put(reply)
        with self._lock:
            self._over = True
            for waiting in self._waiting.values():
                waiting.put(None)

    def _hear(self, number: int, limit: float) -> Reply:
        try:
            reply = self._waiting[number].get(timeout=limit)
        except queue.Empty:
            self.close()
            raise Gone(f"the probe was ended after {limit:.0f} s without an answer") from None
        finally:
            with self._lock:
                del self._waiting[number]
        if reply is None:
            raise Lost(f"the probe in {self.python} ended without an answer")
        return reply

    def ask(self, job: dict[str, Any], limit: float) -> Reply:
        """Send one job and wait for its answer."""
        with self._lock:
            if self._over:
                raise Lost("the probe is gone")
            number = next(self._ids)
            self._waiting[number] = queue.Queue()
            self._say(json.dumps({**job, "id": number}))
            self.spent = not self.forks
        return self._hear(number, limit)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise Lost("the probe is gone") from error

    def close(self) -> None:
        """End the process, its workers first, and remove its folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(FAREWELL)
        self._process.stdout.close()
        shutil.rmtree(self._home, ignore_errors=True)


def census(python: str, backend: str | None) -> str:
    """The interpreter, the versions of its packages and Keras' settings; empty if it cannot run."""
    environment = {**os.environ, **({"KERAS_BACKEND": backend} if backend else {})}
    try:
        done = subprocess.run(
            [python, "-c", CENSUS], capture_output=True, text=True, env=environment, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
