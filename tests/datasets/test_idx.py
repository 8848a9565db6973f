"""What idx.py promises."""

import contextlib
import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.datasets.mnist_files import idx

from chainrule.datasets.idx import read_idx
from chainrule.errors import FileError

LABELS = idx(np.arange(5))


PACKED = gzip.compress(
    LABELS, mtime=0
)  # without the time, which would be part of a test's name, on which two workers must agree


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an IDX file that begins 00000801, got nothing"),
        (b"\x00\x00", "got 0000. Is it the right file"),
        (LABELS[:6], "ends inside its header"),
        (LABELS[:-1], "expected 5 bytes after the header, got 4"),
        (LABELS + b"\x00", "expected 5 bytes after the header, got more"),
        (idx(np.zeros((2, 2))), "expected an IDX file that begins 00000801, got 00000802"),
        (b"\x00\x00\x0d\x01" + LABELS[4:], "got 00000d01"),
        (
            b"\x00\x00\x08\x01\xff\xff\xff\xff123",
            "expected 4294967295 bytes after the header, got 3",
        ),
        (PACKED[:-9], "cannot be read"),
        (PACKED[:12] + b"\xff" + PACKED[13:], "cannot be read|Fetch the file again|right file"),
        (PACKED[:3], "cannot be read"),
        (gzip.compress(b"<html>", mtime=0), "got 3c68746d"),
    ],
)
def test_a_broken_file_is_named(tmp_path, content, message):
    (tmp_path / "labels").write_bytes(content)
    with pytest.raises(FileError, match=message) as caught:
        read_idx(tmp_path / "labels", ())
    assert "labels" in str(caught.value)


@given(data=st.binary(max_size=40), place=st.integers(0, len(PACKED)))
@settings(deadline=None)
def test_a_mutated_file_is_read_or_refused(tmp_path_factory, data, place):
    path = tmp_path_factory.getbasetemp() / "mutated"
    for content in (LABELS[:place] + data, PACKED[:place] + data):
        path.write_bytes(content)
        with contextlib.suppress(FileError):
            assert read_idx(path, ()).ndim == 1


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        read_idx(tmp_path, ())
