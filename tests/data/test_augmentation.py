"""Augmentation: what each change does, by slow oracles; that it belongs to the row alone; that it trains and resumes."""

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.augmentation import Affine, Augmentation, Elastic, Erase, Flip, MixUp, Noise
from chainrule.augmentation.sampling import bilinear
from chainrule.data.augmented import Augmented
from chainrule.data.sources import Arrays
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)
IMAGES = rng.random((150, 7, 6, 2))
IDS = rng.permutation(1000)[:150]
ALL = [
    Affine(shift=2, rotate=30, scale=0.3, shear=20),
    Elastic(1.5, sigma=2),
    Flip(horizontal=True, vertical=True),
    Noise(0.3),
    Erase(0.4, probability=0.7, fill=0.5),
]
each = pytest.mark.parametrize("change", ALL, ids=lambda change: type(change).__name__)


# ---------------------------------------------------------------- what all of them promise


def test_all_of_them_are_here():
    assert {type(change) for change in ALL} == set(Augmentation.__subclasses__())


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_has_the_same_bits_in_any_batch(change, dtype):
    images = IMAGES.astype(dtype)
    whole = change(images, (3, 5), IDS)
    assert whole.dtype == dtype and whole.shape == images.shape
    order = rng.permutation(150)
    for rows in (order[:1], order[:70], order):
        assert np.array_equal(change(images[rows], (3, 5), IDS[rows]), whole[rows])


@each
def test_another_key_or_row_is_another_change(change):
    same = np.repeat(IMAGES[:1], 100, axis=0)
    changed = change(same, (3, 5), np.arange(100))
    assert len(np.unique(changed.reshape(100, -1), axis=0)) > (
        3 if isinstance(change, Flip) else 50
    )
    for key in ((3, 6), (4, 5)):
        assert not np.array_equal(change(same, key, np.arange(100)), changed)


@each
def test_of_two_equal_ones_each_has_its_own_numbers(change):
    """Two rectangles, not one twice; the first is what it is alone."""
    rows = Arrays({"x": IMAGES}, np.zeros((150, 1)), dtype=np.float64)
    once, twice = (
        Augmented(rows, (change,) * n, None, 3, epoch=2).rows(slice(0, 150))["x"] for n in (1, 2)
    )
    np.testing.assert_array_equal(once, change(IMAGES, (3, 2), np.arange(150)))
    assert not np.array_equal(twice, change(once, (3, 2), np.arange(150)))
    np.testing.assert_array_equal(
        twice, Augmented(rows, (change,) * 2, None, 3, epoch=2).rows(slice(0, 150))["x"]
    )


@each
def test_the_images_given_are_not_touched_and_bytes_are_taken(change):
    np.testing.assert_array_equal(
        change(IMAGES[:2].tolist(), (0, 1), IDS[:2]), change(IMAGES[:2], (0, 1), IDS[:2])
    )
    before = IMAGES.copy()
    change(IMAGES, (0, 0), IDS)
    assert np.array_equal(IMAGES, before)
    bytes_ = (255 * IMAGES).astype(np.uint8)
    assert np.array_equal(
        change(bytes_, (0, 0), IDS), change(bytes_.astype(np.float32), (0, 0), IDS)
    )
    with pytest.raises(cr.DataError, match="expected images"):
        change(IMAGES.reshape(150, -1), (0, 0), IDS)


# ---------------------------------------------------------------- each by an oracle


def pixel(image, y, x):
    """Between four pixels, one after another; 0 outside."""
    H, W = image.shape
    total = 0.0
    for i in range(H):
        for j in range(W):
            total += image[i, j] * max(0.0, 1 - abs(y - i)) * max(0.0, 1 - abs(x - j))
    return total


def test_bilinear_is_the_weighted_sum_of_all_pixels():
    y, x = rng.uniform(-3, 9, (2, 4, 5, 3))
    y[0, 0, 0], x[0, 0, 0], y[1, 1, 1], x[1, 1, 1] = 6.0, 5.0, -1.0, 6.0
    out = bilinear(IMAGES[:4], y.copy(), x.copy())
    for n, i, j, c in np.ndindex(4, 5, 3, 2):
        assert out[n, i, j, c] == pytest.approx(
            pixel(IMAGES[n, :, :, c], y[n, i, j], x[n, i, j]), abs=1e-12
        )


