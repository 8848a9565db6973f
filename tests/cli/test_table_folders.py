"""`chainrule train` on a folder of Parquet files: as on one file, and samples are named."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from tests.cli.test_commands import run
from tests.estimators.tables.folder_cases import COLUMNS, N, pa, written

from chainrule.cli import table_folders
from chainrule.estimators import TableClassifier, TableRegressor

QUICK = ("--networks", "2", "--epochs", "3", "--hidden", "8")
RNG = np.random.default_rng(1)
TABLE = {
    name: pa.concat_arrays([COLUMNS[name]] * 3)
    for name in ("size", "town", "code", "day", "price", "kind", "w")
}
TABLE["id"] = pa.array(np.arange(3 * N) + 1000)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, ends in (("sales", (40, 41, 270)), ("one", (270,))):
        (tmp_path / name).mkdir()
        written(tmp_path / name, TABLE, ends)
    (tmp_path / "one" / "0.parquet").rename(tmp_path / "whole.parquet")
    return tmp_path


def test_a_folder_without_parquet_files_is_none_of_tables(tmp_path):
    (tmp_path / "cats").mkdir()
    assert not table_folders.is_many_rows(str(tmp_path))
    written(tmp_path / "cats", {"a": COLUMNS["age"]})
    assert table_folders.is_many_rows(str(tmp_path))
    assert not table_folders.is_many_rows(str(tmp_path / "cats" / "0.parquet"))
    assert not table_folders.is_many_rows("houses.csv")


def test_options_of_folders_are_refused_elsewhere(folder, capsys):
    assert run("train", "whole.parquet", "--target", "price", "--sample", "9") == 2
    assert "--sample: expected a folder of Parquet files" in capsys.readouterr().err
    assert run("train", "sales/", "--target", "price", "--record", "run.safetensors") == 2
    assert "--record: expected rows that fit in memory" in capsys.readouterr().err
    assert run("train", "sales/") == 2
    assert "--target" in capsys.readouterr().err
    assert run("train", "sales/", "--target", "cost") == 2
    assert "sales/: expected the column cost" in capsys.readouterr().err
    assert run("train", "sales/", "--target", "price", "--cache", "whole.parquet") == 2
    assert "cache='whole.parquet'" in capsys.readouterr().err
    assert not list(folder.glob("*.safetensors"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "more"),
    [
        ("price", ("--kind", "kind=ignore")),
        ("kind", ("--kind", "price=ignore", "--weight", "w", "--class-weight", "balanced")),
        ("price", ("--refit", "--test-fraction", "0.3", "--missing", "Bonn", "--no-baselines")),
    ],
    ids=["number", "class", "again"],
)
def test_the_model_is_that_of_one_file(folder, capsys, target, more):
    given = "--target", target, *QUICK, *more
    assert run("train", "sales/", *given) == 0
    many = capsys.readouterr().out
    assert run("train", "whole.parquet", *given) == 0
    one = capsys.readouterr().out
    assert (folder / "sales.safetensors").read_bytes() == (
        folder / "whole.safetensors"
    ).read_bytes()
    assert "sales/: 270 rows, 8 columns in 3 files" in many
    assert ("id (only counts the rows" in many) == ("--kind" not in more)
    for a, b in zip(many.splitlines()[1:-1], one.splitlines()[1:-1], strict=True):
        assert a == b
    model = (TableRegressor if target == "price" else TableClassifier).load("sales.safetensors")
    assert model.target_ == target and len(model.predict("sales")) == 270


@pytest.mark.slow
def test_a_report_on_samples_says_so(folder, capsys, monkeypatch):
    monkeypatch.setattr(table_folders, "SAMPLE", 50)
    given = "--target", "price", "--kind", "kind=ignore", *QUICK, "--cache", str(folder)
    assert run("train", "sales", *given, "--sample", "60") == 0
    text = capsys.readouterr().out
    assert "columns measured on a sample of 60 rows" in text
    assert (
        "on a sample of 50 of the 54 rows held out; the other models learned from a sample of 50 "
        "of the 216 rows (few"
    ) in text
    assert "(in a sample of 50 rows)" in text or "rare words" not in text
    assert TableRegressor.load("sales.safetensors").n_features_in_ == 7


@pytest.mark.slow
def test_interrupting_keeps_what_was_trained(folder):
    given = "train", "sales", "--target", "price", "--kind", "kind=ignore", "--hidden", "8"
    environment = {
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule", *given, "--networks", "100", "--epochs", "200"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )
    try:
        while "network 1/100" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130 and "Traceback" not in err
    assert "interrupted: what was trained is kept" in rest and "boosting" not in rest
    assert len(TableRegressor.load(folder / "sales.safetensors").predict("sales")) == 270
