"""Columns of dates, encoded by hand."""

import datetime

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import encoded

import chainrule as cr


def naive_date(day, first, last):
    span, years = (last - first).days, last.year - first.year
    angle = 2 * np.pi * (day.month - 1) / 12
    week = [float(day.weekday() == k) for k in range(7)]
    year = (day.year - first.year) / (years or 1)
    return [year, (day - first).days / span, np.sin(angle), np.cos(angle), *week]


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d %B %Y"]
)
def test_dates_by_hand(form):
    first = datetime.date(1999, 12, 20)
    days = [first + datetime.timedelta(days=17 * k) for k in range(60)]
    encoder, Z = encoded([day.strftime(form) for day in days])
    np.testing.assert_allclose(Z, [naive_date(day, first, days[-1]) for day in days], atol=1e-12)
    assert (encoder.transform({"a": np.array(days, "datetime64[D]")}) == Z).all()


def test_times_of_day_and_missing_cells():
    moments = [
        "2024-01-01 06:00",
        "2024-01-02 18:00",
        "2024-01-03T00:00:00Z",
        *["2024-01-04"] * 20,
        "unknown",
        None,
    ]
    encoder, Z = encoded(moments)
    names = encoder.get_feature_names_out().tolist()
    assert names[-3:] == ["a: time (sin)", "a: time (cos)", "a is missing"]
    np.testing.assert_allclose(Z[:3, -3:-1], [[1, 0], [-1, 0], [0, 1]], atol=1e-12)
    assert Z[-2].tolist() == Z[-1].tolist() == [0] * (len(names) - 1) + [1]


@pytest.mark.parametrize("word", ["hello", "2020-13-45", "31.02.2020", 5.0])
def test_a_cell_that_is_no_date_is_refused_with_its_place(word):
    days = [f"2020-01-{k:02}" for k in range(1, 29)]
    encoder, _ = encoded(days)
    got = repr(word) if isinstance(word, str) else "'5'"
    found = f"row 1, column a: expected a date such as 2020-05-17, got {got}. Correct the cell"
    with pytest.raises(cr.DataError, match=found):
        encoder.transform({"a": np.array([days[0], word], object)})
    if isinstance(word, str):
        with pytest.raises(cr.DataError, match="row 28, column a: expected a date"):
            encoded([*days, word])
        Z = encoded([*days, word], missing=[word])[1]
        assert Z[-1].tolist() == [0] * (Z.shape[1] - 1) + [1]


def test_numbers_are_no_dates_but_missing_ones_are_missing():
    encoder, _ = encoded([f"{k}.05.2020" for k in range(10, 29)] + [None])
    with pytest.raises(cr.DataError, match=r"a date such as 17\.05\.2020, got 43831"):
        encoder.transform({"a": [43831.0, 2.0]})
    assert encoder.transform({"a": [np.nan]})[0, -1] == 1
    assert encoder.transform({"a": ["0000-00-00"]})[0, -1] == 1
