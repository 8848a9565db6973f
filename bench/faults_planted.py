"""Twenty kinds of faults, ten networks of each, as people make them.

Each case is a healthy set-up and the one thing that is wrong: the fields of `Setup` that change.
`ACCEPTS` and `also` say which answers count. They were decided before any detector was seen.

Cases 0 to 4 of a kind are "open": whoever writes detectors may run them. Cases 5 to 9 are "held":
they have other rows, sizes and architectures, and are run only at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from faults_setups import Rows, Setup

import chainrule as cr

Normal, Uniform = cr.initializers.Normal, cr.initializers.Uniform
He = cr.initializers.HeNormal()

# What counts as found besides the kind itself. An honest synonym names the same thing from the
# other side. The rest is strict: a consequence of a fault (dead units after raw inputs, say) sends
# the user to the wrong place.
ACCEPTS = {
    "learning_rate_too_high": ("updates_too_large",),  # lr × direction is the update
    "learning_rate_too_low": ("updates_too_small",),  # the same
}


class Fault(NamedTuple):
    """One ill run. `make()` gives (net, X, y, options of fit)."""

    kind: str
    name: str
    half: str
    accepts: frozenset[str]
    ill: Setup
    well: Setup

    @property
    def make(self) -> Callable[[], tuple[Any, Any, Any, dict]]:
        return self.ill.make


class Case(NamedTuple):
    name: str
    well: Setup
    ill: Setup
    also: tuple[str, ...] = ()


def planted(half: str | None = None, kind: str | None = None) -> Iterator[Fault]:
    """Yield the ill runs of a half ("open", "held") or of both, of one kind or of all."""
    for name, cases in KINDS.items():
        if kind in (None, name):
            for i, case in enumerate(cases()):
                accepts = frozenset((name, *ACCEPTS.get(name, ()), *case.also))
                part = "open" if i < 5 else "held"
                if half in (None, part):
                    yield Fault(name, case.name, part, accepts, case.ill, case.well)


def case(name: str, base: str, also: tuple[str, ...] = (), well: Any = None, **fault: Any) -> Case:
    """Return a case: a base, what is healthy but different from it, and the fault."""
    healthy = BASES[base].but(**(well or {}))
    return Case(name, healthy, healthy.but(**fault), also)


def conv(outputs: int) -> tuple:
    first = cr.Conv2D(8, kernel=3, padding="same"), cr.ReLU(), cr.MaxPool2D(2)
    return (*first, cr.Conv2D(16), cr.ReLU(), cr.Flatten(), cr.Dense(outputs))


def conv1d(outputs: int) -> tuple:
    first = cr.Conv1D(8, kernel=5), cr.ReLU(), cr.MaxPool1D(2), cr.Conv1D(16), cr.ReLU()
    return (*first, cr.GlobalAveragePool(), cr.Dense(outputs))


S, F64 = Setup, "float64"
BASES = {
    # the open half
    "moons": S(("moons", 300, {"noise": 0.15}), (16, 8), cr.Tanh, cr.Adam(0.01), 40),
    "digits": S(("digits", 800), (64, 32), cr.ReLU, cr.Adam(0.003), 15),
    "friedman": S(("friedman", 500), (32, 16), cr.ReLU, cr.Adam(0.005), 40, dtype=F64),
    "wine": S(("wine", 120), (16,), cr.Tanh, cr.SGD(0.1), 40, 16, seed=2),
    "houses": S(("houses", 500), (32, 16), cr.ReLU, cr.Adam(0.005), 30, seed=3),
    "blobs": S(("blobs", 400, {"classes": 5}), (24, 12), cr.ELU, cr.RMSprop(0.003), 25),
    "spirals": S(("spirals", 400), (32, 32), cr.Tanh, cr.Adam(0.01), 120, seed=4),
    "table": S(
        ("table", 1500), (32, 16), cr.LeakyReLU, cr.Momentum(0.02), 15, validation=0.2, seed=5
    ),
    "sine": S(
        ("sine", 200), (24, 12), cr.Tanh, cr.Adam(0.01), 60, validation=False, engine="reference"
    ),
    "conv": S(("digits", 600, {"flat": False}), layers=conv, optimizer=cr.Adam(0.003), epochs=8),
    # the half that is held out
    "circles": S(("circles", 360), (20, 10), cr.ReLU, cr.Adam(0.01), 40, 20, seed=11),
    "five": S(("digits", 500, {"classes": 5}), (48,), cr.Sigmoid, cr.Adam(0.01), 25, 25, seed=12),
    "machine": S(("machine", 600), (40, 20), cr.GELU, cr.AdamW(0.005), 50, 40, seed=13),
    "iris": S(("iris", 100), (12, 8), cr.ReLU, cr.Adam(0.02), 50, 10, dtype=F64, seed=14),
    "loans": S(("loans", 700), (24, 24), cr.SiLU, cr.Adam(0.005), 40, dtype=F64, seed=15),
    "cancer": S(("cancer", 380), (16, 8), cr.ReLU, cr.Nesterov(0.02), 30, validation=0.25, seed=16),
    "arms": S(("spirals", 450, {"arms": 3}), (40, 20), cr.ReLU, cr.Adam(0.01), 100, seed=17),
    "plane": S(("plane", 300), (16,), cr.Tanh, cr.SGD(0.05), 40, 16, engine="reference", seed=18),
    "waves": S(("waves", 400), layers=conv1d, optimizer=cr.Nadam(0.005), epochs=20, seed=19),
    "shops": S(("shops", 500), (24,), cr.ReLU, cr.Adagrad(0.1), 40, 25, validation=False, seed=20),
    "wide": S(("digits", 900), (128,), cr.ReLU, cr.SGD(0.3), 20, 64, validation=False, seed=21),
}


# ---------------------------------------------------------------- data in the wrong unit


def inputs(change: Callable[[Any], Any]) -> Callable[[Rows], Rows]:
    return lambda rows: rows.inputs(change)


def targets(change: Callable[[Any], Any]) -> Callable[[Rows], Rows]:
    return lambda rows: rows.targets(change)


def raw(base: str) -> tuple:
    name, n, *more = BASES[base].data
    return name, n, {**(more[0] if more else {}), "raw": True}


def raw_inputs(rows: Rows) -> Rows:
    """Keep the units of the inputs, and standardize the targets."""
    done = rows.standardized()
    return rows._replace(y=done.y, yv=done.yv)


def raw_targets(rows: Rows) -> Rows:
    """Keep the unit of the targets, and standardize the inputs."""
    return rows.standardized(targets=False)


def inputs_not_scaled() -> list[Case]:
    # Most of these make the library warn when the fit begins. The last one of the open half and
    # the last two of the other are nearer to unit size, and it is silent.
    bytes_ = inputs(lambda X: np.round(X * 255).astype(np.uint8))
    percent = inputs(lambda X: X * (1, 1, 1, 1, 1, 30, 50, 1) + (0, 0, 0, 0, 0, 50, 50, 0))
    degrees = inputs(lambda X: np.where(np.arange(8) < 4, 60 + 15 * X, X))
    slow = {"optimizer": cr.SGD(0.1)}
    return [
        case("pixels 0..255, SGD", "digits", well=slow, spoil=bytes_),
        case("houses in m², years and metres", "houses", data=raw("houses"), spoil=raw_inputs),
        case("wine as it was measured", "wine", data=raw("wine")),
        case("lengths in kilometres", "moons", spoil=inputs(lambda X: X * 1e-4)),
        case("percents beside shares", "table", spoil=percent),
        case("images 0..255", "conv", well={"optimizer": cr.SGD(0.05)}, spoil=bytes_),
        case("income in dollars, debt as a share", "loans", data=raw("loans")),
        case("cancer as it was measured", "cancer", data=raw("cancer")),
        case("temperatures of 60 ± 15", "plane", spoil=degrees),
        case("hundredths", "circles", spoil=inputs(lambda X: X * 0.01)),
    ]


def targets_not_scaled() -> list[Case]:
    # Again the library warns of most; 60 ± 12, 20 ± 0.5 and 90 ± 0.5 pass.
    second = targets(lambda y: y * (1, 2000))  # the other output is still of unit size
    sick = {"data": ("diabetes", 300), "hidden": (16,), "epochs": 25}
    curve = {"data": ("sine", 300), "act": cr.Tanh, "epochs": 80}
    return [
        case("prices in dollars", "houses", data=raw("houses"), spoil=raw_targets),
        case("temperatures in kelvin", "sine", spoil=targets(lambda y: 290 + 8 * y)),
        case("amounts of 10⁻⁵", "friedman", spoil=targets(lambda y: 1e-5 * (y + 3))),
        case("lengths of 20 ± 0.5", "houses", spoil=targets(lambda y: 20 + 0.5 * y)),
        case("points, 60 ± 12", "friedman", spoil=targets(lambda y: 60 + 12 * y)),
        case("one output in watts, one in kilowatts", "machine", spoil=second),
        case("quality, 90 ± 0.5", "plane", spoil=targets(lambda y: 90 + 0.5 * y)),
        case("takings in cents", "shops", spoil=targets(lambda y: 1e5 * (y + 3))),
        case(
            "diabetes as it comes",
            "machine",
            well=sick,
            data=("diabetes", 300, {"raw": True}),
            spoil=raw_targets,
        ),
        case("calendar years", "machine", well=curve, spoil=targets(lambda y: 1990 + 9 * y)),
    ]


# ---------------------------------------------------------------- learning rates


def learning_rate_too_high() -> list[Case]:
    # A run that leaves the finite numbers has gradients that explode, whatever made them.
    bursts = ("exploding_gradients",)
    return [
        case("Adam(3)", "digits", optimizer=cr.Adam(3.0)),
        case("Adam(1)", "moons", optimizer=cr.Adam(1.0)),
        case("SGD(2) on numbers", "friedman", bursts, optimizer=cr.SGD(2.0)),
        case("Momentum(3)", "table", bursts, optimizer=cr.Momentum(3.0)),
        case("RMSprop(0.5)", "blobs", optimizer=cr.RMSprop(0.5)),
        case("AdamW(2)", "machine", bursts, optimizer=cr.AdamW(2.0)),
        case("Adam(0.5)", "arms", optimizer=cr.Adam(0.5)),
        case("SGD(1.5) on numbers", "plane", bursts, optimizer=cr.SGD(1.5)),
        case("Nadam(3), convolutions", "waves", optimizer=cr.Nadam(3.0)),
        case("SGD(20), wide", "wide", bursts, optimizer=cr.SGD(20.0)),
    ]


def learning_rate_too_low() -> list[Case]:
    return [
        case("Adam(1e-7)", "digits", optimizer=cr.Adam(1e-7)),
        case("SGD(1e-5)", "wine", optimizer=cr.SGD(1e-5)),
        case("Adam(1e-6)", "friedman", optimizer=cr.Adam(1e-6)),
        case("Momentum(1e-5)", "table", optimizer=cr.Momentum(1e-5)),
        case("Adam(3e-5), few epochs", "houses", well={"epochs": 15}, optimizer=cr.Adam(3e-5)),
        case("Adam(1e-7)", "circles", optimizer=cr.Adam(1e-7)),
        case("SGD(1e-4)", "wide", optimizer=cr.SGD(1e-4)),
        case("AdamW(1e-6)", "machine", optimizer=cr.AdamW(1e-6)),
        case("Nadam(1e-6)", "waves", optimizer=cr.Nadam(1e-6)),
        case("SGD(1e-6)", "plane", optimizer=cr.SGD(1e-6)),
    ]


# ---------------------------------------------------------------- units and depth


def biases(share: float = 1.0, **values: tuple[int, float]) -> dict[str, Any]:
    """Return starting biases: b1=(units, value) for this share of the units, 0 for the others."""
    return {
        name: np.where(np.arange(units) < share * units, value, 0.0)
        for name, (units, value) in values.items()
    }


def wrecked(setup: Setup, lr: float) -> dict[str, Any]:
    """Return the weights after a few steps that were far too large, as a lost run leaves them."""
    net, X, y, _ = setup.make()
    net.fit(X, y, optimizer=cr.SGD(lr), epochs=1, batch_size=len(X) // 3, verbose=0)
    return {name: np.array(value) for name, value in net.parameters.items()}


def dead_units() -> list[Case]:
    relu = {"act": cr.ReLU}
    digits, cancer = BASES["digits"], BASES["cancer"]
    return [
        case("biases of −6", "friedman", start=biases(b1=(32, -6.0))),
        case("biases of −8, second layer", "digits", start=biases(b2=(32, -8.0))),
        case("negative weights, inputs ≥ 0", "digits", init=Uniform(-0.2, 0.0)),
        case("biases of −5, most units", "houses", start=biases(0.8, b1=(32, -5.0), b2=(16, -5.0))),
        case("weights of a run with SGD(30)", "digits", start=wrecked(digits, 30.0)),
        case("biases of −7", "iris", start=biases(b1=(12, -7.0))),
        case("biases of −4, both layers", "circles", start=biases(b1=(20, -4.0), b2=(10, -4.0))),
        case("biases of −10, most units", "wide", start=biases(0.9, b1=(128, -10.0))),
        case("normal weights around −0.3", "five", well=relu, init=Normal(0.1, mean=-0.3)),
        case("weights of a run with SGD(50)", "cancer", start=wrecked(cancer, 50.0)),
    ]


def saturated_units() -> list[Case]:
    sigmoid = {"act": cr.Sigmoid}
    return [
        case("tanh, weights of std 20", "moons", init=Normal(20.0)),
        case("tanh, weights of std 10", "wine", init=Normal(10.0)),
        case("tanh, weights of std 15", "spirals", init=Normal(15.0)),
        case(
            "sigmoid, weights of std 8",
            "digits",
            well=sigmoid | {"optimizer": cr.Adam(0.01)},
            init=Normal(8.0),
        ),
        case("tanh, biases of 15", "sine", start=biases(b1=(24, 15.0), b2=(12, -15.0))),
        case("tanh, weights up to 30", "machine", well={"act": cr.Tanh}, init=Uniform(-30, 30)),
        case("sigmoid, weights of std 20", "five", init=Normal(20.0)),
        case("tanh, weights of std 12", "plane", init=Normal(12.0)),
        case(
            "sigmoid, biases of 12",
            "iris",
            well=sigmoid | {"optimizer": cr.Adam(0.005)},
            start=biases(b1=(12, 12.0)),
        ),
        case(
            "three tanh layers, std 6",
            "loans",
            well={"act": cr.Tanh, "hidden": (24, 24, 24), "epochs": 15},
            init=Normal(6.0),
        ),
    ]


def deep(layers: int, units: int, act: Any = cr.ReLU, lr: float = 0.002, **more: Any) -> dict:
    """Return what makes a base deep, with a start that keeps the size of values."""
    init = cr.initializers.GlorotNormal() if act is cr.Tanh else He
    fields = {"hidden": (units,) * layers, "act": act, "init": init, "optimizer": cr.Adam(lr)}
    return fields | more


def vanishing_gradients() -> list[Case]:
    glorot, sigmoid = cr.initializers.GlorotUniform(), cr.Sigmoid
    logistic = {"act": sigmoid, "init": glorot}
    return [
        case("12 sigmoid layers", "moons", well=deep(12, 16), **logistic),
        case("10 sigmoid layers", "digits", well=deep(10, 32, epochs=25), **logistic),
        case("8 relu layers, weights of std 0.01", "friedman", well=deep(8, 32), init=Normal(0.01)),
        case("10 tanh layers, std 0.02", "table", well=deep(10, 24, cr.Tanh), init=Normal(0.02)),
        case("8 sigmoid layers, SGD", "wine", well=deep(8, 16, optimizer=cr.SGD(0.02)), **logistic),
        case("9 sigmoid layers", "circles", well=deep(9, 20), **logistic),
        case("8 gelu layers, std 0.02", "machine", well=deep(8, 30, cr.GELU), init=Normal(0.02)),
        case("7 tanh layers, ±0.05", "iris", well=deep(7, 14, cr.Tanh), init=Uniform(-0.05, 0.05)),
        case("14 sigmoid layers", "arms", well=deep(14, 24), **logistic),
        case("13 sigmoid layers", "loans", well=deep(13, 16), **logistic),
    ]


def exploding_gradients() -> list[Case]:
    return [
        case(
            "10 relu layers, 3 × He",
            "digits",
            well=deep(10, 32, lr=0.001, epochs=10),
            init=Normal(3 * (2 / 32) ** 0.5),
        ),
        case("8 relu layers, std 1", "friedman", well=deep(8, 32), init=Normal(1.0)),
        case("10 relu layers, ±2", "moons", well=deep(10, 32), init=Uniform(-2.0, 2.0)),
        case(
            "9 leaky layers, std 0.8",
            "table",
            well=deep(9, 32, cr.LeakyReLU),
            init=Normal(0.8),
        ),
        case("8 elu layers, std 1, SGD", "houses", well=deep(8, 24, cr.ELU), init=Normal(1.0)),
        case("12 relu layers, std 0.8", "circles", well=deep(12, 30), init=Normal(0.8)),
        case(
            "8 relu layers, std 1.5",
            "iris",
            well=deep(8, 16, lr=0.001, epochs=15),
            init=Normal(1.5),
        ),
        case("8 gelu layers, std 0.9", "machine", well=deep(8, 40, cr.GELU), init=Normal(0.9)),
        case("10 relu layers, ±1.2", "cancer", well=deep(10, 24), init=Uniform(-1.2, 1.2)),
        case("9 silu layers, std 1", "loans", well=deep(9, 28, cr.SiLU), init=Normal(1.0)),
    ]


# ---------------------------------------------------------------- nothing to learn, or unable to


def mixed(rows: Rows) -> Rows:
    """Give each row the target of another one: inputs and targets were shuffled apart."""
    rng = np.random.default_rng(5)
    return rows._replace(y=rng.permutation(rows.y), yv=rng.permutation(rows.yv))


def off_by_one(rows: Rows) -> Rows:
    """Give each row the target of the row before it."""
    return rows.targets(lambda y: np.roll(y, 1, axis=0))


def numbered(rows: Rows) -> Rows:
    """Replace the inputs by numbers that say nothing, such as hashes of a customer's number."""
    rng = np.random.default_rng(6)
    return rows.inputs(lambda X: rng.normal(size=X.shape))


