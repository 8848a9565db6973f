"""Rows that are made ahead: the bits of arrays, each row asked for once, no thread left."""

import sqlite3
import threading

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.model import user_sources
from chainrule.training import made_rows
from chainrule.training.made_rows import MadeRows

from .rows import data, rich

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine is not built")

X, Y = data(53)
W = np.random.default_rng(1).uniform(0.5, 2, 53)


class Rows:
    """A source of the user's own, which notes what it is asked for and by which thread."""

    def __init__(self, *columns, fails=()):
        self.columns, self.fails = columns or (X, Y), fails
        self.asked, self.threads = [], set()

    def __len__(self):
        return len(self.columns[0])

    def rows(self, indices):
        self.asked.append(np.asarray(indices).tolist())
        self.threads.add(threading.current_thread() is threading.main_thread())
        if len(self.asked) in self.fails:
            raise OSError("the disk is gone")
        return tuple(column[indices] for column in self.columns)


class Look(cr.Callback):
    """Looks at the run after every `each` steps."""

    only_writes = True

    def __init__(self, each, source=None, stop=0):
        self.each, self.source, self.stop, self.seen = each, source, stop, []

    @property
    def every_steps(self):
        return self.each

    def on_batch_end(self, run):
        self.seen.append(len(self.source.asked) if self.source else run.step)
        return run.step == self.stop


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = threading.active_count()
    yield
    assert threading.active_count() == before


OPTIONS = {
    "plain": {},
    "full batch": {"batch_size": None},
    "short last batch": {"batch_size": 7},
    "left out": {"batch_size": 7, "drop_last": True},
    "order": {"order": lambda epoch, n: np.roll(np.arange(n), epoch)[5:]},
    "schedule": {"optimizer": cr.Adam(cr.Cosine(0.01, steps=9))},
    "clip and average": {"optimizer": (cr.ClipGlobalNorm(1.0), cr.Adam(), cr.EMA(0.9))},
    "callback": {"callbacks": [Look(3)]},
    "callback of each step": {"callbacks": [Look(1)]},
}


def fitted(*rows, batch_size=16, **options):
    net = rich(engine="native", seed=3)
    history = net.fit(*rows, epochs=3, batch_size=batch_size, verbose=0, **options)
    return net.theta.tobytes(), history.loss.tolist(), net.run_state.step


@pytest.mark.parametrize("name", OPTIONS)
def test_the_bits_are_those_of_arrays(name):
    options = dict(OPTIONS[name])
    assert fitted(Rows(), **options) == fitted(X, Y, **options)


@pytest.mark.parametrize("size", [7, 16])
def test_weights_are_shares_of_their_batch(size):
    weighted = fitted(X, Y, sample_weight=W, batch_size=size)
    assert fitted(Rows(X, Y, W), batch_size=size) == weighted


def test_weights_by_output():
    losses = {"a": cr.SoftmaxCrossEntropy(), "b": cr.SquaredError()}
    y = {"a": Y, "b": X[:, :1]}
    w = {"a": W, "b": W[::-1].copy()}

    class Two(Rows):
        def rows(self, i):
            return X[i], *({name: a[i] for name, a in given.items()} for given in (y, w))

    def trained(*rows, **options):
        layers = cr.Dense(4), cr.Dropout(0.2), cr.Heads({"a": cr.Dense(3), "b": cr.Dense(1)})
        net = cr.Network(*layers, loss=losses, engine="native")
        net.fit(*rows, epochs=3, batch_size=16, verbose=0, **options)
        return net.theta.tobytes()

    assert trained(Two()) == trained(X, y, sample_weight=w)


def noise(x, key, row):
    drawn = [np.random.default_rng([*key, int(k)]).normal(size=x.shape[1:]) for k in row]
    return x + np.array(drawn, x.dtype)


def test_augmented_rows_of_a_source():
    augment = noise, cr.augmentation.MixUp(0.3)
    one_hot = np.eye(3)[Y]
    assert fitted(Rows(X, one_hot), augment=augment) == fitted(X, one_hot, augment=augment)
    weighted = fitted(X, Y, augment=noise, sample_weight=W)
    assert fitted(Rows(X, Y, W), augment=noise) == weighted


class OneMemory(Rows):
    """A source that writes the rows of each answer into the same memory."""

    memory = np.empty(X.shape, np.float32), np.empty_like(Y)

    def rows(self, indices):
        for place, column in zip(self.memory, self.columns, strict=True):
            place[: len(indices)] = column[indices]
        return tuple(place[: len(indices)] for place in self.memory)


@pytest.mark.parametrize("size", [1, made_rows.BYTES], ids=["one batch", "many batches"])
def test_a_source_may_use_its_memory_again(monkeypatch, size):
    monkeypatch.setattr(made_rows, "BYTES", size)
    monkeypatch.setattr(user_sources, "AT_ONCE", 5)
    for options in {}, {"validation_fraction": 0.3}:
        assert fitted(OneMemory(), **options) == fitted(X, Y, **options)


