"""What `fit` shows: a bar on a terminal or in a notebook, plain lines in a log."""

import sys
from time import perf_counter
from typing import Any

from .base import Callback, Run

LINES = 20  # a log gets at the most about so many lines a run
PAUSE = 0.1  # seconds between two looks of the bar


class Progress(Callback):
    """One bar a run, with the numbers of the last epoch. Loaded with `rich` when there is somebody to see it."""

    only_writes = True

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._shown = 0.0

    def on_train_begin(self, run: Run) -> None:
        from rich.progress import (
            BarColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[numbers]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, auto_refresh=False)
        self._bar.start()
        done = run.state.epoch - run.state.started
        self._task = self._bar.add_task(
            "", total=run.until - run.state.started, completed=done, numbers=""
        )

    def on_epoch_end(self, run: Run) -> None:
        now = perf_counter()
        done = run.state.epoch + 1 - run.state.started
        if now - self._shown > PAUSE or run.state.epoch + 1 == run.until:
            self._shown = now
            self._bar.update(self._task, completed=done, numbers=numbers(run.logs), refresh=True)

    def on_train_end(self, run: Run) -> None:
        if self._bar is not None:
            done = run.state.epoch - run.state.started
            self._bar.update(self._task, completed=done, numbers=numbers(run.logs), refresh=True)
            self._bar.stop()
            self._bar = None

    def on_exception(self, run: Run, error: BaseException) -> None:
        if (
            self._bar is not None
        ):  # else the terminal stays without a cursor, and the next bar has no place
            self._bar.stop()
            self._bar = None


class Log(Callback):
    """Plain lines, at the most about twenty a run."""

    only_writes = True

    def on_epoch_end(self, run: Run) -> None:
        done, total = run.state.epoch + 1 - run.state.started, run.until - run.state.started
        every = max(1, total // LINES)
        if done % every == 0 or done in (1, total):
            print(f"epoch {done}/{total}  {numbers(run.logs)}", flush=True)

    def on_train_end(self, run: Run) -> None:
        if run.stopped:
            whole = (
                run.best_epoch is not None and not run.state.position
            )  # it stands behind an epoch
            ended = run.epoch - run.state.started
            best = (
                f"; the network is in its best epoch, {ended}"
                if whole and ended - 1 == run.best_epoch
                else ""
            )
            print(f"training ended: {run.stopped}{best}", flush=True)


def numbers(logs: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.4g}" for name, value in logs.items())


def progress(verbose: int | None) -> list[Callback]:
    """verbose=0: nothing; 1: plain lines; None: a bar where there is a terminal or a notebook, else plain lines."""
    if verbose == 0:
        return []
    interactive = sys.stdout.isatty() or "ipykernel" in sys.modules
    return [Progress()] if verbose is None and interactive else [Log()]
