"""The progress that `fit` shows: a bar on a terminal or in a notebook, plain lines in a log."""

import shutil
import sys
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from .base import Callback, Run

LINES = 20  # a log gets about this many lines a run
PAUSE = 0.1  # seconds between two drawings of the bar
BAR = 8  # columns of the bar next to the numbers, at least
MOST = 24  # columns of the bar, at most
TIMES = 15  # columns of "00:12<01:40" and the spaces around it
LAYOUT = "{{desc}} {{bar:{}}} {{elapsed}}<{{remaining}}  {}"


class Progress(Callback):
    """A bar for a run, with the numbers of the last epoch. It loads `tqdm` when a run begins."""

    only_writes = True

    def __init__(self) -> None:
        self._bar: Any = None
        self._shown = 0.0

    def on_train_begin(self, run: Run) -> None:
        self._shown = perf_counter()
        self._bar = bar_class()(file=sys.stdout, **looks(run, run.state.epoch - run.state.started))

    def on_pause(self, run: Run) -> None:
        """Move the bar inside an epoch."""
        if perf_counter() - self._shown > PAUSE:
            rows = len(run.source) if hasattr(run.source, "__len__") else 0
            part = min(run.state.position / rows, 1.0) if rows else 0.0
            self._draw(run, run.state.epoch - run.state.started + part)

    def on_epoch_end(self, run: Run) -> None:
        done = run.state.epoch + 1 - run.state.started
        if perf_counter() - self._shown > PAUSE or run.state.epoch + 1 == run.until:
            self._draw(run, done)

    def on_train_end(self, run: Run) -> None:
        if self._bar is not None:
            self._draw(run, run.state.epoch - run.state.started)
            self._close()

    def on_exception(self, run: Run, error: BaseException) -> None:
        """Leave the bar as it is, and begin a new line for the text that follows."""
        self._close()

    def _draw(self, run: Run, done: float) -> None:
        if self._bar is None:
            return
        self._shown, self._bar.n = perf_counter(), done
        for name, value in looks(run, done).items():
            setattr(self._bar, name, value)
        self._bar.refresh()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def looks(run: Run, done: float) -> dict[str, Any]:
    """Return tqdm's settings that make the line fit the terminal after `done` epochs."""
    total, columns = run.until - run.state.started, shutil.get_terminal_size().columns - 1
    desc = f"epoch {int(done)}/{total}"
    room = columns - len(desc) - TIMES
    text = short_numbers(run.logs, room - BAR)
    width = max(1, min(MOST, room - len(text)))
    literal = text.replace("{", "{{").replace("}", "}}")
    layout = LAYOUT.format(width, literal)
    return {"total": total, "desc": desc, "ncols": columns, "bar_format": layout}


def bar_class() -> Any:
    """Return tqdm's bar: the one of notebooks if its package is installed, else the plain one."""
    if "ipykernel" in sys.modules and find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread that watches the bar: a process may fork while it is shown

    return Bar


class Log(Callback):
    """Plain lines, about twenty a run."""

    only_writes = True

    def on_epoch_end(self, run: Run) -> None:
        done, total = run.state.epoch + 1 - run.state.started, run.until - run.state.started
        every = max(1, total // LINES)
        if done % every == 0 or done in (1, total):
            print(f"epoch {done}/{total}  {numbers(run.logs)}", flush=True)

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
    lose their names and follow the word "val". At last, the final numbers are left out.
    """
    train = {name: v for name, v in logs.items() if not name.startswith("val_")}
    validation = {name: v for name, v in logs.items() if name.startswith("val_")}
    values = " ".join(f"{v:.3g}" for v in validation.values())
    grouped = " ".join(f"{name} {v:.3g}" for name, v in train.items()) + f" | val {values}"
    texts = [numbers(logs), numbers(logs, 3)]
    same = [f"val_{name}" for name in train] == list(validation)
    texts += [grouped] if same else []
    items = list(logs.items())
    texts += [numbers(dict(items[:k]), 3) for k in range(len(items) - 1, -1, -1)]
    return next(text for text in texts if len(text) <= width or not text)


def progress(verbose: int | None) -> list[Callback]:
    """Return the callbacks that show a run: none for 0, plain lines for 1.

    For None it is a bar on a terminal or in a notebook, and plain lines elsewhere.
    """
    if verbose == 0:
        return []
    interactive = sys.stdout.isatty() or "ipykernel" in sys.modules
    return [Progress()] if verbose is None and interactive else [Log()]