def guessing() -> list[Case]:
    # Many rows and a small network, so that it cannot learn the noise by heart.
    def many(name: str, n: int, hidden: tuple, epochs: int, **how: Any) -> dict:
        return {"data": (name, n, how), "hidden": hidden, "epochs": epochs}

    calm = {"optimizer": cr.SGD(0.02)}
    digits = many("digits", 1200, (12,), 12) | {"optimizer": cr.Adam(0.002)}
    return [
        case("labels shuffled", "moons", well=many("moons", 1500, (8,), 15), spoil=mixed),
        case(
            "targets of the row before",
            "friedman",
            well=many("friedman", 3000, (8,), 15),
            spoil=off_by_one,
        ),
        case("labels shuffled", "digits", well=digits, spoil=mixed),
        case(
            "inputs that say nothing", "table", well=many("table", 3000, (12,), 20), spoil=numbered
        ),
        case("prices shuffled", "houses", well=many("houses", 2500, (6,), 12), spoil=mixed),
        case(
            "labels of the row before",
            "circles",
            well=many("circles", 1500, (8,), 20),
            spoil=off_by_one,
        ),
        case("targets shuffled", "machine", well=many("machine", 3000, (10,), 12), spoil=mixed),
        case("labels shuffled", "waves", well={"data": ("waves", 1500), "epochs": 8}, spoil=mixed),
        case(
            "inputs that say nothing", "loans", well=many("loans", 2000, (8,), 15), spoil=numbered
        ),
        case(
            "targets shuffled, SGD", "plane", well=many("plane", 2500, (6,), 6) | calm, spoil=mixed
        ),
    ]


