"""What a plan runs together: fused calls and sums over shards have the same bits."""

import numpy as np
import pytest
from tests import twin_calls

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import cut
from chainrule.training.objective import ProgramObjective

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

KEY = np.array([5, 7])
NETWORKS = {
    "dense": ((cr.Dense(33), cr.ReLU(), cr.Dense(70), cr.Tanh(), cr.Dense(4)), "float32"),
    "dropout": ((cr.Dense(33, bias=False), cr.ReLU(), cr.Dropout(0.4), cr.Dense(4)), "float32"),
    "residual": (
        (cr.Dense(20), cr.Residual(cr.Dense(20), cr.LayerNorm(), cr.ReLU()), cr.Dense(4)),
        "float32",
    ),
    "one column": ((cr.Dense(1), cr.ReLU(), cr.Dense(4)), "float32"),
    "penalties": (
        (cr.Dense(20, penalty=cr.ElasticNet(0.01, 0.01)), cr.ReLU(), cr.Dense(4)),
        "float64",
    ),
}


@pytest.mark.parametrize(
    "rows", [130, 300, 2100]
)  # 2, 4 and 32 shards; these come in several waves
@pytest.mark.parametrize("name", NETWORKS)
def test_the_shards_are_added_in_the_tree(name, rows):
    layers, dtype = NETWORKS[name]
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(9,), dtype=dtype, seed=2)
    program, dtype = net.programs.train, net.dtype.type
    objective = ProgramObjective(program)
    rng = np.random.default_rng(1)
    inputs = {
        "x": rng.normal(size=(rows, 9)).astype(dtype),
        "y": rng.integers(0, 4, rows, np.int32),
        "c": rng.random(rows).astype(dtype),
        "row": np.arange(rows, dtype=np.int32),
        "N": dtype(rows),
    }
    inputs = objective.inputs(net.theta, inputs, KEY)

    def gradient(shard, threads=1):
        part = {k: v[shard] if k in ("x", "y", "c", "row") else v for k, v in inputs.items()}
        zero = dict.fromkeys(program.defaults, 0.0)  # a penalty is added once, behind the tree
        plan = Native(program, shard.stop - shard.start, dtype, wrt=objective.wrt, threads=threads)
        L, g = plan.loss_and_grad(net.theta, part | zero)
        return np.append(g, dtype(L))

    leaves = [gradient(shard) for shard in cut(rows)]
    while len(leaves) > 1:
        leaves = [a + b for a, b in zip(leaves[::2], leaves[1::2], strict=True)]
    for threads in (1, 2, 3):
        assert gradient(slice(0, rows), threads).tobytes() == leaves[0].tobytes()


@pytest.mark.parametrize("rows", [7, 40])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("units", [3, 33, 100])
def test_fused_calls_have_the_bits_of_the_calls_one_by_one(units, bias, rows):
    first, second, third = (cr.Dense(n, bias=bias) for n in (units, 2, units + 1))
    net = cr.Network(
        first, cr.ReLU(), second, cr.ReLU(), third, loss=cr.SquaredError(outputs="sum"), inputs=(9,)
    )
    product, engine = "affine" if bias else "linear", f"f32_{native.instruction_sets()[-1]}"
    rng = np.random.default_rng(3)
    c, x, y = (
        rng.normal(size=(rows, *shape)).astype(np.float32) for shape in ((), (9,), (units + 1,))
    )
    program = net.programs.train
    objective = ProgramObjective(program)
    inputs = objective.inputs(
        net.theta, {"x": x, "y": y, "c": c, "row": np.arange(rows), "N": np.float32(rows)}, KEY
    )
    g = Native(program, rows, np.float32, wrt=objective.wrt).loss_and_grad(net.theta, inputs)[1]
    weights = [net.theta[p.where].reshape(program.values[p.value].shape) for p in program.params]
    layers = [weights[i : i + 1 + bias] for i in range(0, len(weights), 1 + bias)]

    def row(a):
        return a, a[0].size, a.shape[1:], 0

    def shared(a):
        return a, 0, a.shape, 0

    def call(name, backward, *arrays):
        twin_calls.call(engine, name, backward, rows, arrays, np.ones(1))

    def like(*size):
        return np.empty((rows, *size), np.float32)

    a, tape = x, []
    for k, layer in enumerate(layers):
        z = like(layer[0].shape[1])
        call(product, False, row(z), row(a), *map(shared, layer))
        h = z
        if k < 2:
            h = np.empty_like(z)
            call("relu", False, row(h), row(z))
        tape.append((a, z, h))
        a = h
    d = like(units + 1)
    one = (c, 1, (), 0)  # dl = c
    call("squared_error", True, one, one, row(a), row(y), row(d), (None, 0, (units + 1,), 0))
    gradients = []
    for k in (2, 1, 0):
        x_, z, h = tape[k]
        if k < 2:
            dz = np.empty_like(z)
            call("relu", True, row(d), row(h), row(z), row(dz))
            d = dz
        dx, sums = like(x_.shape[1]), [np.empty_like(w) for w in layers[k]]
        call(
            product,
            True,
            row(d),
            row(z),
            row(x_),
            *map(shared, layers[k]),
            row(dx),
            *map(shared, sums),
        )
        gradients = [*(s.ravel() for s in sums), *gradients]
        d = dx
    assert g.tobytes() == np.concatenate(gradients).tobytes()


