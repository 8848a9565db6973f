"""TableEncoder: columns by name, limits, scikit-learn's checks."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from tests.sklearn_checks import failures

import chainrule as cr
from chainrule.estimators import TableEncoder
from chainrule.estimators.tables.table import Table, as_table


def test_columns_are_found_by_name():
    encoder = TableEncoder().fit({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [4, 5, 9]})
    assert (
        encoder.transform({"c": [5], "more": [0], "a": [2]}) == 0
    ).all()  # b says nothing, so it may be missing
    with pytest.raises(cr.DataError, match="X: expected the columns a, c, got columns b"):
        encoder.transform({"b": ["x"]})
    assert encoder.transform({"a": [], "c": []}).shape == (0, 2)


def test_wrong_limits():
    for limit in (0, 1.5, None):
        with pytest.raises(cr.ParameterError, match="max_categories must be a whole number ≥ 1"):
            TableEncoder(max_categories=limit).fit({"a": [1, 2]})


@pytest.mark.filterwarnings("ignore")
def test_check_estimator():
    assert failures(TableEncoder()) == []


def test_in_a_pipeline_with_names():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"n": [1, 2, 3, 4] * 5, "w": ["a", "b"] * 10})
    model = make_pipeline(TableEncoder(), LogisticRegression()).fit(frame, frame.w)
    assert model.score(frame, frame.w) == 1
    out = clone(TableEncoder()).set_output(transform="pandas").fit_transform(frame)
    assert list(out.columns) == ["n", "w=a", "w=b"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["w", "n"]])
    assert isinstance(as_table(as_table(frame)), Table)


def test_only_columns_of_the_file_are_named_when_one_is_missing():
    table = {
        "id": [f"N{k}" for k in range(9)],
        "x": range(9),
        "day": ["2020-01-01", "2020-02-01", "2020-03-01"] * 3,
    }
    encoder = TableEncoder().fit(table)
    with pytest.raises(cr.DataError) as caught:
        encoder.transform({"signup": [1], "x": [2]})
    assert "expected the column day, got columns signup, x." in str(caught.value)
