"""Plans that share the shards of a batch have the bits of one; threads are the processes."""

from itertools import pairwise

import numpy as np
import pytest
from tests.distributed.cases import CASES, DRAWN, bits, classifier, data, fit
from tests.distributed.thread_comm import run_together, same
from tests.users_ops import NETWORKS

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import own_rows
from chainrule.graph.operation import op

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


@pytest.fixture(autouse=True)
def on_the_native_engine(monkeypatch):
    """The reference engine takes no communicator."""
    monkeypatch.setenv("CHAINRULE_ENGINE", "native")


QUICK = ("dropout", "batch_norm", "fewer_shards_than_processes", "float64")
marked = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in CASES]


def shards(rows):
    """Return how many shards a batch has, as DESIGN.md says."""
    count = 1
    while count < 64 and 2 * count <= rows // 64:
        count *= 2
    return count


# ---------------------------------------------------------------- the shares


@pytest.mark.parametrize("rows", [1, 127, 128, 515, 1000, 4096, 8192, 100_001])
def test_each_row_belongs_to_one_process(rows):
    for size in range(1, 9):
        own = [own_rows(rows, rank, size) for rank in range(size)]
        if shards(rows) < size:
            assert own == [slice(0, rows)] * size
            continue
        cuts = [shards(rows) * rank // size * rows // shards(rows) for rank in range(size + 1)]
        assert own == [slice(a, b) for a, b in pairwise(cuts)]


@pytest.mark.parametrize("given", [(-1, 0, 1), (9, 2, 2), (9, -1, 2), (9, 0, 0), (2**31, 0, 1)])
def test_shares_that_cannot_be(given):
    with pytest.raises(ValueError, match="rank"):
        own_rows(*given)


def test_no_process_reads_rows_of_others():
    """Where another process reads, a process has NaN, and no bit changes."""

    def trained(comm=None):
        X, y = data(515)
        if comm is not None:
            own, whole = own_rows(515, comm.rank, comm.size), X.copy()
            X[...] = np.nan
            X[own] = whole[own]
        net = classifier(cr.Dense(9), cr.BatchNorm(), cr.Tanh())
        net.build(*data(515))
        plan = net_plan(net, 515, comm)
        c = np.full(515, 1 / 515, np.float32)
        return plan.loss_and_grad(net.theta, {"x": X, "y": y, "c": c, "N": 515})[1].tobytes()

    for size in (2, 3, 4):
        assert same(run_together(size, trained)) == trained()


def net_plan(net, rows, comm=None):
    """Return the plan of one gradient of a network."""
    from chainrule.distributed.processes import join
    from chainrule.training.objective import program_objective

    objective = program_objective(net, net.built.programs.train)
    plan = native.Native(objective.program, rows, net.dtype, wrt=objective.wrt)
    if comm is not None:
        plan.join(join(comm))
    return plan


# ---------------------------------------------------------------- the bits


@pytest.mark.parametrize("name", marked)
def test_processes_have_the_bits_of_one(name):
    sizes = (2, 3) if name in QUICK else range(2, 8)
    for size in sizes:
        assert same(run_together(size, lambda comm: bits(CASES[name], comm))) == bits(CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_drawn_networks(name):
    for size in (2, 3, 5):
        assert same(run_together(size, lambda comm: bits(DRAWN[name], comm))) == bits(DRAWN[name])


def diverging():
    return fit(classifier(cr.Dense(9), cr.ReLU()), n=600, optimizer=cr.SGD(1e30), epochs=9)


def test_a_run_that_diverges_ends_alike():
    """The error names the same step, and the same last weights stay."""
    alone = bits(diverging)
    assert "became" in alone
    assert same(run_together(3, lambda comm: bits(diverging, comm))) == alone


# ---------------------------------------------------------------- what goes wrong in one of them


class Broken(Exception):
    """A user's own exception."""


def failing(where, rank, after):
    """Return a layer whose op fails in one process, in some call."""
    calls = {"forward": 0, "gradient": 0}

    def count(name):
        calls[name] += 1
        if rank == 1 and name == where and calls[name] > after:
            raise Broken(name)

    @op
    def fragile(z):
        """a = tanh(z)"""
        if len(z):
            count("forward")
        return np.tanh(z)

    @fragile.gradient
    def fragile_backward(da, a, z):
        """dz = da (1 − a²)"""
        count("gradient")
        return (da * (1 - a * a),)

    class Fragile(cr.Layer):
        def __call__(self, z):
            return fragile(z)

    class FragileWeights(cr.Layer):
        """The op has no rows: its gradient is the last thing of a step."""

        def __call__(self, x):
            W = x.tape.param("V", (x.shape[1], 4), cr.initializers.GlorotUniform())
            return cr.layers.dense.linear(x, fragile(W))

    return Fragile(), FragileWeights()


@pytest.mark.filterwarnings("ignore:.*too small for 3 processes")
@pytest.mark.parametrize("where", ["forward", "gradient"])
@pytest.mark.parametrize("kind", ["rows", "weights"])
@pytest.mark.parametrize("batch_size", [300, 100], ids=["divided", "undivided"])
def test_an_op_that_fails_in_one_process_ends_all(where, kind, batch_size):
    """The step changes nothing in any of them, and nobody waits."""
    nets = {}

    def trained(comm):
        layer = failing(where, comm.rank, after=9)[kind == "weights"]
        X, y = data(600)
        nets[comm.rank] = classifier(cr.Dense(5), layer)
        nets[comm.rank].fit(X, y, batch_size=batch_size, epochs=50, verbose=0, comm=comm)

    found = run_together(3, trained)
    assert isinstance(found[1], Broken)
    for rank in (0, 2):
        assert isinstance(found[rank], cr.errors.ProcessError)
        assert "process 1 of 3" in str(found[rank]) and "Broken" in str(found[rank])
        assert nets[rank].theta.tobytes() == nets[1].theta.tobytes()
        assert nets[rank].run_state.step == nets[1].run_state.step


def test_sums_that_are_too_many_are_refused(monkeypatch):
    monkeypatch.setattr(native, "MOST_ROWS", 1000)
    found = run_together(2, lambda comm: bits(lambda: fit(classifier(cr.Dense(50)), n=512), comm))
    assert all(isinstance(error, cr.errors.EngineError) for error in found)
    assert "one exchange" in str(found[0])


def test_arrays_that_are_too_small_are_refused():
    net = classifier(cr.Dense(9))
    net.build(*data(515))
    code, plan = native.extension(), net_plan(net, 515)._plan
    sizes, counts = code.exchanged(plan, 1, 3), np.zeros((4, 3), np.int32)
    for less in ((0, 0), (1, 0), (0, 1)):
        sent, received = (np.zeros(n - k, np.float32) for n, k in zip(sizes, less, strict=True))
        given = plan, 1, 3, sent, received, counts, print
        assert code.set_processes(*given) == int(any(less))
    for wrong in (counts[:3], counts.astype(np.int64)):
        with pytest.raises(ValueError, match="array"):
            code.set_processes(plan, 1, 3, *(np.zeros(n, np.float32) for n in sizes), wrong, print)
    with pytest.raises(ValueError, match="rank"):
        code.exchanged(plan, 3, 3)


def test_every_network_of_own_ops_is_a_case():
    assert all(f"own ops: {name}" in CASES for name in NETWORKS)
