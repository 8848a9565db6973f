"""Files that were pickled by earlier versions find this op."""

import pickle

from chainrule import ops


def test_the_op_of_older_pickles_is_found():
    old = b"cchainrule.graph.operation\n_find_op\n(Vchainrule.ops.matmul\nVmatmul\ntR."
    assert pickle.loads(old) is ops.matmul
