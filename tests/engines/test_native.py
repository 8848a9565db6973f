"""The native engine trains as the reference does, for any threads and any instruction set."""

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native, refusals
from chainrule.engines.native import Native, instruction_sets
from chainrule.engines.reference import Reference, cut
from chainrule.training.objective import ProgramObjective

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

RNG = np.random.default_rng(0)
X, LABELS, WEIGHTS = RNG.normal(size=(300, 9)), RNG.integers(0, 4, 300), RNG.uniform(0.1, 2, 300)
FAST = [s for s in instruction_sets() if s != "plain"] or ["plain"]

# layers, dtype, arguments of fit
NETWORKS = {
    "dense": ((cr.Dense(33), cr.Tanh(), cr.Dense(4)), "float32", {}),
    "dropout": ((cr.Dense(33), cr.ReLU(), cr.Dropout(0.4), cr.Dense(4)), "float32", {}),
    "residual": ((cr.Dense(20), cr.Residual(cr.Dense(20), cr.SiLU()), cr.Dense(4)), "float32", {}),
    "batch norm": (
        (cr.Dense(20, bias=False), cr.BatchNorm(), cr.Tanh(), cr.Dense(4)),
        "float32",
        {},
    ),
    "weighted, L2": (
        (cr.Dense(20, penalty=cr.L2(0.01)), cr.GELU(), cr.Dense(4)),
        "float32",
        {"sample_weight": WEIGHTS},
    ),
    "float64": (
        (cr.Dense(20, penalty=cr.ElasticNet(0.01, 0.01)), cr.Sigmoid(), cr.Dense(4)),
        "float64",
        {},
    ),
}


def network(name="dense", engine="native", **settings):
    layers, dtype, _ = NETWORKS[name]
    return cr.Network(
        *layers,
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(9,),
        dtype=dtype,
        engine=engine,
        seed=2,
        **settings,
    )


def trained(name="dense", engine="native", epochs=5, batch_size=30, optimizer=None, **settings):
    net = network(name, engine, **settings)
    net.fit(
        X,
        LABELS,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        verbose=0,
        **NETWORKS[name][2],
    )
    return net


def close(a, b, dtype):
    return (
        np.abs(np.asarray(a) - b).max()
        <= {"float32": 1e-5, "float64": 1e-12}[str(dtype)] * np.abs(b).max()
    )


# ---------------------------------------------------------------- the reference


@pytest.mark.parametrize("batch_size", [30, 200, None])
@pytest.mark.parametrize("name", NETWORKS)
def test_fifty_steps_are_those_of_the_reference(name, batch_size):
    epochs = 50 if batch_size is None else 5 if batch_size == 30 else 25
    ours, reference = (
        trained(name, engine, epochs, batch_size) for engine in ("native", "reference")
    )
    assert ours.run_state.step == reference.run_state.step == 50
    assert close(ours.theta, reference.theta, ours.dtype)
    assert close(ours.run_state.history["loss"], reference.run_state.history["loss"], ours.dtype)
    assert close(ours.predict(X), reference.predict(X), ours.dtype)
    assert np.isclose(
        ours.evaluate(X, LABELS)["loss"], reference.evaluate(X, LABELS)["loss"], rtol=1e-5
    )


@pytest.mark.parametrize("rows", [1, 63, 64, 129, 300])
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_the_reference_with_its_shards(name, rows):
    net = network(name)
    program, dtype = net.programs.train, net.dtype.type
    objective, inputs = ProgramObjective(program), batch(program, dtype, rows)
    L, g = Reference(program).loss_and_grad(
        net.theta, objective.inputs(net.theta, inputs, KEY), cut(rows)
    )
    ours = Native(program, rows, dtype, wrt=objective.wrt).loss_and_grad(
        net.theta, objective.inputs(net.theta, inputs, KEY)
    )
    assert np.isclose(ours[0], L, rtol=1e-6) and close(ours[1], g, net.dtype)


KEY = np.array([5, 7])


def batch(program, dtype, rows):
    return {
        "x": X[:rows].astype(dtype),
        "y": LABELS[:rows].astype(np.int32),
        "c": np.full(rows, 1 / rows, dtype),
        "row": np.arange(rows, dtype=np.int32) * 3,
        "N": dtype(rows),
    }


# ---------------------------------------------------------------- the same bits


