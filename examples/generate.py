"""A Boltzmann machine dreams digits: chains, a wish, a hole.

A restricted Boltzmann machine does not answer, it samples: hidden units are drawn from visible ones
and visible from hidden, again and again. What appears after a while is what it believes digits to
be. The class can be fixed, or part of a picture.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, shades, table, title, try_next

introduce(__doc__)

X, y = cr.datasets.digits()
X_train, y_train, X_test, y_test = cr.datasets.split(X / 16, y, seed=0)


def show(images, captions=()):
    """Print pictures of 8 x 8 pixels, five in a row, with a line below each."""
    for k in range(0, len(images), 5):
        print()
        print(shades(np.asarray(images[k : k + 5]).reshape(-1, 8, 8), gap=0))
        print("".join(f"{caption:16}" for caption in captions[k : k + 5]).rstrip())


# %% Training: the data pull the energy down, the dreams push it up

title("Training: the data pull, the dreams push")
print("""E(v, h) = −b·v − c·h − h W v − d·y − h U y       y: the class, one of ten
h ~ σ(W v + U y + c),   v ~ σ(Wᵀ h + b),   y ~ softmax(Uᵀ h + d)
ΔW ∝ ⟨h v⟩ of the data − ⟨h v⟩ of chains that never stop (PCD)
""")
EPOCHS = 100
rbm = cr.RBM(128, classes=10, seed=0)
print("epoch  reconstruction error  class of unseen digits")
for _ in range(4):
    history = rbm.fit(
        X_train,
        y_train,
        sampler=cr.energy.PCD(),
        optimizer=cr.SGD(lr=0.1),
        epochs=EPOCHS // 4,
        verbose=0,
    )
    right = cr.metrics.accuracy(y_test, rbm.predict(X_test))
    print(f"{rbm.run_state.epoch:5}  {history.loss[-1]:20.3f}  {right:22.1%}", flush=True)
say("""The machine is trained to say how probable a picture is, not to tell classes apart; that it
    can name digits is a by-product. For naming alone the networks of the lesson `digits` are
    better.""")

# %% A chain, from noise

title("A free chain: from noise to digits, and on")
TIMES = (1, 5, 25, 100, 500)
film = rbm.generate(1, steps=max(TIMES), seed=6, every=1)[:, 0]
smooth = [rbm.generate(1, steps=steps, seed=6)[0] for steps in TIMES]
show(film[[steps - 1 for steps in TIMES]], [f"round {steps}" for steps in TIMES])
show(smooth, ["its mean E[v|h]"])
say("""Above, the samples: every pixel is drawn, on or off. Below, the probabilities that they are
    drawn from, which are easier to read.""")

# %% A wish: the class is clamped

COPIES = 8
title("A wish: the class is held, the pixels are free")
wishes = np.repeat(np.arange(10), COPIES)
dreams = rbm.generate(len(wishes), steps=1000, y=wishes, seed=1)
show(dreams[::COPIES], [f"wish: {k}" for k in range(10)])
judge = cr.Network(
    cr.Dense(100, init=cr.initializers.HeNormal()),
    cr.ReLU(),
    cr.Dense(10),
    loss=cr.SoftmaxCrossEntropy(),
    seed=0,
)
judge.fit(X_train, y_train, epochs=40, verbose=0)
read = judge.predict(dreams).argmax(axis=1)
sure = cr.metrics.accuracy(y_test, judge.predict(X_test))
granted = int((read == wishes).sum())
say(f"""Would another reader agree? A network of the usual kind, trained on real digits only, reads
    {sure:.1%} of unseen ones. It reads {granted} of these {len(wishes)} dreams as what was wished
    for. Wish by wish, of {COPIES}:""")
print()
table(
    ["wish", *range(10)],
    [["granted", *(int((read == wishes)[wishes == k].sum()) for k in range(10))]],
)

# %% What the machine believes

title("The free energy says how probable a picture is")
# real pixels in no order
noise = np.random.RandomState(0).permutation(X_test.ravel()).reshape(X_test.shape)
table(
    ["pictures", "mean F(v)"],
    [
        [name, f"{rbm.free_energy(some).mean():.2f}"]
        for name, some in (
            ("digits that it learned", X_train),
            ("digits that it never saw", X_test),
            ("its dreams", dreams),
            ("the same pixels, shuffled", noise),
        )
    ],
)
print("\n−F(v) is log p(v) + log Z: lower is more probable.")

# %% A hole: the rest is clamped

title("A hole: what is known is held, the rest is dreamed")
known = np.ones((8, 8), bool)
known[4:] = False  # the lower half
CHAINS = 10
covered = np.where(known.ravel(), X_test, 0)
chosen = [int(np.flatnonzero(y_test == k)[0]) for k in (0, 2, 3, 7, 9)]
filled = np.mean(
    [rbm.inpaint(X_test, known.ravel(), steps=100, seed=seed) for seed in range(CHAINS)], axis=0
)
show(X_test[chosen], ["never seen"])
show(covered[chosen], ["covered"])
show(filled[chosen], ["filled in"])


def error(guess):
    """Return the root mean square error over the covered pixels of all unseen digits."""
    return np.sqrt(((guess - X_test)[:, ~known.ravel()] ** 2).mean())


print()
nearest = X_train[((X_test[:, None, :32] - X_train[None, :, :32]) ** 2).sum(axis=2).argmin(axis=1)]
table(
    ["the lower half, guessed by", "error"],
    [
        ["the mean of all digits", f"{error(X_train.mean(axis=0)):.3f}"],
        ["the digit with the nearest upper half", f"{error(nearest):.3f}"],
        [f"the machine, mean of {CHAINS} chains", f"{error(filled):.3f}"],
    ],
)
say("""By this measure the nearest of all learned digits does better: the same thirteen people wrote
    both parts, and a mean of dreams is a compromise. The machine keeps 10,000 weights, not the
    digits.""")
notice(f"""Nobody told the machine what a digit is; {granted} of {len(wishes)} wishes are granted
    because it lowered the energy of what it saw and raised that of what it dreamed.""")
try_next("""Take fewer rounds (steps=5), a tenth of EPOCHS, or 16 hidden units, and watch the dreams
    fade. Next, `belief-network` stacks such machines.""")

# %% Pictures

picture(
    "generate",
    lambda: plots.images(dreams, [f"{k}" for k in wishes], across=COPIES),
    "Dreams, by the digit that was wished for",
)


def draw_holes():
    rows = np.concatenate([X_test[chosen], covered[chosen], filled[chosen]])
    names = [f"{what} {y_test[i]}" for what in ("unseen", "covered", "filled") for i in chosen]
    return plots.images(rows, names, across=len(chosen))


picture("generate-holes", draw_holes, "The lower half is dreamed")
