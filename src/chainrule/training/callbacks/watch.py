"""Live curves of a run, and what looks ill in it, while it trains."""

from __future__ import annotations

import io
import math
import sys
from time import perf_counter
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...settings import is_number
from ..checkup import Checkup
from .base import Callback, Run
from .early_stopping import EarlyStopping
from .pace import Pace, clock
from .progress import Log, latest, numbers, short_numbers
from .screens import Lines, Page, Picture, Terminal, is_helper, screen_of

PULSE = 0.05  # seconds between two readings of the loss
SHARE = 100  # drawing, and looking, may each take one part in so many of the time
FIRST, RARER = 60.0, 4  # a log gets a picture after 60 s, then after 4 times as long, and so on
MOST = 1000  # stretches of a curve that are drawn
POINTS = 400  # of the loss within the first epoch
SOON = 1.0  # a run counts as so many seconds long when it is looked at for the last time


class Watch(Callback):
    """Draws the curves of a run while it trains, and says what looks ill in it.

    A terminal shows them in plain characters and redraws them in place; a notebook shows them as
    SVG. A log, or any other output that is no terminal, gets about twenty lines and the curves at
    the end. Below the curves are sentences, each once: the loss grows and NaN is ahead, all units
    of a layer are dead or saturated, loss or weights do not move, the network learns its training
    rows by heart. It takes the place of the progress bar and changes nothing in the run. It takes
    about 2 % of its time, and some milliseconds at its end.

    What a callback of yours prints meanwhile is drawn over on a terminal.

    Units are looked at on at most 64 of the training rows, if these are in memory. An RBM has no
    Program, so only its loss is watched.

    Parameters
    ----------
    every : float
        Seconds from one picture to the next, > 0; more if drawing is slow.
    checks : bool
        False: show the curves alone.

    Raises
    ------
    ParameterError
        A number outside its range.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    >>> history = net.fit([[0.0], [1.0]], [[0.0], [1.0]], epochs=9, callbacks=[cr.Watch()])
    ... # doctest: +ELLIPSIS
    epoch 1/9  loss ...
    """

    only_writes = True
    pauses_only = True
    shows_progress = True

    def __init__(self, every: float = 0.5, *, checks: bool = True) -> None:
        if not is_number(every) or not 0 < every < math.inf:
            raise ParameterError(
                f"Watch(every={every!r}): every must be a number of seconds > 0. "
                "The usual value is 0.5."
            )
        if not isinstance(checks, bool):
            raise ParameterError(f"Watch(checks={checks!r}): checks must be True or False.")
        self.every, self.checks = every, checks
        self._live: _Live | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings: copies and pickles do not go on with a run."""
        return self.__dict__ | {"_live": None}

    def on_train_begin(self, run: Run) -> None:
        """Begin to watch."""
        self._live = _Live(run, self.every, self.checks)

    def on_epoch_begin(self, run: Run) -> None:
        """Note the time at which the epoch begins."""
        if self._live is not None:
            self._live.pace.begin(run, perf_counter())
            self._live.log(run, "on_epoch_begin")

    def on_pause(self, run: Run) -> None:
        """Look at the run and draw it, if it is time."""
        if self._live is not None:
            self._live.see(run)

    def on_epoch_end(self, run: Run) -> None:
        """Note the length of the epoch."""
        if self._live is not None:
            self._live.pace.end(run)
            self._live.log(run, "on_epoch_end")

    def on_train_end(self, run: Run) -> None:
        """Draw the run as it is at its end."""
        if self._live is not None:
            self._live.finish(run)
            self._live = None

    def on_exception(self, run: Run, error: BaseException) -> None:
        """Draw the run once more; after Ctrl-C the last picture stays as it is."""
        live, self._live = self._live, None
        if live is not None and isinstance(error, Exception):
            live.fail(run)


class _Live:
    """What a Watch holds during one run: a screen, a checkup, and the times of its next actions."""

    def __init__(self, run: Run, every: float, checks: bool) -> None:
        self.every = every
        self.screen: Terminal | Lines | Page = screen_of(sys.stdout or io.StringIO())
        self.pace = Pace()
        self.lines = Log()  # what a log gets besides pictures
        self.helper = not self.screen.live and is_helper()
        self.log(run, "on_train_begin")
        stops = any(isinstance(c, EarlyStopping) for c in getattr(run, "callbacks", ()))
        quiet = frozenset({"overfitting"} if stops else ())
        whole: Any = run
        self.checkup = Checkup(whole, quiet) if checks else None
        self.begin = now = perf_counter()
        self.done = float(run.state.epoch - run.state.started)  # epochs before this run
        self.next_pulse, self.next_look = now, now
        self.next_picture = now + (every if self.screen.live else FIRST)
        self.wait = FIRST
        self.at: list[float] = []
        self.loss: list[float] = []

    # ---- at each pause

    def see(self, run: Run) -> None:
        """Read the loss, look for signs, and draw, each if it is time."""
        now = perf_counter()
        if now < self.next_pulse:
            return
        self.next_pulse = now + PULSE
        self.log(run, "on_pause")
        self._note(run, now)
        new = self._pulse(run)
        if now >= self.next_look:
            new += self._look(run, now - self.begin)
            spent = perf_counter() - now
            self.next_look = now + max(SHARE * spent, min(now - self.begin, self.every))
        self._say(new)
        if now >= self.next_picture or (new and self.screen.live):
            self._draw(run)

    def _pulse(self, run: Any) -> list[Any]:
        return [] if self.checkup is None else self.checkup.pulse(run)

    def _look(self, run: Any, spent: float) -> list[Any]:
        return [] if self.checkup is None else self.checkup.look(run, spent)

    def _note(self, run: Run, now: float) -> None:
        """Keep the loss within the first epoch, which has no other curve."""
        loss, rows = run.state.sums
        part = self.pace.place(run, now).part
        if run.history or not rows or part is None:
            return
        if len(self.at) == POINTS:  # keep every other one
            self.at, self.loss = self.at[::2], self.loss[::2]
        if not self.at or part - self.at[-1] > 0.5 / POINTS:
            self.at.append(part)
            self.loss.append(loss / rows)

    def _say(self, signs: list[Any]) -> None:
        """Tell a log of signs at once; a picture has them below its curves."""
        if isinstance(self.screen, Lines):
            for sign in signs:
                self.screen.say(f"! {sign}")

    def _draw(self, run: Run) -> None:
        began = perf_counter()
        self.screen.show(self._picture(run))
        now = perf_counter()
        if self.screen.live:
            self.next_picture = now + max(self.every, SHARE * (now - began))
        else:
            self.wait *= RARER
            self.next_picture = self.begin + self.wait

    # ---- at the end

    def finish(self, run: Run) -> None:
        """Look once more, and show the run as it is now."""
        self.log(run, "on_pause")
        if self.helper and isinstance(self.screen, Lines) and run.history:
            done, total = _epochs(run), run.until - run.state.started
            self.screen.say(f"epoch {done}/{total}  {numbers(run.logs)}")
        new = self._pulse(run) + self._look(run, max(perf_counter() - self.begin, SOON))
        self._say(new)
        self.log(run, "on_train_end")
        if not self.helper:
            self.screen.show(self._picture(run, ended=True))

    def fail(self, run: Run) -> None:
        """Show the run as it was before the error."""
        self._say(self._pulse(run))
        if self.screen.live:
            self.screen.show(self._picture(run))

    def log(self, run: Run, hook: str) -> None:
        """Let a log write its lines; a helper writes the last one alone."""
        if isinstance(self.screen, Lines) and not self.helper:
            getattr(self.lines, hook)(run)

    # ---- the picture

    def _picture(self, run: Run, *, ended: bool = False) -> Picture:
        columns = {name: thinned(np.asarray(v, float)) for name, v in run.history.items()}
        epochs = _epochs(run)
        signs = () if self.checkup is None else tuple(map(str, self.checkup.signs))
        heads = self._ended(run, epochs) if ended else self._heads(run)
        best = run.best_epoch if ended else None
        return Picture(heads, columns, epochs, np.array(self.at), np.array(self.loss), signs, best)

    def _heads(self, run: Run) -> tuple[str, ...]:
        """Return how far the run is, from the longest text to the shortest."""
        now = perf_counter()
        done, total = run.state.epoch - run.state.started, run.until - run.state.started
        place, (loss, rows) = self.pace.place(run, now), run.state.sums
        spent, made = now - self.begin, done + (place.part or 0.0) - self.done
        times = f"; {clock(spent)} so far"
        if made > 0:
            times += f", {clock(spent * (total - self.done - made) / made)} left"
        if not rows:
            short = f"{done} of {total} epochs"
            return short + times, short
        short = f"epoch {done + 1} of {total}"
        within = f": {place.words()}"
        if place.part is not None:
            percent = f": {100 * place.part:.0f} %"
            slow = place.long and place.left is not None
            within = f"{percent} ({clock(place.left or 0)} left)" if slow else f"{percent} done"
        texts = f"{within}, loss so far {loss / rows:.4g}", within, ""
        return *(short + text + times for text in texts), short

    def _ended(self, run: Run, done: int) -> tuple[str, ...]:
        """Return how the run ended."""
        total = run.until - run.state.started
        short = f"{done} of {total} epoch{'s' * (total != 1)}"
        why = f", ended: {run.stopped}" if run.stopped else ""
        best = f"; best epoch {run.best_epoch + 1}" if run.best_epoch is not None else ""
        times = f"; {clock(perf_counter() - self.begin)}"
        last = short_numbers(latest(run), 200)
        long = f"{short}{why}{best}{times}"
        return f"{long}; {last}", long, short + why, short


def _epochs(run: Run) -> int:
    """Return the number of epochs in the history."""
    return max(map(len, run.history.values()), default=0)


def thinned(values: Array) -> Array:
    """Return a copy of at most 2 · MOST numbers: the least and the largest of each stretch.

    A peak stays, and so do the first and the last number.
    """
    if len(values) <= 2 * MOST:
        return values.copy()
    starts = np.linspace(0, len(values), MOST + 1).astype(int)[:-1]
    found = np.empty(2 * MOST)
    found[::2] = np.minimum.reduceat(values, starts)
    found[1::2] = np.maximum.reduceat(values, starts)
    found[0], found[-1] = values[0], values[-1]
    return found