def layers_of(net: Any) -> list[str]:
    """Return the paths of the layers that have parameters."""
    return sorted({p.path.split("/")[0] for p in net.programs.train.parameters})


def cannot_learn_one_batch() -> list[Case]:
    zeros = cr.initializers.Zeros()
    # weights of exact zeros pass no gradient on, and relu units that give 0 for every row are dead
    zero = ("vanishing_gradients", "dead_units")
    still = ("updates_too_small",)  # where no weight moves, that is the same fact
    no_way = ("loss_does_not_fit",)  # an output that has no negative numbers, for targets that have

    def frozen(net: Any) -> None:
        net.freeze(*layers_of(net))

    def still_rates(net: Any) -> None:
        net.scale_lr(dict.fromkeys(layers_of(net), 0.0))

    def zero_conv(outputs: int) -> tuple:
        shut = cr.Conv1D(8, kernel=5, init=zeros), cr.ReLU(), cr.GlobalAveragePool()
        return *shut, cr.Dense(outputs, init=zeros)

    heavy = cr.L2(30.0)

    def pulled(outputs: int) -> tuple:
        hidden = cr.Dense(24, penalty=heavy), cr.ReLU(), cr.Dense(12, penalty=heavy), cr.ReLU()
        return *hidden, cr.Dense(outputs, penalty=heavy)

    below = targets(lambda y: -np.abs(y) - 0.5)
    return [
        case("every layer frozen", "digits", still, after=frozen),
        case("zero weights in all layers", "friedman", zero, init=zeros),
        case(
            "relu output, targets < 0",
            "houses",
            (*no_way, "dead_units"),
            {"spoil": below},
            last=(cr.ReLU(),),
        ),
        case("a clip of 1e-7", "wine", still, optimizer=(cr.ClipNorm(1e-7), cr.SGD(0.1))),
        case("weights held below 0.001", "moons", optimizer=(cr.Adam(0.01), cr.MaxNorm(1e-3))),
        case("all rates 0", "circles", still, after=still_rates),
        case("zero kernels", "waves", zero, layers=zero_conv),
        case(
            "softplus output, targets < 0", "plane", no_way, {"spoil": below}, last=(cr.Softplus(),)
        ),
        case("a penalty of 30", "iris", layers=pulled),
        case("weight decay of 100", "loans", optimizer=cr.AdamW(0.005, weight_decay=100.0)),
    ]


