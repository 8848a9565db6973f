"""Convolutional networks read digits: LeNet of 1998, and one of today.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner's network of 1998 is still the plan of most networks that look at pictures:
convolutions find, pooling forgets where exactly, dense layers decide. Here it is beside a network of today (3 x 3 kernels,
batch normalisation, ReLU) and beside one without any convolution, on the digits that ship with the package; then on
MNIST, when its four files are there: `CHAINRULE_DATA=FOLDER chainrule demo cnn`. Nothing is downloaded.
"""

import os
from pathlib import Path
from time import perf_counter

import numpy as np

import chainrule as cr
from chainrule.inspect import plots
from chainrule.lessons import notice, picture, say, shades, table, title

SPLITS, EPOCHS, ROWS = range(2), 30, 32
X, y = cr.datasets.digits()
X = X.reshape(-1, 8, 8, 1).astype(np.float32) / 16


# %% Three networks


def lenet(padding, hidden, first):
    """Its seven layers; with ReLU and the largest of four, where the paper has tanh and their mean."""
    return (
        *(cr.Conv2D(6, kernel=first, padding="same", init=HE), cr.ReLU(), cr.MaxPool2D(2)),
        *(cr.Conv2D(16, kernel=first, padding=padding, init=HE), cr.ReLU(), cr.MaxPool2D(2)),
        *(cr.Flatten(), cr.Dense(hidden[0], init=HE), cr.ReLU(), cr.Dense(hidden[1], init=HE), cr.ReLU(), cr.Dense(10)),
    )


def block(filters, **settings):
    """What networks of today are made of. BatchNorm has the bias."""
    return cr.Conv2D(filters, kernel=3, bias=False, init=HE, **settings), cr.BatchNorm(), cr.ReLU()


HE = cr.initializers.HeNormal()
NETWORKS = {
    "no convolution": (cr.Flatten(), cr.Dense(100, init=HE), cr.ReLU(), cr.Dense(10)),
    "LeNet, smaller": lenet("same", (60, 42), 3),
    "of today": (*block(16, padding="same"), *block(32), cr.MaxPool2D(2), *block(48), cr.GlobalMaxPool(), cr.Dense(10)),
}


def trained(layers, X, y, epochs, seed, *, rate=0.005, **options):
    """The last weights of a fixed schedule."""
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=X.shape[1:], seed=seed)
    steps = epochs * -(-len(X) // ROWS)
    net.fit(
        X, y, optimizer=cr.Adam(lr=cr.OneCycle(rate, steps=steps)), epochs=epochs, batch_size=ROWS, verbose=0, **options
    )
    return net


title("LeNet for pictures of 8 x 8")
print(cr.Network(*NETWORKS["LeNet, smaller"], loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1)).summary())

SHIFTS = ((1, 0), (-1, 0), (0, 1), (0, -1))
shuffle = np.random.RandomState(0).permutation(64)


def shuffled(X):
    """All pictures with their pixels in another order, the same for all: no neighbour is one any more."""
    return X.reshape(-1, 64)[:, shuffle].reshape(X.shape)


def shifted(X, down, right):
    """All pictures moved by a pixel; what comes in is paper."""
    framed = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return framed[:, 1 - down : 9 - down, 1 - right : 9 - right]


title(f"Three networks, {EPOCHS} epochs, {len(SPLITS)} splits")
nets, rows = {}, []
for name, layers in NETWORKS.items():
    found, start = [], perf_counter()
    for seed in SPLITS:
        X_train, y_train, X_test, y_test = cr.datasets.split(X, y, seed=seed)
        net = trained(layers, X_train, y_train, EPOCHS, seed)
        nets.setdefault(name, net)
        moved = np.mean([cr.metrics.accuracy(y_test, net.predict(shifted(X_test, *step))) for step in SHIFTS])
        blind = trained(layers, shuffled(X_train), y_train, EPOCHS, seed)
        scores = [cr.metrics.accuracy(y_test, p) for p in (net.predict(X_test), blind.predict(shuffled(X_test)))]
        found.append([scores[0], moved, scores[1]])
    print(f"{name}: done, {perf_counter() - start:.0f} s", flush=True)
    rows.append([name, f"{net.theta.size:,}", *(f"{mean:.3f}" for mean in np.mean(found, axis=0))])
print("\nShare of right answers on digits that were not learned:\n")
table(["network", "weights", "as they are", "moved by a pixel", "pixels shuffled"], rows)
