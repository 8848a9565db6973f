"""The RBM in the training loop: it learns, goes on, resumes, stops, saves, refuses; and stacks of RBMs."""

import itertools
import signal

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import CD, PCD, DeepBeliefNetwork, ParallelTempering, Sparsity
from chainrule.energy.rbm.samplers import Sampler

SAMPLERS = [CD(k=2), PCD(), ParallelTempering(temperatures=4)]
samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


def bars_and_stripes():
    """The 14 pictures of 3 × 3 pixels whose rows, or columns, are each of one colour."""
    lines = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    rows = np.repeat(lines, 3, axis=1)
    columns = np.tile(lines, (1, 3))
    return np.unique(np.concatenate([rows, columns]), axis=0)


BARS = bars_and_stripes()


def same(one, other):
    return one.theta.tobytes() == other.theta.tobytes()


# ---------------------------------------------------------------- learning


@pytest.mark.parametrize(
    "sampler",
    [CD(k=2), PCD(k=5, chains=100), ParallelTempering(temperatures=4, chains=50)],
    ids=repr,
)
def test_it_learns_bars_and_stripes(sampler):
    rbm = cr.RBM(8, seed=1)
    history = rbm.fit(
        BARS,
        sampler=sampler,
        optimizer=cr.Adam(lr=0.01),
        epochs=2000,
        batch_size=14,
        verbose=0,
        metrics="log_likelihood",
    )
    best = -np.log(14)  # each picture with probability 1/14
    assert history["log_likelihood"][0] < 2.3 * best
    assert history["log_likelihood"][-1] > 1.5 * best
    assert history.loss[-1] < history.loss[0]


def test_a_gaussian_machine_finds_two_clusters():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(-2, 1, (200, 2)), rng.normal(2, 1, (200, 2))])
    rbm = cr.RBM(4, kind="gaussian", seed=0)
    before = rbm.build(X).log_likelihood(X).mean()
    rbm.fit(X, optimizer=cr.Adam(lr=0.02), epochs=60, verbose=0)
    assert rbm.log_likelihood(X).mean() > before + 1
    assert (
        np.sign(rbm.generate(50, steps=50)).sum(axis=1).astype(bool).mean() > 0.8
    )  # both numbers on the same side


@pytest.mark.slow
def test_classes_are_learned_beside_the_rows():
    X, y = cr.datasets.digits()
    X, y = X[:600] / 16, y[:600]
    rbm = cr.RBM(60, classes=10)
    history = rbm.fit(
        X[:500],
        y[:500],
        sampler=CD(),
        optimizer=cr.Adam(lr=0.01),
        epochs=60,
        verbose=0,
        metrics="accuracy",
        validation_data=(X[500:], y[500:]),
    )
    assert history["accuracy"][-1] > 0.9 and history["val_accuracy"][-1] > 0.7
    np.testing.assert_allclose(rbm.predict(X).sum(axis=1), 1, rtol=1e-5)


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


# ---------------------------------------------------------------- the loop


@samplers
def test_two_calls_are_one(sampler):
    options = {"sampler": sampler, "optimizer": cr.Adam(), "batch_size": 5, "verbose": 0}
    whole, parts = cr.RBM(6, seed=3), cr.RBM(6, seed=3)
    whole.fit(BARS, epochs=4, **options)
    for _ in range(2):
        history = parts.fit(BARS, epochs=2, **options)
    assert same(whole, parts) and len(history) == 2
    assert whole.reset().run_state.step == 0 and same(whole, cr.RBM(6, visible=9, seed=3))


class Break(cr.Callback):
    """Ends the run after some steps, in the middle of an epoch."""

    def __init__(self, steps):
        self.steps = steps

    def on_batch_end(self, run):
        return run.step == self.steps


