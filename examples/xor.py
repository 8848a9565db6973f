"""XOR one row at a time: tanh learns it, logistic units wait.

R. Szabo's "Neural Networks in Python" (rolisz.ro, 2013), the class that many courses copied. Layers
[2, 2, 1]: a constant 1 is appended to the input, and the hidden layer gets one extra ordinary unit.
Weights start uniform in ±0.25; each of 10,000 steps takes one randomly drawn row, learning rate
0.2, half squared error. The published class takes its derivatives at the wrong place; both ways are
run here, beside the four answers that the article prints.
"""

# %%
import numpy as np

import chainrule as cr
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

X, y = cr.datasets.xor()
X = np.hstack([X, np.ones((4, 1))])  # the constant
STEPS, EPOCHS, SEEDS = 10_000, 100, 4
PUBLISHED = (4.01282568e-05, 0.98765949, 0.98771753, 0.00490502)  # tanh; no seed is given


# %% The famous mistake: the derivative is taken at the activation a instead of z
def logistic(z):
    return 1 / (1 + np.exp(-z))


@cr.op
def published_tanh(z):
    """a = tanh(z)"""
    return np.tanh(z)


@published_tanh.gradient
def published_tanh_backward(da, a, z):
    """dz = da (1 − tanh(a)²)"""
    return (da * (1 - np.tanh(a) ** 2),)


@cr.op
def published_logistic(z):
    """a = σ(z)"""
    return logistic(z)


@published_logistic.gradient
def published_logistic_backward(da, a, z):
    """dz = da σ(a) (1 − σ(a))"""
    return (da * logistic(a) * (1 - logistic(a)),)


class PublishedTanh(cr.Layer):
    """tanh with the derivative of the published class."""

    def __call__(self, z):
        return published_tanh(z)


class PublishedLogistic(cr.Layer):
    """The logistic function with the derivative of the published class."""

    def __call__(self, z):
        return published_logistic(z)


# %% Four variants of one network
VARIANTS = {
    "tanh, right derivative": cr.Tanh(),
    "tanh, as published": PublishedTanh(),
    "logistic, right derivative": cr.Sigmoid(),
    "logistic, as published": PublishedLogistic(),
}


def network(activation, random):
    start = {
        "W1": 0.25 * (2 * random.random_sample((3, 3)) - 1),
        "W2": 0.25 * (2 * random.random_sample((3, 1)) - 1),
    }
    return cr.Network(
        cr.Dense(3, bias=False),
        activation,
        cr.Dense(1, bias=False),
        activation,
        loss=cr.SquaredError(half=True),
        inputs=(3,),
        dtype="float64",
        initial_weights=start,
    )


