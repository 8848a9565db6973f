"""Faults of the data: units, order, labels, classes, columns, and sets that are too small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import chainrule as cr

from .bases import BASES, Case, case, inputs, targets
from .setups import Rows


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


# ---------------------------------------------------------------- nothing to learn


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


# ---------------------------------------------------------------- rows and labels


def as_stored(epoch: int, n: int) -> Any:
    """Take the rows in the order of the file."""
    return np.arange(n)


def by_turns(blocks: int) -> Callable[[int, int], Any]:
    """Take the file's blocks one after another, shuffled within themselves only."""

    def order(epoch: int, n: int) -> Any:
        rng = np.random.default_rng(epoch)
        parts = np.array_split(np.arange(n), blocks)
        return np.concatenate([rng.permutation(parts[k]) for k in rng.permutation(blocks)])

    return order


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

    def turns(classes: int) -> dict:
        return {"options": {"order": by_turns(classes)}, "spoil": by_target}

    def many(name: str, n: int, epochs: int, optimizer: Any, **how: Any) -> dict:
        return {"data": (name, n, how), "epochs": epochs, "optimizer": optimizer}

    digits = {"optimizer": cr.SGD(0.1), "epochs": 12}
    wide = {"optimizer": cr.SGD(0.3), "epochs": 15}
    blobs = many("blobs", 1500, 12, cr.RMSprop(0.01), classes=5, spread=1.8)
    houses = many("houses", 1500, 10, cr.Adam(0.02))
    sine = many("sine", 600, 20, cr.Adam(0.01)) | {"validation": True}
    rings = many("circles", 1000, 15, cr.Adam(0.01), noise=0.15)
    return [
        case("digits by class", "digits", well=digits, **stored),
        case("images by class", "conv", well={"epochs": 5}, **stored),
        case("five clusters, one after another", "blobs", well=blobs, **turns(5)),
        case("prices in ascending order", "houses", well=houses, **stored),
        case("rows in the order of time", "sine", well=sine, **in_time),
        case("digits by class, wide", "wide", well=wide, **stored),
        case("waves by frequency", "waves", **turns(3)),
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
    bumps = noisy("friedman", noise=4, columns=6, seed=3) | {"act": cr.GELU}
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
        case("30 noisy numbers", "houses", well=bumps, **huge(30, 160, 160, epochs=250)),
        case("40 noisy circles", "circles", well=rings, **huge(40, 300, 100, epochs=250)),
        case("diabetes", "machine", well=sick, **huge(300, 200, 200, epochs=80)),
        case("50 loans", "loans", **huge(50, 200, 100, epochs=200)),
        case("30 rows, 15 columns", "plane", well=plane, **huge(30, 256, epochs=300)),
        case("30 noisy rows of a curve", "machine", well=curve, **huge(30, 256, 64, epochs=400)),
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
