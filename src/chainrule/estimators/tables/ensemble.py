"""Several networks as one whose output, before the link, is the mean of their outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...graph.initializers import Constant
from ...layers.concatenate import Concatenate
from ...layers.dense import Dense
from ...layers.sequential import Sequential
from ...network import Network


def average(members: Sequence[Network], temperature: float = 1.0) -> Network:
    """Return the network with z = (z₁ + ... + z_M) / (M T) and the link of its members.

    The mean is a Dense layer with fixed weights after the members. So the whole is an ordinary
    Network: it predicts in one call, is saved in one file, and can be explained. A single member is
    returned as it is, or with the weights of its last layer divided by T.

    Parameters
    ----------
    members : sequence of Network
        Networks with the same inputs, outputs and loss; the last layer of each is Dense.
    temperature : float
        T, > 0.
    """
    first = members[0]
    if len(members) == 1:
        if temperature != 1:
            first = first.twin(first.theta)
            for p in first.programs.train.parameters[-2:]:
                first.theta[p.where] /= temperature
        return first
    outputs = first.programs.output[-1]
    mean = Dense(outputs, bias=False, init=Constant(0.0), trainable=False, name="mean")
    towers = [Sequential(*net.layers, name=f"member{k}") for k, net in enumerate(members, start=1)]
    whole = Network(
        Concatenate(*towers, name="members"),
        mean,
        loss=first.loss,
        inputs=first.inputs,
        seed=first.seed,
    )
    own = {p.path: p for p in whole.programs.train.parameters}
    whole.theta[own["mean/W"].where] = np.tile(
        np.eye(outputs) / (len(members) * temperature), (len(members), 1)
    ).ravel()
    for k, net in enumerate(members, start=1):
        for p in net.programs.train.parameters:
            whole.theta[own[f"members/member{k}/{p.path}"].where] = net.theta[p.where]
    return whole