class Run:
    """Train on 10,000 single rows, drawn with replacement; look at the network every hundred."""

    def __init__(self, activation, seed):
        # NumPy's legacy stream: the weights first, then the rows
        random = np.random.RandomState(seed)
        self.net = network(activation, random)
        self.answers, self.losses, self.gradients, self.reach = [], [], [], []
        self.look()
        self.net.fit(
            X,
            y,
            optimizer=cr.SGD(lr=0.2),
            epochs=EPOCHS,
            batch_size=1,
            order=lambda epoch, n: random.randint(n, size=STEPS // EPOCHS),
            callbacks=[self.look],
            verbose=0,
        )

    def look(self, run=None):
        loss, g = self.net.loss_and_grad(X, y)
        values = self.net.activations(X)
        self.losses.append(loss)
        self.gradients.append(np.linalg.norm(g["W1"]))
        self.answers.append(values["a2"][:, 0])
        self.reach.append(np.abs(values["z1"]).max())


def solved(p):
    return bool(((p > 0.5) == (y[:, 0] > 0.5)).all())


runs = {
    name: [Run(activation, seed) for seed in range(SEEDS)] for name, activation in VARIANTS.items()
}

# %%
title(f"Answers after {STEPS:,} single rows")
rows = []
for name, trained in runs.items():
    for seed, run in enumerate(trained):
        p = run.answers[-1]
        rows.append(
            (f"{name}, seed {seed}", *(f"{v:.5f}" for v in p), "yes" if solved(p) else "no")
        )
rows.append(("tanh, published, no seed", *(f"{v:.5f}" for v in PUBLISHED), "yes"))
table(["", "0 0", "0 1", "1 0", "1 1", "solved"], rows)
print()
ranges = {
    name: [float(run.answers[-1][1]) for run in trained]
    for name, trained in runs.items()
    if "tanh" in name
}
for name, found in ranges.items():
    print(f"0 1 is answered by {name}: {min(found):.4f} to {max(found):.4f}")
say(f"""The published answers to 0 1 and 1 0, {PUBLISHED[1]:.4f} and {PUBLISHED[2]:.4f}, are what
    the right derivative gives. The printed class goes further, so the printed output does not come
    from it.""")

# %%
title("Would you have noticed? The gradient check does")
rows = []
for name, trained in runs.items():
    report = trained[0].net.check_gradients(X, y)
    rows.append((name, "right" if report else "WRONG", f"{report.worst:.0e}", report.where))
table(["", "gradient", "worst error", "where"], rows)
a = 0.99
say(f"""The error is relative to the largest gradient. tanh' is 1 − tanh(z)², which is 1 − a²; the
    class has a function 1 − tanh(x)² and passes a to it, so it computes 1 − tanh(a)². That is
    always positive, so the network still goes downhill, and further than it should if the right
    slope is small: at a = {a} the right slope is {1 - a * a:.4f}, the published one
    {1 - np.tanh(a) ** 2:.4f}.""")

# %% Why the logistic network waits
title("Why logistic units wait (seed 0)")
fast, slow = (runs[f"{name}, right derivative"][0] for name in ("tanh", "logistic"))
rows = []
for step in (0, 100, 500, 1000, 2000, 5000, STEPS):
    k = step * EPOCHS // STEPS
    numbers = [(run.losses[k], run.gradients[k], run.reach[k]) for run in (fast, slow)]
    rows.append(
        (
            step,
            *(text for loss, g, z in numbers for text in (f"{loss:.5f}", f"{g:.5f}", f"{z:.2f}")),
        )
    )
table(
    ["step", "tanh: loss", "|dW1|", "largest |z1|", "logistic: loss", "|dW1|", "largest |z1|"], rows
)
say("""The best answer without telling the rows apart is 0.5: loss ½ (0.5)² = 0.125. Logistic units
    give it at once, with all z near 0, since σ(0) is 0.5; and near 0 the logistic function is a
    straight line with slope ¼. A network of straight lines is one straight line, the exclusive or
    has no slope along any line, so the rows' pulls on W1 cancel and almost no gradient is left. For
    tanh, 0.5 takes more: its units must move away from 0, where tanh bends. Its slope is up to 1,
    and a bent network can tell the rows apart.""")

# %% The network can; the walk was too short
title("The same logistic networks, by Adam on all four rows")
rows = []
for seed in range(SEEDS):
    net = network(cr.Sigmoid(), np.random.RandomState(seed))
    net.fit(X, y, optimizer=cr.Adam(lr=0.05), epochs=2000, batch_size=None, verbose=0)
    p = net.predict(X)[:, 0]
    rows.append(
        (f"seed {seed}, 2000 steps", *(f"{v:.5f}" for v in p), "yes" if solved(p) else "no")
    )
table(["", "0 0", "0 1", "1 0", "1 1", "solved"], rows)
counts = {name: sum(solved(run.answers[-1]) for run in trained) for name, trained in runs.items()}
notice(f"""With tanh {counts["tanh, right derivative"]} of {SEEDS} networks learn the exclusive or
    and with logistic units {counts["logistic, right derivative"]}: they have the same size and
    could learn it, but they are on a plateau where learning rate 0.2 is too small a step. A wrong
    derivative hardly shows in the answers (0 1 even looks better); a gradient check, one call,
    tells right from wrong.""")
try_next("""Give the logistic units learning rate 2 in place of 0.2, or ten times the steps: do they
    leave the plateau? Then write a wrong derivative of your own, and ask check_gradients.""")


# %%
def draw():
    from chainrule import plots
    from chainrule.plots.canvas import pen

    figure, (left, right) = plots.panels(1, 2, width=6.0, height=4.0)
    steps = np.arange(EPOCHS + 1) * (STEPS // EPOCHS)
    curves = {name: (steps, np.array(trained[0].losses)) for name, trained in runs.items()}
    plots.lines(
        curves,
        title="Loss of every seed",
        x="rows seen",
        y="mean of ½ (p − y)²",
        log_y=True,
        axes=left,
    )
    left.lines[3].set_linestyle("--")  # its curve covers the third
    for k, trained in enumerate(runs.values()):
        for run in trained[1:]:
            left.plot(steps, run.losses, linewidth=0.8, alpha=0.6, **pen(k))
    left.get_legend().remove()
    left.legend(loc="center right", bbox_to_anchor=(1.0, 0.66), frameon=False, fontsize=8)
    for run, style in ((fast, "-"), (slow, "--")):
        for k, answers in enumerate(np.array(run.answers).T):
            name = (
                f"{'tanh' if run is fast else 'logistic'} {' '.join(f'{v:.0f}' for v in X[k, :2])}"
            )
            right.plot(
                steps, answers, label=name, color=pen(k)["color"], linestyle=style, linewidth=1.6
            )
    right.set_title("Answers, right derivative, seed 0", fontsize=11)
    right.set_xlabel("rows seen")
    right.set_ylabel("p")
    right.grid(color="#DDDDDD", linewidth=0.7)
    right.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9)
    return figure


picture("xor", draw)
