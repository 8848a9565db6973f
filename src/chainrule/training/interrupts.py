"""Ctrl-C while a network trains.

A step is never cut in two. The first signal ends training cleanly, the second one raises, and
the third one raises at once, whatever is running.
"""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Counts SIGINT while it is entered, so that it does not raise in the middle of a step.

    Only the main thread gets signals; in other threads nothing changes.

    Parameters
    ----------
    patient : bool
        True: the first signal only counts (`fit` looks and ends). False: it raises as soon as the
        step is over (`train`).
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
        # The third signal raises in the middle of a step too: a callback or a source may hang.
        if self.count > 2 or (self.count > 1 and not self.busy):
            raise KeyboardInterrupt

    def after_step(self) -> bool:
        """Return True if training should end now; raise if a second signal came in the step."""
        if self.count > 1:
            raise KeyboardInterrupt
        return self.count > 0
