"""Training an RBM: metrics, weights, callbacks, refusals, runs that run away."""

import signal

import numpy as np
import pytest
from tests.naive_rbm import BARS, same

import chainrule as cr
from chainrule.energy import CD, PCD, ParallelTempering, Sparsity
from chainrule.energy.rbm.estimate import Estimate
from chainrule.engines import native

RNG = np.random.default_rng(0)
X = (RNG.random((53, 11)) < RNG.random(11)).astype(float)
in_c = pytest.mark.skipif(not native.available(), reason="the native engine was not built")
ENGINES = [pytest.param("native", marks=in_c), "reference"]
SAMPLERS = [CD(k=2), PCD(), ParallelTempering(temperatures=4)]
samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


class Break(cr.Callback):
    """Ends the run after some steps, in the middle of an epoch."""

    def __init__(self, steps):
        self.steps = steps

    def on_batch_end(self, run):
        return run.step == self.steps


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sampler", [PCD(), CD(k=2)], ids=repr)
def test_a_run_that_runs_away_is_stopped_and_explained(engine, sampler):
    rbm = cr.RBM(6, engine=engine, seed=1)
    with pytest.raises(
        cr.TrainingError,
        match=r"runs away: .* passed ±1000.*Lower lr.*L2.*step \d+, with Momentum\(lr=100",
    ):
        rbm.fit(
            X,
            sampler=sampler,
            optimizer=cr.Momentum(lr=100.0, momentum=0.99),
            epochs=200,
            batch_size=10,
            verbose=0,
        )
    last, step = rbm.theta.copy(), rbm.run_state.step
    assert np.abs(last).max() <= 1000 and step > 0
    again = cr.RBM(
        6, engine=engine, seed=1
    )  # what is kept is the step before: the same as of a run that ends there
    for run in again.train(
        X,
        sampler=sampler,
        optimizer=cr.Momentum(lr=100.0, momentum=0.99),
        epochs=200,
        batch_size=10,
    ):
        if run.step == step:
            break
    assert (again.theta == last).all()
    rbm.fit(X, sampler=sampler, optimizer=cr.SGD(lr=0.01), verbose=0)  # it goes on
    assert np.isfinite(rbm.theta).all()


@in_c
def test_every_way_stops_at_the_same_step(monkeypatch):
    def stopped(**options):
        rbm = cr.RBM(6, seed=1, engine="native")
        with pytest.raises(cr.TrainingError) as told:
            rbm.fit(
                X, optimizer=cr.Momentum(lr=100.0, momentum=0.99), epochs=200, verbose=0, **options
            )
        return (
            str(told.value),
            rbm.theta.tobytes(),
            [a.tobytes() for a in rbm.run_state.slots.values()],
        )

    for options in (
        {"batch_size": 10},
        {"batch_size": None},
        {"batch_size": 10, "metrics": "free_energy"},
    ):
        together = stopped(**options)
        with monkeypatch.context() as patch:
            patch.setattr(Estimate, "plan", lambda *_: None)
            assert stopped(**options) == together


def test_gaussian_rows_that_were_not_scaled_run_away():
    rows = RNG.normal(100, 30, (200, 5))
    rbm = cr.RBM(10, kind="gaussian")
    with pytest.raises(cr.TrainingError, match=r"runs away: .*mean 0 and variance 1"):
        rbm.fit(rows, optimizer=cr.SGD(lr=0.5), epochs=100, verbose=0)
    assert np.isfinite(rbm.theta).all()
    kept = cr.RBM(10, kind="gaussian")
    kept.fit(
        (rows - rows.mean(axis=0)) / rows.std(axis=0),
        optimizer=cr.SGD(lr=0.01),
        epochs=20,
        verbose=0,
    )
    assert np.abs(kept.theta).max() < 10


def test_the_limit_follows_the_rows():
    """A bias of 5000 is what these rows mean."""
    rows = 5000 + RNG.normal(size=(50, 2))
    rbm = cr.RBM(
        2, kind="gaussian", initial_weights={"b": [5000.0, 5000.0]}, visible=2, dtype="float64"
    )
    rbm.fit(rows, optimizer=cr.SGD(lr=1e-6), epochs=2, verbose=0)
    assert rbm.parameters["b"].mean() == pytest.approx(5000, rel=1e-3)


def test_weight_decay_and_sparsity_do_what_they_say():
    def trained(**options):
        rbm = cr.RBM(12, seed=2, **options)
        rbm.fit(BARS, epochs=200, batch_size=7, verbose=0)
        return rbm

    plain = trained()
    assert (
        abs(trained(penalty=cr.L2(0.05)).parameters["W"]).mean()
        < 0.7 * abs(plain.parameters["W"]).mean()
    )
    q = trained(sparsity=Sparsity(0.1, cost=1)).transform(BARS).mean()
    assert abs(q - 0.1) < abs(plain.transform(BARS).mean() - 0.1) / 2