@pytest.mark.parametrize("batch_size", [30, 257, None])
@pytest.mark.parametrize("name", NETWORKS)
def test_threads_change_no_bit(name, batch_size):
    assert (
        len({trained(name, batch_size=batch_size, threads=n).theta.tobytes() for n in (1, 2, 3, 8)})
        == 1
    )


@pytest.mark.parametrize("rows", [5, 130, 300])
@pytest.mark.parametrize("name", NETWORKS)
def test_neither_instruction_sets_nor_memory_change_a_bit(name, rows):
    net = network(name)
    program, dtype = net.programs.train, net.dtype.type
    objective = ProgramObjective(program)
    inputs = objective.inputs(net.theta, batch(program, dtype, rows), KEY)
    bits = set()
    for instructions in FAST:
        for keep in (False, True):
            plan = Native(
                program,
                rows + 40,
                dtype,
                wrt=objective.wrt,
                instructions=instructions,
                keep=keep,
                threads=2,
            )
            L, g = plan.loss_and_grad(net.theta, inputs)
            bits.add((L, g.tobytes()))
    assert len(bits) == 1


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_row_alone_is_the_row_in_the_batch(name, threads):
    net = network(name, threads=threads)
    whole = net.predict(X)
    assert all((net.predict(X[i : i + 1])[0] == whole[i]).all() for i in range(0, 300, 7))


@pytest.mark.parametrize("name", NETWORKS)
def test_two_halves_are_the_whole(name):
    whole, halves = trained(name, epochs=4), trained(name, epochs=2)
    halves.fit(X, LABELS, epochs=2, batch_size=30, verbose=0, **NETWORKS[name][2])
    assert whole.theta.tobytes() == halves.theta.tobytes()


def test_a_resumed_run_is_the_whole_run(tmp_path):
    def run(epochs, **options):
        net = network("dropout")
        net.fit(X, LABELS, epochs=epochs, batch_size=30, verbose=0, **options)
        return net.theta.tobytes()

    run(2, callbacks=[cr.Checkpoint(tmp_path / "run", every_steps=7)])
    assert run(4) == run(4, resume=tmp_path / "run")


def test_step_by_step_is_the_whole_epoch():
    net = network("dropout")
    steps = [run.step for run in net.train(X, LABELS, epochs=2, batch_size=30)]
    assert (
        steps == list(range(1, 21))
        and net.theta.tobytes() == trained("dropout", epochs=2).theta.tobytes()
    )


# ---------------------------------------------------------------- data


