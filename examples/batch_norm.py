"""What batch normalization changes inside, and what it costs.

Ioffe and Szegedy (2015) give every unit the mean 0 and the variance 1 over the rows of a batch,
then a scale γ and a shift β of its own. The layer is three small equations. Folklore says that it
tolerates any learning rate, dislikes small batches, and behaves differently in prediction. Here are
the numbers, eight layers deep.
"""

import warnings
from copy import copy

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

DEPTH, UNITS, BATCH, EPOCHS, SEEDS = 8, 32, 64, 6, range(3)
SIGMOID = cr.Sigmoid(), cr.initializers.GlorotUniform()
RELU = cr.ReLU(), cr.initializers.HeNormal()
X, y = cr.datasets.digits()


def divided(seed, rows=1280):
    """Return 1280 digits, which are 20 batches of 64, and the held-out quarter."""
    X_train, y_train, X_test, y_test = cr.datasets.split(X / 16, y, seed=seed)
    return X_train[:rows], y_train[:rows], X_test, y_test


def deep(kind, *norm, seed, depth=DEPTH):
    """Return `depth` hidden layers, with or without a normalization before the activation."""
    activation, init = kind
    hidden = [
        layer
        for _ in range(depth)
        for layer in (cr.Dense(UNITS, init=init), *map(copy, norm), activation)  # a layer each
    ]
    return cr.Network(*hidden, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), inputs=(64,), seed=seed)


def accuracy(net, X, y):
    return cr.metrics.accuracy(y, net.predict(X))


# %% Three equations

title("The layer: three equations, and their derivatives")
tiny = cr.Network(
    cr.Dense(4),
    cr.BatchNorm(),
    cr.Sigmoid(),
    cr.Dense(3),
    loss=cr.SoftmaxCrossEntropy(),
    inputs=(5,),
)
for line in tiny.equations().splitlines():
    if not line.startswith(" ") or any(
        name in line.split("=")[0] for name in ("μ2", "v2", "u2", "γ2", "β2", "dz1")
    ):
        print(line)
say("""Every other value of a row depends on that row alone. Here μ and v are sums over the rows of
    the batch, so each row's gradient dz1 has three parts: its own, and the row's effect on the
    variance and on the mean that all rows share.""")

# %% Inside

LR = 0.3
title(f"Inside: {DEPTH} sigmoid layers before and after {EPOCHS} epochs of SGD, lr {LR}")
X_train, y_train, X_test, y_test = divided(0)
SYMBOLS = {  # of the pre-activation that the sigmoid sees, and of the weights, layer by layer
    "without": [(f"z{k}", f"W{k}") for k in range(1, DEPTH + 1)],
    "with": [(f"u{2 * k}", f"W{2 * k - 1}") for k in range(1, DEPTH + 1)],
}


def look_inside(net, symbols):
    """Return what the sigmoids of each layer see and the size of each dW, with one whole batch."""
    values = net.copy().calibrate(X_train).activations(X_train)  # statistics of exactly these rows
    batch = {"x": X_train, "y": y_train}
    gradients = cr.vjp(
        net.programs.train, net.theta, batch, seeds={"L": 1.0}, wrt=tuple(W for _, W in symbols)
    )
    seen = [values[u] for u, _ in symbols]
    return seen, [float(np.sqrt(np.mean(gradients[W] ** 2))) for _, W in symbols]


inside, right = {}, {}
for name, norm in (("without", ()), ("with", (cr.BatchNorm(),))):
    net = deep(SIGMOID, *norm, seed=0)
    inside[name, "start"] = look_inside(net, SYMBOLS[name])
    net.fit(X_train, y_train, optimizer=cr.SGD(lr=LR), epochs=EPOCHS, batch_size=BATCH, verbose=0)
    inside[name, "end"] = look_inside(net, SYMBOLS[name])
    right[name] = accuracy(net, X_test, y_test)


def spread(u):
    """Return how differently the rows are seen: their standard deviation, mean of the units."""
    return float(u.std(axis=0).mean())


