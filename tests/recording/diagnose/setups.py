"""Small set-ups for tests of diagnoses: one ill network for each detector, and healthy ones."""

import numpy as np

import chainrule as cr

RNG = np.random.default_rng(11)
X = RNG.normal(size=(240, 4))
Y = (X[:, :3] @ RNG.normal(size=(3, 3))).argmax(axis=1)
R = X[:, 0] + np.sin(2 * X[:, 1]) + 0.1 * RNG.normal(size=len(X))
XOR = (X[:, 0] * X[:, 1] > 0).astype(int)
RARE = (X[:, 0] + X[:, 1] + 0.5 * RNG.normal(size=len(X)) > 2.5).astype(int)
SORTED = np.argsort(Y, kind="stable")
WRONG = np.where(np.arange(len(Y)) % 9 == 0, (Y + 1) % 3, Y)
FAR = np.where(np.arange(len(Y)) % 20 == 0, R + 12, R)
init = cr.initializers


def in_order(epoch, n):
    return np.arange(n)


def classes(*layers, **options):
    layers = layers or (cr.Dense(16), cr.ReLU(), cr.Dense(3))
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **options)


def numbers(*layers, **options):
    layers = layers or (cr.Dense(16), cr.Tanh(), cr.Dense(1))
    return cr.Network(*layers, loss=cr.SquaredError(), **options)


def pair(*layers, **options):
    return cr.Network(*layers, loss=cr.SigmoidCrossEntropy(), **options)


def deep(activation, start, layers=6, units=12):
    return [a for _ in range(layers) for a in (cr.Dense(units, init=start), activation)]


def fit(lr=0.01, **options):
    return {"optimizer": cr.Adam(lr), "epochs": 20} | options


def slow_layer():
    return classes(inputs=(4,)).scale_lr({"dense1": 1e-6})


def fast_layer():
    return numbers(inputs=(4,)).scale_lr({"dense1": 500.0})


def few_rows():
    rows = np.concatenate([X, RNG.normal(size=(len(X), 16))], axis=1)
    net = classes(cr.Dense(128), cr.ReLU(), cr.Dense(3))
    held = rows[60:], WRONG[60:]
    return net, rows[:50], WRONG[:50], fit(epochs=60, validation_data=held)


def copies():
    held = np.r_[X[180:], X[:20]], np.r_[Y[180:], Y[:20]]
    return classes(), X[:180], Y[:180], fit(validation_data=held)


def cut_in_two():
    net, rows = classes(), X[SORTED]
    held = rows[180:], Y[SORTED][180:]
    return net, rows[:180], Y[SORTED][:180], fit(validation_data=held)