@pytest.mark.parametrize(
    "kind", [np.float32, np.float64, np.uint8, np.int64, np.float16, ">f4", "fortran", "strided"]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("ignore:fit. numbers in column")
def test_rows_of_any_type_are_cast_as_the_reference_does(kind, dtype):
    rows = (X * 20 + 100).clip(0, 250)
    rows = {
        "fortran": lambda: np.asfortranarray(rows),
        "strided": lambda: np.repeat(rows, 2, axis=1)[:, ::2],
    }.get(kind, lambda: rows.astype(kind))()
    nets = [
        cr.Network(
            cr.Dense(4, init=cr.initializers.Constant(0.01)),
            loss=cr.SoftmaxCrossEntropy(),
            dtype=dtype,
            engine=engine,
        )
        for engine in ("native", "reference")
    ]
    for net in nets:
        net.fit(rows, LABELS, epochs=1, optimizer=cr.SGD(lr=1e-5), verbose=0)
    assert close(nets[0].theta, nets[1].theta, dtype) and close(
        nets[0].predict(rows), nets[1].predict(rows), dtype
    )


def test_an_order_of_the_users_own_may_leave_rows_out():
    nets = [network(engine=engine) for engine in ("native", "reference")]
    for net in nets:
        net.fit(
            X,
            LABELS,
            batch_size=40,
            epochs=2,
            order=lambda epoch, n: np.arange(n)[epoch::3],
            verbose=0,
        )
    assert nets[0].run_state.step == 6 and close(nets[0].theta, nets[1].theta, "float32")


def test_a_row_number_outside_the_data_is_an_error_and_no_crash():
    net = network()
    plan = Native(net.programs.predict, 8, net.dtype)
    data = plan.data({"x": X.astype(np.float32)})
    call, out = native.native_code.predict, np.empty((301, 4), np.float32)
    assert call(plan._plan, net.theta, data, 301, out)[0] == refusals.TOO_SHORT
    assert call(plan._plan, net.theta[:-1].copy(), data, 300, out)[0] == refusals.TOO_SHORT


def test_bytes_that_are_no_program_are_refused():
    bound = native.native_code.bind(
        f"f32_{FAST[-1]}",
        b"\0" * 400,
        8,
        1,
        0,
        None,
        None,
        np.zeros((0, 3), np.int32),
        0,
        0,
        np.zeros(0),
        None,
        None,
    )
    assert bound == (refusals.NOT_A_PROGRAM, 0, 0)
    good = bytearray(cr.to_bytes(network().programs.train))
    for place in range(
        40, 400, 4
    ):  # a wrong number anywhere in the table: another program, or an error, never a crash
        broken = bytearray(good)
        broken[place : place + 4] = (2**31 - 5).to_bytes(4, "little")
        native.native_code.bind(
            f"f32_{FAST[-1]}",
            bytes(broken),
            8,
            1,
            0,
            None,
            None,
            np.zeros((0, 3), np.int32),
            0,
            0,
            np.zeros(0),
            None,
            None,
        )


# ---------------------------------------------------------------- the update list


def test_frozen_layers_stay_and_the_others_are_those_of_the_reference():
    nets = [network(engine=engine) for engine in ("native", "reference")]
    for net in nets:
        start = net.theta.copy()
        net.freeze("dense1").fit(X, LABELS, epochs=2, batch_size=30, verbose=0)
        frozen = net.programs.train.params[0].where
        assert (net.theta[frozen] == start[frozen]).all()
        net.thaw("dense1").fit(X, LABELS, epochs=2, batch_size=30, verbose=0)
    assert close(nets[0].theta, nets[1].theta, "float32")


def test_rates_of_layers_and_schedules():
    schedule = cr.optimizers.schedules.Cosine(0.01, steps=40)
    nets = [network(engine=engine) for engine in ("native", "reference")]
    for net in nets:
        net.scale_lr({"dense1": 0.1, "dense2/b": 3.0})
        net.fit(X, LABELS, epochs=4, batch_size=30, optimizer=cr.AdamW(lr=schedule), verbose=0)
    assert close(nets[0].theta, nets[1].theta, "float32")


def test_a_schedule_that_fails_does_so_at_its_step():
    def schedule(step):
        return 0.01 if step < 13 else -1.0

    nets = [network(engine=engine) for engine in ("native", "reference")]
    for net in nets:
        with pytest.raises(cr.ParameterError, match="step 13"):
            net.fit(X, LABELS, epochs=2, batch_size=30, optimizer=cr.SGD(lr=schedule), verbose=0)
    assert nets[0].run_state.step == nets[1].run_state.step == 12 and close(
        nets[0].theta, nets[1].theta, "float32"
    )


class Sign(cr.Optimizer):
    """θ ← θ − lr sign(g)."""

    lr: float = 0.001

    def step(self, t, theta, g):
        theta -= self.lr * np.sign(g)


@pytest.mark.parametrize("optimizer", [Sign(), (cr.ClipNorm(0.1), cr.Adam()), cr.LBFGS()])
def test_an_update_without_a_twin_runs_in_python(optimizer):
    nets = [trained("float64", engine, 3, None, optimizer) for engine in ("native", "reference")]
    assert np.allclose(nets[0].theta, nets[1].theta, rtol=1e-6, atol=1e-8)


# ---------------------------------------------------------------- stops


@pytest.mark.parametrize(
    "optimizer",
    [cr.SGD(lr=1e6), cr.Adam(lr=1e30), cr.AdaMax(lr=1e38), cr.Rprop(lr=1e30, largest=1e38)],
)
@pytest.mark.filterwarnings("ignore:fit. numbers in column")
def test_the_first_number_that_is_not_finite_stops_it_as_the_reference_does(optimizer):
    said, nets = (
        [],
        [
            network("float64" if isinstance(optimizer, cr.SGD) else "dense", engine)
            for engine in ("native", "reference")
        ],
    )
    targets = np.eye(4)[LABELS] * 1e3
    nets = [
        cr.Network(
            cr.Dense(8),
            cr.Dense(4),
            loss=cr.SquaredError(),
            inputs=(9,),
            dtype=net.dtype,
            engine=net.engine,
        )
        for net in nets
    ]
    for net in nets:
        with pytest.raises(cr.TrainingError) as caught:
            net.fit(X, targets, epochs=40, batch_size=30, optimizer=optimizer, verbose=0)
        said.append(str(caught.value))
        assert np.isfinite(net.theta).all() and all(
            np.isfinite(a).all() for a in net.run_state.slots.values()
        )
    assert said[0] == said[1] and nets[0].run_state.step == nets[1].run_state.step
    assert np.allclose(nets[0].theta, nets[1].theta, rtol=1e-3)


def test_ctrl_c_ends_it_after_a_step_with_a_usable_network():
    net = network(threads=2)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    history = net.fit(X, LABELS, epochs=10**7, batch_size=30, verbose=0)
    timer.join()
    assert (
        history.stopped == "interrupted"
        and net.run_state.step > 0
        and np.isfinite(net.predict(X)).all()
    )


def test_two_networks_train_in_two_python_threads_and_one_predicts_in_both():
    alone, predicted = (
        trained("residual", threads=2).theta.tobytes(),
        network().predict(X).tobytes(),
    )
    net, found = network(), []

    def work():
        found.append(trained("residual", threads=2).theta.tobytes() == alone)
        found.extend(net.predict(X).tobytes() == predicted for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 63 and all(found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_it_runs_after_a_fork():
    code = """
import os, warnings, numpy as np, chainrule as cr
warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(512, 9)); y = X[:, :1]
net = cr.Network(cr.Dense(8), cr.Dense(1), loss=cr.SquaredError(), threads=2, engine="native")
net.fit(X, y, batch_size=256, verbose=0)
child = os.fork()
net.fit(X, y, batch_size=256, verbose=0)
if child == 0:
    os._exit(0 if np.isfinite(net.theta).all() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=env,
    )
    assert done.stdout.split() == ["0"]


# ---------------------------------------------------------------- choice


def test_engines_are_chosen_by_argument_then_by_environment(monkeypatch):
    def chosen(**settings):
        return cr.Network(cr.Dense(1), loss=cr.SquaredError(), **settings).engine

    monkeypatch.delenv("CHAINRULE_ENGINE", raising=False)
    assert chosen() == "native"
    monkeypatch.setenv("CHAINRULE_ENGINE", "reference")
    assert chosen() == "reference" and chosen(engine="native") == "native"
    monkeypatch.setattr(native, "native_code", None)
    with pytest.raises(cr.EngineError, match="missing"):
        chosen(engine="native")


def test_the_instruction_set_is_the_best_one_or_that_of_the_environment(monkeypatch):
    monkeypatch.delenv("CHAINRULE_INSTRUCTIONS", raising=False)
    *_, best = sets = native.instruction_sets()
    assert native.variant("f32") == f"f32_{best}"
    monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", sets[0])
    assert native.variant("f64") == f"f64_{sets[0]}"
    assert native.variant("f64", best) == f"f64_{best}"  # an argument comes first
    monkeypatch.setenv("CHAINRULE_INSTRUCTIONS", "mmx")
    message = f"CHAINRULE_INSTRUCTIONS: expected {' or '.join(sets)}, got mmx. Unset it"
    with pytest.raises(cr.ParameterError, match=message):
        native.variant("f32")


# ---------------------------------------------------------------- epochs


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
@pytest.mark.parametrize("n", [1, 2, 5, 300, 4097])
def test_orders_are_those_of_the_reference(n, seed):
    expected = [cr.random.permutation((seed, epoch), n) for epoch in range(7, 10)]
    assert (native.orders(seed, 7, 3, n) == np.concatenate(expected)).all()


@pytest.mark.parametrize("batch_size", [30, 257, None])
def test_many_epochs_in_one_call_are_epochs_one_by_one(batch_size):
    def run(callbacks):
        net = network("dropout")
        history = net.fit(
            X, LABELS, epochs=40, batch_size=batch_size, verbose=0, callbacks=callbacks
        )
        return net.theta.tobytes(), history.loss.tolist(), net.run_state.step, net.run_state.epoch

    assert run([]) == run([lambda run: None])


def test_a_network_may_have_many_penalties():
    layers = [cr.Dense(3, penalty=cr.ElasticNet(0.01, 0.02)) for _ in range(7)]
    X, y = np.arange(12.0).reshape(4, 3) / 12, np.eye(4, 3)
    native, reference = (
        cr.Network(*layers, loss=cr.SquaredError(), inputs=(3,), dtype="float64", engine=engine)
        for engine in ("native", "reference")
    )
    for net in (native, reference):
        net.fit(X, y, optimizer=cr.SGD(lr=0.1), epochs=5, verbose=0)
    assert np.allclose(native.theta, reference.theta, rtol=1e-12, atol=1e-14)