@samplers
def test_an_interrupted_run_resumes_bit_for_bit(sampler, tmp_path):
    path = tmp_path / "run.safetensors"
    options = {
        "sampler": sampler,
        "optimizer": cr.Momentum(lr=0.05),
        "batch_size": 5,
        "verbose": 0,
        "epochs": 4,
    }
    whole = cr.RBM(6, penalty=cr.L2(0.01))
    history = whole.fit(BARS, metrics="pseudo_likelihood", **options)
    half = cr.RBM(6, penalty=cr.L2(0.01))
    steps = half.train(
        BARS, metrics="pseudo_likelihood", callbacks=[cr.Checkpoint(path, every_steps=1)], **options
    )
    for run in itertools.islice(steps, 7):
        assert run.net is half
    rest = cr.RBM(6, penalty=cr.L2(0.01))
    resumed = rest.fit(BARS, metrics="pseudo_likelihood", resume=path, **options)
    assert same(rest, whole)
    assert all((a == whole.run_state.carry[name]).all() for name, a in rest.run_state.carry.items())
    assert (resumed["pseudo_likelihood"] == history["pseudo_likelihood"]).all()
    assert same(cr.RBM.load(path), half)
    with pytest.raises(cr.FileError, match="expected the sampler of the interrupted run"):
        cr.RBM(6, penalty=cr.L2(0.01)).fit(BARS, resume=path, **(options | {"sampler": CD(k=7)}))
    with pytest.raises(cr.FileError, match="expected the penalties of the interrupted run"):
        cr.RBM(6).fit(BARS, resume=path, **options)
    with pytest.raises(cr.DataError, match="expected the data of the interrupted run"):
        cr.RBM(6, penalty=cr.L2(0.01)).fit(1 - BARS[:13], resume=path, **options)


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


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"kind": "gaussian", "classes": 3},
        {"penalty": cr.ElasticNet(0.1, 0.2), "sparsity": Sparsity(0.1)},
    ],
    ids=repr,
)
def test_a_file_gives_the_machine_back(tmp_path, options):
    path = tmp_path / "rbm.safetensors"
    rbm = cr.RBM(
        4, visible=9, seed=5, dtype="float64", initial_weights={"b": np.arange(9.0)}, **options
    )
    rbm.theta[...] += np.random.default_rng(0).normal(size=rbm.theta.size)
    rbm.save(path)
    found = cr.RBM.load(path)
    assert same(found, rbm) and repr(found) == repr(rbm)
    assert (found.penalty, found.sparsity) == (rbm.penalty, rbm.sparsity)
    assert (found.transform(BARS) == rbm.transform(BARS)).all()
    assert same(found.reset(), rbm.reset())


def test_files_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "file.safetensors"
    cr.RBM(4, visible=9).save(path)
    with pytest.raises(cr.FileError, match=r"not complete"):
        cr.Network.load(path)
    cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,)).save(path)
    with pytest.raises(
        cr.FileError, match=r"expected an RBM, got another file of chainrule\. Use Network\.load"
    ):
        cr.RBM.load(path)


