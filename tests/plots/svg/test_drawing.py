"""What drawing.py promises."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plots.svg.drawn import SVG, arrays, circles, parse, weights_drawn, words

from chainrule.errors import ParameterError, ShapeError
from chainrule.plots import svg


def test_a_small_network_is_drawn_whole():
    W, b = arrays([2, 3, 1])
    root = parse(
        svg.network(
            [2, 3, 1], W, b, names=["x", "hidden", "p"], inputs=["x1", "x2"], outputs=["p1"]
        )
    )
    assert len(circles(root)) == 6
    assert {"x", "hidden", "p", "x1", "x2", "p1", "2 units", "3 units", "1 unit"} <= set(
        words(root)
    )
    drawn = weights_drawn(root)
    assert len(drawn) == 2 * 3 + 3 * 1 + 3 + 1
    assert drawn["W1[1, 2]"] == pytest.approx(W[0][1, 2], rel=1e-5)
    assert drawn["b1[2]"] == pytest.approx(b[0][2], rel=1e-5)
    assert drawn["W2[0, 0]"] == pytest.approx(W[1][0, 0], rel=1e-5)


def test_lines_show_sign_and_size():
    root = parse(svg.network([2, 2], [np.array([[2.0, -1.0], [0.5, 0.0]])]))
    lines = {line[0].text.split(" = ")[0]: line for line in root.iter(f"{SVG}line") if len(line)}
    color = {name: line.get("stroke") for name, line in lines.items()}
    thick = {name: float(line.get("stroke-width")) for name, line in lines.items()}
    assert color["W1[0, 0]"] == color["W1[1, 0]"] != color["W1[0, 1]"]
    assert color["W1[1, 1]"] not in (color["W1[0, 0]"], color["W1[0, 1]"]), "0 has neither sign"
    assert thick["W1[0, 0]"] == 2 * thick["W1[0, 1]"] == 4 * thick["W1[1, 0]"] > thick["W1[1, 1]"]
    assert list(lines)[-1] == "W1[0, 0]", "the largest lies on top"


def test_lines_join_the_right_units():
    root = parse(svg.network([2, 3], arrays([2, 3])[0]))
    at = sorted((float(c.get("cx")), float(c.get("cy"))) for c in circles(root))
    for line in root.iter(f"{SVG}line"):
        for title in line:
            i, j = (int(k) for k in title.text.split(" = ")[0][3:-1].split(", "))
            ends = tuple(float(line.get(k)) for k in ("x1", "y1", "x2", "y2"))
            assert ends == (*at[i], *at[2 + j])


def test_a_wide_layer_is_shortened_and_says_so():
    root = parse(
        svg.network(
            [64, 100, 10], arrays([64, 100, 10])[0], outputs=[f"digit {k}" for k in range(10)]
        )
    )
    assert len(circles(root)) == 8 + 8 + 8
    assert {"64 units", "100 units", "10 units", "digit 0", "digit 3", "digit 6", "digit 9"} <= set(
        words(root)
    )
    assert "digit 4" not in words(root) and "digit 5" not in words(root)
    assert "W1[63, 99]" in weights_drawn(root) and "W1[32, 0]" not in weights_drawn(root)
    dots = [c for c in root.iter(f"{SVG}circle") if c.get("r") == "2"]
    assert len(dots) == 3 * 3
    rings = {(c.get("cx"), c.get("cy")) for c in circles(root)}
    assert not rings & {(d.get("cx"), d.get("cy")) for d in dots}


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=5),
    most=st.integers(2, 10),
    with_weights=st.booleans(),
    with_biases=st.booleans(),
    name=st.text(max_size=12),
)
def test_every_network_is_valid_and_nothing_overlaps(sizes, most, with_weights, with_biases, name):
    W, b = arrays(sizes)
    root = parse(
        svg.network(
            sizes,
            W if with_weights else None,
            b if with_biases else None,
            names=[name] * len(sizes),
            most=most,
        )
    )
    places = [(float(c.get("cx")), float(c.get("cy"))) for c in circles(root)]
    assert len(places) == sum(min(size, most) for size in sizes)
    places += [
        (float(r.get("x")) + 11, float(r.get("y")) + 11)
        for r in root.iter(f"{SVG}rect")
        if r.get("rx")
    ]
    for x in {x for x, _ in places}:
        column = sorted(y for at, y in places if at == x)
        assert all(below - above >= 27 for above, below in pairwise(column))


def test_names_are_escaped():
    hostile = '<script>"&\x00\ud800'
    assert '<script>"&\ufffd\ufffd' in words(parse(svg.network([1, 1], names=[hostile, "p"])))


def test_weights_that_are_all_zero():
    assert set(
        weights_drawn(parse(svg.network([2, 2], [np.zeros((2, 2))], [np.zeros(2)]))).values()
    ) == {0.0}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: svg.network([3]),
            ParameterError,
            r"network\(\[3\]\): sizes must be two or more whole numbers",
        ),
        (lambda: svg.network([3, 0]), ParameterError, "sizes must be"),
        (lambda: svg.network([3, 1], most=1), ParameterError, r"network\(most=1\)"),
        (
            lambda: svg.network([3, 1], [np.ones((1, 3))]),
            ShapeError,
            r"expected weights of shapes \[\(3, 1\)\], got \[\(1, 3\)\]",
        ),
        (
            lambda: svg.network([3, 1], [np.ones((3, 1))] * 2),
            ShapeError,
            "expected weights of shapes",
        ),
        (
            lambda: svg.network([3, 1], None, [np.ones(2)]),
            ShapeError,
            r"expected biases of shapes \[\(1,\)\]",
        ),
        (
            lambda: svg.network([1, 1], [np.full((1, 1), np.nan)]),
            ShapeError,
            "expected finite weights",
        ),
        (lambda: svg.network([2, 1], inputs=["a"]), ShapeError, "expected 2 inputs, got 1"),
        (lambda: svg.network([2, 1], names=["a"]), ShapeError, "expected 2 names, got 1"),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("wrong", [None, 3, "2, 3", {2, 3}, object()])
def test_what_is_neither_sizes_nor_a_network(wrong):
    with pytest.raises(ParameterError, match=r"expected sizes such as \[2, 3, 1\] or a Network"):
        svg.network(wrong)
