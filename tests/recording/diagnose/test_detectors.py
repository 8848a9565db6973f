"""Every detector sees what it is for, and nothing in healthy networks."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from tests.recording.diagnose.setups import HEALTHY, ILL

import chainrule as cr
from chainrule.recording import Recording
from chainrule.recording.diagnose.case import Rows, case_of
from chainrule.recording.diagnose.detectors import DETECTORS, labels
from chainrule.recording.diagnose.detectors.labels import suspicious
from chainrule.recording.diagnose.doctor import evidence_of


def evidence(setup):
    net, X, y, options = setup()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the ill ones are warned of
        run = net.record(X, y, verbose=0, **options)
    return evidence_of(run, Recording)[0]


def seen(setup, kind=""):
    """Yield the suspicions of the detectors; one that trains many networks is asked by name."""
    found = evidence(setup)
    for detector in DETECTORS:
        if detector.see is not suspicious or kind == "suspicious_labels":
            yield from detector.see(found)


def one_of_each_kind():
    """Return the names of all ill networks; the second ones of a kind are slow tests."""
    kinds = [name.split()[0] for name in ILL]
    second = [kind in kinds[:k] for k, kind in enumerate(kinds)]
    marks = [[pytest.mark.slow] if slow else [] for slow in second]
    return [pytest.param(name, marks=mark) for name, mark in zip(ILL, marks, strict=True)]


@pytest.mark.parametrize("name", one_of_each_kind())
def test_an_ill_network_is_suspected(name):
    kind = name.split()[0]
    mine = next(suspicion for suspicion in seen(ILL[name], kind) if suspicion.kind == kind)
    assert mine.text.endswith(".")
    assert mine.cures or mine.certain


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_is_not(name):
    assert [suspicion.kind for suspicion in seen(HEALTHY[name]) if suspicion.certain] == []


def test_every_kind_has_an_ill_network():
    assert len({name.split()[0] for name in ILL}) == 22


def test_rows_in_doubt_have_the_numbers_of_the_users_data():
    y = np.arange(60.0)
    run = cr.Network(cr.Dense(1), loss=cr.SquaredError(), seed=0).record(y[:, None], y, verbose=0)
    case = case_of(run.recorded)
    assert len(case.train) == 48 and (case.train.y.ravel() == case.places).all()
    assert (case.held.y.ravel() == case.held_places).all()


def test_rows_in_doubt_are_named_by_their_numbers(monkeypatch):
    doubts = labels.Doubts(np.array([False, True, True]), np.zeros(1, bool), "some say so")
    monkeypatch.setattr(labels, "_doubts", lambda case: doubts)
    monkeypatch.setattr(labels, "FEWEST", 3)
    train, options = Rows({"x": np.zeros((3, 1))}, np.zeros(3)), SimpleNamespace(epochs=1)
    case = SimpleNamespace(train=train, options=options, places=np.array([4, 17, 30]))
    case.changed = case.with_options = lambda **_: case
    seen = {"is_joint": False, "failed": False, "learned": 1.0, "has_held": True, "labels": None}
    (suspicion,) = suspicious(SimpleNamespace(case=case, **seen))
    assert suspicion.place == "rows 17, 30"


def test_rows_that_an_order_leaves_out_are_counted_too():
    y = np.arange(60.0)
    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), seed=0)
    run = net.record(y[:, None], y, order=lambda epoch, n: np.arange(10, n), verbose=0)
    case = case_of(run.recorded)
    assert len(case.train) == 40 and (case.train.y.ravel() == case.places).all()
    assert (case.held.y.ravel() == case.held_places).all()


def test_a_loss_that_stays_at_guessing_is_said_without_validation_rows():
    X, y = cr.datasets.xor()
    layers = cr.Dense(3), cr.Sigmoid(), cr.Dense(1), cr.Sigmoid()
    net = cr.Network(*layers, loss=cr.SquaredError())
    found = {
        epochs: net.diagnose(X, y, optimizer=cr.SGD(0.5), epochs=epochs, batch_size=None)
        for epochs in (200, 2000)
    }
    assert [finding.kind for finding in found[200].findings] == ["guessing"]
    assert "Train for more epochs" in found[200].findings[0].advice
    assert found[2000].is_healthy
