"""Measure the accuracy of convolutional networks on unseen digits, seed by seed.

The weights are the last ones of a fixed schedule.

    CHAINRULE_DATA=folder python bench/mnist.py lenet | small | digits [--validate] [SEED ...]

--validate holds out training rows and does not touch the test rows: the settings were chosen
that way.
"""

import sys
from time import perf_counter

import numpy as np

import chainrule as cr

relu, pool, start = cr.ReLU(), cr.MaxPool2D(2), cr.initializers.HeNormal()


def block(*filters, **more):
    return [
        p
        for f in filters
        for p in (cr.Conv2D(f, bias=False, init=start, **more), cr.BatchNorm(), relu)
    ]


LENET = [
    cr.Conv2D(6, kernel=5, padding="same"),
    relu,
    pool,
    cr.Conv2D(16, kernel=5),
    relu,
    pool,
    cr.Flatten(),
]
# LeNet of 1998, with the activation and the pooling of today
LENET += [
    cr.Dense(120),
    relu,
    cr.Dense(84),
    relu,
]
SMALL = [
    *block(16),
    pool,
    *block(32, 32, 64),
    pool,
    *block(64, padding="same"),
    cr.Flatten(),
    cr.Dropout(0.3),
]
# layers but the last, epochs, rows a step, highest rate, pixels that images move by, their side
WORK = {
    "lenet": (LENET, 10, 64, 0.003, 0, 28),
    "small": (SMALL, 10, 128, 0.01, 2, 28),
    "digits": ([*block(32, 64, 64), cr.Flatten(), cr.Dropout(0.5)], 60, 50, 0.01, 0.7, 8),
}
(layers, epochs, rows, peak, shift, side), name = WORK[sys.argv[1]], sys.argv[1]
augment = cr.augmentation.Affine(shift=shift, rotate=10, scale=0.1, shear=5) if shift else None
for seed in [int(word) for word in sys.argv[2:] if word.isdigit()] or range(3):
    parts = (
        cr.datasets.split(*cr.datasets.digits(), seed=seed)
        if name == "digits"
        else cr.datasets.mnist()
    )
    X, y, X_test, y_test = (
        cr.datasets.split(*parts[:2], test=1 / 6, seed=99) if "--validate" in sys.argv else parts
    )
    X, X_test = (
        images.reshape(-1, side, side, 1) / np.float32(parts[0].max()) for images in (X, X_test)
    )
    begun, net = (
        perf_counter(),
        cr.Network(*layers, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=seed),
    )
    rule = cr.AdamW(lr=cr.OneCycle(peak, steps=epochs * -(-len(X) // rows)), weight_decay=0.01)
    net.fit(X, y, optimizer=rule, epochs=epochs, batch_size=rows, augment=augment, verbose=0)
    right, seconds = cr.metrics.accuracy(y_test, net.predict(X_test)), perf_counter() - begun
    print(
        f"{name}, seed {seed}: {right:.2%} of {len(y_test)}, "
        f"{net.theta.size} numbers, {seconds:.0f} s",
        flush=True,
    )
