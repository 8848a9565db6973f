"""Which columns matter: permutation and contributions, as a table and a picture."""

import sys

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.estimators import MLPRegressor, TableClassifier, TableRegressor, importance

RNG = np.random.default_rng(0)
N = 300
TABLE = {
    "a": RNG.normal(size=N),
    "b": RNG.normal(size=N),
    "same": np.ones(N),
    "c": RNG.normal(size=N),
}
Y = 5 * TABLE["a"] + TABLE["b"]
SMALL = {"n_estimators": 1, "max_iter": 60, "learning_rate_init": 0.01, "random_state": 0}


@pytest.fixture(scope="module")
def model():
    return TableRegressor((16,), **SMALL).fit(TABLE | {"y": Y}, "y")


def test_the_columns_come_in_the_order_of_their_effect(model):
    found = importance(model, TABLE, Y)
    assert [found.names[k] for k in found.ranked()][:2] == ["a", "b"]
    assert found.error == "RMSE" and found.rows == N
    assert found.permutation[2] == found.contribution[2] == 0
    # permuting x in y = k x + ... adds k² 2 Var(x) to the square of the error
    assert found.permutation[0] == pytest.approx(5 * np.sqrt(2), rel=0.15)
    # |contribution| of a column is k |x − median|
    expected = 5 * np.abs(TABLE["a"][:1000] - np.median(TABLE["a"])).mean()
    assert found.contribution[0] == pytest.approx(expected, rel=0.2)
    by_name = importance(model, TABLE | {"y": Y}, "y")
    assert (by_name.permutation == found.permutation).all()


def test_classes_have_their_log_loss(model):
    classifier = TableClassifier((16,), **SMALL).fit(TABLE, Y > 0)
    found = importance(classifier, TABLE, Y > 0, np.ones(N))
    assert found.error == "log loss" and found.names[found.ranked()[0]] == "a"
    assert found.permutation[0] > 0.2


def test_of_many_columns_those_that_move_the_answer_are_tried(model, monkeypatch):
    whole = importance(model, TABLE, Y)
    monkeypatch.setattr(sys.modules[importance.__module__], "TRIED", 2)
    found = importance(model, TABLE, Y)
    assert (found.permutation[:2] == whole.permutation[:2]).all()
    assert found.permutation[2] == 0 and np.isnan(found.permutation[3])
    assert [found.names[k] for k in found.ranked()] == ["a", "b", "same", "c"]
    assert str(found).splitlines()[-1].split()[:2] == ["c", "nan"]


def test_the_text_and_the_picture(model, tmp_path):
    pytest.importorskip("matplotlib")
    found = importance(model, TABLE, Y)
    lines = str(found).splitlines()
    assert lines[0].split() == ["column", "RMSE", "grows", "by", "moves", "the", "answer", "by"]
    assert lines[1].startswith("  a ") and lines[1].endswith("#" * 24) and len(lines) == 5
    assert found.text(1).splitlines()[-1] == "  and 3 more"
    figure = found.plot(tmp_path / "p.svg")
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()][-1] == "a"
    assert (tmp_path / "p.svg").exists()


def test_what_is_no_table_is_refused(model):
    with pytest.raises(cr.ParameterError, match="importance: expected a TableClassifier"):
        importance(MLPRegressor(), TABLE, Y)
    with pytest.raises(cr.DataError, match="expected 300 targets, got 3"):
        importance(model, TABLE, Y[:3])
