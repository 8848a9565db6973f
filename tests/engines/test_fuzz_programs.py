"""Five hundred networks, drawn from all layers and losses, run and updated by both engines."""

from dataclasses import fields

import numpy as np
import pytest
from tests.contracts.test_layer_contracts import CLASSES
from tests.contracts.test_loss_contracts import CLASSES as LOSSES
from tests.drawn_networks import draw, inside
from tests.engines.test_twins import rules

from chainrule.engines import native
from chainrule.engines.many_steps import ManySteps
from chainrule.engines.native import Native, hyper_names, instruction_sets
from chainrule.engines.reference import Reference, cut
from chainrule.engines.second_opinions import _kinks
from chainrule.training.objective import ProgramObjective
from chainrule.training.updates import Update, groups

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

QUICK, ALL = 50, 500
DRAWN = 900  # enough to meet every layer
TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}  # relative to the largest entry
RULES = [cls for cls in rules() if native.rule_name(cls())]
KEY = np.array([5, 7])


def batch(drawn, dtype, rows=slice(None)):
    """What a step of training gets."""
    X, y = (a[rows].astype(dtype if a.dtype.kind == "f" else np.int32) for a in (drawn.X, drawn.y))
    return {
        "x": X,
        "y": y,
        "c": np.full(len(X), 1 / len(X), dtype),
        "N": dtype(len(X)),
        "row": np.arange(len(X), dtype=np.int32),
    }


def reference(program, wrt, theta, inputs, dtype):
    """Loss, gradient, output, and how near a value comes to a kink of its op, in this dtype."""
    inputs = {n: dtype(a) if np.asarray(a).dtype.kind == "f" else a for n, a in inputs.items()}
    engine, shards = Reference(program, wrt=wrt), cut(len(inputs["c"]))
    L, g = engine.loss_and_grad(theta.astype(dtype), inputs, shards)
    value = engine.forward(theta.astype(dtype), inputs, [slice(0, len(inputs["c"]))])
    near = min((np.abs(k).min(initial=np.inf) for k in _kinks(program, value)), default=np.inf)
    return float(L), g, near


def apart(ours, expected):
    """The largest difference, relative to the largest entry; 0 for nothing beside nothing."""
    ours, expected = np.asarray(ours, np.float64), np.asarray(expected, np.float64)
    largest = np.abs(expected).max(initial=0)
    return (
        float(np.abs(ours - expected).max(initial=0) / largest)
        if largest
        else float(np.abs(ours).max(initial=0))
    )


def settings(rng):
    """How the plan is made: it changes no result."""
    return {
        "threads": int(rng.integers(1, 4)),
        "keep": bool(rng.integers(2)),
        "instructions": str(rng.choice(instruction_sets())),
    }


def same_numbers(drawn, dtype):
    """Loss, gradient and predictions of both engines. True if gradients could be compared."""
    rng, net = np.random.default_rng(drawn.seed), drawn.network("float64")
    free = [p.value for p in net.programs.train.parameters if rng.random() < 0.8]
    objective, theta, rows = (
        ProgramObjective(net.programs.train),
        net.theta.astype(dtype),
        len(drawn.X),
    )
    inputs = objective.inputs(theta, batch(drawn, dtype), KEY)
    plan = Native(net.programs.train, rows + int(rng.integers(3)), dtype, wrt=free, **settings(rng))
    L, g = plan.loss_and_grad(theta, inputs)
    expected_L, expected_g, near = reference(net.programs.train, free, theta, inputs, np.float64)
    limit = TOLERANCE[dtype]
    if (
        dtype == np.float32
    ):  # no more than rounding makes of it in NumPy: small variances, cancelled sums
        rounded_L, rounded_g, _ = reference(net.programs.train, free, theta, inputs, np.float32)
        limit = max(limit, 4 * apart(rounded_L, expected_L), 4 * apart(rounded_g, expected_g))
        if (
            near < 1e-4 or limit > 1e-2
        ):  # a value may change sides of its kink; or nothing is left to compare
            return False
    assert apart(L, expected_L) <= limit, f"{drawn}: loss"
    assert apart(g, expected_g) <= limit, f"{drawn}: gradient"
    forward = Native(net.programs.predict, rows, dtype, **settings(rng)).predict(
        theta, {"x": inputs["x"]}
    )
    shards = cut(rows)
    assert (
        apart(forward, Reference(net.programs.predict).predict(net.theta, {"x": drawn.X}, shards))
        <= limit
    ), str(drawn)
    score = Native(net.programs.score, rows, dtype, **settings(rng)).loss(
        theta, objective.inputs(theta, batch(drawn, dtype), KEY)
    )
    assert (
        apart(
            score,
            Reference(net.programs.score).forward(theta.astype(np.float64), inputs, shards)[
                net.programs.score.output
            ][0],
        )
        <= limit
    )
    return True


