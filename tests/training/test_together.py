"""Several processes make the run of one. Here they are threads."""

import numpy as np
import pytest
from tests.distributed.thread_comm import Losses, Lost, run_together, same

import chainrule as cr
from chainrule.engines import native
from chainrule.errors import ProcessError

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


@pytest.fixture(autouse=True)
def on_the_native_engine(monkeypatch):
    """The reference engine takes no communicator."""
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")


X = np.random.default_rng(0).normal(size=(600, 6)).astype(np.float32)
Y = X[:, :1] * X[:, 1:2]


def network(units=5, **settings):
    return cr.Network(
        cr.Dense(units), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=1, **settings
    )


def trained(comm=None, **options):
    """Return the bits of θ and why the run ended."""
    net = network()
    given = {"batch_size": 256, "epochs": 3, "verbose": 0} | options
    history = net.fit(X, Y, comm=comm, **given)
    return net.theta.tobytes(), history.stopped


def test_processes_have_the_bits_of_one():
    assert same(run_together(3, trained)) == trained()


def test_other_data_are_named(capfd):
    def work(comm):
        network().fit(X + (comm.rank == 1), Y, epochs=1, verbose=0, comm=comm)

    found = run_together(3, work)
    assert all(isinstance(error, ProcessError) for error in found)
    assert "process 1" in str(found[0])
    assert capfd.readouterr().err.count("\n") == 1


def test_what_differs_is_shown(capfd):
    def work(comm):
        rate = 0.01 * (1 + comm.rank)
        network().fit(X, Y, batch_size=256, verbose=0, comm=comm, optimizer=cr.Adam(rate))

    run_together(2, work)
    assert "(Adam(lr=0.01)), got another one in process 1 (Adam(lr=0.02))" in capfd.readouterr().err


def test_rows_of_other_shapes_are_shown(capfd):
    def work(comm):
        n = 600 - 100 * comm.rank
        network().fit(X[:n], Y[:n], batch_size=256, verbose=0, comm=comm)

    run_together(2, work)
    assert "y (600, 1)), got another one in process 1 (x (500, 6), y (500, 1))" in (
        capfd.readouterr().err
    )


class Stream:
    """A stream that may give other rows than those of X."""

    def __init__(self, added):
        self.added = added

    def stream(self, epoch, start):
        for k in range(start, 3):
            batch = slice(200 * k, 200 * k + 200)
            yield X[batch] + self.added * (k == 1 and epoch == 1), Y[batch]


def test_another_batch_of_a_stream_is_named(capfd):
    def work(comm):
        network().fit(Stream(comm.rank), verbose=0, comm=comm, epochs=2)

    assert all(isinstance(error, ProcessError) for error in run_together(2, work))
    assert "the same batch at step 5" in capfd.readouterr().err


def test_a_callback_makes_no_fit_of_all_processes():
    class Fits(cr.Callback):
        def on_epoch_end(self, run):
            trained(self.comm)

    def work(comm):
        callback = Fits()
        callback.comm = comm
        trained(comm, callbacks=[callback])

    assert all("Leave out comm in a callback" in str(error) for error in run_together(2, work))


def test_small_batches_are_warned_of_once():
    def work(comm):
        network().fit(X, Y, batch_size=100, verbose=0, comm=comm)

    with pytest.warns(UserWarning, match=r"Take batch_size=256 or more") as said:
        same(run_together(3, work))
    assert len(said) == 1


def test_another_order_in_one_process_is_named(capfd):
    def work(comm):
        order = lambda epoch, n: np.random.default_rng(comm.rank).permutation(n)
        network().fit(X, Y, batch_size=256, verbose=0, comm=comm, order=order)

    assert all(isinstance(error, ProcessError) for error in run_together(2, work))
    assert "the same order of the rows in epoch 1" in capfd.readouterr().err


class Shifted:
    """A source whose rows depend on the process."""

    def __init__(self, by):
        self.by = by

    def __len__(self):
        return len(X)

    def rows(self, indices):
        return X[indices] + self.by, Y[indices]


def test_another_source_in_one_process_is_named(capfd):
    def work(comm):
        network().fit(Shifted(comm.rank), batch_size=256, verbose=0, comm=comm)

    assert all(isinstance(error, ProcessError) for error in run_together(2, work))
    assert "the same first rows of the source" in capfd.readouterr().err


class Notes(cr.Callback):
    """Counts epochs, and remembers them."""

    def __init__(self):
        self.begun, self.count, self.seen = 0, 0, []

    def on_train_begin(self, run):
        self.begun += 1

    def on_epoch_end(self, run):
        self.count += 1
        self.seen.append(run.epoch)

    def state(self):
        return {"count": np.array(self.count)}

    def load(self, state):
        self.count = int(state["count"])


def with_notes(comm, folder):
    """Train with callbacks that only the first process calls."""
    notes = Notes()
    written = [cr.CSVLog(folder / "run.csv"), cr.Checkpoint(folder / "run.safetensors")]
    bits, _ = trained(comm, epochs=6, callbacks=[notes, *written])
    return bits, notes


@pytest.mark.parametrize("sent", [30, 50, 65, 71, 72, 90])
def test_the_next_process_takes_over_the_callbacks(sent, tmp_path):
    (expected, _) = trained(epochs=6)
    lost, *left = run_together(3, lambda comm: with_notes(comm, tmp_path), [Losses(0, sent)])
    assert isinstance(lost, Lost)
    assert {bits for bits, _ in left} == {expected}
    notes = left[0][1]
    assert (notes.begun, notes.count) == (1, 6)
    assert notes.seen == list(range(6 - len(notes.seen), 6))
    lines = (tmp_path / "run.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["epoch", *"123456"]
    again = network()
    again.fit(
        X,
        Y,
        batch_size=256,
        epochs=6,
        verbose=0,
        resume=tmp_path / "run.safetensors",
        callbacks=[Notes()],
    )
    assert again.theta.tobytes() == expected


def test_a_loop_that_one_process_leaves_ends_all_with_a_line(capfd):
    def work(comm):
        for run in network().train(X, Y, batch_size=256, verbose=0, comm=comm):
            if run.step == (2 if comm.rank == 1 else 4):
                break

    first, second, third = run_together(3, work)
    assert second is None
    assert isinstance(first, ProcessError)
    assert isinstance(third, ProcessError)
    assert capfd.readouterr().err.splitlines() == [f"chainrule: {first}"]
    assert "process 1 of 3 ended the run: it left the loop over train()" in str(first)


@pytest.mark.parametrize("rows", [None, (X[:99], Y[:99]), (X[:100] + 1, Y[:100])])
def test_other_validation_data_are_named(rows, capfd):
    def work(comm):
        held = rows if comm.rank else (X[:100], Y[:100])
        network().fit(X, Y, epochs=1, verbose=0, comm=comm, validation_data=held)

    found = run_together(2, work)
    assert all(isinstance(error, ProcessError) for error in found)
    assert "the same metrics and validation" in capfd.readouterr().err


def test_one_process_may_show_the_progress(capfd):
    found = run_together(2, lambda comm: trained(comm, verbose=int(not comm.rank)))
    assert same(found) == trained()
