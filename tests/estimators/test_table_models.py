"""TableClassifier and TableRegressor: they learn, are one network, survive their file, and refuse everything else."""

import json
import os
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from tests.files.test_fuzz_files import mutated, mutations, places, values
from tests.sklearn_checks import failures

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.ensemble import average
from chainrule.estimators.tables.rows import parts, validation_order
from chainrule.estimators.tables.table import as_table
from chainrule.estimators.tables.target import infer_task, labels_of, numbers_of, split_target
from chainrule.files.container import read, write

RNG = np.random.default_rng(0)
SMALL = {"hidden_layer_sizes": (8,), "n_estimators": 2, "max_iter": 40, "random_state": 0}
N = 120
TABLE = {
    "size": RNG.normal(size=N).tolist(),
    "town": RNG.choice(["Oslo", "Rome", "Bonn"], N).tolist(),
    "day": [str(d) for d in np.datetime64("2023-05-01") + np.arange(N)],
    "id": [f"N{k}" for k in range(N)],
}
TABLE["size"][3] = TABLE["town"][5] = None
PRICE = (
    np.array(
        [
            5 * (s or 0) + 3 * (t == "Rome")
            for s, t in zip(TABLE["size"], TABLE["town"], strict=True)
        ]
    )
    + 100
)
KIND = np.where(PRICE > 101, "dear", "cheap").tolist()
MODELS = {
    "classifier": TableClassifier(**SMALL).fit(TABLE | {"kind": KIND}, "kind"),
    "regressor": TableRegressor(**SMALL).fit(TABLE | {"price": PRICE}, "price"),
}
each = pytest.mark.parametrize("name", MODELS)


def answers(model, X=TABLE):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X)


# ---------------------------------------------------------------- learning


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cls", [TableClassifier, TableRegressor])
def test_check_estimator(cls):
    assert failures(cls((16,), n_estimators=2, max_iter=60, learning_rate_init=0.005)) == []


def test_they_learn():
    assert MODELS["classifier"].score(TABLE, KIND) > 0.9
    assert (
        TableRegressor(random_state=0, learning_rate_init=0.005)
        .fit(TABLE, PRICE)
        .score(TABLE, PRICE)
        > 0.9
    )
    X, y = load_iris(return_X_y=True)
    assert TableClassifier(random_state=0).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9


@each
def test_the_same_seed_gives_the_same_model(name):
    model = MODELS[name]
    again = clone(model).fit(TABLE, KIND if name == "classifier" else PRICE)
    assert (answers(again) == answers(model)).all()
    other = (
        clone(model).set_params(random_state=1).fit(TABLE, KIND if name == "classifier" else PRICE)
    )
    assert (answers(other) != answers(model)).any()


def test_the_network_is_the_mean_of_its_members():
    loss = cr.SoftmaxCrossEntropy()
    members = [
        cr.Network(
            cr.Dense(4), cr.SiLU(), cr.Dropout(0.5), cr.Dense(3), loss=loss, inputs=(2,), seed=s
        )
        for s in range(3)
    ]
    X = RNG.normal(size=(5, 2))
    whole = average(members)
    z = np.mean([net.activations(X)["z2"] for net in members], axis=0)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    np.testing.assert_allclose(whole.predict(X), e / e.sum(axis=1, keepdims=True), rtol=1e-5)
    assert average(members[:1]) is members[0]


def test_by_name_and_by_array_are_the_same():
    by_array = clone(MODELS["classifier"]).fit(TABLE, np.array(KIND))
    assert (answers(by_array) == answers(MODELS["classifier"])).all()
    assert MODELS["classifier"].target_ == "kind" and by_array.target_ is None
    assert MODELS["classifier"].classes_.tolist() == ["cheap", "dear"]


def test_rows_without_a_target_are_left_out():
    gaps = [None if k % 5 == 0 else v for k, v in enumerate(KIND)]
    rows = [k for k in range(N) if k % 5]
    model = clone(MODELS["classifier"]).fit(TABLE | {"kind": gaps}, "kind")
    fewer = {name: [column[k] for k in rows] for name, column in TABLE.items()}
    assert (answers(model) == answers(clone(model).fit(fewer, [KIND[k] for k in rows]))).all()


