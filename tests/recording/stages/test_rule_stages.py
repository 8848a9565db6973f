"""What follows the gradient in a recorded run: its bits are the run's, its terms add up."""

from dataclasses import replace

import numpy as np
import pytest
from tests.recording.adding_up import TOLERANCES, misses
from tests.recording.updates import update_of as before

import chainrule as cr
from chainrule.energy import CD
from chainrule.errors import ParameterError
from chainrule.optimizers.clipping import Clip
from chainrule.optimizers.constraints import Constraint
from chainrule.recording.stages.explained import explain
from chainrule.recording.stages.one_update import OneUpdate
from chainrule.recording.stages.rule_stages import rule_stages
from chainrule.training.updates import Group, Update

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 4))
Y = (X[:, 0] > 0).astype(int)


def network(dtype="float32", seed=1):
    layers = cr.Dense(3), cr.BatchNorm(), cr.Tanh(), cr.Dense(2)
    loss = cr.SoftmaxCrossEntropy()
    return cr.Network(*layers, loss=loss, inputs=(4,), seed=seed, dtype=dtype)


def update_of(*arguments, **options):
    """Return one update, with what follows the gradient."""
    return replace(before(*arguments, **options), again=None)


def names(stages):
    return [[q.symbol for q in stage.quantities] for stage in stages]


LISTS = {
    "sgd": cr.SGD(0.1),
    "adamw with all that may stand around it": (
        cr.ClipGlobalNorm(0.1),
        cr.AdamW(lr=cr.Cosine(0.01)),
        cr.MaxNorm(0.5),
        cr.EMA(0.9),
    ),
    "two clips": (cr.ClipValue(0.05), cr.ClipNorm(0.1), cr.Momentum(0.1)),
    "lamb": cr.LAMB(0.01),
    "muon": (cr.Muon(), cr.SWA(start=4, every=3)),
    "rprop": cr.Rprop(0.01),
}


