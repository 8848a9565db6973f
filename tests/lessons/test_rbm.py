"""The lesson `rbm`, with and without scikit-learn."""

import re

import pytest
from tests.lessons.running import flat, lesson, rows


@pytest.mark.slow
def test_rbm(tmp_path):
    pytest.importorskip("sklearn", minversion="1.6")
    text = lesson("rbm", tmp_path, "rbm-filters", "rbm-likelihood", encoding="utf-8")
    assert "20 of 20 lines are the published ones" in text
    for what, published in (("RBM features", "0.948247"), ("raw pixels", "0.769059")):
        assert (
            re.search(rf"accuracy on {what} +(\S+)", text)[1][:8] == published
        )  # the report cuts, it does not round
    today = rows(text, "logistic regression  ")
    assert today["newton-cg, tol = 1 (as shipped)"] == ["0.0968", "0.0968"]
    features, pixels = map(float, today["newton-cg, tol = 0.001"])
    assert features > 0.88 > 0.8 > pixels
    assert text.count(": done, ") == 5  # something moves while the reader waits


def test_rbm_without_scikit_learn(tmp_path):
    text = lesson("rbm", tmp_path, hidden=("sklearn",), encoding="utf-8")
    assert "pip install 'chainrule[sklearn]'" in flat(text)
    learned = {v: float(row[1]) for v, row in rows(text, "v  ").items()}
    assert min(learned["0 0"], learned["1 1"]) > 0.3 > 0.1 > max(learned["0 1"], learned["1 0"])
