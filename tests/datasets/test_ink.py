"""Ink, told from paper, shade and lines."""

import numpy as np
import pytest

from chainrule.datasets.ink import (
    center_of_mass,
    ink_of,
    one_drawing,
    spots,
    stroke_width,
    thickened,
    without_lines,
)


def page(paper=230.0, ink=40.0):
    gray = np.full((120, 160), paper)
    gray[30:90, 70:78] = ink
    return np.stack([gray] * 3, axis=2)


def test_shade_is_paper():
    y, x = np.linspace(0, 1, 120)[:, None], np.linspace(0, 1, 160)
    for light in (1 - 0.5 * x, 1 - 0.5 * y * x, 1 - 0.4 * np.exp(-((x - 0.2) ** 2 + y**2) / 0.1)):
        seen = ink_of(page() * np.broadcast_to(light, (120, 160))[..., None])
        stroke, paper = seen[32:88, 72:76], np.delete(seen, np.s_[68:80], axis=1)
        assert stroke.min() > 0.7 and paper.max() < 0.25 * stroke.min()


@pytest.mark.parametrize(("paper", "ink"), [(30, 220), (235, 60), (120, 20)])
def test_light_on_dark_and_dark_on_light(paper, ink):
    seen = ink_of(page(paper, ink))
    assert seen[40:80, 74].min() > 0.5 and seen[:, :60].max() < 0.05


def test_red_ink_counts_as_much_as_gray():
    colors = page()
    colors[30:90, 70:78] = (200, 30, 40)
    assert ink_of(colors)[40:80, 74].min() > 0.5


def slow_pieces(mask):
    """The pieces of a mask, found by walking from pixel to pixel."""
    left, found = {tuple(at) for at in np.argwhere(mask)}, []
    while left:
        piece, edge = set(), [left.pop()]
        while edge:
            y, x = edge.pop()
            piece.add((y, x))
            near = {(y + a, x + b) for a in (-1, 0, 1) for b in (-1, 0, 1)} & left
            left -= near
            edge += near
        found.append(frozenset(piece))
    return set(found)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.45, 0.6, 0.9])
def test_pieces_are_those_of_a_walk(share):
    rng = np.random.default_rng(int(100 * share))
    for _ in range(5):
        ink = rng.random((17, 23))
        mask = ink < share
        found = spots(ink, mask)
        pieces = [frozenset(zip(s.rows.tolist(), s.columns.tolist(), strict=True)) for s in found]
        assert set(pieces) == slow_pieces(mask) and len(pieces) == len(set(pieces))
        assert [s.ink for s in found] == sorted((s.ink for s in found), reverse=True)
        for s in found:
            assert (s.height, s.width) == (np.ptp(s.rows) + 1, np.ptp(s.columns) + 1)
            assert s.ink == pytest.approx(ink[s.rows, s.columns].sum())


def pieces_of(*boxes, size=(100, 100)):
    mask = np.zeros(size)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = 1
    return spots(mask, mask > 0), size


def test_lines_of_the_paper_are_left_out():
    found, size = pieces_of((20, 60, 30, 40), (70, 72, 0, 100), (80, 82, 0, 100))
    assert [s.height for s in without_lines(found, size)] == [40]
    found, size = pieces_of((0, 100, 40, 60))  # a drawing that fills its picture
    assert len(without_lines(found, size)) == 1
    found, size = pieces_of((10, 12, 0, 100), (50, 52, 0, 100))
    assert without_lines(found, size) == []


def test_pieces_near_the_drawing_belong_to_it_and_others_are_counted():
    five = (20, 60, 30, 55), (15, 18, 33, 60)  # a body and the bar of a 5, not joined
    kept, beside = one_drawing(pieces_of(*five)[0])
    assert (len(kept), beside) == (2, 0)
    kept, beside = one_drawing(pieces_of(*five, (20, 60, 70, 80))[0])
    assert (len(kept), beside) == (2, 1)
    kept, beside = one_drawing(pieces_of(*five, (90, 92, 90, 92))[0])  # dust
    assert (len(kept), beside) == (2, 0)


@pytest.mark.parametrize("width", [4, 9, 15])
def test_strokes_are_measured_and_made_thicker(width):
    bar = np.zeros((160, 60))
    bar[:, 20 : 20 + width] = 1
    assert stroke_width(bar > 0.5) == pytest.approx(width * 4 / np.pi, rel=0.12)
    thick = thickened(bar, 3)
    assert (thick[80] > 0).sum() == width + 6 and thick.max() == 1


def test_the_center_of_mass():
    ink = np.zeros((10, 20))
    ink[2, 5] = ink[4, 5] = 1
    assert center_of_mass(ink) == (3.5, 5.5)
