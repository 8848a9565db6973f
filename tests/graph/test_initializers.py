"""Starting values: their formulas, and that every tensor has its own stream."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import quick

import chainrule as cr
from chainrule import initializers as ini
from chainrule.model.tracing import Stream

SHAPE = (400, 100)  # fan in, fan out
DRAWN = [
    (ini.Uniform(), "uniform", 0.05),
    (ini.Uniform(-2, 2), "uniform", 2.0),
    (ini.GlorotUniform(), "uniform", math.sqrt(6 / 500)),
    (ini.HeUniform(), "uniform", math.sqrt(6 / 400)),
    (ini.LeCunUniform(), "uniform", math.sqrt(3 / 400)),
    (ini.Normal(), "normal", 0.05),
    (ini.Normal(2.0), "normal", 2.0),
    (ini.GlorotNormal(), "normal", math.sqrt(2 / 500)),
    (ini.HeNormal(), "normal", math.sqrt(2 / 400)),
    (ini.LeCunNormal(), "normal", math.sqrt(1 / 400)),
]
ALL = [init for init, _, _ in DRAWN] + [
    ini.Zeros(),
    ini.Constant(2.0),
    ini.Orthogonal(),
    ini.Sparse(3, std=0.5),
    ini.Identity(0.5),
    ini.Given([[1, 2]]),
]


def draw(init, shape=SHAPE, seed=0, path="dense1/W"):
    return init(shape, Stream(seed, path))


def test_every_initializer_is_here():
    public = {
        c for c in vars(ini).values() if isinstance(c, type) and issubclass(c, ini.Initializer)
    }
    assert {type(init) for init in ALL} == public - {ini.Initializer}


@pytest.mark.parametrize(
    ("init", "kind", "size"), DRAWN, ids=lambda v: repr(v) if isinstance(v, ini.Initializer) else ""
)
def test_a_draw_has_the_published_spread(init, kind, size):
    values = draw(init)
    assert values.shape == SHAPE and abs(values.mean()) < 0.02 * size
    if kind == "uniform":
        assert np.abs(values).max() <= size and np.abs(values).max() > 0.999 * size
        assert values.std() == pytest.approx(size / math.sqrt(3), rel=0.01)
    else:
        assert values.std() == pytest.approx(size, rel=0.01)
        assert 3.5 * size < np.abs(values).max() < 6.4 * size


def test_a_mean_and_an_interval_shift_the_draw():
    assert draw(ini.Normal(1.0, mean=5.0)).mean() == pytest.approx(5, abs=0.02)
    values = draw(ini.Uniform(2, 3))
    assert 2 <= values.min() < 2.001 < 2.999 < values.max() < 3


def test_values_that_are_not_drawn():
    assert not draw(ini.Zeros()).any()
    assert (draw(ini.Constant(2)) == 2).all() and draw(ini.Constant(2), ()).shape == ()
    assert np.array_equal(draw(ini.Identity(0.5), (2, 3)), [[0.5, 0, 0], [0, 0.5, 0]])
    assert np.array_equal(draw(ini.Given([[1, 2]]), (1, 2)), [[1, 2]])


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((3, 5), (3, 5)),
        ((3, 3, 2, 4), (18, 36)),
        ((5, 2, 4), (10, 20)),
        ((7,), (7, 7)),
        ((), (1, 1)),
    ],
)
def test_fans_count_what_a_unit_reads_and_who_reads_it(shape, fans):
    assert ini.fans(shape) == fans


@quick
@given(st.integers(1, 8), st.integers(1, 8), st.sampled_from([1.0, 0.5, 3.0]))
def test_orthogonal_rows_or_columns(rows, columns, gain):
    W = draw(ini.Orthogonal(gain), (rows, columns)) / gain
    product = W.T @ W if rows >= columns else W @ W.T
    assert product == pytest.approx(np.eye(min(rows, columns)), abs=1e-12)


@pytest.mark.parametrize("shape", [(40, 300), (3, 3, 5, 300)], ids=str)
def test_sparse_units_read_a_few_values(shape):
    W = draw(ini.Sparse(15, std=2.0), shape).reshape(-1, shape[-1])
    assert ((W != 0).sum(axis=0) == 15).all()
    values = W[W != 0]
    assert values.std() == pytest.approx(2.0, rel=0.05) and abs(values.mean()) < 0.1
    read = (W != 0).sum(axis=1)  # every value is read about equally often
    assert read.min() > 0.5 * read.mean() and read.max() < 1.6 * read.mean()
    assert len({tuple(column) for column in (W != 0).T}) == shape[-1]


def test_sparse_takes_all_of_a_few():
    assert (draw(ini.Sparse(15), (4, 3)) != 0).all()
    assert (draw(ini.Sparse(1), (5,)) != 0).all()


def test_a_sparse_draw_belongs_to_seed_and_path():
    one = draw(ini.Sparse(), (60, 4))
    assert np.array_equal(one, draw(ini.Sparse(), (60, 4)))
    assert not np.array_equal(one, draw(ini.Sparse(), (60, 4), seed=1))
    assert not np.array_equal(one, draw(ini.Sparse(), (60, 4), path="dense2/W"))


def test_an_orthogonal_kernel_is_one_matrix():
    W = draw(ini.Orthogonal(), (3, 3, 2, 4)).reshape(18, 4)
    assert pytest.approx(np.eye(4), abs=1e-12) == W.T @ W


@pytest.mark.parametrize("init", [i for i, _, _ in DRAWN] + [ini.Orthogonal()], ids=repr)
def test_a_stream_belongs_to_seed_and_path(init):
    one = draw(init, (6, 4))
    assert np.array_equal(one, draw(init, (6, 4)))
    assert not np.isclose(one, draw(init, (6, 4), seed=1)).any()
    assert not np.isclose(one, draw(init, (6, 4), path="dense2/W")).any()


def test_a_new_layer_does_not_change_the_start_of_the_others():
    few = cr.Network(
        cr.Dense(4, name="a"), cr.Dense(2, name="b"), loss=cr.SquaredError(), inputs=(3,)
    )
    more = cr.Network(
        cr.Dense(4, name="a"),
        cr.BatchNorm(),
        cr.Dense(4),
        cr.Dense(2, name="b"),
        loss=cr.SquaredError(),
        inputs=(3,),
    )
    assert np.array_equal(few.parameters["W1"], more.parameters["W1"])
    assert np.array_equal(few.parameters["W2"], more.parameters["W4"])


@pytest.mark.parametrize("init", ALL, ids=repr)
def test_an_initializer_is_its_settings(init):
    again = eval(repr(init), vars(ini))
    assert again == init and hash(again) == hash(init)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ini.Constant("a"), r"value must be a number"),
        (lambda: ini.Constant(math.inf), r"value must be a number"),
        (lambda: ini.Uniform(1, 1), r"high must be a number > low"),
        (lambda: ini.Normal(0), r"std must be a number > 0"),
        (lambda: ini.Normal(mean=math.nan), r"mean must be a number"),
        (lambda: ini.Orthogonal(-1), r"gain must be a number > 0"),
        (lambda: ini.Sparse(0), r"count must be a whole number ≥ 1"),
        (lambda: ini.Sparse(std=0), r"std must be a number > 0"),
        (lambda: ini.Identity("x"), r"gain must be a number"),
        (lambda: ini.Given([["a"]]), r"values must be an array of finite numbers"),
        (lambda: ini.Given([[math.nan]]), r"values must be an array of finite numbers"),
        (
            lambda: cr.Dense(2, init="he"),
            r"init: expected an initializer, a number or an array, got .he",
        ),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(cr.ShapeError, match=r"expected a matrix to fill, got the shape \(3,\)"):
        draw(ini.Identity(), (3,))
    with pytest.raises(cr.ShapeError, match=r"expected an array of shape \(2, 2\), got \(1, 2\)"):
        draw(ini.Given([[1, 2]]), (2, 2))


def test_what_stands_behind_init():
    init = ini.HeNormal()
    assert ini.as_initializer(init) is init
    assert ini.as_initializer(0.5) == ini.Constant(0.5)
    assert ini.as_initializer([[1, 2]]) == ini.Given([[1.0, 2.0]])
    assert ini.as_initializer(np.eye(2)) == ini.Given(((1.0, 0.0), (0.0, 1.0)))


def test_a_given_array_is_a_copy():
    W = np.eye(2)
    net = cr.Network(cr.Dense(2, init=W), loss=cr.SquaredError(), inputs=(2,))
    W[:] = 7
    assert np.array_equal(net.parameters["W1"], np.eye(2)) and np.array_equal(
        net.reset().parameters["W1"], np.eye(2)
    )


def test_a_function_of_ones_own():
    net = cr.Network(
        cr.Dense(3, init=lambda shape, draw: draw.uniform(shape) + 1),
        loss=cr.SquaredError(),
        inputs=(4,),
    )
    W = net.parameters["W1"]
    assert W.shape == (4, 3) and (W >= 1).all() and (W < 2).all()