@pytest.mark.parametrize("optimizer", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_new_numbers_have_the_bits_of_the_run(optimizer, dtype):
    net = network(dtype)
    net.scale_lr({"dense2": 0.5})
    run = net.record(X, Y, optimizer=optimizer, batch_size=8, epochs=2, verbose=0)
    parameters = net.programs.train.params
    for step in (0, 3, 8):
        moment = run.at(step=step)
        stages = rule_stages(moment.update)
        wrong, _ = misses(stages, TOLERANCES[dtype], 3, np.random.default_rng(step))
        assert not wrong, wrong[0]
        found = {q.path: q.array for stage in stages for q in stage.quantities if q.path}
        after = moment.next()
        for p in parameters:
            assert found[f"new.{p.path}"].tobytes() == after.theta[p.where].tobytes(), p.path
        for slot, a in after.slots.items():
            shown = [found[f"{slot}.{p.path}"].ravel() for p in net.programs.train.parameters]
            assert np.concatenate(shown).tobytes() == a.tobytes(), slot
        for slot, a in moment.slots.items():
            shown = [found[f"old.{slot}.{p.path}"].ravel() for p in net.programs.train.parameters]
            assert np.concatenate(shown).tobytes() == a.tobytes(), slot
        for path in ("dense1/W", "dense2/W"):  # what the constraint saw leads to the run's bits
            if f"free.{path}" in found:
                W = found[f"free.{path}"].copy()
                cr.MaxNorm(0.5).project(W)
                assert np.allclose(W, found[f"new.{path}"], rtol=TOLERANCES[dtype], atol=1e-9)


def test_stages_name_what_there_is_and_nothing_else():
    update = update_of(network(), X, Y, optimizer=cr.SGD(0.1))
    stages = rule_stages(update)
    assert [stage.name for stage in stages] == ["new weights", "running statistics"]
    parameters = ["W1", "b1", "gamma2", "beta2", "W3", "b3"]
    assert names(stages)[0] == [f"new.{name}" for name in parameters]
    assert names(stages)[1] == ["new.running_mean2", "new.running_variance2"]


def test_frozen_parameters_are_left_out():
    net = network()
    net.freeze("dense1")
    stages = rule_stages(update_of(net, X, Y, optimizer=(cr.ClipNorm(1.0), cr.Adam())))
    assert names(stages)[0][:2] == ["norm.dgamma2", "clipped.dgamma2"]
    assert "m.W1" not in names(stages)[1] and "new.W1" not in names(stages)[2]
    assert stages[2].text.endswith("Frozen, so unchanged: dense1/W, dense1/b.")


def test_text_says_the_numbers_of_this_step():
    net = network()
    net.scale_lr({"dense2": 0.5})
    run = net.record(X, Y, optimizer=cr.Adam(lambda t: 0.1 / t), batch_size=8, epochs=1, verbose=0)
    slots, weights, _ = rule_stages(run.at(step=3).update)
    said = "In this step t = 4, lr = 0.025, β1 = 0.9, β2 = 0.999, ε = 1e-08."
    rates = "For dense2/W, dense2/b: lr = 0.0125 (0.5 times lr)."
    assert slots.text.replace("e−", "e-").endswith(f"{said} {rates}")
    assert "Adam: m ← β1 m + (1 − β1) g, " in weights.text and rates in weights.text


def test_thawed_parameters_have_a_time_of_their_own():
    net = network()
    net.freeze("dense1")
    net.fit(X, Y, optimizer=cr.Adam(), batch_size=8, epochs=1, verbose=0)
    net.thaw("dense1")
    run = net.record(X, Y, optimizer=cr.Adam(), batch_size=8, epochs=1, verbose=0)
    moment = run.at(step=run.first + 1)
    stages = rule_stages(moment.update)
    assert not misses(stages, 1e-5)[0]
    assert "For dense1/W, dense1/b, thawed after update 5: t = 2." in stages[0].text
    assert moment.explain("new.W1[0, 0]").made.note.startswith(
        "m̂.W1[0, 0] = m.W1[0, 0] / (1 − β1ᵗ)"
    )


def test_the_words_of_one_entry():
    update = update_of(network("float64"), X, Y, optimizer=cr.Adam(0.01))
    stages = rule_stages(update)
    told = explain(stages, "m.W1[2,0]")
    g, old = update.after.g[6], update.slots["m"][6]
    assert told.equation == "m.W1 = β1·old.m.W1 + (1 − β1)·dW1" and told.adds_up
    assert [t.value for t in told.made.terms] == [0.9 * old, (1 - 0.9) * g]
    text = str(explain(stages, "new.W1[2,0]"))
    assert "W1[2, 0] − lr·m̂.W1[2, 0] / (√(v̂.W1[2, 0]) + ε)" in text
    assert "v̂.W1[2, 0] = v.W1[2, 0] / (1 − β2ᵗ) = " in text
    assert explain(stages, "new.dense1/W[2, 0]").value == stages[1]["new.W1"][2, 0]


class Halves(Clip):
    """g ← g / 2."""

    def clip(self, g, parts):
        return g / 2


class Positive(Constraint):
    """w ← |w|."""

    def project(self, W):
        np.abs(W, out=W)


class Signs(cr.Optimizer):
    """θ ← θ − lr sign(g),  n ← n + 1."""

    lr: float = 0.1
    slots = ("n",)

    def step(self, t, theta, g, n):
        n += 1
        theta -= self.lr * np.sign(g)


def test_rules_of_ones_own_get_a_plain_answer():
    update = update_of(network(), X, Y, optimizer=(Halves(1.0), Signs(0.1), Positive()))
    stages = rule_stages(update)
    assert not misses(stages, 1e-5)[0]
    told = explain(stages, "n.W1[0, 0]")
    assert [t.value for t in told.made.terms] == [0, 1]
    assert told.made.note == "Signs does not say more: θ ← θ − lr sign(g), n ← n + 1."
    assert told.equation == "n.W1 = old.n.W1 + change(W1, clipped.dW1)"
    for where in ("free.W1[0, 0]", "new.W1[0, 0]", "clipped.dW1[0, 0]"):
        assert len(explain(stages, where).terms) == 2


def test_a_norm_of_many_entries_has_a_term_for_each_row():
    net = cr.Network(cr.Dense(150), cr.Dense(1), loss=cr.SquaredError(), inputs=(100,))
    rows = RNG.standard_normal((8, 100))
    update = update_of(net, rows, rows[:, :1], optimizer=(cr.ClipGlobalNorm(0.1), cr.SGD()))
    told = explain(rule_stages(update), "norm.g")
    assert told.adds_up and len(told.terms) == 100 + 150 + 150 + 1
    assert told.made.then.startswith("norm.g = √")


@pytest.mark.parametrize(
    "optimizer", [cr.LBFGS(), cr.PolakRibiere(), cr.LevenbergMarquardt()], ids=repr
)
def test_searches_show_the_step_that_they_find(optimizer):
    net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    targets = X[:, :1] * X[:, 1:2]
    other = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    options = {"optimizer": optimizer, "batch_size": None}
    update = update_of(net, X, targets, np.arange(40), **options)
    search, weights = rule_stages(update)
    other.fit(X, targets, epochs=1, verbose=0, **options)
    for p in other.programs.train.parameters:
        array = next(q.array for q in weights.quantities if q.path == f"new.{p.path}")
        assert array.tobytes() == other.theta[p.where].tobytes()
    assert np.isclose(search["new.L"], other.evaluate(X, targets)["loss"], rtol=1e-5)
    assert "so no formula of the gradient alone gives the step." in search.text
    words = "step" if optimizer.least_squares else "α·d"
    assert weights.quantities[0].equation.startswith(f"new.W1 = W1 + {words}.W1")
    assert not misses([weights], 1e-5)[0]


def test_a_recorded_search_explains_itself():
    net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(4,))
    options = {"optimizer": cr.LBFGS(), "batch_size": None, "epochs": 5, "verbose": 0}
    run = net.record(X, X[:, :1] * X[:, 1:2], **options)
    for step in (0, 3):
        moment = run.at(step=step)
        assert moment["new.W1"].tobytes() == moment.next().theta[:12].tobytes()
        assert moment.explain("new.W1[0, 0]").adds_up
        assert moment["α"] > 0


