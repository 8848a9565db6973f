"""Python code in the page: it runs, it means the same, it is read back, and refusals have words."""

import warnings

import numpy as np
import pytest
from tests.page.tracer_networks import draw
from tests.page.tracer_optimizers import OptimizerDrawing

import chainrule as cr
from chainrule.files.settings_as_json import describe, ours_in_runs

pytestmark = pytest.mark.slow

CLASSES = ours_in_runs()
DATA = "import numpy as np\n\nX = np.zeros((4, 3))  # rows\ny = 2 * X[:, :1] @ np.ones((1, 1)) > 1"
NETWORK = "net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))\n"
READ = {  # code as people write it, and the first layer or what is wrong with it
    "from chainrule import Dense, Network, SquaredError as E\n"
    "n = Network(Dense(units=3,), loss=E(), inputs=(2,))": {"units": 3},
    "import chainrule\nmodel = chainrule.Network(  # a comment\n"
    "  chainrule.layers.Dense(bias=False, units=2),\n  loss=chainrule.losses.Huber(delta=2))": {
        "units": 2,
        "bias": False,
    },
    "net = Network(Dense(4, init=initializers.HeNormal()), loss=SquaredError())": {
        "units": 4,
        "init": {"class": "initializers.HeNormal", "settings": {}},
    },
    "net = cr.Network(cr.Dense(2, init=[[1, 2.5]]), loss=cr.Hinge(), inputs=(1,))": {
        "units": 2,
        "init": {"class": "initializers.Given", "settings": {"values": [[1, 2.5]]}},
    },
    "net = cr.Network(cr.Dense(1_0), loss=cr.Hinge()); net.fit(X, y); print(net.evaluate(X, y))": {
        "units": 10
    },
    "": "python_no_network",
    "print(1)": "python_no_network",
    "net = cr.Network(cr.Dens(1), loss=cr.Hinge())": "python_near",
    "net = cr.Network(cr.Dense(8.0), loss=cr.Hinge())": "python_whole",
    "net = cr.Network(cr.Dense(0), loss=cr.Hinge(), inputs=(2,))": "must_be_whole",
    "net = cr.Network(cr.Tanh, loss=cr.Hinge())": "python_class",
    "net = cr.Network(cr.Dense(n), loss=cr.Hinge())": "python_name",
    "net = cr.Network(*layers, loss=cr.Hinge())": "python_star",
    "net = cr.Network(cr.Dense(1, activation='relu'), loss=cr.Hinge())": "python_setting",
    "from torch import nn\nnet = cr.Network(nn.Linear(1), loss=cr.Hinge())": "python_foreign",
    "net = cr.Network(cr.Dense(1))": "python_loss",
    "net = cr.Network(cr.Dense(1), loss=cr.Hinge(), inputs=(2,)": "python_open",
    "X = f'{1}', r'\\d', 0x1F, 2j, [k for k in [1, 2]]  # data are left to Python\n" + NETWORK: {
        "units": 1
    },
    NETWORK + "net.fit(X, y, batch_size=0)": "must_be_whole",
    NETWORK + "net.fit(X, y, validation_fraction=1.0)": "must_be_number_at_least_below",
    NETWORK + "net.fit(X, y, class_weight=[1, 2])": "class_weight",
    NETWORK + "net.fit(X, y, epochs=0x1F)": "python_number",
    NETWORK + "for k in range(3):\n    net.fit(X, y)": "python_block",
    NETWORK + "net.fit(X, y)\nnet.fit(X, y)": "python_second",
    NETWORK + "h = 1 + net.fit(X, y)": "python_method",
    NETWORK + "net.thaw('dense1')": "python_method",
    NETWORK + "net.freeze('dense2')": "no_path",
    NETWORK + "net.scale_lr({'dense': 2})": "no_path",
    NETWORK + "net.fit(X, y, optimizer=cr.LBFGS())": "no_twin",
    NETWORK + "net.fit(X, y, optimizer=cr.Adam.like('paddle'))": "python_library",
    "net = cr.Network(cr.Conv2D(4), loss=cr.Hinge(), inputs=(2,))": "image",
}


def settings_of(value):
    """Return what `net.fit` makes of optimizers, as JSON values."""
    return describe(value, classes=CLASSES)


