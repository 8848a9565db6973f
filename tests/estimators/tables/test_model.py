"""TableClassifier and TableRegressor: learning, weights, Ctrl-C, searches, settings."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from tests.estimators.tables.model_cases import KIND, MODELS, PRICE, SMALL, TABLE, N, answers, each
from tests.sklearn_checks import failures

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor


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


def test_weights_move_the_answer():
    X, y = {"x": [1] * 60}, [0, 1] * 30
    p = TableClassifier((8,), n_estimators=1, random_state=0, learning_rate_init=0.01).fit(
        X, y, sample_weight=[1, 9] * 30
    )
    np.testing.assert_allclose(p.predict_proba({"x": [1]})[0, 1], 0.9, atol=0.05)


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
