"""What the stages of one update of a network hold."""

import numpy as np
import pytest
from tests.layers.networks import engines
from tests.recording.updates import by_symbol, classes, classifier, classifier_stages, update_of

import chainrule as cr
from chainrule import equations
from chainrule.errors import ParameterError
from chainrule.recording.stages.one_update import OneUpdate
from chainrule.recording.stages.program_stages import program_stages


@pytest.fixture(scope="module")
def stages():
    return classifier_stages()


def symbols(stage, *, given=False):
    return [q.symbol for q in stage.quantities if q.given == given]


def test_values_stand_in_the_order_in_which_they_are_computed(stages):
    assert [stage.name for stage in stages] == ["forward", "loss", "deltas", "gradients"]
    assert symbols(stages[0]) == ["z1", "mu2", "v2", "u2", "a2", "mask2", "h2", "z3"]
    assert symbols(stages[1]) == ["p", "l", "D", "Omega1", "L"]
    assert symbols(stages[2]) == [
        *("dL", "dOmega1", "dD", "dl", "dz3", "dh2", "da2", "du2", "dv2", "dmu2", "dz1")
    ]
    assert symbols(stages[3]) == ["dW1", "db1", "dgamma2", "dbeta2", "dW3", "db3"]


def test_what_is_given_comes_before_it_is_used(stages):
    given = [*symbols(stages[0], given=True), *symbols(stages[1], given=True)]
    assert " ".join(given) == "row x W1 b1 N gamma2 beta2 key W3 b3 y c lam"
    assert stages[0]["row"].tolist() == [3, 1, 17, 9, 4, 5]
    assert by_symbol(stages)["lam"].equation == "the strength of the penalty"


def test_equations_are_those_of_the_network(stages):
    program = update_of(classifier(), *classes()).objective.program
    lines = {line.strip() for line in equations.equations(program).splitlines()}
    for q in (q for stage in stages for q in stage.quantities):
        name = q.equation.partition(" = ")[0]
        twice = any(line.startswith(f"{name} += ") for line in lines)
        if not q.given and q.symbol not in ("mask2", "p") and not twice:
            assert q.equation in lines


@engines
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_loss_and_gradients_have_the_bits_of_the_run(engine, dtype):
    update = update_of(classifier(dtype, engine), *classes(), [3, 1, 17])
    of = by_symbol(program_stages(update))
    assert float(of["L"].array) == update.after.loss
    for p in update.objective.program.parameters:
        v = update.objective.program.values[p.value]
        assert of["d" + v.symbol].array.tobytes() == update.after.g[p.where].tobytes()
        assert of["d" + v.symbol].array.dtype == dtype


@engines
def test_values_are_near_those_that_the_run_used(engine):
    update = update_of(classifier("float32", engine), *classes())
    of = by_symbol(program_stages(update))
    np.testing.assert_allclose(of["D"].array + 0.1 * of["Omega1"].array, of["L"].array, rtol=1e-6)


def test_a_frozen_parameter_has_no_gradient():
    net, data = classifier(), classes()
    net.build(*data)
    net.freeze("dense1", "batch_norm1")
    stages = program_stages(update_of(net, *data))
    assert symbols(stages[3]) == ["dW3", "db3"]
    assert symbols(stages[2]) == ["dL", "dD", "dl", "dz3"]


def test_a_shared_layer_collects_two_gradients():
    layers = cr.Shared("t", cr.Dense(3)), cr.Tanh(), cr.Shared("t", cr.Dense(3))
    net = cr.Network(*layers, loss=cr.SquaredError(), dtype="float64")
    X = classes()[0]
    of = by_symbol(program_stages(update_of(net, X, X)))
    assert of["dW1"].equation == "dW1 = a1ᵀ dz1_2 + xᵀ dz1"
    assert [t.row for t in of["dW1"].terms((0, 0)).terms] == [*range(20), *range(20)]


def test_several_outputs_with_weights_of_their_own():
    heads = cr.Heads({"kind": cr.Dense(3), "size": cr.Dense(1)})
    loss = {"kind": cr.SoftmaxCrossEntropy(), "size": (0.5, cr.SquaredError())}
    net = cr.Network(cr.Dense(4), heads, loss=loss, dtype="float64")
    X, labels = classes()
    y = {"kind": labels, "size": X[:, :1]}
    weights = {"kind": np.ones(20), "size": np.linspace(0, 1, 20)}
    of = by_symbol(program_stages(update_of(net, X, y, sample_weight=weights)))
    assert of["c_size"].equation == "what each row counts in L"
    assert of["y_kind"].equation == "the targets of the batch"
    assert float(of["L"].array) == pytest.approx(np.sum(of["c"].array * of["s"].array))


def test_another_objective_says_its_stages_itself():
    update = OneUpdate(lambda *_: None, None, np.zeros(1), {}, {}, 1, 0)
    with pytest.raises(ParameterError, match="expected an update of a network, got function"):
        program_stages(update)


def test_stages_of_a_large_network_are_there_at_once():
    layers = cr.Dense(512), cr.ReLU(), cr.Dense(512), cr.ReLU(), cr.Dense(10)
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy())
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(32, 784)), rng.integers(0, 10, 32)
    of = by_symbol(program_stages(update_of(net, X, y)))
    found = of["dW1"].terms((300, 200))
    assert len(found.terms) == 32 and len(of["z1"].terms((3, 100)).terms) == 785