def test_affine_moves_each_pixel_as_its_equation_says():
    change = ALL[0]
    out = change(IMAGES[:5], (1, 2), IDS[:5])
    u = 2 * change.draw((1, 2), IDS[:5], 5) - 1
    for n in range(5):
        phi, psi = math.radians(30 * u[n, 3]), math.radians(20 * u[n, 4])
        R = np.array([[math.cos(phi), -math.sin(phi)], [math.sin(phi), math.cos(phi)]])
        A = R @ np.array([[1, 0], [math.tan(psi), 1]]) / (1 + 0.3 * u[n, 2])
        centre = np.array([3.0, 2.5])
        for i, j in np.ndindex(7, 6):
            y, x = A @ ([i, j] - centre) + centre - 2 * u[n, :2]
            assert out[n, i, j, 0] == pytest.approx(pixel(IMAGES[n, :, :, 0], y, x), abs=1e-12)


def test_a_shift_of_whole_pixels_is_exact_and_a_quarter_turn_is_rot90():
    image = IMAGES[:1, :6]
    y, x = np.meshgrid(np.arange(6.0), np.arange(6.0), indexing="ij")
    assert np.array_equal(bilinear(image, (y + 2)[None], x[None].copy())[0, :4], image[0, 2:])
    out = bilinear(image, x[None].copy(), 5 - y[None])
    assert np.array_equal(out[0, :, :, 0], np.rot90(image[0, :, :, 0]))


def test_affine_numbers_fill_their_ranges():
    matrix, shift = Affine(shift=2, rotate=30, scale=0.3).maps(
        2 * Affine().draw((0, 1), np.arange(4000), 5) - 1
    )
    s = 1 / np.sqrt(np.linalg.det(matrix))
    phi = np.degrees(np.arctan2(matrix[:, 1, 0], matrix[:, 0, 0]))
    for found, low, high in ((shift, -2, 2), (phi, -30, 30), (s, 0.7, 1.3)):
        assert (
            low <= found.min() < low + 0.02 * (high - low)
            and high - 0.02 * (high - low) < found.max() <= high
        )
        assert found.mean() == pytest.approx((low + high) / 2, abs=0.03 * (high - low))


def test_the_elastic_field_has_its_deviation_everywhere_and_is_smooth():
    ramp = np.broadcast_to(
        np.arange(40.0)[:, None, None], (1500, 40, 31, 1)
    )  # shows how far a pixel came from
    d = (
        Elastic(1.5, sigma=3)(ramp, (0, 0), np.arange(1500))[:, 8:32, 11:20, 0]
        - ramp[:, 8:32, 11:20, 0]
    )
    assert d.std(axis=0) == pytest.approx(1.5, rel=0.1)
    assert d.mean(axis=0) == pytest.approx(0, abs=0.2)
    near = (d[:, 10, 4] * d[:, 11, 4]).mean() / 1.5**2
    far = (d[:, 2, 4] * d[:, 14, 4]).mean() / 1.5**2
    assert near > 0.9 and abs(far) < 0.12


def test_flip_is_one_of_four_mirror_images():
    out = Flip(horizontal=True, vertical=True)(IMAGES, (0, 1), IDS)
    mirrors = np.stack([IMAGES, IMAGES[:, :, ::-1], IMAGES[:, ::-1], IMAGES[:, ::-1, ::-1]])
    which = np.array(
        [[np.array_equal(out[n], mirrors[k, n]) for k in range(4)] for n in range(150)]
    )
    assert (which.sum(axis=1) == 1).all() and (which.sum(axis=0) > 20).all()
    assert np.array_equal(Flip()(IMAGES, (0, 1), IDS)[:, :, :3].shape, (150, 7, 3, 2))


def test_noise_is_normal():
    n = Noise(0.3)(np.zeros((100, 20, 20, 1)), (0, 1), np.arange(100)) / 0.3
    assert n.mean() == pytest.approx(0, abs=0.02) and n.std() == pytest.approx(1, abs=0.02)
    assert (abs(n) > 1.96).mean() == pytest.approx(0.05, abs=0.005)