def test_frames_files_and_dicts_agree(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(TABLE | {"kind": KIND})
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = [
        answers(clone(MODELS["classifier"]).fit(X, "kind")) for X in (frame, tmp_path / "t.csv")
    ]
    assert (found[0] == found[1]).all() and (found[0] == answers(MODELS["classifier"])).all()
    assert (
        answers(MODELS["classifier"], frame) == found[0]
    ).all()  # a frame may have the target too


# ---------------------------------------------------------------- weights, validation rows


@pytest.mark.parametrize("name", MODELS)
def test_a_weight_says_how_much_a_row_counts(name):
    y = np.array(KIND if name == "classifier" else PRICE)
    w = np.arange(N) % 3.0
    model = clone(MODELS[name]).fit(TABLE, y, sample_weight=w)
    fewer = {column: [cells[k] for k in range(N) if w[k]] for column, cells in TABLE.items()}
    assert (answers(clone(model).fit(fewer, y[w > 0], w[w > 0])) == answers(model)).all()
    np.testing.assert_allclose(
        answers(clone(model).fit(TABLE, y, w * 7)), answers(model), rtol=1e-4
    )
    by_name = clone(model).fit(TABLE | {"y": y, "w": w}, "y", sample_weight="w")
    assert (answers(by_name) == answers(model)).all() and "w" not in by_name.feature_names_in_
    assert (answers(model) != answers(MODELS[name])).any()


def test_of_few_rows_a_weight_is_exactly_a_repetition():
    x, y, k = np.arange(12.0), np.array([0, 1, 1] * 4), np.array([1, 2, 3, 0] * 3)
    found = [
        TableClassifier(**SMALL).fit({"x": np.repeat(x, k)}, np.repeat(y, k)),
        TableClassifier(**SMALL).fit({"x": x[::-1]}, y[::-1], sample_weight=k[::-1]),
    ]
    assert (found[0].predict_proba({"x": x}) == found[1].predict_proba({"x": x})).all()


def test_weights_move_the_answer():
    X, y = {"x": [1] * 60}, [0, 1] * 30
    p = TableClassifier((8,), n_estimators=1, random_state=0, learning_rate_init=0.01).fit(
        X, y, sample_weight=[1, 9] * 30
    )
    np.testing.assert_allclose(p.predict_proba({"x": [1]})[0, 1], 0.9, atol=0.05)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, -1] * 60, "row 1: expected a weight ≥ 0, got -1"),
        ([1, np.nan] * 60, "row 1: expected a weight ≥ 0, got an empty cell"),
        ([0] * N, "not all zero"),
        ([1, 2], "one number for each of the 120 rows"),
        (["a"] * N, "expected numbers ≥ 0"),
        ("w", "expected the column w"),
    ],
)
def test_weights_that_cannot_be(weights, words):
    with pytest.raises(cr.DataError, match=words):
        TableRegressor().fit(TABLE, PRICE, sample_weight=weights)


@pytest.mark.parametrize(
    "target", [np.array([0] * 60 + [1] * 30 + [2] * 10 + [3]), np.arange(101.0)]
)
def test_each_network_holds_other_rows_and_a_part_of_each_class(target):
    order, alone = validation_order(target, 0)
    assert alone.tolist() == ([100] if target.dtype.kind == "i" else [])
    held = []
    for k in range(5):
        learned, mine = parts(order, alone, 0.2, k)
        assert sorted([*learned, *mine]) == list(range(101)) and set(alone) <= set(learned)
        held.append(mine)
        if target.dtype.kind == "i":
            np.testing.assert_allclose(np.bincount(target[mine]), [12, 6, 2], atol=1)
        else:
            assert abs(target[mine].mean() - 50) < 5
    assert len(np.unique(np.concatenate(held))) >= 100 - 5 and len(np.concatenate(held)) <= 105


def test_columns_that_say_nothing_leave_the_bias():
    model = TableClassifier(**SMALL).fit({"a": [1] * 30}, [0, 1, 1] * 10)
    np.testing.assert_allclose(model.predict_proba({"a": [1, 7]})[:, 1], 2 / 3, atol=0.15)


def test_ctrl_c_keeps_what_was_trained(monkeypatch):
    calls = []
    fit = cr.Network.fit

    def interrupted(net, *args, **options):
        history = fit(net, *args, **options)
        calls.append(net)
        history.stopped = "interrupted" if len(calls) == 2 else history.stopped
        return history

    monkeypatch.setattr(cr.Network, "fit", interrupted)
    model = clone(MODELS["regressor"]).set_params(n_estimators=4).fit(TABLE, PRICE)
    assert model.interrupted_ and len(calls) == 2 and len(model.histories_) == 1
    assert model.network_ is calls[0] and not MODELS["regressor"].interrupted_


