"""Ctrl-C: a step is atomic, the first signal ends training cleanly, a second one raises; a third does not wait for anything."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """While entered, SIGINT is counted instead of raised in the middle of a step (in the main thread; elsewhere nothing changes).

    Parameters
    ----------
    patient : bool
        True: the first signal only counts (`fit` looks and ends). False: it raises as soon as the step is over (`train`).
    """

    def __init__(self, patient: bool) -> None:
        self.patient, self.count, self.busy = patient, 0, False
        self.before: Any = None

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            self.before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)
        if self.count and not self.patient and kind is None:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count > 2 or (
            self.count > 1 and not self.busy
        ):  # the third: a callback or a source may hang
            raise KeyboardInterrupt

    def after_step(self) -> bool:
        """Whether training should end now; a second signal that came during a step raises here."""
        if self.count > 1:
            raise KeyboardInterrupt
        return self.count > 0
