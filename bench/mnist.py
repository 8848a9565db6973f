"""Convolutional networks on handwritten digits: the accuracy of three seeds, each the last weights of a fixed schedule.

    CHAINRULE_DATA=folder python bench/mnist.py lenet | small | digits [--validate] [SEED ...]

--validate tests on a part of the training rows instead, and never opens the test set: so the settings below were chosen.
"""

import sys
from time import perf_counter

import numpy as np

import chainrule as cr


def convolution(filters, **settings):
    return cr.Conv2D(filters, bias=False, init=cr.initializers.HeNormal(), **settings), cr.BatchNorm(), cr.ReLU()


LENET = (
    *(cr.Conv2D(6, kernel=5, padding="same"), cr.ReLU(), cr.MaxPool2D(2), cr.Conv2D(16, kernel=5), cr.ReLU()),
    *(cr.MaxPool2D(2), cr.Flatten(), cr.Dense(120), cr.ReLU(), cr.Dense(84), cr.ReLU(), cr.Dense(10)),
)  # of 1998, with the activation and the pooling of today
SMALL = (
    *(*convolution(16), cr.MaxPool2D(2), *convolution(32), *convolution(32), *convolution(64), cr.MaxPool2D(2)),
    *(*convolution(64, padding="same"), cr.Flatten(), cr.Dropout(0.3), cr.Dense(10)),
)
TINY = (*convolution(32, padding="same"), *convolution(32), cr.MaxPool2D(2), *convolution(64), cr.Flatten(), cr.Dropout(0.4), cr.Dense(10))
WORK = {  # network, epochs, rows a step, highest rate, changes of the images
    "lenet": (LENET, 10, 64, 0.003, None),
    "small": (SMALL, 10, 128, 0.01, cr.augmentation.Affine(shift=2, rotate=10, scale=0.1, shear=5)),
    "digits": (TINY, 60, 32, 0.005, cr.augmentation.Affine(shift=0.7, rotate=10, scale=0.1)),
}
(layers, epochs, rows, rate, augment), validate = WORK[sys.argv[1]], "--validate" in sys.argv
for seed in [int(word) for word in sys.argv[2:] if word.isdigit()] or range(3):
    if sys.argv[1] == "digits":
        X, y = cr.datasets.digits()
        X, y, X_test, y_test = cr.datasets.split(X.reshape(-1, 8, 8, 1) / np.float32(16), y, seed=seed)
    else:
        X, y, X_test, y_test = (a / np.float32(255) if a.ndim == 4 else a for a in cr.datasets.mnist())
    if validate:
        X, y, X_test, y_test = cr.datasets.split(X, y, test=1 / 6, seed=99)
    start, net = perf_counter(), cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=X.shape[1:], seed=seed)
    optimizer = cr.AdamW(lr=cr.OneCycle(rate, steps=epochs * -(-len(X) // rows)), weight_decay=0.01)
    net.fit(X, y, optimizer=optimizer, epochs=epochs, batch_size=rows, augment=augment, verbose=0)
    accuracy, seconds = cr.metrics.accuracy(y_test, net.predict(X_test)), perf_counter() - start
    print(f"{sys.argv[1]}, seed {seed}: {accuracy:.4f} of {len(X_test)} rows after {epochs} epochs, {seconds:.0f} s, {net.theta.size} numbers", flush=True)
