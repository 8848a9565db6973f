"""Folders of Parquet files, and models that answer for their rows."""

import numpy as np

import chainrule as cr

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype(np.float32)
ENDS = {"0.parquet": (0, 20), "1.parquet": (20, 20), "2.parquet": (20, 50), "sub/9.pq": (50, 60)}
COLUMNS = {
    "id": np.arange(60),
    **{f"x{k}": X[:, k] for k in range(4)},
    "word": np.array(["red", "blue", "green"])[np.arange(60) % 3],
    "y": X[:, 0] * 2,
}


def network(seed=0, **settings):
    layers = cr.Dense(5), cr.Tanh(), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(4,), seed=seed, **settings)


def write(folder, columns=COLUMNS, ends=ENDS, **options):
    import pyarrow as pa
    from pyarrow import parquet

    for name, (begin, end) in ends.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table({title: pa.array(cells[begin:end]) for title, cells in columns.items()})
        parquet.write_table(table, path, **options)


def read(folder, names=ENDS):
    import pyarrow as pa
    from pyarrow import parquet

    return pa.concat_tables([parquet.read_table(folder / name) for name in names])


def probabilities(table, count=3):
    return np.column_stack([table[f"P({k})"].to_numpy() for k in range(count)])