def test_an_objective_without_names_has_one_tensor():
    def bowl(theta, batch, key, carry):
        return (theta**2).sum(), 2 * theta, carry

    rule = Update(cr.Momentum(0.1), (Group(slice(0, 3)),))
    theta = np.arange(3.0)
    stages = rule_stages(OneUpdate(bowl, rule, theta, rule.start(theta), {}, 1, 0))
    assert names(stages) == [["old.v.theta", "v.theta"], ["new.theta"]]
    assert explain(stages, "v.theta[2]").equation == "v.theta = μ·old.v.theta + lr·dtheta"


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e200])
def test_numbers_of_a_run_that_diverges_are_shown_too(value):
    def steep(theta, batch, key, carry):
        return value, np.full(4, value), carry

    clips, held = (
        (cr.ClipNorm(1.0), cr.ClipGlobalNorm(1.0)),
        [(cr.MaxNorm(1.0), [(slice(0, 4), (2, 2))])],
    )
    for optimizer in (cr.Adam(), cr.LAMB(), cr.SGD()):
        update = Update(optimizer, (Group(slice(0, 4)),), clips, [slice(0, 4)], constraints=held)
        theta = np.ones(4)
        for stage in rule_stages(OneUpdate(steep, update, theta, update.start(theta), {}, 1, 0)):
            for q in stage.quantities:
                str(explain([stage], q.symbol + ("[0]" if q.shape else "")))


def test_a_recorded_machine_explains_itself():
    rbm = cr.RBM(3, seed=2)
    rows = (RNG.random((12, 5)) < 0.5).astype(float)
    run = rbm.record(
        rows, sampler=CD(), optimizer=cr.Momentum(0.1), batch_size=4, epochs=2, verbose=0
    )
    moment = run.at(step=4)
    assert moment["new.W"].tobytes() == moment.next().theta[:15].tobytes()
    told = moment.explain("dW[1, 2]")
    assert told.adds_up and {n for n, _ in told.rows} <= set(moment.batch["row"].tolist())
    assert moment.explain("v.W[1, 2]").equation == "v.W = μ·old.v.W + lr·dW"
    with pytest.raises(ParameterError):
        moment.explain("U[0, 0]")


EVERY = sorted(
    {
        form
        for name in cr.optimizers.__all__
        if isinstance(rule := getattr(cr, name), type) and issubclass(rule, cr.Optimizer)
        for form in (rule.profiles().values() if rule is not cr.Optimizer else ())
        if not form.full_batch
    },
    key=repr,
)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_every_form_of_every_optimizer_adds_up_in_recorded_runs(dtype):
    """The engine makes the numbers, NumPy the terms."""
    rng, count = np.random.default_rng(5), 0
    for optimizer in EVERY:
        net = network(dtype)
        run = net.record(X, Y, optimizer=optimizer, batch_size=8, epochs=40, verbose=0)
        for step in rng.choice(200, 6, replace=False):
            wrong, looked = misses(rule_stages(run.at(step=step).update), TOLERANCES[dtype], 2, rng)
            assert not wrong, (optimizer, step, wrong[0])
            count += looked
    assert count > 10_000
