"""Where live curves are shown: in place on a terminal, few in a log, one display on a page."""

import io
import sys
import threading
import types

import numpy as np
from tests.training.callbacks.fake_terminal import Fake

from chainrule.training.callbacks import screens
from chainrule.training.callbacks.screens import (
    Lines,
    OnPage,
    Page,
    Picture,
    Terminal,
    redraws,
    screen_of,
    style_of,
)

LOSS = np.array([3.0, 2.0, 1.5, 1.2])
HEADS = ("epoch 4 of 9: 42 % done; 00:12 so far, 00:40 left", "epoch 4 of 9")
PICTURE = Picture(HEADS, {"loss": LOSS, "val_loss": LOSS + 1}, 4, signs=("relu1: it is dead.",))


def test_a_picture_is_drawn_in_place_in_one_write(tty):
    writes, write = [], tty.write
    tty.write = lambda text: writes.append(text) or write(text)
    screen = Terminal(tty)
    screen.show(PICTURE)
    first = tty.rows
    screen.show(PICTURE)
    assert tty.rows == first and len(writes) == 2
    assert first[0].startswith("epoch 4 of 9: 42 %") and first[-2] == "! relu1: it is dead."
    assert writes[1].startswith(f"\x1b[{len(first) - 1}A\r") and writes[1].endswith("\x1b[J")


def test_a_shorter_picture_leaves_nothing_of_the_longer_one(tty):
    screen = Terminal(tty)
    screen.show(PICTURE)
    screen.show(Picture(("4 of 4 epochs",), {}, 4))
    assert tty.rows == ["4 of 4 epochs", ""]


def test_a_terminal_that_becomes_narrow_or_low(tty, monkeypatch):
    screen = Terminal(tty)
    screen.show(PICTURE)
    tall = tty.getvalue().count("\n")
    monkeypatch.setenv("COLUMNS", "50")
    before = len(tty.getvalue())
    screen.show(PICTURE)
    written = tty.getvalue()[before:]
    assert int(written[2:].partition("A")[0]) > tall  # its lines have been broken
    assert all(len(line.replace("\x1b[K", "")) < 50 for line in written.split("\n")[1:])
    for lines, shown in ((12, 10), (4, 2), (1, 1)):
        monkeypatch.setenv("LINES", str(lines))
        before = len(tty.getvalue())
        screen.show(PICTURE)
        assert tty.getvalue()[before:].count("\n") <= shown


def test_what_a_terminal_can_show(tty, monkeypatch):
    assert style_of(tty, colors=True) == screens.Style(braille=True, color=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert style_of(tty, colors=True).color
    monkeypatch.setenv("NO_COLOR", "1")
    assert not style_of(tty, colors=True).color
    assert not style_of(Fake(encoding="ascii"), colors=True).braille
    assert not style_of(Fake(encoding="cp1252"), colors=True).braille


def test_an_ascii_terminal_gets_ascii_only():
    terminal = Fake(encoding="ascii")
    signs = ("слой1: all units are dead.",)
    Terminal(terminal).show(Picture(HEADS, {"loss": LOSS}, 4, signs=signs))
    assert terminal.getvalue().isascii() and "????1: all units" in terminal.getvalue()


def test_a_log_gets_lines_without_codes_and_without_signs():
    log = io.StringIO()
    Lines(log).show(PICTURE)
    assert "\x1b" not in log.getvalue() and "dead" not in log.getvalue()
    assert "val_loss 2.2" in log.getvalue() and HEADS[0] not in log.getvalue()
    Lines(log).say("a word")
    assert log.getvalue().endswith("\na word\n")


def test_which_screen_there_is(tty, monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert isinstance(screen_of(tty), Terminal) and redraws(tty)
    assert isinstance(screen_of(io.StringIO()), Lines)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(screen_of(tty), Lines)
    monkeypatch.setenv("TERM", "xterm")
    found = []
    thread = threading.Thread(target=lambda: found.append(screen_of(tty)))
    thread.start()
    thread.join()
    assert isinstance(found[0], Lines)
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    assert isinstance(screen_of(tty), Terminal)  # imported, but this is no kernel


def test_a_page_has_one_display_that_is_updated(monkeypatch):
    shown, updated = [], []
    handle = types.SimpleNamespace(update=updated.append)
    module = types.ModuleType("IPython")
    module.display = types.SimpleNamespace(
        display=lambda what, display_id: shown.append(what) or handle
    )
    monkeypatch.setitem(sys.modules, "IPython", module)
    page = Page()
    for _ in range(3):
        page.show(PICTURE)
    assert len(shown) == 1 and len(updated) == 2


def test_a_page_shows_svg_and_plain_characters():
    shown = OnPage(PICTURE)
    html = shown._repr_html_()
    assert html.count("<svg") == 1 and HEADS[0] in html and "! relu1: it is dead." in html
    assert "* loss 1.2" in repr(shown) and repr(shown).isascii()


def test_a_page_marks_the_best_epoch_at_the_end():
    thousands = Picture(HEADS, {"loss": LOSS}, 4000, best=3210)
    assert "best epoch" in OnPage(thousands)._repr_html_()
    assert ">4000</text>" in OnPage(thousands)._repr_html_()
    assert "best epoch" not in OnPage(PICTURE)._repr_html_()


def test_the_first_epoch_has_the_loss_within_it():
    at, loss = np.linspace(0, 0.4, 20), np.linspace(2, 1, 20)
    picture = Picture(HEADS, {}, 0, at, loss)
    lines = picture.lines(79, 22, screens.Style(braille=False))
    assert "* loss 1" in lines[1] and "of the first epoch" in lines[-1] and "40 %" in lines[-1]
    assert "loss so far" in OnPage(picture)._repr_html_()
    assert Picture(HEADS, {}, 0).lines(79, 22, screens.Style()) == [HEADS[0]]
    assert "<svg" not in OnPage(Picture(HEADS, {}, 0))._repr_html_()


def test_a_diverged_run_has_no_curve_but_a_head():
    picture = Picture(HEADS, {"loss": np.array([np.inf, np.nan])}, 2)
    assert picture.lines(79, 22, screens.Style()) == [HEADS[0]]
    assert HEADS[0] in OnPage(picture)._repr_html_()
