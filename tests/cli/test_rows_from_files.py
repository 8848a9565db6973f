"""Rows for a network from .csv, .npy and picture files, and what is said of others."""

import gzip
import os
import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.rows_from_files import fit_rows, read_rows
from chainrule.datasets.drawn_sign import read_picture
from chainrule.files.text import Reading

ROWS = np.array([[1, 2, 3, 4], [0.5, 0, -1, 0.1]])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3,4\n0.5,0,-1,0.1\n",
        "1,2,3,4\n0.5,0,-1,0.1",
        "\ufeffa,b,c,d\r\n1,2,3,4\r\n\r\n0.5,0,-1,0.1\r\n",
        '"1"," 2",3e0,4\n\n , \n.5,-0,-1,1e-1\n',
    ],
    ids=["plain", "no last newline", "names and a mark", "quotes and empty lines"],
)
def test_csv_in_several_forms(text, folder):
    (folder / "rows.CSV").write_text(text, encoding="utf-8", newline="")
    np.testing.assert_array_equal(read_rows("rows.CSV", (4,)), ROWS)
    np.testing.assert_array_equal(read_rows("rows.CSV", (2, 2)), ROWS.reshape(2, 2, 2))


def test_csv_from_elsewhere(folder):
    """Semicolons and decimal commas, tabs, fullwidth digits, gzip, Latin-1."""
    (folder / "eu.csv").write_text("größe;b\n1,5;2\n", encoding="latin-1")
    assert read_rows("eu.csv", (2,), reading=Reading("latin-1")).tolist() == [[1.5, 2]]
    (folder / "numbers.csv").write_text("1,5;2\n３;-4,25e1\n", encoding="utf-16")
    assert read_rows("numbers.csv", (2,)).tolist() == [[1.5, 2], [3, -42.5]]
    (folder / "tabs.tsv").write_text("1\t2\n")
    assert read_rows("tabs.tsv", (2,)).tolist() == [[1, 2]]
    (folder / "packed.csv.gz").write_bytes(gzip.compress(b"1,2\n"))
    assert read_rows("packed.csv.gz", (2,)).tolist() == [[1, 2]]


def test_excel(folder):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["a", "b"], [1, 2.5], [], [3, "4"]):
        book.active.append(row)
    book.save("rows.xlsx")
    assert read_rows("rows.xlsx", (2,)).tolist() == [[1, 2.5], [3, 4]]
    book.active["B4"] = True
    book.save("rows.xlsx")
    with pytest.raises(
        cr.DataError, match=r"rows\.xlsx, row 4, column 2: expected a number, got 'T"
    ):
        read_rows("rows.xlsx", (2,))


def test_a_number_beyond_the_networks_is_refused_with_its_place(folder):
    (folder / "rows.csv").write_text("a,b\n1,2\n3,-1e39\n")
    assert read_rows("rows.csv", (2,)).tolist() == [[1, 2], [3, -1e39]]
    with pytest.raises(
        cr.DataError, match=r"rows\.csv, line 3, column 2: .* 3\.4e\+38.*, got -1e39"
    ):
        read_rows("rows.csv", (2,), dtype="float32")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders")
@pytest.mark.parametrize("name", ["pipe.csv", "pipe.npy", "pipe.png"])
def test_a_pipe_is_refused(name, folder):
    os.mkfifo(name)
    with pytest.raises(cr.FileError, match=f"{name}: expected a file, got a pipe"):
        read_rows(name, (4,))


def test_npy_keeps_its_type():
    np.save("rows.npy", ROWS.astype(np.float32))
    found = read_rows("rows.npy", (2, 2, 1))
    assert found.dtype == np.float32 and found.shape == (2, 2, 2, 1)


