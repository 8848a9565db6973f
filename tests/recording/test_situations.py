"""What a run may be made of: sources, orders, resumed runs, machines, callbacks that interfere."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import numpy as np
import pytest
from tests.recording.kept import Kept, check, check_steps, same_bits
from tests.training.rows import data, rich

import chainrule as cr
from chainrule.recording import recorder

X, Y = data(53)
OPTIONS = {"epochs": 4, "batch_size": 8}
RNG = np.random.default_rng(3)


class Rows:
    """A source of the user's own, with rows by number."""

    def __len__(self):
        return len(X)

    def rows(self, indices):
        return X[indices], Y[indices]


class Stream:
    """A source of the user's own that gives batches."""

    def stream(self, epoch, start):
        order = np.random.default_rng(epoch).permutation(len(X))
        for k in range(start, 6):
            yield X[order[8 * k : 8 * k + 8]], Y[order[8 * k : 8 * k + 8]]


class Shuffled(Stream):
    """A source whose second reading is another one."""

    def stream(self, epoch, start):
        order = RNG.permutation(len(X))
        yield X[order[:8]], Y[order[:8]]


def noise(x, key, row):
    drawn = [np.random.default_rng([*key, int(k)]).normal(size=x.shape[1:]) for k in row]
    return x + np.array(drawn, x.dtype)