print("spread: of what a sigmoid sees, from row to row.  |dW|: root mean square.\n")
whens = [(name, when) for name in ("without", "with") for when in ("start", "end")]
for what, number in (
    ("spread", lambda k, at: spread(inside[at][0][k])),
    ("|dW|", lambda k, at: inside[at][1][k]),
):
    table(
        [f"{what}, layer", *(f"{name}, {when}" for name, when in whens)],
        [[k + 1, *(f"{number(k, at):.1e}" for at in whens)] for k in range(DEPTH)],
    )
    print()
fade = {
    name: inside[name, "start"][1][-1] / inside[name, "start"][1][0] for name in ("without", "with")
}
print(f"Held-out accuracy: {right['without']:.3f} without, {right['with']:.3f} with.")
first, last = (spread(inside["without", "start"][0][k]) for k in (0, -1))
notice(f"""Without it the rows look more alike from layer to layer: the last sigmoid sees
    {first / last:,.0f} times less difference than the first, and the gradient shrinks
    {fade["without"]:,.0f}-fold on its way down. With normalization every layer starts with spread
    1, and the gradients of the first and the last W differ by a factor of
    {max(fade["with"], 1 / fade["with"]):.1f}: what is small becomes large again, signal and
    gradient alike.""")

# %% Why large rates do no harm

title("The length of W no longer matters")
rows = []
for name, norm in (("without", ()), ("with", (cr.BatchNorm(),))):
    net = deep(RELU, *norm, seed=0)
    longer = net.copy()
    longer.parameters["W1"][...] *= 10
    before, after = (look_inside(n, SYMBOLS[name]) for n in (net, longer))
    change = np.abs(after[0][-1] - before[0][-1]).max() / np.abs(before[0][-1]).max()
    rows.append(
        [
            name,
            f"{change:.5f}",
            f"{after[1][0] / before[1][0]:.3f}",
            f"{after[1][1] / before[1][1]:.3f}",
        ]
    )
table(["W1 made 10 x as long", "last layer changes by", "dW1 times", "dW2 times"], rows)
say("""Ten times the weights give ten times the standard deviation, which is divided out. The
    gradient becomes a tenth: a step that was too long makes W long, and a long W moves less. So the
    layer brakes by itself.""")

# %% Which learning rates train

RATES = (0.01, 0.1, 0.3, 1.0, 3.0)
title(f"Which learning rates train: held-out accuracy, {len(SEEDS)} seeds, {EPOCHS} epochs")


def trained(kind, *norm, seed, optimizer):
    """Return the held-out accuracy, or 0 if the loss became NaN."""
    X_train, y_train, X_test, y_test = divided(seed)
    net = deep(kind, *norm, seed=seed)
    try:
        net.fit(X_train, y_train, optimizer=optimizer, epochs=EPOCHS, batch_size=BATCH, verbose=0)
    except cr.TrainingError:
        return 0.0
    return accuracy(net, X_test, y_test)


KINDS = {"sigmoid, Glorot": SIGMOID, "ReLU, He": RELU}
found = {}
for kind, parts in KINDS.items():
    for name, norm in (("without", ()), ("with", (cr.BatchNorm(),))):
        for lr in RATES:
            for seed in SEEDS:
                result = trained(parts, *norm, seed=seed, optimizer=cr.SGD(lr=lr))
                found.setdefault((kind, name, lr), []).append(result)
    print(f"{kind}: done", flush=True)
print()
columns = [(kind, name) for kind in KINDS for name in ("without", "with")]
table(
    ["lr", *(f"{kind.split(',')[0]} {name}" for kind, name in columns)],
    [
        [
            f"{lr:g}",
            *(
                f"{np.mean(found[(*c, lr)]):.2f}±{np.std(found[(*c, lr)], ddof=1):.2f}"
                for c in columns
            ),
        ]
        for lr in RATES
    ],
)
trains = {c: [lr for lr in RATES if min(found[(*c, lr)]) > 0.85] for c in columns}
print("\nRates with which every seed reads more than 0.85:")
for kind, name in columns:
    print(f"  {kind}, {name}: {', '.join(f'{lr:g}' for lr in trains[kind, name]) or 'none'}")
adam = {}
for name, norm in (("without", ()), ("with", (cr.BatchNorm(),))):
    adam[name] = np.mean(
        [trained(RELU, *norm, seed=seed, optimizer=cr.Adam(lr=0.003)) for seed in SEEDS]
    )
