"""Layers whose proof begins and ends → one line that says what is at work, how many, how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST_NAMED = 4
SECOND = 1.0


class Progress:
    """Counts the layers of a run; threads may tell it things at the same time.

    `log` is given a line for each layer that is settled. `tick` is the number of seconds after
    which the line is shown anew though nothing has happened.
    """

    def __init__(
        self,
        show: Callable[[str], None],
        log: Callable[[str], None] = lambda line: None,
        tick: float = SECOND,
    ) -> None:
        self._show = show
        self._log = log
        self._started = time.monotonic()
        self._at_work: list[str] = []
        self._done = 0
        self._total = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._clock = threading.Thread(target=self._go_on, args=(tick,), daemon=True)

    @property
    def done(self) -> int:
        """How many layers are settled."""
        return self._done

    def expect(self, layers: int) -> None:
        """So many layers more are to be proved."""
        with self._lock:
            self._total += layers

    def begins(self, layer: str) -> None:
        """The proof of a layer begins."""
        with self._lock:
            self._at_work.append(layer)
            self._show(self._line())
            if not self._clock.ident:
                self._clock.start()

    def ends(self, layer: str, told: str = "", *, again: bool = False) -> None:
        """The proof of a layer is over; `told` is how it came out.

        `again`: the layer was counted before, and what was left of its fixes was tried.
        """
        with self._lock:
            self._at_work.remove(layer)
            self._done += not again
            self._show(self._line())
            if told:
                seconds = time.monotonic() - self._started
                what = f"{layer}, what was left" if again else layer
                self._log(f"[{self._done}/{self._total}] {what}: {told} (after {seconds:.0f} s)")

    def over(self) -> None:
        """There is nothing more to show."""
        self._over.set()
        if self._clock.ident:
            self._clock.join()
        self._show("")

    def _go_on(self, tick: float) -> None:
        """Let the clock of the line go on while a proof takes its time."""
        while not self._over.wait(tick):
            with self._lock:
                self._show(self._line())

    def _line(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        count = f"proving: {self._done} of {self._total} layers done in {minutes}:{seconds:02}"
        named = ", ".join(self._at_work[:MOST_NAMED])
        return f"{count}; at {named}" if named else count
