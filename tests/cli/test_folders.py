"""`chainrule predict` on Parquet files: file by file, and on from where an earlier run ended."""

import errno
import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("pyarrow")

import pyarrow as pa
from pyarrow import parquet
from tests.cli import parquet_rows as rows
from tests.cli.test_commands import child, run

from chainrule.cli import answers_to_parquet, folders
from chainrule.cli.answering import NetworkAnswers
from chainrule.cli.answers_to_parquet import Answers

CHOSEN = "--without", "id", "--without", "y", "--keep", "id"
PREDICT = "predict", "net", "rows", "--output", "out", *CHOSEN


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows.network().save("net")
    rows.write(tmp_path / "rows")
    return tmp_path


def answers(folder):
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files(folder)}


def files(folder):
    return [path for path in sorted((folder / "out").rglob("*")) if path.is_file()]


def refused(capsys, *arguments):
    assert run("predict", *arguments) == 2
    *before, last = capsys.readouterr().err.splitlines()
    return before, last


# ---------------------------------------------------------------- answers


def test_each_file_gets_a_file_of_the_same_name_and_rows(folder, capsys):
    assert run(*PREDICT) == 0
    said = capsys.readouterr()
    assert said.out == "" and said.err.splitlines() == [
        "inputs: x0, x1, x2, x3",
        "left out: id, word, y",
        "60 rows in 4 files written to out",
    ]
    assert list(answers(folder)) == [f"out/{name}" for name in rows.ENDS]
    table = rows.read(folder / "out")
    assert table.column_names == ["id", "P(0)", "P(1)", "P(2)"]
    assert table["id"].to_pylist() == list(range(60))
    assert rows.probabilities(table).tobytes() == rows.network().predict(rows.X).tobytes()
    assert parquet.read_table("out/1.parquet").schema.equals(table.schema)  # a file without rows


