"""Where live curves are shown: a terminal, a page of a notebook, or a log."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from ...arrays import Array
from ...plots import pages
from ...plots.characters import Style, columns_of, run_curves, wrapped
from .progress import in_worker

WIDE = 80  # columns of a log
TALL = 13  # rows of the charts of a log, or of one row of charts on a terminal
TWICE = 26  # rows of two charts, one below the other
UP, ERASE_LINE, ERASE_BELOW = "\x1b[{}A", "\x1b[K", "\x1b[J"


@dataclass(frozen=True)
class Picture:
    """What is to be seen of a run.

    Parameters
    ----------
    heads : tuple of str
        How far the run is, from the longest text to the shortest.
    columns : dict of Array
        The history of the run: one number for each epoch, fewer if there are thousands.
    epochs : int
        The number of epochs in the history.
    at, loss : arrays
        In the first epoch: parts of it in [0, 1], and the mean loss up to there.
    signs : tuple of str
        What looks ill, each a sentence or two.
    best : int, optional
        The index of the best epoch, once the run has ended.
    """

    heads: tuple[str, ...]
    columns: Mapping[str, Array]
    epochs: int = 0
    at: Array = field(default_factory=lambda: np.zeros(0))
    loss: Array = field(default_factory=lambda: np.zeros(0))
    signs: tuple[str, ...] = ()
    best: int | None = None

    @property
    def in_first_epoch(self) -> bool:
        """True if no epoch is over, or if the only one has no curve but the loss within it."""
        return not self.epochs or (self.epochs == len(self.columns) == 1 < len(self.at))

    def head(self, width: int) -> str:
        """Return the longest head that fits."""
        return next((text for text in self.heads if len(text) <= width), self.heads[-1][:width])

    def lines(self, width: int, rows: int, style: Style) -> list[str]:
        """Return the picture as at most `rows` lines of at most `width` columns."""
        notes = [line for sign in self.signs for line in wrapped(f"! {sign}", width)]
        room = max(rows - 1 - len(notes), 0)
        if self.in_first_epoch:
            ends = "0 %", f"{100 * self.at[-1]:.0f} %" if len(self.at) else ""
            drawn = {"loss": self.loss} if len(self.loss) > 1 else {}
            step = "of the first epoch"
            charts = run_curves(
                drawn, width=width, rows=min(room, TALL), style=style, step=step, ends=ends
            )
        else:
            ends = "1", f"{self.epochs}" if self.epochs > 1 else ""
            charts = run_curves(
                self.columns, width=width, rows=min(room, TWICE), style=style, ends=ends
            )
        return [self.head(width), *charts, *notes][:rows]


class Screen(Protocol):
    """Shows pictures, each instead of the one before."""

    live: bool  # True if a picture replaces the one before

    def show(self, picture: Picture) -> None:
        """Show a picture."""


class Terminal:
    """A terminal: the picture is drawn again in its place, in one write, so that it never flickers.

    Parameters
    ----------
    stream : text stream
        The terminal.
    """

    live = True

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._style = style_of(stream, colors=True)
        self._shown: list[str] = []

    def show(self, picture: Picture) -> None:
        """Draw the picture over the one before, whatever the size of the terminal is by now."""
        size = shutil.get_terminal_size()
        width, rows = max(size.columns - 1, 1), max(size.lines - 2, 1)
        lines = [_written(line, self._stream) for line in picture.lines(width, rows, self._style)]
        # A terminal that became narrower has broken the lines of the picture before.
        up = sum(max(1, -(-columns_of(line) // max(size.columns, 1))) for line in self._shown)
        text = UP.format(min(up, max(size.lines - 1, 1))) + "\r" if up else ""
        text += "".join(f"{line}{ERASE_LINE}\n" for line in lines) + ERASE_BELOW
        self._stream.write(text)
        self._stream.flush()
        self._shown = lines


class Lines:
    """A log: a picture is appended, so it gets few of them.

    Parameters
    ----------
    stream : text stream
        The log.
    """

    live = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._style = style_of(stream, colors=False)

    def show(self, picture: Picture) -> None:
        """Append a picture, without its sentences: they were appended when they came up."""
        bare = replace(picture, signs=())
        lines = bare.lines(WIDE - 1, TALL + 1, self._style)[1:]  # a line of the log is its head
        if lines:
            self.say("\n".join(lines))

    def say(self, words: str) -> None:
        """Append a line."""
        self._stream.write(_written(words, self._stream) + "\n")
        self._stream.flush()


class Page:
    """A page of a notebook: one display that is updated."""

    live = True

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, picture: Picture) -> None:
        """Show the picture, with its curves as SVG."""
        from IPython import display as to_page

        shown = OnPage(picture)
        if self._handle is None:
            self._handle = to_page.display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown)


class OnPage:
    """A picture as HTML, and in plain characters where a page cannot show that."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture

    def _repr_html_(self) -> str:
        picture = self._picture
        if picture.in_first_epoch:
            return pages.watched_epoch(picture.heads[0], picture.at, picture.loss, picture.signs)
        return pages.watched(
            picture.heads[0], picture.columns, picture.epochs, picture.signs, picture.best
        )

    def __repr__(self) -> str:
        return "\n".join(self._picture.lines(WIDE - 1, TALL + 8, Style(braille=False)))


def screen_of(stream: Any) -> Terminal | Lines | Page:
    """Return the kind of screen that this process writes to."""
    if is_helper():
        return Lines(stream)
    if "ipykernel" in sys.modules and _in_kernel():
        return Page()
    return Terminal(stream) if redraws(stream) else Lines(stream)


def is_helper() -> bool:
    """Return True in a process or thread that works for another one, such as one of a search."""
    return in_worker() or threading.current_thread() is not threading.main_thread()


def redraws(stream: Any) -> bool:
    """Return True if the stream is a terminal whose cursor can go up."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or bool({"WT_SESSION", "TERM", "ANSICON"} & set(os.environ))


def style_of(stream: Any, *, colors: bool) -> Style:
    """Return what a stream can show: Braille if its encoding has it, colors if they are wanted."""
    try:
        "⠿│└─╌".encode(getattr(stream, "encoding", None) or "utf-8")
        braille = True
    except (UnicodeEncodeError, LookupError):
        braille = False
    terminal = os.environ.get("TERM", "")
    many = "256" in terminal or "COLORTERM" in os.environ or "WT_SESSION" in os.environ
    return Style(braille, colors and many and not os.environ.get("NO_COLOR"))


def _written(words: str, stream: Any) -> str:
    """Return words with a question mark for each character that the stream cannot write."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return words.encode(encoding, "replace").decode(encoding)


def _in_kernel() -> bool:
    """Return True if this code runs in the kernel of a notebook."""
    try:
        from IPython.core.getipython import get_ipython
    except Exception:  # a package of another version raises anything
        return False
    return hasattr(get_ipython(), "kernel")
