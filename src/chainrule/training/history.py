"""The history of a run: for each quantity that is watched, one number for each epoch."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import ParameterError
from ..foreign import OF_HISTORIES, missing_attribute
from ..plots import pages

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class History:
    """Loss, validation loss and metrics of each epoch.

    Parameters
    ----------
    columns : dict of sequences
        "loss" (mean over batches, before each update), "val_loss", metrics and "val_" + metric.
    stopped : str
        Why training ended: "finished", "interrupted", or the reason that a callback gives.
    best_epoch : int, optional
        The index of the best entry of the quantity that early stopping watched; without early
        stopping, of `val_loss` or `loss`.

    Examples
    --------
    >>> history = History({"loss": [3.0, 1.0, 2.0]})
    >>> history.loss
    array([3., 1., 2.])
    >>> history.best_epoch
    1
    """

    def __init__(
        self,
        columns: Mapping[str, Sequence[float]],
        stopped: str = "finished",
        best_epoch: int | None = None,
    ) -> None:
        self._columns = {name: np.array(values, float) for name, values in columns.items()}
        self.stopped = stopped
        watched = self._columns.get("val_loss", self._columns.get("loss", np.zeros(0)))
        if best_epoch is None and len(watched):
            best_epoch = int(np.argmin(watched))
            if np.isnan(watched[best_epoch]):  # NaN is not the best
                best_epoch = int(np.argmin(np.where(np.isnan(watched), np.inf, watched)))
        self.best_epoch = best_epoch

    @property
    def loss(self) -> Array:
        """One number for each epoch: the mean over its batches, computed before each update."""
        return self["loss"]

    @property
    def val_loss(self) -> Array:
        """One number for each epoch, on the validation rows; ParameterError if there are none."""
        return self["val_loss"]

    if not TYPE_CHECKING:  # so that types of attributes are still checked

        def __getattr__(self, name: str) -> Any:
            """Say what to write; Python asks for unknown names."""
            watched = self.__dict__.get("_columns", {})
            table = {column: f"Write history[{column!r}]." for column in watched}
            return missing_attribute(self, name, OF_HISTORIES | table)

    def __getitem__(self, name: str) -> Array:
        if name not in self._columns:
            known = ", ".join(self._columns) or "nothing: no epoch was run"
            held = "validation_fraction=0.2" if str(name).startswith("val_") else "metrics=[...]"
            raise ParameterError(
                f"history[{name!r}]: this run did not watch it. It has {known}. Give fit({held})."
            )
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        """The number of epochs."""
        return len(next(iter(self._columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, float]]:
        """Yield the numbers of each epoch by name. So pandas makes a table: DataFrame(history)."""
        for row in zip_longest(*self._columns.values(), fillvalue=np.nan):
            yield {name: float(value) for name, value in zip(self._columns, row, strict=True)}

    def keys(self) -> list[str]:
        """Return the names of what was watched."""
        return list(self._columns)

    def as_dict(self) -> dict[str, Array]:
        """Return everything that was watched, by name: {"loss": ..., "val_loss": ...}."""
        return dict(self._columns)

    def plot(self, path: Any = None) -> "Figure":
        """Draw losses and metrics as a matplotlib figure; write it to `path`, if given.

        Each kind of quantity has its own panel; validation is dashed, the best epoch is marked.
        """
        from .. import plots

        figure = plots.training_curves(self.as_dict(), best_epoch=self.best_epoch)
        if path is not None:
            plots.save(figure, path)
        return figure

    def __repr__(self) -> str:
        last = ", ".join(
            f"{name} {values[-1]:.4g}" for name, values in self._columns.items() if len(values)
        )
        epochs = f"{len(self)} epoch{'s' * (len(self) != 1)}"
        return f"<History: {epochs}, {self.stopped}{'; ' + last if last else ''}>"

    def _repr_html_(self) -> str:
        return pages.history(self)
