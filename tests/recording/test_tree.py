"""A tree of branches: each line says where one begins, what it changes, and how it ended."""

import gc

import numpy as np
import pytest

import chainrule as cr

X = np.linspace(-1, 1, 40)[:, None]


@pytest.fixture(scope="module")
def run():
    net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=0)
    return net.record(X, np.sin(3 * X), epochs=4, batch_size=10, validation_data=(X, X), verbose=0)


def test_a_run_alone_is_one_line(run):
    loss, held = run.history.loss[-1], run.history.val_loss[-1]
    assert str(run.tree()) == f"run, 16 steps  loss {loss:.4g}, val_loss {held:.4g}"


def test_losses_stand_in_a_column_and_nothing_is_wider_than_80(run):
    first = run.branch(at=4, optimizer=cr.SGD(0.5))
    others = [
        first.branch(at=8, epochs=3),
        run.branch(at=6, edit={"W1": np.ones((1, 3))}, validation_data=(X[:30], X[:30]), seed=7),
    ]
    lines = str(first.tree()).splitlines()
    assert len({line.index("  loss ") for line in lines}) == 1
    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("├── at 4: optimizer=SGD(lr=0.5) *  ")
    assert lines[2].startswith("│   └── at 8: epochs=3, 20 steps  ")
    assert lines[3].startswith("└── at 6: edit of W1, ") and "…" in lines[3]
    assert len(run.branches) == 2
    del first, others
    gc.collect()
    assert str(run.tree()).count("\n") == 0
