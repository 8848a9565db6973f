"""Watch in whole runs: what it shows where, that it changes nothing, and that it costs little."""

import copy
import io
import os
import pickle
import sys
import textwrap
from contextlib import redirect_stdout
from time import perf_counter

import numpy as np
import pytest
from tests.training.rows import data, rich

import chainrule as cr
from chainrule.engines import native
from chainrule.training.callbacks.watch import thinned

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)


def xor(**options):
    parts = cr.Dense(2), cr.Sigmoid(), cr.Dense(1), cr.Sigmoid()
    net = cr.Network(*parts, loss=cr.SquaredError(), seed=1)
    history = net.fit(*XOR, optimizer=cr.SGD(0.5), batch_size=None, **options)
    return net.theta.tobytes(), history.loss.tobytes(), net.run_state.step


class Waits(cr.Callback):
    """Lets a clock go on at each step."""

    def __init__(self, seconds):
        self.now, self.seconds = 0.0, seconds

    def on_batch_end(self, run):
        self.now += self.seconds


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by 10 seconds at each step of a run."""
    waits = Waits(10.0)
    for module in ("watch", "progress"):
        name = f"chainrule.training.callbacks.{module}.perf_counter"
        monkeypatch.setattr(name, lambda: waits.now)
    return waits


def fit(stdout, net=None, rows=None, **options):
    X, y = rows or data()
    with redirect_stdout(stdout):
        return (net or rich()).fit(X, y, **options)


def test_a_terminal_has_curves_instead_of_a_bar(tty, clock):
    metrics = [cr.metrics.accuracy]
    options = {"validation_fraction": 0.2, "metrics": metrics, "batch_size": 20}
    history = fit(tty, epochs=6, callbacks=[cr.Watch(), clock], **options)
    rows = tty.rows
    assert rows[0].startswith("6 of 6 epochs; 02:00") and "█" not in tty.getvalue()
    assert f"loss {history.loss[-1]:.4g}" in rows[1] and "accuracy" in rows[1]
    assert sum(row.strip().startswith("6 of 6 epochs") for row in rows) == 1
    assert tty.getvalue().count("\x1b[J") >= 12  # once a step
    assert "epoch 3 of 6: 50 % (00:10 left), loss so far " in tty.getvalue()
    assert all(len(row) < 80 for row in rows)


def test_a_log_has_few_lines_and_the_curves_at_the_end():
    log = io.StringIO()
    fit(log, epochs=200, callbacks=[cr.Watch()])
    lines = log.getvalue().splitlines()
    assert len([line for line in lines if line.startswith("epoch ")]) <= 25
    assert len(lines) < 40 and "\x1b" not in log.getvalue()
    assert lines[-1].split()[0] == "1" and lines[-1].split()[-1] == "200"


def test_a_long_run_in_a_log_has_a_picture_now_and_then(clock):
    log = io.StringIO()
    clock.seconds = 60.0
    fit(log, epochs=100, batch_size=None, callbacks=[cr.Watch(), clock])
    assert log.getvalue().count("─ loss") == 4  # at 4, 16, 64 minutes, and at the end
    assert len(log.getvalue().splitlines()) < 80


def test_there_is_one_display_of_progress():
    for verbose in (None, 0, 1):
        log = io.StringIO()
        fit(log, epochs=3, callbacks=[cr.Watch()], verbose=verbose)
        lines = [line for line in log.getvalue().splitlines() if line.startswith("epoch ")]
        assert [line[:10] for line in lines] == ["epoch 1/3 ", "epoch 2/3 ", "epoch 3/3 "]


def dead():
    parts = cr.Dense(8), cr.ReLU(), cr.Dense(3)
    net = cr.Network(*parts, loss=cr.SoftmaxCrossEntropy(), inputs=(3,))
    net.parameters["b1"][...] = -100
    return net


def test_signs_are_below_the_curves_and_once_in_a_log(tty):
    fit(tty, dead(), epochs=5, callbacks=[cr.Watch()])
    assert "! relu1: all 8 units are dead" in "\n".join(tty.rows)
    log = io.StringIO()
    fit(log, dead(), epochs=5, callbacks=[cr.Watch()])
    assert log.getvalue().count("! relu1: all 8 units are dead") == 1
    log = io.StringIO()
    fit(log, dead(), epochs=5, callbacks=[cr.Watch(checks=False)])
    assert "!" not in log.getvalue()


def test_nan_is_announced_before_it_comes(tty, clock):
    line = np.linspace(-3, 3, 50)[:, None]
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), seed=0)
    with pytest.raises(cr.TrainingError, match="became infinite"):
        options = {"optimizer": cr.SGD(0.5), "epochs": 2000, "batch_size": None}
        fit(tty, net, (line, line), callbacks=[cr.Watch(), clock], **options)
    shown = "\n".join(tty.rows)
    assert "! The loss grows:" in shown and "NaN is ahead" in shown
    assert "Lower lr=0.5, for instance to 0.05" in " ".join(shown.split())


def test_early_stopping_needs_no_word_of_overfitting():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 20)), rng.integers(0, 2, 60)
    found = []
    for more in ([], [cr.EarlyStopping(patience=500)]):
        net = cr.Network(cr.Dense(64), cr.ReLU(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
        options = {"optimizer": cr.Adam(0.01), "epochs": 100, "validation_fraction": 0.3}
        log = io.StringIO()
        fit(log, net, rows, callbacks=[cr.Watch(), *more], **options)
        found.append("by heart" in log.getvalue())
    assert found == [True, False]


def test_the_end_says_why_and_which_epoch_is_best(tty):
    stop = cr.EarlyStopping(patience=2, min_delta=10.0)
    fit(tty, epochs=50, validation_fraction=0.2, callbacks=[stop, cr.Watch()])
    assert tty.rows[0].startswith("3 of 50 epochs, ended: ")
    assert "; best epoch 1; 00:00" in tty.rows[0]


def test_ctrl_c_leaves_the_last_picture(tty):
    def press(run):
        if run.epoch == 2:
            os.kill(os.getpid(), 2)

    history = fit(tty, epochs=500, callbacks=[cr.Watch(), press])
    assert history.stopped == "interrupted"
    assert tty.rows[0].startswith("3 of 500 epochs, ended: interrupted")


def test_an_error_leaves_the_last_picture(tty):
    def fails(run):
        if run.epoch == 3:
            raise RuntimeError("it broke")

    watch = cr.Watch()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="it broke"):
            fit(tty, epochs=9, callbacks=[watch, fails])
    assert tty.rows[-1] == "" and any("loss" in row for row in tty.rows)


def test_a_stream_shows_its_batches(tty, clock):
    X, y = data()

    class Rows:
        def stream(self, epoch, start):
            yield from [(X[:10], y[:10])] * (4 - start)

    with redirect_stdout(tty):
        rich().fit(Rows(), epochs=2, callbacks=[cr.Watch(), clock])
    assert "epoch 1 of 2: 3 batches done" in tty.getvalue()
    assert "epoch 2 of 2: 50 % (00:20 left)" in tty.getvalue()


def test_a_run_step_by_step_is_watched_too(tty):
    X, y = data()
    with redirect_stdout(tty):
        for _ in rich().train(X, y, epochs=3, callbacks=[cr.Watch()]):
            pass
    assert tty.rows[0].startswith("3 of 3 epochs")


def test_an_rbm_is_watched():
    log = io.StringIO()
    with redirect_stdout(log):
        cr.RBM(3).fit(np.eye(4), epochs=30, callbacks=[cr.Watch()])
    assert "loss" in log.getvalue() and "!" not in log.getvalue()


def test_settings_are_checked():
    for wrong in ({"every": 0}, {"every": -1}, {"every": "x"}, {"every": float("inf")}):
        with pytest.raises(cr.ParameterError, match=r"every must be a number of seconds > 0"):
            cr.Watch(**wrong)
    with pytest.raises(cr.ParameterError, match="checks must be True or False"):
        cr.Watch(checks=1)
    assert repr(cr.Watch(2.0)) == "Watch(every=2.0, checks=True)"


def test_copies_and_pickles_have_the_settings_alone():
    copies = []
    watch = cr.Watch(2.0, checks=False)

    def in_a_run(run):
        copies.extend([copy.deepcopy(watch), pickle.loads(pickle.dumps(watch))])

    fit(io.StringIO(), epochs=1, callbacks=[watch, in_a_run])
    for other in copies:
        assert repr(other) == repr(watch) and other._live is None


def test_estimators_clone_it_and_use_it_in_searches(capfd):
    pytest.importorskip("sklearn")
    from sklearn.base import clone
    from sklearn.model_selection import GridSearchCV

    from chainrule.estimators import NetworkClassifier

    X, y = data(60)
    model = NetworkClassifier(
        layers=[cr.Dense(4)], epochs=3, callbacks=[cr.Watch()], random_state=0
    )
    clone(model).fit(X, y)
    assert capfd.readouterr().out.count("epoch 3/3  loss") == 1
    GridSearchCV(model, {"batch_size": [10, 20]}, cv=2, n_jobs=1).fit(X, y)
    assert capfd.readouterr().out.count("epoch 3/3  loss") == 5


@pytest.mark.slow
def test_helpers_of_a_search_write_one_line_each(capfd):
    pytest.importorskip("sklearn")
    from sklearn.model_selection import GridSearchCV

    from chainrule.estimators import NetworkClassifier

    X, y = data(60)
    model = NetworkClassifier(
        layers=[cr.Dense(4)], epochs=3, callbacks=[cr.Watch()], random_state=0
    )
    GridSearchCV(model, {"batch_size": [10, 20]}, cv=2, n_jobs=2, refit=False).fit(X, y)
    lines = [line for line in capfd.readouterr().out.splitlines() if line]
    assert len(lines) == 4 and all(line.startswith("epoch 3/3  loss") for line in lines)


# ---------------------------------------------------------------- the same run, and as fast


def test_small_epochs_stay_in_one_call_and_have_the_same_bits():
    with redirect_stdout(io.StringIO()):
        assert xor(epochs=500, callbacks=[cr.Watch()]) == xor(epochs=500, verbose=0)


@pytest.mark.skipif(not native.available(), reason="the native engine is not built")
@pytest.mark.parametrize("kind", ["watch", "bar", "log"])
def test_what_shows_a_run_does_not_return_to_python_at_each_epoch(kind, tty, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")
    calls, advance = [], native.native_code.advance
    monkeypatch.setattr(
        native.native_code, "advance", lambda *all: calls.append(1) or advance(*all)
    )
    options = {"watch": {"callbacks": [cr.Watch()]}, "bar": {}, "log": {"verbose": 1}}[kind]
    with redirect_stdout(io.StringIO() if kind == "log" else tty):
        xor(epochs=2000, **options)
    assert len(calls) < 100


def test_a_callback_with_an_epoch_hook_still_sees_each_epoch():
    seen = []
    with redirect_stdout(io.StringIO()):
        xor(epochs=50, callbacks=[cr.Watch(), lambda run: seen.append(run.epoch)])
    assert seen == list(range(50))


@pytest.mark.slow
@pytest.mark.skipif(not native.available(), reason="the native engine is not built")
def test_watching_costs_little_even_for_the_smallest_network(tty, monkeypatch):
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")

    def seconds(**options):
        begin = perf_counter()
        with redirect_stdout(tty):
            xor(epochs=2_000_000, **options)
        return perf_counter() - begin

    ratios = [seconds(callbacks=[cr.Watch()]) / seconds(verbose=0) for _ in range(5)]
    assert sorted(ratios)[1] < 1.05


def test_thinned_curves_keep_their_ends_and_peaks():
    values = np.sin(np.arange(100_000) / 1000)
    values[54_321] = 9.0
    found = thinned(values)
    assert len(found) == 2000 and found.max() == 9.0
    assert (found[0], found[-1]) == (values[0], values[-1])
    assert thinned(values[:500]).tolist() == values[:500].tolist()


@pytest.mark.slow
def test_in_a_notebook_one_output_is_updated(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    code = """
        import sys
        sys.path[:0] = PATHS
        import numpy as np, chainrule as cr
        X = np.random.default_rng(0).normal(size=(400, 4))
        net = cr.Network(cr.Dense(8), cr.ReLU(), cr.Dense(1), loss=cr.SquaredError())
        history = net.fit(X, X[:, :1], epochs=300, validation_fraction=0.2,
                          callbacks=[cr.Watch(every=0.01)])
        """
    code = textwrap.dedent(code).replace("PATHS", repr(sys.path))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=tmp_path)
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "display_data"
    assert "300 of 300 epochs" in output.data["text/html"] and "<svg" in output.data["text/html"]
    assert "300 of 300 epochs" in output.data["text/plain"]
