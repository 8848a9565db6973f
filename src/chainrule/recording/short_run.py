"""Diagnose a network by a short run of a copy."""

from __future__ import annotations

import warnings
from typing import Any

from ..model.fitting import fit
from ..model.model import Model
from ..training.fit_options import FitOptions
from .diagnose import Diagnosis
from .record import Record, recorded

EPOCHS = 20


def diagnosed(model: Model, X: Any, y: Any, options: dict[str, Any]) -> Diagnosis:
    """Return what is wrong with a run of a copy; see `Network.diagnose`.

    Parameters
    ----------
    model : Model
        The network; it does not change.
    X, y : arrays, or a source and None
        Rows and targets.
    options : dict
        Options of `fit`.
    """
    net = model.twin(None if model.is_trained or not model.is_built else model.theta)
    net.frozen, net.rates = set(model.frozen), dict(model.rates)
    given = {"verbose": 0, "epochs": EPOCHS, **options}
    callbacks = given.pop("callbacks", ())
    FitOptions(**given, callbacks=callbacks)  # refuses what cannot be

    def run(own: list[Any]) -> None:
        fit(net, X, y, FitOptions(**given, callbacks=own))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the diagnosis says it, with evidence
        recording = recorded(run, callbacks, Record(), given.get("comm"))
    return recording.diagnose()
