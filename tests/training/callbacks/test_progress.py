"""The bar of a run: what it shows, in how many columns, and that it leaves nothing behind."""

import io
import multiprocessing
import os
import sys
import threading
import types
from contextlib import redirect_stdout

import numpy as np
import pytest
from tests.training.rows import data, rich

import chainrule as cr
from chainrule.training.callbacks.pace import Place
from chainrule.training.callbacks.progress import (
    Log,
    Progress,
    in_worker,
    looks,
    looks_on_a_page,
    progress,
    short_numbers,
)

X = np.random.default_rng(0).normal(size=(600, 5))
Y = np.random.default_rng(1).integers(0, 3, 600)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def fit(stdout, **options):
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy())
    with redirect_stdout(stdout):
        return net.fit(X, Y, **options)


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


def drawn(terminal):
    """Each state of the line."""
    return [line for line in terminal.getvalue().replace("\n", "\r").split("\r") if line.strip()]


def test_bar_times_and_a_validation_metric_fit_80_columns(terminal):
    fit(terminal, epochs=100, validation_fraction=0.2, metrics=[cr.metrics.accuracy])
    assert max(map(len, drawn(terminal))) < 80
    last = drawn(terminal)[-1]
    assert last.startswith("epoch 100/100 ") and last.count("█") + last.count("#") >= 8
    assert "00:00<00:00" in last
    assert all(word in last for word in ("loss", "accuracy", "| val"))
    assert terminal.getvalue().endswith("\n")


