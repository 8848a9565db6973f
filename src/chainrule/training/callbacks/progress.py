"""The progress that `fit` shows: a bar on a terminal or in a notebook, plain lines in a log."""

import shutil
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from .base import Callback, Run
from .pace import Pace, Place

LINES = 20  # a log gets about this many lines a run
QUIET = 10.0  # seconds without a line, after which a log gets one within an epoch
LONGEST = 600.0  # such lines become rarer, up to this number of seconds from one to the next
PAUSE = 0.1  # seconds between two drawings of the bar
BAR = 8  # columns of the bar next to the numbers, at least
MOST = 24  # columns of the bar, at most
TIMES = 15  # columns of "00:12<01:40" and the spaces around it
LAYOUT = "{{desc}} {{bar:{}}} {{elapsed}}<{{remaining}}  {}"
ON_A_PAGE = "{{desc}} {{bar}} {{elapsed}}<{{remaining}}  {}"  # cut at the bar by tqdm


class Progress(Callback):
    """A bar for a run, with the loss so far of this epoch and the other numbers of the last one.

    In long epochs it also shows how much of the epoch is done, and the time that is left of it. It
    loads `tqdm` when a run begins.
    """

    only_writes = True
    pauses_only = True
    shows_progress = True

    def __init__(self) -> None:
        self._bar: Any = None
        self._looks: Callable[..., dict[str, Any]] = looks
        self._pace = Pace()
        self._shown = 0.0

    def on_train_begin(self, run: Run) -> None:
        self._shown = perf_counter()
        done = run.state.epoch - run.state.started
        self._pace = Pace()
        widgets = widget_bar() if "ipykernel" in sys.modules else None
        self._looks = looks if widgets is None else looks_on_a_page
        kind = plain_bar() if widgets is None else widgets
        page = widgets is not None  # there `ncols` would be a number of pixels
        self._bar = kind(file=sys.stdout, dynamic_ncols=page, **self._looks(run, done))

    def on_epoch_begin(self, run: Run) -> None:
        self._pace.begin(run, perf_counter())

    def on_pause(self, run: Run) -> None:
        """Move the bar inside an epoch."""
        now = perf_counter()
        if now - self._shown > PAUSE:
            place = self._pace.place(run, now)
            done = run.state.epoch - run.state.started + (place.part or 0.0)
            self._draw(run, done, place)

    def on_epoch_end(self, run: Run) -> None:
        self._pace.end(run)
        done = run.state.epoch + 1 - run.state.started
        if perf_counter() - self._shown > PAUSE or run.state.epoch + 1 == run.until:
            self._draw(run, done)

    def on_train_end(self, run: Run) -> None:
        if self._bar is not None:
            self._draw(run, run.state.epoch - run.state.started)
            if self._looks is looks_on_a_page and run.stopped != "interrupted":
                self._bar.total = self._bar.n  # a bar that ends early would be red
            self._close()

    def on_exception(self, run: Run, error: BaseException) -> None:
        """Leave the bar as it is, and begin a new line for the text that follows."""
        self._close()

    def _draw(self, run: Run, done: float, place: Place | None = None) -> None:
        if self._bar is None:
            return
        self._shown, self._bar.n = perf_counter(), done
        for name, value in self._looks(run, done, place).items():
            setattr(self._bar, name, value)
        self._bar.refresh()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def looks(run: Run, done: float, place: Place | None = None) -> dict[str, Any]:
    """Return tqdm's settings that make the line fit the terminal after `done` epochs.

    `place` is where the run is within an epoch; None: between two epochs.
    """
    size = shutil.get_terminal_size()  # 80 x 24 if the terminal does not know its own
    total, columns = run.until - run.state.started, size.columns - 1
    desc = f"epoch {int(done)}/{total}"
    words = latest(run) if place is None else latest_within(run)
    if place is not None:
        most = columns - len(desc) - TIMES - 2 - min(BAR + 20, columns // 3)
        desc += next((text for text in place.texts() if len(text) <= most), "")
    room = columns - len(desc) - TIMES
    text = short_numbers(words, room - BAR)
    width = max(1, min(MOST, room - len(text)))
    layout = LAYOUT.format(width, _literal(text))
    lines = {"ncols": columns, "nrows": size.lines}  # tqdm shows nothing on 0 lines
    return {"total": total, "desc": desc, "bar_format": layout, **lines}


def looks_on_a_page(run: Run, done: float, place: Place | None = None) -> dict[str, Any]:
    """Return tqdm's settings in a notebook, where the numbers may be as wide as the page."""
    total = run.until - run.state.started
    words = latest(run) if place is None else latest_within(run)
    layout = ON_A_PAGE.format(_literal(numbers(words)))
    desc = f"epoch {int(done)}/{total}" + ("" if place is None else place.texts()[0])
    return {"total": total, "desc": desc, "bar_format": layout}


def latest(run: Run) -> dict[str, float]:
    """Return the numbers of the last epoch; in the first one, its mean loss so far."""
    loss, rows = run.state.sums
    return run.logs or ({"loss": loss / rows} if rows else {})


def latest_within(run: Run) -> dict[str, float]:
    """Return the mean loss so far of this epoch, and the other numbers of the last epoch."""
    loss, rows = run.state.sums
    return run.logs | ({"loss": loss / rows} if rows else {})


def _literal(text: str) -> str:
    """Return text that `format` leaves as it is; tqdm looks for {bar} before."""
    return text.replace("{bar}", "{bar }").replace("{", "{{").replace("}", "}}")


def widget_bar() -> Any:
    """Return tqdm's bar of notebooks, or None if ipywidgets cannot be imported."""
    try:
        import ipywidgets  # noqa: F401
        from tqdm.notebook import tqdm
    except Exception:  # a package of another version raises anything
        return None
    return _unwatched(tqdm)


def plain_bar() -> Any:
    """Return tqdm's bar of terminals."""
    from tqdm import tqdm

    return _unwatched(tqdm)


def _unwatched(kind: Any) -> Any:
    """Return a kind of bar without a thread that watches it: a process may fork meanwhile."""
    return type("Bar", (kind,), {"monitor_interval": 0})


class Log(Callback):
    """Plain lines, about twenty a run; a few more if epochs take longer than 10 seconds."""

    only_writes = True
    pauses_only = True
    shows_progress = True

    def __init__(self) -> None:
        self._pace = Pace()
        self._seen = 0  # epochs whose line was printed or left out
        self._printed, self._wait = 0.0, QUIET

    def on_train_begin(self, run: Run) -> None:
        self._pace, self._seen = Pace(), run.state.epoch - run.state.started
        self._printed, self._wait = perf_counter(), QUIET

    def on_epoch_begin(self, run: Run) -> None:
        self._pace.begin(run, perf_counter())

    def on_pause(self, run: Run) -> None:
        """Print the lines of epochs that are over, or one within an epoch after a long silence."""
        self._epochs(run, run.state.epoch - run.state.started)
        now = perf_counter()
        if now - self._printed > self._wait and run.state.sums[1]:
            done, total = run.state.epoch - run.state.started, run.until - run.state.started
            place = self._pace.place(run, now)
            if place.part == 1:  # its own line comes now
                return
            loss = run.state.sums[0] / run.state.sums[1]
            print(f"epoch {done + 1}/{total}: {place.words()}  loss {loss:.4g}", flush=True)
            self._printed, self._wait = now, min(2 * self._wait, LONGEST)

    def on_epoch_end(self, run: Run) -> None:
        self._pace.end(run)
        self._epochs(run, run.state.epoch + 1 - run.state.started)

    def _epochs(self, run: Run, done: int) -> None:
        """Print the lines of the epochs up to this one."""
        total = run.until - run.state.started
        every = max(1, total // LINES)
        first = self._seen + 1
        due = {1, total, *range(-(-first // every) * every, done + 1, every)}
        for k in sorted(k for k in due if first <= k <= done):
            logs = {name: values[k - 1] for name, values in run.history.items()}
            print(f"epoch {k}/{total}  {numbers(logs)}", flush=True)
            self._printed = perf_counter()
        self._seen = max(self._seen, done)

    def on_train_end(self, run: Run) -> None:
        if run.stopped:
            ended = run.epoch - run.state.started
            at_an_end = run.best_epoch is not None and not run.state.position
            best = f"; the network is in its best epoch, {ended}"
            text = best if at_an_end and ended - 1 == run.best_epoch else ""
            print(f"training ended: {run.stopped}{text}", flush=True)


def numbers(logs: dict[str, float], digits: int = 4) -> str:
    """Return "loss 0.25  accuracy 0.9"."""
    return "  ".join(f"{name} {value:.{digits}g}" for name, value in logs.items())


def short_numbers(logs: dict[str, float], width: int) -> str:
    """Return the numbers of an epoch in at most `width` columns.

    If they need more, they lose digits. If that is not enough, the numbers of the validation rows
    lose their names and follow the word "val". Then the last metrics are left out, each with its
    number of the validation rows. At last, the final numbers are left out.
    """
    train = [name for name in logs if not name.startswith("val_")]
    texts = [numbers(logs), numbers(logs, 3)]
    if len(train) < len(logs) and all(f"val_{name}" in logs for name in train):
        for k in range(len(train), min(len(train), 2) - 1, -1):
            own = " ".join(f"{name} {logs[name]:.3g}" for name in train[:k])
            texts.append(own + " | val " + _values([f"val_{name}" for name in train[:k]], logs))
    items = list(logs.items())
    texts += [numbers(dict(items[:k]), 3) for k in range(len(items) - 1, -1, -1)]
    return next(text for text in texts if len(text) <= width or not text)


def _values(names: list[str], logs: dict[str, float]) -> str:
    return " ".join(f"{logs[name]:.3g}" for name in names)


def progress(verbose: int | None, callbacks: Sequence[Callback] = ()) -> list[Callback]:
    """Return the callbacks that show a run: none for 0, plain lines for 1.

    For None it is a bar on a terminal or in a notebook, and plain lines elsewhere; none in a worker
    process, since those of a search would all write to one screen. If one of the `callbacks` shows
    the progress itself, there is none beside it.
    """
    if verbose is None and in_worker():
        return []
    if verbose == 0 or any(callback.shows_progress for callback in callbacks):
        return []
    interactive = sys.stdout.isatty() or "ipykernel" in sys.modules
    return [Progress()] if verbose is None and interactive else [Log()]


def in_worker() -> bool:
    """Return True in a process that works for another one: of joblib, Dask, Ray, a pool."""
    from multiprocessing import current_process

    if current_process().name != "MainProcess":
        return True
    ray: Any = sys.modules.get("ray")  # its workers are not started by multiprocessing
    if not hasattr(ray, "get_runtime_context") or not ray.is_initialized():
        return False
    return ray.get_runtime_context().get_task_id() is not None