notice(f"""Guessing reads 0.1, and a run that ended in NaN counts as 0. Normalization gives freedom
    in the rate and in the activation; it is not the only way to train: the ReLU network without it
    reads {adam["without"]:.2f} after as many epochs of Adam(lr=0.003), and {adam["with"]:.2f} with
    it.""")

# %% Two kinds of statistics

title("The batch's statistics train, running ones predict")
X_train, y_train, X_test, y_test = divided(0)
net = deep(RELU, cr.BatchNorm(), seed=0)
marks, rows, lag = (1, 2, 5, 10, 20, 60), [], {}
for step, _ in enumerate(
    net.train(X_train, y_train, optimizer=cr.SGD(lr=LR), epochs=3, batch_size=BATCH), 1
):
    if step in marks:
        lag[step] = (
            accuracy(net, X_test, y_test),
            accuracy(net.copy().calibrate(X_train), X_test, y_test),
        )
        rows.append([step, f"{0.9**step:.3f}", *(f"{value:.3f}" for value in lag[step])])
table(["steps", "0.9^steps", "accuracy, running", "after net.calibrate(X)"], rows)
say("""running += 0.1 (batch - running): after k steps 0.9^k of the running values is still the
    start, mean 0 and variance 1. A network that is tested after a few steps seems to have learned
    less than it has. net.calibrate(X) computes the exact statistics, layer after layer; this trains
    nothing.""")

# %% Small batches

NORMS = {
    "none": (),
    "BatchNorm": (cr.BatchNorm(),),
    "GroupNorm(8)": (cr.GroupNorm(8),),
    "LayerNorm": (cr.LayerNorm(),),
}
SIZES, STEPS, SHALLOW = (2, 4, 8, 32), 256, 3
title(f"Small batches: {SHALLOW} ReLU layers, {STEPS} steps of Adam, {len(SEEDS)} seeds")
pair = np.array([[3.0, 0.1, -7.0], [5.0, 0.2, -7.5]])
mean, deviation = pair.mean(axis=0), pair.std(axis=0)
print("A batch of two rows, and what is left of it after normalization:")
print(
    f"  {pair[0]}  ->  {(pair[0] - mean) / deviation}\n"
    f"  {pair[1]}  ->  {(pair[1] - mean) / deviation}\n"
)
small = {}
for name, norm in NORMS.items():
    for size in SIZES:
        for seed in SEEDS:
            X_train, y_train, X_test, y_test = divided(seed, 512)
            net = deep(RELU, *norm, seed=seed, depth=SHALLOW)
            epochs = STEPS * size // len(X_train)
            net.fit(
                X_train,
                y_train,
                optimizer=cr.Adam(lr=0.003),
                epochs=epochs,
                batch_size=size,
                verbose=0,
            )
            small.setdefault((name, size), []).append(accuracy(net, X_test, y_test))
table(
    ["rows in a batch", *SIZES],
    [
        [
            name,
            *(f"{np.mean(small[name, s]):.2f}±{np.std(small[name, s], ddof=1):.2f}" for s in SIZES),
        ]
        for name in NORMS
    ],
)
print("\nA batch may be small by accident: 1282 rows are 20 batches of 64 and one of 2.\n")
last = {"before the batch of two": [], "after it": []}
for seed in SEEDS:
    X_train, y_train, X_test, y_test = divided(seed, 1282)
    net = deep(RELU, cr.BatchNorm(), seed=seed)
    with warnings.catch_warnings(action="ignore"):  # of just this batch
        steps = net.train(
            X_train, y_train, optimizer=cr.SGD(lr=LR), epochs=EPOCHS, batch_size=BATCH
        )
    for step, _ in enumerate(steps, 1):
        for name, at in zip(last, (20, 0), strict=True):
            if step % 21 == at:
                last[name].append(accuracy(net, X_test, y_test))
before, after = map(np.array, last.values())
table(
    [f"accuracy, {len(before)} epochs", "mean", "lowest", "highest"],
    [
        [name, *(f"{f(values):.3f}" for f in (np.mean, np.min, np.max))]
        for name, values in last.items()
    ],
)
notice(f"""Of two rows BatchNorm leaves the signs, +1 and -1: which one is larger. GroupNorm and
    LayerNorm take mean and variance inside each row, without looking at the batch (though groups of
    {UNITS // 8} units are small here, and three layers do well without any normalization). Two rows
    too many cost {before.mean() - after.mean():.2f} at the end of an epoch: `fit` warns about them,
    and fit(drop_last=True) leaves them out.""")