def update_of(program, cls, rng):
    """Some parameters stand still, some have a learning rate of their own."""
    frozen = tuple(p.path for p in program.parameters if rng.random() < 0.2)
    slow = {
        p.path: 0.5
        for p in program.parameters
        if rng.random() < 0.2 and "lr" in {f.name for f in fields(cls)}
    }
    places = {p.path: p.where for p in program.params}
    free = [p.value for p in program.parameters if p.path not in frozen]
    return free, Update(
        cls(),
        groups(program, frozen, slow),
        moves=[(places[m.state], m.rate) for m in program.moves],
    )


def same_updates(drawn, dtype):
    """Three steps in C against the same engine's gradients (the same bits) and the Python rule."""
    rng, net = np.random.default_rng(drawn.seed), drawn.network("float64")
    program, rows = net.programs.train, len(drawn.X)
    free, update = update_of(program, RULES[drawn.seed % len(RULES)], rng)
    if not free:
        return
    made, objective, theta, data = (
        settings(rng),
        ProgramObjective(program),
        net.theta.astype(dtype),
        batch(drawn, dtype),
    )
    plan, gradient = (
        Native(program, rows, dtype, wrt=free, update=update, **made),
        Native(program, rows, dtype, wrt=free, **made),
    )
    names, slots, starts = hyper_names(update.optimizer), update.start(theta), np.array([0, rows])
    hyper = np.array(
        [[float(getattr(update.optimizer.scaled(g.lr), n)) for n in names] for g in update.groups]
    )
    rows_of_step = plan.data({name: data[name] for name in ("x", "y")})
    for t in range(1, 4):
        expected, memory = theta.copy(), {name: a.copy() for name, a in slots.items()}
        L, g = gradient.loss_and_grad(theta, objective.inputs(theta, data, np.array([9, t])))
        update(t, expected, g, memory)
        steps = ManySteps(
            rows_of_step,
            data["row"],
            data["c"],
            starts,
            hyper,
            t=t,
            step=t,
            seed=9,
            careful=True,
        )
        losses, done, finite, _ = plan.advance(theta, slots, steps)
        where = f"{drawn}: {update.optimizer}, step {t}"
        assert (done, finite, losses[0]) == (1, True, L), where
        assert apart(theta, expected) <= TOLERANCE[dtype] / 10, where
        for name, a in slots.items():
            assert apart(a, memory[name]) <= TOLERANCE[dtype] / 10, f"{where}, {name}"


def seeds(first, last, step):
    return pytest.mark.parametrize("first", range(first, last, step))


def run(first, step):
    compared = 0
    for seed in range(first, first + step):
        drawn = draw(seed)
        assert same_numbers(drawn, np.float64)
        compared += same_numbers(drawn, np.float32)
        same_updates(drawn, np.float64)
        same_updates(drawn, np.float32)
    assert compared >= step // 3


@seeds(0, QUICK, 10)
def test_some(first):
    run(first, 10)


@pytest.mark.slow
@seeds(QUICK, ALL, 50)
def test_all(first):
    run(first, 50)


def test_they_meet_everything_that_exists():
    all_drawn = [draw(seed) for seed in range(DRAWN)]
    assert {
        type(part).__name__
        for drawn in all_drawn
        for layer in drawn.layers
        for part in inside(layer)
    } >= set(CLASSES)
    assert {type(drawn.loss).__name__ for drawn in all_drawn} == set(LOSSES)
    assert {len(drawn.layers) for drawn in all_drawn} == set(range(1, 9))
