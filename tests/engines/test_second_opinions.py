"""Second opinions: they pass what is right, name what is wrong, and know second derivatives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.graph.operation import op


def programs(*chain, loss=None, inputs=(3,)):
    return cr.trace(chain, loss or cr.SquaredError(), inputs)


def data(n=7, d=3, k=1, seed=0):
    rng = np.random.default_rng(seed)
    return {"x": rng.normal(size=(n, d)), "y": rng.normal(size=(n, k))}


def start(program, seed=0):
    """Random numbers for everything, variances included."""
    theta = np.random.default_rng(seed).normal(size=program.size)
    for p in program.state:
        theta[p.where] = np.abs(theta[p.where]) + 0.5
    return theta


# ---------------------------------------------------------------- what is right passes

NETWORKS = {
    "dense": (cr.Dense(4), cr.Sigmoid(), cr.Dense(1)),
    "batch norm": (cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Dense(1)),
    "dropout": (cr.Dense(8), cr.Dropout(0.5), cr.GELU(), cr.Dense(1)),
    "residual": (cr.Residual(cr.LayerNorm(), cr.Dense(3), cr.SiLU(), cr.Dense(3)), cr.Dense(1)),
    "penalty": (
        cr.Dense(4, penalty=cr.ElasticNet(0.1, 0.2)),
        cr.Softplus(),
        cr.Dense(1, penalty=cr.L2(0.5)),
    ),
    "shared": (
        cr.Shared("t", cr.Dense(3)),
        cr.Softsign(),
        cr.Shared("t", cr.Dense(3)),
        cr.ELU(),
        cr.Dense(1),
    ),
    "relu": (
        cr.Dense(4),
        cr.ReLU(),
        cr.Dense(4),
        cr.LeakyReLU(),
        cr.Dense(4),
        cr.SELU(),
        cr.Dense(1),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("mode", ["train", "score"])
def test_right_gradients_pass(name, mode):
    program = getattr(programs(*NETWORKS[name]), mode)
    theta, inputs = start(program), data() | {"key": [1, 2], "row": np.arange(7)}
    report = cr.check_gradients(program, theta, inputs)
    entries = sum(int(np.prod(p.shape)) for p in program.parameters)
    assert (
        report.passed and bool(report) and report.worst < 1e-12 and report.method == "complex step"
    )
    assert report.checked == entries and report.kinks == () and report.tolerance == 1e-12
    assert str(report).startswith(
        f"gradients right by complex step: {entries} entries, worst error "
    )
    central = cr.check_gradients(program, theta, inputs, method="central")
    assert central.passed and central.method == "central differences" and 0 < central.worst < 1e-6


def test_a_large_tensor_is_checked_by_a_sample():
    score = programs(cr.Dense(100), cr.Tanh(), cr.Dense(1), inputs=(3,)).score
    report = cr.check_gradients(score, start(score), data(), limit=20)
    assert report.passed and report.checked == 20 + 20 + 20 + 1


def test_a_program_that_is_not_analytic_is_checked_by_central_differences():
    @op(analytic=False)
    def real_square(x):
        """z = x²"""
        return np.abs(x) ** 2

    @real_square.gradient
    def real_square_backward(dz, z, x):
        """dx = 2 dz x"""
        return (2 * dz * x,)

    score = programs(cr.Dense(2), layer(real_square), cr.Dense(1)).score
    report = cr.check_gradients(score, start(score), data())
    assert report.passed and report.method == "central differences" and report.tolerance == 1e-6
    assert not cr.check_gradients(score, start(score), data(), method="complex")


@pytest.mark.parametrize("method", ["numeric", "", 3, "Complex"])
def test_a_method_that_is_none(method):
    score = programs(cr.Dense(1)).score
    with pytest.raises(cr.ParameterError, match=r"method"):
        cr.check_gradients(score, start(score), data(), method=method)


# ---------------------------------------------------------------- what is wrong is named


def layer(made, *params):
    """A layer that calls one op with parameters of these shapes."""

    class One(cr.Layer):
        def __call__(self, x):
            draw = cr.initializers.GlorotUniform()
            return made(
                x, *[x.tape.param(chr(86 + k), shape, draw) for k, shape in enumerate(params)]
            )

    return One()


def spoiled(change):
    """x V + 0 whose dV is changed."""

    @op
    def product(x, V):
        """z = x V"""
        return x @ V

    @product.gradient
    def product_backward(dz, z, x, V):
        """dx = dz Vᵀ,   dV = xᵀ dz"""
        dV = x.T @ dz
        change(dV)
        return dz @ V.T, dV

    return programs(layer(product, (3, 2)), cr.Dense(2)).score


def one_entry(value):
    def change(dV):
        dV[2, 1] = value(dV[2, 1])

    return change


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize(
    "value",
    [lambda d: 2 * d, lambda d: -d, lambda d: d + 0.01, lambda d: 0 * d],
    ids=["twice", "sign", "offset", "zero"],
)
def test_a_wrong_gradient_is_caught_and_its_entry_named(value, method):
    score = spoiled(one_entry(value))
    report = cr.check_gradients(score, start(score), data(k=2), method=method)
    assert not report and report.where == "one1/V[2, 1]"
    assert report.worst > 1e-4 and not np.isclose(report.got, report.expected)
    assert str(report).startswith("gradients WRONG by ") and "at one1/V[2, 1] (chain rule " in str(
        report
    )


@pytest.mark.parametrize("method", ["complex", "central"])
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_fails_and_its_entry_is_named(number, method):
    score = spoiled(one_entry(lambda d: number))
    with np.errstate(all="ignore"):
        report = cr.check_gradients(score, start(score), data(k=2), method=method)
    assert not report.passed and report.where == "one1/V[2, 1]" and not np.isfinite(report.got)


def test_a_small_error_is_seen_beside_a_large_gradient():
    """Errors are relative to the largest |g|: only the complex step sees one of 1e-9."""
    score = programs(cr.Dense(2), cr.Dense(2)).score
    theta, inputs = start(score), data(k=2)
    largest = np.abs(cr.loss_and_grad(score, theta, inputs["x"], inputs["y"])[1]).max()
    bad = spoiled(one_entry(lambda d: d + 1e-9 * largest))
    theta = start(bad)
    assert not cr.check_gradients(bad, theta, inputs, method="complex")
    assert cr.check_gradients(bad, theta, inputs, method="central")


# ---------------------------------------------------------------- kinks

RELU = programs(cr.Dense(2), cr.ReLU(), cr.Dense(1), inputs=(2,)).score


def at_a_kink(offset=0.0):
    """Two units: the first has z = offset at the first row, the second is far from its kink."""
    theta = np.array([1.0, 0.5, 1.0, 0.5, offset - 3.0, 1.0, 1.0, 1.0, 0.0])
    return theta, {"x": [[1.0, 2.0], [4.0, 1.0]], "y": [[0.0], [0.0]]}


def test_a_kink_is_recognised_by_the_complex_step():
    theta, inputs = at_a_kink()
    report = cr.check_gradients(RELU, theta, inputs)
    assert report.passed and report.kinks == ("dense1/W[0, 0]", "dense1/W[1, 0]", "dense1/b[0]")
    assert report.checked == 9 - 3 and str(report).endswith(
        "; kink: dense1/W[0, 0], dense1/W[1, 0], dense1/b[0]"
    )
    assert cr.check_gradients(RELU, *at_a_kink(1e-9)).kinks == ()


def test_a_kink_that_a_central_difference_crosses():
    for offset in (0.0, 1e-7, -1e-7):
        report = cr.check_gradients(RELU, *at_a_kink(offset), method="central")
        assert report.passed and report.kinks == ("dense1/W[0, 0]", "dense1/W[1, 0]", "dense1/b[0]")
    report = cr.check_gradients(RELU, *at_a_kink(1e-3), method="central")
    assert report.passed and report.kinks == () and report.checked == 9


def test_a_penalty_at_zero_is_a_kink():
    score = programs(cr.Dense(1, penalty=cr.L1(0.1)), inputs=(2,)).score
    for method in ("complex", "central"):
        report = cr.check_gradients(
            score, [0.0, 1.0, 0.0], {"x": [[1.0, 2.0]], "y": [[0.0]]}, method=method
        )
        assert report.passed and report.kinks == ("dense1/W[0, 0]",) and report.checked == 2


# ---------------------------------------------------------------- second derivatives

ANALYTIC = [
    cr.ELU(),
    cr.ELU(alpha=0.5),
    cr.GELU(),
    cr.Identity(),
    cr.LeakyReLU(),
    cr.LogSoftmax(),
    cr.ReLU(),
    cr.SELU(),
    cr.SiLU(),
    cr.Sigmoid(),
    cr.Softmax(),
    cr.Softplus(),
    cr.Softsign(),
    cr.Tanh(),
    cr.LayerNorm(),
    cr.BatchNorm(),
]


def dense_hessian(program, theta, inputs, h=1e-5):
    H = np.zeros((program.size, program.size))
    free = [j for p in program.parameters for j in range(p.where.start, p.where.stop)]
    for j in free:
        step = np.zeros(program.size)
        step[j] = h
        there, back = (cr.loss_and_grad(program, theta + s, **inputs)[1] for s in (step, -step))
        H[free, j] = (there - back)[free] / (2 * h)
    return H


@pytest.mark.parametrize("activation", ANALYTIC, ids=repr)
@pytest.mark.parametrize("mode", ["score", "train"])
def test_hvp_is_the_dense_hessian_and_symmetric(activation, mode):
    program = getattr(programs(cr.Dense(3), activation, cr.Dense(1)), mode)
    theta, inputs = start(program, 5), data()
    rng = np.random.default_rng(1)
    v, w = rng.normal(size=(2, program.size))
    Hv, Hw = cr.hvp(program, theta, inputs, v), cr.hvp(program, theta, inputs, w)
    for p in program.state:
        assert not Hv[p.where].any()
        v[p.where] = w[p.where] = 0
    scale = np.abs(Hv).max()
    assert abs(v @ Hw - w @ Hv) <= 1e-10 * max(abs(v @ Hw), scale)
    H = dense_hessian(program, theta, inputs)
    assert np.abs(Hv - H @ v).max() <= 1e-7 * scale


@pytest.mark.parametrize(
    "loss",
    [
        cr.SquaredError(),
        cr.SoftmaxCrossEntropy(label_smoothing=0.1),
        cr.KLDivergence(),
        cr.SigmoidCrossEntropy(),
        cr.Poisson(),
        cr.LogCosh(),
        cr.Huber(),
        cr.SquaredHinge(),
    ],
    ids=repr,
)
def test_hvp_of_every_smooth_loss(loss):
    p = np.random.default_rng(0).dirichlet(np.ones(3), 7)
    y = np.where(p > 0.4, 1.0, -1.0) if isinstance(loss, cr.SquaredHinge) else p
    score = cr.trace((cr.Dense(3, penalty=cr.L2(0.1)),), loss, (3,), target="real").score
    theta, inputs = start(score, 2), {"x": data()["x"], "y": y}
    H = dense_hessian(score, theta, inputs)
    v = np.random.default_rng(1).normal(size=score.size)
    Hv = cr.hvp(score, theta, inputs, v)
    assert np.abs(Hv - H @ v).max() <= 1e-7 * np.abs(Hv).max()


def test_hvp_is_linear_and_refuses_other_shapes():
    score = programs(cr.Dense(3), cr.Tanh(), cr.Dense(1)).score
    theta, inputs = start(score), data()
    rng = np.random.default_rng(0)
    v, w = rng.normal(size=(2, score.size))
    before = v.copy()
    assert np.allclose(
        cr.hvp(score, theta, inputs, 2 * v - w),
        2 * cr.hvp(score, theta, inputs, v) - cr.hvp(score, theta, inputs, w),
        rtol=1e-10,
        atol=1e-12,
    )
    assert np.array_equal(v, before) and not cr.hvp(score, theta, inputs, 0 * v).any()
    with pytest.raises(
        cr.ShapeError, match=rf"^hvp: expected a direction of shape \({score.size},\), got \(3,\)"
    ):
        cr.hvp(score, theta, inputs, np.ones(3))
    with pytest.raises(cr.ShapeError, match=r"theta"):
        cr.hvp(score, theta[:3], inputs, np.ones(3))


def test_second_derivatives_of_an_op_that_is_not_analytic_are_refused():
    """Its complex step would be 0, and nobody would notice."""

    @op(analytic=False)
    def real_square(x):
        """z = x²"""
        return np.abs(x) ** 2

    @real_square.gradient
    def real_square_backward(dz, z, x):
        """dx = 2 dz x"""
        return (2 * dz * np.real(x),)

    score = programs(cr.Dense(1), layer(real_square)).score
    for ask in (
        lambda: cr.hvp(score, start(score), data(), np.ones(4)),
        lambda: cr.sharpness(score, start(score), data()),
    ):
        with pytest.raises(cr.ParameterError, match=r"real_square"):
            ask()


def quadratic(curvatures):
    """A linear network on X = 1 with weights c: the Hessian is diag(2 c)."""
    n = len(curvatures)
    score = programs(cr.Dense(1, bias=False), inputs=(n,)).score
    return score, np.zeros(n), {"x": np.eye(n), "y": np.ones((n, 1)), "c": np.array(curvatures) / 2}


@pytest.mark.parametrize(
    "curvatures",
    [
        [3.0],
        [-3.0],
        [1.0, 2.0, 5.0],
        [5.0, 5.0, 5.0],
        [1e-8, 2e-8],
        [1e8, 1.0],
        [-10.0, 3.0, 1.0],  # the one of largest size is negative
        [-10.0, 0.5, 0.4, -9.9],
        [-1.0, -2.0, -4.0],
        [1.0, -1.0],  # two of the same size
        [2.0, -2.0, 1.0],
        [1.0, -1.0, 1.0, -1.0, 0.5],
        [1.0, -0.99999],
        [-1.0, 0.99999],
        [0.0, -1.0],
        [0.0, 0.0],
        list(np.linspace(-3, 4, 30)),
    ],
    ids=str,
)
def test_sharpness_of_a_known_spectrum(curvatures):
    found = cr.sharpness(*quadratic(curvatures))
    assert abs(found - max(curvatures)) <= 1e-6 * max(map(abs, curvatures))


@given(st.lists(st.floats(-5, 5).map(lambda c: round(c, 2)), min_size=2, max_size=6))
def test_sharpness_of_any_spectrum(curvatures):
    assert abs(cr.sharpness(*quadratic(curvatures)) - max(curvatures)) <= 1e-6 * (
        max(map(abs, curvatures)) or 1
    )


def test_sharpness_of_least_squares_and_ridge():
    X = np.random.default_rng(0).normal(size=(20, 4))
    inputs = {"x": X, "y": np.zeros((20, 1))}
    expected = np.linalg.eigvalsh(2 * X.T @ X / 20)[-1]
    plain = programs(cr.Dense(1, bias=False), inputs=(4,)).score
    ridge = programs(cr.Dense(1, bias=False, penalty=cr.L2(0.7)), inputs=(4,)).score
    assert np.isclose(cr.sharpness(plain, np.ones(4), inputs), expected, rtol=1e-8)
    assert np.isclose(cr.sharpness(ridge, np.ones(4), inputs), expected + 0.7, rtol=1e-8)


@pytest.mark.parametrize("units", [1, 2, 3])
def test_sharpness_at_the_saddle_of_a_deep_linear_network(units):
    """At 0 all curvatures come in pairs ±."""
    score = programs(cr.Dense(units, bias=False), cr.Dense(1, bias=False), inputs=(2,)).score
    inputs = {"x": [[1.0, 2.0], [0.5, -1.0]], "y": [[1.0], [-1.0]]}
    theta = np.zeros(score.size)
    expected = np.linalg.eigvalsh(dense_hessian(score, theta, inputs))[-1]
    assert np.isclose(cr.sharpness(score, theta, inputs), expected, rtol=1e-6)


def test_sharpness_of_a_small_network_leaves_state_out():
    for mode in ("score", "train"):
        program = getattr(programs(cr.Dense(3), cr.BatchNorm(), cr.Tanh(), cr.Dense(1)), mode)
        theta, inputs = start(program, 3), data()
        H = dense_hessian(program, theta, inputs)
        assert np.isclose(
            cr.sharpness(program, theta, inputs), np.linalg.eigvalsh((H + H.T) / 2)[-1], rtol=1e-6
        )


def test_sharpness_gives_up_in_words():
    program, theta, inputs = quadratic(list(np.linspace(0.99, 1, 20)))
    with pytest.raises(cr.TrainingError, match=r"^sharpness: expected to settle in 2 iterations"):
        cr.sharpness(program, theta, inputs, iterations=2)


def test_nothing_checked_is_not_a_pass():
    net = cr.Network(cr.Identity(), loss=cr.SquaredError(), inputs=(2,))
    report = net.check_gradients([[1.0, 2.0]], [[0.0, 0.0]])
    assert report.checked == 0 and not report and str(report).startswith("gradients not checked")
