"""Three Programs over one theta: the same symbols, one layout, the same starting numbers."""

from collections import Counter

import numpy as np
import pytest

import chainrule as cr
from chainrule.layers.dense import linear
from chainrule.layers.tanh import tanh
from chainrule.model.tracing import Stream

MODES = ("train", "predict", "score")

CHAINS = {
    "dense": (cr.Dense(4), cr.Tanh(), cr.Dense(2)),
    "dropout": (
        cr.Dropout(0.2),
        cr.Dense(4),
        cr.ReLU(),
        cr.Dropout(0.5),
        cr.Dropout(0.1),
        cr.Dense(2),
    ),
    "batch norm": (cr.BatchNorm(), cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Tanh(), cr.Dense(2)),
    "residual": (
        cr.Residual(cr.Dense(3), cr.BatchNorm(), cr.Dropout(0.5)),
        cr.Residual(cr.Tanh()),
        cr.Dense(2),
    ),
    "penalty": (
        cr.Dense(4, penalty=cr.L2(0.1)),
        cr.Tanh(),
        cr.Dense(2, penalty=cr.ElasticNet(0.2, 0.3)),
    ),
    "shared": (cr.Shared("t", cr.Dense(3)), cr.Tanh(), cr.Shared("t", cr.Dense(3)), cr.LayerNorm()),
}
LOSSES = {
    "squared": cr.SquaredError(),
    "softmax": cr.SoftmaxCrossEntropy(label_smoothing=0.1),
    "sigmoid": cr.SigmoidCrossEntropy(),
    "poisson": cr.Poisson(),
}
every = pytest.mark.parametrize(("chain", "loss"), [(c, l) for c in CHAINS for l in LOSSES])


def traced(chain, loss):
    return cr.trace(CHAINS[chain], LOSSES[loss], (3,))


def program(*chain, inputs=(3,), loss=None):
    return cr.trace(chain, loss or cr.SquaredError(), inputs).train


# ---------------------------------------------------------------- three Programs


@every
def test_one_theta_and_one_set_of_symbols(chain, loss):
    programs = traced(chain, loss)
    three = [getattr(programs, mode) for mode in MODES]
    assert [p.mode for p in three] == list(MODES)
    assert len({p.size for p in three}) == 1
    symbols = {}
    for p in three:
        assert p.params == programs.train.params or [
            (q.path, q.where, q.shape) for q in p.params
        ] == [(q.path, q.where, q.shape) for q in programs.train.params]
        assert max(Counter(v.symbol for v in p.values).values()) == 1
        assert max(Counter(v.path for v in p.values).values()) == 1
        for v in p.values:
            symbols.setdefault(v.path, set()).add(v.symbol)
            assert v.symbol
    assert all(len(found) == 1 for found in symbols.values())
    assert len(symbols) == len(
        {next(iter(found)) for found in symbols.values()}
    )  # a symbol means one thing


@every
def test_steps_are_in_an_order_that_runs(chain, loss):
    for mode in MODES:
        p = getattr(traced(chain, loss), mode)
        known = {*p.inputs.values(), *(q.value for q in p.params)}
        for step in p.steps:
            assert set(step.inputs) <= known and step.output not in known
            known.add(step.output)
        assert known == set(range(len(p.values))) and p.output in known


@every
def test_modes(chain, loss):
    programs = traced(chain, loss)
    train, predict, score = ([s.op.name for s in getattr(programs, mode).steps] for mode in MODES)
    assert not {"dropout", "mean_rows", "variance_rows"} & {*predict, *score}
    assert chain != "dropout" or train.count("dropout") == 3
    assert programs.predict.moves == programs.score.moves == ()
    assert {move.state for move in programs.train.moves} == {p.path for p in programs.train.state}
    assert (
        "weighted_sum" not in predict
        and train.count("weighted_sum") == score.count("weighted_sum") == 1
    )
    assert {"y", "c"} & set(programs.predict.inputs) == set() and {"y", "c"} <= set(
        programs.score.inputs
    )
    assert programs.predict.values[programs.predict.output].kind == "row"
    for p in (programs.train, programs.score):
        assert p.values[p.output].symbol == "L" and p.values[p.output].shape == ()
        assert p.output == p.steps[-1].output