def backwards(epoch, n):
    return np.arange(n)[::-1] if epoch % 2 else np.arange(n)[: n // 2]


SITUATIONS = {
    "rows": ((Rows(),), {}),
    "stream": ((Stream(),), {}),
    "order": ((X, Y), {"order": backwards}),
    "augment": ((X, Y), {"augment": noise}),
    "validation": ((X, Y), {"validation_data": (X[:9], Y[:9]), "metrics": cr.metrics.accuracy}),
    "weights": ((X, Y), {"sample_weight": np.arange(53.0), "class_weight": {0: 2.0}}),
    "verbose": ((X, Y), {"optimizer": (cr.ClipNorm(0.1), cr.Muon(), cr.EMA(0.9))}),
}
AGAIN = ("order", "augment", "sample_weight", "validation_data")


@pytest.mark.parametrize("name", list(SITUATIONS))
def test_a_situation_is_recorded_bit_for_bit(name, tmp_path):
    rows, own = SITUATIONS[name]
    given = {key: value for key, value in own.items() if key in AGAIN}
    options = OPTIONS | own
    check(rich(), rows, options, RNG, path=tmp_path / "run.safetensors", given=given)


def test_several_outputs_and_a_sparse_table(tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    heads = cr.Heads({"a": cr.Dense(3), "b": cr.Dense(1)})
    loss = {"a": cr.SoftmaxCrossEntropy(), "b": cr.SquaredError()}
    net = cr.Network(cr.Dense(4), cr.Tanh(), heads, loss=loss)
    y = {"a": Y, "b": X[:, :1]}
    check(net, (X, y), OPTIONS, RNG, path=tmp_path / "a.safetensors")
    table = sparse.csr_matrix(X * (X > 0))
    check(rich(), (table, Y), OPTIONS, RNG, path=tmp_path / "b.safetensors")


def test_least_squares(tmp_path):
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
    options = {"optimizer": cr.LevenbergMarquardt(), "batch_size": None, "epochs": 6}
    data = X, X[:, :1] ** 2
    check(net, data, options, RNG, path=tmp_path / "run", losses=False)


def test_a_second_fit_goes_on_and_so_does_its_recording(tmp_path):
    net = rich()
    net.fit(X, Y, verbose=0, optimizer=cr.Adam(), **OPTIONS)
    net.freeze("dense1")
    options = OPTIONS | {"optimizer": cr.Adam()}
    run, _ = check(net, (X, Y), options, RNG, path=tmp_path / "run.safetensors")
    assert run.first == 28
    assert run.at(epoch=5).step == 35


def test_a_resumed_run_is_recorded_from_where_it_goes_on(tmp_path):
    options = OPTIONS | {"optimizer": cr.Adam(cr.OneCycle(0.01))}
    whole = rich()
    kept = Kept.of(whole, X, Y, **options)
    path, net = tmp_path / "half.safetensors", rich()
    for run in net.train(X, Y, callbacks=[cr.Checkpoint(path, every_steps=1)], **options):
        if run.step == 11:
            break
    run = rich().record(X, Y, resume=path, verbose=0, path=tmp_path / "run", **options)
    assert (run.first, run.last) == (11, 28)
    for one in (run, cr.Recording.load(tmp_path / "run", X, Y)):
        kept_then = Kept(whole, kept.states[11:], kept.losses[11:])
        check_steps(one, kept_then, range(11, 29))
        assert same_bits(one.branch(at=17).at("end").theta, whole.theta)


def test_a_recording_is_resumed_from_its_end(tmp_path):
    path, whole = tmp_path / "run.safetensors", rich()
    whole.fit(X, Y, verbose=0, epochs=6, batch_size=8)
    rich().record(X, Y, verbose=0, path=path, epochs=3, batch_size=8)
    net = rich()
    net.fit(X, Y, verbose=0, epochs=6, batch_size=8, resume=path)
    assert same_bits(net.theta, whole.theta)
    assert same_bits(cr.Network.load(path).theta, cr.Recording.load(path, X, Y).net.theta)


def test_a_generator_is_recorded_and_may_be_left():
    record, kept = cr.Record(), []
    for run in rich().train(X, Y, callbacks=[record], **OPTIONS):
        kept.append(run.state.theta.copy())
        if run.step == 9:
            run.state.theta[:3] = 0.5  # the user's code may change the weights between two steps
        if run.step == 17:
            break
    run.before_steps.clear()
    assert run.loss > 0
    del run
    recording = record.recording
    assert recording.last == 17
    assert recording.history.stopped == "interrupted"
    for step in (3, 8, 10, 17):
        assert same_bits(recording.at(step).theta, kept[step - 1])
    assert (recording.at(9).theta[:3] == 0.5).all()


@pytest.mark.parametrize("sampler", ["CD", "PCD", "ParallelTempering"])
@pytest.mark.parametrize("kind", ["binary", "gaussian"])
def test_machines(sampler, kind, tmp_path):
    rows = X if kind == "gaussian" else (X > 0).astype(float)
    options = OPTIONS | {
        "sampler": getattr(cr.energy, sampler)(k=2),
        "optimizer": cr.Momentum(0.01),
    }
    path = tmp_path / "run.safetensors"
    rbm = cr.RBM(5, kind=kind, seed=2)
    run = rbm.record(rows, verbose=0, path=path, **options)
    kept = Kept.of(cr.RBM(5, kind=kind, seed=2), rows, **options)
    steps = [*RNG.integers(0, 28, 5), 28]
    for one in (run, cr.Recording.load(path, rows)):
        check_steps(one, kept, steps)
        assert same_bits(one.branch(at=13).at("end").theta, rbm.theta)
    assert type(one.net) is cr.RBM
    assert same_bits(cr.RBM.load(path).theta, rbm.theta)


# ---- who interferes


class Kick(cr.Callback):
    """Changes the weights after some steps."""

    def __init__(self, at):
        self.at = at

    def on_batch_end(self, run):
        if run.step in self.at:
            run.net.theta[::7] *= 0.5


@pytest.mark.parametrize("at", [(28,), (1, 2, 3, 14, 27), (7, 14, 21)])
def test_a_callback_that_changes_weights(at, tmp_path):
    options = OPTIONS | {"callbacks": [Kick(at)]}
    path, net, twin = tmp_path / "run.safetensors", rich(), rich()
    kept = Kept.of(twin, X, Y, **options)
    run = net.record(X, Y, verbose=0, path=path, **options)
    assert same_bits(net.theta, twin.theta)
    for one in (run, cr.Recording.load(path, X, Y)):
        check_steps(one, kept, range(29))
        for epoch in range(1, 5):
            assert same_bits(one.at(epoch=epoch).theta, kept.states[7 * epoch - 1]["theta"])


def test_a_function_that_changes_weights_at_the_ends_of_epochs():
    def halve(run):
        run.net.theta[...] *= 0.5

    net = rich()
    run = net.record(X, Y, verbose=0, callbacks=halve, **OPTIONS)
    assert run.recorded.snapshots.jumps == {7, 14, 21, 28}
    assert same_bits(run.at("end").theta, net.theta)
    assert run.at(14).loss == run.at(13).next().loss


def test_jumps_that_were_dropped_are_named():
    run = rich().record(X, Y, verbose=0, budget=0, callbacks=[Kick(range(30))], **OPTIONS)
    with pytest.raises(cr.DataError, match="a callback changed the weights after step"):
        run.at(12)


def test_data_that_were_changed_in_place_are_named():
    x, y = X.copy(), Y.copy()
    run = rich().record(x, y, verbose=0, **OPTIONS)
    x[[3, 4]] = x[[4, 3]]
    with pytest.raises(cr.DataError, match="were changed in place since"):
        run.at(5)
    x[[3, 4]] = x[[4, 3]]
    assert run.at(5).loss > 0
    y[0] = (y[0] + 1) % 3  # the run has a copy, but a new fit would not
    assert run.at(6).loss > 0
    for call in (lambda: run.save("nowhere"), lambda: run.branch(at=3)):
        with pytest.raises(cr.DataError, match="were changed in place since"):
            call()


def test_a_replay_that_leads_elsewhere_is_named():
    rows = Rows()
    run = rich().record(rows, verbose=0, **OPTIONS)
    rows.rows = lambda indices: (2 * X[indices], Y[indices])
    with pytest.raises(cr.DataError, match="expected the weights that the run had after step 28"):
        run.at(5)


def test_rows_have_the_numbers_of_the_users_data_also_beside_held_out_ones(tmp_path):
    path = tmp_path / "run.safetensors"
    run = rich().record(X, Y, verbose=0, validation_fraction=0.3, path=path, **OPTIONS)
    for one in (run, cr.Recording.load(path, X, Y), run.branch(at=3)):
        moment = one.at(9)
        rows = moment.batch["row"]
        assert same_bits(moment.batch["x"], X[rows].astype(np.float32))
        assert same_bits(moment["row"], rows)
        assert {row for row, _ in moment.explain("dW1[0, 0]").rows} <= set(rows)
        assert f"Its {len(rows)} rows: {rows[0]}, {rows[1]}" in str(moment)


@pytest.mark.parametrize("call", ["record", "diagnose"])
def test_one_process_records_and_says_so_before_it_trains(call):
    X, y = data()
    net = rich()
    with pytest.raises(cr.ParameterError, match=r"comm=.*one process.*Record\(path\)"):
        getattr(net, call)(X, y, comm=object(), verbose=0)
    assert net.built is None


def test_one_record_does_not_keep_two_runs_at_once():
    record = cr.Record()

    def inner(run):
        rich().fit(X, Y, verbose=0, epochs=1, callbacks=record)

    with pytest.raises(cr.ParameterError, match="Give each fit a Record of its own"):
        rich().fit(X, Y, verbose=0, callbacks=[record, inner], **OPTIONS)
    assert record.recording.last == 7
    rich().fit(X, Y, verbose=0, callbacks=record, **OPTIONS)
    assert record.recording.last == 28


class Hidden(cr.Optimizer):
    """θ ← θ − lr g, with a rate that depends on how often it was called."""

    lr: float = 0.1
    calls: ClassVar = []

    def step(self, t, theta, g):
        self.calls.append(t)
        theta -= self.lr * (1 + np.sin(len(self.calls))) * g


class Counter(cr.Callback):
    """Changes a counter of the run, which no hash of weights shows."""

    def on_batch_end(self, run):
        if run.step == 3:
            run.state.t = 0


@pytest.mark.parametrize("own", [{"optimizer": Hidden()}, {"callbacks": [Counter()]}])
def test_code_of_the_users_with_a_memory_is_named_each_time(own, monkeypatch):
    monkeypatch.setattr(recorder, "SPACING", 9.0)  # however slow the engine is
    run = rich().record(X, Y, verbose=0, **OPTIONS, **own)
    for step in (6, 6, 20):
        with pytest.raises(cr.DataError, match="expected the weights that the run had after step"):
            run.at(step)


def test_a_source_that_changes_between_two_visits_is_named():
    rows = Rows()
    run = rich().record(rows, verbose=0, **OPTIONS)
    assert run.at(5).step == 5
    rows.rows = lambda indices: (2 * X[indices], Y[indices])
    run.replay._again.clear()  # as if it was some time later
    with pytest.raises(cr.DataError, match="expected the weights that the run had after step 28"):
        run.at(6)


def test_several_threads_visit_one_recording():
    run = rich().record(X, Y, verbose=0, **OPTIONS)
    thetas = [moment.theta for moment in run.moments()]
    run = cr.Recording(run.recorded)

    def visit(seed):
        steps = np.random.default_rng(seed).integers(0, 29, 40)
        return all(same_bits(run.at(int(k)).theta, thetas[k]) for k in steps)

    with ThreadPoolExecutor(3) as pool:
        assert all(pool.map(visit, range(3)))


def test_what_a_reader_does_to_a_moment_stays_there():
    run, twin = (rich().record(X, Y, verbose=0, **OPTIONS) for _ in range(2))
    moment = run.at(9)
    for a in (moment.batch["row"], moment.batch["x"], moment["new.W1"], moment["dW1"]):
        a[...] = 1
    with pytest.raises(ValueError, match="read-only"):
        moment.state.theta[0] = 1
    for step in (9, 10, 11):
        assert same_bits(run.at(step).theta, twin.at(step).theta)
        assert run.at(step).loss == twin.at(step).loss


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ((Shuffled(),), {}), "the same numbers for the same rows and epoch"),
        (
            lambda: ((iter([(X, Y)]),), {"epochs": 1}),
            "a checkpoint or a recording needs the rows again",
        ),
        (
            lambda: ((X, Y), {"order": lambda epoch, n: RNG.permutation(n)}),
            r"order\(0, 53\): expected the same row numbers at each call",
        ),
        (
            lambda: ((X, Y), {"augment": lambda x, key, row: x + RNG.random(x.shape)}),
            "augment: expected the same numbers",
        ),
    ],
)
def test_what_cannot_be_replayed_is_refused_when_recording_starts(make, words):
    rows, options = make()
    net = rich()
    with pytest.raises(cr.DataError, match=words):
        net.record(*rows, verbose=0, **OPTIONS | options)
    assert not net.is_trained


