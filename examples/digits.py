"""Watch a network learn handwritten digits: as in 2013, as today.

R. Szabo's article "Neural Networks in Python" (rolisz.ro, 2013) ends with 1797 digits that thirteen
people wrote on a form: 64 gray pixels in, ten outputs, 100 hidden units between. His network is
shown one random digit at a time, and its ten outputs are pulled toward 0 or 1 by the squared error.
A Chinese course (scikit-learn and neural networks) continued the program with the logistic function
in place of tanh.

Everything here is trained before your eyes. `chainrule demo digits my.png` also reads a digit of
your own.
"""

from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.datasets.drawn_sign import read_picture
from chainrule.lessons import (
    arguments,
    introduce,
    notice,
    or_exit,
    picture,
    say,
    shades,
    table,
    title,
    try_next,
)

# a bad path is reported before anything else
own = [or_exit(read_picture, path, 8, 8, 16) for path in arguments()]

introduce(__doc__)

# %% The data: what the network sees

title("Handwritten digits")
X, y = cr.datasets.digits()
print(f"What is going to happen: {len(X)} digits that people wrote, 8 x 8 pixels each. A")
print("network sees three quarters of them with their names, then reads the last")
print("quarter, which it has never seen. First as an article did it in 2013, then as")
print("one does it today. It takes some ten seconds; nothing is downloaded.\n")
print(shades(X[:4].reshape(-1, 8, 8) / 16))
print("   ".join(f"{f'this is a {label}':16}" for label in y[:4]).rstrip())

# Ink is 0 to 16; the article scales by the smallest and largest number of the whole array.
pixels = (X - X.min()) / (X.max() - X.min())
SPLITS = range(5)


def divided(seed):
    """Return rows to learn from and rows to test on, both with their labels."""
    return cr.datasets.split(pixels, y, seed=seed)


# %% 2013: one random digit at a time


def with_one(X):
    """Append an input that is always 1: it replaces the biases, which the article lacks."""
    return np.column_stack([X, np.ones(len(X))])


def article_network(activation, seed):
    """Return 64-100-10 as in the article: weights in +-0.25, one hidden unit more than it says."""
    start = cr.initializers.Uniform(-0.25, 0.25)
    return cr.Network(
        cr.Dense(100 + 1, bias=False, init=start),
        activation,
        cr.Dense(10, bias=False, init=start),
        activation,
        # l = 1/2 sum (p - y)^2 over the ten outputs
        loss=cr.SquaredError(outputs="sum", half=True),
        seed=seed,
    )


def article_accuracies(activation, lr, seed, steps):
    """Return the accuracy on the unseen digits after each of these numbers of steps."""
    X_train, y_train, X_test, y_test = divided(seed)
    net, draw, found = article_network(activation, seed), np.random.RandomState(seed), []
    for more in np.diff([0, *steps]):
        net.fit(
            with_one(X_train),
            np.eye(10)[y_train],  # the answer 3 is 0 0 0 1 0 0 0 0 0 0
            optimizer=cr.SGD(lr=lr),
            batch_size=1,
            order=lambda epoch, n, more=more: draw.randint(n, size=more),  # with replacement
            verbose=0,
        )
        found.append(cr.metrics.accuracy(y_test, net.predict(with_one(X_test))))
    return found


RECIPES = {
    "logistic, lr 0.2 (the course)": (cr.Sigmoid(), 0.2, "-"),
    "tanh, lr 0.2 (the article)": (cr.Tanh(), 0.2, f"{430 / 450:.3f}"),
    "tanh, lr 0.02": (cr.Tanh(), 0.02, "-"),
}
title("As in 2013: squared error, one random digit a step")
rows = []
for name, (activation, lr, published) in RECIPES.items():
    few, many = np.mean(
        [article_accuracies(activation, lr, seed, (3_000, 30_000)) for seed in SPLITS[:2]], axis=0
    )
    rows.append([name, f"{few:.3f}", f"{many:.3f}", published])
    print(f"{name}: done", flush=True)
print("\nAccuracy on digits that it has not seen, mean of two splits:\n")
table(["recipe", "3000 steps", "30000 steps", "published"], rows)
notice(f"""The article printed {rows[1][3]} for tanh, but its recipe gives {rows[1][2]}: tanh has
    slope 1 at 0 where the logistic function has 1/4, so in two layers the same learning rate makes
    steps up to 16 times as long. With a tenth of it tanh reads {rows[2][2]}, so the activation is
    not bad: each activation needs its own learning rate.""")

# %% Today: ReLU, cross-entropy, Adam, batches of 32


def todays_network(seed):
    """Return a network of the same size; its loss compares probabilities."""
    return cr.Network(
        # the penalty keeps weights small
        cr.Dense(100, init=cr.initializers.HeNormal(), penalty=cr.L2(0.001)),
        cr.ReLU(),
        cr.Dense(10, penalty=cr.L2(0.001)),
        loss=cr.SoftmaxCrossEntropy(),  # it turns the ten outputs into probabilities
        seed=seed,
    )


EPOCHS = 40
SHOWN = (1, 2, 3, 5, 10, 20, EPOCHS)


def watch(run):
    """Print, after an epoch, how well it reads digits that it has not seen."""
    if run.epoch + 1 in SHOWN:
        accuracy = run.logs["val_accuracy"]
        bar = "#" * round(40 * accuracy)
        print(f"{run.epoch + 1:5}  {run.logs['loss']:6.3f}  {accuracy:15.3f}  {bar}", flush=True)


