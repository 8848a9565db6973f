"""What layers.py promises: the parameters of a model by layer."""

import numpy as np
import pytest
from tests.recording.runs import machine, table

from chainrule.recording.views.layers import norm, squares, symbols_of_layers, tensors


def test_a_network_has_its_layers_and_a_machine_its_parts():
    network, rbm = table().net, machine().net
    assert symbols_of_layers(network) == {"dense1": ["W1", "b1"], "dense2": ["W2", "b2"]}
    assert symbols_of_layers(rbm) == {"W": ["W"], "b": ["b"], "c": ["c"]}
    assert np.shares_memory(tensors(rbm, rbm.theta)["W"], rbm.theta)
    both = np.linalg.norm(network.theta[:36])
    assert norm(squares(tensors(network, network.theta)), ["W1", "b1"]) == pytest.approx(both)
