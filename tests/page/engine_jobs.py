"""Runs of training, as JavaScript takes them and as Python's plain native build makes them."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import hyper_names, rule_name
from chainrule.files.settings_as_json import describe, ours_in_runs
from chainrule.graph.byte_form import to_bytes

NODE = shutil.which("node")
SCRIPTS = Path(__file__).parent / "node"
KINDS = {"f4": np.float32, "f8": np.float64, "i4": np.int32, "u1": np.uint8}
RNG = np.random.default_rng(3)
ROWS = 250
X = RNG.normal(size=(ROWS, 6))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int) + 2 * (X[:, 2] > 0)
Y = np.sin(X[:, :1]) + X[:, 1:2] * X[:, 2:3]
PIXELS = RNG.integers(0, 256, (ROWS, 8, 8, 1)).astype(np.uint8)


class Case(NamedTuple):
    layers: tuple
    loss: Any
    X: Any
    y: Any
    optimizer: Any
    fit: dict = {}
    network: dict = {}
    steps: int = 200


def coded(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def typed(array):
    return {"type": f"{array.dtype.kind}{array.dtype.itemsize}", "data": coded(array)}


def cases():
    """Ten networks: all that the page offers, each at least once."""
    ce, mse = cr.SoftmaxCrossEntropy, cr.SquaredError
    conv = (
        *(cr.Conv2D(4, kernel=3), cr.BatchNorm(), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten()),
        *(cr.Dropout(0.2), cr.Dense(4)),
    )
    penalized = (cr.Dense(16, penalty=cr.L2(0.01)), cr.GELU(), cr.Dense(1))
    cosine = cr.AdamW(lr=cr.Cosine(0.05, 150), weight_decay=0.01)
    return {
        "2-8-8-1 tanh": Case(
            (cr.Dense(8), cr.Tanh(), cr.Dense(8), cr.Tanh(), cr.Dense(1)),
            *(cr.SigmoidCrossEntropy(), X[:, :2], (LABELS % 2)[:, None]),
            *(cr.SGD(lr=0.1), {"batch_size": 32}),
        ),
        "a layer that is not trained": Case(
            (cr.Dense(8), cr.Tanh(), cr.Dense(5, trainable=False), cr.Tanh(), cr.Dense(4)),
            *(ce(), X, LABELS, cr.Adam(lr=0.01), {"batch_size": 50}),
        ),
        "dropout": Case(
            (cr.Dense(33), cr.ReLU(), cr.Dropout(0.4), cr.Dense(4)),
            *(ce(), X, LABELS, cr.Adam(lr=0.01), {"batch_size": 30}),
        ),
        "batch norm": Case(
            (cr.Dense(20, bias=False), cr.BatchNorm(), cr.SiLU(), cr.Dense(4)),
            *(ce(), X, LABELS, cr.Momentum(lr=0.05), {"batch_size": 64}),
        ),
        "penalty, clip, schedule": Case(
            penalized, mse(), X, Y, (cr.ClipNorm(0.5), cosine), {"batch_size": 50}
        ),
        "convolutions": Case(conv, ce(), PIXELS / 255, LABELS, cr.Adam(), {"batch_size": 25}),
        "residual, layer norm": Case(
            (*(cr.Dense(20), cr.Residual(cr.LayerNorm(), cr.Dense(20), cr.ELU()), cr.Dense(4)),),
            *(ce(), X, LABELS, cr.RMSprop(lr=0.01), {"batch_size": 100, "drop_last": True}),
        ),
        "groups": Case(
            (cr.Dense(12, name="a"), cr.Tanh(), cr.Dense(12, name="b"), cr.Tanh(), cr.Dense(1)),
            *(mse(), X, Y, (cr.ClipGlobalNorm(1.0), cr.Nadam(lr=0.01)), {"batch_size": 40}),
            {"rates": {"b": 0.1}, "frozen": ("a",)},
        ),
        "float64": Case(
            (cr.Dense(20), cr.Sigmoid(), cr.BatchNorm(), cr.Dense(4)),
            *(ce(), X, LABELS, cr.Adagrad(lr=0.1), {"batch_size": 48}, {"dtype": "float64"}),
        ),
        "matrices": Case(
            (cr.Dense(16), cr.ReLU(), cr.Dense(24), cr.ReLU(), cr.Dense(4)),
            *(ce(), X, LABELS, cr.Muon(), {"batch_size": 50}),
        ),
        "weights, whole batch": Case(
            (cr.Dense(16), cr.SELU(), cr.Dense(4)),
            *(ce(), X, LABELS, cr.Nesterov(lr=0.1)),
            {"batch_size": None, "sample_weight": np.linspace(0.1, 3, ROWS)},
        ),
        "class weights": Case(
            (cr.Dense(16), cr.LeakyReLU(), cr.Dense(4)),
            *(ce(), X, LABELS, cr.AdaBelief()),
            {"batch_size": 32, "class_weight": {0: 2.0, 3: 0.5}},
        ),
        "constraint": Case(
            (cr.Dense(16), cr.Tanh(), cr.Dense(1)),
            *(mse(), X, Y, (cr.SGD(lr=0.05), cr.MaxNorm(0.8)), {"batch_size": 32}),
        ),
        "average": Case(
            (cr.Dense(16), cr.Tanh(), cr.Dense(1)),
            *(mse(), X, Y, (cr.Adam(lr=0.02), cr.SWA(start=20, every=7)), {"batch_size": 32}),
        ),
    }


def network(case, engine="native"):
    settings = dict(case.network)
    frozen, rates = settings.pop("frozen", ()), settings.pop("rates", {})
    net = cr.Network(
        *case.layers, loss=case.loss, inputs=case.X.shape[1:], seed=7, engine=engine, **settings
    )
    net.build(case.X[:2], case.y[:2]) if not net.built else None
    if frozen:
        net.freeze(*frozen)
    return net.scale_lr(rates) if rates else net


def steps_each(case):
    """Steps of one epoch."""
    n = len(case.X)
    batch = min(case.fit["batch_size"] or n, n)
    return n // batch if case.fit.get("drop_last") else -(-n // batch)


def trained(case, **options):
    """The network after the fit in Python, by the plain native build; its losses by epoch."""
    net = network(case)
    epochs = -(-case.steps // steps_each(case))
    with mock.patch.object(native, "instruction_sets", lambda: ["plain"]):
        history = net.fit(
            case.X,
            case.y,
            epochs=epochs,
            optimizer=case.optimizer,
            verbose=0,
            **case.fit,
            **options,
        )
    return net, list(history["loss"])


def job(name, case, modules=None, piece=10**9):
    """The same as JSON for node: `engine_runs.mjs`."""
    net = network(case)
    parts = case.optimizer if isinstance(case.optimizer, tuple) else (case.optimizer,)
    at = next(k for k, part in enumerate(parts) if isinstance(part, cr.optimizers.Optimizer))
    rule, behind = parts[at], [json_of(part) for part in parts[at + 1 :]]
    average = behind.pop() if behind and "EMA SWA".find(behind[-1]["class"][11:]) >= 0 else None
    steps = steps_each(case) * -(-case.steps // steps_each(case))
    names = hyper_names(rule)
    hypers = [
        [float(getattr(rule.at(t), name)) for name in names]
        for t in (range(1, steps + 1) if rule.schedules else [1])
    ]
    dtype = np.dtype(net.dtype)
    y = case.y.astype(np.int32) if case.y.dtype.kind == "i" and case.y.ndim == 1 else case.y
    weight = case.fit.get("sample_weight")
    wide = "f64_plain" if dtype == np.float64 else None
    started = rule.start(np.ones(1))
    return {
        "name": name,
        "modules": modules or ([wide] if wide else ["f32_simd", "f32_plain"]),
        "programs": {
            mode: coded(np.frombuffer(to_bytes(getattr(net.programs, mode)), np.uint8))
            for mode in ("train", "predict", "score")
        },
        "theta": typed(net.theta),
        "defaults": net.programs.train.defaults,
        "reduction": net.loss.reduction,
        "x": typed(case.X),
        "y": typed(y.astype(np.float64) if y.dtype == np.int64 else y),
        "n": len(case.X),
        "seed": net.seed,
        "frozen": list(net.frozen),
        "rates": dict(net.rates),
        "rule": {
            "twin": rule_name(rule),
            "slots": list(rule.slots),
            "start": {slot: float(values[0]) for slot, values in started.items()},
            "byTensor": rule.by_tensor,
            "hidesOverflow": rule.hides_overflow,
            "lr": names.index("lr") if "lr" in names else -1,
        },
        "hypers": hypers,
        "clips": [
            {"name": rule_name(c, native.CLIP), "limit": c.limit, "hidesOverflow": c.hides_overflow}
            for c in parts[:at]
        ],
        "constraints": behind,
        "average": average,
        "batchSize": case.fit["batch_size"],
        "dropLast": case.fit.get("drop_last", False),
        "sampleWeight": None if weight is None else typed(weight),
        "classWeight": case.fit.get("class_weight"),
        "steps": steps,
        "piece": piece,
    }


def json_of(part):
    return describe(part, classes=ours_in_runs())


def in_node(script, jobs):
    """What node writes for these jobs."""
    command = [NODE, SCRIPTS / script]
    result = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def described(name, case, **more):
    """The same as a description of the network and the words of `fit`."""
    net = network(case)
    about = {
        "layers": describe(tuple(case.layers)),
        "loss": describe(case.loss),
        "inputs": {"x": list(case.X.shape[1:])},
        "target": {
            "number": "index" if case.y.ndim == 1 else "real",
            "shape": list(case.y.shape[1:]),
        },
        "seed": net.seed,
        "dtype": net.dtype.name,
        "frozen": sorted(net.frozen),
        "rates": dict(net.rates),
    }
    parts = case.optimizer if isinstance(case.optimizer, tuple) else (case.optimizer,)
    y = case.y if case.y.dtype.kind == "f" else case.y.astype(np.int32)
    fit = {k: v for k, v in case.fit.items() if k != "sample_weight"} | more
    weight = case.fit.get("sample_weight")
    return {
        "name": name,
        "network": about,
        "x": typed(case.X),
        "y": typed(y),
        "n": len(case.X),
        "fit": {**fit, "optimizer": [json_of(part) for part in parts]},
        "sampleWeight": None if weight is None else typed(weight),
        "epochs": -(-case.steps // steps_each(case)),
    }