title("As today: ReLU, softmax cross-entropy, Adam, 32 digits a step")
print("epoch    loss  held-out digits")
nets, accuracies = [], []
for seed in SPLITS:
    X_train, y_train, X_test, y_test = divided(seed)
    net = todays_network(seed)
    net.fit(
        X_train,
        y_train,
        optimizer=cr.Adam(lr=0.002),
        epochs=EPOCHS,
        validation_data=(X_test, y_test) if seed == 0 else None,
        metrics=[cr.metrics.accuracy] if seed == 0 else [],
        callbacks=[watch] if seed == 0 else [],
        verbose=0,
    )
    nets.append(net)
    accuracies.append(cr.metrics.accuracy(y_test, net.predict(X_test)))
print("\nfive splits, five networks: " + "  ".join(f"{a:.3f}" for a in accuracies))
print(
    f"accuracy on the held-out {len(y_test)}, mean of {len(nets)} splits: {np.mean(accuracies):.4f}"
)
print("(The same thirteen people wrote all of them, the unseen ones too.)")

# %% Which digit is taken for which

net = nets[0]
X_train, y_train, X_test, y_test = divided(0)
p = net.predict(X_test)
matrix = cr.metrics.confusion_matrix(y_test, p)
title("The first of these networks, digit by digit")
print(cr.metrics.report(y_test, p))
print("rows: what it is; columns: what it is taken for")
table(
    ["", *range(10)],
    [[digit, *(count or "." for count in line)] for digit, line in enumerate(matrix)],
)
right = int(np.trace(matrix))
notice(f"""The diagonal counts what was read correctly, {right} of {matrix.sum()}; precision looks
    down a column (of those called 8, how many are?), recall along a row (of the eights, how many
    were found?). The article's own table sums to 430 of 450, {430 / 450:.1%}, although its text
    says 93 %.""")

# %% Some answers, and the worst mistakes


def show(chosen):
    """Print digits as text, four in a row, with the answer below."""
    for four in np.split(chosen, range(4, len(chosen), 4)):
        print(shades(X_test[four].reshape(-1, 8, 8)))
        for line in ("it says {p} ({sure:.0%})", "it is {y}"):
            answers = [line.format(p=p[i].argmax(), sure=p[i].max(), y=y_test[i]) for i in four]
            print("   ".join(f"{answer:16}" for answer in answers).rstrip())
        print()


title("Four digits that it has never seen")
show(np.arange(4))
wrong = np.flatnonzero(p.argmax(axis=1) != y_test)
worst = wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")]
title(f"Its worst mistakes: wrong, and sure of it ({len(wrong)} mistakes in all)")
show(worst[:4])
notice("""Nobody told the network what a stroke or a circle is: it got 64 numbers and a label. Look
    at its mistakes before you blame it: would you have read them?""")
try_next("""Write a digit, thick and dark, take a picture, and run `chainrule demo digits my.png`;
    then write it badly. Next, `cnn` tells the network which pixels are neighbors.""")

# %% A digit of your own


def readers():
    """Return five networks that saw each digit moved and turned a little in every epoch."""
    moved = cr.augmentation.Affine(shift=0.7, rotate=10, scale=0.1, shear=5)
    made = []
    for seed in SPLITS:
        layers = cr.Reshape(64), *todays_network(seed).layers
        one = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=seed)
        rows = pixels.reshape(-1, 8, 8, 1)
        one.fit(rows, y, optimizer=cr.Adam(lr=0.002), epochs=EPOCHS, augment=moved, verbose=0)
        made.append(one)
    return made


nets = readers() if own else nets
for path, image in zip(arguments(), own, strict=True):
    title(f"{Path(path).name}, as the network sees it")
    print(shades(image.reshape(1, 8, 8) / 16))
    chances = np.mean([net.predict(image.reshape(1, 8, 8, 1) / 16)[0] for net in nets], axis=0)
    print(f"\nThe {len(nets)} networks' mean probability of each digit:")
    for digit, chance in enumerate(chances):
        print(f"  {digit}  {chance:6.1%}  {'#' * round(40 * chance)}".rstrip())
    print(f"It reads a {chances.argmax()}.")
if own:
    say("""These networks know the hands of thirteen people, and 8 x 8 pixels of each digit. Of
        photographs of digits by other people they read about seven in ten; a network that learned
        MNIST's 60,000 digits of 28 x 28 pixels reads nearly all.""")

# %% Pictures

W1 = net.parameters["W1"]  # (64, 100): what each hidden unit looks for
strongest = np.argsort(-np.linalg.norm(W1, axis=0), kind="stable")[:32]


def draw_weights():
    _, (panel,) = plots.panels(width=9.0, height=3.2)
    return plots.kernels(W1[:, strongest].reshape(8, 8, 1, 32), axes=panel)


def draw_mistakes():
    names = [f"{y_test[i]} read as {p[i].argmax()}" for i in worst[:16]]
    return plots.images(X_test[worst[:16]], names, across=4)


picture(
    "digits-weights",
    draw_weights,
    "What 32 hidden units look for: orange wants ink, blue wants none",
)
picture("digits-confusion", lambda: plots.confusion(matrix), f"{len(y_test)} unseen digits")
picture("digits-mistakes", draw_mistakes, "Wrong, the surest first")
