"""Predictions in .csv and .npy files: every digit, whole or not at all."""

import csv
import os

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.answers_to_files import write_answers

NUMBERS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cells(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_nine_digits_are_every_digit_of_float32():
    assert write_answers("p.csv", NUMBERS) == "4 rows, 3 columns written to p.csv"
    found = np.array(cells("p.csv"), float).astype(np.float32)
    np.testing.assert_array_equal(found, NUMBERS)


def test_npy_has_shape_and_type():
    images = np.arange(24.0).reshape(2, 3, 4)
    assert write_answers("P.NPY", images) == "2 rows, 12 columns written to P.NPY"
    found = np.load("P.NPY")
    np.testing.assert_array_equal(found, images)
    assert found.dtype == images.dtype


def test_titles_and_labels_are_text_in_csv(folder):
    labels = ["Oslo, centre", 'the "second"', "ß", "d"]
    write_answers("p.csv", NUMBERS[:, :1], ["place", "P"], labels)
    assert cells("p.csv")[0] == ["place", "P"]
    assert [row[0] for row in cells("p.csv")[1:]] == labels
    assert b"\r" not in (folder / "p.csv").read_bytes()


def test_one_row_and_one_column_are_counted_in_words():
    assert write_answers("p.csv", NUMBERS[:1, :1]) == "1 row, 1 column written to p.csv"
    assert write_answers("q.csv", NUMBERS[:1, 0], labels=["a"]) == (
        "1 row, 2 columns written to q.csv"
    )


def test_a_file_that_existed_is_replaced_and_that_is_said(folder):
    write_answers("p.csv", NUMBERS)
    said = write_answers("p.csv", NUMBERS[:2])
    assert said == "2 rows, 3 columns written to p.csv, in place of the file that existed"
    assert len(cells("p.csv")) == 2 and os.listdir(folder) == ["p.csv"]


@pytest.mark.parametrize("path", ["no/p.csv", "no/p.npy"])
def test_a_path_that_cannot_be_written_is_said(path, folder):
    with pytest.raises(cr.FileError, match=f"^{path} cannot be written: there is no folder"):
        write_answers(path, NUMBERS)
    assert not os.listdir(folder)


def test_a_failed_write_leaves_the_old_file(folder, monkeypatch):
    write_answers("p.csv", NUMBERS)
    before = (folder / "p.csv").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(cr.FileError, match="No space left on device"):
        write_answers("p.csv", NUMBERS[:1])
    assert (folder / "p.csv").read_bytes() == before and os.listdir(folder) == ["p.csv"]
