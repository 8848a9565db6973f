"""A case: a network, its rows and the options of its run. One change makes another case."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from ...arrays import Array
from ...data.augmented import Augmented
from ...data.checks import check_order
from ...data.sources import Arrays
from ...errors import ParameterError, TrainingError
from ...losses.joint import JointLoss
from ...model.fitting import fit
from ...model.model import Model
from ...model.prepared import Prepared, prepare_data, split_off
from ...training.callbacks.early_stopping import EarlyStopping
from ...training.fit_options import FitOptions
from ..recorded import Recorded
from ..recorder import Recorder

FRACTION = 0.2  # of the rows that are held out if there are no validation rows
FEWEST = 40  # rows; with fewer none are held out
BUDGET = 20_000_000  # bytes of the snapshots of a trial
MOST = 20_000_000  # numbers of sparse rows that become dense
EPOCHS = 20  # whose orders are compared: an order may leave rows out
Change = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows, targets and weights.

    Parameters
    ----------
    x : dict of arrays
        The inputs by name.
    y : array, or dict of arrays
        The targets.
    weights : array, or dict of arrays, optional
        Their weights.
    numbers : array, optional
        Their numbers in the data of the user, if some of these were held out.
    """

    x: dict[str, Array]
    y: Any
    weights: Any = None
    numbers: Array | None = None

    def __len__(self) -> int:
        return len(next(iter(self.x.values())))

    @property
    def given(self) -> Any:
        """The inputs as a fit takes them."""
        return self.x["x"] if list(self.x) == ["x"] else self.x

    @property
    def as_validation(self) -> tuple[Any, ...]:
        """The rows as `validation_data` takes them."""
        weights = () if self.weights is None or isinstance(self.weights, dict) else (self.weights,)
        return (self.given, self.y, *weights)

    def take(self, places: Any) -> Rows:
        """Return some of the rows."""

        def some(a: Any) -> Any:
            if isinstance(a, dict):
                return {name: own[places] for name, own in a.items()}
            return None if a is None else a[places]

        return Rows(some(self.x), some(self.y), some(self.weights), some(self.numbers))

    def sample(self, most: int) -> Rows:
        """Return at most so many rows, from everywhere."""
        if len(self) <= most:
            return self
        return self.take(np.linspace(0, len(self) - 1, most).astype(int))