def test_one_file_is_written_as_a_file_or_into_a_folder(folder, capsys):
    for output, path in (("one.parquet", "one.parquet"), ("into/", "into/2.parquet")):
        assert run("predict", "net", "rows/2.parquet", "--output", output, *CHOSEN) == 0
        table = parquet.read_table(path)
        expected = rows.network().predict(rows.X[20:50])
        assert rows.probabilities(table).tobytes() == expected.tobytes()
    assert run("predict", "net", "rows/2.parquet", "--output", "a.csv", *CHOSEN[:4]) == 0
    assert np.allclose(np.loadtxt("a.csv", delimiter=","), expected)
    assert run("predict", "net", "rows/2.parquet", *CHOSEN[:4]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 30


def test_a_model_of_a_table_writes_the_columns_of_its_csv(folder, capsys):
    estimators = pytest.importorskip("chainrule.estimators")
    columns = {name: rows.COLUMNS[name] for name in ("x0", "x1", "word", "y")}
    model = estimators.TableClassifier((4,), n_estimators=1, max_iter=1, random_state=0)
    model.fit({name: columns[name] for name in ("x0", "x1", "word")}, columns["word"])
    model.target_ = "color"
    model.save("colors")
    assert run("predict", "colors", "rows", "--output", "out", "--explain", "--keep", "id") == 0
    table = rows.read(folder / "out")
    names = [f"P({name})" for name in ("blue", "green", "red")]
    gives = [f"{name} contributes" for name in ("x0", "x1", "word")]
    assert table.column_names == ["id", "color", *names, *gives]
    assert np.array_equal(
        np.column_stack([table[name].to_numpy() for name in names]), model.predict_proba(columns)
    )
    assert table["color"].to_pylist() == model.predict(columns).tolist()
    rows.write(folder / "rows", {**rows.COLUMNS, "word": np.array(["pink", "red"] * 30)})
    assert run("predict", "colors", "rows", "--output", "out") == 0
    said = capsys.readouterr().err
    assert "word: 30 rows with words that the model has never seen: pink" in said
    assert "4 files in out were made from another model, from other data or with other" in said
    assert parquet.read_schema("out/1.parquet").equals(parquet.read_schema("out/0.parquet"))


# ---------------------------------------------------------------- what is there already


def test_what_is_done_is_not_done_again(folder, capsys):
    run(*PREDICT)
    before = answers(folder)
    assert run(*PREDICT) == 0
    assert answers(folder) == before
    assert "nothing is left to do: 4 files in out" in capsys.readouterr().err
    os.remove("out/2.parquet")
    assert run(*PREDICT) == 0
    now = answers(folder)
    assert [name for name in now if now[name] != before[name]] == ["out/2.parquet"]
    assert "3 of 4 files done by an earlier run" in capsys.readouterr().err


def test_answers_for_changed_data_or_of_another_model_are_made_again(folder, capsys):
    run(*PREDICT)
    rows.write(folder / "rows", ends={"2.parquet": (10, 40)})
    before = answers(folder)
    assert run(*PREDICT) == 0
    assert "1 file in out was made from another model, from other data" in capsys.readouterr().err
    now = answers(folder)
    assert [name for name in now if now[name] != before[name]] == ["out/2.parquet"]
    assert parquet.read_table("out/2.parquet")["id"].to_pylist() == list(range(10, 40))
    rows.network(seed=1).save("net")
    assert run(*PREDICT) == 0
    assert "4 files in out were made" in capsys.readouterr().err
    os.rename("rows/0.parquet", "rows/3.parquet")
    assert run(*PREDICT) == 0
    assert (
        "in out there is more than the answers for rows: out/0.parquet" in capsys.readouterr().err
    )


def test_ctrl_c_keeps_what_is_there(folder, capsys, monkeypatch):
    calls = []
    answer = NetworkAnswers.answer

    def interrupts(self, batch, place):
        calls.append(len(batch))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return answer(self, batch, place)

    monkeypatch.setattr(NetworkAnswers, "answer", interrupts)
    assert run(*PREDICT) == 130
    assert "2 of 4 files done; the same command goes on" in capsys.readouterr().err
    assert list(answers(folder)) == ["out/0.parquet", "out/1.parquet"]
    assert run(*PREDICT) == 0
    assert calls == [20, 0, 30, 30, 10]
    assert rows.read(folder / "out")["id"].to_pylist() == list(range(60))


def test_a_full_disk_leaves_the_files_that_are_whole(folder, capsys, monkeypatch):
    finish = Answers.finish

    def full(self):
        if self.target.name == "2.parquet":
            raise OSError(errno.ENOSPC, "No space left on device")
        finish(self)

    monkeypatch.setattr(Answers, "finish", full)
    assert run(*PREDICT) == 2
    *_, done, last = capsys.readouterr().err.splitlines()
    assert done == "2 of 4 files done; the same command goes on"
    assert "the output cannot be written: No space left on device" in last
    assert list(answers(folder)) == ["out/0.parquet", "out/1.parquet"]


@pytest.mark.slow
def test_a_killed_run_goes_on_inside_a_file(folder):
    n = 400_000
    X = np.random.default_rng(0).normal(size=(n, 4)).astype(np.float32)
    table = pa.table({f"x{k}": X[:, k] for k in range(4)})
    parquet.write_table(table, "rows/0.parquet", row_group_size=20_000)
    code = (
        "import sys\n"
        "from chainrule.cli import answers_to_parquet\n"
        "from chainrule.cli.commands import main\n"
        "answers_to_parquet.SECONDS = answers_to_parquet.ROWS = 0\n"
        "main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "predict", "net", "rows/0.parquet", "--output", "out"]
    pieces = folder / "out" / ".0.parquet.parts"
    path = os.pathsep.join(p for p in sys.path if p)
    killed = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path})
    try:
        while killed.poll() is None and len(list(pieces.glob("[0-9]*.parquet"))) < 2:
            pass
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait(60)
    kept = len(list(pieces.glob("[0-9]*.parquet")))
    done = child("predict", "net", "rows/0.parquet", "--output", "out", timeout=120)
    assert done.returncode == 0, done.stderr
    assert kept >= 2 and [path.name for path in files(folder)] == ["0.parquet"]
    found = rows.probabilities(parquet.read_table("out/0.parquet"))
    assert found.tobytes() == rows.network().predict(X).tobytes()


# ---------------------------------------------------------------- what is refused


def cells(name, row, value):
    changed = list(map(float, rows.COLUMNS[name]))
    changed[row] = value
    return {**rows.COLUMNS, name: pa.array(changed)}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "expected a number, got an empty cell. Fill it"),
        (np.nan, "expected a finite number, got NaN. Fill it"),
        (1e300, r"expected a number of at most 3.4e\+38, which the network can hold, got 1e\+300"),
    ],
    ids=["null", "NaN", "too large"],
)
def test_a_wrong_cell_is_named_and_the_files_before_it_stay(folder, capsys, value, message):
    rows.write(folder / "rows", cells("x2", 25, value), {"2.parquet": (20, 50)})
    before, last = refused(capsys, *PREDICT[1:])
    assert re.match(f"chainrule: rows, row 5 of 2.parquet, column x2: {message}", last)
    assert before[-1] == "2 of 4 files done; the same command goes on"
    assert list(answers(folder)) == ["out/0.parquet", "out/1.parquet"]


