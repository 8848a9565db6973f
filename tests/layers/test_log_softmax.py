"""What the layer of log_softmax.py promises beyond the contracts."""

from tests.layers.networks import predict

import chainrule as cr


def test_log_softmax_is_finite_where_the_softmax_is_zero():
    assert predict(cr.LogSoftmax(), [[1000.0, -1000.0]]).tolist() == [[0.0, -2000.0]]
