"""Arrays on disk: their size is theirs at once, and their files vanish."""

import errno
import os

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from chainrule.errors import FileError
from chainrule.estimators.tables import on_disk
from chainrule.estimators.tables.on_disk import Disk


def test_an_array_is_zeros_and_leaves_no_file(tmp_path):
    a = Disk(tmp_path)((3, 4), np.float32)
    a[1] = 7
    assert a.sum() == 28 and type(a) is np.ndarray
    if os.name == "posix":
        assert not os.listdir(tmp_path)
    assert Disk(tmp_path)((0, 4), np.int16).shape == (0, 4)


def test_without_a_call_of_the_system_zeros_are_written(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr(on_disk, "ZEROS", 16)
    assert not Disk(tmp_path)((5, 2), np.float64).any()


def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    def full(*given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(on_disk, "_extend", full)
    with pytest.raises(FileError, match=r"8.0 MB of free space.*No space left.*--cache"):
        Disk(tmp_path)((10**6,), np.float64)


def test_a_folder_is_made_when_it_is_needed(tmp_path):
    disk = Disk(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    assert len(disk((2,), np.int8)) == 2 and (tmp_path / "a" / "b").is_dir()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match=r"cache=.*expected a folder"):
        Disk(tmp_path / "file")((2,), np.int8)
