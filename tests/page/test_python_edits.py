"""Code that a scene reads back: an edit is taken, or refused with a sentence, but never lost."""

import pytest

pytestmark = pytest.mark.slow
REFUSED = [
    ("playground", "cr.Dense(8)", "cr.Dense(8, bias=False)", "playground.python_setting"),
    ("playground", "cr.Dense(8)", "cr.Dense(8, trainable=False)", "playground.python_setting"),
    ("playground", "cr.Tanh()", "cr.LeakyReLU(slope=0.3)", "playground.python_setting"),
    ("playground", "cr.Dense(1)", "cr.Dense(7)", "playground.python_setting"),
    ("playground", "net.fit", "net.freeze('dense1')\nnet.fit", "playground.python_frozen"),
    ("playground", "epochs=100", "epochs=100, drop_last=True", "playground.python_fit"),
    ("digits", "cr.Dense(10)", "cr.Dense(10, bias=False)", "digits.python.line"),
    ("digits", "HeNormal()", "GlorotUniform()", "graph.python_ignored"),
    ("digits", "X / 16", "X / 255", "graph.python_ignored"),
    ("memories", 'rule="hebb"', 'rule="hebb", foo=1', "graph.python_ignored"),
    ("dreams", "cr.SGD(lr=0.05)", "cr.SGD(lr=0.05, foo=1)", "graph.python_ignored"),
    ("articles", "RandomState(1)", "RandomState(2)", "graph.python_ignored"),
]
TAKEN = [
    ("playground", "epochs=100", "epochs=100, batch_size=None", "batch_size=300"),
    (
        "playground",
        "cr.Dense(8)",
        "cr.Dense(9, init=cr.initializers.HeNormal())",
        "cr.Dense(9, init=",
    ),
    ("digits", "cr.Dense(32,", "cr.Dense( 20,", "cr.Dense(20,"),
    ("digits", "lr=0.002", "lr=1e-2", "lr=0.01"),
    ("memories", "beta=0.1", "beta=0.50", "beta=0.5"),
    ("dreams", "cr.RBM(64", "cr.RBM(32", "cr.RBM(32"),
    ("articles", "STEPS, ALL_STEPS = 0,", "STEPS, ALL_STEPS = 7,", "ALL_STEPS = 7,"),
]


def test_no_edit_is_lost(node):
    cases = REFUSED + TAKEN
    found = node("python_edits.mjs", [case[:3] for case in cases])
    assert found[: len(REFUSED)] == [key for *_, key in REFUSED]
    for (*_, part), code in zip(TAKEN, found[len(REFUSED) :], strict=True):
        assert part in code
