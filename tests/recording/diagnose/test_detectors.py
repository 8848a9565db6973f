"""Every detector sees what it is for, and nothing in healthy networks."""

import warnings

import pytest
from tests.recording.diagnose.setups import HEALTHY, ILL

from chainrule.recording import Recording
from chainrule.recording.diagnose.detectors import DETECTORS
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