BIASES = {"b1": np.full(16, -9.0)}
HUGE, TINY = init.Normal(20.0), init.Normal(0.02)
NORMED = cr.Dense(16), cr.BatchNorm(), cr.ReLU(), cr.Dense(3)
# kind and variant -> network, X, y, options
ILL = {
    "inputs_not_scaled large": lambda: (classes(), X * [1, 1, 1, 4e4], Y, fit()),
    "inputs_not_scaled shifted": lambda: (classes(), X + 300, Y, fit()),
    "targets_not_scaled": lambda: (numbers(), X, 400 * R + 2000, fit()),
    "loss_does_not_fit ends": lambda: (
        numbers(cr.Dense(16), cr.ReLU(), cr.Dense(1), cr.Sigmoid()),
        X,
        R,
        fit(),
    ),
    "loss_does_not_fit scores": lambda: (
        classes(cr.Dense(16), cr.ReLU(), cr.Dense(3), cr.Sigmoid()),
        X,
        Y,
        fit(),
    ),
    "unshuffled batches": lambda: (classes(), X[SORTED], Y[SORTED], fit(order=in_order)),
    "unshuffled cut": cut_in_two,
    "batch_too_small": lambda: (classes(*NORMED), X, Y, fit(batch_size=2, epochs=8)),
    "dead_units": lambda: (classes(initial_weights=BIASES), X, Y, fit()),
    "exploding_gradients": lambda: (
        classes(*deep(cr.ReLU(), init.Normal(1.5)), cr.Dense(3)),
        X,
        Y,
        fit(0.001),
    ),
    "saturated_units": lambda: (
        classes(cr.Dense(16, init=HUGE), cr.Tanh(), cr.Dense(3)),
        X,
        Y,
        fit(0.003),
    ),
    "vanishing_gradients": lambda: (
        classes(*deep(cr.Sigmoid(), init.GlorotUniform()), cr.Dense(3)),
        X,
        Y,
        fit(0.003),
    ),
    "learning_rate_too_high failed": lambda: (
        numbers(cr.Dense(16), cr.ReLU(), cr.Dense(1)),
        X,
        R,
        fit(optimizer=cr.SGD(5.0)),
    ),
    "learning_rate_too_high jumps": lambda: (classes(), X, Y, fit(2.0)),
    "learning_rate_too_low": lambda: (classes(), X, Y, fit(1e-6)),
    "updates_too_small rate": lambda: (slow_layer(), X, XOR, fit()),
    "updates_too_large rate": lambda: (fast_layer(), X, R, fit()),
    "capacity_too_small linear": lambda: (pair(cr.Dense(1)), X, XOR, fit(epochs=50)),
    "capacity_too_small one unit": lambda: (
        pair(cr.Dense(1), cr.Tanh(), cr.Dense(1)),
        X,
        XOR,
        fit(epochs=50),
    ),
    "cannot_learn_one_batch frozen": lambda: (
        classes(cr.Dense(16), cr.Tanh(), cr.Dense(3), inputs=(4,)).freeze("dense1", "dense2"),
        X,
        Y,
        fit(),
    ),
    "cannot_learn_one_batch alike": lambda: (
        classes(cr.Dense(16, init=init.Zeros()), cr.Tanh(), cr.Dense(3, init=init.Zeros())),
        X,
        Y,
        fit(),
    ),
    "imbalance": lambda: (classes(cr.Dense(8), cr.ReLU(), cr.Dense(2)), X, RARE, fit(0.005)),
    "leaked_validation": copies,
    "suspicious_labels classes": lambda: (classes(), X, WRONG, fit()),
    "suspicious_labels numbers": lambda: (numbers(), X, FAR, fit()),
    "guessing": lambda: (classes(), X, RNG.permutation(Y), fit()),
    "overfitting": few_rows,
    "constant_columns": lambda: (classes(), np.c_[X, np.full(len(X), 2.5)], Y, fit()),
    "duplicated_columns": lambda: (classes(), np.c_[X, 2 * X[:, 1] + 1], Y, fit()),
}


def xor_of_sigmoids():
    net = pair(cr.Dense(4), cr.Sigmoid(), cr.Dense(1))
    return net, *cr.datasets.xor(), fit(0.05, epochs=300)


def noisy():
    return numbers(), X, X[:, 0] + RNG.normal(size=len(X)), fit(0.005, epochs=15)


def handled():
    net = classes(cr.Dense(8), cr.ReLU(), cr.Dense(2))
    return net, X, (X[:, 0] + X[:, 1] > 2).astype(int), fit(class_weight="balanced", epochs=40)


def bits():
    rows = RNG.integers(0, 2, size=(200, 5))  # equal rows are there by nature
    return classes(cr.Dense(16), cr.ReLU(), cr.Dense(2)), rows, rows.sum(1) // 3, fit(epochs=40)


def normed():
    return numbers(cr.Dense(16), cr.BatchNorm(), cr.ReLU(), cr.Dense(1)), X, R, fit()


def tiny_validation():
    return (
        numbers(),
        X[:100],
        X[:100, 0],
        fit(epochs=30, validation_data=(X[100:104], X[100:104, 0])),
    )


HEALTHY = {
    "classes": lambda: (classes(), X, Y, fit()),
    "numbers": lambda: (numbers(), X, R, fit()),
    "xor of sigmoids": xor_of_sigmoids,
    "noise": noisy,
    "imbalance that is handled": handled,
    "rows of bits": bits,
    "batch norm": normed,
    "tiny validation": tiny_validation,
    "in order": lambda: (numbers(), X, R, fit(order=in_order)),
}


TWO_WORDS = np.c_[X, XOR, 1 - XOR]  # one-hot code of a column of two words
HEALTHY |= {
    "two words in one-hot code": lambda: (classes(), TWO_WORDS, Y, fit()),
    "a simple network": lambda: (
        pair(cr.Dense(1)),
        X,
        (X[:, 0] + 0.3 * RNG.normal(size=len(X)) > 0).astype(int),
        fit(0.1, epochs=40),
    ),
    "a rare class of noise": lambda: (
        classes(cr.Dense(16), cr.ReLU(), cr.Dense(2)),
        X,
        (np.arange(len(X)) % 24 == 5).astype(int),
        fit(0.002, epochs=12),
    ),
}