@pytest.mark.parametrize(
    ("loss", "link"),
    [
        (cr.SoftmaxCrossEntropy(), "softmax"),
        (cr.KLDivergence(), "softmax"),
        (cr.SigmoidCrossEntropy(), "sigmoid"),
        (cr.Poisson(), "exp"),
        (cr.SquaredError(), None),
        (cr.Huber(), None),
        (cr.Hinge(), None),
    ],
)
def test_the_link_stands_in_predict_only(loss, link):
    programs = cr.trace((cr.Dense(3),), loss, (2,))
    last = [getattr(programs, mode).steps for mode in MODES]
    if link:
        assert (
            last[1][-1].op.name == link
            and programs.predict.values[programs.predict.output].symbol == "p"
        )
        assert all(step.op.name != link for steps in (last[0], last[2]) for step in steps)
    else:
        assert [s.op.name for s in last[1]] == ["affine"]
    assert programs.output == (0, 3)


@pytest.mark.parametrize(
    ("chain", "loss", "guilty"),
    [
        ((cr.Dense(3), cr.Softmax()), cr.SoftmaxCrossEntropy(), "Softmax()"),
        ((cr.Dense(3), cr.LogSoftmax()), cr.SoftmaxCrossEntropy(), "LogSoftmax()"),
        ((cr.Dense(3), cr.Softmax()), cr.KLDivergence(), "Softmax()"),
        ((cr.Dense(1), cr.Sigmoid()), cr.SigmoidCrossEntropy(), "Sigmoid()"),
        ((cr.Sequential(cr.Dense(3), cr.Softmax()),), cr.SoftmaxCrossEntropy(), "Softmax()"),
        (
            (cr.Sequential(cr.Dense(3), cr.Sequential(cr.Tanh(), cr.Softmax(name="p"))),),
            cr.SoftmaxCrossEntropy(),
            "Softmax(name='p')",
        ),
    ],
)
def test_a_link_written_as_a_layer_as_well_is_refused(chain, loss, guilty):
    with pytest.raises(cr.ParameterError) as caught:
        cr.trace(chain, loss, (2,))
    text = str(caught.value)
    assert text.startswith(f"{type(loss).__name__}: expected the values before the ")
    assert text.endswith(f"The loss and predict apply the link themselves: remove {guilty}.")


def test_a_softmax_in_the_middle_is_no_link():
    cr.trace((cr.Dense(3), cr.Softmax(), cr.Dense(3)), cr.SoftmaxCrossEntropy(), (2,))
    cr.trace((cr.Dense(3), cr.Softmax()), cr.SquaredError(), (2,))


def test_targets_decide_between_labels_and_rows():
    chain, loss = (cr.Dense(3),), cr.SoftmaxCrossEntropy()

    def target(**how):
        p = cr.trace(chain, loss, (2,), **how).score
        return p.values[p.inputs["y"]].shape, p.values[p.inputs["y"]].number

    assert target() == target(target="index") == target(y=np.array([0, 1])) == ((0,), "index")
    assert target(target="real") == target(y=np.eye(3)) == ((0, 3), "real")


# ---------------------------------------------------------------- the last steps