def gradient_of(net, X, y, *, keep=False, threads=1):
    objective = ProgramObjective(net.programs.train)
    rows = {
        "x": X,
        "y": y,
        "c": np.linspace(0.1, 1, len(X), dtype=net.dtype),
        "row": np.arange(len(X), dtype=np.int32),
    }
    inputs = objective.inputs(net.theta, rows | {"N": net.dtype.type(len(X))}, KEY)
    plan = Native(
        net.programs.train, len(X), net.dtype, wrt=objective.wrt, threads=threads, keep=keep
    )
    L, g = plan.loss_and_grad(net.theta, inputs)
    return np.append(g, net.dtype.type(L))


LARGE = {  # rows of many numbers: a shard runs in chunks, its sums go on from one to the next
    "convolutions": (
        (
            cr.Conv2D(8, kernel=3),
            cr.ReLU(),
            cr.MaxPool2D(2),
            cr.Conv2D(1, kernel=3),
            cr.Flatten(),
            cr.Dense(4),
        ),
        "float32",
        (40, 40, 3),
    ),
    "norms": (
        (
            cr.Conv2D(6, kernel=1, groups=3),
            cr.GroupNorm(2),
            cr.PReLU(),
            cr.SpatialDropout(0.3),
            cr.GlobalAveragePool(),
            cr.Dense(4),
        ),
        "float32",
        (40, 40, 3),
    ),
    "transposed": (
        (
            cr.TransposedConv2D(5, kernel=3, stride=2),
            cr.Residual(cr.Conv2D(5, padding="same"), cr.ReLU()),
            cr.GlobalMaxPool(),
            cr.Dense(4),
        ),
        "float64",
        (12, 12, 2),
    ),
    "words": ((cr.Embedding(30, 8), cr.LayerNorm(), cr.Flatten(), cr.Dense(4)), "float32", (500,)),
    "depthwise": (
        (
            cr.Conv1D(7, kernel=3, groups=7),
            cr.ReLU(),
            cr.Flatten(),
            cr.Dense(4, penalty=cr.L2(0.1)),
        ),
        "float32",
        (700, 7),
    ),
}


@pytest.mark.parametrize("rows", [1, 40, 131, 300])
@pytest.mark.parametrize("name", LARGE)
def test_how_a_shard_is_cut_changes_no_bit(name, rows):
    layers, dtype, shape = LARGE[name]
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=shape, dtype=dtype, seed=2)
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(rows, *shape)).astype(dtype), rng.integers(0, 4, rows, np.int32)
    X = np.abs(7 * X).astype(np.int32) if name == "words" else X
    kept = gradient_of(
        net, X, y, keep=True
    )  # every value has a place of its own, so fewer rows fit at a time
    for threads in (1, 2):
        assert gradient_of(net, X, y, threads=threads).tobytes() == kept.tobytes()


@pytest.mark.parametrize("size, stride", [(2, 2), (3, 2), (2, 3), (1, 1)])
@pytest.mark.parametrize("channels", [1, 6, 16])
def test_maxima_behind_a_relu_pass_its_gradient_on(channels, size, stride):
    """The relu's own pass is saved: as after a leaky relu of slope 0, which has its own pass."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(20, 11, 9, 2)).astype("float32"), rng.integers(0, 4, 20, np.int32)
    X[3, 5, 5] = np.nan

    def gradient(activation):
        layers = (
            cr.Conv2D(channels, kernel=2),
            activation,
            cr.MaxPool2D(size, stride=stride),
            cr.Flatten(),
            cr.Dense(4),
        )
        net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=X.shape[1:], seed=4)
        return [gradient_of(net, part, y[: len(part)]) for part in (X, X[:3])]

    for fused, apart in zip(gradient(cr.ReLU()), gradient(cr.LeakyReLU(slope=0.0)), strict=True):
        np.testing.assert_array_equal(fused, apart)