def test_rows_take_the_networks_shape():
    images = np.arange(12).reshape(3, 2, 2)
    assert fit_rows("f", images, (2, 2)) is images
    assert fit_rows("f", images.reshape(3, 4), (2, 2)).tolist() == images.tolist()
    for rows, got in ((ROWS[:, :3], "3 columns"), (images, r"an array of shape \(3, 2, 2\)")):
        with pytest.raises(cr.DataError, match=rf"f: expected 4 columns .*\(N, 4\), got {got}"):
            fit_rows("f", rows, (4,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one row of numbers"),
        ("\n \n", "at least one row of numbers"),
        ("a,b\n", "at least one row of numbers"),
        ("1,b\n1,2\n", "rows.csv, line 1: expected numbers only, or names only, got 1, b"),
        ("1,2\n1,2,3\n", "rows.csv, line 2: expected 2 columns, got 3"),
        ("a,b\n\n1,2\n4,five\n", "rows.csv, line 4, column 2: expected a number, got 'five'"),
        ("1,2\n4,\n", "rows.csv, line 2, column 2: expected a number, got an empty cell. Fill it"),
        (
            "1,2\n4,1_0\n",
            "rows.csv, line 2, column 2: expected a number, got '1_0'. Write it as 12",
        ),
        ("1,1_0\n4,1\n", "rows.csv, line 1, column 2: expected a number, got '1_0'"),
        ("1,nan\n4,1\n", "rows.csv, line 1, column 2: expected a number, got 'nan'. Fill it"),
        ("1,2\n-inf,1\n", "rows.csv, line 2, column 1: expected a number, got '-inf'. Fill it"),
        (
            '1,2\n4,"1,234"\n',
            "rows.csv, line 2, column 2: expected a number, got '1,234'. Write it",
        ),
        ("1,2\n4,5 kg\n", "rows.csv, line 2, column 2: expected a number, got '5 kg'"),
        ("a,b\n1,2e999\n", "rows.csv, line 2, column 2: expected a number of at most 1.8e+308"),
    ],
)
def test_the_place_of_a_mistake_is_named(text, words, folder):
    (folder / "rows.csv").write_text(text)
    with pytest.raises(cr.DataError, match=re.escape(words)):
        read_rows("rows.csv", (2,))


def test_files_of_other_kinds_are_refused(folder):
    np.save("pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save("number.npy", np.array(3.0))
    np.savez("many.npz", a=ROWS)
    (folder / "many.npz").rename("many.npy")
    (folder / "text.npy").write_text("1,2")
    (folder / "empty.npy").write_bytes(b"")
    (folder / "binary.csv").write_bytes(b"\xff\xfe\x00")
    for name, words in (
        ("pickle.npy", "an array of numbers in NumPy's format"),
        ("text.npy", "an array of numbers in NumPy's format"),
        ("empty.npy", "an array of numbers in NumPy's format"),
        ("number.npy", "an array with one row for each example"),
        ("many.npy", "an array with one row for each example"),
        ("binary.csv", "binary.csv, line 1: expected text in UTF-16, got byte 0x00"),
        ("rows.txt", "a .csv, .npy or .png file, got .txt"),
        ("rows", "a .csv, .npy or .png file, got no suffix"),
        ("nothing.csv", "nothing.csv cannot be read"),
        ("nothing.npy", "nothing.npy cannot be read"),
    ):
        with pytest.raises(cr.FileError, match=words):
            read_rows(name, (4,))


@pytest.fixture
def picture():
    image = pytest.importorskip("PIL.Image")
    drawing = np.full((40, 40), 255, np.uint8)
    drawing[5:35, 18:22] = 0
    image.fromarray(drawing).save("one.png")
    return "one.png"


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 1), (64,)])
def test_a_picture_has_the_size_of_the_network(shape, picture):
    found = read_rows(picture, shape)
    assert found.shape == (1, *shape) and found.max() == 16
    np.testing.assert_array_equal(found.reshape(8, 8), read_picture(picture, 8, 8, 16))


def test_the_strongest_ink_follows_size_or_user(picture):
    assert read_rows(picture, (10, 10)).max() == 255
    assert read_rows(picture, (10, 10), levels=1).max() == 1


@pytest.mark.parametrize("shape", [(5,), (8, 8, 3), (2, 2, 2, 2)])
def test_a_network_without_grey_pixels_takes_no_picture(shape, picture):
    with pytest.raises(cr.DataError, match="a picture: expected a network with grey pixels"):
        read_rows(picture, shape)
