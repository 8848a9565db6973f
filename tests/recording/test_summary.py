"""What summary.py promises: a long model is one line."""

from tests.recording.runs import X5, net, record

import chainrule as cr
from chainrule.recording.summary import facts_of


def test_a_long_model_is_cut():
    run = record(net(*[cr.Dense(9)] * 30), X5, [0] * 60, epochs=1)
    model = dict(facts_of(run))["model"]
    assert len(model) == 90 and model.endswith("…")
