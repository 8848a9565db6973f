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
    explains : bool
        True: what it finds may be the cause of what later detectors find.
    explained : bool
        True: what it finds may be a consequence of what earlier detectors found.
    """

    see: Callable[[Evidence], list[Suspicion]]
    explains: bool = False
    explained: bool = False


DETECTORS = (
    Detector(scale.inputs, explains=True),
    Detector(scale.targets, explains=True),
    Detector(fit_of_loss.fits, explains=True),
    Detector(order.unshuffled, explains=True),
    Detector(order.held_apart, explains=True),
    Detector(batch.too_small, explains=True),
    Detector(gradients.exploding, explains=True, explained=True),
    Detector(units.dead, explains=True, explained=True),
    Detector(units.saturated, explains=True, explained=True),
    Detector(gradients.vanishing, explains=True, explained=True),
    Detector(rate.too_high, explains=True, explained=True),
    Detector(rate.too_low, explains=True, explained=True),
    Detector(updates.too_large, explained=True),
    Detector(updates.too_small, explained=True),
    Detector(learning.one_batch, explains=True, explained=True),
    Detector(learning.capacity, explains=True, explained=True),
    Detector(imbalance.imbalance, explained=True),
    Detector(leak.leaked),
    Detector(labels.suspicious),
    Detector(learning.guessing, explained=True),
    Detector(overfitting.overfitting, explained=True),
    Detector(columns.constant),
    Detector(columns.duplicated),
)