def test_the_defaults_of_lambda_are_the_penalties_rates():
    assert program(cr.Dense(2)).defaults == {}
    assert program(cr.Dense(2, penalty=cr.L2(0.25))).defaults == {"lam": 0.25}
    p = program(
        cr.Dense(2, penalty=cr.ElasticNet(0.2, 0.3)), cr.Tanh(), cr.Dense(2, penalty=cr.L1(0.1))
    )
    assert p.defaults == {"lam1": 0.2, "lam2": 0.3, "lam3": 0.1}
    assert [s.op.name for s in p.steps[-7:]] == [
        "weighted_sum",
        "l1_norm",
        "penalise",
        "half_squared_norm",
        "penalise",
        "l1_norm",
        "penalise",
    ]
    assert all(s.kind == "shared" for s in p.steps[-6:])  # a penalty runs once, not once a shard
    assert [p.values[s.output].symbol for s in p.steps[-7:]] == [
        "D",
        "Omega1",
        "D_2",
        "Omega1_2",
        "D_3",
        "Omega2",
        "L",
    ]
    assert (
        cr.trace((cr.Dense(2, penalty=cr.L2(0.25)),), cr.SquaredError(), (3,)).predict.defaults
        == {}
    )


def test_a_loss_gives_one_number_for_each_row():
    class PerOutput(cr.Loss):
        def __call__(self, z, y):
            return cr.ops.subtract(z, y)

    with pytest.raises(
        cr.ParameterError, match=r"expected one number for each row, shape \(N,\), got \(N, 2\)"
    ):
        program(cr.Dense(2), loss=PerOutput())


class TrainOnly(cr.Layer):
    """A second `a` in train, none elsewhere: a_2 would mean different things."""

    def __call__(self, x):
        a = tanh(x)
        return tanh(a) if x.tape.mode == "train" else a


def test_a_letter_occurs_equally_often_in_every_program():
    with pytest.raises(
        cr.ParameterError,
        match=r"^train_only1: expected as many values 'a' in each Program that has them, "
        r"got \[1, 2\]",
    ):
        program(cr.Dense(3), TrainOnly())


# ---------------------------------------------------------------- symbols


def test_the_kth_layer_with_parameters_owns_its_number():
    p = program(
        cr.Tanh(), cr.Dense(2), cr.Tanh(), cr.Tanh(), cr.BatchNorm(), cr.ReLU(), cr.Dense(1)
    )
    assert [v.symbol for v in p.values] == [
        "x",
        "a",
        "W1",
        "b1",
        "z1",
        "a1",
        "a1_2",
        "gamma2",
        "beta2",
        "running_mean2",
        "running_variance2",
        "N",
        "mu2",
        "v2",
        "u2",
        "a2",
        "W3",
        "b3",
        "z3",
        "y",
        "l",
        "c",
        "L",
    ]


# ---------------------------------------------------------------- theta


def test_theta_is_parameters_then_state():
    p = program(cr.BatchNorm(), cr.Dense(2), cr.BatchNorm(), cr.Dense(1))
    order = [q.path for q in p.params]
    assert order == [
        "batch_norm1/gamma",
        "batch_norm1/beta",
        "dense1/W",
        "dense1/b",
        "batch_norm2/gamma",
        "batch_norm2/beta",
        "dense2/W",
        "dense2/b",
        "batch_norm1/running_mean",
        "batch_norm1/running_variance",
        "batch_norm2/running_mean",
        "batch_norm2/running_variance",
    ]
    stops = 0
    for q in p.params:
        assert q.where.start == stops and q.where.stop - q.where.start == np.prod(q.shape)
        stops = q.where.stop
    assert stops == p.size == 6 + 8 + 4 + 3 + 6 + 4
    assert [q.path for q in p.parameters + p.state] == order
    theta = cr.initial_theta(p, 0)
    start = {q.path: theta[q.where] for q in p.params}
    assert (start["batch_norm1/gamma"] == 1).all() and (
        start["batch_norm1/running_variance"] == 1
    ).all()
    assert (
        not start["dense1/b"].any()
        and not start["batch_norm2/running_mean"].any()
        and start["dense1/W"].all()
    )


def test_the_same_numbers_in_both_precisions():
    p = program(
        cr.Dense(20),
        cr.Tanh(),
        cr.Dense(10, init=cr.initializers.HeNormal()),
        cr.Dense(5, init=cr.initializers.Orthogonal()),
    )
    for seed in (0, 1, 2**32 - 1):
        wide, narrow = cr.initial_theta(p, seed), cr.initial_theta(p, seed, np.float32)
        assert wide.dtype == np.float64 and narrow.dtype == np.float32
        assert np.array_equal(wide.astype(np.float32), narrow)
        assert np.array_equal(cr.initial_theta(p, seed), wide)


