"""A diagnosis: the most harmful finding first, advice that was tried, and nothing is changed."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from tests.recording.diagnose.setups import HEALTHY, ILL, X, Y, classes, fit, numbers

import chainrule as cr
from chainrule.recording.diagnose.attempts import tried
from chainrule.recording.diagnose.diagnosis import Diagnosis
from chainrule.recording.diagnose.finding import Trial
from chainrule.recording.diagnose.suspicion import Cure, Suspicion
from chainrule.recording.diagnose.trial import Trials


def diagnosed(setup):
    net, X, y, options = setup()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return net.diagnose(X, y, **options)


@pytest.mark.slow
@pytest.mark.parametrize("name", ILL)
def test_an_ill_network_is_found(name):
    found = diagnosed(ILL[name])
    assert name.split()[0] in [finding.kind for finding in found][:2]
    for finding in found:
        if finding.confirmed:
            before, after = finding.trial.validation
            assert not before <= after
            assert before == np.inf or 0 < finding.harm <= 1
        else:
            assert finding.followed(5) is None
            assert finding.trial is None or "did not clearly help" in finding.advice


def test_without_validation_rows_nothing_is_said_of_them():
    found = Diagnosis([], "1 update on 4 rows: loss 0.3 → 0.25", (0.25, 0.25))
    assert str(found).endswith("Nothing is wrong that could be seen: loss 0.25.")
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    said = str(net.diagnose([[1.0, 2.0]], [1.0], epochs=2, verbose=0))
    assert said.startswith("2 updates on 1 row: loss ") and "validation" not in said


@pytest.mark.slow
@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_has_no_findings(name):
    found = diagnosed(HEALTHY[name])
    assert found.is_healthy
    assert "Nothing is wrong" in str(found)


@pytest.fixture(scope="module")
def unscaled():
    net = classes(inputs=(4,))
    before = net.theta.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = net.diagnose(X * [1, 1, 1, 4e4], Y, **fit())
    return net, before, found


def test_the_network_does_not_change(unscaled):
    net, before, _ = unscaled
    assert np.array_equal(net.theta, before)
    assert not net.is_trained


def test_a_branch_is_tried_for_its_own_steps():
    run = classes(inputs=(4,)).record(X, Y, **fit(1e-6, validation_fraction=0.2, verbose=0))
    branch = run.branch(at=run.at(epoch=8).step, optimizer=cr.Adam(2e-6))
    found = branch.diagnose()[0]
    assert found.trial.same_steps and found.trial.steps == branch.last - branch.first


def test_consequences_are_folded_into_their_cause(unscaled):
    _, _, found = unscaled
    assert [finding.kind for finding in found] == ["inputs_not_scaled"]
    assert len(found[0].also) == len(set(found[0].also))


def test_a_finding_reads_well(unscaled):
    _, _, found = unscaled
    text = str(found)
    assert "column 3 of X is about 4" in text
    assert "Put Standardize() first in the network." in text
    assert "Tried for the same 120 steps: loss" in text.replace("\n   ", " ")
    assert max(map(len, text.splitlines())) <= 80
    assert repr(found) == "<Diagnosis: inputs_not_scaled>"
    assert "Standardize()" in found._repr_html_()
    assert repr(found[0]) == "<Finding: inputs_not_scaled, column 3 of X; confirmed>"


def test_advice_can_be_followed_with_another_seed(unscaled):
    _, _, found = unscaled
    before, after = found[0].followed(7)
    assert after < before
    assert found[0].followed(7) == (before, after)


def test_a_run_that_fails_is_diagnosed():
    found = diagnosed(ILL["learning_rate_too_high failed"])
    assert found[0].kind == "learning_rate_too_high"
    assert "NaN" in found.summary
    assert np.isinf(found[0].trial.loss[0])


def test_a_recording_is_diagnosed_as_it_is():
    run = classes().record(X, Y, verbose=0, validation_fraction=0.2, **fit(1e-6))
    end = run.at("end").theta
    found = run.diagnose()
    assert found[0].kind == "learning_rate_too_low"
    assert found[0].trial.loss[0] == pytest.approx(found.loss[0])
    assert np.array_equal(run.at("end").theta, end)


def test_callbacks_of_the_user_see_their_own_run_alone():
    seen = []
    run = classes().record(X, Y, verbose=0, callbacks=[lambda run: seen.append(run.epoch)], **fit())
    run.diagnose()
    assert seen == list(range(20))


def test_a_trained_network_is_diagnosed_from_its_start():
    net = classes()
    net.fit(X, Y, verbose=0, **fit(epochs=2))
    theta = net.theta.copy()
    assert net.diagnose(X, Y, **fit(epochs=10)).is_healthy
    assert np.array_equal(net.theta, theta)


def test_ctrl_c_gives_what_is_known(monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(Trials, "of", stop)
    found = diagnosed(ILL["inputs_not_scaled large"])
    assert found.findings == []
    assert "Ctrl-C" in str(found)


def test_a_source_a_stream_and_a_dict_of_inputs():
    class Source:
        def __len__(self):
            return len(X)

        def rows(self, places):
            return X[places], X[places, :1]

    class Stream:
        def stream(self, epoch, start):
            for k in range(start, 8):
                yield X[30 * k : 30 * k + 30], X[30 * k : 30 * k + 30, :1]

    for rows in (Source(), Stream()):
        assert numbers().diagnose(rows, **fit(epochs=10)).is_healthy
    join = cr.Join({"u": cr.Dense(8), "v": cr.Dense(8)})
    net = classes(join, cr.ReLU(), cr.Dense(3))
    assert net.diagnose({"u": X[:, :2], "v": X[:, 2:]}, Y, **fit(epochs=10)) is not None


def test_several_outputs():
    heads = cr.Heads({"a": cr.Dense(3), "b": cr.Dense(1)})
    loss = {"a": cr.SoftmaxCrossEntropy(), "b": cr.SquaredError()}
    net = cr.Network(cr.Dense(8), cr.Tanh(), heads, loss=loss)
    targets = {"a": Y, "b": X[:, 0]}
    found = net.diagnose(X, targets, class_weight={"a": "balanced"}, **fit(epochs=10))
    assert found.is_healthy


def test_another_run_is_refused():
    run = cr.RBM(3).record(np.eye(6), epochs=1, verbose=0)
    with pytest.raises(cr.errors.ParameterError, match="the recording of a network's fit"):
        run.diagnose()


def test_a_change_that_did_not_help_is_named():
    change = Cure("Leave out the penalties.", lambda case: case)
    trials = SimpleNamespace(of=lambda cure: (Trial(9, (0.5, 0.5), (0.6, 0.6)), None))
    named = 'The change "Leave out the penalties" was tried, and did not clearly help.'
    for advice, expected in (
        ("Look for it.", f"Look for it. {named}"),
        ("", named),
        (change.advice, "Leave out the penalties. This was tried, and did not clearly help."),
    ):
        seen = Suspicion("guessing", "", "It guesses.", (change,), advice, certain=True)
        ((finding, _),) = tried(trials, seen)
        assert finding.advice == expected and finding.trial.steps == 9


def test_a_run_that_failed_is_never_healthy():
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=0)
    found = diagnosed(lambda: (net, X[:60], 1e30 * X[:60, :1], {"epochs": 2}))
    assert (list(found), found.is_healthy, repr(found)) == ([], False, "<Diagnosis: failed>")
    assert "The run failed" in str(found)
    assert "the loss became infinite" in " ".join(str(found).split())
