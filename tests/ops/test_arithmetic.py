"""Files that were pickled by earlier versions find these ops."""

import pickle

from chainrule import ops


def test_ops_of_older_pickles_are_found():
    old = b"cchainrule.graph.operation\n_find_op\n(Vchainrule.ops.arithmetic\nVscale\ntR."
    assert pickle.loads(old) is ops.scale
