"""A hundred labels, and what it helps to have dreamed before.

Hinton, Osindero and Teh (2006) trained deep networks that nobody could train before: first a stack
of Boltzmann machines, each on the outputs of the one below it, without any labels; then
back-propagation from there. Here are 1297 digits of which 100 have labels. Does the stack help? The
answer depends on the depth, and it has a spread.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, shades, table, title, try_next

introduce(__doc__)

X, y = cr.datasets.digits()
UNITS, DEPTHS, SEEDS = 128, (1, 2, 3, 4), (10, 11, 12, 13, 14)
LABELS_EACH, TEST = 10, 500
DREAMS, TUNING = 30, 100  # epochs of each RBM; epochs of back-propagation


def divided(seed):
    """Return 1297 digits, the 100 of them that have labels, and 500 others for the test."""
    X_train, y_train, X_test, y_test = cr.datasets.split(X / 16, y, test=TEST / len(X), seed=seed)
    named = np.concatenate([np.flatnonzero(y_train == digit)[:LABELS_EACH] for digit in range(10)])
    return X_train, X_train[named], y_train[named], X_test, y_test


# %% One stack, and what it makes of digits

title("A stack of Boltzmann machines, trained without labels")
print(f"""first   h¹ = σ(W¹ v + c¹)    trained on the pixels
then    h² = σ(W² h¹ + c²)   trained on h¹, and so on: {max(DEPTHS)} machines of {UNITS} units
last    a softmax layer on top; all weights move by back-propagation
""")
X_train, X_named, y_named, X_test, y_test = divided(SEEDS[0])
print(
    f"{len(X_train)} digits to dream of, {len(X_named)} of them with labels, "
    f"{len(X_test)} for the test."
)


def dream(X_train, seed):
    """Train a stack of the full height. Its lower part is a stack of its own."""
    stack = cr.energy.DeepBeliefNetwork(*[UNITS] * max(DEPTHS), seed=seed)
    stack.fit(X_train, sampler=cr.energy.CD(), optimizer=cr.SGD(lr=0.5), epochs=DREAMS, verbose=0)
    return stack


def lower(stack, depth):
    part = cr.energy.DeepBeliefNetwork(*[UNITS] * depth)
    part.rbms = stack.rbms[:depth]
    return part


stack = dream(X_train, SEEDS[0])
print("\nUp to the top of the stack and down again, five digits never seen:\n")
for depth in (0, 1, max(DEPTHS)):
    some = X_test[:5]
    if depth:
        part = lower(stack, depth)
        some = part.inverse_transform(part.transform(some))
    print(shades(some.reshape(-1, 8, 8), gap=0))
    print(f"{'as they are' if not depth else f'through {depth} of {max(DEPTHS)} machines'}\n")
print("The way down has no label and no chance: each level makes the five more alike.")

# %% Back-propagation from three starts


def plain(depth, activation, init, seed):
    """Return the same layers without a stack: random weights."""
    hidden = [layer for _ in range(depth) for layer in (cr.Dense(UNITS, init=init), activation)]
    return cr.Network(*hidden, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), inputs=(64,), seed=seed)


def starts(stack, depth, seed):
    """Return the networks, and for how many times TUNING epochs each of them is trained."""
    sigmoid = cr.Sigmoid(), cr.initializers.GlorotUniform()
    return {
        "stack first": (lower(stack, depth).classifier(10, seed=seed), 1),
        "no stack": (plain(depth, *sigmoid, seed), 1),
        "no stack, 5 x as long": (plain(depth, *sigmoid, seed), 5),
        "no stack, ReLU": (plain(depth, cr.ReLU(), cr.initializers.HeNormal(), seed), 1),
    }


title(f"{len(X_named)} labels, {TUNING} epochs of back-propagation, {len(SEEDS)} splits")
accuracy = {}
for seed in SEEDS:
    X_train, X_named, y_named, X_test, y_test = divided(seed)
    stack = stack if seed == SEEDS[0] else dream(X_train, seed)
    for depth in DEPTHS:
        for name, (net, times) in starts(stack, depth, seed).items():
            net.fit(
                X_named,
                y_named,
                optimizer=cr.Adam(lr=0.003),
                epochs=times * TUNING,
                batch_size=20,
                verbose=0,
            )
            accuracy.setdefault((name, depth), []).append(
                cr.metrics.accuracy(y_test, net.predict(X_test))
            )
    print(f"split {seed}: done", flush=True)
names = list(dict.fromkeys(name for name, _ in accuracy))
accuracy = {key: np.array(values) for key, values in accuracy.items()}
print("\nAccuracy on unseen digits, mean ± standard deviation over the splits:\n")
table(
    ["hidden layers", *DEPTHS],
    [
        [
            name,
            *(
                f"{accuracy[name, k].mean():.3f}±{accuracy[name, k].std(ddof=1):.3f}"
                for k in DEPTHS
            ),
        ]
        for name in names
    ],
)
print("\nWhat the stack gains on the same split, mean (and on how many splits it wins):\n")
gains = {
    name: {k: accuracy["stack first", k] - accuracy[name, k] for k in DEPTHS} for name in names[1:]
}
table(
    ["against", *DEPTHS],
    [
        [name, *(f"{gain[k].mean():+.3f} ({(gain[k] > 0).sum()}/{len(SEEDS)})" for k in DEPTHS)]
        for name, gain in gains.items()
    ],
)
deep, flat = (gains["no stack"][k].mean() for k in (max(DEPTHS), 1))
say(f"""One hidden layer needs no stack: {flat:+.3f}, within the spread. With {max(DEPTHS)} sigmoid
    layers the gradient fades on its way down (the lesson `activations`), the lowest layers hardly
    move, and weights that already know digits are worth {deep:+.3f}.""")
relu = gains["no stack, ReLU"]
spread = np.mean([values.std(ddof=1) for values in accuracy.values()])
notice(f"""Against ReLU from random weights the stack with {max(DEPTHS)} layers gains
    {relu[max(DEPTHS)].mean():+.3f}: it repaired the start of a deep sigmoid network, which one
    avoids today. Differences much below the spread between splits ({spread:.3f}) say nothing.""")
try_next("""Let LABELS_EACH be 3, or 50: when is dreaming worth it? With lr=0.1 the stack learns too
    little to help.""")

# %% Pictures


def draw_depths():
    curves = {
        name: (np.array(DEPTHS), np.array([accuracy[name, k].mean() for k in DEPTHS]))
        for name in names
    }
    figure = plots.lines(
        curves, title=f"{len(X_named)} labels", x="hidden layers", y="accuracy, unseen digits"
    )
    panel = figure.axes[0]
    for name, line in zip(names, panel.lines, strict=True):
        mean, spread = curves[name][1], np.array([accuracy[name, k].std(ddof=1) for k in DEPTHS])
        panel.fill_between(
            DEPTHS, mean - spread, mean + spread, color=line.get_color(), alpha=0.15, linewidth=0
        )
    return figure


picture("belief-network", draw_depths)