def test_another_layer_does_not_change_the_others_start():
    small = program(cr.Dense(4, name="a"), cr.Dense(4, name="b"))
    large = program(
        cr.Dense(4, name="a"),
        cr.BatchNorm(),
        cr.Dense(4, name="new"),
        cr.Dropout(0.5),
        cr.Dense(4, name="b"),
    )
    thetas = [cr.initial_theta(p, 3) for p in (small, large)]
    found = [
        {q.path: t[q.where] for q in p.params} for p, t in zip((small, large), thetas, strict=True)
    ]
    for path in ("a/W", "b/W"):
        assert np.array_equal(found[0][path], found[1][path])
    assert not np.array_equal(found[1]["a/W"][:12], found[1]["b/W"][:12])
    assert len(np.unique(found[1]["new/W"])) == 16


def test_seeds_differ():
    p = program(cr.Dense(4))
    starts = np.array([cr.initial_theta(p, seed) for seed in range(5)])
    assert len(np.unique(starts[:, :12])) == 60


def test_more_rows_start_as_fewer_did():
    """A row of a tensor is a row of its stream."""
    few, many = (Stream(1, "dense1/W").uniform((n, 4)) for n in (3, 9))
    assert np.array_equal(few, many[:3]) and len(np.unique(many)) == 36
    assert Stream(1, "a").normal(()).shape == () and (few >= 0).all() and (few < 1).all()


@pytest.mark.parametrize(
    "init",
    [
        lambda shape, draw: np.ones((1, 1)),
        lambda shape, draw: np.full(shape, np.nan),
        lambda shape, draw: np.full(shape, np.inf),
    ],
)
def test_an_initialiser_that_does_not_fit(init):
    with pytest.raises(
        cr.ParameterError,
        match=r"^dense1/W: expected finite starting values of shape \(3, 2\), "
        r"got .*Mend the initializer",
    ):
        cr.initial_theta(program(cr.Dense(2, init=init)))


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "0", None, True])
def test_a_seed_that_is_none(seed):
    with pytest.raises(cr.ParameterError, match=r"seed must be a whole number, 0 ≤ seed < 2³²"):
        cr.initial_theta(program(cr.Dense(2)), seed)


@pytest.mark.parametrize(
    ("chain", "loss", "inputs"),
    [
        ((cr.Dense(1),), cr.SquaredError(), 3),
        ((cr.Dense(1),), cr.SquaredError(), (0,)),
        ((cr.Dense(1),), cr.SquaredError(), ("a",)),
        ((cr.Dense(1),), cr.SquaredError, (3,)),
        ((cr.Dense(1),), "mse", (3,)),
        ((cr.Dense,), cr.SquaredError(), (3,)),
        (("dense",), cr.SquaredError(), (3,)),
    ],
)
def test_trace_refuses_in_words_what_network_refuses(chain, loss, inputs):
    for make in (
        lambda: cr.trace(chain, loss, inputs),
        lambda: cr.Network(*chain, loss=loss, inputs=inputs),
    ):
        with pytest.raises(cr.ParameterError) as caught:
            make()
        assert len(str(caught.value)) < 200


# ---------------------------------------------------------------- sharing inside sharing


