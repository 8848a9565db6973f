"""The kind of a column, guessed or given; columns as JSON."""

import json

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import encoded, kinds, written

import chainrule as cr
from chainrule.estimators import TableEncoder
from chainrule.estimators.tables.kinds import describe, rebuild
from chainrule.estimators.tables.table import as_table


def test_kinds_are_guessed():
    assert kinds(["1", "2.5", "-3e2", None]) == "Number"
    assert kinds(["007", "123", "007", "123"]) == "Category"
    assert kinds(["1", "2", "x", "x", "1", "2"]) == "Category"
    assert kinds(["2024-01-01", "2024-05-01", None]) == "Date"
    assert kinds(["inf", "inf", "1_0", "1_0"]) == "Category"
    assert (
        kinds(["a", "b", "c"])
        == kinds([None, None])
        == kinds([5, 5, 5])
        == kinds(["a", "a"])
        == "Ignored"
    )
    assert kinds([1, 2, 1, 2], kinds={"a": "category"}) == "Category"
    assert kinds(["x", "y", "x", "y"], kinds={"a": "ignore"}) == "Ignored"
    unknown = ["unknown", "2024-01-01", "unknown", "n.a."]
    assert kinds(unknown) == "Category" and kinds(unknown, kinds={"a": "date"}) == "Date"
    with pytest.raises(cr.DataError, match="row 0, column a: expected a date"):
        kinds(["x", "y", "x", "y"], kinds={"a": "date"})


def test_a_category_of_numbers_knows_them_from_files(tmp_path):
    encoder, Z = encoded([1, 2, 1, 2, 2], kinds={"a": "category"})
    assert (encoder.transform(written(tmp_path, "a\n1\n2\n1\n2\n2\n")) == Z).all()


def test_a_word_among_numbers_is_said_with_its_line(tmp_path):
    path = written(tmp_path, "a,b\n" + "1,2\n" * 12 + "x1,2\n")
    with pytest.raises(
        cr.DataError, match=r"t\.csv, line 14, column a: expected a number, got 'x1'"
    ):
        TableEncoder().fit(path)
    encoder = TableEncoder().fit({"a": [1, 2], "b": [1, 2]})
    with pytest.raises(cr.DataError, match="row 1, column b: expected a number, got 'two'"):
        encoder.transform({"a": [1, 2], "b": ["1", "two"]})
    for bad in ([1, np.inf], np.array(["2024-01-01", "2024-01-02"], "datetime64[D]")):
        with pytest.raises(cr.DataError, match="column a: expected"):
            encoder.transform({"a": bad, "b": [1, 2]})


@pytest.mark.parametrize("kinds", [{"z": "date"}, {"a": "words"}, ["a"]])
def test_wrong_kinds(kinds):
    with pytest.raises(cr.DataError, match="kinds: expected"):
        TableEncoder(kinds=kinds).fit({"a": [1, 2]})


@pytest.mark.parametrize(
    "values",
    [
        [1, 2.5, None],
        ["x", "y", "x", None, "y"],
        ["1.2.2024 10:30", None, "3.4.2025 00:00"],
        ["a", "b"],
    ],
)
def test_columns_survive_json(values):
    encoder, Z = encoded(values)
    again = rebuild(json.loads(json.dumps(describe(encoder.columns_[0]))))
    assert again == encoder.columns_[0]
    assert (again.encode(as_table({"a": values}).columns["a"], str) == Z).all()


def test_decimal_commas_are_no_categories():
    table = {"a": [f"{k / 1000:.3f}".replace(".", ",") for k in range(60)]}
    with pytest.raises(cr.DataError, match=r"row 0, column a: .* decimal point, got '0,000'"):
        TableEncoder().fit(table)
    TableEncoder(kinds={"a": "category"}).fit(table)
    TableEncoder().fit({"a": ["1,5", "2,5"] * 30})  # few words
