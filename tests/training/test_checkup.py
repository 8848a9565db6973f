"""Looking at runs while they train: ill ones show their sign, healthy ones show none."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import energy
from chainrule.training.checkup import Checkup, rate

rng = np.random.default_rng(0)
DIGITS, CLASSES = (part[:400] for part in cr.datasets.digits()[:2])
DIGITS = np.asarray(DIGITS, np.float32) / 16
XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)
LINE = np.linspace(-3, 3, 120)[:, None]
ANGLE = np.linspace(0.3, 9, 120)
SPIRALS = (
    np.c_[ANGLE * np.cos(ANGLE + np.pi * (np.arange(120) % 2)), ANGLE * np.sin(ANGLE)] / 9,
    np.arange(120) % 2,
)
BLOBS = rng.normal(size=(120, 4)) + 3 * np.eye(3, 4)[np.arange(120) % 3], np.arange(120) % 3
NOISE = rng.normal(size=(60, 20)), rng.integers(0, 2, 60)


class Looks(cr.Callback):
    """A checkup after every epoch, and at the end."""

    def __init__(self, engine_time=None):
        self.signs, self.spent = [], engine_time

    def on_train_begin(self, run):
        self.checkup = Checkup(run)

    def on_epoch_end(self, run):
        if run.epoch % 5 == 0 or run.epoch < 30:
            self.checkup.pulse(run)
            self.checkup.look(run, self.spent)

    def on_train_end(self, run):
        self.checkup.look(run)

    @property
    def kinds(self):
        return [sign.kind for sign in self.checkup.signs]


def watched(net, X, y, **options):
    looks = Looks()
    try:
        net.fit(X, y, callbacks=[looks], verbose=0, **options)
    except cr.TrainingError as error:
        looks.error = error
    return looks


def classifier(*layers, units=10, **settings):
    return cr.Network(
        *layers, cr.Dense(units), loss=cr.SoftmaxCrossEntropy(), **({"seed": 0} | settings)
    )


def regressor(*layers, **settings):
    return cr.Network(*layers, cr.Dense(1), loss=cr.SquaredError(), seed=0, **settings)


def xor(seed):
    parts = cr.Dense(2), cr.Sigmoid(), cr.Dense(1), cr.Sigmoid()
    return cr.Network(*parts, loss=cr.SquaredError(), seed=seed)


HEALTHY = {
    "xor": lambda: (xor(0), *XOR, {"optimizer": cr.SGD(0.5), "epochs": 3000}),
    "xor, plateau": lambda: (xor(3), *XOR, {"optimizer": cr.SGD(0.5), "epochs": 3000}),
    "xor, single rows": lambda: (
        xor(1),
        *XOR,
        {"optimizer": cr.SGD(0.1), "epochs": 1000, "batch_size": 1},
    ),
    "digits": lambda: (
        classifier(cr.Dense(32), cr.ReLU()),
        DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.005), "epochs": 40, "validation_fraction": 0.2},
    ),
    "digits, not scaled": lambda: (
        classifier(cr.Dense(32), cr.ReLU()),
        16 * DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.001), "epochs": 40, "validation_fraction": 0.2},
    ),
    "digits, slow": lambda: (
        classifier(cr.Dense(32), cr.Tanh()),
        DIGITS,
        CLASSES,
        {"optimizer": cr.SGD(1e-3), "epochs": 40},
    ),
    "digits, long": lambda: (
        classifier(cr.Dense(32), cr.ReLU()),
        DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.02), "epochs": 150},
    ),
    "deep": lambda: (
        classifier(*[layer for _ in range(5) for layer in (cr.Dense(24), cr.ReLU())]),
        DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.002), "epochs": 30},
    ),
    "dropout": lambda: (
        classifier(cr.Dense(64), cr.ReLU(), cr.Dropout(0.5)),
        DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.005), "epochs": 30, "validation_fraction": 0.2},
    ),
    "batch norm": lambda: (
        classifier(cr.Dense(32), cr.BatchNorm(), cr.ReLU()),
        DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.005), "epochs": 30, "validation_fraction": 0.2},
    ),
    "convolution": lambda: (
        classifier(cr.Conv2D(6, kernel=3), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten()),
        DIGITS.reshape(-1, 8, 8, 1),
        CLASSES,
        {"optimizer": cr.Adam(0.005), "epochs": 8},
    ),
    "augmented": lambda: (
        classifier(cr.Conv2D(4, kernel=3), cr.ReLU(), cr.Flatten()),
        DIGITS.reshape(-1, 8, 8, 1),
        CLASSES,
        {"optimizer": cr.Adam(0.005), "epochs": 4, "augment": cr.augmentation.Affine(shift=1)},
    ),
    "blobs": lambda: (classifier(units=3), *BLOBS, {"optimizer": cr.SGD(0.1), "epochs": 300}),
    "spirals": lambda: (
        classifier(cr.Dense(24), cr.Tanh(), cr.Dense(24), cr.Tanh(), units=2),
        *SPIRALS,
        {"optimizer": cr.Adam(0.01), "epochs": 300},
    ),
    "regression": lambda: (
        regressor(cr.Dense(16), cr.ReLU()),
        LINE,
        np.sin(LINE),
        {"optimizer": cr.Adam(0.01), "epochs": 300},
    ),
    "a line that is found": lambda: (
        regressor(),
        LINE,
        2 * LINE + 1,
        {"optimizer": cr.SGD(0.05), "epochs": 1500},
    ),
    "large targets": lambda: (
        regressor(cr.Dense(16), cr.ReLU()),
        LINE,
        1e4 * LINE,
        {"optimizer": cr.Adam(0.1), "epochs": 400},
    ),
    "the whole set": lambda: (
        regressor(cr.Dense(8), cr.Tanh()),
        LINE,
        np.sin(LINE),
        {"optimizer": cr.LBFGS(), "epochs": 100, "batch_size": None},
    ),
    "autoencoder": lambda: (
        cr.Network(
            cr.Dense(12), cr.ReLU(), cr.Dense(64), cr.Sigmoid(), loss=cr.SquaredError(), seed=0
        ),
        DIGITS,
        DIGITS,
        {"optimizer": cr.Adam(0.005), "epochs": 20},
    ),
    "penalty": lambda: (
        classifier(cr.Dense(32, penalty=cr.L2(1e-3)), cr.ReLU()),
        DIGITS,
        CLASSES,
        {"optimizer": cr.Adam(0.005), "epochs": 30, "validation_fraction": 0.2},
    ),
}
QUICK = ("xor, plateau", "digits", "convolution", "augmented", "a line that is found")


@pytest.mark.parametrize("name", QUICK)
def test_a_healthy_run_shows_no_sign(name):
    net, X, y, options = HEALTHY[name]()
    assert watched(net, X, y, **options).kinds == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in HEALTHY if name not in QUICK])
def test_other_healthy_runs_show_no_sign(name):
    net, X, y, options = HEALTHY[name]()
    assert watched(net, X, y, **options).kinds == []


def with_bias(value):
    net = classifier(cr.Dense(16), cr.ReLU(), inputs=(64,))
    net.parameters["b1"][...] = value
    return net


def deep_sigmoid():
    return classifier(*[layer for _ in range(10) for layer in (cr.Dense(16), cr.Sigmoid())])


ILL = {
    "NaN ahead": (
        {"learning_rate_too_high"},
        lambda: (regressor(), LINE, 2 * LINE, {"optimizer": cr.SGD(0.36), "batch_size": None}),
    ),
    "far too high": (
        {"learning_rate_too_high", "updates_too_large"},
        lambda: (with_bias(0), DIGITS, CLASSES, {"optimizer": cr.SGD(100.0)}),
    ),
    "dead": ({"dead_units"}, lambda: (with_bias(-100), DIGITS, CLASSES, {})),
    "saturated": (
        {"saturated_units"},
        lambda: (
            classifier(cr.Dense(16), cr.Tanh()),
            1e5 * DIGITS,
            rng.integers(0, 10, 400),
            {"optimizer": cr.SGD(0.001)},
        ),
    ),
    "too slow": (
        {"updates_too_small"},
        lambda: (with_bias(0), DIGITS, CLASSES, {"optimizer": cr.Adam(1e-10)}),
    ),
    "vanishing": (
        {"vanishing_gradients"},
        lambda: (deep_sigmoid(), DIGITS, CLASSES, {"optimizer": cr.SGD(0.05)}),
    ),
    "overfitting": (
        {"overfitting"},
        lambda: (
            classifier(cr.Dense(64), cr.ReLU(), units=2),
            *NOISE,
            {"optimizer": cr.Adam(0.01), "epochs": 100, "validation_fraction": 0.3},
        ),
    ),
}


@pytest.mark.parametrize("name", ILL)
@pytest.mark.filterwarnings("ignore")
def test_an_ill_run_shows_its_sign_once(name):
    kinds, case = ILL[name]
    net, X, y, options = case()
    looks = watched(net, X, y, **({"epochs": 30, "batch_size": 32} | options))
    assert kinds & set(looks.kinds) and len(looks.kinds) == len(set(looks.kinds)), looks.kinds


def test_it_is_said_before_the_run_fails():
    looks = watched(
        regressor(), LINE, 2 * LINE, optimizer=cr.SGD(0.5), epochs=2000, batch_size=None
    )
    assert isinstance(looks.error, cr.TrainingError)
    (sign,) = looks.checkup.signs
    assert sign.kind == "learning_rate_too_high" and "lr=0.5, for instance to 0.05" in str(sign)


def test_looking_changes_nothing():
    def trained(callbacks):
        net = classifier(cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.2))
        net.fit(DIGITS, CLASSES, epochs=3, verbose=0, callbacks=callbacks)
        return net.theta.tobytes()

    assert trained([Looks()]) == trained([])


def test_a_look_that_costs_too_much_is_left_out():
    net, looks = with_bias(-100), Looks(engine_time=0.0)
    looks.on_train_end = lambda run: None
    net.fit(DIGITS, CLASSES, epochs=3, verbose=0, callbacks=[looks])
    assert looks.kinds == []


def test_a_continued_run_is_not_asked_to_move():
    net, looks = with_bias(0), None
    for _ in range(2):
        looks = watched(net, DIGITS, CLASSES, optimizer=cr.Adam(1e-10), epochs=20, batch_size=32)
    assert looks.kinds == []


def test_rows_that_are_not_in_memory_are_not_read():
    class Rows:
        def __init__(self):
            self.asked = 0

        def __len__(self):
            return 40

        def rows(self, indices):
            self.asked += len(indices)
            return DIGITS[indices], CLASSES[indices]

    counts = []
    for callbacks in ([], [Looks()]):
        net, rows = classifier(cr.Dense(4), cr.ReLU()), Rows()
        net.fit(rows, epochs=2, batch_size=20, verbose=0, callbacks=callbacks)
        counts.append(rows.asked)
    assert counts[0] == counts[1]


def test_a_stream_is_compared_with_its_first_loss():
    class Rows:
        def stream(self, epoch, start):
            yield from [(LINE, 2 * LINE)] * (2 - start)

    looks = watched(regressor(), Rows(), None, optimizer=cr.SGD(0.4), epochs=30)
    assert looks.kinds == ["learning_rate_too_high"]


def test_several_outputs_sparse_rows_and_weights():
    sparse = pytest.importorskip("scipy.sparse")
    looks = watched(
        classifier(cr.Dense(8), cr.ReLU()),
        sparse.csr_matrix(DIGITS),
        CLASSES,
        class_weight="balanced",
        epochs=3,
    )
    assert looks.kinds == [] and looks.checkup.first > 0
    outputs = {"digit": cr.Dense(10), "ink": cr.Dense(1)}
    losses = {"digit": cr.SoftmaxCrossEntropy(), "ink": (0.5, cr.SquaredError())}
    net = cr.Network(cr.Dense(8), cr.ReLU(), cr.Heads(outputs), loss=losses, seed=0)
    targets = {"digit": CLASSES, "ink": DIGITS.mean(axis=1, keepdims=True)}
    looks = watched(net, DIGITS, targets, epochs=3)
    assert looks.kinds == [] and looks.checkup.first > 0


def test_an_rbm_has_its_loss_alone():
    looks = Looks()
    energy.RBM(4).fit(DIGITS[:50], epochs=3, verbose=0, callbacks=[looks])
    assert looks.kinds == [] and looks.checkup.program is None


def test_the_rate_of_a_schedule_is_that_of_its_step():
    rates = []
    net = classifier()
    net.fit(
        DIGITS,
        CLASSES,
        epochs=2,
        batch_size=None,
        verbose=0,
        optimizer=cr.SGD(lr=cr.ExponentialDecay(0.5, factor=0.1, steps=1)),
        callbacks=[lambda run: rates.append(rate(run))],
    )
    assert rates[0] > rates[1] > 0


def test_signs_that_are_not_wanted():
    class Quiet(Looks):
        def on_train_begin(self, run):
            self.checkup = Checkup(run, frozenset({"dead_units"}))

    looks = Quiet()
    with_bias(-100).fit(DIGITS, CLASSES, epochs=2, verbose=0, callbacks=[looks])
    assert "dead_units" not in looks.kinds