def test_the_free_energy_gap_shows_overfitting():
    rng = np.random.default_rng(0)
    X, other = (rng.integers(0, 2, (20, 12)).astype(float) for _ in range(2))
    rbm = cr.RBM(40, seed=0)
    history = rbm.fit(X, optimizer=cr.Adam(lr=0.01), epochs=800, verbose=0, validation_data=other)
    assert history["free_energy_gap"][0] < 0.5 < 2 < history["free_energy_gap"][-1]
    assert rbm.free_energy_gap(X, other) == pytest.approx(history["free_energy_gap"][-1], rel=1e-4)
    assert history["val_loss"].shape == (800,)


def test_weights_of_rows_count():
    """A row of weight 0 is not seen, and does not change what a step of the others is."""
    options = {"sampler": PCD(chains=4), "epochs": 3, "batch_size": None, "verbose": 0}
    one, other = cr.RBM(3, seed=1, dtype="float64"), cr.RBM(3, seed=1, dtype="float64")
    one.fit(BARS[:4], **options)
    other.fit(BARS[:6], sample_weight=[1, 1, 1, 1, 0, 0], **options)
    np.testing.assert_allclose(one.theta, other.theta, atol=1e-12)


@samplers
def test_two_calls_are_one(sampler):
    options = {"sampler": sampler, "optimizer": cr.Adam(), "batch_size": 5, "verbose": 0}
    whole, parts = cr.RBM(6, seed=3), cr.RBM(6, seed=3)
    whole.fit(BARS, epochs=4, **options)
    for _ in range(2):
        history = parts.fit(BARS, epochs=2, **options)
    assert same(whole, parts) and len(history) == 2
    assert whole.reset().run_state.step == 0 and same(whole, cr.RBM(6, visible=9, seed=3))


def test_callbacks_are_told_and_can_stop(capsys):
    rbm = cr.RBM(5)
    history = rbm.fit(BARS, epochs=9, batch_size=7, verbose=1, callbacks=[Break(3)])
    assert history.stopped == "Break" and rbm.run_state.step == 3
    assert "training ended: Break" in capsys.readouterr().out
    stop = cr.EarlyStopping(monitor="loss", patience=2, min_delta=1e9)
    assert rbm.fit(BARS, epochs=50, verbose=0, callbacks=[stop]).stopped == "early stopping"
    assert rbm.fit(BARS, epochs=0, verbose=0).loss.size == 0


def test_ctrl_c_leaves_a_machine_that_goes_on():
    def press(run):
        if run.epoch == 1:
            signal.raise_signal(signal.SIGINT)

    rbm = cr.RBM(5)
    history = rbm.fit(BARS, epochs=9, batch_size=14, callbacks=[press], verbose=0)
    assert history.stopped == "interrupted" and 2 <= len(history) < 9
    assert rbm.run_state.step == len(history) == rbm.run_state.epoch
    whole = cr.RBM(5)
    whole.fit(BARS, epochs=9, batch_size=14, verbose=0)
    rbm.fit(BARS, epochs=9 - len(history), batch_size=14, verbose=0)
    assert same(rbm, whole)


@pytest.mark.parametrize(
    "optimizer",
    [cr.Adagrad(lr=0.1), cr.RMSprop(lr=0.01), (cr.ClipGlobalNorm(0.1), cr.Nesterov(lr=0.1))],
    ids=repr,
)
def test_any_optimizer_trains_it(optimizer):
    rbm = cr.RBM(6)
    history = rbm.fit(BARS, optimizer=optimizer, epochs=500, verbose=0)
    assert history.loss[-1] < history.loss[0]


def test_the_order_and_the_seed_are_the_callers():
    asked = []

    def order(epoch, n):
        asked.append((epoch, n))
        return np.arange(n)

    one, other = cr.RBM(4, seed=1), cr.RBM(4, seed=2)
    one.fit(BARS, epochs=2, batch_size=4, order=order, verbose=0)
    other.fit(BARS, epochs=2, batch_size=4, verbose=0)
    assert asked == [(0, 14), (1, 14)] and not same(one, other)


