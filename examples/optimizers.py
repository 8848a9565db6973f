"""Thirteen optimizers from one start, and what rare features do.

S. Ruder's overview "An overview of gradient descent optimization algorithms" (2016) lists the
equations and shows the paths on two surfaces. Here thirteen optimizers of chainrule start at the
same point of four problems. Each gets the best of seven learning rates, so that none wins by a
lucky default, and the number of steps to a fixed level is counted.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, table, title, try_next

introduce(__doc__)

RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
STEPS = 300
WITH_RATE = (
    cr.SGD,
    cr.Momentum,
    cr.Nesterov,
    cr.Adagrad,
    cr.RMSprop,
    cr.Adam,
    cr.AdaMax,
    cr.Nadam,
    cr.AMSGrad,
    cr.AdamW,
    cr.Rprop,
)
WITHOUT = (cr.Adadelta, cr.LBFGS)  # they find their own step length

# %% Three surfaces: a height f and its gradient, as plain functions of theta

SURFACES = {
    "valley": {
        "f": lambda a, b: (a**2 + 50 * b**2) / 2,
        "gradient": lambda a, b: (a, 50 * b),
        "text": "f = (a^2 + 50 b^2) / 2: fifty times as steep across as along",
        "start": (-4.0, 1.0),
        "level": 1e-3,
        "bounds": (-4.6, 2.0, -1.6, 1.6),
    },
    "saddle": {
        "f": lambda a, b: a**2 - b**2 + b**4 / 4,
        "gradient": lambda a, b: (2 * a, -2 * b + b**3),
        "text": "f = a^2 - b^2 + b^4 / 4: flat at (0, 0), lowest (-1) at b = +-1.41",
        "start": (-1.5, 1e-3),  # almost on the ridge
        "level": -0.99,
        "bounds": (-1.9, 1.4, -1.0, 2.2),
    },
    "Rosenbrock": {
        "f": lambda a, b: (1 - a) ** 2 + 100 * (b - a**2) ** 2,
        "gradient": lambda a, b: (-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)),
        "text": "f = (1 - a)^2 + 100 (b - a^2)^2: a bent ravine, lowest at (1, 1)",
        "start": (-1.2, 1.0),
        "level": 1e-2,
        "bounds": (-1.8, 1.8, -0.6, 2.0),
    },
}


def walk(f, gradient, start, optimizer):
    """Return the points that an optimizer visits, (steps + 1, 2).

    They are fewer if it converges. If it explodes, return None.
    """

    def objective(theta, batch, key, carry):
        return f(*theta), np.array(gradient(*theta)), carry

    run = cr.train(objective, np.array(start), optimizer=optimizer, epochs=STEPS)
    try:
        return np.array([start, *(state.theta.copy() for state in run)])
    except cr.TrainingError:
        return None


def steps_to(losses, level):
    """Return after how many steps the loss is below the level and stays there, or infinity."""
    above = np.flatnonzero(losses >= level)
    return np.inf if above[-1] == len(losses) - 1 else int(above[-1]) + 1


def candidates(kind):
    """Return the optimizer with every learning rate, or as it is."""
    return [kind(lr=lr) for lr in RATES] if kind in WITH_RATE else [kind()]


def rate_of(optimizer):
    return f"{optimizer.lr:g}" if type(optimizer) in WITH_RATE else "-"


def best_walk(f, gradient, start, level, kind):
    """Return the run that reaches the level first; if none does, the one that comes lowest."""
    found = []
    for k, optimizer in enumerate(candidates(kind)):
        points = walk(f, gradient, start, optimizer)
        if points is not None:
            losses = f(*points.T)
            found.append((steps_to(losses, level), losses[-1], k, optimizer, points, losses))
    return min(found, key=lambda one: one[:3])[3:]


def say(number):
    return "never" if number == np.inf else str(number)


# %% All of them on all three

ways, counts = {}, {}
for name, s in SURFACES.items():
    title(f"{name}: {s['text']}")
    print(f"start {s['start']}, height {s['f'](*s['start']):.3g}; the level is {s['level']:g}\n")
    rows, ways[name] = [], {}
    for kind in WITH_RATE + WITHOUT:
        optimizer, points, losses = best_walk(s["f"], s["gradient"], s["start"], s["level"], kind)
        count = counts[name, kind] = steps_to(losses, s["level"])
        ways[name][kind.__name__] = points
        shown = [f"{losses[min(k, len(losses) - 1)]:.2g}" for k in (10, 100, STEPS)]
        rows.append([kind.__name__, rate_of(optimizer), *shown, say(count)])
    table(
        ["optimizer", "best lr", "after 10", "after 100", f"after {STEPS}", "steps to the level"],
        rows,
    )

plain, heavy, best = (counts["Rosenbrock", kind] for kind in (cr.SGD, cr.Momentum, cr.LBFGS))
notice(f"""In the bend, plain descent needs more than {STEPS if plain == np.inf else plain} steps,
    momentum {say(heavy)} and L-BFGS, which learns the curvature as it goes, {say(best)} (each of
    them may ask for the gradient a few times). No optimizer is first everywhere: compare a column
    of one table with the same column of another.""")

# %% Rare features

title("Sparse features: four inputs, from frequent to rare")
OFTEN = np.array([1 / 2, 1 / 10, 1 / 50, 1 / 250])  # how often a feature is 1; else it is 0
N, ROWS = 4000, 10
X = (np.random.RandomState(0).uniform(size=(N, 4)) < OFTEN).astype(float)
RIGHT = np.array([0.8, 0.6, 0.7, 0.9])
y = X @ RIGHT + 0.1 * np.random.RandomState(1).normal(size=N)
print("Every weight starts at 0. A step sees 10 rows, so most steps say nothing at")
print("all about the rarest feature.\n")


def squared_error(theta, batch, key, carry):
    """L = 1/2 mean (x theta - y)^2 over the rows of the batch."""
    error = batch["x"] @ theta - batch["y"]
    return 0.5 * (error**2).mean(), batch["x"].T @ error / len(error), carry


def learn(optimizer):
    """Return the weights after every step of one epoch, (steps + 1, 4), and the last vectors.

    The vectors are those of the optimizer, such as Adagrad's G.
    """
    source = cr.sources.Arrays({"x": X}, y=y, dtype=np.float64)
    rows = None if optimizer.full_batch else ROWS
    epochs = 1 if rows else N // ROWS  # as many steps
    start, points, slots = np.zeros(4), [np.zeros(4)], {}
    run = cr.train(
        squared_error, start, optimizer=optimizer, source=source, epochs=epochs, batch_size=rows
    )
    try:
        for state in run:
            points.append(state.theta.copy())
            slots = state.slots
    except cr.TrainingError:
        return None
    return np.array(points), slots


def last_loss(run):
    """Return the loss of the final weights on all rows; infinity if they exploded."""
    return np.inf if run is None else 0.5 * ((X @ run[0][-1] - y) ** 2).mean()


rows = [["(right)", "", *(f"{w:.3f}" for w in RIGHT), f"{0.5 * ((X @ RIGHT - y) ** 2).mean():.6f}"]]
for kind in WITH_RATE + WITHOUT:
    tried = [(learn(optimizer), optimizer) for optimizer in candidates(kind)]
    run, optimizer = min(tried, key=lambda pair: last_loss(pair[0]))
    rows.append(
        [
            kind.__name__,
            rate_of(optimizer),
            *(f"{w:.3f}" for w in run[0][-1]),
            f"{last_loss(run):.6f}",
        ]
    )
table(["optimizer", "best lr", *(f"1 in {1 / often:.0f}" for often in OFTEN), "loss"], rows)
print(f"\n(weights after {N // ROWS} steps; L-BFGS sees all rows in each of its steps)")

# %% What Adagrad does with them

adagrad = cr.Adagrad(lr=0.1)
points, slots = learn(adagrad)
rates = adagrad.lr / np.sqrt(slots["G"] + adagrad.eps)  # theta <- theta - lr g / sqrt(G + eps)
moves = np.abs(np.diff(points, axis=0))
title(f"Adagrad(lr={adagrad.lr:g}), feature by feature")
rows = []
for j, often in enumerate(OFTEN):
    G, met = slots["G"][j], moves[:, j] > 1e-12
    rows.append(
        [
            f"1 in {1 / often:.0f}",
            met.sum(),
            f"{G:.4f}",
            f"{rates[j]:.3f}",
            f"{moves[met, j].mean():.4f}",
        ]
    )
table(["feature", "steps that met it", "G = sum of g^2", "rate lr / sqrt(G)", "mean step"], rows)
larger = rates[-1] / rates[0]
notice(f"""The rarest feature has {larger:.0f} times the learning rate of the most frequent one,
    because little has been added to its G. The Chinese compilation of these articles says the
    reverse (a low rate for rare features); its own formula, Ruder and these numbers agree: rare
    features take the larger steps.""")
try_next("""Add a surface of your own to SURFACES, such as a valley that is 500 times as steep
    across as along: which still find the way down, and which need another rate?""")

# %% Pictures

FAMILIES = {
    "one rate for all": ("SGD", "Momentum", "Nesterov"),
    "a rate for each weight": ("Adagrad", "Adadelta", "RMSprop", "Rprop"),
    "Adam and its kin": ("Adam", "AdaMax", "Nadam"),
    "variations, and curvature": ("AMSGrad", "AdamW", "LBFGS"),
}


def draw(name):
    """Draw four maps of one surface, with three or four paths on each."""
    s = SURFACES[name]
    figure, axes = plots.panels(2, 2, width=5.2, height=3.6)
    for panel, (family, kinds) in zip(axes, FAMILIES.items(), strict=True):
        some = {kind: ways[name][kind] for kind in kinds}
        plots.paths(
            lambda p: s["f"](p[:, 0], p[:, 1]),
            some,
            s["bounds"],
            title=f"{name}: {family}",
            axes=panel,
        )
    return figure


for name in SURFACES:
    picture(f"optimizers-{name.lower()}", lambda name=name: draw(name))
