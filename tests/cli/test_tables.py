"""`chainrule train` and `predict` on tables: answers, files, and one sentence for a mistake."""

import csv
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import load_iris
from tests.cli.test_commands import child, run

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor, explain

QUICK = ("--networks", "1", "--epochs", "15", "--hidden", "16", "--lr", "0.005", "--no-baselines")


def write(name, names, rows, delimiter=",", encoding="utf-8"):
    with open(name, "w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows([names, *rows])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    iris = load_iris()
    write(
        "iris.csv",
        [*iris.feature_names, "species"],
        [[*x, iris.target_names[k]] for x, k in zip(iris.data, iris.target, strict=True)],
    )
    rng = np.random.default_rng(0)
    days = np.datetime64("2023-01-01") + np.arange(200)
    rows = []
    for k, day in enumerate(days):
        shop, warmth = rng.choice(["Oslo; centre", "Rome", "Bonn"]), rng.normal(12, 5)
        sold = 100 + 30 * (shop == "Rome") + 2 * warmth + 20 * ((day.astype(int) + 3) % 7 >= 5)
        written = ".".join(reversed(str(day).split("-")))
        rows.append(
            [
                10**14 + k,
                written if k % 40 else "?",
                shop,
                f"{warmth:.1f}".replace(".", ","),
                k % 3 == 0,
                round(sold),
            ]
        )
    rows[7][5] = rows[9][2] = ""
    for k in range(0, 200, 9):
        rows[k][3] = ""
    write("sales.csv", ["id", "day", "shop", "warmth", "promo", "sold"], rows, ";", "utf-8-sig")
    write(
        "new.csv",
        ["warmth", "promo", "more", "day", "shop", "id"],
        [[9.5, "True", 1, "01.02.2024", "Paris", ""], ["", "", 2, "", "Rome", 5]],
    )
    return tmp_path


def out(capsys):
    return capsys.readouterr().out


# ---------------------------------------------------------------- answers


def test_classes_are_learned_compared_saved_and_predicted(folder, capsys):
    assert run("train", "iris.csv", "--target", "species", "--networks", "2", "--seed", "1") == 0
    text = out(capsys)
    assert "iris.csv: 150 rows, 5 columns" in text
    assert (
        "target species: classification, 3 classes: setosa (50), versicolor (50), virginica (50)"
        in text
    )
    assert "learning from 120 rows, 30 held out" in text
    scores = dict(re.findall(r"(?m)^  (\S.*?) {2,}([\d.]+)(?:  +[\d.e-]+){3}$", text))
    assert set(scores) == {
        "chainrule",
        "linear (logistic regression)",
        "gradient boosting",
        "always the most frequent",
    }
    assert float(scores["chainrule"]) > 0.85 > 0.4 > float(scores["always the most frequent"])
    assert text.endswith(
        "saved in iris.safetensors; to use it: chainrule predict iris.safetensors NEW.csv\n"
    )
    model = TableClassifier.load("iris.safetensors")
    assert run("predict", "iris.safetensors", "iris.csv") == 0
    p = model.predict_proba("iris.csv")
    assert out(capsys).splitlines() == [
        f"{model.classes_[r.argmax()]}  probability {r.max():.4f}" for r in p
    ]


def test_numbers_dates_semicolons_and_new_words(folder, capsys):
    assert (
        run(
            "train",
            "sales.csv",
            "--target",
            "sold",
            "--output",
            "s.safetensors",
            "--kind",
            "id=ignore",
            *QUICK,
            "--baselines",
        )
        == 0
    )
    text = out(capsys)
    for line in (
        "target sold: regression, a number from",
        "1 row without sold left out",
        "numbers: warmth\n",
        "categories: shop, promo\n",
        "dates: day\n",
        "left out: id (left out on request)\n",
        "linear (ridge regression)",
        "always the mean",
        "RMSE",
    ):
        assert line in text
    assert run("predict", "s.safetensors", "new.csv", "--explain") == 0
    model = TableRegressor.load("s.safetensors")
    values, whys = model.predict("new.csv"), explain(model, "new.csv")
    told = out(capsys)
    assert [line for line in told.splitlines() if line.startswith("row")] == [
        f"row {k + 1}: {v:.6g}" for k, v in enumerate(values)
    ]
    assert "shop = Paris" in told and "day = missing" in told and "warmth = missing" in told
    for v, why in zip(values, whys, strict=True):
        assert why.output == pytest.approx(v, rel=1e-5) and why.label == "sold"
        assert why.contributions.sum() == pytest.approx(why.difference, rel=1e-5)
        assert why.contributions[why.names.index("id")] == 0


def test_predictions_are_written(folder, capsys):
    run("train", "iris.csv", "--target", "species", *QUICK)
    assert "gradient boosting" not in out(capsys)
    p = TableClassifier.load("iris.safetensors").predict_proba("iris.csv")
    assert run("predict", "iris.safetensors", "iris.csv", "--output", "p.npy") == 0
    np.testing.assert_array_equal(np.load("p.npy"), p)
    assert run("predict", "iris.safetensors", "iris.csv", "--output", "p.csv", "--explain") == 0
    with open("p.csv", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    assert (
        names[:2] == ["species", "P(setosa)"]
        and names[-1] == "petal width (cm) contributes"
        and len(rows) == 150
    )
    np.testing.assert_allclose(
        [list(map(float, row[1:4])) for row in rows], p, rtol=1e-6, atol=1e-12
    )
    printed, said = capsys.readouterr()
    assert printed == ""
    assert said == "150 rows, 3 columns written to p.npy\n150 rows, 8 columns written to p.csv\n"
    assert run("predict", "iris.safetensors", "iris.csv", "--output", "p.csv") == 0
    assert (
        capsys.readouterr().err
        == "150 rows, 4 columns written to p.csv, in place of the file that existed\n"
    )


def test_the_file_is_a_network_for_the_other_commands(folder, capsys):
    run("train", "iris.csv", "--target", "species", *QUICK)
    for command in ("summary", "equations"):
        assert run(command, "iris.safetensors") == 0
    assert "dense1" in out(capsys)


def test_a_network_alone_is_explained_too(folder, capsys):
    net = cr.Network(
        cr.Dense(3), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(2,)
    )
    net.save("net")
    write("x.csv", ["a", "b"], [[1, 2], [3, 4], [5, 0]])
    write("zero.csv", ["a", "b"], [[0, 0]])
    assert run("predict", "net", "x.csv", "--explain") == 0
    assert out(capsys).count("together") == 3
    assert run("predict", "net", "x.csv", "--explain", "--reference", "zero.csv") == 0
    k = int(net.predict([[1.0, 2.0]])[0].argmax())
    assert f"p[{k}] = {net.predict([[1.0, 2.0]])[0, k]:.4g}; for the reference row 0.5" in out(
        capsys
    )


def test_the_reference_can_be_given(folder, capsys):
    run("train", "iris.csv", "--target", "species", *QUICK)
    write("mine.csv", load_iris().feature_names, [[5, 3, 1, 0.2]])
    capsys.readouterr()
    assert (
        run("predict", "iris.safetensors", "mine.csv", "--explain", "--reference", "mine.csv") == 0
    )
    assert re.search(r"together +\+0$", out(capsys), re.MULTILINE)


def test_two_runs_are_the_same_file_and_a_seed_is_another(folder):
    files = []
    for seed in ("3", "3", "4"):
        run("train", "iris.csv", "--target", "species", "--seed", seed, "--force", *QUICK)
        files.append((folder / "iris.safetensors").read_bytes())
    assert files[0] == files[1] != files[2]


def test_ctrl_c_keeps_what_was_trained_and_is_130(folder):
    X, y = np.random.default_rng(0).normal(size=(2, 3000, 5))
    write("big.csv", [*"abcde", "y"], np.c_[X, y[:, 0]])
    code = (
        "import chainrule.cli.commands as c; c.main(['train', 'big.csv', '--target', 'y',"
        "'--networks', '50', '--epochs', '5', '--hidden', '8'])"
    )
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    while "network 1/50" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate()
    assert process.returncode == 130 and "Traceback" not in err
    assert (
        "interrupted: what was trained is kept" in rest
        and "boosting" not in rest
        and "saved in big.safetensors" in rest
    )
    assert TableRegressor.load("big.safetensors").predict("big.csv").shape == (3000,)


# ---------------------------------------------------------------- mistakes

MISTAKES = {
    "no target": (["iris.csv"], "Missing option '--target'"),
    "unknown target": (
        ["iris.csv", "--target", "spec"],
        "iris.csv: expected the column spec, got columns sepal",
    ),
    "no file": (["no.csv", "--target", "a"], "no.csv cannot be read"),
    "task": (
        ["iris.csv", "--target", "species", "--task", "regression"],
        "line 2, column species: expected a number, got 'setosa'",
    ),
    "one class": (
        ["one.csv", "--target", "b"],
        "one.csv, column b: expected at least two classes, got one, 5",
    ),
    "one value": (
        ["one.csv", "--target", "b", "--task", "regression"],
        "expected different numbers, got 5 only",
    ),
    "every word": (
        ["sales.csv", "--target", "day", "--task", "classification"],
        "classes that occur again",
    ),
    "dates": (["sales.csv", "--target", "day"], "expected numbers or classes, got dates"),
    "nothing": (
        ["one.csv", "--target", "c"],
        "one.csv, column c: expected cells to learn from, got empty cells only",
    ),
    "few": (
        ["new.csv", "--target", "more"],
        "new.csv: expected at least 10 rows with a target, got 2",
    ),
    "a word": (
        ["word.csv", "--target", "b"],
        "word.csv, line 32, column a: expected a number, got 'many'",
    ),
    "kind": (
        ["iris.csv", "--target", "species", "--kind", "a"],
        "--kind: expected COLUMN=number|category|date|ignore, got a",
    ),
    "kind of what": (
        ["iris.csv", "--target", "species", "--kind", "a=date"],
        "kinds: expected names of columns: sepal",
    ),
    "hidden": (
        ["iris.csv", "--target", "species", "--hidden", "a"],
        "--hidden: expected whole numbers such as 128,64, got a",
    ),
    "no units": (
        ["iris.csv", "--target", "species", "--hidden", "4,0"],
        "--hidden: expected units ≥ 1",
    ),
    "output": (
        ["iris.csv", "--target", "species", "--output", "no/x"],
        "no/x cannot be written: there is no folder no",
    ),
    "a folder": (
        ["iris.csv", "--target", "species", "--output", "."],
        ". cannot be written: it is a folder",
    ),
    "a device": (
        ["iris.csv", "--target", "species", "--output", os.devnull, "--force"],
        f"{os.devnull} cannot be written: expected a file or a new name, got a device",
    ),
    "a protected file": (
        ["iris.csv", "--target", "species", "--output", "mine", "--force"],
        "mine cannot be written: expected a file that may be written, got one of mode 0400",
    ),
    "picture": (
        ["iris.csv", "--target", "species", "--picture", "no/x.png"],
        "no/x.png cannot be written: there is no folder ",
    ),
    "the data": (
        ["iris.csv", "--target", "species", "--output", "iris.csv"],
        "expected another file than the data",
    ),
    "test": (
        ["iris.csv", "--target", "species", "--test-fraction", "1"],
        "Invalid value for '--test-fraction'",
    ),
    "all tested": (
        ["iris.csv", "--target", "species", "--test-fraction", "0.999"],
        "--test-fraction: expected rows to learn from",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_and_exit_code_2(name, folder, capsys):
    write("one.csv", [*"abc"], [[k, 5, ""] for k in range(30)])
    write("word.csv", [*"ab"], [*([k, k % 2] for k in range(30)), ["many", 1]])
    Path("mine").touch(0o400)
    arguments, words = MISTAKES[name]
    before = sorted(os.listdir())
    assert run("train", *arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("chainrule: ") and err.count("\n") == 1 and words in err
    assert sorted(os.listdir()) == before


def test_mistakes_in_predict(folder, capsys):
    run("train", "sales.csv", "--target", "sold", *QUICK)
    write("less.csv", ["id", "promo"], [[1, "True"]])
    write(
        "word.csv",
        ["id", "day", "shop", "warmth", "promo"],
        [[1, "1.1.2024", "Rome", "hot", "True"]],
    )
    (folder / "broken.safetensors").write_bytes((folder / "sales.safetensors").read_bytes()[:-1])
    cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,)).save("net")
    write("row.csv", ["a", "b"], [[1, 2]])
    capsys.readouterr()
    for arguments, words in [
        (
            ["sales.safetensors", "less.csv"],
            "less.csv: expected the columns day, shop, warmth, got columns id, promo",
        ),
        (
            ["sales.safetensors", "word.csv"],
            "word.csv, line 2, column warmth: expected a number, got 'hot'",
        ),
        (
            ["broken.safetensors", "new.csv"],
            "broken.safetensors: expected a whole file of chainrule",
        ),
        (["sales.csv", "new.csv"], "sales.csv: expected a network of chainrule, got a CSV file"),
        (["sales.safetensors", "no.csv"], "no.csv cannot be read"),
        (["sales.safetensors", "new.csv", "--output", "no/p.csv"], "no/p.csv cannot be written"),
        (["sales.safetensors", "new.csv", "--output", "no/p.npy"], "no/p.npy cannot be written"),
        (
            ["sales.safetensors", "new.csv", "--reference", "new.csv"],
            "--reference: expected --explain with it",
        ),
        (
            ["net", "row.csv", "--explain"],
            "row.csv: expected several rows, to compare with their median, got one row",
        ),
        (
            ["net", "row.csv", "--explain", "--output", "p.csv"],
            "--explain: expected no --output for a network alone",
        ),
    ]:
        assert run("predict", *arguments) == 2
        out, err = capsys.readouterr()
        assert (
            out == "" and err.startswith("chainrule: ") and err.count("\n") == 1 and words in err
        ), err


def test_without_scikit_learn_it_says_what_to_install(folder):
    code = (
        "import sys; sys.modules['sklearn'] = None; import chainrule.cli.commands as c;"
        "c.main(['train', 'iris.csv', '--target', 'species'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert (
        done.returncode == 2
        and "pip install 'chainrule[sklearn]'" in done.stderr
        and done.stderr.count("\n") == 1
    )


@pytest.mark.slow
def test_in_a_process_of_its_own_without_warnings(folder):
    done = child("train", "sales.csv", "--target", "sold", *QUICK, "--baselines", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")


# ---------------------------------------------------------------- the report