def test_rows_are_asked_for_in_the_order_of_the_steps_and_once():
    source = Rows()
    fitted(source, order=lambda epoch, n: np.arange(n))
    first, *asked = source.asked
    batches = [list(range(k, min(k + 16, 53))) for k in range(0, 53, 16)]
    assert first == [0] and asked == 3 * batches


def test_a_callback_sees_no_row_asked_for_after_its_step():
    source = Rows()
    look = Look(2, source)
    fitted(source, callbacks=[look])
    assert look.seen == [1 + 2 * k for k in range(1, 7)]
    source = Rows()
    steps = rich(engine="native").train(source, batch_size=16, epochs=2)
    assert [len(source.asked) for _ in steps] == list(range(2, 10))
    assert source.threads == {True}


def test_a_run_that_ends_early_drops_what_was_made():
    stopped = rich(engine="native", seed=3)
    source = Rows()
    stopped.fit(source, epochs=3, batch_size=5, callbacks=[Look(5, stop=20)], verbose=0)
    same = rich(engine="native", seed=3)
    same.fit(X, Y, epochs=3, batch_size=5, callbacks=[Look(5, stop=20)], verbose=0)
    assert stopped.theta.tobytes() == same.theta.tobytes()
    assert stopped.run_state.step == 20


@pytest.mark.parametrize("at", range(2, 7))
def test_an_error_of_rows_comes_when_its_step_does(at):
    net = rich(engine="native")
    source = Rows(fails=[at])
    with pytest.raises(OSError, match="the disk is gone"):
        net.fit(source, epochs=2, batch_size=16, verbose=0)
    assert net.run_state.step == at - 2 and len(source.asked) == at


def test_rows_that_are_refused_are_named_by_their_place_in_the_batch():
    bad = X.copy()
    bad[20, 1] = np.nan
    net = rich(engine="native")
    with pytest.raises(cr.DataError, match=r"got NaN at X\[4, 1\]"):
        net.fit(Rows(bad, Y), batch_size=16, order=lambda e, n: np.arange(n), verbose=0)
    assert net.run_state.step == 1


def test_a_source_that_belongs_to_one_thread_is_read_there():
    base = sqlite3.connect(":memory:")
    base.execute("create table t (a real, b real, c real, y integer)")
    base.executemany("insert into t values (?, ?, ?, ?)", np.column_stack([X, Y]).tolist())

    class Table(Rows):
        def rows(self, indices):
            ask = "select * from t where rowid = ?"
            found = [base.execute(ask, (int(i) + 1,)).fetchone() for i in indices]
            return np.array(found)[:, :3], np.array(found)[:, 3].astype(int)

    found = fitted(Table())
    base.close()
    assert found == fitted(X, Y)


def test_a_checkpoint_within_an_epoch_goes_on_with_the_same_bits(tmp_path):
    path = tmp_path / "run.safetensors"
    options = {"epochs": 3, "batch_size": 5, "verbose": 0}
    whole, part, rest = (rich(engine="native", seed=3) for _ in range(3))
    whole.fit(Rows(), **options)
    writer = cr.Checkpoint(path, every_steps=5)
    part.fit(Rows(), callbacks=[writer, Look(1, stop=18)], **options)
    rest.fit(Rows(), resume=path, callbacks=[cr.Checkpoint(path, every_steps=5)], **options)
    assert rest.theta.tobytes() == whole.theta.tobytes()


@pytest.mark.parametrize("wide", [False, True], ids=["many", "one"])
def test_a_piece_has_few_bytes_but_at_least_one_batch(wide, monkeypatch):
    monkeypatch.setattr(made_rows, "BYTES", 100 if wide else 1 << 30)
    sizes = []
    at = MadeRows.at

    def noted(self, epoch, position):
        made = at(self, epoch, position)
        sizes.append(made.end - made.begin)
        return made

    monkeypatch.setattr(MadeRows, "at", noted)
    found = fitted(Rows(), batch_size=10)
    assert set(sizes) == ({10, 3} if wide else {53})
    assert found == fitted(X, Y, batch_size=10)


def test_a_step_that_fails_is_undone_and_reported_as_for_arrays():
    def failed(*rows):
        net = cr.Network(cr.Dense(3), loss=cr.SquaredError(), engine="native", seed=1)
        with pytest.raises(cr.TrainingError) as error:
            net.fit(*rows, optimizer=cr.SGD(1e6), epochs=9, batch_size=16, verbose=0)
        return str(error.value), net.theta.tobytes(), net.run_state.step

    y = X[:, :3].copy()
    source = Rows(X, y)
    assert failed(source) == failed(X, y)
    assert len(source.asked) == len({tuple(rows) for rows in source.asked[1:]}) + 1
