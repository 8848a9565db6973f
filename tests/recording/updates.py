"""One update of a run, made as `fit` makes it, without a recording."""

import numpy as np

import chainrule as cr
from chainrule.model import fitting
from chainrule.recording.stages.one_update import OneUpdate
from chainrule.recording.stages.program_stages import program_stages
from chainrule.training.fit_options import FitOptions

LIMIT = {"float32": 1e-5, "float64": 1e-6}  # share of the terms' sizes


def update_of(net, X, y, rows=None, **options):
    """Return the first update of a fit, for these rows of the data; by default up to 32."""
    run = fitting.prepare(net, X, y, FitOptions(**options))
    state = run.state
    rows = np.arange(min(len(run.source), 32)) if rows is None else np.asarray(rows)
    theta, slots = state.theta.copy(), {name: slot.copy() for name, slot in state.slots.items()}
    return OneUpdate(
        run.objective,
        state.update,
        theta,
        slots,
        run.source.rows(rows),
        state.t + 1,
        state.step,
        state.seed,
        state.carry,
        lambda: (theta, slots, state.carry),  # what follows the gradient is tested elsewhere
    )


def by_symbol(stages):
    """Return all quantities by their symbol."""
    return {q.symbol: q for stage in stages for q in stage.quantities}


def computed(stages):
    """Return the quantities that have terms."""
    return [q for s in stages for q in s.quantities if q.terms is not None and np.size(q.array)]


def classifier(dtype="float64", engine="reference", **settings):
    """Return a network with a statistic of the batch, a penalty and a mask."""
    layers = (
        cr.Dense(4, penalty=cr.L2(0.1)),
        cr.BatchNorm(),
        cr.Tanh(),
        cr.Dropout(0.3),
        cr.Dense(3),
    )
    settings = {"loss": cr.SoftmaxCrossEntropy(), "seed": 1, **settings}
    return cr.Network(*layers, dtype=dtype, engine=engine, **settings)


def classes(rows=20, seed=0):
    """Return rows of three columns, and their classes."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 3)), rng.integers(0, 3, rows)


def classifier_stages(rows=(3, 1, 17, 9, 4, 5), **settings):
    """Return the stages of one update of the classifier, for these rows of the data."""
    return program_stages(update_of(classifier(**settings), *classes(), rows))
