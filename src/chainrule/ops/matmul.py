"""Where files that were pickled by earlier versions look for this op."""

from ..graph.matmul import matmul

__all__ = ["matmul"]