def test_what_is_told(capsys):
    clone(MODELS["regressor"]).set_params(verbose=None, max_iter=2).fit(TABLE, PRICE)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "network 1/2",
        "network 2/2",
    ] and "2 epochs" in lines[0]
    clone(MODELS["regressor"]).set_params(verbose=1, max_iter=2).fit(TABLE, PRICE)
    assert capsys.readouterr().out.count("val_loss") == 4


def test_in_a_search():
    search = GridSearchCV(clone(MODELS["classifier"]), {"hidden_layer_sizes": [(4,), ()]}, cv=2)
    pandas = pytest.importorskip("pandas")
    assert search.fit(pandas.DataFrame(TABLE), KIND).best_score_ > 0.5


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"hidden_layer_sizes": (3, 0)}, "whole numbers ≥ 1"),
        ({"learning_rate_init": 0}, "a number > 0"),
        ({"alpha": -1}, "a number ≥ 0"),
        ({"dropout": 1}, "a number ≥ 0 and < 1"),
        ({"validation_fraction": 1}, "a number ≥ 0 and < 1"),
        ({"batch_size": 0}, "'auto' or a whole number ≥ 1"),
        ({"n_estimators": 0}, "a whole number ≥ 1"),
        ({"max_iter": -1}, "a whole number ≥ 0"),
        ({"n_iter_no_change": 0}, "a whole number ≥ 1"),
        ({"verbose": "yes"}, "a whole number ≥ 0, or None"),
    ],
)
def test_settings_that_cannot_be(setting, words):
    with pytest.raises(
        cr.ParameterError, match=rf"TableRegressor\({next(iter(setting))}=.*{words}"
    ):
        TableRegressor(**setting).fit(TABLE, PRICE)


# ---------------------------------------------------------------- targets


def column(values):
    return as_table({"y": values}).columns["y"]


def test_tasks_are_inferred():
    classes = (
        ["a", "b"] * 5,
        ["true", "false"] * 5,
        [0, 1] * 5,
        ["0", "1", "2"] * 5,
        ["01", "02"] * 5,
    )
    assert all(infer_task(column(v)) == "classification" for v in classes)
    numbers = [0.5, 1] * 5, list(range(30)), list(range(5)), [str(k) for k in range(21)] * 9
    assert all(infer_task(column(v)) == "regression" for v in numbers)


def test_labels():
    def labels(values):
        table = as_table({"y": values})
        return labels_of(table, "y", table.columns["y"])

    assert (
        labels(["2", "1"] * 3).dtype == np.int64
        and labels([1.5, 2.5] * 3).tolist() == ["1.5", "2.5"] * 3
    )
    assert labels([str(10**20), "1"] * 3).tolist() == [str(10**20), "1"] * 3
    with pytest.raises(cr.DataError, match="at least two classes, got one, a"):
        labels(["a", "a"])
    with pytest.raises(cr.DataError, match="classes that occur again, got 9 of them in 9 rows"):
        labels([f"w{k}" for k in range(9)])


def test_targets_that_cannot_be():
    table = as_table(TABLE | {"empty": [None] * N, "flat": [2] * N})
    for name, words in (("colour", "expected the column colour"), ("empty", "empty cells only")):
        with pytest.raises(cr.DataError, match=words):
            split_target(table, name)
    with pytest.raises(cr.DataError, match="columns beside a"):
        split_target(as_table({"a": [1, 2]}), "a")
    for name, words in (
        ("day", "got dates"),
        ("flat", "got 2 only"),
        ("town", "column town: expected a number, got 'Bonn'"),
    ):
        with pytest.raises(cr.DataError, match=words):
            numbers_of(table, name, table.columns[name][table.columns[name] != None])  # noqa: E711
    with pytest.raises(cr.DataError, match="at least two classes"):
        TableClassifier().fit(TABLE, ["a"] * N)
    with pytest.raises(ValueError, match="inconsistent"):
        TableRegressor().fit(TABLE, PRICE[:9])


# ---------------------------------------------------------------- files

FRESH = """
import sys, json
from chainrule.estimators import {cls}
model = {cls}.load(sys.argv[1])
table = json.load(open(sys.argv[2]))
found = model.predict_proba(table) if hasattr(model, "predict_proba") else model.predict(table)
print(found.tobytes().hex(), model.target_, "pickle" in json.dumps(model.get_params(), default=str))
"""


