"""Answers in Parquet files: whole or not there, and in pieces while they are made."""

from contextlib import contextmanager

import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa
from pyarrow import parquet

import chainrule as cr
from chainrule.cli import answers_to_parquet
from chainrule.cli.answers_to_parquet import Answers, check_answers, discard_parts, made_from


def table(begin, end):
    return pa.table({"p": list(range(begin, end))})


@contextmanager
def writing(path, stamp):
    answers = Answers(path, stamp)
    answers.begin()
    try:
        yield answers
    except BaseException as error:
        answers.end(keep=isinstance(error, KeyboardInterrupt))
        raise
    answers.end(keep=True)


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_says_what_it_was_made_from(tmp_path):
    path = tmp_path / "a" / "b.parquet"
    assert made_from(path) is None
    with writing(path, "these data") as answers:
        answers.add(table(0, 3))
        answers.add(table(3, 5))
        answers.finish()
    assert made_from(path) == check_answers(path) == "these data"
    assert parquet.read_table(path)["p"].to_pylist() == [0, 1, 2, 3, 4]
    assert names(tmp_path) == ["a/b.parquet"] and len(list(tmp_path.rglob("*"))) == 2
    other = tmp_path / "other.parquet"
    for content in (b"text", None):
        parquet.write_table(table(0, 1), other) if content is None else other.write_bytes(content)
        assert made_from(other) == ""
        with pytest.raises(cr.FileError, match="one that `chainrule predict` wrote, got another"):
            check_answers(other)


def test_pieces_are_kept_and_joined(tmp_path, monkeypatch):
    monkeypatch.setattr(answers_to_parquet, "SECONDS", -1.0)
    path = tmp_path / "b.parquet"
    for error in (KeyboardInterrupt, ValueError):
        begin = Answers(path, "s").start
        with pytest.raises(error), writing(path, "s") as answers:
            answers.add(table(begin, begin + 2))
            monkeypatch.setattr(answers_to_parquet, "SECONDS", 99.0)
            answers.add(table(begin + 2, begin + 3))
            raise error
        monkeypatch.setattr(answers_to_parquet, "SECONDS", -1.0)
    assert Answers(path, "s").start == 5  # Ctrl-C keeps 3 rows, an error the 2 of a whole piece
    assert names(tmp_path) == [f".b.parquet.parts/{k:012}.parquet" for k in (0, 2, 3)]
    with writing(path, "s") as answers:
        answers.add(table(5, 6))
        answers.finish()
    assert parquet.read_table(path)["p"].to_pylist() == [0, 1, 2, 3, 4, 5]
    assert made_from(path) == "s" and names(tmp_path) == ["b.parquet"]


def test_pieces_from_other_data_and_what_a_killed_run_left_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(answers_to_parquet, "SECONDS", -1.0)
    path = tmp_path / "b.parquet"

    def begin():
        with writing(path, "s") as answers:
            for k in range(3):
                answers.add(table(k, k + 1))

    begin()
    parts = tmp_path / ".b.parquet.parts"
    (parts / ".000000000003.parquet.1234.tmp").write_bytes(b"half")
    (parts / "000000000001.parquet").unlink()
    assert Answers(path, "s").start == 1
    assert names(parts) == ["000000000000.parquet"]
    assert Answers(path, "t").start == 0 and not names(parts)
    begin()
    discard_parts(path)
    assert not list(tmp_path.iterdir())