def test_hostile_files_are_refused(tmp_path):
    from chainrule.files.container import read, write

    path = tmp_path / "rbm.safetensors"
    cr.RBM(4, visible=9).save(path)
    about, tensors = read(path)
    for changed, arrays, words in (
        (about | {"hidden": 10**9}, tensors, "do not have the shapes"),
        (about | {"kind": "quantum"}, tensors, "kind must be"),
        (about | {"penalty": ["L2", {"rate": "much"}]}, tensors, "rate"),
        (about | {"penalty": ["L2", {"colour": 1}]}, tensors, "no setting"),
        (about | {"penalty": ["Network", {}]}, tensors, "penalty is not"),
        (about | {"seed": None}, tensors, "not complete"),
        (about, tensors | {"V": tensors["W"]}, "expected the arrays W, b, c"),
        (about, tensors | {"c": np.full(4, np.nan, np.float32)}, "expected finite float32"),
    ):
        write(path, arrays, changed)
        with pytest.raises(cr.FileError, match=words):
            cr.RBM.load(path)


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: cr.RBM(0),
            cr.ParameterError,
            r"RBM\(hidden=0\): hidden must be a whole number ≥ 1",
        ),
        (lambda: cr.RBM(2, visible=1.5), cr.ParameterError, "visible must be a whole number"),
        (lambda: cr.RBM(2, kind="relu"), cr.ParameterError, "kind must be 'binary' or 'gaussian'"),
        (lambda: cr.RBM(2, classes=1), cr.ParameterError, "classes must be a whole number ≥ 2"),
        (lambda: cr.RBM(2, penalty=0.1), cr.ParameterError, "Write penalty=L2"),
        (lambda: cr.RBM(2, sparsity=0.1), cr.ParameterError, "sparsity must be a Sparsity"),
        (
            lambda: cr.RBM(2, visible=3, initial_weights={"W": np.ones((3, 2))}),
            cr.ShapeError,
            "Transpose it",
        ),
        (
            lambda: cr.RBM(2, visible=3, initial_weights={"w": 1}),
            cr.ParameterError,
            "expected one of W, b, c",
        ),
        (lambda: CD(k=0), cr.ParameterError, "k must be a whole number ≥ 1"),
        (lambda: PCD(chains=0), cr.ParameterError, "chains must be a whole number ≥ 1, or None"),
        (
            lambda: ParallelTempering(temperatures=1),
            cr.ParameterError,
            "temperatures must be a whole number ≥ 2",
        ),
        (lambda: Sparsity(1), cr.ParameterError, "target must be a number > 0 and < 1"),
        (lambda: cr.RBM(2).theta, cr.NotBuiltError, "fit first, or give visible="),
        (lambda: cr.RBM(2).log_z(), cr.NotBuiltError, "fit first, or give visible="),
        (lambda: cr.RBM(30, visible=40).log_z(), cr.ParameterError, r"ais\(\) estimates log Z"),
        (
            lambda: cr.RBM(2, visible=3).ais(chains=1),
            cr.ParameterError,
            "chains must be a whole number ≥ 2",
        ),
        (
            lambda: cr.RBM(2, visible=3).predict([[0, 0, 1]]),
            cr.ParameterError,
            "this RBM has no classes",
        ),
        (
            lambda: cr.RBM(2, visible=3, kind="gaussian").pseudo_likelihood([[0, 0, 1]]),
            cr.ParameterError,
            "binary visible",
        ),
        (
            lambda: cr.RBM(2, visible=3).generate(0),
            cr.ParameterError,
            "n must be a whole number ≥ 1",
        ),
        (
            lambda: cr.RBM(2, visible=3).generate(2, start=[[0, 0, 1]]),
            cr.ShapeError,
            "Give one row for each chain",
        ),
        (lambda: cr.RBM(2, visible=3).generate(y=1), cr.ParameterError, "Leave y out"),
        (
            lambda: cr.RBM(2, visible=3).inpaint([[0, 0, 1]], [1, 0, 1]),
            cr.ShapeError,
            "known: expected booleans",
        ),
        (lambda: DeepBeliefNetwork(3, 0), cr.ParameterError, "whole numbers ≥ 1"),
        (lambda: DeepBeliefNetwork(3).classifier(2), cr.NotBuiltError, "fit first"),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize(
    ("X", "options", "error", "words"),
    [
        (
            BARS * 255,
            {},
            cr.TrainingError,
            r"training would run away: .* X has numbers from 0 to 255.*Divide pixels by 255",
        ),
        (BARS - 0.5, {}, cr.TrainingError, "kind='gaussian'"),
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


def test_classes_that_cannot_be():
    rbm = cr.RBM(4, classes=3)
    for y, words in (
        (None, "y is missing"),
        ([0] * 13, "13 rows"),
        ([3] * 14, "from 0 to 2"),
        ([0.5] * 14, "class indices"),
    ):
        with pytest.raises(cr.DataError, match=words):
            rbm.fit(BARS, y, verbose=0)


def test_a_run_that_leaves_the_numbers_is_named():
    rbm = cr.RBM(4, kind="gaussian")
    with pytest.raises(
        cr.TrainingError, match=r"runs away: .* passed ±\d+\..*variance 1.* with SGD\(lr=1000000"
    ):
        rbm.fit(BARS * 100, optimizer=cr.SGD(lr=1e6), epochs=100, verbose=0)
    assert np.isfinite(rbm.theta).all()


# ---------------------------------------------------------------- stacks


def test_networks_start_with_the_weights_of_the_stack():
    stack = DeepBeliefNetwork(6, 4, seed=1, dtype="float64")
    histories = stack.fit(BARS, epochs=20, verbose=0)
    assert [len(h) for h in histories] == [20, 20]
    top = stack.transform(BARS)
    np.testing.assert_allclose(stack.rbms[1].transform(stack.rbms[0].transform(BARS)), top)
    net = stack.classifier(2)
    np.testing.assert_allclose(net.activations(BARS)["a2"], top)
    auto = stack.autoencoder()
    np.testing.assert_allclose(auto.predict(BARS), stack.inverse_transform(top))
    before = auto.evaluate(BARS, BARS)["loss"]
    auto.fit(BARS, BARS, optimizer=cr.Adam(lr=0.02), epochs=200, verbose=0)
    assert auto.evaluate(BARS, BARS)["loss"] < before
    assert stack.generate(5, steps=20).shape == (5, 9)
    assert not np.shares_memory(auto.theta, stack.rbms[0].theta)


def test_a_gaussian_stack_reconstructs_numbers():
    X = np.random.default_rng(0).normal(size=(30, 3))
    stack = DeepBeliefNetwork(5, kind="gaussian")
    stack.fit(X, epochs=2, verbose=0)
    np.testing.assert_allclose(
        stack.autoencoder().predict(X), stack.inverse_transform(stack.transform(X)), atol=1e-5
    )


@pytest.mark.slow
def test_pre_training_helps_where_labels_are_few():
    X, y = cr.datasets.digits()
    X = X / 16
    stack = DeepBeliefNetwork(64, 64)
    stack.fit(
        X[:1400], sampler=CD(), optimizer=cr.Momentum(lr=0.1, momentum=0.5), epochs=30, verbose=0
    )
    scores = []
    for net in (
        stack.classifier(10),
        cr.Network(*stack.classifier(10).layers, loss=cr.SoftmaxCrossEntropy()),
    ):
        net.fit(X[:100], y[:100], optimizer=cr.Adam(lr=0.01), epochs=60, verbose=0)
        scores.append(net.evaluate(X[1400:], y[1400:], metrics=[cr.metrics.accuracy])["accuracy"])
    assert scores[0] > scores[1] + 0.02 > 0.6


def test_a_sampler_of_no_kind_is_refused():
    with pytest.raises(cr.ParameterError, match="Sampler is abstract"):
        Sampler().sample(*[None] * 6)
