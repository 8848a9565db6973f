"""Measure how many synthetic photographs of MNIST's test digits a network reads.

    CHAINRULE_DATA=folder python bench/photographs.py [NUMBER] [NETWORK.safetensors] [FIRST]

The photographs (tests/datasets/photographs.py) differ in pen, paper, lines, light, tilt, noise,
blur, size and EXIF orientation. The digits are MNIST's test digits, drawn again with another pen;
the network saw neither them nor any photograph. Without a file a small convolutional network is
trained on MNIST's first 50,000 digits for three epochs, and saved as photographs.safetensors. The
FIRST is the first digit and seed. The
8 x 8 digits of the package have a second network, trained before the photographs are read.
"""

import sys
from io import BytesIO
from pathlib import Path
from time import perf_counter

import numpy as np

import chainrule as cr

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.datasets.photographs import photograph

LEARNED = 50_000  # training digits; the settings were chosen with photographs of the other 10,000
MOVED = {"rotate": 10, "scale": 0.1, "shear": 5}


def block(*filters, **more):
    return [
        part
        for count in filters
        for part in (
            cr.Conv2D(count, bias=False, init=cr.initializers.HeNormal(), **more),
            cr.BatchNorm(),
            cr.ReLU(),
        )
    ]


def trained(layers, X, y, epochs, rows, shift):
    net = cr.Network(*layers, cr.Dense(10), loss=cr.SoftmaxCrossEntropy())
    rate = cr.OneCycle(0.01, steps=epochs * -(-len(X) // rows))
    augment = cr.augmentation.Affine(shift=shift, **MOVED)
    rule = cr.AdamW(lr=rate, weight_decay=0.01)
    net.fit(X, y, optimizer=rule, epochs=epochs, batch_size=rows, augment=augment, verbose=0)
    return net


def reader(X, y):
    """Return a network that reads 28 x 28 pixels."""
    pool = cr.MaxPool2D(2)
    layers = [*block(16), pool, *block(32, 32, 64), pool, *block(64, padding="same")]
    layers += [cr.Flatten(), cr.Dropout(0.3)]
    return trained(layers, X[:LEARNED] / np.float32(255), y[:LEARNED], 3, 128, 2)


def small_reader():
    """Return a network that reads the 8 x 8 pixels of the digits in the package."""
    X, y = cr.datasets.digits()
    layers = [*block(32, 64), cr.Flatten(), cr.Dropout(0.4)]
    return trained(layers, X.reshape(-1, 8, 8, 1) / np.float32(16), y, 25, 50, 0.7)


def main():
    X, y, X_test, y_test = cr.datasets.mnist()
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    if len(sys.argv) > 2:
        net = cr.Network.load(sys.argv[2])
    else:
        net = reader(X, y)
        net.save("photographs.safetensors")
    readers = {28: (net, 255), 8: (small_reader(), 16)}
    right, refused, seconds = {28: 0, 8: 0}, 0, 0.0
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    for k in range(first, first + number):
        data, about = photograph(X_test[k, ..., 0] / 255, k)
        for side, (one, levels) in readers.items():
            begun = perf_counter()
            try:
                image = cr.datasets.read_picture(BytesIO(data), side, side, levels)
            except cr.FileError as error:
                refused += side == 28
                print(f"photograph {k}, a {y_test[k]}: {error}", about, flush=True)
                continue
            seconds += perf_counter() - begun
            found = int(one.predict(image.reshape(1, side, side, 1) / levels).argmax())
            right[side] += found == y_test[k]
            if side == 28 and found != y_test[k]:
                print(f"photograph {k}: a {y_test[k]} read as {found}", about, flush=True)
    accuracy = cr.metrics.accuracy(y_test, net.predict(X_test / np.float32(255)))
    print(f"28 x 28: {right[28]} of {number} photographs right ({refused} refused); ", end="")
    print(f"MNIST's own images: {accuracy:.4f}")
    print(f" 8 x  8: {right[8]} of {number}; {seconds / number / 2:.2f} s to read a photograph")


main()
