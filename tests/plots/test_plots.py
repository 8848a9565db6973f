"""Pictures: their size, more than one colour, what they show, and no trace left behind."""

import gc
import sys
import weakref
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest

from chainrule import energy, plots
from chainrule.errors import DataError, DependencyError, FileError, ParameterError, ShapeError
from chainrule.inspect import Worst

matplotlib = pytest.importorskip("matplotlib")

rng = np.random.RandomState(0)
X = rng.randn(40, 2)
y = (X[:, 0] * X[:, 1] > 0).astype(int)


def two(points):
    """Two classes from one output (n, 1)."""
    return 1 / (1 + np.exp(-4 * points[:, :1] * points[:, 1:]))


def three(points):
    """Three classes (n, 3)."""
    weights = np.exp(3 * points @ np.array([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]))
    return weights / weights.sum(axis=1, keepdims=True)


def bowl(points):
    return (points**2).sum(axis=1)


def memories(units=12, seed=0):
    stored = np.where(np.random.RandomState(seed).rand(3, units) < 0.5, 1, -1)
    return energy.Hopfield().store(stored)


def start_of_recall(network):
    return network.recall(np.roll(network.patterns[0], 2))


WORST = Worst(*map(np.array, ([7, 0, 3], [3.0, 2.0, 0.1], [0, 1, 2], [1, 2, 2], [0.9, 0.8, 0.9])))
PICTURES = {
    "loss": lambda: plots.loss_curves({"training": [3.0, 2.0, 1.0], "validation": [3.0, 2.5, 2.4]}),
    "one loss": lambda: plots.loss_curves(np.array([1.0, 0.5, 0.25])),
    "lines": lambda: plots.lines(
        {f"run {k}": [1.0, 2.0 + k] for k in range(16)}, title="many", x="step", y="value"
    ),
    "pairs": lambda: plots.lines({"a": ([0.001, 0.1, 10.0], [3, 1, 9])}, log_x=True),
    "two classes": lambda: plots.decision_regions(two, X, y),
    "signs": lambda: plots.decision_regions(lambda p: 2 * two(p) - 1, X, 2 * y - 1),
    "one-hot": lambda: plots.decision_regions(
        lambda p: np.hstack([1 - two(p), two(p)]), X, np.eye(2)[y]
    ),
    "three classes": lambda: plots.decision_regions(
        three, X, three(X).argmax(axis=1), labels=["a", "b", "c"]
    ),
    "activation curves": lambda: plots.activation_curves(
        {"tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2)}
    ),
    "activations": lambda: plots.activations(
        {"z1": rng.randn(30, 4), "a1": np.zeros((30, 4)), "bad": [np.nan, 1, 2]}
    ),
    "weights": lambda: plots.weight_histograms({f"W{k}": rng.randn(5, 5) for k in range(6)}),
    "confusion": lambda: plots.confusion([[9, 1], [0, 10]]),
    "named confusion": lambda: plots.confusion(np.eye(3, dtype=int), ["ant", "bee", "centipede"]),
    "images": lambda: plots.images(rng.rand(5, 8, 8), [f"{k}" for k in range(5)]),
    "flat images": lambda: plots.images(rng.rand(3, 64)),
    "colour images": lambda: plots.images(rng.rand(2, 4, 4, 3)),
    "kernels": lambda: plots.kernels(rng.randn(5, 5, 1, 6), title="conv2d1"),
    "kernels of several channels": lambda: plots.kernels(rng.randn(3, 3, 20, 40), title="conv2d2"),
    "one kernel": lambda: plots.kernels(rng.rand(3, 3, 1, 1)),
    "feature maps": lambda: plots.feature_maps(
        {"conv2d1": rng.randn(9, 9, 6), "relu1": rng.rand(4, 4, 33)}
    ),
    "heat": lambda: plots.heat(
        rng.rand(5, 6, 6, 1), rng.randn(5, 6, 6), [f"class {k}" for k in range(5)]
    ),
    "heat of a colour image": lambda: plots.heat(rng.rand(6, 6, 3), rng.randn(6, 6, 3)),
    "worst": lambda: plots.worst(rng.rand(9, 8, 8, 1), WORST),
    "named worst": lambda: plots.worst(
        rng.rand(9, 64), WORST, names=["ant", "bee", "centipede"], across=2
    ),
    "valleys": lambda: plots.valleys(energy.landscape(memories())),
    "sampled valleys": lambda: plots.valleys(energy.landscape(memories(30), starts=200)),
    "one valley": lambda: plots.valleys(energy.landscape([[0.0]], thresholds=1.0)),
    "energy map": lambda: plots.energy_map(
        energy.plane(memories(40), start_of_recall(memories(40)), side=21)
    ),
    "map without a path": lambda: plots.energy_map(energy.plane(memories(40), side=9)),
    "recall": lambda: plots.recall_path(start_of_recall(memories(40))),
    "recall without energy": lambda: plots.recall_path(
        energy.Hopfield(rule="perceptron").store(memories().patterns).recall(memories().patterns[0])
    ),
    "capacity": lambda: plots.capacity_curves(
        energy.capacity("hebb", 30, [0.1, 0.2, 0.4], networks=1)
    ),
    "paths": lambda: plots.paths(bowl, {"SGD": [[1, 1], [0.5, 0.5], [0, 0]]}, (-2, 2, -2, 2)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_size_and_more_than_one_colour(name):
    figure = PICTURES[name]()
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())
    width, height = figure.get_size_inches() * figure.dpi
    assert (
        pixels.shape[:2] == pytest.approx((height, width), abs=1) and width >= 100 and height >= 100
    )
    colours = np.unique(pixels.reshape(-1, 4), axis=0)
    assert len(colours) > 10
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


def test_the_loss_axis_is_logarithmic_where_it_can_be():
    assert plots.loss_curves([1.0, 0.1]).axes[0].get_yscale() == "log"
    assert plots.loss_curves([1.0, 0.1], log=False).axes[0].get_yscale() == "linear"
    assert plots.loss_curves([1.0, 0.0]).axes[0].get_yscale() == "linear"
    assert plots.loss_curves([1.0, np.nan, 0.1]).axes[0].get_yscale() == "log"


def test_lines_hold_the_numbers_they_were_given():
    axes = plots.lines({"a": [5, 4, 3], "b": ([10, 20], [1, 2])}).axes[0]
    first, second = axes.get_lines()
    assert first.get_xydata().tolist() == [[1, 5], [2, 4], [3, 3]]
    assert second.get_xydata().tolist() == [[10, 1], [20, 2]]
    assert [words.get_text() for words in axes.get_legend().get_texts()] == ["a", "b"]
    assert plots.loss_curves([2.0, 1.0]).axes[0].get_legend() is None


def test_every_line_of_many_looks_different():
    lines = plots.lines({str(k): [0, k] for k in range(21)}).axes[0].get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 21


def test_regions_mix_the_colours_of_the_classes():
    figure = plots.decision_regions(three, X, three(X).argmax(axis=1))
    (image,) = figure.axes[0].get_images()
    left, right, bottom, top = image.get_extent()
    map_ = np.asarray(image.get_array())
    assert (
        left < X[:, 0].min()
        and right > X[:, 0].max()
        and bottom < X[:, 1].min()
        and top > X[:, 1].max()
    )
    assert map_.min() >= 0 and map_.max() <= 1
    corners = {tuple(np.round(map_[i, j], 3)) for i, j in ((0, 0), (0, -1), (-1, 0))}
    assert len(corners) == 3, "each corner belongs to another class"


def test_the_boundary_is_where_one_output_is_a_half_or_zero():
    for figure in (PICTURES["two classes"](), PICTURES["signs"]()):
        (image,) = figure.axes[0].get_images()
        map_ = np.asarray(image.get_array())
        assert np.array_equal(map_[0, 0] > map_[0, -1], map_[-1, -1] > map_[-1, 0]), (
            "x₁ x₂ > 0 in two corners"
        )


def test_a_confusion_matrix_shows_its_counts():
    axes = plots.confusion([[9, 1], [0, 10]], ["cat", "dog"]).axes[0]
    assert [words.get_text() for words in axes.texts] == ["9", "1", "0", "10"]
    assert [words.get_text() for words in axes.get_xticklabels()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_flat_images_become_squares():
    image = np.arange(9.0)
    (shown,) = plots.images(image[None]).axes[0].get_images()
    assert np.array_equal(shown.get_array(), image.reshape(3, 3))


def test_a_picture_of_kernels_has_each_in_its_place():
    W = np.arange(2 * 3 * 2 * 4.0).reshape(2, 3, 2, 4) - 20
    (shown,) = plots.kernels(W).axes[0].get_images()
    sheet = np.ma.filled(shown.get_array(), np.nan)
    assert sheet.shape == (2 * 2 + 1, 4 * 3 + 3) and (shown.get_clim()) == (-27, 27)
    for channel in range(2):
        for kernel in range(4):
            part = sheet[3 * channel : 3 * channel + 2, 4 * kernel : 4 * kernel + 3]
            assert np.array_equal(part, W[:, :, channel, kernel])


def test_feature_maps_without_negative_numbers_are_ink():
    one, other = plots.feature_maps(
        {"z": np.eye(3)[..., None] - 0.5, "a": np.eye(3)[..., None]}
    ).axes
    assert one.get_title(loc="left") == "z  (3, 3, 1)" and one.get_images()[0].get_clim() == (
        -0.5,
        0.5,
    )
    assert (
        other.get_images()[0].get_clim() == (0, 1)
        and other.get_images()[0].get_cmap().name == "gray_r"
    )


def test_heat_is_clear_where_nothing_is():
    maps = np.zeros((1, 3, 3, 2))
    maps[0, 1, 2] = 1.0, -4.0
    maps[0, 0, 0] = 2.0, 1.0
    paper, heat = plots.heat(np.eye(3)[None], maps).axes[0].get_images()
    assert np.array_equal(heat.get_array(), [[2, 0, 0], [0, 0, -4], [0, 0, 0]]), (
        "the number farthest from 0"
    )
    assert np.asarray(heat.get_alpha()).astype(bool).tolist() == (maps[0, :, :, 0] != 0).tolist()
    assert (
        np.asarray(paper.get_array())[0, 0].tolist() == [0.5] * 3
        and paper.get_array()[0, 1].tolist() == [1.0] * 3
    )


def test_the_worst_images_say_what_they_were_taken_for():
    images = np.arange(9 * 4.0).reshape(9, 2, 2)
    axes = plots.worst(images, WORST, names="abc").axes
    assert [panel.get_title() for panel in axes] == [
        "a, seen as\nb (0.90)",
        "b, seen as\nc (0.80)",
        "c, seen as\nc (0.90)",
    ]
    assert np.array_equal(axes[0].get_images()[0].get_array(), images[7])


def test_histograms_count_every_number_and_tell_of_the_others():
    axes = plots.activations({"a": [np.nan, np.inf, 1.0, 2.0, 3.0], "none": [np.nan]}).axes
    assert sum(bar.get_height() for bar in axes[0].patches) == 3
    assert axes[0].get_title() == "a\nmean 2, sd 0.82, 2 not finite"
    assert axes[1].get_title() == "none\n1 not finite"


def test_panels_take_pictures_side_by_side():
    figure, (left, right) = plots.panels(1, 2)
    assert plots.loss_curves([2.0, 1.0], axes=left) is figure
    assert plots.paths(bowl, {}, (-1, 1, -1, 1), axes=right) is figure
    assert len(figure.axes) == 2 and left.lines and right.collections


# ---------------------------------------------------------------- files


def test_a_png_is_written_in_its_size(tmp_path):
    figure = PICTURES["loss"]()
    plots.save(figure, tmp_path / "loss.png")
    content = (tmp_path / "loss.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(content[k : k + 4], "big") for k in (16, 20))
    assert (width, height) == (900, 600)
    pixels = matplotlib.image.imread(BytesIO(content))
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 10


def test_an_svg_is_valid_xml(tmp_path):
    plots.save(PICTURES["paths"](), str(tmp_path / "paths.svg"))
    assert (
        ElementTree.parse(tmp_path / "paths.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    )


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_picture_has_the_same_bytes(tmp_path, ending):
    for name in ("a", "b"):
        plots.save(PICTURES["two classes"](), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_files_that_cannot_be(tmp_path):
    figure = PICTURES["loss"]()
    with pytest.raises(ParameterError, match=r"loss.gif'\): the file must end in .png or .svg"):
        plots.save(figure, "loss.gif")
    with pytest.raises(FileError, match="cannot be written"):
        plots.save(figure, tmp_path / "nowhere" / "loss.png")


# ---------------------------------------------------------------- no trace, no matplotlib, bad input


def test_a_picture_leaves_nothing_behind():
    before = dict(matplotlib.rcParams)
    figure = PICTURES["loss"]()
    gone = weakref.ref(figure)
    assert dict(matplotlib.rcParams) == before
    del figure
    gc.collect()
    assert gone() is None


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch):
    for name in list(sys.modules):
        if name.split(".")[0] == "matplotlib":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        DependencyError, match=r"plots need matplotlib. Install it: pip install 'chainrule\[plot\]'"
    ):
        plots.loss_curves([1.0, 2.0])


def test_importing_the_module_loads_no_matplotlib():
    import subprocess
    from pathlib import Path

    code = "import sys; from chainrule.plots import svg; print('matplotlib' in sys.modules)"
    source = str(Path(plots.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": source}
    )
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plots.lines({}), DataError, "lines: expected at least one curve, got none"),
        (lambda: plots.lines({"a": []}), DataError, "the curve 'a': expected places and heights"),
        (lambda: plots.lines({"a": ([1, 2], [1, 2, 3])}), DataError, r"got \(2,\) and \(3,\)"),
        (lambda: plots.activation_curves({}), DataError, "expected at least one function"),
        (
            lambda: plots.activations({}),
            DataError,
            "expected arrays with numbers in them, got none",
        ),
        (lambda: plots.weight_histograms({"W": []}), DataError, "got an empty one"),
        (
            lambda: plots.confusion([[1, 2]]),
            ShapeError,
            r"expected a matrix of shape \(K, K\), got \(1, 2\)",
        ),
        (
            lambda: plots.confusion([[1]], ["a", "b"]),
            ShapeError,
            "expected 1 labels, one a class, got 2",
        ),
        (lambda: plots.images(np.ones((2, 5))), ShapeError, "images: expected images"),
        (lambda: plots.images(np.ones((2, 5, 5, 2))), ShapeError, "images: expected images"),
        (
            lambda: plots.images(np.ones((2, 4)), ["a"]),
            DataError,
            "expected 2 titles, one an image, got 1",
        ),
        (
            lambda: plots.kernels(np.ones((3, 3))),
            ShapeError,
            r"kernels: expected W of shape \(k, k, C, filters\)",
        ),
        (
            lambda: plots.feature_maps({}),
            DataError,
            "feature_maps: expected a dict with the maps of at least one layer, got none",
        ),
        (
            lambda: plots.feature_maps({"a": np.ones(3)}),
            ShapeError,
            r"feature_maps, a: expected a map \(H, W, C\)",
        ),
        (
            lambda: plots.heat(np.ones((2, 5)), np.ones((2, 5, 5))),
            ShapeError,
            "heat: expected images",
        ),
        (
            lambda: plots.heat(np.ones((2, 4, 4)), np.ones((2, 3, 4))),
            ShapeError,
            r"maps of shape \(2, 4, 4\)",
        ),
        (
            lambda: plots.heat(np.ones((4, 4)), np.ones((4, 4)), ["a", "b"]),
            DataError,
            "expected 1 titles",
        ),
        (
            lambda: plots.worst(np.ones((3, 2, 2)), WORST),
            DataError,
            "the images of the data set, more than 7, got 3",
        ),
        (
            lambda: plots.worst(np.ones((9, 2, 2)), WORST, names=["a"]),
            DataError,
            "expected 3 names, one a class, got 1",
        ),
        (
            lambda: plots.decision_regions(two, np.ones((3, 3)), [0, 1, 0]),
            ShapeError,
            r"points X of shape \(N, 2\)",
        ),
        (lambda: plots.decision_regions(two, X, y[:3]), DataError, "y has 3 rows but p has 40"),
        (
            lambda: plots.decision_regions(two, X, y, labels=["a"]),
            DataError,
            "expected 2 labels, one a class, got 1",
        ),
        (
            lambda: plots.decision_regions(lambda p: np.ones((len(p), 9)), X, y),
            DataError,
            "at most 7 classes, got 9",
        ),
        (
            lambda: plots.paths(bowl, {"a": [1, 2]}, (-1, 1, -1, 1)),
            ShapeError,
            r"paths, a: expected points of shape",
        ),
        (lambda: plots.paths(bowl, {}, (1, -1, -1, 1)), DataError, "paths: expected bounds"),
        (
            lambda: plots.paths(lambda p: p, {}, (-1, 1, -1, 1)),
            ShapeError,
            r"expected heights of shape \(40401,\) from f",
        ),
        (
            lambda: plots.panels(0),
            ParameterError,
            r"panels\(0, 1\): rows and columns must be whole numbers ≥ 1",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_tree_joins_its_leaves_at_the_passes():
    found = energy.landscape(memories())
    panel = plots.valleys(found).axes[0]
    heights = sorted(line.get_ydata()[1] for line in panel.lines)
    assert len(heights) == len(found.names) - 1
    assert heights[-1] == found.saddles[np.triu_indices(len(found.names), 1)].max()
    assert heights[0] == found.saddles[np.triu_indices(len(found.names), 1)].min()
    assert sorted(label.get_text() for label in panel.get_xticklabels()) == sorted(found.names)


def test_a_tree_of_too_many_leaves_is_refused():
    with pytest.raises(DataError, match="at most 40 attractors"):
        plots.valleys(energy.landscape(np.zeros((6, 6))))


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (
            lambda: plots.images(np.ones((3, 4, 4)), across=0),
            ParameterError,
            "across=0: how many stand in a row",
        ),
        (
            lambda: plots.heat(np.ones((2, 4, 4)), np.ones((2, 4, 4)), across="2"),
            ParameterError,
            "across='2'",
        ),
        (
            lambda: plots.heat(np.ones((1, 4, 4)), np.full((1, 4, 4), np.nan)),
            DataError,
            "finite maps",
        ),
        (
            lambda: plots.feature_maps(np.ones((4, 4, 2))),
            DataError,
            "a dict with the maps .* got ndarray",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, error, words):
    with pytest.raises(error, match=words):
        draw()
