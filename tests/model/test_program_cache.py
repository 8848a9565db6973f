"""Programs and plans: made in time linear in their steps, remembered within bounds, refused in words."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import Reference
from chainrule.layers.base import Layer
from chainrule.model import model, plans
from chainrule.model import program_cache as traced

needs_c = pytest.mark.skipif(not native.available(), reason="the native engine was not built")
RNG = np.random.default_rng(0)


def unrolled(steps, engine=None):
    each = cr.EachStep(cr.Sequential(cr.Dense(3), cr.ReLU(), cr.Dense(2), cr.Tanh()))
    return cr.Network(each, loss=cr.SquaredError(), inputs=(steps, 2), engine=engine)


def wrt(program):
    return [p.value for p in program.parameters]


@needs_c
@pytest.mark.parametrize("rows", [32, 256])
def test_four_times_the_steps_take_no_more_than_some_four_times_as_long(rows):
    seconds = []
    for steps in (40, 160):
        program, tries = unrolled(steps).programs.train, []
        for _ in range(5):
            start = time.process_time()
            Native(program, rows, np.float32, wrt=wrt(program))
            tries.append(time.process_time() - start)
        seconds.append(min(tries))
    assert seconds[1] < 12 * seconds[0]  # a cubic search took 50 times as long


@needs_c
@pytest.mark.parametrize("rows", [5, 131])
def test_memory_that_is_used_again_changes_no_bit(rows):
    program = unrolled(40).programs.train
    theta = RNG.normal(size=program.size).astype(np.float32)
    inputs = {
        "x": RNG.normal(size=(rows, 40, 2)).astype(np.float32),
        "y": RNG.normal(size=(rows, 40, 2)).astype(np.float32),
        "c": np.full(rows, 1 / rows, np.float32),
    }
    plans = [
        Native(program, rows, np.float32, wrt=wrt(program), keep=keep) for keep in (False, True)
    ]
    (loss, g), (kept_loss, kept_g) = (plan.loss_and_grad(theta, inputs) for plan in plans)
    assert loss == kept_loss and g.tobytes() == kept_g.tobytes()
    assert plans[0].memory < plans[1].memory
    expected = Reference(program).loss_and_grad(theta, inputs, [slice(0, rows)])[1]
    np.testing.assert_allclose(g, expected, rtol=1e-4, atol=1e-6)


@needs_c
@pytest.mark.parametrize("threads", [1, 2])
def test_a_large_batch_needs_few_rows_and_few_sums_at_once(threads):
    layers = (cr.Dense(256), cr.ReLU(), cr.Dense(128), cr.ReLU(), cr.Dense(10))
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(784,))
    program = net.programs.train
    small, large = (
        Native(program, rows, np.float32, wrt=wrt(program), threads=threads).memory
        for rows in (256, 4096)
    )
    assert large <= 2.5 * small  # waves of 512 rows and, of 8 of them, 3 sums that wait for others


class Pick(Layer):
    """One of several inputs."""

    input: str

    def __call__(self, x):
        return x[self.input]


@pytest.mark.parametrize("read", ["a", "b"])
@pytest.mark.parametrize("batch_size", [32, 300])
def test_an_input_that_nobody_reads_harms_nobody(read, batch_size):
    X = {
        "a": RNG.normal(size=(300, 7)),
        "b": RNG.normal(size=(300, 7)),
    }  # float64: rows are gathered, not used where they lie
    layers = (cr.Dense(8), cr.Tanh(), cr.Dense(1))
    both = cr.Network(Pick(read), *layers, loss=cr.SquaredError(), inputs={"a": (7,), "b": (7,)})
    alone = cr.Network(*layers, loss=cr.SquaredError(), inputs=(7,))
    alone.theta[...] = both.theta
    histories = [
        net.fit(rows, X[read][:, :1], batch_size=batch_size, verbose=0)
        for net, rows in ((both, X), (alone, X[read]))
    ]
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-6)
    np.testing.assert_array_equal(both.predict(X), alone.predict(X[read]))


# ---------------------------------------------------------------- what a network remembers


def counting(monkeypatch):
    calls = []
    monkeypatch.setattr(model, "trace", lambda *a, **k: calls.append(a) or cr.trace(*a, **k))
    return calls


def test_targets_of_the_kind_that_was_expected_need_no_second_trace(monkeypatch):
    calls = counting(monkeypatch)
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4,))
    X, labels = RNG.normal(size=(6, 4)), np.arange(6) % 3
    net.fit(X, labels, verbose=0)
    net.predict(X)
    assert len(calls) == 1
    net.fit(X, np.eye(3)[labels], verbose=0)  # a row of probabilities is another kind
    net.fit(X, labels, verbose=0)
    assert len(calls) == 2


def test_targets_of_several_outputs_need_no_second_trace(monkeypatch):
    calls = counting(monkeypatch)
    heads, X = cr.Heads({"digit": cr.Dense(3), "size": cr.Dense(1)}), RNG.normal(size=(6, 4))
    loss = {"digit": cr.SoftmaxCrossEntropy(), "size": cr.SquaredError()}
    net = cr.Network(heads, loss=loss, inputs=(4,))
    for size in (X[:, 0], X[:, :1]):
        net.fit(X, {"digit": np.arange(6) % 3, "size": size}, verbose=0)
    assert len(calls) == 1


def test_many_sizes_are_forgotten_again(monkeypatch):
    monkeypatch.setattr(traced, "MOST", 40)
    calls = counting(monkeypatch)
    net = cr.Network(
        cr.Conv1D(2, kernel=1), cr.GlobalAveragePool(), cr.Dense(1), loss=cr.SquaredError()
    )
    X, y = RNG.normal(size=(5, 60, 3)), RNG.normal(size=(5, 1))
    first = []
    for n in range(1, 61):
        net.fit(X[:, :n], y, epochs=0, verbose=0)
        first.append(net.predict(X[:, :n]))
    assert len(calls) == 60
    assert sum(len(p.train.steps) for p in set(net._cache.values())) <= 40
    assert len(net.plans) <= plans.PLANS
    again = [net.predict(X[:, :n]) for n in range(1, 61)]
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    before = len(calls)
    net.predict(X)
    assert len(calls) == before


def test_a_program_longer_than_all_that_are_kept_is_kept_alone(monkeypatch):
    monkeypatch.setattr(traced, "MOST", 3)
    calls = counting(monkeypatch)
    net = unrolled(4)
    net.fit(np.ones((3, 4, 2)), np.ones((3, 4, 2)), verbose=0)
    net.predict(np.ones((3, 4, 2)))
    assert len(calls) <= 2


# ---------------------------------------------------------------- too many rows, several threads


@needs_c
@pytest.mark.parametrize("rows", [2**31 - 1, 2**31, 2**32 + 5, 10**30])
def test_a_step_of_more_rows_than_fit_is_refused(rows):
    net = cr.Network(cr.Dense(4), cr.BatchNorm(), cr.Dense(1), loss=cr.SquaredError(), inputs=(8,))
    program = net.programs.train
    with pytest.raises(
        cr.OutOfMemoryError, match=rf"a step of {rows:,} rows needs more memory.*smaller batch_size"
    ) as caught:
        Native(program, rows, np.float64, wrt=wrt(program))
    assert isinstance(caught.value, MemoryError)


def test_the_reference_engine_says_it_in_the_same_words(monkeypatch):
    def full(*_):
        raise MemoryError("Unable to allocate 74.5 GiB for an array")

    monkeypatch.setattr(Reference, "loss_and_grad", full)
    net = cr.Network(
        cr.Dense(4),
        cr.BatchNorm(),
        cr.Dense(1),
        loss=cr.SquaredError(),
        inputs=(8,),
        engine="reference",
    )
    with pytest.raises(cr.OutOfMemoryError, match="a step of 6 rows needs more memory"):
        net.fit(np.ones((6, 8)), np.ones(6), batch_size=None, verbose=0)


def test_threads_that_ask_one_network_for_its_first_predictions():
    X = RNG.normal(size=(5, 30, 3)).astype(np.float32)
    sizes = [int(n) for n in RNG.permutation(np.repeat(np.arange(1, 31), 4))]
    nets = [
        cr.Network(
            cr.Conv1D(2, kernel=1),
            cr.GlobalAveragePool(),
            cr.Dense(1),
            loss=cr.SquaredError(),
            inputs=(30, 3),
        )
        for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: nets[0].predict(X[:, :n]), sizes))
    assert all((p == nets[1].predict(X[:, :n])).all() for n, p in zip(sizes, found, strict=True))


def test_two_networks_learn_at_the_same_time():
    X, y = RNG.normal(size=(100, 5)), RNG.integers(0, 3, 100)

    def learned(seed):
        net = cr.Network(
            cr.Dense(16),
            cr.ReLU(),
            cr.Dense(3),
            loss=cr.SoftmaxCrossEntropy(),
            inputs=(5,),
            seed=seed,
        )
        net.fit(X, y, epochs=5, verbose=0)
        return net.theta

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(learned, range(4)))
    assert all((theta == learned(seed)).all() for seed, theta in enumerate(together))
