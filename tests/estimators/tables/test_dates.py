"""Columns of dates, encoded by hand."""

import datetime

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import encoded


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


def test_times_of_day_and_cells_that_are_no_dates():
    moments = [
        "2024-01-01 06:00",
        "2024-01-02 18:00",
        "2024-01-03T00:00:00Z",
        *["2024-01-04"] * 20,
        "soon",
        None,
    ]
    encoder, Z = encoded(moments)
    names = encoder.get_feature_names_out().tolist()
    assert names[-3:] == ["a: time (sin)", "a: time (cos)", "a is missing"]
    np.testing.assert_allclose(Z[:3, -3:-1], [[1, 0], [-1, 0], [0, 1]], atol=1e-12)
    assert Z[-2].tolist() == Z[-1].tolist() == [0] * (len(names) - 1) + [1]
