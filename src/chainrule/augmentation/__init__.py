"""Random changes of images, new in every epoch.

Use them as `fit(X, y, augment=(Affine(rotate=10), Noise(0.05)))`. Each is a function
(rows, key, row ids) -> rows of images (N, H, W, C), and so is one of your own. The change of a row
depends only on the key (seed, epoch) and on the row's number in the data set: not on its batch, nor
on earlier calls.
"""

from .affine import Affine
from .base import Augmentation
from .elastic import Elastic
from .erase import Erase
from .flip import Flip
from .mixup import MixUp
from .noise import Noise

__all__ = ["Affine", "Augmentation", "Elastic", "Erase", "Flip", "MixUp", "Noise"]
