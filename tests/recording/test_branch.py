"""Branches change what fit takes; a wrong change is refused before anything is trained."""

import numpy as np
import pytest
from tests.recording.kept import same_bits
from tests.training.rows import data, rich

import chainrule as cr

X, Y = data(53)
OPTIONS = {"epochs": 4, "batch_size": 8, "verbose": 0, "optimizer": cr.Adam(0.01)}
N = len(X)


@pytest.fixture(scope="module")
def run():
    return rich().record(X, Y, **OPTIONS)


CHANGES = {
    "optimizer": ({"optimizer": cr.SGD(0.1)}, "optimizer=SGD(lr=0.1)"),
    "rate": ({"optimizer": cr.Adam(cr.Cosine(0.1))}, "optimizer=Adam(lr=Cosine(0.1))"),
    "epochs": ({"epochs": 3}, "epochs=3"),
    "batch_size": ({"batch_size": 5, "drop_last": True}, "batch_size=5, drop_last=True"),
    "sample_weight": ({"sample_weight": np.arange(N) + 1.0}, "sample_weight=<array (53,)>"),
    "class_weight": ({"class_weight": {0: 2.0}}, "class_weight={0: 2.0}"),
    "validation_data": (
        {"validation_data": (X[:9], Y[:9]), "metrics": cr.metrics.accuracy},
        "validation_data=(<array (9, 3)>, <array (9,)>), metrics=accuracy",
    ),
    "validation_fraction": ({"validation_fraction": 0.3}, "validation_fraction=0.3"),
    "callbacks": (
        {"callbacks": [cr.EarlyStopping(monitor="loss", patience=1)]},
        "callbacks=[EarlyStopping(monitor='loss', patience=1, min_delta=0.0, ...]",
    ),
    "order": ({"order": lambda epoch, n: np.arange(n)[::-1]}, "order=a function"),
    "augment": ({"augment": lambda x, key, row: 1.1 * x}, "augment=a function"),
    "seed": ({"seed": 9}, "seed=9"),
    "edit": ({"edit": {"b1": 0.5, "W3": 0.0}}, "edit of b1, W3"),
    "freeze": ({"freeze": "dense1"}, "freeze='dense1'"),
    "data": ({"X": X[:30], "y": Y[:30]}, "X=<array (30, 3)>, y=<array (30,)>"),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_change_makes_another_future_with_the_same_past(run, name):
    changes, words = CHANGES[name]
    before = run.at(17).theta
    branch = run.branch(at=17, **changes)
    assert branch.parent is run
    assert branch.branched_at == 17
    assert f"── at 17: {words}"[:40] in str(run.tree())
    assert same_bits(branch.at(9).theta, run.at(9).theta)
    if name != "edit":
        assert same_bits(branch.at(17).theta, before)
    assert branch.last > 17
    assert not same_bits(
        branch.at(branch.last).theta, run.at(min(run.last, branch.last)).theta
    ) or (name in ("epochs", "validation_data", "callbacks"))
    for step in (18, 19, branch.last):
        assert branch.at(step).step == step
    again = run.branch(at=17, **changes)
    assert same_bits(again.at("end").theta, branch.at("end").theta)


def test_what_is_frozen_stays_and_thaws(run):
    branch = run.branch(at=17, freeze="dense1")
    assert same_bits(branch.at("end").net.parameters["W1"], run.at(17).net.parameters["W1"])
    thawed = branch.branch(at=20, thaw="dense1")
    assert not same_bits(thawed.at("end").net.parameters["W1"], run.at(17).net.parameters["W1"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"foo": 1}, "there is no keyword 'foo'"),
        ({"epoch": 3}, r"Write branch\(at=run.at\(epoch=3\), ...\), or epochs=3 for its length"),
        ({"step": 3}, r"Write branch\(at=3, ...\)"),
        ({"unfreeze": "dense1"}, "Write thaw='dense1'"),
        ({"edit": "W1"}, "a dict of arrays, got 'W1'"),
        ({"resume": "run"}, "no checkpoint: it begins at its moment"),
        ({"batch_size": 0}, "batch_size must be a whole number"),
        ({"optimizer": 3}, "an optimizer such as Adam"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"edit": {"W1": np.nan}}, "finite numbers"),
        ({"edit": {"W1": np.zeros(3)}}, r"shape \(3, 8\), got \(3,\)"),
        ({"edit": {"X1": 0.0}}, "names among W1"),
        ({"freeze": "densx"}, "no parameters under this path"),
        ({"y": Y[:3]}, "y has 3 rows but X has 53"),
        ({"metrics": [3]}, "metrics: expected functions"),
    ],
)
def test_a_wrong_change_is_refused(run, changes, words):
    trees = str(run.tree())
    with pytest.raises(cr.ChainruleError, match=words):
        run.branch(at=3, **changes)
    assert str(run.tree()) == trees


