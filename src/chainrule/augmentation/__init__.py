"""Pictures that are a little different in every epoch: `fit(X, y, augment=(Affine(rotate=10), Noise(0.05)))`.

Each is a function (rows, key, row ids) -> rows of images (N, H, W, C), and so is one of your own. A row's change follows from the
key (seed, epoch) and the row's number in the data set alone: not from the batch that it is in, nor from what was asked before.
"""

from .affine import Affine
from .base import Augmentation
from .elastic import Elastic
from .erase import Erase
from .flip import Flip
from .mixup import MixUp
from .noise import Noise

__all__ = ["Affine", "Augmentation", "Elastic", "Erase", "Flip", "MixUp", "Noise"]
