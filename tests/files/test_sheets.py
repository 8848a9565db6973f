"""Rows of Excel files."""

import datetime
import sys
import zipfile

import pytest

import chainrule as cr
from chainrule.files.sheets import read_sheet
from chainrule.files.text import Reading

openpyxl = pytest.importorskip("openpyxl")
DAY = datetime.datetime(2024, 2, 29)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Write a workbook of sheets by name; an empty row is skipped."""
    monkeypatch.chdir(tmp_path)

    def write(name="t.xlsx", **sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        made.save(name)
        return name

    return write


def test_cells_and_row_numbers(book):
    name = book(one=[["a", "b", None], [], [1, "x"], [None, DAY, " "], [2.5, True]], empty=[])
    rows, lines = read_sheet(name, Reading())
    assert rows == [["a", "b"], [1, "x"], [None, DAY], [2.5, True]] and lines == [1, 3, 4, 5]


def test_the_sheet_is_chosen_by_name(book):
    name = book(one=[["a"], [1]], two=[["b"], [2]])
    assert read_sheet(name, Reading(sheet="two"))[0] == [["b"], [2]]
    with pytest.raises(cr.DataError, match="the name of a sheet, got 2 sheets with cells: one, tw"):
        read_sheet(name, Reading())
    with pytest.raises(
        cr.ParameterError, match=r"expected a sheet of t\.xlsx, got 'three'. It has"
    ):
        read_sheet(name, Reading(sheet="three"))


def test_a_formula_without_its_result_is_no_empty_cell(book):
    name = book(one=[["a", "b"], [1, None], [2, "=A3*2"]])
    with pytest.raises(cr.DataError, match=r"cell B3: expected a formula with its result"):
        read_sheet(name, Reading())


def test_files_that_cannot_be_read(book, tmp_path, monkeypatch):
    (tmp_path / "text.xlsx").write_text("a,b")
    with zipfile.ZipFile("other.xlsx", "w") as packed:
        packed.writestr("a.txt", "hello")
    for name in ("text.xlsx", "other.xlsx"):
        with pytest.raises(cr.FileError, match="expected a whole Excel file"):
            read_sheet(name, Reading())
    with zipfile.ZipFile("bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 2_000_000)
    with pytest.raises(cr.DataError, match=r"at most 1 MB after unpacking, got 2 MB\. .* 3"):
        read_sheet("bomb.xlsx", Reading(max_size=1))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(cr.DependencyError, match=r"pip install 'chainrule\[xlsx\]'"):
        read_sheet("text.xlsx", Reading())
