"""The engine's C in WebAssembly: a Program's bytes in node mean what they mean in Python."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.users_ops import Tanh

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native, hyper_names
from chainrule.engines.reference import Reference, cut
from chainrule.graph.byte_form import to_bytes

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "src/chainrule/page/web/engine"
MISSING = [tool for tool in ("clang", "wasm-ld") if not shutil.which(tool)]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("node"), reason="WebAssembly needs node"),
]
ROWS, STEPS, SEED = 300, 20, 3
LIMIT = {"float32": 1e-5, "float64": 1e-12}
RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(ROWS, 9)), RNG.integers(0, 4, ROWS).astype(np.int32)


@pytest.fixture(params=LIMIT)
def net(request):
    """Products, one with a single column, sums over shards, a penalty, draws, a moving average."""
    layers = (
        cr.Dense(33, bias=False, penalty=cr.L2(0.01)),
        cr.BatchNorm(),
        cr.Tanh(),
        cr.Dropout(0.3),
        cr.Dense(1),
        cr.Sigmoid(),
        cr.Dense(4),
    )
    loss = cr.SoftmaxCrossEntropy()
    return cr.Network(
        *layers, loss=loss, inputs=(9,), seed=SEED, dtype=request.param, engine="reference"
    )


def coded(array):
    return base64.b64encode(bytes(array)).decode()


def in_node(net, to_run, **job):
    """The numbers that node writes."""
    dtype = net.theta.dtype
    constants = np.array(list(to_run.defaults.values()), np.float64)
    job = {
        "dtype": "f32" if dtype == np.float32 else "f64",
        "program": coded(to_bytes(to_run)),
        "rows": ROWS,
        "seed": SEED,
        "slots": 0,
        "hypers": 0,
        "constants": coded(constants),
        "theta": coded(net.theta),
        "out": False,
        **job,
    }
    module = {"f32": "f32_simd", "f64": "f64_plain"}[job["dtype"]]
    command = ["node", ROOT / "tests/native/run.mjs", MODULES / f"{module}.wasm.gz"]
    result = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    kinds = {"losses": np.float64, "theta": dtype, "grad": dtype, "out": dtype}
    return {
        k: np.frombuffer(base64.b64decode(v), kinds[k]) if k in kinds else v
        for k, v in answer.items()
    }


def training(net, steps):
    """What every step over all rows takes."""
    dtype, program = net.theta.dtype, net.programs.train
    wanted = np.zeros(len(program.values), np.uint8)
    wanted[[p.value for p in program.parameters]] = 1
    return {
        "wanted": coded(wanted),
        "data": [coded(X.astype(dtype)), coded(LABELS)],
        "types": [f"f{8 * dtype.itemsize}", "i32"],
        "order": coded(np.tile(np.arange(ROWS, dtype=np.int32), steps)),
        "c": coded(np.full(ROWS * steps, 1 / ROWS, dtype)),
        "starts": coded(ROWS * np.arange(steps + 1)),
    }


def close(ours, reference):
    return np.abs(ours - reference).max() <= LIMIT[str(reference.dtype)] * np.abs(reference).max()


def inputs(net):
    """The same for Python's engines."""
    dtype = net.theta.dtype.type
    defaults = {name: dtype(value) for name, value in net.programs.train.defaults.items()}
    return defaults | {
        "x": X.astype(dtype),
        "y": LABELS,
        "c": np.full(ROWS, 1 / ROWS, dtype),
        "row": np.arange(ROWS, dtype=np.int32),
        "N": dtype(ROWS),
        "key": np.array([SEED, 0]),
    }


def test_loss_and_gradient_are_those_of_the_reference(net):
    L, g = Reference(net.programs.train).loss_and_grad(net.theta, inputs(net), cut(ROWS))
    answer = in_node(net, net.programs.train, **training(net, 1))
    assert (answer["done"], answer["finite"]) == (1, 1)
    assert np.isclose(answer["losses"][0], L, rtol=LIMIT[str(net.dtype)]) and close(
        answer["grad"], g
    )


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_the_plain_build_has_the_same_bits(net):
    program = net.programs.train
    plan = Native(
        program, ROWS, net.dtype, wrt=[p.value for p in program.parameters], instructions="plain"
    )
    L, g = plan.loss_and_grad(net.theta, inputs(net))
    answer = in_node(net, program, **training(net, 1))
    assert answer["losses"][0] == L and answer["grad"].tobytes() == g.tobytes()


def test_training_and_prediction_are_those_of_the_reference(net):
    adam = cr.Adam(lr=0.01)
    numbers = [float(getattr(adam, name)) for name in hyper_names(adam)]
    groups = np.array(
        [(0, sum(p.where.stop - p.start for p in net.programs.train.parameters), 0)], np.int32
    )
    answer = in_node(
        net,
        net.programs.train,
        rule="Adam",
        slots=len(adam.slots),
        hypers=len(numbers),
        groups=coded(groups),
        hyper=coded(np.array(numbers)),
        **training(net, STEPS),
    )
    net.fit(X, LABELS, epochs=STEPS, batch_size=None, optimizer=adam, verbose=0)
    assert (answer["done"], answer["finite"]) == (STEPS, 1)
    assert close(answer["theta"], net.theta)
    assert np.allclose(answer["losses"], net.run_state.history["loss"], rtol=LIMIT[str(net.dtype)])
    predicted = in_node(
        net,
        net.programs.predict,
        data=[coded(X.astype(net.dtype))],
        types=[f"f{8 * net.dtype.itemsize}"],
        out=True,
    )
    assert close(predicted["out"].reshape(ROWS, -1), net.predict(X))


def test_what_is_not_a_program_is_refused(net):
    job = training(net, 1) | {"program": coded(b"CRC1" * 20)}
    with pytest.raises(AssertionError, match=r"engine\.not_a_program"):
        in_node(net, net.programs.train, **job)


def test_an_op_of_a_users_own_is_refused_where_there_is_no_python():
    net = cr.Network(
        Tanh(), cr.Dense(4), loss=cr.SoftmaxCrossEntropy(), inputs=(9,), engine="reference"
    )
    with pytest.raises(AssertionError, match=r"engine\.no_twin .*step 0"):
        in_node(
            net,
            net.programs.predict,
            data=[coded(X.astype(np.float32))],
            types=["f32"],
            out=True,
        )


@pytest.mark.skipif(bool(MISSING), reason=f"this needs {' and '.join(MISSING)}")
def test_the_modules_of_the_page_are_those_of_the_c():
    command = [sys.executable, ROOT / "scripts/wasm.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