@dataclass(frozen=True, eq=False)
class Case:
    """A network, its rows and the options of its run.

    Parameters
    ----------
    model : Model
        A model of this kind; it is not changed.
    layers : tuple of Layer
        The chain.
    loss : Loss or JointLoss
        The function that is minimized.
    train : Rows
        The training rows.
    held : Rows, optional
        The validation rows.
    options : FitOptions
        The options, without rows of their own.
    seed : int
        The seed.
    given : dict of arrays
        Weights that the run started with, if they are not those of the seed.
    frozen : frozenset of str
        Paths that were frozen.
    rates : dict of float
        The learning rates of single layers.
    into, back : function, optional
        How inputs and predictions of the original case become those of this case, and back.
    is_stream : bool
        True if the rows came as batches in an order of their own.
    places, held_places : arrays of int, optional
        Where each training row and each validation row is in what the user gave.
    names : tuple of str
        The names of the columns of X, if they are known.
    """

    model: Model
    layers: tuple[Any, ...]
    loss: Any
    train: Rows
    held: Rows | None
    options: FitOptions
    seed: int
    given: Mapping[str, Array]
    frozen: frozenset[str]
    rates: Mapping[str, float]
    into: Change | None = None
    back: Change | None = None
    is_stream: bool = False
    places: Array | None = None
    held_places: Array | None = None
    names: tuple[str, ...] = ()

    def column(self, j: int) -> str:
        """Return the name of a column of X."""
        return self.names[j] if self.names else f"column {j} of X"

    def named(self, names: tuple[str, ...]) -> Case:
        """Return the case with names of the columns of X; ParameterError if they do not fit."""
        x = self.train.x.get("x")
        columns = x.shape[1] if x is not None and x.ndim == 2 else 0
        if names and len(names) != columns:
            rule = f"{columns} names, one for each column of X" if columns else "none for these X"
            raise ParameterError("names", rule, f"{len(names)}", "Leave them out.")
        return replace(self, names=names)

    def changed(self, **changes: Any) -> Case:
        """Return the case with other parts."""
        return replace(self, **changes)

    def with_options(self, **options: Any) -> Case:
        """Return the case with other options of `fit`."""
        return replace(self, options=replace(self.options, **options))

    def with_layers(self, *layers: Any, fresh: bool = True) -> Case:
        """Return the case with other layers; fresh: with the starting weights of the seed."""
        given: Mapping[str, Array] = {} if fresh else self.given
        return replace(self, layers=layers, given=given)

    @property
    def steps(self) -> int:
        """The number of updates that the run is to make."""
        n, size = len(self.train), self.options.batch_size
        size = min(size or n, n)
        return self.options.epochs * (n // size if self.options.drop_last else -(-n // size))

    def network(self) -> Model:
        """Return the network before its first step."""
        model = self.model
        made = type(model)(
            *self.layers,
            loss=self.loss,
            seed=self.seed,
            dtype=model.dtype.name,
            engine=model.engine,
            threads=model.threads,
            initial_weights=self.given,
        )
        made.frozen |= self.frozen
        made.rates = dict(self.rates)
        return made

    def record(self) -> Recorded:
        """Run it, and return what was recorded. An error that ends the run is recorded too."""
        recorder, net = Recorder(BUDGET), self.network()
        callbacks = [deepcopy(callback) for callback in self.options.callback_list()]
        held = self.held
        options = replace(
            self.options,
            sample_weight=self.train.weights,
            validation_data=None if held is None else held.as_validation,
            callbacks=[*callbacks, recorder],
        )
        with warnings.catch_warnings(), suppress(TrainingError):
            warnings.simplefilter("ignore")  # the run has said it, and the diagnosis says more
            fit(net, self.train.given, self.train.y, options)
        assert recorder.recorded is not None
        if recorder.recorded.stopped == "interrupted":
            raise KeyboardInterrupt
        return recorder.recorded


def case_of(recorded: Recorded) -> Case:
    """Return the case of a recorded run; rows for validation are held out if it has none.

    Raises
    ------
    ParameterError
        The run is not that of a network, or its rows are not known.
    """
    origin = recorded.origin
    run, net = origin.run, origin.net
    if net is None or run.again is None or not hasattr(run.objective, "program"):
        rule, got = "the recording of a network's fit", "another one"
        raise ParameterError("diagnose", rule, got, "Write net.record(X, y, ...).diagnose().")
    # a branch and a resumed run begin later than the fit that they belong to
    old, epochs = run.options, origin.until - origin.start.epoch
    # users' own callbacks may print or write, so they see their own run alone
    stopping = [c for c in old.callback_list() if isinstance(c, EarlyStopping)]
    if recorded.stopped == "interrupted" or (not stopping and recorded.error is None):
        epochs = max(1, min(epochs, recorded.end.epoch - origin.start.epoch))
    options = replace(
        old,
        epochs=epochs,
        sample_weight=None,
        class_weight=None,
        validation_data=None,
        validation_fraction=0.0,
        resume=None,
        verbose=0,
        callbacks=stopping,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alone = replace(old, validation_data=None, validation_fraction=0.0, resume=None)
        alone = replace(alone, metrics=(), callbacks=(), verbose=0)
        source: Any = run.again(net.twin(origin.start.theta), alone, {}).source
    rows, size = _rows(source, net)
    if isinstance(rows.weights, dict):  # by output: c_name
        rows = Rows(rows.x, rows.y, {name[2:]: w for name, w in rows.weights.items()})
    if size:
        options = replace(options, order=lambda epoch, n: np.arange(n), batch_size=size)
    elif old.order is not None:
        done = range(origin.start.epoch, max(recorded.end.epoch, origin.start.epoch + 1))
        rows, order = _in_order(rows, old.order, len(cast(Any, source)), done)
        options = replace(options, order=order)
    places, held_places = _held(net, rows, old)
    train, given = rows.take(places), old.validation_data
    held = None if held_places is None else rows.take(held_places)
    if rows.numbers is not None:  # as the user counts them
        places = rows.numbers[places]
        held_places = None if held_places is None else rows.numbers[held_places]
    if isinstance(given, (tuple, list)):
        data = prepare_data(net, *given, like=net.built)
        weights = None if isinstance(data.weights, dict) else data.weights
        held, held_places = Rows(data.inputs, data.y, weights), np.arange(len(data))
    made = net.twin()
    return Case(
        made,
        net.layers,
        net.loss,
        train,
        held,
        options,
        net.seed,
        _given(net, made),
        frozenset(net.frozen),
        dict(net.rates),
        is_stream=size > 0,
        places=places,
        held_places=held_places,
    )


def _given(net: Model, made: Model) -> dict[str, Array]:
    """Return the weights of a run's start if they are not those of its seed."""
    if np.array_equal(net.theta, made.theta):
        return dict(net.given_weights)
    program = net.programs.train
    return {p.path: net.theta[p.where].reshape(p.shape).copy() for p in program.parameters}


def _rows(source: Any, net: Model) -> tuple[Rows, int]:
    """Return the rows of a source; and the size of its batches if they come in its own order."""
    inner: Any = source.source if isinstance(source, Augmented) else source
    if isinstance(inner, Arrays):
        inputs, y = dict(inner.inputs), cast(Any, inner.y)
        if isinstance(net.loss, JointLoss):
            y = {name: inputs.pop(f"y_{name}") for name in net.loss.names}
        n = max(1, MOST // max(1, sum(int(np.prod(a.shape[1:])) for a in inputs.values())))
        dense = {k: a if isinstance(a, np.ndarray) else a[:n] for k, a in inputs.items()}
        rows = Rows(dense, y, inner.weights)
        return (rows if len(rows) == len(inner) else rows.take(slice(0, len(rows)))), 0
    is_stream = hasattr(inner, "stream")
    batches = list(inner.stream(0, 0)) if is_stream else [inner.rows(np.arange(len(inner)))]
    size = len(batches[0]["c"]) if is_stream else 0
    names = list(net.inputs or {})
    x = {name: np.concatenate([batch[name] for batch in batches]) for name in names}
    if isinstance(net.loss, JointLoss):
        joint = {k: np.concatenate([b[f"y_{k}"] for b in batches]) for k in net.loss.names}
        return Rows(x, joint), size
    return Rows(x, np.concatenate([batch["y"] for batch in batches])), size


def _in_order(rows: Rows, order: Any, whole: int, epochs: range) -> tuple[Rows, Any]:
    """Return the rows that a run of so many rows takes, and the order of any first ones of them."""
    taken = np.unique(check_order(order(epochs[0], whole), whole))
    for epoch in epochs[1:EPOCHS]:
        if not np.array_equal(np.unique(order(epoch, whole)), taken):
            taken = np.arange(whole)
            break
    taken = taken[taken < len(rows)]
    place = np.full(whole, whole)
    place[taken] = np.arange(len(taken))

    def of_first(epoch: int, n: int) -> Array:
        places = place[check_order(order(epoch, whole), whole)]
        places = places[places < n]
        return places if len(places) else np.arange(n)

    if len(taken) < len(rows):
        rows = replace(rows.take(taken), numbers=taken)
    return rows, of_first


def _held(net: Model, rows: Rows, old: FitOptions) -> tuple[Array, Array | None]:
    """Return the places of training rows, and of rows for validation: those of the run, or some."""
    given, n = old.validation_data, len(rows)
    fraction = old.validation_fraction or (FRACTION if n >= FEWEST else 0.0)
    if isinstance(given, (tuple, list)) or not fraction:
        return np.arange(n), None
    assert net.built is not None
    numbered = Prepared(net.built, {"row": np.arange(n)}, rows.y, None)
    train, held = split_off(numbered, fraction, net.seed)
    return train.inputs["row"], held.inputs["row"]
