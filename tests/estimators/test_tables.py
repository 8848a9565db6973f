"""Tables: files, frames and dicts become the same columns; each kind of column becomes the inputs that it promises."""

import datetime
import gzip
import json
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from tests.sklearn_checks import failures

import chainrule as cr
from chainrule.estimators import TableEncoder
from chainrule.estimators.tables.kinds import describe, rebuild
from chainrule.estimators.tables.numbers import number_of, weighted_quantiles
from chainrule.estimators.tables.table import Table, as_table


def written(folder, text, name="t.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def cells(table):
    return {name: a.tolist() for name, a in table.columns.items()}


# ---------------------------------------------------------------- files

LETTERS = 'a,b\r\n"x, ""y""",1\r\n\r\n"two\nlines",\r\n Żółć ,NA\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_quotes_bom_empty_lines_and_missing_cells(tmp_path, encoding):
    table = as_table(str(written(tmp_path, LETTERS, encoding=encoding)))
    assert cells(table) == {"a": ['x, "y"', "two\nlines", "Żółć"], "b": ["1", None, None]}
    assert [table.place(k).rpartition(" ")[2] for k in range(3)] == ["2", "4", "6"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_and_decimal_commas(tmp_path, delimiter):
    lines = (["a", "b", "c"], ["1,5", "-2,25e3", "x, y"])
    table = as_table(written(tmp_path, "\n".join(delimiter.join(line) for line in lines)))
    assert cells(table) == {"a": ["1.5"], "b": ["-2.25e3"], "c": ["x, y"]}


def test_other_spellings_of_a_csv_file(tmp_path):
    plain = "a,b\n1,x\n2,y\n"
    expected = {"a": ["1", "2"], "b": ["x", "y"]}
    assert cells(as_table(written(tmp_path, plain, encoding="utf-16"))) == expected
    assert cells(as_table(written(tmp_path, "sep=;\r\n" + plain.replace(",", ";")))) == expected
    assert (
        cells(as_table(written(tmp_path, plain.replace(",", ", ").replace("x", '"x"')))) == expected
    )
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(plain.encode()))
    assert cells(as_table(tmp_path / "t.csv.gz")) == expected
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(plain.encode())[:-9])
    with pytest.raises(cr.FileError, match=r"t\.csv\.gz cannot be read"):
        as_table(tmp_path / "t.csv.gz")
    with pytest.raises(cr.FileError, match="line 2: expected text, got a zero byte"):
        as_table(written(tmp_path, "a,b\n1,\0\n"))