# %% For prediction it can be folded away

title("Folded into the layer before it")
print("u = γ (x W + b − μ) / √(v + ε) + β = x (W s) + (b − μ) s + β\ns = γ / √(v + ε)\n")
X_train, y_train, X_test, y_test = divided(0)
net = deep(RELU, cr.BatchNorm(), seed=0)
net.fit(X_train, y_train, optimizer=cr.SGD(lr=LR), epochs=EPOCHS, batch_size=BATCH, verbose=0)
p, state, folded = net.parameters, net.state, {}
for k in range(DEPTH):
    dense, norm = 2 * k + 1, 2 * k + 2
    s = p[f"gamma{norm}"] / np.sqrt(state[f"running_variance{norm}"] + cr.BatchNorm().eps)
    folded[f"W{k + 1}"] = p[f"W{dense}"] * s
    folded[f"b{k + 1}"] = (p[f"b{dense}"] - state[f"running_mean{norm}"]) * s + p[f"beta{norm}"]
folded[f"W{DEPTH + 1}"], folded[f"b{DEPTH + 1}"] = p[f"W{2 * DEPTH + 1}"], p[f"b{2 * DEPTH + 1}"]
activation, _ = RELU
plain = cr.Network(
    *[layer for _ in range(DEPTH) for layer in (cr.Dense(UNITS), activation)],
    cr.Dense(10),
    loss=cr.SoftmaxCrossEntropy(),
    inputs=(64,),
    initial_weights=folded,
)
difference = np.abs(net.predict(X_test) - plain.predict(X_test)).max()
table(
    ["network", "parameters and state", "held-out accuracy"],
    [
        ["with BatchNorm", net.theta.size, f"{accuracy(net, X_test, y_test):.3f}"],
        ["folded, without", plain.theta.size, f"{accuracy(plain, X_test, y_test):.3f}"],
    ],
)
print(f"\nLargest difference between their probabilities: {difference:.1e}")
print("The biases b of the folded layers did nothing: μ takes them away again.")
notice("""With running statistics the layer is a fixed scale and shift, so it costs nothing in
    prediction; all its effect is on training. Try deep(RELU, cr.LayerNorm(), seed=0): that cannot
    be folded, because its statistics are each row's own.""")
try_next("""Take ReLU in place of the sigmoid in the first table, or a batch of 8: does the gradient
    still shrink, and do the rows still look alike?""")

# %% Pictures


def draw_histograms():
    layers = (0, 2, 5, DEPTH - 1)
    figure, axes = plots.panels(2, len(layers), width=2.9, height=2.5)
    for k, panel in enumerate(axes):
        name, layer = ("without", "with")[k // len(layers)], layers[k % len(layers)]
        for when, style in (
            ("start", {"color": "#56B4E9"}),
            ("end", {"color": "#D55E00", "histtype": "step"}),
        ):
            values = inside[name, when][0][layer]
            rest = (values - values.mean(axis=0)).ravel()
            panel.hist(
                rest, bins=np.linspace(-4, 4, 62), density=True, label=when, linewidth=1.4, **style
            )
        panel.set_title(f"{name}, layer {layer + 1}", fontsize=10)
        panel.set_xlabel(f"{'z' if name == 'without' else 'u'} less its unit's mean", fontsize=9)
    axes[0].legend(frameon=False, fontsize=9)
    return figure


def draw_gradients():
    curves = {f"{n}, {w}": (np.arange(1, DEPTH + 1), np.array(inside[n, w][1])) for n, w in whens}
    return plots.lines(
        curves, title="Size of the gradient", x="layer", y="root mean square of dW", log_y=True
    )


def draw_rates():
    curves = {
        f"{k}, {n}": (np.array(RATES), np.array([np.mean(found[k, n, lr]) for lr in RATES]))
        for k, n in columns
    }
    return plots.lines(
        curves,
        title=f"After {EPOCHS} epochs",
        x="learning rate",
        y="accuracy, held-out",
        log_x=True,
    )


picture("batch-norm-inside", draw_histograms)
picture("batch-norm-gradients", draw_gradients)
picture("batch-norm-rates", draw_rates)
