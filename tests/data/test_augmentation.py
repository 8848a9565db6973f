"""Augmentation: what each change does to its row, by slow oracles; it trains and resumes."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.augmentation import Affine, Flip, MixUp, Noise
from chainrule.data.augmented import Augmented
from chainrule.data.sources import Arrays
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)


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
