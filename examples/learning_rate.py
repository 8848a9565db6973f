"""One network, lr = 0.001 to 100: too small, right, too large.

J. Loy's two-layer network ("How to build your own neural network from scratch in Python", 2018)
learns the exclusive or of two inputs with an implicit learning rate of 1. The first thing that he
lets the reader try next is another one. Here it is: the same network, the same 1500 steps, from
many seeds.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, table, title, try_next

introduce(__doc__)

# %% The article's network, at any learning rate

X, y = cr.datasets.xor_with_ones()
STEPS, SEEDS = 1500, range(5)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def two_layer(seed):
    """Return 3-4-1 with sigmoids and without biases.

    The weights come from NumPy's legacy stream, uniform on [0, 1).
    """
    draw = np.random.RandomState(seed)
    return cr.Network(
        cr.Dense(4, bias=False),
        cr.Sigmoid(),
        cr.Dense(1, bias=False),
        cr.Sigmoid(),
        loss=cr.SquaredError(reduction="sum"),
        inputs=(3,),
        dtype="float64",
        initial_weights={"W1": draw.rand(3, 4), "W2": draw.rand(4, 1)},
    )


def train(lr, seed):
    """Return the sum of squares before each of the 1500 steps, and after the last one."""
    net = two_layer(seed)
    history = net.fit(X, y, optimizer=cr.SGD(lr=lr), epochs=STEPS, batch_size=None, verbose=0)
    right = np.all((net.predict(X) > 0.5) == (y > 0.5))
    return np.append(history.loss, net.evaluate(X, y)["loss"]), right


title(f"The two-layer network, {STEPS} steps at each learning rate, {len(SEEDS)} seeds each")
curves, rows, middle = {}, [], {}
for lr in RATES:
    runs = [train(lr, seed) for seed in SEEDS]
    losses = np.array([run[0] for run in runs])
    curves[f"lr {lr:g}"] = losses[0]
    last = losses[:, -1]
    middle[lr] = float(np.median(last))
    solved = sum(run[1] for run in runs)
    falling = np.sum(np.all(np.diff(losses, axis=1) <= 0, axis=1))
    rows.append(
        [f"{lr:g}", f"{middle[lr]:.5f}", f"{last.min():.5f}", f"{last.max():.5f}", solved, falling]
    )
table(["lr", "final loss, median", "best", "worst", "solved", "falls all the way"], rows)
print("\nLoss: the sum of the four squared errors; 1.0 is an answer of 0.5 for every row.")
print(f"Solved: all four on the right side of 0.5, of {len(SEEDS)} seeds.")

small = [lr for lr in RATES if middle[lr] > 0.5 and lr < 1]
best = min(middle, key=lambda lr: middle[lr])
large = [lr for lr in RATES if lr > best and middle[lr] > 2 * middle[best]]
print(f"\ntoo small: up to {max(small):g}. It is not wrong, it is not there yet.")
print(f"right:     around {best:g}. The article's implicit 1 ends at {middle[1.0]:.5f}.")
if large:
    print(f"too large: from {min(large):g} on. Steps leap over the valley into the flat ends")
    print("           of the sigmoid, where there is no slope to come back by.")
works = [row[0] for row in rows if row[4] == len(SEEDS)]
notice(f"""The rates that solve it for every seed, {works[0]} to {works[-1]}, differ
    {float(works[-1]) / float(works[0]):.0f}-fold, and the loss need not fall at every step with the
    largest of them. No error message warns of a rate that is too large: a saturated sigmoid always
    gives finite numbers, and the loss stops falling.""")

# %% The finder: one short run instead of many

title("Ask for a learning rate: net.find_learning_rate(X, y)")
net = two_layer(0)
found = net.find_learning_rate(
    X, y, optimizer=cr.SGD(), batch_size=None, lowest=0.001, highest=100.0, steps=200
)
chosen, solved = train(found.suggestion, 0)
table(
    ["learning rate", "loss there"],
    [
        [f"{found.lrs[k]:.3g}", f"{found.losses[k]:.4f}"]
        for k in range(0, len(found.lrs), max(1, len(found.lrs) // 10))
    ],
)
print(f"\nsuggestion: lr = {found.suggestion:.3g}")
print(
    f"trained with it, {STEPS} steps: loss {chosen[-1]:.5f}, {'solved' if solved else 'not solved'}"
)
notice("""The finder trains a copy while the rate grows by a few percent a step, and suggests the
    rate where the loss fell fastest. It costs one short run, and it is a place to start from, not
    the best possible rate.""")
try_next("""Put Adam(lr=lr) in place of SGD(lr=lr): which rates work for it, and which fail? Next,
    `optimizers` compares thirteen ways down.""")

# %% Pictures


def draw_curves():
    heading = "The two-layer network at eleven learning rates (seed 0)"
    return plots.lines(curves, title=heading, x="step", y="sum of squares", log_x=True, log_y=True)


picture("learning-rate", draw_curves)
picture("learning-rate-finder", found.plot)
