"""Ctrl-C while a network trains.

A step is never cut in two. The first signal ends training cleanly, the second one raises, and
the third one raises at once, whatever is running. A long computation whose results can be dropped
ends at once: the native engine drops the step that it is in, and validation is given up.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any


class Interrupted(KeyboardInterrupt):
    """Ends work that can be dropped; the loop then ends training cleanly."""


class Interrupts:
    """Counts SIGINT while it is entered, so that it does not raise in the middle of a step.

    Only the main thread gets signals; in other threads nothing changes.

    Parameters
    ----------
    patient : bool
        True: the first signal only counts (`fit` looks and ends). False: it raises as soon as the
        step is over (`train`).
    stop : function, optional
        Called by the first signal.
    terminates : bool
        True: SIGTERM counts as Ctrl-C does, unless the user's code handles it. A launcher of many
        processes sends it when it gets Ctrl-C, and a cluster before it takes its machines back.
    """

    def __init__(
        self, patient: bool, stop: Callable[[], None] | None = None, *, terminates: bool = False
    ) -> None:
        self.patient, self.stop, self.count, self.busy = patient, stop, 0, False
        self.droppable = False
        self.before: Any = None
        self.terminates = terminates and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            self.before = signal.signal(signal.SIGINT, self._handle)
            if self.terminates:
                signal.signal(signal.SIGTERM, self._handle)
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)
            if self.terminates:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if self.count and not self.patient and kind is None:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1 and self.stop is not None:
            self.stop()
        if self.droppable:
            raise Interrupted
        # The third signal raises in the middle of a step too: a callback or a source may hang.
        if self.count > 2 or (self.count > 1 and not self.busy):
            raise KeyboardInterrupt

    def drop_at_once(self) -> "Droppable":
        """Return a context for work that changes nothing until it is over: a signal ends it."""
        return Droppable(self)

    def after_step(self) -> bool:
        """Return True if training should end now; raise if a second signal came in the step."""
        if self.count > 1:
            raise KeyboardInterrupt
        return self.count > 0


class Droppable:
    """While entered, a signal raises `Interrupted`; so does one that came before.

    Parameters
    ----------
    interrupts : Interrupts
        Those of the run.
    """

    def __init__(self, interrupts: Interrupts) -> None:
        self.interrupts = interrupts

    def __enter__(self) -> None:
        self.interrupts.droppable = True
        if self.interrupts.count:
            self.interrupts.droppable = False
            raise Interrupted

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.interrupts.droppable = False
