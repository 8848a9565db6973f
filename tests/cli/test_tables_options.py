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


def test_a_column_that_counts_the_rows_is_left_out_and_said(folder, capsys):
    rows = [[10**9 + k, k * k % 17, "" if k == 9 else k % 2] for k in range(40)]
    write("lines.csv", ["id", "x", "y"], rows)
    arguments = ("train", "lines.csv", "--target", "y", *QUICK)
    run(*arguments)
    text = out(capsys)
    assert "left out: id (only counts the rows; to keep it: --kind id=number)\n" in text
    assert "numbers: x\n" in text
    run(*arguments, "--force", "--kind", "id=number")
    assert "numbers: id, x\n" in out(capsys)
    write("alone.csv", ["id", "y"], [[k, k % 2] for k in range(40)])  # nothing else to learn from
    run("train", "alone.csv", "--target", "y", *QUICK)
    assert "numbers: id\n" in out(capsys)


def test_dates_whose_day_may_be_their_month_are_said(folder, capsys):
    rows = [[f"{1 + k % 12:02}/01/2023", f"{1 + k % 28:02}/01/2023", k % 2] for k in range(40)]
    write("days.csv", ["unclear", "clear", "y"], rows)
    run("train", "days.csv", "--target", "y", *QUICK)
    text = out(capsys)
    line = next(line for line in text.splitlines() if "day first" in line)
    assert line.startswith("read with the day first: unclear (") and "clear (" in line
    assert line.count(" is 2023-01-") == 1
    assert line.endswith("; if the month comes first, write year-month-day")


def test_a_column_that_gives_the_target_away_is_named(folder, capsys):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    y = (x[:, 0] + rng.normal(size=200) > 0).astype(int)
    cells = zip(*x.T.tolist(), np.where(y, "left", "stayed"), y.tolist(), strict=True)
    write("leak.csv", ["a", "b", "status", "y"], cells)
    arguments = ("train", "leak.csv", "--target", "y", *QUICK, "--force")
    run(*arguments)
    text = out(capsys)
    assert text.count("without a mistake") == 1
    assert (
        "status alone predicts y without a mistake: is it known beforehand? "
        "To leave it out: --kind status=ignore\n"
    ) in text
    run(*arguments, "--kind", "status=ignore")
    assert "without a mistake" not in out(capsys)
    run("train", "iris.csv", "--target", "species", *QUICK, "--force")
    assert "without a mistake" not in out(capsys)


def test_of_many_columns_that_give_the_target_away_the_first_are_named(folder, capsys):
    y = np.random.default_rng(0).integers(0, 2, 60)
    write("leaks.csv", [*(f"c{k}" for k in range(11)), "y"], [[v] * 11 + [v] for v in y.tolist()])
    run("train", "leaks.csv", "--target", "y", *QUICK)
    text = out(capsys)
    assert text.count("without a mistake") == 8 and "and 3 more such columns\n" in text


def test_the_importance_of_very_many_columns_is_not_measured(folder, capsys, monkeypatch):
    monkeypatch.setattr("chainrule.cli.tables.WIDE", 2)
    rows = np.random.default_rng(0).integers(0, 9, (60, 4)).tolist()
    write("wide.csv", ["a", "b", "c", "y"], rows)
    run("train", "wide.csv", "--target", "y", *QUICK, "--importance")
    text = out(capsys)
    assert "importance of the columns: not for more than 2 columns" in text
    assert "moves the answer" not in text


def test_classes_are_reported_one_by_one_and_weights_help_the_rare_one(folder, capsys):
    rng = np.random.default_rng(0)
    y = rng.random(600) < 0.06
    a = rng.normal(y * 1.2, 1)
    write("rare.csv", ["a", "y"], zip(a.tolist(), np.where(y, "yes", "no"), strict=True))
    arguments = ("train", "rare.csv", "--target", "y", *QUICK, "--force")
    recalls = []
    for extra in ((), ("--class-weight", "balanced")):
        assert run(*arguments, *extra) == 0
        text = out(capsys)
        assert "accuracy  log loss  ROC AUC  avg precision\n" in text
        assert "  class  rows  recall  precision  taken for\n" in text.replace("    rows", "  rows")
        assert "calibration error 0." in text and "Brier score 0." in text
        line = next(line for line in text.splitlines() if line.startswith("  yes "))
        recalls.append(float(line.split()[2]))
    assert recalls[1] > recalls[0] + 0.2
    wrong = ("train", "rare.csv", "--target", "a", "--class-weight", "balanced", "--force")
    assert run(*wrong) == 2
    assert "--class-weight: expected a target of classes, got numbers" in capsys.readouterr().err


def test_which_columns_matter_is_a_table_and_a_picture(folder, capsys):
    pytest.importorskip("matplotlib")
    arguments = ("train", "iris.csv", "--target", "species", *QUICK, "--force")
    assert run(*arguments, "--picture", "columns.png") == 0
    text = out(capsys)
    assert "importance of the columns, on 30 rows held out:\n" in text
    assert "log loss grows by  moves the answer by\n" in text
    assert "drawn in columns.png\n" in text
    assert (folder / "columns.png").read_bytes().startswith(b"\x89PNG")
    assert run(*arguments, "--no-importance") == 0 and "importance" not in out(capsys)
    assert run(*arguments, "--picture", "columns.txt") == 2
    assert "--picture: expected a file with .png, .svg, .pdf" in capsys.readouterr().err


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


def test_many_categories_are_told_apart_and_the_rare_ones_are_said(folder, capsys):
    words = [f"w{k:02}" for k in range(30)] * 3 + ["once", "seldom"]
    write("towns.csv", ["town", "x", "y"], [[w, k * k % 17, k % 7] for k, w in enumerate(words)])
    arguments = ("train", "towns.csv", "--target", "y", "--task", "regression", *QUICK, "--force")
    assert run(*arguments, "--test-fraction", "0") == 0
    text = out(capsys)
    assert "categories with an embedding: town (30 words, 15 numbers each)\n" in text
    assert "rare words that count as one: 2 of 32 words of town\n" in text
    assert run(*arguments, "--test-fraction", "0", "--max-categories", "12") == 0
    text = out(capsys)
    assert "categories: town\n" in text
    assert (
        "rare words that count as one: 20 of 32 words of town; "
        "to tell more apart: --max-categories\n"
    ) in text


def test_words_that_the_model_has_never_seen_are_said(folder, capsys):
    write("t.csv", ["town", "x", "y"], [["ab"[k % 2], k * k % 17, k % 7] for k in range(60)])
    run("train", "t.csv", "--target", "y", "--task", "regression", *QUICK)
    write("n.csv", ["town", "x"], [["a", 1], ["c", 2], ["", 3], ["d", 4], ["c", 5]])
    capsys.readouterr()
    assert run("predict", "t.safetensors", "n.csv") == 0
    printed, said = capsys.readouterr()
    assert printed.count("\n") == 5
    assert said == "town: 3 rows with words that the model has never seen: c, d\n"
    assert run("predict", "t.safetensors", "t.csv") == 0 and capsys.readouterr().err == ""


def test_ctrl_c_in_the_importance_keeps_the_report(folder, capsys, monkeypatch):
    from chainrule import estimators

    def interrupted(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(estimators, "importance", interrupted)
    assert run("train", "iris.csv", "--target", "species", *QUICK) == 130
    text = out(capsys)
    assert "interrupted: without the importance of columns" in text and "saved in" in text