# ---------------------------------------------------------------- loss and output


def one_hot(rows: Rows) -> Rows:
    return rows.targets(lambda y: np.eye(rows.outputs)[y])


def numbers(rows: Rows) -> Rows:
    return rows.targets(lambda y: y.astype(float))


def loss_does_not_fit() -> list[Case]:
    # To scale the targets into the output's range cures a bounded output as well, and a relu that
    # has nothing to answer is a dead unit.
    scale, off = ("targets_not_scaled",), ("dead_units",)

    def one_number(outputs: int) -> tuple:
        return cr.Dense(24), cr.ELU(), cr.Dense(12), cr.ELU(), cr.Dense(1)

    squared = {"loss": cr.SquaredError(), "last": (cr.Sigmoid(),)}
    slow = {"optimizer": cr.SGD(0.1), "hidden": (48,)}
    counts = {"data": ("visits", 500), "loss": cr.Poisson(), "hidden": (16,), "epochs": 40}
    far = {"spoil": targets(lambda y: 3 * y)}
    return [
        case("sigmoid before the softmax", "digits", last=(cr.Sigmoid(),)),
        case("relu before the logistic function", "moons", off, last=(cr.ReLU(),)),
        case("tanh output, targets far outside", "friedman", scale, far, last=(cr.Tanh(),)),
        case(
            "class numbers as a regression",
            "blobs",
            layers=one_number,
            loss=cr.SquaredError(),
            spoil=numbers,
        ),
        case("softsign before the softmax", "wine", last=(cr.Softsign(),)),
        case("tanh before the softmax", "iris", last=(cr.Tanh(),)),
        case("hard sigmoid before the logistic function", "loans", last=(cr.HardSigmoid(),)),
        case("sigmoid output, targets on both sides of 0", "machine", scale, last=(cr.Sigmoid(),)),
        case("squared error of sigmoids for classes", "five", well=slow, spoil=one_hot, **squared),
        case(
            "sigmoid output for counts",
            "shops",
            scale,
            counts,
            loss=cr.SquaredError(),
            last=(cr.Sigmoid(),),
        ),
    ]


