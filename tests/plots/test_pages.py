"""What pages.py promises: results have a picture in a notebook, and a few lines at the prompt."""

from xml.etree import ElementTree

import numpy as np
import pytest

import chainrule as cr
from chainrule import energy
from chainrule import inspect as seeing
from chainrule.plots.pages import states

rng = np.random.RandomState(0)
X = rng.rand(40, 5)
Y = (X[:, 0] > X[:, 1]).astype(int)
BAD = "<script>&"


def classifier(**settings):
    return cr.Network(
        cr.Dense(4), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(5,), **settings
    )


def history():
    metrics = [cr.metrics.accuracy]
    return classifier().fit(X, Y, epochs=30, validation_fraction=0.2, metrics=metrics, verbose=0)


def named_history():
    def metric(y, p):
        return 1.0

    metric.__name__ = BAD
    return classifier().fit(X, Y, epochs=2, metrics=[metric], verbose=0)


def cell(channels=1):
    net = cr.Network(cr.Conv2D(2, padding=1), loss=cr.SquaredError(), inputs=(5, 5, channels))
    return seeing.cell(net, rng.rand(5, 5, channels), "conv2d1", (0, 1, 1))


def steps():
    net = cr.Network(cr.Conv1D(2), loss=cr.SquaredError(), inputs=(5, 2))
    return seeing.cell(net, rng.rand(5, 2), "conv1d1", (1, 1))


def stored(units=16):
    return energy.Hopfield().store(np.where(np.random.RandomState(1).rand(3, units) < 0.5, 1, -1))


def explained():
    found = seeing.explain(classifier(), X[0], X.mean(axis=0))
    return type(found)(
        found.contributions,
        found.output,
        found.reference_output,
        BAD,
        [BAD] * 5,
        [BAD] * 5,
        ["1"] * 5,
    )


OBJECTS = {
    "network": classifier,
    "history": history,
    "history without epochs": lambda: classifier().fit(X, Y, epochs=0, verbose=0),
    "history of one epoch": lambda: classifier().fit(X, Y, epochs=1, verbose=0),
    "history with a name": named_history,
    "history with NaN": lambda: cr.History({"loss": [1.0, np.nan], "accuracy": [np.nan] * 2}),
    "equations": lambda: classifier().equations(),
    "summary": lambda: classifier().summary(),
    "learning rates": lambda: classifier().find_learning_rate(X, Y, batch_size=8),
    "cell": cell,
    "cell of channels": lambda: cell(6),
    "cell of a sequence": steps,
    "explanation": explained,
    "worst": lambda: seeing.worst(classifier(), X, Y),
    "recall": lambda: stored(36).recall(np.ones(36)),
    "recall of units in rows": lambda: stored(40).recall(np.ones(40)),
    "recall without energy": lambda: (
        energy.Hopfield(rule="perceptron").store(stored().patterns).recall(np.ones(16))
    ),
    "landscape": lambda: energy.landscape(stored()),
    "sampled landscape": lambda: energy.landscape(stored(30), starts=50),
    "capacity": lambda: energy.capacity("hebb", 20, [0.1, 0.4], networks=1),
    "drawing": lambda: classifier().draw(),
}


def shown(thing):
    """Return what a notebook shows."""
    page = getattr(thing, "_repr_html_", lambda: None)()
    return page or thing._repr_svg_()


@pytest.mark.parametrize("name", OBJECTS)
def test_a_notebook_shows_a_page_that_is_well_formed_and_escaped(name):
    page = shown(OBJECTS[name]())
    tree = ElementTree.fromstring(page.replace("&#160;", " "))
    assert len(list(tree.iter())) > 1 or name == "history without epochs"
    assert "<script>" not in page and "array(" not in page and "object at 0x" not in page
    assert len(page) < 60_000


OTHERS = {
    "plane": lambda: energy.plane(stored(40), side=9),
    "tours": lambda: energy.TourNetwork(steps=20).solve(rng.rand(4, 2), starts=3),
    "cut": lambda: energy.max_cut([[0, 1], [1, 0]], starts=2),
    "pair": lambda: energy.BAM().store([[1, -1, 1]], [[1, -1]]).recall([1, -1, 1]),
    "gradient report": lambda: classifier().check_gradients(X[:3], Y[:3]),
    "programs": lambda: classifier().programs,
    "program": lambda: classifier().programs.train,
    "run": lambda: next(iter(classifier().train(X, Y))),
    "run state": lambda: next(iter(classifier().train(X, Y))).state,
    "source": lambda: next(iter(classifier().train(X, Y))).source,
    "callbacks": lambda: [cr.EarlyStopping(patience=3), cr.Checkpoint("a.safetensors")],
    "deep network": lambda: cr.Network(*[cr.Dense(9)] * 300, loss=cr.SquaredError()),
    "transfer": lambda: classifier().take_weights(classifier(seed=1)),
    "tape": lambda: cr.Tape("train"),
    "value": lambda: classifier().programs.train.values[1],
    "step": lambda: classifier().programs.train.steps[0],
    "gradients": lambda: classifier().gradients(X, Y),
    "activations": lambda: classifier().activations(X),
    "parameters": lambda: cr.Network(cr.Dense(90), loss=cr.SquaredError(), inputs=(5,)).parameters,
}


@pytest.mark.parametrize("name", [*OBJECTS, *OTHERS])
def test_the_prompt_shows_a_few_lines_and_no_raw_fields(name):
    text = repr({**OBJECTS, **OTHERS}[name]())
    assert len(text.split("\n")) <= 40 and len(text) < 3000
    assert "array(" not in text and "object at 0x" not in text


def test_what_the_pages_say():
    page = history()._repr_html_()
    assert page.count("<svg") == 2 and "30 epochs, finished" in page and ">best<" in page
    assert page.count("<tr>") <= 12, "not every epoch"
    assert "suggested, lr = " in OBJECTS["learning rates"]()._repr_html_()
    assert "and 2 more channels" in cell(6)._repr_html_() and "opacity" in cell()._repr_html_()
    assert "memory 0" in OBJECTS["landscape"]()._repr_html_()


def test_numbers_of_a_cell_are_those_that_it_sums():
    found = cell()
    total = (found.patch * found.kernel).sum() + found.bias
    assert f"{total:.4g}"[:5] in found._repr_html_() and repr(found) == found.text


def test_a_long_history_is_thinned_not_cut():
    page = cr.History({"loss": np.geomspace(10, 0.1, 20_000)})._repr_html_()
    assert len(page) < 60_000 and ">20000<" in page


def test_pandas_reads_a_history():
    pandas = pytest.importorskip("pandas")
    run = history()
    table = pandas.DataFrame(run)
    assert list(table.columns) == run.keys() and len(table) == 30
    assert table["val_loss"].to_numpy().tolist() == run.val_loss.tolist()
    assert dict(run).keys() == run.as_dict().keys()
    assert next(set(epoch) for epoch in run) == set(run.keys())


def test_states_of_real_numbers_are_drawn_in_gray():
    page = states(np.array([[0.1, 0.6, 1.1, 0.1]]), ("start",))
    paths = [p for p in ElementTree.fromstring(page).iter() if p.tag.endswith("path")]
    assert [p.get("fill-opacity") for p in paths] == ["0.5", None], "the lowest number is paper"
    assert [p.get("d").count("M") for p in paths] == [1, 1]
    signs = states(np.array([[-1, 1, 1, 0]]), ("start",))
    assert "fill-opacity" not in signs and signs.count("h14v14") == 2