@pytest.mark.parametrize(
    ("chain", "inputs", "expected"),
    [
        ([cr.EachStep(cr.EachStep(cr.Dense(3)))], (2, 2, 3), ["each_step1/each_step1/dense1"]),
        ([cr.Shared("t", cr.EachStep(cr.Dense(3)))] * 2, (2, 3), ["t/each_step1/dense1"]),
        ([cr.EachStep(cr.Shared("t", cr.Dense(3)))] * 2, (2, 3), ["t/dense1"]),
        ([cr.Shared("t", cr.Shared("u", cr.Dense(3)))] * 2, (3,), ["u/dense1"]),
        ([cr.Shared("t", cr.Residual(cr.Dense(3, name="d")))] * 3, (3,), ["t/residual1/d"]),
        (
            [cr.EachStep(cr.Sequential(cr.Dense(3), cr.Tanh(), cr.Dense(3)))],
            (4, 3),
            ["each_step1/sequential1/dense1", "each_step1/sequential1/dense2"],
        ),
    ],
)
def test_towers_inside_towers(chain, inputs, expected):
    net = cr.Network(*chain, loss=cr.SquaredError(), inputs=inputs, dtype="float64")
    assert [p.path for p in net.programs.train.params] == [
        f"{path}/{name}" for path in expected for name in "Wb"
    ]
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4, *inputs))
    assert net.check_gradients(X, rng.normal(size=X.shape)).passed


class TwoOfOneName(cr.Layer):
    """Asks twice for a tensor W: inside a tower that would silently be one and the same."""

    def __call__(self, x):
        W, V = (x.tape.param("W", (3, 3), cr.initializers.GlorotUniform()) for _ in range(2))
        return linear(linear(x, W), V)


@pytest.mark.parametrize("layer", [TwoOfOneName(), cr.Shared("t", TwoOfOneName())], ids=repr)
def test_a_layer_asks_for_each_tensor_once(layer):
    with pytest.raises(cr.ParameterError, match=r"two_of_one_name1, TwoOfOneName\(\): .*W"):
        program(layer)


@pytest.mark.parametrize(
    "init", [cr.initializers.HeNormal, [[1], [1, 2]], "he", np.nan, [[1j]]], ids=str
)
def test_what_is_no_initialiser_is_refused_when_the_layer_is_made(init):
    with pytest.raises(cr.ParameterError, match=r"init|HeNormal|values"):
        cr.Dense(2, init=init)


D, BLOCK, RELU = cr.Dense(4), cr.Sequential(cr.Dense(4), cr.ReLU()), cr.ReLU()


class Twice(cr.Layer):
    def __call__(self, x):
        return D(x) + D(x)


@pytest.mark.parametrize(
    ("layers", "first", "second", "same"),
    [
        ((D, cr.ReLU(), D), "dense1", "dense2", "Dense(4)"),
        ([cr.Dense(4)] * 3, "dense1", "dense2", "Dense(4)"),
        ((BLOCK, BLOCK), "sequential1", "sequential2", "Sequential(Dense(4), ReLU())"),
        ((cr.Residual(D), D), "residual1/dense1", "dense1", "Dense(4)"),
        ((Twice(),), "twice1/dense1", "twice1/dense2", "Dense(4)"),
        ([cr.BatchNorm()] * 2, "batch_norm1", "batch_norm2", "BatchNorm()"),
    ],
)
def test_the_same_layer_object_twice_is_said(layers, first, second, same):
    with pytest.warns(UserWarning) as caught:
        net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(4,))
    words = f"Network: {first} and {second} are the same object {same}, but each has parameters of"
    assert str(caught[0].message).startswith(words) and len(caught) == 1
    assert "in both places; to keep both sets" in str(caught[0].message)
    assert caught[0].filename == __file__ and len(net.parameters) >= 4


class Stacked(cr.Layer):
    def __call__(self, x):
        for _ in range(5):  # each may get the address of the one before
            x = cr.Dense(4)(x)
        return x


@pytest.mark.parametrize(
    "layers",
    [
        (cr.Dense(4), RELU, cr.Dense(4), RELU),
        (cr.Dense(4), cr.ReLU(), cr.Dense(4)),
        [cr.Shared("t", D)] * 2,
        (cr.Shared("t", D), cr.Shared("t", D)),
        (cr.Reshape(2, 2), cr.EachStep(cr.Dense(2)), cr.Flatten()),
        (Stacked(), Stacked()),
    ],
)
def test_what_is_no_layer_twice_is_not_said(layers):
    cr.Network(*layers, loss=cr.SquaredError(), inputs=(4,))  # warnings are errors here