@pytest.mark.parametrize(
    ("X", "options", "error", "words"),
    [
        (
            BARS * 255,
            {},
            cr.TrainingError,
            r"training would run away: .* X has numbers from 0 to 255.*Divide pixels by 255",
        ),
        (BARS * 16, {}, cr.TrainingError, "Divide pixels by 16, or"),
        (BARS - 0.5, {}, cr.TrainingError, "Bring pixels to 0 to 1, or use kind='gaussian'"),
        (np.zeros((0, 9)), {}, cr.DataError, "at least one row"),
        (BARS[:, :8], {}, cr.ShapeError, r"expected rows of shape \(N, 9\), got \(14, 8\)"),
        (BARS[0], {}, cr.ShapeError, r"One row alone is X\[None\]"),
        (np.full((2, 9), np.nan), {}, cr.DataError, "finite numbers"),
        ([["a"] * 9], {}, cr.DataError, "numbers"),
        (BARS, {"y": [0] * 14}, cr.DataError, "this RBM has no classes"),
        (BARS, {"sampler": CD}, cr.ParameterError, "got the class CD"),
        (
            BARS,
            {"sampler": "cd"},
            cr.ParameterError,
            r"expected CD\(\), PCD\(\) or ParallelTempering\(\)",
        ),
        (
            BARS,
            {"optimizer": cr.LBFGS(), "batch_size": None},
            cr.ParameterError,
            "an estimate has none",
        ),
        (BARS, {"epochs": -1}, cr.ParameterError, "epochs must be a whole number ≥ 0"),
        (BARS, {"batch_size": 0}, cr.ParameterError, "batch_size must be a whole number ≥ 1"),
        (BARS, {"metrics": "loss"}, cr.ParameterError, "words among"),
        (BARS, {"metrics": "accuracy"}, cr.ParameterError, "with classes only"),
        (BARS, {"validation_data": BARS * 2}, cr.TrainingError, "from 0 to 2"),
        (BARS, {"sample_weight": [1, 2]}, cr.DataError, "one number for each of the 14 rows"),
    ],
)
def test_data_that_cannot_be_trained_on(X, options, error, words):
    rbm = cr.RBM(4, visible=9)
    before = rbm.theta.copy()
    with pytest.raises(error, match=words):
        rbm.fit(X, verbose=0, **options)
    assert (rbm.theta == before).all() and rbm.run_state.step == 0


def test_a_run_that_leaves_the_numbers_is_named():
    rbm = cr.RBM(4, kind="gaussian")
    with pytest.raises(
        cr.TrainingError, match=r"runs away: .* passed ±\d+\..*variance 1.* with SGD\(lr=1000000"
    ):
        rbm.fit(BARS * 100, optimizer=cr.SGD(lr=1e6), epochs=100, verbose=0)
    assert np.isfinite(rbm.theta).all()


def test_options_of_networks_alone_are_refused():
    rbm = cr.RBM(3)
    for name in ("drop_last", "class_weight", "augment", "validation_fraction", "epoch"):
        with pytest.raises(cr.ParameterError, match=rf"fit\({name}=...\): there is no keyword"):
            rbm.train(BARS, **{name: None})
        with pytest.raises(cr.ParameterError, match=rf"fit\({name}=...\): there is no keyword"):
            rbm.fit(BARS, **{name: None})
    with pytest.raises(cr.ParameterError, match="no constraints and no average"):
        rbm.fit(BARS, optimizer=(cr.SGD(lr=0.1), cr.EMA(0.9)), verbose=0)
    with pytest.raises(cr.ParameterError, match="no constraints and no average"):
        rbm.fit(BARS, optimizer=(cr.SGD(lr=0.1), cr.MaxNorm(1.0)), verbose=0)
    assert not rbm.is_built


@pytest.mark.parametrize(
    ("rbm", "metric", "words"),
    [
        (cr.RBM(3, kind="gaussian"), "pseudo_likelihood", "binary visible units without classes"),
        (cr.RBM(30, kind="gaussian"), "log_likelihood", "a layer of at most 24 binary units"),
    ],
)
def test_metrics_that_cannot_be_computed_are_refused_before_the_run(rbm, metric, words):
    with pytest.raises(cr.ParameterError, match=words):
        rbm.fit(BARS, metrics=metric, verbose=0)
    assert not rbm.is_built


def test_another_sampler_or_optimizer_starts_fresh():
    rbm = cr.RBM(4)
    options = {"epochs": 1, "batch_size": 7, "verbose": 0}
    rbm.fit(BARS, sampler=PCD(), optimizer=cr.Momentum(lr=0.1), **options)
    chains, slots = rbm.run_state.carry["h"], rbm.run_state.slots
    assert rbm.run_state.t == 2
    rbm.fit(BARS, sampler=PCD(), optimizer=cr.Momentum(lr=0.1), **(options | {"epochs": 0}))
    assert rbm.run_state.carry["h"] is chains and rbm.run_state.slots is slots
    rbm.fit(BARS, sampler=PCD(k=2), optimizer=cr.Momentum(lr=0.2), **(options | {"epochs": 0}))
    assert not rbm.run_state.carry["h"].any() and not any(
        a.any() for a in rbm.run_state.slots.values()
    )
    assert rbm.run_state.t == 0 and rbm.run_state.step == 2
