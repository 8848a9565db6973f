"""What every picture promises: its size, more than one color, and nothing cut off."""

import numpy as np
import pytest
from tests.plots.pictures import PICTURES

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_size_and_more_than_one_color(name):
    figure = PICTURES[name]()
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())
    width, height = figure.get_size_inches() * figure.dpi
    assert (
        pixels.shape[:2] == pytest.approx((height, width), abs=1) and width >= 100 and height >= 100
    )
    colors = np.unique(pixels.reshape(-1, 4), axis=0)
    assert len(colors) > 10
    assert pixels[0, 0].tolist() == [255, 255, 255, 255], "the paper is white"


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off_and_no_tick_labels_overlap(name):
    figure = PICTURES[name]()
    figure.canvas.draw()
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert (
        box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= width + 0.01 and box.y1 <= height + 0.01
    )
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            boxes = [
                t.label1.get_window_extent() for t in axis.get_major_ticks() if t.label1.get_text()
            ]
            low, high = axis.get_view_interval()
            seen = [
                b
                for b, at in zip(boxes, axis.get_majorticklocs(), strict=False)
                if min(low, high) <= at <= max(low, high)
            ]
            if not (seen and axes.get_xticklabels() and axes.get_xticklabels()[0].get_rotation()):
                assert all(not a.overlaps(b) for i, a in enumerate(seen) for b in seen[i + 1 :])
