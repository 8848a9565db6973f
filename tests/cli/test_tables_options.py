"""`chainrule train` and `predict`: files, learning again from all rows, weights, missing words."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import load_iris
from tests.cli.test_commands import run
from tests.cli.test_tables import QUICK, out, write

from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.report import compare


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    iris = load_iris()
    rows = [[*x, iris.target_names[k]] for x, k in zip(iris.data, iris.target, strict=True)]
    write("iris.csv", [*iris.feature_names, "species"], rows)
    write("new.csv", iris.feature_names, iris.data[:2])
    return tmp_path


def test_predictions_replace_no_input(folder, capsys):
    run("train", "iris.csv", "--target", "species", *QUICK)
    before = (folder / "iris.csv").read_bytes()
    capsys.readouterr()
    for extra, what in (
        ([], "the data"),
        (["--explain", "--reference", "new.csv"], "the reference"),
    ):
        output = "iris.csv" if what == "the data" else "new.csv"
        assert run("predict", "iris.safetensors", "iris.csv", "--output", output, *extra) == 2
        assert (
            f"--output: expected another file than {what}, got {output}" in capsys.readouterr().err
        )
    assert (folder / "iris.csv").read_bytes() == before


# ---------------------------------------------------------------- what is saved


def test_a_model_that_is_there_is_kept(folder, capsys):
    arguments = ("train", "iris.csv", "--target", "species", *QUICK)
    run(*arguments)
    before = (folder / "iris.safetensors").read_bytes()
    capsys.readouterr()
    assert run(*arguments, "--seed", "5") == 2
    printed, said = capsys.readouterr()
    assert printed == "" and said.count("\n") == 1 and "Replace it with --force" in said
    assert (folder / "iris.safetensors").read_bytes() == before
    assert run(*arguments, "--seed", "5", "--force") == 0
    assert (folder / "iris.safetensors").read_bytes() != before


def test_refit_learns_from_all_rows_in_the_end(folder, capsys):
    run("train", "iris.csv", "--target", "species", *QUICK, "--output", "part")
    run("train", "iris.csv", "--target", "species", *QUICK, "--refit", "--output", "all")
    first, second = out(capsys).split("iris.csv: 150")[1:]
    scores = first[first.index("on the 30") : first.index("saved in")]
    assert scores in second
    assert "learning again, now from all 150 rows" in second
    assert "learned from all rows; the figures above are those of 120 rows" in second
    model = TableClassifier.load("part")
    again = TableClassifier.load("all")
    whole = TableClassifier.load("all").set_params(verbose=0).fit("iris.csv", "species")
    assert (again.predict_proba("iris.csv") == whole.predict_proba("iris.csv")).all()
    assert (again.predict_proba("iris.csv") != model.predict_proba("iris.csv")).any()


def test_ctrl_c_while_it_learns_again_keeps_the_first_model(folder, capsys, monkeypatch):
    fit, calls = TableClassifier.fit, []

    def interrupted(model, *given, **more):
        calls.append(model)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return fit(model, *given, **more)

    monkeypatch.setattr(TableClassifier, "fit", interrupted)
    assert run("train", "iris.csv", "--target", "species", *QUICK, "--refit") == 130
    text = out(capsys)
    assert (
        "interrupted: the model of 120 rows is kept" in text and "saved in iris.safetensors" in text
    )
    assert TableClassifier.load("iris.safetensors").predict("iris.csv").shape == (150,)


def test_ctrl_c_in_the_comparison_keeps_the_report(folder, capsys, monkeypatch):
    from chainrule.estimators.tables import report as table_report

    def interrupted(*given, baselines, **more):
        if baselines:
            raise KeyboardInterrupt
        return compare(*given, baselines=False, **more)

    monkeypatch.setattr(table_report, "compare", interrupted)
    assert run("train", "iris.csv", "--target", "species", *QUICK, "--baselines") == 130
    text = out(capsys)
    assert (
        "interrupted: without the comparison" in text and "accuracy" in text and "saved in" in text
    )


# ---------------------------------------------------------------- weights, words for nothing


def test_weights_are_a_column_that_is_not_learned_from(folder, capsys):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=80), rng.integers(0, 3, 80) / 2
    write(
        "w.csv",
        ["x", "w", "y"],
        [[a, b, 3 * a + c] for a, b, c in zip(x, w, rng.normal(size=80), strict=True)],
    )
    assert run("train", "w.csv", "--target", "y", "--weight", "w", *QUICK, "--baselines") == 0
    text = out(capsys)
    assert (
        "weights: w, from 0 to 1" in text and f"{(w == 0).sum()} rows of weight 0 left out" in text
    )
    assert "numbers: x\n" in text
    model = TableRegressor.load("w.safetensors")
    assert (
        model.feature_names_in_.tolist() == ["x"] and run("predict", "w.safetensors", "w.csv") == 0
    )
    capsys.readouterr()
    write("gap.csv", ["x", "w", "y"], [[k, "" if k == 5 else 1, k % 3] for k in range(30)])
    for data, weight, words in (
        (
            "gap.csv",
            "w",
            "gap.csv, line 7, column w: expected a weight ≥ 0, got an empty cell. "
            "0 leaves a row out.",
        ),
        ("gap.csv", "v", "gap.csv: expected the column v, got columns x, w"),
        ("gap.csv", "y", "gap.csv: expected the column y, got columns x, w"),
    ):
        assert run("train", data, "--target", "y", "--weight", weight, *QUICK) == 2
        assert words in capsys.readouterr().err


def test_words_that_stand_for_nothing(folder, capsys):
    rows = [
        [k / 7, "closed" if k % 6 == 0 else k, "unknown" if k % 4 == 0 else k, k % 3]
        for k in range(60)
    ]
    write("gaps.csv", ["a", "b", "c", "y"], rows)
    assert run("train", "gaps.csv", "--target", "y", *QUICK) == 2
    said = capsys.readouterr().err
    assert (
        "gaps.csv, line 2, column b: expected a number, got 'closed', and 9 more such cells" in said
        and "--missing" in said
    )
    assert run("train", "gaps.csv", "--target", "y", "--missing", "closed", *QUICK) == 0
    text = out(capsys)
    assert "numbers: a, b, c\n" in text and "taken as missing: unknown in c\n" in text
    assert run("predict", "gaps.safetensors", "gaps.csv") == 0  # the model remembers them


def test_a_column_that_counts_the_rows_is_pointed_out(folder, capsys):
    write("lines.csv", ["id", "x", "y"], [[10**9 + k, k * k % 17, k % 2] for k in range(40)])
    run("train", "lines.csv", "--target", "y", *QUICK)
    assert "id only counts the rows, it seems; to leave it out: --kind id=ignore\n" in out(capsys)


def test_no_line_of_the_report_is_long(folder, capsys):
    names = [f"a column with a name of its own, number {k}" for k in range(40)]
    rows = np.random.default_rng(0).normal(size=(40, 40))
    write("wide.csv", [*names, "y"], [[*row, k % 2] for k, row in enumerate(rows)])
    run("train", "wide.csv", "--target", "y", *QUICK)
    assert max(map(len, out(capsys).splitlines())) <= 120


# ---------------------------------------------------------------- files as people have them


def test_a_dirty_cell_is_found_before_the_training(folder, capsys):
    """Each row in turn, so it is also one that is held out."""
    text = (folder / "iris.csv").read_text().splitlines()
    for line in range(40, 50):
        dirty = [*text]
        dirty[line] = dirty[line].replace(",", ",1_", 1)
        (folder / "dirty.csv").write_text("\n".join(dirty))
        assert run("train", "dirty.csv", "--target", "species", *QUICK) == 2
        err = capsys.readouterr().err
        assert err.startswith(
            f"chainrule: dirty.csv, line {line + 1}, column sepal width (cm): exp"
        )
    assert not (folder / "dirty.safetensors").exists()


def test_a_file_in_latin_1_with_semicolons(folder, capsys):
    lines = ["größe;preis", *(f"{k},5;{k},25" for k in range(40))]
    (folder / "latin.csv").write_text("\n".join(lines), encoding="latin-1")
    arguments = ("train", "latin.csv", "--target", "preis", "--no-baselines", *QUICK)
    assert run(*arguments) == 2
    assert "Write --encoding latin-1" in capsys.readouterr().err
    assert run(*arguments, "--encoding", "latin-1") == 0
    assert "numbers: größe" in capsys.readouterr().out
    assert run("predict", "latin.safetensors", "latin.csv", "--encoding", "latin-1") == 0
    assert len(capsys.readouterr().out.splitlines()) == 40


def test_a_sheet_of_an_excel_file(folder, capsys):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["remarks"])
    data = book.create_sheet("data")
    for row in [["a", "b"], *([k, 2 * k] for k in range(40))]:
        data.append(row)
    book.save("book.xlsx")
    arguments = ("train", "book.xlsx", "--target", "b", "--no-baselines", *QUICK)
    assert run(*arguments) == 2
    assert "got 2 sheets with cells: Sheet, data. Write --sheet 'Sheet'" in capsys.readouterr().err
    assert run(*arguments, "--sheet", "data") == 0
    assert run("predict", "book.safetensors", "book.xlsx", "--sheet", "data") == 0
    capsys.readouterr()
