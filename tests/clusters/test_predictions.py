"""Predictions by Dask and Ray: blocks, some of them empty, with the bits of one call in memory."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.slow

X = np.random.default_rng(0).normal(size=(500, 6)).astype(np.float32)
BLOCKS = (200, 0, 120, 180)
MAIN = """
import sys

import dask.array as da
import numpy as np
from distributed import Client

import chainrule as cr


class Doubled(cr.Layer):
    def __call__(self, x):
        return x + x


X = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
net = cr.Network(Doubled(), cr.Dense(3), loss=cr.SquaredError(), inputs=(6,))
with Client(sys.argv[1]):
    blocks = da.from_array(X, chunks=(20, 6)).map_blocks(net.predict, dtype="float32", chunks=(20, 3))
    assert blocks.compute().tobytes() == net.predict(X).tobytes()
print("equal")
"""


def network(**settings):
    layers = cr.Dense(20), cr.ReLU(), cr.Dropout(0.2), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(6,), **settings)


def blocks_of(X, answer, width=3):
    da = pytest.importorskip("dask.array")
    given = da.from_array(X, chunks=(BLOCKS, X.shape[1:]))
    made = given.map_blocks(answer, dtype=np.float32, chunks=(given.chunks[0], (width,)))
    assert made.shape == (len(X), width)
    return made


@pytest.mark.parametrize("scheduler", ["sync", "threads"])
def test_blocks_in_this_process(scheduler):
    net = network()
    made = blocks_of(X, net.predict)
    for _ in range(5):
        assert made.compute(scheduler=scheduler).tobytes() == net.predict(X).tobytes()


def test_blocks_on_two_workers(dask_cluster):
    net = network()
    net.fit(X, np.zeros(500, int), epochs=1, verbose=0)
    assert blocks_of(X, net.predict).compute().tobytes() == net.predict(X).tobytes()
    drawn = blocks_of(X, lambda block: net.predict(block, samples=3).mean).compute()
    assert drawn.tobytes() == net.predict(X, samples=3).mean.tobytes()
    rbm = cr.RBM(3).build(abs(X) % 1)
    assert np.array_equal(blocks_of(abs(X) % 1, rbm.transform).compute(), rbm.transform(abs(X) % 1))


def test_a_network_travels_without_data_and_plans():
    net = network()
    before = len(pickle.dumps(net))
    net.fit(X, np.zeros(500, int), epochs=1, verbose=0)
    net.predict(X)
    # θ and the slots of Adam; the Programs of `fit` and `predict` are some kilobytes
    assert len(pickle.dumps(net)) < before + 4 * net.theta.nbytes + 10_000 < X.nbytes + 10_000


def test_partitions_of_a_data_frame(dask_cluster):
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("dask.dataframe")
    estimators = pytest.importorskip("chainrule.estimators")
    frame = pd.DataFrame(X, columns=list("abcdef"))
    net = network()

    def probabilities(part):
        return pd.DataFrame(net.predict(part), part.index, columns=["p0", "p1", "p2"])

    split = dd.from_pandas(frame, npartitions=3)
    empty = split[split.a > 99]
    found = dd.concat([empty, split]).map_partitions(probabilities).compute()
    assert found.to_numpy().tobytes() == net.predict(X).tobytes()
    assert list(found.index) == list(frame.index)
    model = estimators.NetworkClassifier((cr.Dense(3),), epochs=1, random_state=0)
    model.fit(frame, np.where(X[:, 0] > 0, "up", "down"))
    answers = dd.concat([empty, split]).map_partitions(model.predict, meta=np.empty(0, "<U4"))
    assert answers.compute().tolist() == model.predict(frame).tolist()


def test_an_own_layer_of_the_main_script(dask_cluster, tmp_path):
    (tmp_path / "main.py").write_text(MAIN)
    done = subprocess.run(
        [sys.executable, "main.py", dask_cluster.scheduler.address],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "equal\n", done.stderr


@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")  # Ray's own
def test_batches_of_ray_data_from_parquet(ray_cluster, tmp_path):
    pa = pytest.importorskip("pyarrow")
    data = pytest.importorskip("ray.data")
    from pyarrow import parquet

    for k, (begin, end) in enumerate(((0, 200), (200, 200), (200, 500))):
        columns = {f"x{j}": X[begin:end, j] for j in range(6)} | {"row": np.arange(begin, end)}
        parquet.write_table(pa.table(columns), tmp_path / f"{k}.parquet")
    net = network()

    def answer(batch):
        rows = np.column_stack([batch[f"x{j}"] for j in range(6)])
        return {"row": batch["row"], "p": net.predict(rows)}

    data.DataContext.get_current().enable_progress_bars = False
    found = data.read_parquet(str(tmp_path)).map_batches(answer, batch_size=64).take_all()
    order = np.argsort([row["row"] for row in found])
    p = np.stack([row["p"] for row in found])[order]
    assert p.tobytes() == net.predict(X).tobytes()
    assert answer({f"x{j}": X[:0, 0] for j in range(6)} | {"row": X[:0, 0]})["p"].shape == (0, 3)