def test_a_wide_terminal_has_whole_names(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    fit(terminal, epochs=2, validation_fraction=0.2, metrics=[cr.metrics.accuracy])
    assert "val_loss" in drawn(terminal)[-1] and "val_accuracy" in drawn(terminal)[-1]


def test_a_narrow_terminal_keeps_the_line(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    fit(terminal, epochs=2, validation_fraction=0.2, metrics=[cr.metrics.accuracy])
    assert max(map(len, drawn(terminal))) < 30


def test_the_bar_moves_within_an_epoch(terminal):
    seen = []

    def wait(run):
        seen.append(run.state.position)
        now[0] += 0.2

    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chainrule.training.callbacks.progress.perf_counter", lambda: now[0])
        waits = type("Waits", (cr.Callback,), {"on_batch_end": lambda self, run: wait(run)})
        fit(terminal, epochs=1, batch_size=100, callbacks=[waits()])
    assert len({line.split("00:")[0] for line in drawn(terminal)}) >= 6
    assert len(seen) == 6


def test_the_first_epoch_shows_its_loss_so_far(terminal):
    now = [0.0]
    waits = type(
        "Waits", (cr.Callback,), {"on_batch_end": lambda self, run: now.append(now.pop() + 1)}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chainrule.training.callbacks.progress.perf_counter", lambda: now[0])
        fit(terminal, epochs=2, batch_size=100, callbacks=[waits()])
    assert any("epoch 0/2" in line and "loss 1." in line for line in drawn(terminal))


def test_a_stream_has_a_bar_too(terminal):
    class Rows:
        def stream(self, epoch, start):
            yield from [(X[:50], Y[:50])] * (3 - start)

    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy())
    with redirect_stdout(terminal):
        net.fit(Rows(), epochs=2)
    assert drawn(terminal)[-1].startswith("epoch 2/2 ")


def test_nothing_stays_after_ctrl_c(terminal):
    def press(run):
        if run.epoch == 1:
            os.kill(os.getpid(), 2)

    assert fit(terminal, epochs=50, callbacks=[press]).stopped == "interrupted"
    assert terminal.getvalue().endswith("\n") and "/50 " in drawn(terminal)[-1]
    assert fit(terminal, epochs=2).stopped == "finished"
    assert drawn(terminal)[-1].startswith("epoch 2/2 ")


def test_a_metric_may_have_any_name(terminal):
    def braces(y, p):
        return 1.0

    braces.__name__ = "{x}"
    fit(terminal, epochs=1, metrics=[braces])
    assert "{x} 1" in drawn(terminal)[-1]


def test_numbers_that_do_not_fit_become_shorter():
    logs = {"loss": 0.12345, "accuracy": 0.98765, "val_loss": 0.2, "val_accuracy": 0.9}
    assert short_numbers(logs, 99).startswith("loss 0.1235  accuracy 0.9877  val_loss 0.2")
    assert short_numbers(logs, 48) == "loss 0.123 accuracy 0.988 | val 0.2 0.9"
    assert short_numbers(logs, 30) == "loss 0.123  accuracy 0.988"
    assert short_numbers(logs, 5) == ""


def test_what_shows_a_run():
    assert progress(0) == []
    for stdout, kind in ((Terminal(), Progress), (io.StringIO(), Log)):
        with redirect_stdout(stdout):
            assert isinstance(progress(None)[0], kind) and isinstance(progress(1)[0], Log)


def test_a_notebook_without_widgets_has_a_plain_bar_and_no_warning(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    page = io.StringIO()
    fit(page, epochs=2)
    assert drawn(page)[-1].startswith("epoch 2/2 ")


def test_no_thread_watches_the_bar(terminal):
    before = threading.active_count()
    counts = []
    fit(terminal, epochs=2, callbacks=[lambda run: counts.append(threading.active_count())])
    assert set(counts) == {before}


def test_plain_lines_in_a_log(capsys):
    X, y = data()
    rich().fit(X, y, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[1].startswith("epoch 2/2  loss ")
    rich().fit(X, y, epochs=500, batch_size=None, verbose=1)
    assert len(capsys.readouterr().out.splitlines()) <= 25
    rich().fit(X, y, epochs=2, verbose=0)
    assert capsys.readouterr().out == ""


def test_a_bar_on_a_terminal(monkeypatch, capsys):
    X, y = data()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    rich().fit(X, y, epochs=3)
    assert "epoch 3/3" in capsys.readouterr().out


class Tells(cr.Callback):
    """What it was told, and what it does at one hook."""

    def __init__(self, hook="", action=None):
        self.told, self.hook, self.action = [], hook, action

    def on_train_begin(self, run):
        self._tell("on_train_begin")

    def on_batch_end(self, run):
        self._tell("on_batch_end")

    def on_epoch_end(self, run):
        self._tell("on_epoch_end")

    def on_train_end(self, run):
        self._tell("on_train_end")

    def on_exception(self, run, error):
        self.told.append(type(error))

    def _tell(self, hook):
        self.told.append(hook)
        if hook == self.hook:
            self.action()


def fail():
    raise RuntimeError("it broke")


def test_the_bar_gives_the_terminal_back(monkeypatch):
    """After an error the next run has a bar again, and nothing is redirected."""
    import io
    import sys

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    X, y = data()
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    errors = sys.stderr
    for _ in range(2):
        with pytest.raises(RuntimeError, match="it broke"):
            rich().fit(X, y, callbacks=[Tells("on_epoch_end", fail)])
        assert sys.stdout is terminal and sys.stderr is errors


LONG = {"loss": 0.12345, "accuracy": 0.98765, "macro_f1_score": 0.97, "roc_auc": 0.99}
LONG |= {f"val_{name}": value for name, value in LONG.items()}


def test_validation_numbers_stay_when_metrics_are_left_out():
    assert short_numbers(LONG, 48) == "loss 0.123 accuracy 0.988 | val 0.123 0.988"
    assert short_numbers(LONG, 30) == "loss 0.123  accuracy 0.988"
    assert short_numbers(LONG, 99) == (
        "loss 0.123 accuracy 0.988 macro_f1_score 0.97 roc_auc 0.99 | val 0.123 0.988 0.97 0.99"
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
@pytest.mark.parametrize("epochs", [3, 100, 100_000])
def test_nothing_is_cut_at_any_width(columns, epochs, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    state = types.SimpleNamespace(started=0, sums=[0.0, 0.0])
    run = types.SimpleNamespace(until=epochs, state=state, logs=LONG)
    settings = looks(run, epochs / 2)
    line = settings["bar_format"].format(
        desc=settings["desc"], elapsed="00:00", remaining="00:00", bar=""
    )
    assert len(line) <= columns - 1
    assert settings["desc"] == f"epoch {epochs // 2}/{epochs}"


@pytest.fixture
def notebook(monkeypatch):
    """A notebook with widgets, without a kernel: what would be shown is kept in `shown`."""
    widgets = pytest.importorskip("ipywidgets")
    shown = []
    kernel = types.ModuleType("ipykernel")
    kernel.version_info = (7, 0, 0)
    monkeypatch.setitem(sys.modules, "ipykernel", kernel)
    monkeypatch.setattr("tqdm.notebook.display", shown.append)
    assert widgets
    return shown


def test_a_notebook_has_a_bar_of_the_whole_width_between_epoch_and_numbers(notebook):
    page = io.StringIO()
    fit(page, epochs=3, validation_fraction=0.2, metrics=[cr.metrics.accuracy])
    (box,) = notebook
    left, bar, right = box.children
    assert page.getvalue() == "" and box.layout.width == "100%"
    assert left.value.replace("\u2007", " ").strip() == "epoch 3/3"
    assert bar.value == bar.max == 3 and bar.bar_style == "success"
    text = right.value.replace("\u2007", " ")
    assert text.strip().startswith("00:00") and "accuracy" in text and "val_accuracy" in text
    assert "█" not in text and "epoc…" not in text


def test_a_notebook_shows_an_early_stop_as_success_and_any_name_of_a_metric(notebook):
    def odd(y, p):
        return 1.0

    odd.__name__ = "{bar} <b>"
    fit(io.StringIO(), epochs=9, metrics=[odd], callbacks=[lambda run: run.epoch == 2])
    (box,) = notebook
    left, bar, right = box.children
    assert "epoch\u20073/9" in left.value and bar.bar_style == "success"
    assert "&lt;b&gt;" in right.value and "<b>" not in right.value


def test_a_broken_widget_package_gives_a_plain_bar(monkeypatch):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "ipywidgets":
                raise ImportError("of another version")

    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.delitem(sys.modules, "ipywidgets", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    page = io.StringIO()
    fit(page, epochs=2)
    assert drawn(page)[-1].startswith("epoch 2/2 ")


def test_a_terminal_that_does_not_know_its_size_has_a_bar(monkeypatch):
    pty = pytest.importorskip("pty")
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("LINES", raising=False)
    master, slave = pty.openpty()  # as in a container: 0 rows of 0 columns
    try:
        with open(slave, "w", encoding="utf-8") as terminal:
            fit(terminal, epochs=2)
            terminal.flush()
            shown = b""
            while not shown.endswith(b"\n"):  # the bar's last character; it comes in pieces
                shown += os.read(master, 100_000)
    finally:
        os.close(master)
    assert "epoch 2/2" in shown.decode()


@pytest.fixture
def slow(monkeypatch):
    """A callback whose steps each take 4 seconds of a clock."""
    clock = [0.0]
    monkeypatch.setattr("chainrule.training.callbacks.progress.perf_counter", lambda: clock[0])
    ticks = lambda self, run: clock.append(clock.pop() + 4.0)
    return type("Slow", (cr.Callback,), {"on_batch_end": ticks})()


def test_a_long_epoch_shows_its_loss_so_far_and_its_time(terminal, slow, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    options = {"validation_fraction": 0.2, "metrics": [cr.metrics.accuracy], "batch_size": 120}
    history = fit(terminal, epochs=3, callbacks=[slow], **options)
    lines = drawn(terminal)
    inside = [line for line in lines if line.startswith("epoch 1/3 + 50 % (00:08 left) ")]
    assert inside and "loss " in inside[0]
    assert f"val_loss {history.val_loss[0]:.4g}" in inside[0]  # of the last epoch
    so_far = float(inside[0].partition("  loss ")[2].split()[0])
    assert so_far not in (float(f"{loss:.4g}") for loss in history.loss)
    assert lines[-1].startswith("epoch 3/3 ") and "left" not in lines[-1]
    assert max(map(len, lines)) < 120


@pytest.mark.parametrize("columns", [30, 40, 60, 80])
def test_a_long_epoch_keeps_to_the_width(terminal, slow, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    options = {"validation_fraction": 0.2, "metrics": [cr.metrics.accuracy], "batch_size": 120}
    fit(terminal, epochs=2, callbacks=[slow], **options)
    assert max(map(len, drawn(terminal))) < columns
    assert any("loss " in line for line in drawn(terminal)) == (columns >= 60)


def test_a_stream_shows_its_batches_and_later_its_share(terminal, slow):
    class Rows:
        def stream(self, epoch, start):
            yield from [(X[:50], Y[:50])] * (4 - start)

    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy())
    with redirect_stdout(terminal):
        net.fit(Rows(), epochs=2, callbacks=[slow])
    lines = drawn(terminal)
    assert any(line.startswith("epoch 0/2 + 3 batches ") for line in lines)
    assert any(line.startswith("epoch 1/2 + 50 % (00:08 left) ") for line in lines)


def test_a_page_shows_the_place_within_a_long_epoch():
    state = types.SimpleNamespace(started=0, sums=[6.0, 3.0])
    run = types.SimpleNamespace(until=9, state=state, logs={"loss": 1.0, "val_loss": 3.0})
    shown = looks_on_a_page(run, 2.5, Place(0.5, left=8.0, long=True))
    assert shown["desc"] == "epoch 2/9 + 50 % (00:08 left)"
    assert "loss 2  val_loss 3" in shown["bar_format"]


def test_a_log_has_a_line_within_an_epoch_after_a_silence(slow):
    log = io.StringIO()
    fit(log, epochs=2, batch_size=10, callbacks=[slow])  # 240 seconds an epoch
    lines = log.getvalue().splitlines()
    inside = [line for line in lines if " done" in line]
    assert inside[0].startswith("epoch 1/2: 5 % done, 03:48 left  loss 1.")
    assert 4 <= len(inside) <= 8  # after 10, 20, 40, ... seconds
    assert [line[:11] for line in lines if " done" not in line] == ["epoch 1/2  ", "epoch 2/2  "]


def test_a_log_of_short_epochs_has_no_line_within_them(slow):
    log = io.StringIO()
    fit(log, epochs=9, batch_size=None, callbacks=[slow])
    assert len(log.getvalue().splitlines()) == 9


# ---------------------------------------------------------------- worker processes


def test_a_worker_shows_a_run_only_if_it_is_asked_to(monkeypatch, terminal):
    assert not in_worker() and fit(terminal, epochs=1) and terminal.getvalue()
    monkeypatch.setattr(multiprocessing.current_process(), "name", "LokyProcess-1")
    silent = Terminal()
    fit(silent, epochs=1)
    assert in_worker() and silent.getvalue() == ""
    assert progress(None) == [] and len(progress(1)) == 1


@pytest.mark.parametrize(
    ("started", "task", "worker"),
    [(True, "c8ef45cc", True), (True, None, False), (False, None, False)],
)
def test_a_task_of_ray_is_in_a_worker(started, task, worker, monkeypatch):
    context = types.SimpleNamespace(get_task_id=lambda: task)
    ray = types.SimpleNamespace(is_initialized=lambda: started, get_runtime_context=lambda: context)
    monkeypatch.setitem(sys.modules, "ray", ray)
    assert in_worker() is worker
    monkeypatch.setitem(sys.modules, "ray", types.ModuleType("ray"))  # another package
    assert not in_worker()
