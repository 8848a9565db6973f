"""Twenty kinds of faults, ten networks of each, as people make them.

Each case is a healthy set-up and the one thing that is wrong: the fields of `Setup` that change.
`ACCEPTS`, and `also` of a case, say which answers count. They were decided before any detector was
seen.

Cases 0 to 4 of a kind are "open": whoever writes detectors may run them. Cases 5 to 9 are "held":
they have other rows, sizes and architectures, and are run only at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from . import of_networks, of_rows
from .setups import Setup

# What counts as found besides the kind itself. An honest synonym names the same thing from the
# other side. The rest is strict: a consequence of a fault (dead units after raw inputs, say) sends
# the user to the wrong place.
ACCEPTS = {
    "learning_rate_too_high": ("updates_too_large",),  # lr × direction is the update
    "learning_rate_too_low": ("updates_too_small",),  # the same
}


KINDS = {
    f.__name__: f
    for f in (
        of_rows.inputs_not_scaled,
        of_rows.targets_not_scaled,
        of_networks.learning_rate_too_high,
        of_networks.learning_rate_too_low,
        of_networks.dead_units,
        of_networks.saturated_units,
        of_networks.vanishing_gradients,
        of_networks.exploding_gradients,
        of_rows.guessing,
        of_networks.cannot_learn_one_batch,
        of_networks.loss_does_not_fit,
        of_rows.unshuffled,
        of_rows.imbalance,
        of_rows.leaked_validation,
        of_rows.suspicious_labels,
        of_rows.overfitting,
        of_networks.batch_too_small,
        of_rows.constant_columns,
        of_rows.duplicated_columns,
        of_networks.capacity_too_small,
    )
}


class Fault(NamedTuple):
    """One ill run. `make()` gives (net, X, y, options of fit)."""

    kind: str
    name: str
    half: str
    accepts: frozenset[str]
    ill: Setup
    well: Setup

    @property
    def make(self) -> Callable[[], tuple[Any, Any, Any, dict]]:
        return self.ill.make


def planted(half: str | None = None, kind: str | None = None) -> Iterator[Fault]:
    """Yield the ill runs of a half ("open", "held") or of both, of one kind or of all."""
    for name, cases in KINDS.items():
        if kind in (None, name):
            for i, case in enumerate(cases()):
                accepts = frozenset((name, *ACCEPTS.get(name, ()), *case.also))
                part = "open" if i < 5 else "held"
                if half in (None, part):
                    yield Fault(name, case.name, part, accepts, case.ill, case.well)
