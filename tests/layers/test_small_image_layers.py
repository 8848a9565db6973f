"""The small layers for images: values by hand, words, masks and noise, every size and stride against loops, files, both engines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import twin_calls
from tests.naive_images import average_pool, max_pool, standardise_groups
from tests.strategies import quick

import chainrule as cr
from chainrule import ops, random
from chainrule.engines import native
from chainrule.layers.gaussian_noise import gaussian_noise
from chainrule.layers.spatial_dropout import spatial_dropout

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
EVERY = [
    cr.MaxPool2D(2),
    cr.MaxPool2D((3, 2), stride=(1, 2)),
    cr.AveragePool2D(2),
    cr.AveragePool2D((2, 3), stride=1),
    cr.GlobalAveragePool(),
    cr.GlobalMaxPool(),
    cr.ZeroPad((1, 2)),
    cr.UpSample((1, 2)),
    cr.GroupNorm(2),
    cr.BatchNorm(),
    cr.LayerNorm(),
    cr.SpatialDropout(0.5),
    cr.GaussianNoise(0.3),
    cr.PReLU(),
    cr.Concatenate(cr.Sequential(cr.MaxPool2D(2), cr.PReLU()), cr.AveragePool2D(2)),
]
every = pytest.mark.parametrize("layer", EVERY, ids=repr)


def network(*layers, shape, **settings):
    return cr.Network(
        *layers, loss=cr.SquaredError(), inputs=shape, **({"dtype": "float64"} | settings)
    )


def predict(layer, X):
    return network(layer, shape=np.shape(X)[1:]).predict(X)


def image(*lines):
    """One image of one channel."""
    return np.array(lines, float)[None, ..., None]


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.MaxPool2D(0),
            r"MaxPool2D\(size=0\): size must be a whole number ≥ 1, or one for each axis\. The usual value is 2",
        ),
        (lambda: cr.MaxPool2D(), r"MaxPool2D\(\): size is missing"),
        (lambda: cr.MaxPool2D((2, 2, 2)), r"size must be a whole number ≥ 1"),
        (
            lambda: cr.MaxPool2D(2, stride=0),
            r"stride must be a whole number ≥ 1, or one for each axis, or None",
        ),
        (
            lambda: cr.MaxPool2D(2, strides=2),
            r"there is no setting 'strides'. Here it is called stride",
        ),
        (lambda: cr.AveragePool2D(2.5), r"AveragePool2D\(size=2.5\): size must be"),
        (lambda: cr.AveragePool2D(2, stride=True), r"stride must be"),
        (
            lambda: cr.ZeroPad(-1),
            r"ZeroPad\(padding=-1\): padding must be a whole number ≥ 0, or 2 or 4 of them",
        ),
        (lambda: cr.ZeroPad((1, 2, 3)), r"padding must be .*Four are \(top, bottom, left, right\)"),
        (lambda: cr.UpSample(0), r"size must be a whole number ≥ 1"),
        (lambda: cr.GroupNorm(0), r"groups must be a whole number ≥ 1"),
        (lambda: cr.GroupNorm(2, eps=0), r"eps must be a number > 0"),
        (lambda: cr.GroupNorm(2, trainable=1), r"trainable must be True or False"),
        (lambda: cr.SpatialDropout(1), r"rate must be a number from 0 to below 1"),
        (lambda: cr.GaussianNoise(-1), r"std must be a number ≥ 0"),
        (lambda: cr.PReLU(trainable="no"), r"trainable must be True or False"),
        (
            lambda: cr.Concatenate(cr.Tanh()),
            r"layers must be at least two layers. Write Concatenate",
        ),
        (lambda: cr.Concatenate(cr.Tanh, cr.ReLU()), r"got the class Tanh. Write Tanh\(...\)"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.MaxPool2D(5),
            (4, 6, 1),
            r"^max_pool2d1, MaxPool2D\(5\): expected an image of at least 5 x 5 pixels, got 4 x 6 of \(N, 4, 6, 1\)\. Take a smaller window",
        ),
        (
            cr.AveragePool2D(2),
            (4, 4),
            r"^average_pool2d1, .*expected input of shape \(N, H, W, C\), got \(N, 4, 4\)\. Put Reshape",
        ),
        (
            cr.GlobalMaxPool(),
            (4,),
            r"^global_max_pool1, .*expected input of shape \(N, H, W, C\), got \(N, 4\)",
        ),
        (cr.ZeroPad(1), (4,), r"^zero_pad1, .*expected input of shape \(N, H, W, C\)"),
        (cr.UpSample(2), (4, 4), r"^up_sample1, .*expected input of shape \(N, H, W, C\)"),
        (
            cr.GroupNorm(4),
            (2, 2, 6),
            r"^group_norm1, GroupNorm\(4\): expected channels that groups=4 divides, got 6 in \(N, 2, 2, 6\)\. Choose a divisor",
        ),
        (cr.GroupNorm(1), (), r"expected input with channels"),
        (cr.PReLU(), (), r"^prelu1, .*expected input with channels"),
        (
            cr.SpatialDropout(0.5),
            (4,),
            r"expected input with positions and channels, \(N, H, W, C\), got \(N, 4\)\. Dropout",
        ),
        (
            cr.Concatenate(cr.MaxPool2D(2), cr.Identity()),
            (4, 4, 1),
            r"^concatenate1, .*expected branches that differ in the last axis alone, got \(N, 2, 2, 1\), \(N, 4, 4, 1\)",
        ),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, shape=shape)


def test_an_image_without_channels_is_refused():
    with pytest.raises(
        cr.ParameterError, match=r"expected the shape of one row, got \(4, 4, 0\) for x"
    ):
        network(cr.MaxPool2D(2), shape=(4, 4, 0))


# ---------------------------------------------------------------- values by hand


def test_the_first_maximum_takes_the_gradient():
    X = image([1, 3, 0], [3, 2, 9])  # two threes; the third column is cut off
    net = network(cr.PReLU(init=1.0), cr.MaxPool2D(2), shape=X.shape[1:])
    assert net.predict(X).ravel().tolist() == [3]
    dx = ops.max_pool.backward(np.full((1, 1, 1, 1), 5.0), None, X, (2, 2), (2, 2))[0]
    assert dx[0, ..., 0].tolist() == [[0, 5, 0], [0, 0, 0]]


def test_pooling_of_nan_is_nan():
    X = image([1.0, np.nan], [3.0, 2.0])
    assert np.isnan(ops.max_pool(X, size=(2, 2), stride=(2, 2))).all()
    assert ops.max_pool.backward(np.ones((1, 1, 1, 1)), None, X, (2, 2), (2, 2))[
        0
    ].ravel().tolist() == [0, 1, 0, 0]


def test_windows_that_overlap_share_a_pixel():
    X = image([0, 1, 5, 2, 0])
    assert predict(cr.MaxPool2D((1, 3), stride=1), X).ravel().tolist() == [5, 5, 5]
    dx = ops.max_pool.backward(np.array([1.0, 2, 4]).reshape(1, 1, 3, 1), None, X, (1, 3), (1, 1))[
        0
    ]
    assert dx.ravel().tolist() == [0, 0, 7, 0, 0]


def test_global_pools_are_mean_and_maximum_of_each_channel():
    X = np.random.default_rng(0).normal(size=(3, 5, 4, 6))
    assert np.allclose(predict(cr.GlobalAveragePool(), X), X.mean(axis=(1, 2)), atol=1e-14)
    assert (predict(cr.GlobalMaxPool(), X) == X.max(axis=(1, 2))).all()
    assert np.allclose(predict(cr.GlobalAveragePool(), X[:, 0]), X[:, 0].mean(axis=1), atol=1e-14)


def test_up_sampling_and_average_pooling_undo_each_other():
    X = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    larger = predict(cr.UpSample((2, 4)), X)
    assert larger.shape == (2, 6, 16, 5) and (larger[:, 1::2, 3::4] == X).all()
    assert np.allclose(predict(cr.AveragePool2D((2, 4)), larger), X, atol=1e-14)


def test_one_group_a_channel_is_instance_norm_and_any_batch_gives_the_same():
    X = np.random.default_rng(0).normal(size=(4, 3, 3, 6)) * 5 + 2
    h = predict(cr.GroupNorm(6), X)
    assert np.allclose(h.mean(axis=(1, 2)), 0, atol=1e-12) and np.allclose(
        h.var(axis=(1, 2)), 1, atol=1e-4
    )
    assert np.array_equal(predict(cr.GroupNorm(3), X)[1:2], predict(cr.GroupNorm(3), X[1:2]))


def test_branches_stand_side_by_side():
    X = np.random.default_rng(0).normal(size=(2, 4, 4, 3))
    p = predict(cr.Concatenate(cr.MaxPool2D(2), cr.AveragePool2D(2)), X)
    assert np.array_equal(p[..., :3], predict(cr.MaxPool2D(2), X))
    assert np.array_equal(p[..., 3:], predict(cr.AveragePool2D(2), X))


def test_norms_of_images_are_per_channel():
    for layer in (cr.BatchNorm(), cr.LayerNorm(), cr.GroupNorm(3), cr.PReLU()):
        net = network(layer, shape=(4, 5, 6))
        assert all(p.shape == (6,) for p in net.parameters.values())


# ---------------------------------------------------------------- randomness


def test_spatial_dropout_drops_whole_channels_of_one_row():
    x = np.ones((500, 2, 3, 8))
    key, row = np.array([1, 2], np.int32), np.arange(500, dtype=np.int32)
    h = spatial_dropout(x, key, row, rate=0.25, path=7)
    assert (h == h[:, :1, :1]).all() and set(np.unique(h)) == {0, 1 / 0.75}
    assert abs((h[:, 0, 0] == 0).mean() - 0.25) < 0.03  # 4000 masks: σ = 0.007
    assert len(np.unique(h[:, 0, 0], axis=0)) > 100
    assert np.array_equal(spatial_dropout(x[7:9], key, row[7:9], rate=0.25, path=7), h[7:9])


def test_noise_is_standard_normal_and_belongs_to_its_row():
    x = np.zeros((400, 5, 5, 2))
    key, row = np.array([1, 2], np.int32), np.arange(400, dtype=np.int32)
    z = gaussian_noise(x, key, row, std=2.0, path=7)
    assert abs(z.mean()) < 0.05 and abs(z.std() - 2) < 0.05  # 20,000 numbers: σ = 0.014 and 0.01
    assert np.array_equal(gaussian_noise(x[9:4:-1], key, row[9:4:-1], std=2.0, path=7), z[9:4:-1])
    assert not np.array_equal(
        gaussian_noise(x, np.array([1, 3], np.int32), row, std=2.0, path=7), z
    )


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("instructions", native.instruction_sets() if native.available() else [])
def test_noise_and_masks_have_the_same_bits_in_c(dtype, instructions):
    """A million words, the smallest and the largest among them by their columns; x = 0, so that the noise itself is seen."""
    rows, size, key = 250, 403, np.array([5, 9], np.int32)
    row, engine = np.arange(rows, dtype=np.int32), f"f{dtype[-2:]}_{instructions}"
    for op, x, number in (
        (gaussian_noise, np.zeros((rows, size), dtype), ("std", 0.7)),
        (spatial_dropout, np.ones((rows, 3, 13), dtype), ("rate", 0.3)),
    ):
        attrs, y = {number[0]: number[1], "path": 11}, np.empty_like(x)
        flat = [(a.reshape(rows, -1), x[0].size, x.shape[1:], 0) for a in (y, x)]
        numbers = np.array([attrs[name] for name in sorted(attrs)], float)
        twin_calls.call(
            engine, op.name, False, rows, (*flat, (key, 0, (2,), 0), (row, 1, (), 0)), numbers
        )
        assert np.array_equal(y, op(x, key, row, **attrs)), op.name


def test_noise_is_recorded_in_train_only():
    for layer in (cr.GaussianNoise(0.5), cr.SpatialDropout(0.5)):
        programs = network(layer, shape=(2, 2, 3)).programs
        assert [len(p.steps) for p in (programs.train, programs.score)] == [3, 2]
        assert "key" not in programs.predict.inputs
    assert random.SAMPLE != random.DROPOUT


# ---------------------------------------------------------------- every size against loops, both engines


@st.composite
def pools(draw):
    pair = st.tuples(st.integers(1, 4), st.integers(1, 4))
    size, stride = draw(pair), draw(st.none() | pair)
    shape = (
        size[0] + draw(st.integers(0, 7)),
        size[1] + draw(st.integers(0, 7)),
        draw(st.sampled_from([1, 2, 3, 6, 8, 17])),
    )
    return size, stride, shape, draw(st.sampled_from([1, 1, 2, 5])), draw(st.integers(0, 2**16))


@engines
@pytest.mark.parametrize(
    ("layer", "oracle"), [(cr.MaxPool2D, max_pool), (cr.AveragePool2D, average_pool)]
)
@quick
@given(case=pools())
def test_pools_are_the_loops(layer, oracle, engine, case):
    size, stride, shape, rows, seed = case
    X = (
        np.random.default_rng(seed).integers(-3, 4, (rows, *shape)).astype(float)
    )  # many equal pixels
    net = network(layer(size, stride=stride), shape=shape, engine=engine)
    assert np.allclose(net.predict(X), oracle(X, size, stride or size), rtol=0, atol=1e-12)


@engines
@quick
@given(
    groups=st.integers(1, 4),
    each=st.integers(1, 5),
    rows=st.integers(1, 3),
    seed=st.integers(0, 2**16),
)
def test_group_norm_is_the_loops(engine, groups, each, rows, seed):
    X = np.random.default_rng(seed).normal(size=(rows, 3, 2, groups * each))
    net = network(cr.GroupNorm(groups), shape=X.shape[1:], engine=engine)
    assert np.allclose(net.predict(X), standardise_groups(X, groups, 1e-5), rtol=0, atol=1e-10)


@every
@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_both_engines_train_alike(layer, dtype, tolerance):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(70, 7, 6, 4)), rng.normal(size=(70, 3))
    thetas = []
    for engine in ("reference", "native"):
        net = cr.Network(
            cr.PReLU(),
            layer,
            cr.Flatten(),
            cr.Dense(3),
            loss=cr.SquaredError(),
            inputs=(7, 6, 4),
            dtype=dtype,
            engine=engine,
        )
        net.fit(X, y, optimizer=cr.SGD(lr=0.01), epochs=2, batch_size=32, verbose=0)
        assert ("native" in net.summary()) == (engine == "native")
        thetas.append(net.theta.copy())
    assert np.abs(thetas[0] - thetas[1]).max() <= tolerance * max(1, np.abs(thetas[0]).max())


@every
@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_threads_and_batches_do_not_change_a_bit(layer):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(256, 7, 6, 4)), rng.normal(size=(256, 3))
    thetas = set()
    for threads in (1, 2):
        net = cr.Network(
            cr.PReLU(),
            layer,
            cr.Flatten(),
            cr.Dense(3),
            loss=cr.SquaredError(),
            inputs=(7, 6, 4),
            engine="native",
            threads=threads,
        )
        net.fit(X, y, epochs=1, batch_size=128, verbose=0)
        thetas.add(net.theta.tobytes())
        assert net.predict(X)[100:101].tobytes() == net.predict(X[100:101]).tobytes()
    assert len(thetas) == 1


@every
def test_a_file_keeps_the_layer(layer, tmp_path):
    net = network(layer, shape=(6, 6, 4), seed=2)
    net.save(tmp_path / "net.safetensors")
    again = cr.Network.load(tmp_path / "net.safetensors")
    assert again.layers == net.layers
    X = np.random.default_rng(0).normal(size=(2, 6, 6, 4))
    assert np.array_equal(again.predict(X), net.predict(X))


def test_equations_are_those_of_the_docstrings():
    net = network(
        cr.PReLU(),
        cr.MaxPool2D(2, stride=1),
        cr.ZeroPad(1),
        cr.AveragePool2D(2),
        cr.UpSample(2),
        shape=(4, 4, 2),
    )
    text = net.equations()
    for line in (
        "h1 = max(patches(a1, (2, 2), (1, 1)))",
        "da1 = fold(dh1 (1 if patches(a1, (2, 2), (1, 1)) = h1 else 0))",
        "a1 = max(x, 0) + α1 min(x, 0)",
        "dα1 = Σₙ da1 min(x, 0)",
    ):
        assert line in text, text
    assert "fold" in net.equations("latex")


def test_summary_counts_what_a_window_looks_at():
    net = network(cr.MaxPool2D(3), shape=(9, 9, 2))
    assert "162" in net.summary()  # 3 x 3 places of 3 x 3 pixels in 2 channels


@pytest.mark.parametrize(
    "engine",
    [
        "reference",
        pytest.param(
            "native", marks=pytest.mark.skipif(not native.available(), reason="not built")
        ),
    ],
)
def test_a_shortcut_changes_the_shape_beside_the_branch(engine, tmp_path):
    branch, shortcut = (
        cr.Conv2D(4, stride=2, padding="same"),
        cr.Conv2D(4, kernel=1, stride=2, bias=False),
    )
    settings = {
        "loss": cr.SquaredError(),
        "inputs": (7, 5, 3),
        "dtype": "float64",
        "engine": engine,
    }
    block = cr.Network(cr.Residual(branch, shortcut=shortcut), **settings)
    parts = cr.Network(branch, **settings), cr.Network(shortcut, **settings)
    parts[0].theta[...] = block.theta[: parts[0].theta.size]
    parts[1].theta[...] = block.theta[parts[0].theta.size :]
    X, y = np.random.default_rng(0).normal(size=(6, 7, 5, 3)), np.ones((6, 4, 3, 4))
    np.testing.assert_allclose(
        block.predict(X), parts[0].predict(X) + parts[1].predict(X), rtol=1e-12
    )
    assert block.check_gradients(X, y, engine=engine).passed
    block.save(tmp_path / "net.safetensors")
    assert repr(cr.Network.load(tmp_path / "net.safetensors")) == repr(block)
    assert "shortcut=Conv2D(4, kernel=1, stride=2, bias=False)" in repr(block)
