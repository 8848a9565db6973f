"""One update of a run, made as `fit` makes it, without a recording."""

import numpy as np

from chainrule.model import fitting
from chainrule.recording.one_update import OneUpdate
from chainrule.training.fit_options import FitOptions


def update_of(net, X, y, rows=None, **options):
    """Return the first update of a fit, for these rows of the data."""
    run = fitting.prepare(net, X, y, FitOptions(**options))
    state = run.state
    rows = np.arange(min(len(run.source), 32)) if rows is None else np.asarray(rows)
    batch = run.source.rows(rows)
    return OneUpdate(
        run.objective,
        state.update,
        state.theta.copy(),
        {name: slot.copy() for name, slot in state.slots.items()},
        batch,
        state.t + 1,
        state.step,
        state.seed,
        state.carry,
    )
