"""What a model keeps between calls: the latest plans, and the last data."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import chainrule as cr

RNG = np.random.default_rng(0)


def test_threads_that_ask_one_network_for_its_first_predictions():
    X = RNG.normal(size=(5, 30, 3)).astype(np.float32)
    sizes = [int(n) for n in RNG.permutation(np.repeat(np.arange(1, 31), 4))]
    nets = [
        cr.Network(
            cr.Conv1D(2, kernel=1),
            cr.GlobalAveragePool(),
            cr.Dense(1),
            loss=cr.SquaredError(),
            inputs=(30, 3),
        )
        for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: nets[0].predict(X[:, :n]), sizes))
    assert all((p == nets[1].predict(X[:, :n])).all() for n, p in zip(sizes, found, strict=True))
