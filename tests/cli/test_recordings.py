"""`chainrule replay`, `diagnose`, `train --record`: answers, the right rows, mistakes."""

import csv
import os
import shutil

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import load_iris
from tests.cli.test_commands import run

import chainrule as cr
from chainrule.estimators import TableClassifier

TRAIN = (
    *("--target", "species", "--networks", "1", "--epochs", "8", "--hidden", "6"),
    *("--lr", "0.01", "--no-baselines", "--no-importance"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with a table, a recording of `train`, and recordings of Python."""
    folder = tmp_path_factory.mktemp("recordings")
    before = os.getcwd()
    os.chdir(folder)
    iris = load_iris()
    rows = [[*x, iris.target_names[k]] for x, k in zip(iris.data, iris.target, strict=True)]
    rows[3][4] = ""  # left out
    with open("iris.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*iris.feature_names, "species"], *rows])
    assert run("train", "iris.csv", *TRAIN, "--record", "run.safetensors") == 0
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 3))
    y = (X[:, 0] > 0).astype(int)
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy())
    net.record(X, y, epochs=5, path="python.safetensors", verbose=0)
    record = cr.Record("kept.safetensors", keep_data=True)
    net.fit(X, y, epochs=2, callbacks=[record], verbose=0)
    net.save("net.safetensors")
    np.savez("rows.npz", X=X, y=y)
    text = "\n".join(",".join(f"{v:.17g}" for v in (*x, k)) for x, k in zip(X, y, strict=True))
    (folder / "rows.csv").write_text(f"a,b,c,side\n{text}\n")
    os.chdir(before)
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    """Return a folder with copies of the files, in which the test works."""
    for path in made.iterdir():
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys):
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80, max(text.splitlines(), key=len)
    return text


# ---------------------------------------------------------------- answers


def test_an_overview_needs_no_data(folder, capsys):
    assert run("replay", "run.safetensors") == 0
    text = said(capsys)
    assert text.startswith("A recorded run: ") and "in 8 epochs" in text
    assert "Dense(6, init=HeNormal()), SiLU(), Dropout(0.1), Dense(3)" in text
    assert "not in the file: x (95, 4) float32, y (95,) int32, others for" in text
    assert "AdamW" in text and "EarlyStopping(patience=20)" in text
    assert "Next: chainrule replay run.safetensors --data iris.csv --step " in text


def test_an_overview_with_data_has_the_same_numbers(folder, capsys):
    assert run("replay", "run.safetensors") == 0
    without = said(capsys)
    assert run("replay", "run.safetensors", "--data", "iris.csv") == 0
    with_data = said(capsys)
    for line in without.splitlines():
        if line.strip()[:1].isdigit():
            assert all(word in with_data for word in line.split())
    assert "95 rows; 24 rows for validation" in with_data


def test_a_table_under_another_name_is_the_same_table(folder, capsys):
    (folder / "elsewhere").mkdir()
    (folder / "iris.csv").rename(folder / "elsewhere" / "flowers.csv")
    assert run("replay", "run.safetensors", "--data", "elsewhere/flowers.csv", "--at", "end") == 0
    assert "the run ends here" in said(capsys)


def test_the_end_is_the_model_that_was_saved(folder):
    """The first network is recorded: with one network, it is the model."""
    from chainrule.cli.recordings import Opening, opened

    recorded, where_is = opened(Opening("run.safetensors", "iris.csv"))
    lines = [int(where_is(k).split()[1]) for k in range(95)]
    saved = TableClassifier.load("iris.safetensors")
    net = saved.network_
    for name, w in recorded.at("end").net.parameters.items():
        if name == "W1":
            assert any(np.array_equal(w, other) for other in net.parameters.values())
    cells = (folder / "iris.csv").read_text().splitlines()
    table = np.array([[float(v) for v in cells[k - 1].split(",")[:4]] for k in lines])
    X = saved.encoder_.transform(dict(zip(load_iris().feature_names, table.T, strict=True)))
    source = recorded.recorded.origin.run.source
    np.testing.assert_array_equal(X.astype(np.float32), source.inputs["x"])


def test_a_moment_and_its_explanation(folder, capsys):
    given = "replay", "run.safetensors", "--data", "iris.csv", "--step", "9"
    assert run(*given) == 0
    text = said(capsys)
    assert text.startswith("Step 9 of ") and "The update that follows: loss " in text
    assert "or go to --step 8 or 10" in text and 'add --explain "d' in text
    assert run(*given, "--explain", "dW2[0, 1]", "--explain", "z1[0, 0]", "--terms", "3") == 0
    text = said(capsys)
    assert "dW2[0, 1] = " in text and "z1[0, 0] = " in text and "terms together" in text
    assert "In iris.csv: row " in text
    assert run(*given, "--stages") == 0
    text = capsys.readouterr().out
    for name in ("forward: ", "loss: ", "gradients: ", "new weights: "):
        assert f"\n{name}" in text


@pytest.mark.parametrize(
    "data", [("rows.npz",), ("rows.csv", "--target", "side")], ids=["npz", "csv"]
)
def test_a_recording_of_python(folder, data, capsys):
    assert run("replay", "python.safetensors", "--data", *data, "--epoch", "3") == 0
    assert said(capsys).startswith("Step 6 of 10: 3 epochs done\n")


def test_a_recording_that_has_its_data(folder, capsys):
    assert run("replay", "kept.safetensors", "--at", "best") == 0
    assert "Step " in said(capsys)
    assert run("replay", "kept.safetensors") == 0
    assert "Next: chainrule replay kept.safetensors --step " in said(capsys)


def test_weights_and_refit_are_part_of_the_note(folder, capsys):
    with open("iris.csv", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    for k, row in enumerate(rows):
        row.append("w" if not k else str(k % 3))
    with open("weighted.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    command = "train", "weighted.csv", *TRAIN, "--weight", "w", "--refit", "--epochs", "2"
    assert run(*command, "--record", "other.safetensors") == 0
    capsys.readouterr()
    assert run("replay", "other.safetensors", "--data", "weighted.csv", "--step", "3") == 0
    assert said(capsys).startswith("Step 3 of ")


@pytest.mark.slow
def test_diagnose_a_recording_and_a_table(folder, capsys):
    assert run("diagnose", "run.safetensors", "--data", "iris.csv") == 0
    text = said(capsys)
    assert " updates on 95 rows: loss " in text
    assert run("diagnose", "iris.csv", *TRAIN[:2], "--epochs", "20", "--hidden", "4") == 0
    text = capsys.readouterr().out
    assert "target species: classification" in text and " updates on " in text


# ---------------------------------------------------------------- mistakes

REPLAY = "replay", "run.safetensors"
MISTAKES = {
    "no data": ([*REPLAY, "--step", "3"], "Write --data iris.csv."),
    "two moments": ([*REPLAY, "--step", "3", "--epoch", "1"], "expected one of them, got several"),
    "no moment": ([*REPLAY, "--stages"], "--stages: expected a moment with it"),
    "explain nothing": ([*REPLAY, "--explain", "L"], "--explain: expected a moment with it"),
    "no such step": (
        [*REPLAY, "--data", "iris.csv", "--step", "5000"],
        "--step: expected a number from 0 to ",
    ),
    "no such epoch": (
        [*REPLAY, "--data", "iris.csv", "--epoch", "9"],
        "--epoch: expected a number from 0 to 8, got 9",
    ),
    "no such entry": (
        [*REPLAY, "--data", "iris.csv", "--step", "3", "--explain", "dW7[0,0]"],
        "Did you mean",
    ),
    "after the end": (
        [*REPLAY, "--data", "iris.csv", "--at", "end", "--stages"],
        "--stages: expected a moment with an update after it",
    ),
    "another table": (
        [*REPLAY, "--data", "rows.csv", "--step", "3"],
        "rows.csv: expected the column species",
    ),
    "fewer rows": (
        [*REPLAY, "--data", "short.csv", "--step", "3"],
        "short.csv: expected the data that the run learned from",
    ),
    "other numbers": (
        [*REPLAY, "--data", "changed.csv", "--step", "3"],
        "changed.csv: expected the data that the run learned from, got other numbers",
    ),
    "another target": (
        [*REPLAY, "--data", "iris.csv", "--target", "petal width (cm)", "--step", "3"],
        "--target: expected species, which the run learned",
    ),
    "no target": (
        ["replay", "python.safetensors", "--data", "rows.csv", "--step", "3"],
        "Write --target side, if that is it.",
    ),
    "no such target": (
        ["replay", "python.safetensors", "--data", "rows.csv", "--target", "q", "--step", "3"],
        "--target: expected a column among a, b, c, side, got q",
    ),
    "target of arrays": (
        ["replay", "python.safetensors", "--data", "rows.npz", "--target", "q", "--step", "3"],
        "Leave it out: the file has y itself.",
    ),
    "words": (
        ["replay", "python.safetensors", "--data", "iris.csv", "--target", "species"],
        "expected numbers, as the run had them, got words",
    ),
    "a network": (["replay", "net.safetensors"], "expected a recording, got another file"),
    "data alone": (["replay", "iris.csv"], "expected a recording, got data"),
    "nothing": (["replay", "nothing.safetensors"], "No such file"),
    "folder of pictures": (["diagnose", "."], "first: chainrule train . --record"),
    "table without target": (["diagnose", "iris.csv"], "Missing option '--target'"),
    "table with data": (["diagnose", "iris.csv", "--data", "iris.csv"], "expected a recorded run"),
    "record to the model": (
        ["train", "iris.csv", *TRAIN, "--output", "a.safetensors", "--record", "a.safetensors"],
        "--record: expected another file than the model's",
    ),
    "record over a file": (
        ["train", "iris.csv", *TRAIN, "--output", "b.safetensors", "--record", "run.safetensors"],
        "or choose another --record.",
    ),
    "record to many files": (
        [
            "train",
            "iris.csv",
            *TRAIN,
            "--output",
            "b.safetensors",
            "--record",
            "a-{id}.safetensors",
        ],
        "--record: expected the name of one file",
    ),
    "record to text": (
        ["train", "iris.csv", *TRAIN, "--output", "b.safetensors", "--record", "run.txt"],
        "--record: expected a file whose name ends in .safetensors",
    ),
}


@pytest.mark.parametrize("arguments, sentence", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_one_sentence(folder, arguments, sentence, capsys):
    lines = (folder / "iris.csv").read_text().splitlines()
    (folder / "short.csv").write_text("\n".join(lines[:100]))
    changed = [line.replace("5.", "6.", 1) for line in lines]
    (folder / "changed.csv").write_text("\n".join(changed))
    files = {path: path.read_bytes() for path in folder.iterdir()}
    assert run(*arguments) == 2
    streams = capsys.readouterr()
    assert streams.err.count("\n") == 1 and sentence in streams.err
    assert {path: path.read_bytes() for path in folder.iterdir()} == files


def test_a_diagnosis_of_a_table_names_its_columns(folder, capsys):
    """A column of two words is no copy of itself; a true copy has the name of its column."""
    rows = [
        f"{k % 17},{'yes' if k % 3 else 'no'},{2 * (k % 17)},{k % 17 + k % 3}" for k in range(90)
    ]
    (folder / "h.csv").write_text("\n".join(["size,garden,twice,price", *rows]))
    assert run("diagnose", "h.csv", "--target", "price", "--epochs", "3", "--hidden", "4") == 0
    whole = " ".join(said(capsys).split())
    assert "duplicated columns (twice)" in whole
    assert "twice is size again." in whole