FILES = {
    "fewer names": (
        "# made in May\na,b\n1,2\n",
        "line 1: expected as many names as cells, got 1 name and 2 cells in each",
    ),
    "nothing": ("", "a line of names and rows below it"),
    "names only": ("a,b\n", "rows below the line of names"),
    "no names": ("1,2\n3,4\n", "line 1: expected the names of the columns, got numbers only"),
    "a name twice": ("a,a\n1,2\n", "line 1: expected each name once, got a twice"),
    "ragged": ("a,b\n1,2\n1,2,3\n", "line 3: expected 2 cells, as many as names, got 3"),
    "an open quote": ('a,b\n1,"2\n', "line 2: expected cells of a CSV file"),
    "a quote inside": ('a,b\n1,"2"3\n', "line 2: expected cells of a CSV file"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_tables(tmp_path, name):
    text, words = FILES[name]
    with pytest.raises(cr.DataError, match=words):
        as_table(written(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(cr.FileError, match="cannot be read: No such file"):
        as_table(tmp_path / "no.csv")
    with pytest.raises(cr.FileError, match=r"expected a \.csv or \.parquet file, got \.xlsx"):
        as_table("t.xlsx")
    with pytest.raises(cr.FileError, match="expected text in UTF-8"):
        as_table(written(tmp_path, "a\nö\n", encoding="latin-1"))


def test_a_column_without_a_name_gets_one(tmp_path):
    assert as_table(written(tmp_path, ",b\n1,2\n")).names == ["column 1", "b"]


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    day = datetime.date(2024, 2, 29)
    given = {
        "n": [1, None],
        "f": [0.5, 2.0],
        "w": ["a", None],
        "d": [day, None],
        "b": [True, False],
    }
    parquet.write_table(pa.table(given), tmp_path / "t.parquet")
    found = as_table(tmp_path / "t.parquet")
    assert cells(found.select("wb")) == {"w": ["a", None], "b": ["true", "false"]}
    np.testing.assert_array_equal(found.columns["n"], [1, np.nan])
    assert found.columns["d"].astype("datetime64[D]").tolist() == [day, None]
    (tmp_path / "broken.parquet").write_bytes((tmp_path / "t.parquet").read_bytes()[:90])
    for name, words in (
        ("broken.parquet", "expected a whole Parquet file"),
        ("no.parquet", "cannot be read"),
    ):
        with pytest.raises(cr.FileError, match=words):
            as_table(tmp_path / name)


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(cr.DependencyError, match=r"chainrule\[parquet\]"):
        as_table("t.parquet")


# ---------------------------------------------------------------- from Python

ROWS = {
    "n": [1, 2, None, 40],
    "w": ["a", None, "b", " c "],
    "d": [
        datetime.datetime(2024, 1, 5, 12),
        None,
        datetime.datetime(2024, 3, 5),
        datetime.datetime(2025, 1, 5),
    ],
    "t": [True, False, True, None],
}


@pytest.mark.parametrize("library", ["pandas", "polars", "dict"])
def test_frames_and_dicts_are_the_same_table(library):
    frame = ROWS if library == "dict" else pytest.importorskip(library).DataFrame(ROWS)
    table = as_table(frame)
    np.testing.assert_array_equal(table.columns["n"], [1, 2, np.nan, 40])
    assert cells(table.select("wt")) == {
        "w": ["a", None, "b", "c"],
        "t": ["true", "false", "true", None],
    }
    assert table.columns["d"].tolist() == ROWS["d"]


def test_odd_cells():
    from decimal import Decimal

    odd = as_table(
        {
            "a": [Decimal("1.5"), 2],
            "b": np.array(["x", 3.0], object),
            "c": np.array([1 << 70, 1], object),
        }
    )
    assert odd.columns["a"].tolist() == [1.5, 2] and odd.columns["b"].tolist() == ["x", "3"]
    assert odd.columns["c"].tolist() == [float(1 << 70), 1]
    for bad in ([{}, 1], [1j, 2]):
        with pytest.raises(cr.DataError, match="column a: expected numbers, words or dates"):
            as_table({"a": bad})
    with pytest.raises(cr.DataError, match="columns of one length"):
        as_table({"a": [1], "b": [1, 2]})
    with pytest.raises(cr.DataError, match="one value a row"):
        as_table({"a": [[1, 2]]})
    with pytest.raises(cr.DataError, match="rows and columns"):
        as_table([1, 2])


# ---------------------------------------------------------------- columns


def encoded(values, rows=None, **settings):
    encoder = TableEncoder(**settings).fit({"a": values})
    return encoder, encoder.transform({"a": values if rows is None else rows})


def test_numbers_by_hand():
    x = [0.0, 1.0, 2.0, 3.0, 100.0, None]
    encoder, Z = encoded(x)
    z = (np.array([0, 1, 2, 3, 100, 2.0]) - 2) / (3 - 1)  # median 2, quartiles 1 and 3
    np.testing.assert_allclose(Z[:, 0], z / np.sqrt(1 + (z / 3) ** 2))
    assert Z[:, 1].tolist() == [0, 0, 0, 0, 0, 1] and abs(Z).max() < 3
    assert encoder.get_feature_names_out().tolist() == ["a", "a is missing"]


def test_numbers_most_of_which_are_equal_and_huge_ones():
    _, Z = encoded([0] * 9 + [8])
    assert Z[9, 0] == pytest.approx(2 / np.sqrt(1 + 4 / 9))  # 8 over half the range
    _, Z = encoded([str(10**18 + k * 10**15) for k in range(9)])
    assert np.isfinite(Z).all() and (np.diff(Z[:, 0]) > 0).all()


WRITTEN = {
    "1,234": 1234,
    "-1,234,567.5": -1234567.5,
    "1 234": 1234,
    "1\u202f234,": None,
    "1'234.5": 1234.5,
    "1.234,56": 1234.56,
    "1,23": None,
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


def test_categories_by_hand():
    words = ["b", "b", "a", "a", "c", "c", "c", "rare", None]
    encoder, Z = encoded(words, ["a", "c", "rare", "new", None], max_categories=2)
    assert encoder.get_feature_names_out().tolist() == [
        "a=c",
        "a=a",
        "a is another",
        "a is missing",
    ]
    assert Z.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    _, Z = encoded(["x", "y", "x", "y"], ["new", None, "x"])
    assert Z.tolist() == [[0, 0], [0, 0], [1, 0]]


def test_true_and_false_are_the_same_in_every_spelling():
    encoder, _ = encoded([True, False, True, False])
    assert encoder.transform({"a": ["TRUE", "False", "false"]}).tolist() == [[0, 1], [1, 0], [1, 0]]


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


def kinds(values, **settings):
    return type(encoded(values, **settings)[0].columns_[0]).__name__.removesuffix("Column")


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
    assert kinds(["x", "y", "x", "y"], kinds={"a": "date"}) == "Date"


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


def test_columns_are_found_by_name():
    encoder = TableEncoder().fit({"a": [1, 2, 3], "b": ["x", "y", "z"], "c": [4, 5, 9]})
    assert (
        encoder.transform({"c": [5], "more": [0], "a": [2]}) == 0
    ).all()  # b says nothing, so it may be missing
    with pytest.raises(cr.DataError, match="X: expected the columns a, c, got columns b"):
        encoder.transform({"b": ["x"]})
    with pytest.raises(ValueError, match="0 sample"):
        encoder.transform({"a": [], "c": []})


@pytest.mark.parametrize("kinds", [{"z": "date"}, {"a": "words"}, ["a"]])
def test_wrong_kinds(kinds):
    with pytest.raises(cr.DataError, match="kinds: expected"):
        TableEncoder(kinds=kinds).fit({"a": [1, 2]})


def test_wrong_limits():
    for limit in (0, 1.5, None):
        with pytest.raises(cr.ParameterError, match="max_categories must be a whole number ≥ 1"):
            TableEncoder(max_categories=limit).fit({"a": [1, 2]})


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


# ---------------------------------------------------------------- among scikit-learn's


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
