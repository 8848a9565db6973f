"""What a small training error does not say about unseen data.

J. Loy's "How to build your own Neural Network from scratch in Python" (2018) ends with predictions
that differ a little from the right answers, and calls that desirable: "it prevents overfitting and
allows the neural network to generalize better to unseen data". Here is what the small error of that
network is, and then a case in which a small error really does mislead.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, table, title, try_next

introduce(__doc__)

# %% The article's residual error: a training that is not finished

title("The two-layer network of the article: where its small error comes from")
X, y = cr.datasets.xor_with_ones()
draw = np.random.RandomState(0)
net = cr.Network(
    cr.Dense(4, bias=False),
    cr.Sigmoid(),
    cr.Dense(1, bias=False),
    cr.Sigmoid(),
    loss=cr.SquaredError(reduction="sum"),
    dtype="float64",
    inputs=(3,),
    initial_weights={"W1": draw.rand(3, 4), "W2": draw.rand(4, 1)},
)
rows, done = [], 0
for steps in (1_500, 6_000, 24_000):
    net.fit(X, y, optimizer=cr.SGD(lr=1.0), epochs=steps - done, batch_size=None, verbose=0)
    done = steps
    loss, length = net.evaluate(X, y)["loss"], np.linalg.norm(net.theta)
    rows.append(
        [steps, *(f"{p:.5f}" for p in net.predict(X)[:, 0]), f"{loss:.6f}", f"{length:.1f}"]
    )
table(["steps", *("".join(str(int(bit)) for bit in row) for row in X), "loss", "|weights|"], rows)
notice("""The error is what unfinished training leaves: a sigmoid reaches 0 and 1 only at infinity,
    so the error shrinks as long as one trains, and the weights grow. It says nothing about unseen
    data, because there are none: these four rows are all possible inputs.""")

# %% A case with unseen data: 40 noisy points, 1000 others, a network that is much too large

NOISE, EPOCHS = 0.35, 400
X, y = cr.datasets.moons(40 + 200 + 1000, noise=NOISE, seed=3)
X_train, y_train = X[:40], y[:40]
X_watch, y_watch = X[40:240], y[40:240]  # early stopping looks at these, so they are not unseen
X_test, y_test = X[240:], y[240:]


def network(*, penalty=None, dropout=0.0):
    """Return 2-64-64-1: over 4000 weights for 40 points."""
    hidden = []
    for _ in range(2):
        hidden += [cr.Dense(64, init=cr.initializers.HeNormal(), penalty=penalty), cr.ReLU()]
        hidden += [cr.Dropout(dropout)] if dropout else []
    return cr.Network(*hidden, cr.Dense(1, penalty=penalty), loss=cr.SigmoidCrossEntropy(), seed=1)


CASES = {
    "nothing": (network(), []),
    "L2(0.02)": (network(penalty=cr.L2(0.02)), []),
    "Dropout(0.5)": (network(dropout=0.5), []),
    "EarlyStopping": (network(), [cr.EarlyStopping(patience=40)]),
}


def bare_loss(net, X, y):
    """Return the mean cross-entropy alone, without the penalty of the weights."""
    p = np.clip(net.predict(X)[:, 0].astype(float), 1e-12, 1 - 1e-12)
    return float(-np.mean(np.log(np.where(y == 1, p, 1 - p))))


class Losses(cr.Callback):
    """Record, after each epoch, the loss on the learned points and on those never seen."""

    def __init__(self):
        self.train, self.test = [], []

    def on_epoch_end(self, run):
        self.train.append(bare_loss(run.net, X_train, y_train))
        self.test.append(bare_loss(run.net, X_test, y_test))


title(f"{len(X_train)} noisy points to learn, {len(X_test)} never seen, {EPOCHS} epochs")
curves, rows, results = {}, [], {}
for name, (net, callbacks) in CASES.items():
    losses = Losses()
    history = net.fit(
        X_train,
        y_train,
        optimizer=cr.Adam(lr=0.002),
        epochs=EPOCHS,
        batch_size=None,
        validation_data=(X_watch, y_watch) if callbacks else None,
        callbacks=[losses, *callbacks],
        verbose=0,
    )
    curves[name] = {"learned": losses.train, "unseen": losses.test}
    train, test = (bare_loss(net, *data) for data in ((X_train, y_train), (X_test, y_test)))
    right = [
        cr.metrics.accuracy(b, net.predict(a)) for a, b in ((X_train, y_train), (X_test, y_test))
    ]
    results[name] = train, test
    epoch = history.best_epoch + 1 if callbacks else EPOCHS
    length = np.linalg.norm(net.theta)
    rows.append(
        [
            name,
            epoch,
            f"{train:.4f}",
            f"{test:.4f}",
            f"{right[0]:.3f}",
            f"{right[1]:.3f}",
            f"{length:.1f}",
        ]
    )
table(["against it", "epoch", "loss", "unseen", "accuracy", "unseen", "|weights|"], rows)

plain = curves["nothing"]["unseen"]
turn = int(np.argmin(plain)) + 1
print(f"\nWithout any help the loss on unseen points is lowest at epoch {turn} ({min(plain):.3f}),")
print(
    f"and {plain[-1]:.3f} at epoch {EPOCHS}, while the loss on the learned points goes on falling."
)
train, test = results["nothing"]
helped = min((name for name in results if name != "nothing"), key=lambda name: results[name][1])
notice(f"""The network with the smallest training loss ({train:.4f}) has the largest loss on points
    that it has not seen ({test:.2f}), and the one that does best there ({helped},
    {results[helped][1]:.2f}) kept {results[helped][0]:.2f} of training loss. So a residual error
    can be a good sign, but only the held-out points can tell; the error itself cannot.""")
try_next("""Give it 400 points in place of 40, or NOISE = 0: does anything need help then? And what
    do L2 and dropout do together?""")

# %% Pictures


def draw_losses():
    figure, axes = plots.panels(2, 2, width=4.8, height=3.2)
    for panel, (name, two) in zip(axes, curves.items(), strict=True):
        plots.lines(
            two,
            title=f"against overfitting: {name}",
            x="epoch",
            y="cross-entropy",
            log_y=True,
            axes=panel,
        )
        panel.set_ylim(1e-2, 10)
        panel.set_xlim(0, EPOCHS)
    return figure


def draw_regions():
    figure, axes = plots.panels(2, 2, width=4.8, height=3.4)
    for panel, (name, (net, _)) in zip(axes, CASES.items(), strict=True):
        plots.decision_regions(
            net.predict, X_train, y_train, title=f"against overfitting: {name}", axes=panel
        )
    return figure


picture("overfit", draw_losses)
picture("overfit-regions", draw_regions)
