"""What single layers promise beyond the contracts: values, words, masks, running statistics, shared parameters."""

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule import ops, random
from chainrule.engines.reference import Reference
from chainrule.layers.dense import affine
from chainrule.layers.dropout import dropout
from chainrule.ops.erf import normal_cdf


def predict(layer, X, **settings):
    return cr.Network(
        layer, loss=cr.SquaredError(), inputs=np.shape(X)[1:], dtype="float64", **settings
    ).predict(X)


def network(*chain, inputs, **settings):
    return cr.Network(*chain, loss=cr.SquaredError(), inputs=inputs, dtype="float64", **settings)


# ---------------------------------------------------------------- settings and shapes, in words


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Dense(0), r"Dense\(units=0\): units must be a whole number ≥ 1"),
        (lambda: cr.Dense(2.5), r"units must be a whole number"),
        (lambda: cr.Dense(2, bias="no"), r"bias must be True or False"),
        (
            lambda: cr.Dense(2, activation="relu"),
            r"there is no setting 'activation'. Here it is called a layer of its own",
        ),
        (
            lambda: cr.LeakyReLU(slope=-1),
            r"LeakyReLU\(slope=-1\): slope must be a number ≥ 0. The usual value is 0.01",
        ),
        (lambda: cr.ELU(alpha=0), r"alpha must be a number > 0"),
        (lambda: cr.ELU(alpha=math.nan), r"alpha must be a number > 0"),
        (lambda: cr.Dropout(1), r"rate must be a number from 0 to below 1"),
        (lambda: cr.Dropout(-0.1), r"rate must be a number from 0 to below 1"),
        (lambda: cr.Dropout(), r"rate is missing"),
        (lambda: cr.Reshape(), r"shape"),
        (lambda: cr.Reshape(2, 0), r"shape must be whole numbers ≥ 1"),
        (
            lambda: cr.Reshape((2, 2)),
            r"shape must be whole numbers ≥ 1. Write Reshape\(28, 28, 1\)",
        ),
        (lambda: cr.Embedding(0, 2), r"count must be a whole number ≥ 1"),
        (lambda: cr.Embedding(2, 3, penalty=0.1), r"penalty must be a penalty. Write L2\(1e-4\)"),
        (lambda: cr.Embedding(2, 3, penalty=cr.L2), r"penalty must be a penalty. Write L2\(1e-4\)"),
        (lambda: cr.Embedding(2, "3"), r"units must be a whole number ≥ 1"),
        (lambda: cr.BatchNorm(rate=0), r"rate must be a number from above 0 to 1"),
        (lambda: cr.BatchNorm(eps=0), r"eps must be a number > 0"),
        (lambda: cr.BatchNorm(momentum=0.9), r"there is no setting 'momentum'"),
        (lambda: cr.LayerNorm(eps=-1), r"eps must be a number > 0"),
        (lambda: cr.LayerNorm(trainable=1), r"trainable must be True or False"),
        (lambda: cr.Residual(), r"layers"),
        (
            lambda: cr.Residual(cr.Dense(2), shortcut="conv"),
            r"Residual\(shortcut=...\): expected layers such as Dense\(4\), got 'conv'",
        ),
        (lambda: cr.Residual(cr.Dense(2), shortcut=cr.Dense), r"got the class Dense"),
        (lambda: cr.Residual(cr.Dense), r"got the class Dense. Write Dense\(...\)"),
        (lambda: cr.Sequential("relu"), r"expected layers such as Dense\(4\), got 'relu'"),
        (lambda: cr.Shared("tower", cr.Tanh), r"got the class Tanh"),
        (lambda: cr.Shared("a/b", cr.Tanh()), r"tower must be a word"),
        (lambda: cr.EachStep(cr.Tanh), r"got the class Tanh"),
        (lambda: cr.L1(-1), r"L1\(rate=-1\): rate must be a number ≥ 0"),
        (lambda: cr.L2("a"), r"rate must be a number ≥ 0"),
        (lambda: cr.ElasticNet(0.1, -1), r"l2 must be a number ≥ 0"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        (
            [cr.Dense(10)],
            (28, 28),
            r"^dense1, Dense\(10\): expected input of shape \(N, D\), got \(N, 28, 28\). Put Flatten\(\) before it.$",
        ),
        (
            [cr.Reshape(8, 9)],
            (64,),
            r"^reshape1, Reshape\(8, 9\): expected input of 72 values a row, got \(N, 64\). \S",
        ),
        (
            [cr.Residual(cr.Dense(2))],
            (3,),
            r"^residual1, Residual\(Dense\(2\)\): expected shapes that fit s = a \+ b, got a \(N, 3\), b \(N, 2\)",
        ),
        (
            [cr.EachStep(cr.Dense(2))],
            (3,),
            r"each_step1, .*expected input of shape \(N, T, D\), got \(N, 3\)",
        ),
        ([cr.BatchNorm()], (), r"batch_norm1, .*expected input with channels"),
        ([cr.LayerNorm()], (), r"layer_norm1, .*expected input of shape \(N, D\)"),
        (
            [cr.Dense(2), cr.Embedding(3, 2)],
            (3,),
            r"embedding1, .*expected whole numbers, straight from an input, got reals. Make",
        ),
        (
            [cr.Shared("t", cr.Dense(2)), cr.Shared("t", cr.Dense(2))],
            (3,),
            r"t/dense1.*expected the shape \(3, 2\) that t/dense1/W has",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


# ---------------------------------------------------------------- activations


@pytest.mark.parametrize(
    ("layer", "at_zero", "slope_at_zero", "low", "high"),
    [
        (cr.Identity(), 0, 1, -1000, 1000),
        (cr.Sigmoid(), 0.5, 0.25, 0, 1),
        (cr.Tanh(), 0, 1, -1, 1),
        (cr.ReLU(), 0, 0, 0, 1000),
        (cr.LeakyReLU(), 0, 0.01, -10, 1000),
        (cr.ELU(alpha=0.5), 0, 0.5, -0.5, 1000),
        (cr.SELU(), 0, 1.7580993408473766, -1.7580993408473766, 1050.7009873554805),
        (cr.GELU(), 0, 0.5, 0, 1000),
        (cr.SiLU(), 0, 0.5, 0, 1000),
        (cr.Softplus(), math.log(2), 0.5, 0, 1000),
        (cr.Softsign(), 0, 1, -1000 / 1001, 1000 / 1001),
    ],
    ids=lambda v: repr(v) if isinstance(v, cr.Layer) else "",
)
def test_an_activation_at_zero_and_far_out(layer, at_zero, slope_at_zero, low, high):
    """The slope at a kink is the field's: 0 for ReLU, the left one for its relatives."""
    assert predict(layer, [[0.0], [-1000.0], [1000.0]]).ravel() == pytest.approx(
        [at_zero, low, high], abs=1e-15
    )
    net = network(cr.Dense(1, bias=False, init=[[0.0]]), layer, inputs=(1,))
    gradient = net.loss_and_grad([[1.0]], [[at_zero - 0.5]])[1]["W1"]  # dL/dp = 2 (p − y) = 1
    assert gradient.item() == pytest.approx(slope_at_zero, rel=1e-14)


def test_softmax_is_a_distribution_that_a_shift_does_not_change():
    z = np.random.default_rng(0).normal(size=(5, 2, 4))
    p = predict(cr.Softmax(), z)
    assert p.sum(axis=-1) == pytest.approx(np.ones((5, 2))) and (p > 0).all()
    assert predict(cr.Softmax(), z + 1000) == pytest.approx(p)
    assert np.exp(predict(cr.LogSoftmax(), z)) == pytest.approx(p)


def test_log_softmax_is_finite_where_the_softmax_is_zero():
    assert predict(cr.LogSoftmax(), [[1000.0, -1000.0]]).tolist() == [[0.0, -2000.0]]


@pytest.mark.parametrize(("dtype", "tolerance"), [("f8", 2e-13), ("f4", 1e-5)])
def test_our_normal_distribution_is_that_of_math(dtype, tolerance):
    """Relative, also in the tail where 1 − Φ would be 0."""
    z = np.linspace(-9, 9, 2001).astype(dtype)
    exact = np.array([math.erfc(-float(v) / math.sqrt(2)) / 2 for v in z])
    phi = normal_cdf(z)
    assert phi.dtype == dtype and np.abs(phi / exact - 1).max() < tolerance
    assert normal_cdf(np.array([-1e30, 1e30, np.nan], dtype)).tolist()[:2] == [0, 1]


def test_selu_keeps_mean_and_variance():
    z = random.normal((0, 0), random.DATA, 0, np.arange(50_000), 1)
    a = predict(cr.SELU(), z)
    assert abs(a.mean()) < 0.01 and abs(a.var() - 1) < 0.02


def test_nan_stays_nan():
    for layer in (
        cr.Sigmoid(),
        cr.Tanh(),
        cr.ReLU(),
        cr.ELU(),
        cr.SELU(),
        cr.GELU(),
        cr.SiLU(),
        cr.LeakyReLU(),
    ):
        step = network(layer, inputs=(1,)).programs.predict.steps[0]
        assert np.isnan(step.op.forward(np.array([[np.nan]]), **step.attrs)).all(), layer


# ---------------------------------------------------------------- shapes


def test_flatten_and_reshape_undo_each_other():
    X = np.arange(24.0).reshape(2, 3, 4)
    assert np.array_equal(predict(cr.Flatten(), X), X.reshape(2, 12))
    assert np.array_equal(predict(cr.Sequential(cr.Flatten(), cr.Reshape(3, 4)), X), X)


def test_residual_adds_its_input():
    net = network(cr.Residual(cr.Dense(3), cr.Tanh()), inputs=(3,))
    X = np.random.default_rng(0).normal(size=(4, 3))
    W, b = net.parameters.values()
    assert net.predict(X) == pytest.approx(X + np.tanh(X @ W + b))


def test_ops_do_not_broadcast_rows_against_each_other():
    a, b = np.ones((3, 2)), np.ones((1, 2))
    for op in (ops.multiply, ops.subtract):
        with pytest.raises(ValueError, match="is not"):
            op(a, b)
    with pytest.raises(ValueError, match="is not"):
        ops.matmul(np.ones((3, 2, 2)), np.ones((1, 2, 2)))
    with pytest.raises(ValueError, match="do not fill"):
        ops.reshape(np.ones((0, 4)), shape=(5,))


# ---------------------------------------------------------------- dropout


def masks(rate=0.5, n=2000, units=8, seed=0, step=0, path="dropout1", rows=None):
    rows = np.arange(n) if rows is None else rows
    return (
        dropout(
            np.ones((len(rows), units)),
            np.array([seed, step]),
            rows,
            rate=rate,
            path=random.path_hash(path),
        )
        != 0
    )


def test_dropout_drops_its_share_and_keeps_the_mean():
    for rate in (0.1, 0.5, 0.8):
        h = dropout(np.ones((4000, 8)), np.array([1, 2]), np.arange(4000), rate=rate, path=3)
        assert np.mean(h == 0) == pytest.approx(rate, abs=0.01)
        assert h.mean() == pytest.approx(1, abs=0.03)
        assert set(np.unique(h)) == {0.0, 1 / (1 - rate)}


def test_a_row_keeps_its_mask_in_any_order_and_any_shard():
    order = np.random.default_rng(0).permutation(2000)
    assert np.array_equal(masks(rows=order), masks()[order])
    assert np.array_equal(masks()[100:150], masks(rows=np.arange(100, 150)))


def test_masks_differ_by_seed_step_layer_row_and_column():
    one = masks()
    for other in (
        masks(seed=1),
        masks(step=1),
        masks(path="dropout2"),
        np.roll(one, 1, axis=0),
        np.roll(one, 1, axis=1),
    ):
        assert np.mean(one == other) == pytest.approx(0.5, abs=0.02)


def test_dropout_is_recorded_in_train_only():
    net = network(cr.Dense(4), cr.Dropout(0.5), cr.Dense(1), inputs=(3,))
    names = {
        mode: [s.op.name for s in getattr(net.programs, mode).steps]
        for mode in ("train", "predict", "score")
    }
    assert "dropout" in names["train"]
    assert "dropout" not in names["predict"] + names["score"]
    assert "key" in net.programs.train.inputs and "key" not in net.programs.score.inputs


def test_dropout_of_nothing_changes_nothing():
    runs = []
    for chain in ([cr.Dense(2), cr.Dropout(0)], [cr.Dense(2)]):
        net = network(*chain, inputs=(3,))
        net.fit(np.eye(3), np.ones((3, 2)), epochs=3, verbose=0)
        runs.append(net.theta)
    assert np.array_equal(*runs)


# ---------------------------------------------------------------- normalisation


def test_batch_norm_in_training_gives_mean_0_and_variance_1_of_each_channel():
    net = network(cr.BatchNorm(eps=1e-12), inputs=(4, 3, 2))
    X = np.random.default_rng(0).normal(3, 5, size=(6, 4, 3, 2))
    inputs = {"x": X, "y": X, "c": np.full(6, 1 / 6), "N": np.array(6.0)}
    program = net.programs.train
    u = Reference(program).forward(net.theta, inputs, [slice(0, 6)])[program.value("u1")][0]
    assert u.mean(axis=(0, 1, 2)) == pytest.approx([0, 0], abs=1e-12)
    assert u.var(axis=(0, 1, 2)) == pytest.approx([1, 1])


def test_running_statistics_move_towards_the_batch():
    net = network(cr.BatchNorm(rate=0.25), inputs=(3,))
    X = np.random.default_rng(1).normal(2, 3, size=(8, 3))
    net.fit(X, X, optimizer=cr.SGD(lr=1e-9), epochs=2, batch_size=None, verbose=0)
    mean, variance = net.state["running_mean1"], net.state["running_variance1"]
    kept = 0.75**2
    assert mean == pytest.approx((1 - kept) * X.mean(axis=0))
    assert variance == pytest.approx(kept + (1 - kept) * X.var(axis=0))
    net.fit(X, X, optimizer=cr.SGD(lr=1e-9), epochs=200, batch_size=None, verbose=0)
    assert net.predict(X) == pytest.approx(
        (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + 1e-5), rel=1e-5
    )


def test_an_image_has_the_statistics_of_its_pixels_as_rows():
    X = np.random.default_rng(2).normal(size=(4, 3, 2, 5))
    states = []
    for rows in (X, X.reshape(24, 5)):
        net = network(cr.BatchNorm(), inputs=rows.shape[1:])
        net.fit(rows, rows, optimizer=cr.SGD(lr=1e-9), batch_size=None, verbose=0)
        states.append(np.concatenate(list(net.state.values())))
    assert states[0] == pytest.approx(states[1], rel=1e-12)


def test_one_shard_and_several_agree_through_batch_norm_dropout_and_embedding():
    chain = (
        cr.Embedding(5, 4),
        cr.EachStep(cr.Dense(3)),
        cr.Flatten(),
        cr.BatchNorm(),
        cr.Dropout(0.3),
        cr.Dense(2),
    )
    net = network(*chain, inputs=(3,))
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 5, (32, 3)), rng.normal(size=(32, 2))
    results = [
        cr.loss_and_grad(net.programs.train, net.theta, x, y, shards=s, key=(1, 2))
        for s in (1, 2, 8)
    ]
    for loss, g in results[1:]:
        assert loss == pytest.approx(results[0][0], rel=1e-14)
        assert np.abs(g - results[0][1]).max() < 1e-14 * max(1, np.abs(g).max())


def test_layer_norm_sees_one_row_only():
    X = np.random.default_rng(4).normal(5, 2, size=(3, 2, 8))
    u = predict(cr.LayerNorm(eps=1e-12), X)
    assert u.mean(axis=-1) == pytest.approx(np.zeros((3, 2)), abs=1e-12)
    assert u.var(axis=-1) == pytest.approx(np.ones((3, 2)))


# ---------------------------------------------------------------- sequences and shared parameters


def test_each_step_is_the_layer_on_each_step():
    X = np.random.default_rng(5).normal(size=(3, 5, 2))
    net = network(cr.EachStep(cr.Sequential(cr.Dense(4), cr.Tanh())), inputs=(5, 2))
    W, b = net.parameters.values()
    assert (W.shape, b.shape) == ((2, 4), (4,))
    assert net.predict(X) == pytest.approx(np.tanh(X @ W + b))


def test_each_step_and_dense_on_all_steps_have_one_gradient():
    """dW is the sum over rows and steps, as for one Dense on N T rows."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(4, 3, 2)), rng.normal(size=(4, 3, 5))
    steps, rows = (
        network(cr.EachStep(cr.Dense(5)), inputs=(3, 2)),
        network(cr.Dense(5), inputs=(2,)),
    )
    rows.theta[...] = steps.theta
    loss, g = steps.loss_and_grad(X, y)
    other, h = rows.loss_and_grad(X.reshape(12, 2), y.reshape(12, 5))
    assert loss == pytest.approx(other)
    assert all(g[k] == pytest.approx(h[k]) for k in ("W1", "b1"))


def test_shared_parameters_exist_once_and_collect_both_gradients():
    tower = cr.Shared("tower", cr.Dense(2, penalty=cr.L2(0.1)))
    net = network(tower, cr.Tanh(), tower, inputs=(2,))
    assert [p.path for p in net.programs.train.params] == ["tower/dense1/W", "tower/dense1/b"]
    assert sum(s.op.name == "half_squared_norm" for s in net.programs.train.steps) == 1, (
        "its penalty counts once"
    )
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    assert net.check_gradients(X, y).passed
    two = network(cr.Dense(2), cr.Tanh(), cr.Dense(2), inputs=(2,))
    two.theta[...] = np.tile(net.theta, 2)
    g, h = net.loss_and_grad(X, y)[1], two.loss_and_grad(X, y)[1]
    assert g["W1"] == pytest.approx(h["W1"] + h["W2"] + 0.1 * net.parameters["W1"])
    assert g["b1"] == pytest.approx(h["b1"] + h["b2"])


def test_different_towers_share_nothing():
    net = network(cr.Shared("a", cr.Dense(2)), cr.Shared("b", cr.Dense(2)), inputs=(2,))
    assert [p.path for p in net.programs.train.params] == [
        "a/dense1/W",
        "a/dense1/b",
        "b/dense1/W",
        "b/dense1/b",
    ]


def test_an_embedding_looks_up_rows_and_collects_repeated_ones():
    W = np.arange(6.0).reshape(3, 2)
    net = network(cr.Embedding(3, 2, init=W), inputs=(2,))
    X = [[2, 0], [2, 2]]
    assert np.array_equal(net.predict(X), W[np.array(X)])
    g = net.loss_and_grad(X, np.zeros((2, 2, 2)))[1]["W1"]
    assert g == pytest.approx(
        np.array([[1.0], [0.0], [3.0]]) * 2 * W / 8
    )  # dL/dp = 2 p / 4 outputs / 2 rows


@pytest.mark.parametrize(
    ("wrong", "words"), [(3, r"Make it Embedding\(4, 2\)"), (-1, "Number from 0")]
)
def test_an_unknown_word_is_named(wrong, words):
    net = network(cr.Embedding(3, 2), inputs=(2,))
    with pytest.raises(
        cr.DataError, match=rf"x: expected numbers from 0 to 2 .*, got {wrong}. {words}"
    ):
        net.predict([[0, wrong]])


# ---------------------------------------------------------------- parameters


def test_a_penalty_adds_its_gradient():
    X, y = np.random.default_rng(8).normal(size=(2, 6, 3))
    plain = network(cr.Dense(3), inputs=(3,))
    W = plain.parameters["W1"]
    loss, g = plain.loss_and_grad(X, y)
    for penalty, omega, extra in [
        (cr.L2(0.3), 0.3 * (W**2).sum() / 2, 0.3 * W),
        (cr.L1(0.2), 0.2 * np.abs(W).sum(), 0.2 * np.sign(W)),
        (
            cr.ElasticNet(0.2, 0.3),
            0.2 * np.abs(W).sum() + 0.3 * (W**2).sum() / 2,
            0.2 * np.sign(W) + 0.3 * W,
        ),
    ]:
        net = network(cr.Dense(3, penalty=penalty), inputs=(3,))
        penalised, h = net.loss_and_grad(X, y)
        assert penalised == pytest.approx(loss + omega)
        assert h["W1"] == pytest.approx(g["W1"] + extra) and h["b1"] == pytest.approx(g["b1"])
        assert net.check_gradients(X, y).passed


def test_what_is_not_trainable_stays():
    net = network(
        cr.Dense(3, trainable=False), cr.BatchNorm(trainable=False), cr.Dense(2), inputs=(3,)
    )
    before = {name: v.copy() for name, v in net.parameters.items()}
    net.fit(np.eye(3), np.ones((3, 2)), epochs=2, verbose=0)
    moved = {name for name, v in net.parameters.items() if not np.array_equal(v, before[name])}
    assert moved == {"W3", "b3"}


def test_an_op_computes_with_arrays():
    x, W, b = np.ones((2, 3)), np.ones((3, 1)), np.ones(1)
    assert affine(x, W, b).tolist() == [[4.0], [4.0]]
    assert ops.concatenate(x, x, axis=1).shape == (2, 6)
    assert ops.take_step(np.arange(6.0).reshape(1, 3, 2), t=2).tolist() == [[4.0, 5.0]]