@pytest.mark.parametrize("walks", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_random_walks_come_back_to_the_same_bits(walks):
    options = OPTIONS | {"optimizer": (cr.ClipNorm(1.0), cr.Adam(cr.OneCycle(0.01)), cr.EMA(0.9))}
    kept = Kept.of(rich(), X, Y, **options)
    run = rich().record(X, Y, verbose=0, **options)
    moment, rng = run.at(10), np.random.default_rng(1)
    for _ in range(walks):
        steps = int(rng.integers(-4, 5))
        if 0 <= moment.step + steps <= run.last:
            moment = moment.next(steps) if steps >= 0 else moment.back(-steps)
            there = moment.next().back() if moment.step < run.last else moment.back().next()
            assert same_bits(there.theta, moment.theta)
            check_steps(run, kept, [moment.step], losses=False)


def test_epochs_that_were_interrupted():
    def stop(run):
        return run.step >= 11

    class Stop(cr.Callback):
        def on_batch_end(self, run):
            return stop(run)

    run = rich().record(X, Y, verbose=0, callbacks=Stop(), **OPTIONS)
    assert (run.last, len(run.history)) == (11, 1)
    assert run.at(epoch=1).step == 7
    with pytest.raises(cr.ParameterError, match="an epoch from 0 to 1, got 2"):
        run.at(epoch=2)
    whole = rich()
    whole.fit(X, Y, verbose=0, **OPTIONS)
    assert same_bits(run.branch(at="end", callbacks=()).at("end").theta, whole.theta)


def test_no_epoch_at_all():
    run = rich().record(X, Y, verbose=0, epochs=0)
    assert (run.first, run.last) == (0, 0)
    assert run.at("end").step == 0
    assert [m.step for m in run.moments()] == [0]
    assert run.branch(at="end", epochs=1).last == 2


def test_each_machine_of_a_stack_is_recorded(tmp_path):
    rows = (X > 0).astype(float)
    stack = cr.energy.DeepBeliefNetwork(5, 4, seed=0)
    record = cr.Record(tmp_path / "{id}.safetensors", keep_data=True)
    stack.fit(rows, epochs=2, verbose=0, callbacks=record)
    runs = [cr.Recording.load(path) for path in tmp_path.iterdir()]
    sizes = sorted(run.at(3).theta.size for run in runs)
    assert sizes == [3 * 5 + 3 + 5, 5 * 4 + 5 + 4]


def test_small_epochs_stay_in_one_call():
    x, y = cr.datasets.xor()
    net = cr.Network(cr.Dense(2), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy())
    record, calls = cr.Record(), []
    twin, options = net.copy(), {"epochs": 3000, "batch_size": None, "verbose": 0}

    class Counts(cr.Callback):
        only_writes = pauses_only = True

        def on_train_begin(self, run):
            run.after_steps.append(lambda: calls.append(run.step))

    net.fit(x, y, callbacks=[record, Counts()], **options)
    twin.fit(x, y, **options)
    assert same_bits(net.theta, twin.theta)
    if net.engine == "native":
        assert len(calls) < 300
    steps = [0, 1, 1234, 2999, 3000]
    kept = Kept.of(net.twin(), x, y, epochs=3000, batch_size=None)
    check_steps(record.recording, kept, steps)


def test_a_recording_is_saved_not_pickled():
    run = rich().record(X, Y, verbose=0, **OPTIONS)
    with pytest.raises(cr.ParameterError, match=r"run\.save\(path\)"):
        pickle.dumps(run)
    assert "2 snapshots" in run.storage()._repr_html_()
    assert "<svg" in run._repr_html_()


def test_a_moment_says_where_it_is():
    run = rich().record(X, Y, verbose=0, **OPTIONS)
    words = "Step 9 of 28: 1 epoch done, 16 rows into the next\nThe update that follows: loss "
    assert str(run.at(9)).startswith(f"{words}{run.at(9).loss:.6g}\nIts 8 rows: ")
    assert str(run.at("end")).startswith("Step 28 of 28: 4 epochs done; the run ends here\n")
    assert "1 epoch done, 16 rows into the next" in run.at(9)._repr_html_()
    assert ", 2 batches into the next" in str(rich().record(Stream(), verbose=0, epochs=1).at(2))
