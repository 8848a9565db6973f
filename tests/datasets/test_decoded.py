"""Memory maps of Parquet files: made once, used again if they fit, never half written."""

import os
import shutil

import numpy as np
import pytest

import chainrule as cr
from chainrule.datasets import decoded
from chainrule.datasets.parquet_columns import Columns

from .parquet_folder import NAMES, X, Y, write


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows").mkdir()
    return write(tmp_path / "rows")


@pytest.fixture
def reads(monkeypatch):
    """The number of batches that were decoded."""
    found, read = [], Columns.read

    def counted(self, batch, begin):
        found.append(begin)
        return read(self, batch, begin)

    monkeypatch.setattr(Columns, "read", counted)
    return found


def rows_of(folder, cache=None, x=NAMES):
    return cr.datasets.Parquet(folder, x=x, y="class", cache=cache)


def test_files_are_decoded_once_and_the_folder_goes_with_the_object(folder, reads, monkeypatch):
    temporary = folder.parent / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    found = rows_of(folder)
    assert not list(temporary.iterdir())
    for _ in range(2):
        x, y = found.arrays()
        assert (x == X).all() and (y == Y).all() and len(reads) == 6
    assert len(list(temporary.iterdir())) == 1
    del found
    assert not list(temporary.iterdir())
    assert (x == X).all()  # a map lives as long as it is used


def test_a_cache_is_used_again_if_files_and_columns_are_the_same(folder, tmp_path, reads):
    cache = tmp_path / "deep" / "cache"
    rows_of(folder, cache).arrays()
    x, _ = rows_of(folder, cache).arrays()
    assert (x == X).all() and len(reads) == 6
    other, _ = rows_of(folder, cache, ["c", "a"]).arrays()
    assert (other == X[:, [2, 0]]).all() and len(reads) == 12
    write(folder, a=X[:, 0] + 1)
    changed, _ = rows_of(folder, cache).arrays()
    assert (changed[:, 0] == X[:, 0] + 1).all() and len(reads) == 18
    assert not [name for name in os.listdir(cache) if name.startswith(".")]


@pytest.mark.parametrize("damage", ["no end", "cut", "other", "killed"])
def test_a_cache_that_is_not_whole_is_made_again(folder, tmp_path, reads, damage):
    cache = tmp_path / "cache"
    rows_of(folder, cache).arrays()
    (made,) = cache.iterdir()
    if damage == "no end":
        (made / decoded.DONE).unlink()
    elif damage == "cut":
        (made / "0.npy").write_bytes((made / "0.npy").read_bytes()[:-8])
    elif damage == "other":
        np.save(made / "0.npy", X[:, :2])
    else:
        shutil.move(made, cache / ".abc.part")
    x, _ = rows_of(folder, cache).arrays()
    assert (x == X).all() and len(reads) == 12
    assert len(list(cache.iterdir())) == 1


def test_a_broken_file_leaves_nothing_behind(folder, tmp_path):
    cache, path = tmp_path / "cache", folder / "part-2.parquet"
    content = bytearray(path.read_bytes())
    content[4:60] = bytes(56)
    path.write_bytes(content)
    with pytest.raises(cr.FileError, match=r"part-2\.parquet: expected a whole Parquet file"):
        rows_of(folder, cache).arrays()
    assert not list(cache.iterdir())


def test_a_disk_without_room_is_said_before(folder, tmp_path, monkeypatch, reads):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(decoded.shutil, "disk_usage", lambda path: usage._replace(free=5_000_000))
    with pytest.raises(cr.FileError) as error:
        rows_of(folder, tmp_path / "cache").arrays()
    assert "expected room for memory maps of 1.7 kB, got 5 MB that are free" in str(error.value)
    assert not reads and not list((tmp_path / "cache").iterdir())


def test_a_cache_that_cannot_be_written(folder):
    with pytest.raises(cr.FileError, match="memory maps cannot be written"):
        rows_of(folder, folder / "part-0.parquet").arrays()


def test_size_and_place_are_said_if_it_takes_long(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(decoded, "LONG", 1)
    rows_of(folder, tmp_path / "one").arrays()
    line = f"decoding 3 files into 1.7 kB in {tmp_path / 'one'}\n"
    assert capsys.readouterr().err == line
    rows_of(folder, tmp_path / "two").arrays(quiet=True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert capsys.readouterr().err == ""
    rows_of(folder, tmp_path / "three").arrays()
    assert "53.0/53.0" in capsys.readouterr().err
