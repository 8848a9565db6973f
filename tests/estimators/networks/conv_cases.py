"""Images for tests of the convolutional estimators."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr

X, Y = cr.datasets.digits()
IMAGES = (X / 16).reshape(-1, 8, 8).astype(np.float32)