def test_erase_fills_one_rectangle_of_the_area_that_was_asked_for():
    images = np.ones((2000, 20, 30, 1), np.float32)
    out = Erase(0.3, probability=0.6, fill=-2.0)(images, (0, 1), np.arange(2000))[..., 0]
    hit = (out == -2).any(axis=(1, 2))
    assert hit.mean() == pytest.approx(0.6, abs=0.04)
    areas = []
    for image in out[hit]:
        rows, columns = (image == -2).any(axis=1), (image == -2).any(axis=0)
        assert np.array_equal(image == -2, rows[:, None] & columns)  # a rectangle
        for side in (rows, columns):
            assert np.abs(np.diff(np.flatnonzero(side))).max(initial=1) == 1
        areas.append((image == -2).mean())
    assert max(areas) < 0.34 and np.mean(areas) == pytest.approx(0.3 * 0.55, abs=0.01)
    assert np.array_equal(out[~hit], images[~hit, ..., 0])


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0])
def test_the_share_of_mixup_is_beta_and_the_other_row_any(alpha):
    other, share = MixUp(alpha).partners((0, 1), np.arange(20_000), 50)
    assert share.mean() == pytest.approx(0.5, abs=0.01)
    assert share.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.03)
    assert ((share < 0.1).mean()) == pytest.approx(
        {0.2: 0.33669, 0.5: 0.20483, 1.0: 0.1}[alpha], abs=0.01
    )
    assert np.bincount(other, minlength=50).min() > 300


# ---------------------------------------------------------------- as a source, and in fit


def source(n=40, labels=False):
    r = np.random.default_rng(1)
    y = r.integers(0, 3, n) if labels else np.eye(3)[r.integers(0, 3, n)]
    return Arrays(
        {"x": r.random((n, 5, 5, 1))}, y, dtype=np.float64, index=frozenset(["y"] if labels else [])
    )


def test_mixup_mixes_rows_and_targets_alike():
    rows = source()
    changes = (Affine(shift=1),)
    mixed = Augmented(rows, changes, MixUp(1.0), seed=2).at(4).rows(np.array([3, 17, 9]))
    other, share = MixUp(1.0).partners((2, 4), np.array([3, 17, 9]), 40)
    for k, (first, second, own) in enumerate(zip([3, 17, 9], other, share, strict=True)):
        a, b = (
            changes[0](rows.inputs["x"][[n]], (2, 4), np.array([n]))[0] for n in (first, second)
        )
        assert mixed["x"][k] == pytest.approx(own * a + (1 - own) * b)
        assert mixed["y"][k] == pytest.approx(own * rows.y[first] + (1 - own) * rows.y[second])


def network(engine, **options):
    layers = (cr.Flatten(), cr.Dense(8), cr.ReLU(), cr.Dropout(0.3), cr.Dense(3))
    return cr.Network(
        *layers, loss=cr.SoftmaxCrossEntropy(), inputs=(5, 5, 1), engine=engine, **options
    )


CHANGES = (Affine(shift=1, rotate=20), Noise(0.1), MixUp(0.5))


@engines
def test_training_sees_the_changed_rows_and_nothing_else(engine):
    """Epoch by epoch on rows that were changed before gives the same."""
    rows, net, by_hand = source(), network(engine), network(engine)
    net.fit(
        rows.inputs["x"],
        rows.y,
        augment=CHANGES,
        optimizer=cr.Adam(0.01),
        epochs=3,
        batch_size=16,
        verbose=0,
    )
    for epoch in range(3):
        single = Arrays({"x": rows.inputs["x"].astype(np.float32)}, rows.y, dtype=np.float32)
        batch = Augmented(single, CHANGES[:2], CHANGES[2], 0, epoch).rows(np.arange(40))
        by_hand.fit(
            batch["x"], batch["y"], optimizer=cr.Adam(0.01), epochs=1, batch_size=16, verbose=0
        )
    assert np.array_equal(net.theta, by_hand.theta)


@pytest.mark.skipif(not native.available(), reason="not built")
def test_both_engines_see_the_same():
    rows = source()
    nets = [network(engine, dtype="float64") for engine in ("reference", "native")]
    for net in nets:
        net.fit(
            rows.inputs["x"],
            rows.y,
            augment=CHANGES,
            optimizer=cr.Adam(0.01),
            epochs=3,
            batch_size=16,
            verbose=0,
        )
    assert nets[0].theta == pytest.approx(nets[1].theta, rel=1e-9)


@engines
def test_a_run_with_augmentation_resumes_bit_for_bit(engine, tmp_path):
    rows, path = source(labels=True), tmp_path / "run.safetensors"
    settings = {"augment": CHANGES[:2], "batch_size": 8, "verbose": 0}
    X, y = rows.inputs["x"], rows.y
    whole, part, later = (network(engine) for _ in range(3))
    whole.fit(X, y, epochs=4, callbacks=[cr.Checkpoint(tmp_path / "whole.safetensors")], **settings)
    part.fit(
        X, y, epochs=2, callbacks=[cr.Checkpoint(path, every=None, every_steps=7)], **settings
    )  # inside an epoch
    later.fit(X, y, epochs=4, callbacks=[cr.Checkpoint(path)], resume=path, **settings)
    assert np.array_equal(later.theta, whole.theta)
    with pytest.raises(cr.FileError, match="the augmentation of the interrupted run"):
        part.fit(X, y, epochs=4, resume=path, **{**settings, "augment": Noise(0.2)})


