"""Data in blocks train like arrays in the same order, however they are cut."""

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)
X = RNG.normal(size=(53, 3))
Y = X.sum(axis=1)
W = RNG.uniform(0.5, 2, 53)
NAMES = {"x": ["a", "b", "c"], "y": "d", "weights": "w"}


def columns(begin, end):
    table = dict(zip("abc", X.T, strict=True)) | {"d": Y, "w": W}
    return {name: column[begin:end] for name, column in table.items()}


def blocks(*ends):
    return [columns(begin, end) for begin, end in zip((0, *ends), (*ends, 53), strict=True)]


def trained(*rows, **options):
    net = cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=3)
    net.fit(*rows, epochs=3, verbose=0, **options)
    return net.theta.tobytes()


def as_arrays(size):
    def order(epoch, n):
        return np.arange(n)

    return trained(X, Y, sample_weight=W, batch_size=size, order=order)


@pytest.mark.parametrize("size", [1, 7, 16, 53, 99])
@pytest.mark.parametrize("ends", [(), (20,), (1, 2, 3, 30), (0, 0, 53)], ids=str)
def test_the_bits_are_those_of_arrays_in_this_order(ends, size):
    found = cr.datasets.Blocks(blocks(*ends), batch_size=size, **NAMES)
    assert trained(found) == as_arrays(size)


@pytest.mark.parametrize("start", range(5))
def test_an_epoch_begins_at_any_batch(start):
    found = cr.datasets.Blocks(blocks(10, 11, 40), batch_size=16, **NAMES)
    rest = [tuple(a.tolist() for a in batch) for batch in found.stream(0, start)]
    assert rest == [tuple(a.tolist() for a in batch) for batch in found.stream(0, 0)][start:]


def test_frames_of_pandas():
    pandas = pytest.importorskip("pandas")
    frames = [pandas.DataFrame(block) for block in blocks(20)]
    assert trained(cr.datasets.Blocks(frames, **NAMES)) == as_arrays(32)
    with pytest.raises(cr.errors.ParameterError, match="got DataFrame"):
        cr.datasets.Blocks(frames[0], **NAMES)


def test_dask_arrays_and_frames():
    dask = pytest.importorskip("dask")
    da = pytest.importorskip("dask.array")
    with dask.config.set(scheduler="synchronous"):
        arrays = tuple(
            da.from_array(a, chunks=chunk) for a, chunk in ((X, (9, 2)), (Y, 30), (W, 53))
        )
        found = cr.datasets.Blocks(arrays, batch_size=16)
        assert trained(found) == as_arrays(16)
        assert found.fingerprint() == cr.datasets.Blocks(arrays, batch_size=16).fingerprint()
        with pytest.raises(cr.DataError, match=r"Call X\.compute_chunk_sizes\(\) before"):
            cr.datasets.Blocks((arrays[0][arrays[1] > 0], arrays[1][arrays[1] > 0]))


def test_frames_of_dask():
    dask, pandas = pytest.importorskip("dask"), pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe")
    with dask.config.set(scheduler="synchronous"):
        frame = frames.from_pandas(pandas.DataFrame(columns(0, 53)), npartitions=4)
        found = cr.datasets.Blocks(frame, batch_size=16, **NAMES)
        assert trained(found) == as_arrays(16)


def test_a_name_that_stands_twice():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X[:, :3], columns=["a", "a", "d"])
    with pytest.raises(cr.DataError, match="expected each name once, got 'a' 2 times"):
        trained(cr.datasets.Blocks([frame], x=["a"], y="d"))


def test_tables_of_pyarrow():
    pa = pytest.importorskip("pyarrow")
    tables = [pa.table(block) for block in blocks(20)]
    assert trained(cr.datasets.Blocks(tables, **NAMES)) == as_arrays(32)


class RayLike:
    """A dataset with Ray Data's way to give blocks."""

    def iter_batches(self, *, batch_size, batch_format):
        assert batch_size is None and batch_format == "numpy"
        return iter(blocks(20, 21))


def test_what_has_iter_batches():
    assert trained(cr.datasets.Blocks(RayLike(), batch_size=16, **NAMES)) == as_arrays(16)


@pytest.mark.slow
def test_ray_data(tmp_path):
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(
            num_cpus=1, include_dashboard=False, _node_ip_address="127.0.0.1", logging_level="error"
        )
        try:
            data = ray.data.from_numpy([np.column_stack([X, Y, W])]).repartition(3)

            def named(batch):
                return dict(zip("abcdw", batch["data"].T, strict=True))

            found = cr.datasets.Blocks(data.map_batches(named), batch_size=16, **NAMES)
            assert trained(found) == as_arrays(16)
        finally:
            ray.shutdown()


BAD = {
    "a column": (lambda: trained(cr.datasets.Blocks(blocks(), x=["a"], y="e")), "got 'e'"),
    "near": (
        lambda: trained(cr.datasets.Blocks([{"price": [1.0]}], x="prize", y="price")),
        "block 0: expected a column of the data, got 'prize'. Did you mean 'price'?",
    ),
    "no columns": (lambda: cr.datasets.Blocks(blocks()), "Blocks(x=...): expected names of"),
    "no rows": (
        lambda: trained(cr.datasets.Blocks([columns(0, 0)], **NAMES)),
        "expected at least one batch, got an empty stream",
    ),
    "an iterator": (lambda: cr.datasets.Blocks(iter(blocks()), **NAMES), "got list_iterator"),
    "a number": (lambda: cr.datasets.Blocks(3, **NAMES), "got int"),
    "a size": (lambda: cr.datasets.Blocks(blocks(), batch_size=0, **NAMES), "batch_size=0"),
    "lengths": (
        lambda: trained(cr.datasets.Blocks([{"a": [1.0, 2.0], "b": [1.0]}], x="a", y="b")),
        "block 0: expected as many rows in each column, got 2, 1",
    ),
    "lengths of x": (
        lambda: trained(cr.datasets.Blocks([{"a": [1.0], "b": [1.0, 2.0]}], x=["a", "b"], y="b")),
        "block 0: expected as many rows in each column, got 1, 2",
    ),
    "dates": (
        lambda: trained(
            cr.datasets.Blocks([{"a": [np.datetime64(1, "D")], "b": [1.0]}], x="a", y="b")
        ),
        "block 0, column 'a': expected numbers, got datetime64[D]",
    ),
    "text": (
        lambda: trained(cr.datasets.Blocks([{"a": ["u"], "b": [1.0]}], x="a", y="b")),
        "X: expected numbers, got text",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(case):
    call, sentence = BAD[case]
    with pytest.raises(cr.errors.ChainruleError) as error:
        call()
    assert sentence in str(error.value)