# ---------------------------------------------------------------- rows


def as_stored(epoch: int, n: int) -> Any:
    """Take the rows in the order of the file."""
    return np.arange(n)


def by_target(rows: Rows) -> Rows:
    order = np.argsort(rows.y, kind="stable")
    return rows._replace(X=rows.X[order], y=rows.y[order])


def by_input(rows: Rows) -> Rows:
    order = np.argsort(rows.X[:, 0], kind="stable")
    return rows._replace(X=rows.X[order], y=rows.y[order])


def unshuffled() -> list[Case]:
    # A large rate, or few epochs, so that the last rows of an epoch leave their mark.
    order = {"options": {"order": as_stored}}
    stored, in_time = order | {"spoil": by_target}, order | {"spoil": by_input}

    def many(name: str, n: int, epochs: int, optimizer: Any, **how: Any) -> dict:
        return {"data": (name, n, how), "epochs": epochs, "optimizer": optimizer}

    digits = {"optimizer": cr.SGD(0.1), "epochs": 12}
    blobs = many("blobs", 1500, 12, cr.RMSprop(0.01), classes=5, spread=1.8)
    houses = many("houses", 1500, 10, cr.Adam(0.02))
    sine = many("sine", 600, 20, cr.Adam(0.01)) | {"validation": True}
    rings = many("circles", 1000, 15, cr.Adam(0.01), noise=0.15)
    return [
        case("digits by class", "digits", well=digits, **stored),
        case("images by class", "conv", well={"epochs": 5}, **stored),
        case("five clusters, one after another", "blobs", well=blobs, **stored),
        case("prices in ascending order", "houses", well=houses, **stored),
        case("rows in the order of time", "sine", well=sine, **in_time),
        case("digits by class, wide", "wide", **stored),
        case("waves by frequency", "waves", **stored),
        case(
            "targets in ascending order",
            "plane",
            well=many("plane", 800, 10, cr.SGD(0.1)),
            **stored,
        ),
        case("inner circle last", "circles", well=rings, **stored),
        case("five digits by class", "five", well={"epochs": 8}, **stored),
    ]


