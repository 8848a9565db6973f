"""What places.py promises: arrows point down, and nothing lies on anything else."""

import itertools

import numpy as np
import pytest

from chainrule.plots.svg.places import in_columns, places


def drawn(seed):
    """Return random boxes and arrows without circles."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 25))
    arrows = {(int(rng.integers(0, b)), b) for b in range(1, n)}
    arrows |= {tuple(sorted(map(int, rng.choice(n, 2, replace=False)))) for _ in range(n // 2)}
    return rng.uniform(50, 200, n), arrows


@pytest.mark.parametrize("seed", range(20))
def test_arrows_point_down_and_boxes_of_a_row_are_apart(seed):
    widths, arrows = drawn(seed)
    at = places(widths, arrows, gap=20)
    assert all(at.row[a] < at.row[b] for a, b in arrows)
    for row in range(at.rows):
        edges = sorted((at.x[k], widths[k]) for k in range(len(widths)) if at.row[k] == row)
        edges += [(x, 10) for bends in at.bends.values() for r, x in bends if r == row]
        edges.sort()
        for (x0, w0), (x1, w1) in itertools.pairwise(edges):
            assert x1 - x0 >= (w0 + w1) / 2 + 20 - 1e-6


def test_a_chain_is_a_straight_line_also_beside_a_long_arrow():
    at = places([100, 60, 80, 100], {(0, 1), (1, 2), (2, 3), (0, 3)}, gap=20)
    assert np.ptp(at.x) < 1e-9 and at.row == [0, 1, 2, 3]
    assert [r for r, _ in at.bends[0, 3]] == [1, 2]


def test_two_branches_lie_on_both_sides():
    at = places([50, 50, 50, 50], {(0, 1), (0, 2), (1, 3), (2, 3)}, gap=20)
    assert at.x[1] + at.x[2] == pytest.approx(2 * at.x[0]) and at.x[3] == pytest.approx(at.x[0])


def test_columns_are_even():
    at = in_columns([50] * 9, 4, 20)
    assert at.row == [0, 1, 2] * 3 and len(set(at.x)) == 3 and at.x[3] - at.x[0] == 70
