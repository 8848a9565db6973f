"""A run with everything that a checkpoint must hold, and what makes two runs the same."""

import numpy as np

import chainrule as cr

rng = np.random.default_rng(3)
X = rng.normal(size=(90, 4))
y = (X @ [1.0, -2.0, 0.5, 1.0] > 0).astype(int)


class Count(cr.Callback):
    """Remembers the steps that it saw."""

    def __init__(self):
        self.steps = 0

    def on_batch_end(self, run):
        self.steps += 1

    def state(self):
        return {"steps": np.array(self.steps)}

    def load(self, state):
        self.steps = int(state["steps"])


def network(**settings):
    layers = (
        cr.Dense(7, penalty=cr.L2(1e-3)),
        cr.BatchNorm(),
        cr.Tanh(),
        cr.Dropout(0.3),
        cr.Dense(2),
    )
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **({"seed": 4} | settings))


def watch(run):
    """A plain function."""


def fit(
    path=None,
    *,
    epochs=8,
    resume=None,
    net=None,
    every_steps=None,
    every=1,
    patience=30,
    data=(X, y),
    **options,
):
    net, count = net or network(), Count()
    writers = [] if path is None else [cr.Checkpoint(path, every=every, every_steps=every_steps)]
    plateau = cr.optimizers.ReduceOnPlateau(0.05, patience=1, factor=0.5)
    given = {
        "optimizer": (cr.ClipNorm(1.0), cr.Adam(lr=plateau)),
        "batch_size": 16,
        "validation_fraction": 0.2,
        "verbose": 0,
        "metrics": [cr.metrics.accuracy],
        "callbacks": [count, cr.EarlyStopping(patience=patience), watch, *writers],
    }
    history = net.fit(*data, epochs=epochs, resume=resume, **given | options)
    return net, history, count


def same(a, b):
    (net_a, history_a, count_a), (net_b, history_b, count_b) = a, b
    assert net_a.theta.tobytes() == net_b.theta.tobytes()
    one, other = net_a.run_state.arrays(), net_b.run_state.arrays()
    assert one.keys() == other.keys()
    for name in one:
        assert one[name].tobytes() == other[name].tobytes(), name
    columns = history_a.keys()
    assert columns == history_b.keys()
    assert all((history_a[name] == history_b[name]).all() for name in columns)
    assert (history_a.stopped, history_a.best_epoch) == (history_b.stopped, history_b.best_epoch)
    assert count_a.steps == count_b.steps
