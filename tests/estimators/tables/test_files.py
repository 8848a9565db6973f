"""Files of a table's models: everything comes back, hostile files are refused."""

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
from tests.estimators.tables.model_cases import (
    MODELS,
    SMALL,
    TABLE,
    answers,
    each,
)
from tests.files.test_fuzz_files import mutated, mutations, places, values

import chainrule as cr
from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.files.container import read, write

FRESH = """
import sys, json
from chainrule.estimators import {cls}
model = {cls}.load(sys.argv[1])
table = json.load(open(sys.argv[2]))
found = model.predict_proba(table) if hasattr(model, "predict_proba") else model.predict(table)
print(found.tobytes().hex(), model.target_, "pickle" in json.dumps(model.get_params(), default=str))
"""


def loads(model, path):
    """The model, or None after one FileError in one line."""
    try:
        return type(model).load(path)
    except cr.FileError as error:
        assert type(error) is cr.FileError and "\n" not in str(error) and str(path) in str(error)
        return None


@pytest.mark.slow
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
