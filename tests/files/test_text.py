"""Text of data files: encodings, sizes, and what is no plain file."""

import gzip
import os

import pytest

import chainrule as cr
from chainrule.files import text
from chainrule.files.text import Reading, check_plain_file, read_bytes, read_text

LETTERS = "a,ö\n1,é\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_text(LETTERS, encoding=encoding, newline="")
    assert read_text(str(path), Reading()) == LETTERS
    assert read_text(str(path), Reading(encoding.removesuffix("-sig"))) == LETTERS


def test_another_encoding_is_named(tmp_path):
    path = str(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text(LETTERS, encoding="latin-1", newline="")
    with pytest.raises(cr.FileError, match=r"line 1: .* byte 0xf6, which is ö in Latin-1\. Write "):
        read_text(path, Reading())
    assert read_text(path, Reading("latin-1")) == LETTERS
    (tmp_path / "t.csv").write_text(LETTERS, encoding="utf-8")
    for encoding in ("latin-1", "cp1252"):
        with pytest.raises(cr.FileError, match=f"got text in UTF-8. Leave --encoding {encoding} o"):
            read_text(path, Reading(encoding))
    with pytest.raises(cr.ParameterError, match="expected the name of an encoding, got 'klingon'"):
        Reading("klingon")


def test_utf_16_without_a_mark_is_recognized(tmp_path):
    for order in ("le", "be"):
        (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding=f"utf-16-{order}", newline="")
        with pytest.raises(cr.FileError, match=f"zero byte. Write --encoding utf-16-{order}"):
            read_text(str(tmp_path / "t.csv"), Reading())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders")
def test_what_is_no_plain_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    for name, got in (("pipe.csv", "a pipe"), ("device.csv", "a device"), ("", "a folder")):
        with pytest.raises(cr.FileError, match=f"expected a file, got {got}"):
            check_plain_file(str(tmp_path / name))
    for name in ("nothing.csv", "n" * 300, "a\0b"):
        with pytest.raises(cr.FileError, match="cannot be read: "):
            check_plain_file(str(tmp_path / name))


def test_a_large_file_is_refused_and_the_limit_can_be_raised(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "MEGABYTE", 10)
    (tmp_path / "t.csv").write_bytes(b"a\n" * 10)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a\n" * 10))
    for name, got in (("t.csv", "2 MB"), ("t.csv.gz", "more after unpacking")):
        path = str(tmp_path / name)
        with pytest.raises(cr.DataError, match=f"at most 1 MB of text, got {got}. .*--max-size 2"):
            read_bytes(path, Reading(max_size=1))
        assert read_bytes(path, Reading(max_size=2)) == b"a\n" * 10