def case(seed):
    """Return a network with options of a fit, as the page describes them."""
    drawing, drawn = OptimizerDrawing(seed), draw(seed)
    network = {k: v for k, v in drawn["description"].items() if k != "target"}
    fit = {
        "optimizer": settings_of(drawing.update_list()),
        "epochs": drawing.whole(0, 30),
        "batch_size": drawing.one(None, 32, drawing.whole(1, 64)),
        "drop_last": bool(drawing.rng.random() < 0.3),
        "validation_fraction": drawing.one(0.0, drawing.number(0.1, 0.9)),
        "class_weight": drawing.one(None, "balanced", {"0": 1.0, "1": drawing.number(0.1, 4)}),
    }
    paths = [p.path for p in drawn["programs"].train.parameters]
    if paths and drawing.rng.random() < 0.3:
        network["frozen"] = [drawing.one(*paths)]
        network["rates"] = {drawing.one(*paths): 0.5}
    return {"network": network, "fit": fit, "data": drawing.one("", DATA)}


@pytest.fixture(scope="module")
def cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [case(seed) for seed in range(1000, 1200)]


@pytest.fixture(scope="module")
def answers(node, cases):
    return node("tracer_python.js", {"cases": cases, "edits": 2000, "reads": list(READ)})


def run(text, monkeypatch):
    """Run the code; return the network and the options that `fit` was given."""
    seen = {}
    monkeypatch.setattr(cr.Network, "fit", lambda net, X, y, **options: seen.update(options))
    scope = {"X": np.zeros(1), "y": np.zeros(1)}
    exec(text, scope)
    return scope["net"], seen


def test_the_code_runs_and_means_the_same(cases, answers, monkeypatch):
    for about, answer in zip(cases, answers["written"], strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net, options = run(answer["text"], monkeypatch)
        network = about["network"]
        found = {
            "layers": describe(net.layers),
            "loss": describe(net.loss),
            "inputs": {"x": list(net.inputs["x"])},
            "seed": net.seed,
            "dtype": net.dtype.name,
        }
        assert found == {name: network[name] for name in found}, answer["text"]
        assert net.frozen >= set(network.get("frozen", [])), answer["text"]
        assert dict(net.rates) == network.get("rates", {}), answer["text"]
        options = {
            name: settings_of(value) if name == "optimizer" else value
            for name, value in options.items()
        }
        weights = options.get("class_weight")
        if isinstance(weights, dict):
            options["class_weight"] = {str(k): v for k, v in weights.items()}
        usual = {
            "optimizer": settings_of(cr.Adam()),
            "epochs": 1,
            "batch_size": 32,
            "drop_last": False,
            "validation_fraction": 0.0,
            "class_weight": None,
        }
        assert usual | options == about["fit"], answer["text"]


def test_what_is_written_is_read_back(cases, answers):
    for about, answer in zip(cases, answers["written"], strict=True):
        assert "read" in answer, answer
        network, fit = answer["read"]["network"], answer["read"]["fit"]
        for name in ("inputs", "seed", "dtype"):
            assert network[name] == about["network"][name]
        assert network["frozen"] == about["network"].get("frozen", [])
        assert network["rates"] == about["network"].get("rates", {})
        table = {name: completed(network[name]) for name in ("layers", "loss")}
        assert table == {name: about["network"][name] for name in table}, answer["text"]
        if "optimizer" in fit:
            assert completed(fit["optimizer"]) == about["fit"]["optimizer"]
        skipped = [one["text"] for one in answer["read"]["skipped"]]
        assert skipped == (DATA.split("\n")[2:] if about["data"] else [])


def completed(value):
    """Return a description with the defaults of Python."""
    from chainrule.files.settings_as_json import Table

    table = Table(CLASSES, {})
    built = [table.build(v) for v in value] if isinstance(value, list) else table.build(value)
    return describe(built, classes=CLASSES)


def test_edited_code_is_read_or_refused_with_a_sentence(answers):
    assert not answers["wrong"]
    assert sum(answers["keys"].values()) == 2000
    assert len(answers["keys"]) > 25, answers["keys"]
    assert answers["keys"]["read"] > 100


def test_code_as_people_write_it(answers):
    for (text, expected), answer in zip(READ.items(), answers["reads"], strict=True):
        if isinstance(expected, str):
            assert answer.get("key") == f"graph.{expected}", (text, answer)
            assert not answer["wrong"]
        else:
            assert answer["read"]["network"]["layers"][0]["settings"] == expected, text
