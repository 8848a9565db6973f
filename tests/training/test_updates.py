"""The update list: groups, clips, own rates, what freezing keeps, and running statistics."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.training.updates import Group, Update, as_update_list, groups, matches

BLOCK = cr.Sequential(cr.Dense(2), cr.Tanh(), cr.Dense(2), name="block")
TRAIN = cr.trace(
    (cr.Dense(2), BLOCK, cr.BatchNorm(rate=0.25), cr.Dense(1)), cr.SquaredError(), (3,)
).train
# dense1 0:8, block/dense1 8:14, block/dense2 14:20, batch_norm1 20:24, dense2 24:27, state 27:31


def places(result):
    return [(g.where.start, g.where.stop, g.lr, g.born) for g in result]


# ---------------------------------------------------------------- groups


def test_a_prefix_is_whole_words():
    assert (
        matches("block/dense1/W", "block")
        and matches("block/dense1/W", "block/")
        and matches("W", "W")
    )
    assert matches("block/dense1/W", "block/dense1") and matches("block/dense1/W", "block/dense1/W")
    for prefix in ("block/den", "bloc", "dense1", "block/dense1/W/x", "BLOCK", ""):
        assert not matches("block/dense1/W", prefix)
    assert not matches("dense10/W", "dense1")


def test_alike_neighbours_are_one_group():
    assert places(groups(TRAIN)) == [(0, 27, 1, 0)]  # never the state


def test_frozen_parameters_split_and_are_in_none():
    assert places(groups(TRAIN, ["block"])) == [(0, 8, 1, 0), (20, 27, 1, 0)]
    assert places(groups(TRAIN, ["block/dense1"])) == [(0, 8, 1, 0), (14, 27, 1, 0)]
    assert places(groups(TRAIN, ["block/den"])) == [(0, 27, 1, 0)]
    assert places(groups(TRAIN, ["dense1/W"])) == [(6, 27, 1, 0)]
    assert places(groups(TRAIN, {"dense1", "block", "batch_norm1", "dense2"})) == []


def test_rates_and_ages_split():
    assert places(groups(TRAIN, lr={"block": 0.1})) == [
        (0, 8, 1, 0),
        (8, 20, 0.1, 0),
        (20, 27, 1, 0),
    ]
    assert places(groups(TRAIN, lr={"block": 0.5, "block/dense2": 0.5})) == [
        (0, 8, 1, 0),
        (8, 14, 0.5, 0),
        (14, 20, 0.25, 0),
        (20, 27, 1, 0),
    ]
    assert places(groups(TRAIN, lr={"block": 1.0})) == [(0, 27, 1, 0)]
    assert places(groups(TRAIN, born={"block/dense1/W": 4, "block/dense1/b": 4})) == [
        (0, 8, 1, 0),
        (8, 14, 1, 4),
        (14, 27, 1, 0),
    ]
    assert places(groups(TRAIN, ["block/dense1"], lr={"dense2": 2.0}, born={"dense1/W": 1})) == [
        (0, 6, 1, 1),
        (6, 8, 1, 0),
        (14, 24, 1, 0),
        (24, 27, 2, 0),
    ]


# ---------------------------------------------------------------- one update


def vectors(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=TRAIN.size), rng.normal(size=TRAIN.size)


def test_sgd_moves_each_group_by_its_own_rate_and_nothing_else():
    theta, g = vectors()
    before = theta.copy()
    update = Update(cr.SGD(lr=0.5), groups(TRAIN, ["dense1"], lr={"block": 0.25, "dense2": 0.0}))
    update(1, theta, g, update.start(theta))
    assert np.array_equal(theta[:8], before[:8])
    assert np.array_equal(theta[8:20], before[8:20] - 0.125 * g[8:20])
    assert np.array_equal(theta[20:24], before[20:24] - 0.5 * g[20:24])
    assert np.array_equal(theta[24:], before[24:])


def test_a_group_is_its_optimiser_alone():
    """Any optimiser on two groups does what it does on each by itself."""
    for optimizer in (
        cr.Adam(),
        cr.Momentum(),
        cr.RMSprop(),
        cr.Nadam(),
        cr.Rprop(),
        cr.Adagrad(),
        cr.AMSGrad(),
        cr.AdaMax(),
    ):
        theta, _ = vectors()
        alone = [theta[:8].copy(), theta[20:27].copy()]
        slots = [optimizer.start(a) for a in alone]
        update = Update(optimizer, groups(TRAIN, ["block"]))
        state = update.start(theta)
        assert all(a.shape == (15,) for a in state.values())
        for t in range(1, 4):
            g = vectors(t)[1]
            update(t, theta, g, state)
            for a, s, where in zip(alone, slots, (slice(0, 8), slice(20, 27)), strict=True):
                optimizer.step(t, a, g[where], *s.values())
        assert np.array_equal(theta[:8], alone[0]) and np.array_equal(theta[20:27], alone[1])


def test_schedules_are_asked_for_each_step():
    asked = []

    def schedule(step):
        asked.append(step)
        return 1.0 / step

    theta, g = vectors()
    before = theta.copy()
    update = Update(cr.SGD(lr=schedule), groups(TRAIN, lr={"block": 0.5}))
    asked.clear()
    update(4, theta, g, {})
    assert np.allclose(before[8:20] - theta[8:20], 0.125 * g[8:20]) and np.allclose(
        before[:8] - theta[:8], 0.25 * g[:8]
    )
    assert set(asked) == {4}


def test_clips_come_first_in_their_order_and_leave_statistics_alone():
    theta, g = vectors()
    before, gradient = theta.copy(), g.copy()
    tensors = [p.where for p in TRAIN.parameters]
    clips = (cr.ClipValue(0.5), cr.ClipGlobalNorm(1.0))
    places = {p.path: p.where for p in TRAIN.params}
    moves = [(places[m.state], m.rate) for m in TRAIN.moves]
    update = Update(cr.SGD(lr=1.0), groups(TRAIN), clips, tensors, moves)
    update(1, theta, g, {})
    bounded = np.clip(g[:27], -0.5, 0.5)
    assert np.allclose(before[:27] - theta[:27], bounded / np.linalg.norm(bounded), rtol=1e-12)
    assert np.array_equal(theta[27:], before[27:] + 0.25 * (g[27:] - before[27:]))
    assert np.array_equal(g, gradient)


def test_running_statistics_move_by_their_rate_and_never_by_the_optimiser():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 3)) * 3 + 1, rng.normal(size=(8, 3))
    net = cr.Network(cr.BatchNorm(rate=0.25), loss=cr.SquaredError(), inputs=(3,), dtype="float64")
    net.freeze("batch_norm1")
    net.fit(X, y, optimizer=cr.Momentum(lr=10.0), epochs=2, batch_size=None, verbose=0)
    mean, variance = net.state["running_mean1"], net.state["running_variance1"]
    assert np.allclose(mean, (1 - 0.75**2) * X.mean(0), rtol=1e-12)
    assert np.allclose(variance, 0.75**2 + (1 - 0.75**2) * X.var(0), rtol=1e-12)
    assert (net.parameters["gamma1"] == 1).all() and not net.parameters["beta1"].any()


# ---------------------------------------------------------------- rules without a learning rate


def test_adadelta_refuses_rates_before_the_first_step():
    message = (
        r"expected an optimizer with a learning rate, got one without. .*Adadelta.like\('torch'\)"
    )
    with pytest.raises(cr.ParameterError, match=message):
        Update(cr.Adadelta(), groups(TRAIN, lr={"block": 0.5}))
    Update(cr.Adadelta(), groups(TRAIN))
    Update(cr.Adadelta.like("torch"), groups(TRAIN, lr={"block": 0.5}))
    net = cr.Network(cr.Dense(2), cr.Dense(1), loss=cr.SquaredError(), inputs=(3,)).scale_lr(
        {"dense1": 0.5}
    )
    before = net.theta.copy()
    with pytest.raises(cr.ParameterError, match=message):
        net.fit(np.ones((4, 3)), np.ones((4, 1)), optimizer=cr.Adadelta(), epochs=1, verbose=0)
    assert np.array_equal(net.theta, before) and net.run_state.step == 0
    net.scale_lr({"dense1": 1.0}).fit(
        np.ones((4, 3)), np.ones((4, 1)), optimizer=cr.Adadelta(), epochs=1, verbose=0
    )


# ---------------------------------------------------------------- freezing and thawing in a run


def test_carry_over_keeps_the_slots_of_the_others():
    theta, _ = vectors()
    before = Update(cr.Adam(), groups(TRAIN))
    slots = before.start(theta)
    for name, a in slots.items():
        a[:] = np.arange(27) + (100 if name == "v" else 0)
    frozen = Update(cr.Adam(), groups(TRAIN, ["block"]))
    kept = frozen.carry_over(theta, slots, before)
    assert kept["m"].tolist() == [*range(8), *range(20, 27)] and kept["v"].tolist() == [
        *range(100, 108),
        *range(120, 127),
    ]
    thawed = Update(
        cr.Adam(),
        groups(TRAIN, born={p.path: 5 for p in TRAIN.parameters if p.path.startswith("block")}),
    )
    back = thawed.carry_over(theta, kept, frozen)
    assert back["m"].tolist() == [*range(8), *[0] * 12, *range(20, 27)]
    assert slots["m"].tolist() == list(range(27))


def network():
    chain = (
        cr.Dense(4, name="a"),
        cr.Tanh(),
        cr.Dense(4, name="b"),
        cr.Tanh(),
        cr.Dense(1, name="c"),
    )
    return cr.Network(*chain, loss=cr.SquaredError(), inputs=(3,), dtype="float64", seed=2)


def by_hand(net, X, y, phases, optimizer):
    """The slots of each tensor in a dict of its own: fresh whenever it was frozen before."""
    theta, programs = net.theta.copy(), net.programs
    slots, ages, frozen_before = {}, {}, set()
    for frozen, steps in phases:
        for p in programs.train.parameters:
            path = p.path
            thawed = path.partition("/")[0] in frozen_before - frozen
            if thawed or path not in slots:
                slots[path], ages[path] = optimizer.start(theta[p.where]), 0
        for _ in range(steps):
            g = cr.loss_and_grad(programs.train, theta, X, y)[1]
            for p in programs.train.parameters:
                if p.path.partition("/")[0] not in frozen:
                    ages[p.path] += 1
                    optimizer.step(
                        ages[p.path], theta[p.where], g[p.where], *slots[p.path].values()
                    )
        frozen_before = frozen
    return theta


@pytest.mark.parametrize(
    "optimizer",
    [
        cr.Adam(lr=0.05),
        cr.Nadam(lr=0.05),
        cr.Momentum(lr=0.05),
        cr.AMSGrad(lr=0.05),
        cr.RMSprop(lr=0.01),
        cr.Nadam.like("torch", lr=0.05),
        cr.Adagrad(initial_accumulator=0.1),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "phases",
    [
        [(set(), 3), ({"b"}, 2), (set(), 4)],
        [({"a", "b"}, 2), ({"a"}, 3), (set(), 3)],
        [({"c"}, 1), ({"a"}, 2), ({"b"}, 2), (set(), 2)],
        [(set(), 1), ({"a"}, 1), ({"a"}, 1), (set(), 1), ({"a"}, 1), (set(), 3)],
    ],
)
def test_freezing_and_thawing_is_each_tensor_by_itself(optimizer, phases):
    net = network()
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
    expected = by_hand(net, X, y, phases, optimizer)
    for frozen, steps in phases:
        net.thaw("a", "b", "c")
        net.freeze(*frozen)
        still = net.theta.copy()
        net.fit(X, y, optimizer=optimizer, epochs=steps, batch_size=None, verbose=0)
        for p in net.programs.train.parameters:
            if p.path.partition("/")[0] in frozen:
                assert np.array_equal(net.theta[p.where], still[p.where])
    assert np.allclose(net.theta, expected, rtol=1e-10, atol=1e-12)


def test_lbfgs_starts_afresh_when_what_it_sees_changes():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
    net, optimizer = network(), cr.LBFGS()
    net.fit(X, y, optimizer=optimizer, epochs=2, batch_size=None, verbose=0)
    frozen = net.freeze("a").theta[:16].copy()
    before = net.evaluate(X, y)["loss"]
    net.fit(X, y, optimizer=optimizer, epochs=3, batch_size=None, verbose=0)
    assert np.array_equal(net.theta[:16], frozen) and net.evaluate(X, y)["loss"] < before
    net.thaw("a").fit(X, y, optimizer=optimizer, epochs=1, batch_size=None, verbose=0)
    assert not np.array_equal(net.theta[:16], frozen)


# ---------------------------------------------------------------- optimizer=


def test_clips_and_then_an_optimizer():
    adam, clip = cr.Adam(), cr.ClipNorm(1.0)
    assert as_update_list(adam) == (adam, ())
    assert as_update_list((clip, cr.ClipValue(2.0), adam)) == (adam, (clip, cr.ClipValue(2.0)))
    assert as_update_list([adam]) == (adam, ())


@pytest.mark.parametrize(
    ("given_optimizer", "message"),
    [
        (cr.Adam, r"^optimizer: expected an instance, got the class Adam. Write Adam\(...\).$"),
        (
            "adam",
            r"^optimizer: expected an optimizer such as Adam\(lr=0.001\), got 'adam'. "
            r"Optimizers are objects here, not words.$",
        ),
        (None, r"expected an optimizer"),
        ((), r"expected an optimizer"),
        ((cr.Adam(), cr.ClipNorm(1.0)), r"expected an optimizer such as .*got ClipNorm\(1.0\)"),
        (
            (cr.SGD(), cr.Adam()),
            r"expected clips before the optimizer, got SGD\(\). "
            r"Write \(ClipNorm\(1.0\), Adam\(\)\).$",
        ),
        ((cr.ClipNorm, cr.Adam()), r"expected clips before the optimizer, got .*ClipNorm"),
    ],
)
def test_what_is_no_optimizer(given_optimizer, message):
    with pytest.raises(cr.ParameterError, match=message):
        as_update_list(given_optimizer)


def test_nothing_to_move():
    theta, g = vectors()
    before = theta.copy()
    update = Update(cr.Adam(), groups(TRAIN, ["dense1", "block", "batch_norm1", "dense2"]))
    assert update.size == 0 and len(update.indices()) == 0
    update(1, theta, g, update.start(theta))
    assert np.array_equal(theta, before) and Group(slice(0, 1)) == Group(slice(0, 1), 1.0, 0)


@pytest.mark.parametrize("rule", [cr.LBFGS(), cr.PolakRibiere(), cr.LevenbergMarquardt()], ids=repr)
def test_a_clip_that_would_be_ignored_is_refused(rule):
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    with pytest.raises(cr.ParameterError, match=r"no clips .*, got ClipNorm.*Write optimizer="):
        net.fit(np.eye(2), np.ones(2), optimizer=(cr.ClipNorm(1e-9), rule), batch_size=None)
