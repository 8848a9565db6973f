"""CSV and Parquet files as columns."""

import datetime
import gzip
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.table_cases import cells, written

import chainrule as cr
from chainrule.estimators.tables.numbers import number_of
from chainrule.estimators.tables.table import as_table
from chainrule.files.text import Reading

LETTERS = 'a,b\r\n"x, ""y""",1\r\n\r\n"two\nlines",\r\n Żółć ,NA\r\n'
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


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_tables(tmp_path, name):
    text, words = FILES[name]
    with pytest.raises(cr.DataError, match=words):
        as_table(written(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(cr.FileError, match="cannot be read: No such file"):
        as_table(tmp_path / "no.csv")
    with pytest.raises(cr.FileError, match="no: expected a file or a folder, got no such one"):
        as_table(tmp_path / "no")
    with pytest.raises(
        cr.FileError, match=r"expected a \.csv, \.xlsx or \.parquet file, got \.ods"
    ):
        as_table("t.ods")
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


def test_excel(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    day = datetime.datetime(2024, 2, 29)
    book = openpyxl.Workbook()
    for row in (["n", "w", "d", 2024], [1, "a", day, True], [], [None, "NA", None, False]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    found = as_table(tmp_path / "t.xlsx")
    assert cells(found.select(["w", "2024"])) == {"w": ["a", None], "2024": ["true", "false"]}
    np.testing.assert_array_equal(found.columns["n"], [1, np.nan])
    assert found.columns["d"].astype("datetime64[s]").tolist() == [day, None]
    assert [found.place(k).rpartition(", ")[2] for k in range(2)] == ["line 2", "line 4"]


def test_how_a_file_is_read_can_be_said(tmp_path):
    path = written(tmp_path, "a,b\nö,1\n", encoding="latin-1")
    assert cells(as_table(path, Reading("latin-1"))) == {"a": ["ö"], "b": ["1"]}


def test_a_table_with_13000_columns(tmp_path):
    names = [f"{k:05d}column" for k in range(13_000)]
    path = written(tmp_path, ",".join(names) + "\n" + ",".join("1" for _ in names))
    assert as_table(path).names == names


def test_a_cell_with_an_underscore_is_no_number(tmp_path):
    """float() takes 1_0 for 10."""
    table = as_table(written(tmp_path, "a\n1_0\n10\n"))
    assert cells(table.emptied(["10"])) == {"a": ["1_0", None]}


def test_decimal_commas_beside_a_unit(tmp_path):
    text = "a;b;c;d;e\n1.234,50 €;12,5 %;$1,234;950,5;950 €\n"
    text += "421,53 €;3 %;$5;1.200;1.200 €\n€ 78;-4,125%;-$2,000;1.234,50;k.A.\n"
    columns = as_table(written(tmp_path, text)).columns
    assert {name: [number_of(w) for w in words] for name, words in columns.items()} == {
        "a": [(1234.5, "€"), (421.53, "€"), (78.0, "€")],
        "b": [(12.5, "%"), (3.0, "%"), (-4.125, "%")],
        "c": [(1234.0, "$"), (5.0, "$"), (-2000.0, "$")],
        "d": [(950.5, ""), (1200.0, ""), (1234.5, "")],
        "e": [(950.0, "€"), (1200.0, "€"), None],
    }


def test_points_between_thousands_where_commas_are_decimal(tmp_path):
    text = "a;b;c;d\n1,5;68.014;68.014;1.234,50\n2;200;0.125;7\n;-1.234.567;1.5;x\n"
    table = as_table(written(tmp_path, text))
    assert cells(table) == {
        "a": ["1.5", "2", None],
        "b": ["68014", "200", "-1234567"],
        "c": ["68.014", "0.125", "1.5"],
        "d": ["1.234,50", "7", "x"],
    }
    points = as_table(written(tmp_path, "a;b\n1.5;68.014\n2;200\n"))  # no decimal comma
    assert cells(points)["b"] == ["68.014", "200"]
