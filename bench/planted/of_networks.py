"""Faults of the network and its training: rates, starting weights, depth, loss, batches, size."""

from __future__ import annotations

from typing import Any

import numpy as np

import chainrule as cr

from .bases import BASES, Case, case, targets
from .setups import Rows, Setup

Normal, Uniform = cr.initializers.Normal, cr.initializers.Uniform
He = cr.initializers.HeNormal()


# ---------------------------------------------------------------- learning rates


def learning_rate_too_high() -> list[Case]:
    # A run that leaves the finite numbers has gradients that explode, whatever made them.
    bursts = ("exploding_gradients",)
    return [
        case("Adam(3)", "digits", optimizer=cr.Adam(3.0)),
        case("Adam(2)", "moons", optimizer=cr.Adam(2.0)),
        case("SGD(2) on numbers", "friedman", bursts, optimizer=cr.SGD(2.0)),
        case("Momentum(3)", "table", bursts, optimizer=cr.Momentum(3.0)),
        case("RMSprop(0.5)", "blobs", optimizer=cr.RMSprop(0.5)),
        case("AdamW(2)", "machine", bursts, optimizer=cr.AdamW(2.0)),
        case("Adam(0.5)", "arms", optimizer=cr.Adam(0.5)),
        case("SGD(1.5) on numbers", "plane", bursts, optimizer=cr.SGD(1.5)),
        case("SGD(5), convolutions", "waves", bursts, optimizer=cr.SGD(5.0)),
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
        case(
            "10 tanh layers, std 0.02",
            "table",
            well=deep(10, 24, cr.Tanh, epochs=6),
            init=Normal(0.02),
        ),
        case(
            "8 sigmoid layers, SGD",
            "wine",
            well=deep(8, 16, optimizer=cr.SGD(0.02), epochs=20),
            **logistic,
        ),
        case("9 sigmoid layers", "circles", well=deep(9, 20), **logistic),
        case("8 gelu layers, std 0.02", "machine", well=deep(8, 30, cr.GELU), init=Normal(0.02)),
        case(
            "10 tanh layers, ±0.03", "iris", well=deep(10, 14, cr.Tanh), init=Uniform(-0.03, 0.03)
        ),
        case("14 sigmoid layers", "arms", well=deep(14, 24), **logistic),
        case("13 sigmoid layers", "loans", well=deep(13, 16, epochs=15), **logistic),
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
        case(
            "10 relu layers, ±2",
            "moons",
            well=deep(10, 32, lr=0.001, epochs=25),
            init=Uniform(-2.0, 2.0),
        ),
        case(
            "9 leaky layers, std 0.8",
            "table",
            well=deep(9, 32, cr.LeakyReLU, lr=0.001, epochs=6),
            init=Normal(0.8),
        ),
        case("8 elu layers, std 1", "houses", well=deep(8, 24, cr.ELU), init=Normal(1.0)),
        case("12 relu layers, std 0.8", "circles", well=deep(12, 30), init=Normal(0.8)),
        case(
            "8 relu layers, std 1.5",
            "iris",
            well=deep(8, 16, lr=0.001, epochs=15),
            init=Normal(1.5),
        ),
        case("8 gelu layers, std 0.9", "machine", well=deep(8, 40, cr.GELU), init=Normal(0.9)),
        case(
            "10 relu layers, ±1.2",
            "cancer",
            well=deep(10, 24, lr=0.001, epochs=8),
            init=Uniform(-1.2, 1.2),
        ),
        case(
            "9 silu layers, std 1", "loans", well=deep(9, 28, cr.SiLU, epochs=12), init=Normal(1.0)
        ),
    ]


# ---------------------------------------------------------------- unable to learn, or too small


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

    below = targets(lambda y: -np.exp(y / 2))
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


def batch_too_small() -> list[Case]:
    bn = {"norm": cr.BatchNorm}
    return [
        case("two digits", "digits", well=bn | {"epochs": 8}, batch=2),
        case("two rows of numbers", "friedman", well=bn | {"epochs": 15}, batch=2),
        case("two moons", "moons", well=bn | {"epochs": 15}, batch=2),
        case("two rows of clusters", "blobs", well=bn | {"epochs": 15}, batch=2),
        case("two houses", "houses", well=bn | {"epochs": 12}, batch=2),
        case("two circles", "circles", well=bn | {"epochs": 20}, batch=2),
        case("two rows, two outputs", "machine", well=bn | {"epochs": 12}, batch=2),
        case("two patients", "cancer", well=bn | {"validation": True}, batch=2),
        case("three loans", "loans", well=bn | {"epochs": 10}, batch=3),
        case("one row, five digits", "five", well=bn | {"epochs": 6}, batch=1),
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
