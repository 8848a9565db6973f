"""Memory maps and folders of shards train as arrays do, and resume exactly."""

import tracemalloc

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
engines = pytest.mark.parametrize("engine", ENGINES)
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(70, 5)).astype(np.float32), rng.integers(0, 3, 70)


def network(engine, inputs=5):
    layers = (cr.Dense(8), cr.Tanh(), cr.Dropout(0.2), cr.Dense(3))
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(inputs,), engine=engine)


def save(folder, cuts):
    for k, (a, b) in enumerate(zip([0, *cuts], [*cuts, 70], strict=True)):
        np.save(folder / f"x-{k:03}.npy", X[a:b])
        np.save(folder / f"y-{k:03}.npy", Y[a:b])
    return cr.datasets.Shards(folder)


@pytest.mark.parametrize("cuts", [(), (1,), (20, 21, 50)])
def test_rows_of_shards_are_those_of_the_whole(cuts, tmp_path):
    shards = save(tmp_path, cuts)
    assert len(shards) == 70
    for indices in (np.arange(70), rng.permutation(70)[:31], np.array([69, 0, 69]), np.array([20])):
        x, y = shards.rows(indices)
        assert (
            np.array_equal(x, X[indices])
            and np.array_equal(y, Y[indices])
            and x.dtype == np.float32
        )


@engines
def test_shards_and_memory_maps_train_as_arrays_do(engine, tmp_path):
    np.save(tmp_path / "all.npy", X)
    mapped = np.load(tmp_path / "all.npy", mmap_mode="r")
    settings = {"optimizer": cr.Adam(0.01), "epochs": 3, "batch_size": 16, "verbose": 0}
    nets = [network(engine) for _ in range(3)]
    nets[0].fit(X, Y, **settings)
    nets[1].fit(mapped, Y, **settings)
    nets[2].fit(save(tmp_path, (30, 45)), **settings)
    assert np.array_equal(nets[0].theta, nets[1].theta)
    assert nets[2].theta == pytest.approx(nets[0].theta, abs=1e-6)


@engines
@pytest.mark.parametrize("kind", ["memory map", "shards"])
def test_a_run_over_files_resumes_bit_for_bit(engine, kind, tmp_path):
    shards, path = save(tmp_path, (30, 45)), tmp_path / "run.safetensors"
    np.save(tmp_path / "all.npy", X)

    def data():
        return (
            (np.load(tmp_path / "all.npy", mmap_mode="r"), Y) if kind == "memory map" else (shards,)
        )

    settings = {"batch_size": 8, "verbose": 0}
    whole, part, later = (network(engine) for _ in range(3))
    whole.fit(
        *data(), epochs=4, callbacks=[cr.Checkpoint(tmp_path / "whole.safetensors")], **settings
    )
    part.fit(
        *data(), epochs=2, callbacks=[cr.Checkpoint(path, every=None, every_steps=7)], **settings
    )
    later.fit(*data(), epochs=4, callbacks=[cr.Checkpoint(path)], resume=path, **settings)
    assert np.array_equal(later.theta, whole.theta)
    np.save(tmp_path / "y-001.npy", Y[30:45][::-1])  # other data
    if kind == "shards":
        with pytest.raises(cr.DataError, match="the data of the interrupted run"):
            part.fit(cr.datasets.Shards(tmp_path), epochs=4, resume=path, **settings)


@engines
def test_a_memory_map_is_never_whole_in_memory(engine, tmp_path):
    rows, inputs = 12_000, 400  # 19 MB
    mapped = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (rows, inputs))
    mapped[:, 0] = np.arange(rows) % 2
    mapped.flush()
    y, net = (np.arange(rows) % 3).astype(np.int32), network(engine, inputs)
    net.fit(mapped[:32], y[:32], verbose=0)
    tracemalloc.start()
    callbacks = [
        cr.Checkpoint(tmp_path / "run.safetensors")
    ]  # which reads all data for their fingerprint
    net.fit(
        np.load(tmp_path / "x.npy", mmap_mode="r"),
        y,
        batch_size=500,
        callbacks=callbacks,
        verbose=0,
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < mapped.nbytes / 2


def test_what_does_not_fit_is_said(tmp_path):
    with pytest.raises(cr.FileError, match="as many files"):
        cr.datasets.Shards(tmp_path)
    for name, array, error, words in [
        ("y-001.npy", Y[1:30], cr.DataError, "Each row needs a target"),
        ("x-001.npy", X[:30, :2], cr.DataError, "rows of one kind"),
        ("x-001.npy", X[:30].astype(float), cr.DataError, "rows of one kind"),
        ("x-001.npy", X[:0], cr.DataError, "at least one row"),
    ]:
        save(tmp_path, (30,))
        np.save(tmp_path / name, array)
        with pytest.raises(error, match=words):
            cr.datasets.Shards(tmp_path)
    (tmp_path / "x-001.npy").write_bytes(b"no array")
    with pytest.raises(cr.FileError, match="an array as"):
        cr.datasets.Shards(tmp_path)


@pytest.mark.parametrize("wrong", [[12], [-1], [0.5], [[0, 1]], 3, []])
def test_rows_that_a_folder_has_not_are_said(wrong, tmp_path):
    for k in range(3):
        np.save(tmp_path / f"x-{k}.npy", np.full((4, 2), k))
        np.save(tmp_path / f"y-{k}.npy", np.full(4, k))
    rows = cr.datasets.Shards(tmp_path)
    assert rows.rows([0, 11])[1].tolist() == [0, 2]
    with pytest.raises(
        cr.DataError, match="rows: expected a flat array of row numbers from 0 to 11"
    ):
        rows.rows(wrong)


@pytest.mark.parametrize("order", ["C", "F"])
def test_shards_give_rows_in_any_layout(tmp_path, order):
    X = np.arange(24.0).reshape(8, 3)
    for k, part in enumerate((slice(0, 3), slice(3, 8))):
        np.save(tmp_path / f"x-{k}.npy", np.asarray(X[part], order=order))
        np.save(tmp_path / f"y-{k}.npy", X[part, 0])
    for pattern, rows in (("*", [7, 0, 3, 3]), ("0", [2, 0, 1])):
        found = cr.datasets.Shards(tmp_path, x=f"x-{pattern}.npy", y=f"y-{pattern}.npy")
        x, y = found.rows(np.array(rows))
        assert (x == X[rows]).all() and (y == X[rows, 0]).all()
