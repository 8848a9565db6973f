"""A file of another program, given as a network."""

import gzip
import io
import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule.files.other_formats import check_is_text, other_format


def bytes_of(save, value):
    out = io.BytesIO()
    save(out, value)
    return out.getvalue()


FILES = {
    "a CSV file": "\ufeffa,b\r\n1,2\r\n".encode(),
    "a CSV file ": "größe;b\n1;2\n".encode(),
    "a text file": b"hello\n",
    "a JSON file": b'{"a": 1}',
    "an array of numpy.save": bytes_of(np.save, np.ones(3)),
    "a zip file": bytes_of(np.savez, np.ones(3)),
    "a gzip file": gzip.compress(b"a,b\n1,2\n", mtime=0),
    "a pickle file": pickle.dumps([1, 2, 3], protocol=4),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(30),
}


@pytest.mark.parametrize("got", FILES)
def test_a_network_is_not_searched_in_it(tmp_path, got):
    path = tmp_path / "file"
    path.write_bytes(FILES[got])
    with pytest.raises(cr.FileError, match="expected a network of chainrule") as found:
        cr.Network.load(path)
    assert f"got {got.strip()}" in str(found.value) and "another copy" not in str(found.value)


@pytest.mark.parametrize(
    "start", [b"", b"1", bytes(8), bytes(range(100)), b"\x40\0\0\0\0\0\0\0{"], ids=range(5)
)
def test_bytes_that_say_nothing(start):
    assert other_format("f", start) is None


@pytest.mark.parametrize(
    ("start", "got"),
    [
        (FILES["a zip file"], "a zip file"),
        (FILES["a gzip file"], "a gzip file"),
        (b"PAR1", "a Parquet file"),
        (b"\n<!DOCTYPE html>", "a web page"),
    ],
    ids=["zip", "gzip", "Parquet", "page"],
)
def test_what_is_called_csv_and_is_none(start, got):
    with pytest.raises(cr.FileError, match=f"^t.csv: expected .*, got {got}"):
        check_is_text("t.csv", start)


def test_text_is_text():
    check_is_text("t.csv", b"<b>,PK\n1,2\n")
    check_is_text("t.csv", b"")
