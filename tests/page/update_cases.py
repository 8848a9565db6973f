"""Updates of drawn networks, for the tests of the page's reference engine."""

import base64
import warnings
from typing import Any

import numpy as np
from tests.page.tracer_networks import draw
from tests.page.tracer_optimizers import RULES, OptimizerDrawing

import chainrule as cr
from chainrule.files.settings_as_json import describe, ours_in_runs

# A class that has two names in files is written by the last one.
CLASSES = {
    name: cls
    for cls, name in {cls: name for name, cls in ours_in_runs().items()}.items()
    if not name.startswith("augmentation.")
}


STANDARDIZE = {"normalise", "standardise", "standardise_groups", "center_and_scale"}


def packed(a: Any) -> dict[str, Any]:
    """Return an array as JSON has it."""
    a = np.ascontiguousarray(a)
    kind = "int32" if a.dtype.kind in "iub" else a.dtype.name
    data = base64.b64encode(a.astype(kind).tobytes()).decode()
    return {"kind": kind, "shape": list(a.shape), "data": data}


def unpacked(given: dict[str, Any]) -> Any:
    """Return the array again."""
    data = np.frombuffer(base64.b64decode(given["data"]), given["kind"])
    return data.reshape(given["shape"])


def targets(loss: Any, shape: tuple[int, ...], number: str, classes: int, rng: Any) -> Any:
    """Draw targets that a loss accepts."""
    if number == "index":
        return rng.integers(0, classes, shape)
    name = type(loss).__name__
    if name in ("Hinge", "SquaredHinge"):
        return np.where(rng.random(shape) < 0.5, -1.0, 1.0)
    if name in ("SigmoidCrossEntropy", "Focal"):
        return (rng.random(shape) < 0.5).astype(float)
    if name == "Poisson":
        return rng.poisson(2.0, shape).astype(float)
    if name in ("KLDivergence", "SoftmaxCrossEntropy"):
        y = rng.random(shape) + 0.01
        return y / y.sum(axis=-1, keepdims=True)
    if name == "CosineDistance":
        y = rng.normal(size=shape)
        return y / np.linalg.norm(y, axis=-1, keepdims=True)
    return rng.normal(size=shape)


def optimizer_of(seed: int) -> Any:
    """Draw an update list; rules that are not drawn often come in turn."""
    drawing = OptimizerDrawing(seed)
    if seed % 2:
        return drawing.update_list()
    return (cr.ClipNorm(0.5), RULES[seed // 2 % len(RULES)]())


def standardizes(seed: int) -> bool:
    """Return True if a layer divides differences by their size.

    In float32 the last digits of its numbers depend on the order of a sum.
    """
    ops = {step.op.name for step in draw(seed)["programs"].train.steps}
    return bool(ops & STANDARDIZE)


def recorded(seed: int, dtype: str) -> Any:
    """Return a recorded run of a drawn network, or None if it cannot be trained."""
    made, rng = draw(seed), np.random.default_rng(seed)
    described, rows = made["description"], int(rng.integers(2, 9))
    shape = (rows, *described["target"]["shape"])
    outputs = made["programs"].output
    y = targets(made["loss"], shape, described["target"]["number"], outputs[-1], rng)
    X = rng.normal(size=(rows, *described["inputs"]["x"]))
    net = cr.Network(
        *made["layers"], loss=made["loss"], seed=described["seed"], dtype=dtype, engine="reference"
    )
    options = {"optimizer": optimizer_of(seed), "epochs": 2, "batch_size": int(rng.integers(2, 6))}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # small batches, on purpose
            run = net.record(X, y, verbose=0, **options)
    except (cr.TrainingError, cr.ParameterError, cr.DataError):
        return None
    return run


def frozen_of(update: Any) -> list[str]:
    """Return the paths that no group moves."""
    return [
        p.path for p in update.objective.program.parameters if p.value not in update.objective.wrt
    ]


def as_json(update: Any, given: str) -> dict[str, Any]:
    """Return an update as the page takes it, with "all", "gradient" or "nothing" of the run's."""
    program, rule = update.objective.program, update.update

    def described(part: Any) -> Any:
        return describe(part, classes=CLASSES)

    value: dict[str, Any] = {
        "bytes": base64.b64encode(cr.graph.byte_form.to_bytes(program)).decode(),
        "defaults": program.defaults,
        "theta": packed(update.theta),
        "slots": {name: packed(slot) for name, slot in update.slots.items()},
        "batch": {name: packed(a) for name, a in update.batch.items()},
        "key": [int(k) for k in update.key],
        "t": update.t,
        "frozen": frozen_of(update),
        "list": {
            "clips": [described(clip) for clip in rule.clips],
            "optimizer": described(rule.rule.at(update.t)),
            "constraints": [described(constraint) for constraint in rule.held],
            "average": None if rule.average is None else described(rule.average),
            "groups": [
                {
                    "start": g.where.start,
                    "stop": g.where.stop,
                    "lr": g.lr,
                    "born": g.born,
                    "rows": g.rows,
                }
                for g in rule.groups
            ],
        },
    }
    after = update.after
    if given != "nothing":
        value["after"] = {"loss": after.loss, "g": packed(after.g)}
    if given == "all":
        value["after"] |= {
            "theta": packed(after.theta),
            "slots": {name: packed(slot) for name, slot in after.slots.items()},
        }
    return value