@engines
def test_callbacks_each_step_and_budgets_change_nothing(engine):
    class Look(cr.Callback):
        def on_batch_end(self, run):
            self.seen = run.step

    rows, nets, look = (
        source(labels=True),
        [network(engine), network(engine), network(engine)],
        Look(),
    )
    settings = {"augment": CHANGES[:2], "batch_size": 8, "epochs": 2, "optimizer": cr.Adam(0.01)}
    nets[0].fit(rows.inputs["x"], rows.y, **settings, verbose=0)
    nets[1].fit(rows.inputs["x"], rows.y, **settings, callbacks=[look], verbose=0)
    for _ in nets[2].train(rows.inputs["x"], rows.y, **settings):
        pass
    assert look.seen == 10
    assert np.array_equal(nets[0].theta, nets[1].theta) and np.array_equal(
        nets[0].theta, nets[2].theta
    )


def test_a_function_of_the_users_own_and_a_source_of_the_users_own():
    rows, seen = source(labels=True), []

    def brighter(x, key, ids):
        seen.append((tuple(key), sorted(ids.tolist())))
        return x + 0.5

    class Rows:
        def __len__(self):
            return 40

        def rows(self, indices):
            return rows.inputs["x"][indices], rows.y[indices]

    ours, theirs, shifted = network("reference"), network("reference"), network("reference")
    ours.fit(rows.inputs["x"], rows.y, augment=brighter, batch_size=None, verbose=0)
    assert seen == [((0, 0), list(range(40)))]
    theirs.fit(Rows(), augment=[brighter], batch_size=None, verbose=0)
    shifted.fit(rows.inputs["x"] + 0.5, rows.y, batch_size=None, verbose=0)
    assert np.allclose(ours.theta, shifted.theta, atol=1e-6) and np.array_equal(
        ours.theta, theirs.theta
    )


@pytest.mark.parametrize(
    ("augment", "words"),
    [
        (Affine, "augmentations or functions"),
        ("flip", "augmentations or functions"),
        ((MixUp(), Flip()), "MixUp as the last"),
        (MixUp(), "class numbers as y"),
        (lambda x, key, ids: x[:, :3], "A change keeps the shape"),
    ],
)
def test_what_does_not_fit_is_said(augment, words):
    net, rows = network("reference"), source(labels=True)
    before = net.theta.copy()
    with pytest.raises(cr.ChainruleError, match=words):
        net.fit(rows.inputs["x"], rows.y, augment=augment, verbose=0)
    assert np.array_equal(net.theta, before)


def test_inputs_of_other_names_are_named():
    tower = cr.Dense(2)
    net = cr.Network(Named(tower), loss=cr.SquaredError(), inputs={"img": (3,)})
    with pytest.raises(cr.DataError, match=r"an input x of real numbers, got img\. It changes"):
        net.fit({"img": np.ones((4, 3))}, np.ones((4, 2)), augment=Flip(), verbose=0)


class Named(cr.Layer):
    layer: cr.Layer

    def __call__(self, inputs):
        return self.layer(inputs["img"])


def test_streams_and_line_searches_are_refused():
    net, rows = network("reference"), source(labels=True)
    with pytest.raises(cr.DataError, match="a stream"):
        net.fit(iter([(rows.inputs["x"], rows.y)]), augment=Flip(), verbose=0)
    with pytest.raises(cr.ParameterError, match="the same rows at each step"):
        net.fit(
            rows.inputs["x"],
            rows.y,
            augment=Flip(),
            optimizer=cr.LBFGS(),
            batch_size=None,
            verbose=0,
        )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Affine(shift=-1),
        lambda: Affine(scale=1),
        lambda: Affine(shear=90),
        lambda: Affine(rotate=181),
        lambda: Elastic(-1.0),
        lambda: Elastic(1.0, sigma=0.5),
        lambda: Flip(horizontal=False),
        lambda: Noise(-1),
        lambda: Erase(0),
        lambda: Erase(0.2, probability=2),
        lambda: MixUp(0),
        lambda: MixUp(2),
    ],
)
def test_settings_outside_their_range(make):
    with pytest.raises(cr.ParameterError):
        make()
