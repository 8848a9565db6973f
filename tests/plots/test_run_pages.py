"""What run_pages.py promises: pages of recorded runs are well formed, and have what they show."""

from xml.etree import ElementTree

import numpy as np
import pytest
from tests.plots.pictures import X, recorded, y

import chainrule as cr


def other():
    return recorded().branch(at=3, optimizer=cr.SGD(0.5))


PAGES = {
    "timeline": (lambda: recorded().timeline(5), 4),
    "weights over time": (lambda: recorded().weights_over_time(5), 0),
    "loss surface": (lambda: recorded().loss_surface(3), 0),
    "comparison": (lambda: cr.compare(recorded(), other(), moments=3), 1),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed_and_has_its_curves(name):
    make, curves = PAGES[name]
    page = make()._repr_html_()
    ElementTree.fromstring(page.replace("&#160;", " "))
    assert page.count("<svg") == curves
    assert "<table" in page and len(page) < 60_000


def test_curves_without_a_finite_number_are_left_out():
    network = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    with pytest.warns(UserWarning, match="The recording has every step before"):
        run = network.record(X, y, optimizer=cr.SGD(1e39), verbose=0)
    page = run.timeline()._repr_html_()
    assert page.count("<svg") == 2 and not np.isnan(run.timeline().losses).any()