def rare(*classes: int, share: float = 0.02) -> Callable[[Rows], Rows]:
    """Leave so few rows of these classes that each has this share of the rows."""

    def thin(X: Any, y: Any) -> tuple[Any, Any]:
        often = ~np.isin(y, classes)
        few = [np.flatnonzero(y == k)[: max(3, round(share * often.sum()))] for k in classes]
        kept = np.sort(np.concatenate([np.flatnonzero(often), *few]))
        return X[kept], y[kept]

    def change(rows: Rows) -> Rows:
        (X, y), (Xv, yv) = thin(rows.X, rows.y), thin(rows.Xv, rows.yv)
        return rows._replace(X=X, y=y, Xv=Xv, yv=yv)

    return change


def imbalance() -> list[Case]:
    def few(name: str, *classes: int, share: float = 0.02, n: int = 3000, **how: Any) -> dict:
        options = {"metrics": [cr.metrics.accuracy], "class_weight": "balanced"}
        common = {"options": options, "epochs": 12, "validation": True}
        return common | {"data": (name, n, how), "spoil": rare(*classes, share=share)}

    plain = {"options": {"metrics": [cr.metrics.accuracy]}}
    alone, share = {"validation": False}, {"validation": 0.3}
    three = few("blobs", 2, classes=3, columns=4, spread=2.0)
    four = few("blobs", 2, 3, classes=4, columns=4, spread=2.2)
    wide = few("blobs", 1, classes=2, columns=8, spread=3.5)
    return [
        case("2 % of one moon", "moons", well=few("moons", 1, noise=0.4), **plain),
        case("2 % of a table", "table", well=few("table", 1), **plain),
        case("two rare classes of four", "blobs", well=four, **plain),
        case(
            "3 % of noisy moons",
            "digits",
            well=few("moons", 0, share=0.03, noise=0.35) | alone,
            **plain,
        ),
        case("2 % of one arm", "spirals", well=few("spirals", 1, noise=0.15), **plain),
        case("2 % on the outer circle", "circles", well=few("circles", 0, noise=0.2), **plain),
        case("2 % of loans fail", "loans", well=few("loans", 0, n=4000), **plain),
        case("one rare class of three", "iris", well=three, **plain),
        case("2 % in one of two wide clusters", "cancer", well=wide, **plain),
        case(
            "2 % of a small table",
            "arms",
            well=few("table", 1, columns=4, noise=0.6) | share,
            **plain,
        ),
    ]


def leak(share: float, seed: int = 3) -> Callable[[Rows], Rows]:
    """Put training rows in place of this share of the validation rows."""

    def change(rows: Rows) -> Rows:
        rng = np.random.default_rng(seed)
        into = rng.permutation(len(rows.Xv))[: round(share * len(rows.Xv))]
        of = rng.choice(len(rows.X), len(into), replace=len(into) > len(rows.X))
        Xv, yv = np.array(rows.Xv), np.array(rows.yv)
        Xv[into], yv[into] = rows.X[of], rows.y[of]
        return rows._replace(Xv=Xv, yv=yv)

    return change


def same(rows: Rows) -> Rows:
    """Give the training rows as validation rows."""
    return rows._replace(Xv=rows.X, yv=rows.y)


def doubled(rows: Rows) -> Rows:
    """Double every row, and split after that."""
    X, y = (np.concatenate([a, b, a, b]) for a, b in ((rows.X, rows.Xv), (rows.y, rows.yv)))
    order, n = np.random.default_rng(4).permutation(len(X)), len(rows.X)
    X, y = X[order], y[order]
    return rows._replace(X=X[n:], y=y[n:], Xv=X[:n], yv=y[:n])


