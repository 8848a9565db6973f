"""The detectors, causes before their consequences. A new one is one new file and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..evidence import Evidence
from ..suspicion import Suspicion
from . import (
    batch,
    columns,
    fit_of_loss,
    gradients,
    imbalance,
    labels,
    leak,
    learning,
    order,
    overfitting,
    rate,
    scale,
    units,
    updates,
)


class Detector(NamedTuple):
    """One detector.

    Parameters
    ----------
    see : function
        Evidence -> suspicions.
    explains : int
        What it finds may be the cause of what later detectors of up to this level find.
    explained : int
        The level of what it finds: 0 is never a consequence of something else.
    """

    see: Callable[[Evidence], list[Suspicion]]
    explains: int = 0
    explained: int = 0


DETECTORS = (
    Detector(scale.inputs, explains=2),
    Detector(scale.targets, explains=2),
    Detector(fit_of_loss.fits, explains=2),
    Detector(order.unshuffled, explains=2),
    Detector(order.held_apart, explains=2),
    Detector(batch.too_small, explains=2),
    Detector(units.dead_from_start, explains=1, explained=1),
    Detector(gradients.exploding, explains=1, explained=1),
    Detector(units.saturated_from_start, explains=1, explained=1),
    Detector(updates.own_rates, explains=2, explained=1),
    Detector(gradients.vanishing, explains=1, explained=1),
    Detector(rate.too_high, explains=1, explained=1),
    Detector(rate.too_low, explains=1, explained=1),
    Detector(updates.too_large, explains=1, explained=1),
    Detector(updates.too_small, explains=1, explained=1),
    Detector(units.dead_later, explains=1, explained=1),
    Detector(units.saturated_later, explains=1, explained=1),
    Detector(learning.capacity, explains=2, explained=1),
    # a test more than a cause: it stays beside the cause that other detectors found
    Detector(learning.one_batch, explains=1, explained=2),
    Detector(imbalance.imbalance, explains=1, explained=1),
    Detector(leak.leaked),
    Detector(labels.suspicious, explained=2),
    Detector(learning.guessing, explained=1),
    Detector(overfitting.overfitting, explained=1),
    Detector(columns.constant),
    Detector(columns.duplicated),
)