REFUSED = {
    "a target": (
        ("net", "rows", "--output", "out"),
        "4 columns of numbers for inputs (N, 4), got 6",
    ),
    "too few": (
        ("net", "rows", "--output", "out", *CHOSEN, "--without", "x0"),
        "got 3 in x1, x2, x3; id, x0, word, y left out. Give the columns that it was trained with",
    ),
    "no such column": (
        ("net", "rows", "--output", "out", "--without", "x9"),
        "rows, --without: expected a column of the files, got 'x9'",
    ),
    "kept": (("net", "rows", "--output", "out", *CHOSEN, "--keep", "z"), "rows, --keep: expected"),
    "no output": (("net", "rows"), "rows: expected a file, got a folder. To predict the Parquet"),
    "no such folder": (
        ("net", "row/", "--output", "out"),
        "row/: expected a file or a folder, got no such one",
    ),
    "a file": (
        ("net", "rows", "--output", "net2.parquet", *CHOSEN),
        "a folder, as the data are one",
    ),
    "the name of a table": (
        ("net", "rows", "--output", "out.csv", *CHOSEN),
        "a folder, as the data are one, got a name that ends in .csv",
    ),
    "in the data": (
        ("net", "rows", "--output", "rows/out", *CHOSEN),
        "a folder outside of the data",
    ),
    "the data": (("net", "rows", "--output", "rows", *CHOSEN), "another file than the data"),
    "itself": (
        ("net", "rows/0.parquet", "--output", "rows", *CHOSEN),
        "expected another file than the data, got the same",
    ),
    "show": (("net", "rows", "--output", "out", "--show"), "--levels, --show: only for pictures"),
    "explain": (
        ("net", "rows", "--output", "out", "--explain"),
        "--explain: expected the model of",
    ),
    "keep for csv": (("net", "a.csv", "--keep", "id"), "--keep, --without: expected Parquet files"),
    "no rows folder": (
        ("net", "empty", "--output", "out"),
        "empty: expected Parquet files, got none",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_writes_nothing(folder, capsys, name):
    os.mkdir("empty")
    (folder / "net2.parquet").write_text("mine")
    arguments, message = REFUSED[name]
    _, last = refused(capsys, *arguments)
    assert message in last
    assert not [*folder.glob("out*")] and (folder / "net2.parquet").read_text() == "mine"


def test_files_that_differ_are_refused_before_the_first_row(folder, capsys):
    words = {**rows.COLUMNS, "x2": rows.COLUMNS["word"]}
    rows.write(folder / "rows", words, {"2.parquet": (20, 50)})
    assert (
        "column 'x2': expected one type in all files, float, got string in rows/2"
        in refused(capsys, *PREDICT[1:])[1]
    )
    fewer = {name: column for name, column in rows.COLUMNS.items() if name not in ("x2", "y")}
    rows.write(folder / "rows", fewer, {"2.parquet": (20, 50)})
    assert "rows/2.parquet: expected the column 'x2', got none" in refused(capsys, *PREDICT[1:])[1]
    (folder / "rows" / "2.parquet").write_bytes(b"PAR1 and no more")
    assert "rows/2.parquet: expected a whole Parquet file" in refused(capsys, *PREDICT[1:])[1]
    assert not (folder / "out").exists()


def test_a_file_of_somebody_else_is_never_replaced(folder, capsys):
    rows.write(folder / "out", ends={"2.parquet": (0, 20)})
    before = (folder / "out" / "2.parquet").read_bytes()
    assert "out/2.parquet: expected a new file, or one that" in refused(capsys, *PREDICT[1:])[1]
    assert (folder / "out" / "2.parquet").read_bytes() == before
    assert list(answers(folder)) == ["out/2.parquet"]


@pytest.mark.skipif(answers_to_parquet.fcntl is None, reason="locks of POSIX")
def test_two_runs_into_one_folder_are_refused(folder, capsys):
    with answers_to_parquet.alone_in(folder / "out"):
        assert "one in which `chainrule predict` is at work" in refused(capsys, *PREDICT[1:])[1]
    assert run(*PREDICT) == 0


def test_a_line_now_and_then_where_there_is_no_terminal(folder, capsys, monkeypatch):
    monkeypatch.setattr(folders, "QUIET", 0.0)
    assert run(*PREDICT) == 0
    assert "2 of 4 files done, 50 of 60 rows" in capsys.readouterr().err.splitlines()
