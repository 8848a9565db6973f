"""Numbers as people write them, units, weighted quantiles."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import encoded, kinds

import chainrule as cr
from chainrule.estimators import TableEncoder
from chainrule.estimators.tables.numbers import number_of, weighted_quantiles

WRITTEN = {
    "1,234": 1234,
    "-1,234,567.5": -1234567.5,
    "1 234": 1234,
    "1\u202f234,": None,
    "1'234.5": 1234.5,
    "1.234,56": 1234.56,
    "1,23": None,
    "0,357": None,
    "12,34,567": None,
    "1.234.567": None,
    ".5": 0.5,
    "5.": 5,
    "1e3": 1000,
    "five": None,
    "": None,
    "1 2": None,
}


@pytest.mark.parametrize("text", WRITTEN)
def test_numbers_as_people_write_them(text):
    found = number_of(text)
    assert found == (None if WRITTEN[text] is None else (WRITTEN[text], ""))


def test_units():
    assert [number_of(v) for v in ("$5", "-$1,200.50", "5 €", "€ 5", "40%", "40 %", "USD 7")] == [
        (5, "$"),
        (-1200.5, "$"),
        (5, "€"),
        (5, "€"),
        (40, "%"),
        (40, "%"),
        (7, "USD"),
    ]
    assert number_of("$5€") is number_of("%5") is number_of("5 kg") is None
    encoder, Z = encoded(["$1,000", "2000", "$3,000", "n/a"])
    assert (encoder.transform({"a": ["1000", "$2,000", "3000.0", None]}) == Z).all()
    assert kinds(["$5", "€5", "$5", "€5"]) == "Category"
    percent = TableEncoder().fit({"a": ["5%", "50 %", "0"]})
    with pytest.raises(cr.DataError, match=r"row 0, column a: expected a number in %, got '0\.5'"):
        percent.transform({"a": ["0.5"]})


def test_words_that_are_no_numbers():
    number = [str(k) for k in range(30)]
    assert kinds([*number, *["unknown"] * 20]) == kinds([*number, "#N/A", "--", "."]) == "Number"
    assert kinds(["unknown", "yes", "unknown", "yes"]) == "Category"
    assert kinds([*number, *(f"A{k} {k}" for k in range(10))]) != "Number"  # ticket numbers
    for words in (["closed"] * 20, ["closed"]):
        with pytest.raises(
            cr.DataError, match=r"expected a number, got 'closed'.*say that 'closed' is missing"
        ):
            TableEncoder().fit({"a": number + words})
        assert kinds(number + words, missing=["Closed"]) == "Number"
    encoder = TableEncoder(missing=("closed", -999)).fit(
        {"a": [1, 2, -999, 4], "b": ["1", "2.5", "-999.0", "closed"]}
    )
    assert encoder.transform({"a": [-999], "b": ["-999"]}).tolist() == [[0, 1, 0, 1]]
    for wrong in ("closed", [None], [True], 5):
        with pytest.raises(
            cr.ParameterError, match="missing: expected a list of words and numbers"
        ):
            TableEncoder(missing=wrong).fit({"a": [1, 2]})


@pytest.mark.parametrize("n", [1, 2, 3, 8, 31])
def test_a_weight_of_k_is_the_number_k_times(n):
    rng = np.random.default_rng(n)
    x, k = rng.normal(size=n).round(1), rng.integers(1, 5, n)
    at = (0.1, 0.25, 0.5, 0.75)
    repeated = np.repeat(x, k)
    found = weighted_quantiles(x, k.astype(float), at)
    assert found == weighted_quantiles(repeated, None, at) == weighted_quantiles(x, k / 7, at)
    assert found[2] == pytest.approx(np.median(repeated))