def leaked_validation() -> list[Case]:
    own = {"validation": True}
    return [
        case("the training rows again", "moons", spoil=same),
        case("a random part of all rows", "digits", spoil=leak(0.67)),
        case("rows were doubled before the split", "friedman", spoil=doubled),
        case("a fifth of the validation rows", "houses", spoil=leak(0.2)),
        case("half of the images", "conv", spoil=leak(0.5)),
        case("the training rows again, two outputs", "machine", spoil=same),
        case("a quarter of the rows", "loans", spoil=leak(0.25, 8)),
        case("rows were doubled before the split", "cancer", well=own, spoil=doubled),
        case("half of the waves", "waves", spoil=leak(0.5, 9)),
        case("two thirds of a small table", "iris", spoil=leak(0.67, 10)),
    ]


def wrong(share: float, seed: int = 2, how: str = "random") -> Callable[[Rows], Rows]:
    """Give this share of the rows a wrong label, in both sets."""

    def spoil(y: Any, task: str, K: int) -> Any:
        rng, y = np.random.default_rng(seed), np.array(y)
        n = max(1, round(share * len(y)))
        if how == "block":  # a tired annotator
            at = np.arange(len(y) // 4, len(y) // 4 + n)
        else:
            at = rng.permutation(len(y))[:n]
        if how == "sign":
            y[at] = -y[at]
        elif how == "comma":  # a decimal comma was lost
            y[at] = 10 * y[at]
        elif task == "binary":
            y[at] = 1 - y[at]
        else:
            y[at] = (y[at] + (1 if how == "next" else rng.integers(1, K, n))) % K
        return y

    def change(rows: Rows) -> Rows:
        K = rows.outputs
        return rows._replace(y=spoil(rows.y, rows.task, K), yv=spoil(rows.yv, rows.task, K))

    return change


def suspicious_labels() -> list[Case]:
    return [
        case(
            "10 % of the digits", "digits", well={"hidden": (32,), "epochs": 12}, spoil=wrong(0.1)
        ),
        case("10 % of the moons", "moons", well={"epochs": 25}, spoil=wrong(0.1)),
        case("8 % of five clusters", "blobs", well={"hidden": (12,)}, spoil=wrong(0.08)),
        case(
            "4 % of the prices ten times too large",
            "houses",
            well={"hidden": (16,)},
            spoil=wrong(0.04, how="comma"),
        ),
        case("a block of 8 % of the wines", "wine", spoil=wrong(0.08, how="block")),
        case(
            "10 % of the circles",
            "circles",
            well={"data": ("circles", 500, {"noise": 0.06}), "epochs": 25},
            spoil=wrong(0.1, 6),
        ),
        case("8 % of the waves", "waves", spoil=wrong(0.08, 7)),
        case("a lost sign in 5 % of the targets", "plane", spoil=wrong(0.05, 8, "sign")),
        case("10 % one class further", "five", well={"hidden": (24,)}, spoil=wrong(0.1, 9, "next")),
        case(
            "10 % of the patients",
            "cancer",
            well={"hidden": (8,), "epochs": 20},
            spoil=wrong(0.1, 10),
        ),
    ]


def only(n: int) -> Callable[[Rows], Rows]:
    """Keep the first n training rows."""
    return lambda rows: rows._replace(X=rows.X[:n], y=rows.y[:n])


def overfitting() -> list[Case]:
    def noisy(name: str, n: int = 800, **how: Any) -> dict:
        common = {"validation": True, "optimizer": cr.Adam(0.005), "epochs": 25}
        return common | {"data": (name, n, how)}

    def huge(n: int, *hidden: int, epochs: int) -> dict:
        return {"spoil": only(n), "hidden": hidden, "epochs": epochs}

    blobs, plane = noisy("blobs", classes=5, spread=2.5), noisy("plane", 400, columns=15, noise=3.0)
    sick = {"data": ("diabetes", 300), "hidden": (8,), "optimizer": cr.Adam(0.003), "epochs": 25}
    rings, curve = noisy("circles", noise=0.3), noisy("friedman", noise=5, columns=5)
    return [
        case(
            "30 noisy moons",
            "moons",
            well=noisy("moons", noise=0.35),
            **huge(30, 256, 256, epochs=300),
        ),
        case(
            "40 rows of a table",
            "table",
            well={"validation": True},
            **huge(40, 256, 256, epochs=150),
        ),
        case(
            "60 rows in clusters that overlap",
            "blobs",
            well=blobs,
            **huge(60, 256, 128, epochs=150),
        ),
        case("40 digits", "digits", **huge(40, 256, 128, epochs=300)),
        case(
            "15 noisy numbers",
            "sine",
            well=noisy("sine", 300, noise=0.6) | {"optimizer": cr.Adam(0.01)},
            **huge(15, 256, 256, epochs=600),
        ),
        case("40 noisy circles", "circles", well=rings, **huge(40, 300, 100, epochs=250)),
        case("diabetes", "machine", well=sick, **huge(300, 200, 200, epochs=80)),
        case("50 loans", "loans", **huge(50, 200, 100, epochs=200)),
        case("30 rows, 15 columns", "plane", well=plane, **huge(30, 256, epochs=300)),
        case("30 noisy rows of a curve", "machine", well=curve, **huge(30, 256, 64, epochs=400)),
    ]


def batch_too_small() -> list[Case]:
    bn = {"norm": cr.BatchNorm}

    return [
        case("two digits", "digits", well=bn | {"epochs": 8}, batch=2),
        case("two rows of numbers", "friedman", well=bn | {"epochs": 15}, batch=2),
        case("two moons", "moons", well=bn | {"epochs": 15}, batch=2),
        case("three clusters", "blobs", well=bn | {"epochs": 15}, batch=3),
        case("two houses", "houses", well=bn | {"epochs": 12}, batch=2),
        case("two circles", "circles", well=bn | {"epochs": 20}, batch=2),
        case("two rows, two outputs", "machine", well=bn | {"epochs": 12}, batch=2),
        case("two patients", "cancer", well=bn | {"validation": True}, batch=2),
        case("three loans", "loans", well=bn | {"epochs": 10}, batch=3),
        case("one row, five digits", "five", well=bn | {"epochs": 6}, batch=1),
    ]


def more(*columns: Callable[[Any], Any]) -> Callable[[Rows], Rows]:
    """Append columns that are computed from the others."""

    def change(X: Any) -> Any:
        return np.concatenate([X, *(np.reshape(f(X), (len(X), -1)) for f in columns)], axis=1)

    return lambda rows: rows.inputs(change)


def full(value: float, count: int = 1) -> Callable[[Any], Any]:
    return lambda X: np.full((len(X), count), value)


def constant_columns() -> list[Case]:
    return [
        case("a column of ones for the bias", "moons", spoil=more(full(1.0))),
        case("two categories that never occur", "houses", spoil=more(full(0.0, 2))),
        case("a sensor that is stuck", "friedman", spoil=more(full(3.7))),
        case("always the same country", "wine", spoil=more(full(1.0), full(0.0, 3))),
        case("five columns of zeros", "table", spoil=more(full(0.0, 5))),
        case("a column of ones for the bias", "circles", spoil=more(full(1.0))),
        case("a stuck sensor and a zero", "machine", spoil=more(full(-2.5), full(0.0))),
        case("a version number", "loans", spoil=more(full(2.0))),
        case("three categories that never occur", "iris", spoil=more(full(0.0, 3))),
        case(
            "a column standardized to 0", "plane", spoil=inputs(lambda X: X * (np.arange(8) != 7))
        ),
    ]


def duplicated_columns() -> list[Case]:
    inch = more(lambda X: (X[:, 0] * 2.54) / np.std(X[:, 0] * 2.54))
    return [
        case("one column twice", "friedman", spoil=more(lambda X: X[:, 1])),
        case("all columns twice", "wine", spoil=more(lambda X: X)),
        case("a column four times", "houses", spoil=more(*[lambda X: X[:, 0]] * 3)),
        case("centimetres and inches", "table", spoil=inch),
        case("three columns twice", "blobs", spoil=more(lambda X: X[:, [0, 2, 4]])),
        case("one column twice", "machine", spoil=more(lambda X: X[:, 2])),
        case("all columns twice", "loans", spoil=more(lambda X: X)),
        case("three columns twice", "cancer", spoil=more(lambda X: X[:, [3, 11, 20]])),
        case("a column three times", "iris", spoil=more(lambda X: X[:, [2, 2]])),
        case("profit and loss", "plane", spoil=more(lambda X: -X[:, 1])),
    ]


def capacity_too_small() -> list[Case]:
    def thin(outputs: int) -> tuple:
        return cr.Conv2D(1, kernel=3), cr.ReLU(), cr.GlobalAveragePool(), cr.Dense(outputs)

    def thin1d(outputs: int) -> tuple:
        return cr.Conv1D(1, kernel=3), cr.Tanh(), cr.GlobalAveragePool(), cr.Dense(outputs)

    return [
        case("one unit for spirals", "spirals", hidden=(1,)),
        case("one unit for ten digits", "digits", well={"epochs": 30}, hidden=(1,)),
        case("one filter for images", "conv", well={"epochs": 12}, layers=thin),
        case("a line for a sine", "sine", hidden=()),
        case("a plane for a curved border", "table", hidden=()),
        case("a line for circles", "circles", hidden=()),
        case("two units for three spirals", "arms", hidden=(2,)),
        case("one unit for five digits", "five", well={"epochs": 40}, hidden=(1,)),
        case("one filter for waves", "waves", layers=thin1d),
        case("one unit, two outputs", "machine", hidden=(1,)),
    ]


KINDS = {
    f.__name__: f
    for f in (
        inputs_not_scaled,
        targets_not_scaled,
        learning_rate_too_high,
        learning_rate_too_low,
        dead_units,
        saturated_units,
        vanishing_gradients,
        exploding_gradients,
        guessing,
        cannot_learn_one_batch,
        loss_does_not_fit,
        unshuffled,
        imbalance,
        leaked_validation,
        suspicious_labels,
        overfitting,
        batch_too_small,
        constant_columns,
        duplicated_columns,
        capacity_too_small,
    )
}