@each
def test_a_fresh_process_says_the_same(name, tmp_path):
    model = MODELS[name]
    model.save(tmp_path / "m")
    (tmp_path / "rows").write_text(json.dumps(TABLE))
    code = FRESH.format(cls=type(model).__name__)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "m"), str(tmp_path / "rows")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert done.stdout.split() == [answers(model).tobytes().hex(), model.target_, "False"]


@each
def test_a_file_gives_back_everything(name, tmp_path):
    model = MODELS[name]
    model.save(tmp_path / "m")
    again = type(model).load(tmp_path / "m")
    assert (
        answers(again) == answers(model)
    ).all() and again.encoder_.columns_ == model.encoder_.columns_
    assert again.get_params() == model.get_params() and again.target_ == model.target_
    assert again.feature_names_in_.tolist() == list(TABLE) and again.n_features_in_ == 4
    again.save(tmp_path / "n")
    assert (tmp_path / "n").read_bytes() == (tmp_path / "m").read_bytes()
    assert (
        cr.Network.load(tmp_path / "m").theta == model.network_.theta
    ).all()  # it is a network's file too
    other = TableRegressor if name == "classifier" else TableClassifier
    with pytest.raises(
        cr.FileError, match=f"expected a {other.__name__}, got a {type(model).__name__}"
    ):
        other.load(tmp_path / "m")


@pytest.mark.parametrize(
    "labels",
    [["a", "b"], np.array(["ä", "b"]), [3, 7], [1.0, 2.0], [True, False]],
    ids=["words", "U", "int", "float", "bool"],
)
def test_labels_survive(labels, tmp_path):
    y = np.array(labels)[np.arange(30) % 2]
    model = TableClassifier(**SMALL).fit({"x": np.arange(30) % 2}, y)
    model.save(tmp_path / "m")
    again = TableClassifier.load(tmp_path / "m")
    assert (
        again.classes_.tolist() == model.classes_.tolist()
        and again.classes_.dtype == model.classes_.dtype
    )


def test_what_a_file_cannot_hold_or_be(tmp_path):
    odd = np.array([(1, 2), None], object)[[0, 1] * 15]
    model = TableClassifier(**SMALL).fit({"x": [0, 1] * 15}, [0, 1] * 15)
    model.classes_ = odd[:2]
    with pytest.raises(cr.FileError, match="numbers or words as classes"):
        model.save(tmp_path / "m")
    cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,)).save(tmp_path / "net")
    with pytest.raises(
        cr.FileError, match=r"net: expected a table's model, got a network alone. Use Network.load"
    ):
        TableClassifier.load(tmp_path / "net")
    with pytest.raises(cr.FileError, match="cannot be read"):
        TableClassifier.load(tmp_path / "none")


def loads(model, path):
    """The model, or None after one FileError in one line."""
    try:
        return type(model).load(path)
    except cr.FileError as error:
        assert type(error) is cr.FileError and "\n" not in str(error) and str(path) in str(error)
        return None


@pytest.mark.parametrize("examples", [60, pytest.param(200, marks=pytest.mark.slow)])
def test_accidents_and_edits_of_a_file(examples, tmp_path):
    path, good, row = tmp_path / "m", {}, {name: [column[0]] for name, column in TABLE.items()}
    for name, model in MODELS.items():
        model.save(path)
        good[name] = path.read_bytes()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.sampled_from(sorted(MODELS)),
        mutations,
        st.floats(0, 1, exclude_max=True),
        values,
        st.booleans(),
    )
    def run(name, steps, where, value, drop):
        path.write_bytes(mutated(good[name], steps))
        found = loads(MODELS[name], path)
        assert found is None or (answers(found) == answers(MODELS[name])).all()
        path.write_bytes(good[name])
        about, tensors = read(path)
        spots = [p for p in places(json.dumps(about)) if p[0] == "table"]
        *keys, last = spots[int(where * len(spots))]
        node = about
        for key in keys:
            node = node[key]
        if drop:
            del node[last]
        else:
            node[last] = value
        write(path, tensors, about)
        found = loads(MODELS[name], path)
        if (
            found is not None
        ):  # another column's name, another median: it still works, or says what is missing
            with suppress(cr.DataError):
                found.predict(row)
            found.save(path)

    run()
