"""Drawings, read again, for the tests of SVG."""

from itertools import pairwise
from xml.etree import ElementTree

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


def parse(text):
    """Return the drawing as a tree; check that every coordinate is inside its paper."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    width, height = float(root.get("width")), float(root.get("height"))
    for element in root.iter():
        for name, limit in (
            ("x", width),
            ("x1", width),
            ("x2", width),
            ("cx", width),
            ("y", height),
            ("y1", height),
            ("y2", height),
            ("cy", height),
        ):
            assert -15 <= float(element.get(name, 0)) <= limit
    return root


def arrays(sizes, seed=0):
    random = np.random.RandomState(seed)
    return [random.randn(a, b) for a, b in pairwise(sizes)], [random.randn(b) for b in sizes[1:]]


def words(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def circles(root):
    return [c for c in root.iter(f"{SVG}circle") if c.get("r") == "13"]


def weights_drawn(root):
    """Return name and number of every weight, from the tooltips."""
    pairs = (title.text.split(" = ") for line in root.iter(f"{SVG}line") for title in line)
    return {name: float(value) for name, value in pairs}