def test_a_machine_has_no_options_of_networks():
    rows = (X > 0).astype(float)
    run = cr.RBM(5).record(rows, epochs=3, batch_size=8, verbose=0)
    for changes, words in (
        ({"drop_last": True}, "no keyword 'drop_last'"),
        ({"freeze": "W"}, "expected a network, got RBM"),
    ):
        with pytest.raises(cr.ParameterError, match=words):
            run.branch(at=3, **changes)
    for changes in (
        {"sampler": cr.energy.ParallelTempering()},
        {"batch_size": 5},
        {"edit": {"b": 0}},
    ):
        branch = run.branch(at=3, **changes)
        assert same_bits(branch.at(branch.last).theta, branch.at("end").theta)


def test_a_tree_is_drawn_and_survives_files(run, tmp_path):
    first = run.branch(at=14, optimizer=cr.SGD(0.5))
    second = first.branch(at=20, seed=4)
    lines = str(second.tree()).splitlines()
    assert lines[0].startswith("run, 28 steps  ")
    assert "── at 14: optimizer=SGD(lr=0.5)  loss" in str(lines)
    assert "── at 20: seed=4 *" in lines[-1]
    assert "at 20: seed=4" in repr(second)
    assert "<pre" in second.tree()._repr_html_()
    path = tmp_path / "branch"
    second.save(path, keep_data=True)
    alone = cr.Recording.load(path)
    assert alone.branched_at == 20
    assert str(alone.tree()).startswith("at 20: seed=4, 28 steps  loss")
    with pytest.raises(cr.ParameterError, match="loaded without its parent, got 3"):
        alone.at(3)
    with pytest.raises(cr.ParameterError, match="expected the run"):
        cr.Recording.load(path, parent=run)
    whole = cr.Recording.load(path, parent=first)
    assert same_bits(whole.at(3).theta, run.at(3).theta)
    assert same_bits(whole.at(25).theta, second.at(25).theta)
    assert whole in first.branches


def test_ctrl_c_in_a_branch_keeps_its_steps(run):
    class Stop(cr.Callback):
        def on_epoch_end(self, run):
            run.stopped = "interrupted"

    branch = run.branch(at=3, callbacks=Stop())
    assert (branch.history.stopped, branch.last) == ("interrupted", 7)


def test_a_branch_that_fails_is_a_recording(run):
    branch = run.branch(at=3, optimizer=cr.SGD(1e38))
    assert branch.error is not None
    assert branch.history.stopped == "failed"
    assert same_bits(branch.at(branch.last).theta, branch.at("end").theta) or branch.last > 3


def test_a_branch_without_a_change_ends_where_early_stopping_ended():
    stop = cr.EarlyStopping(patience=1)
    options = {"epochs": 40, "validation_fraction": 0.3, "callbacks": [stop], "verbose": 0}
    run = rich().record(X, Y, optimizer=cr.Adam(0.3), **options)
    assert run.history.stopped == "early stopping"
    branch = run.branch(at=run.last)
    assert np.array_equal(branch.at("end").theta, run.at("end").theta)
    assert (branch.last, branch.history.stopped) == (run.last, "early stopping")
    assert run.branch(at=run.last, epochs=2, callbacks=[]).last > run.last
