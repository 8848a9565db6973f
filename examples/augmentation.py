"""How few images become enough: each a bit different every time.

If you have a hundred pictures, you can show each of them in a thousand ways: shifted, turned, bent,
with grain. Simard, Steinkraus and Platt (2003) found that for handwriting nothing else is worth as
much. How much is it worth on the digits that are shipped here, which stand upright and in the
middle? And what does too much of it do?
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.augmentation import Affine, Elastic, Flip, MixUp, Noise
from chainrule.lessons import introduce, notice, picture, say, shades, table, title, try_next

introduce(__doc__)

X, y = cr.datasets.digits()
X = (X / 16).reshape(-1, 8, 8, 1).astype(np.float32)
IMAGES, BATCH, STEPS, SPLITS = 100, 50, 250, range(4)

# %% Many pictures of one

title("One digit, and what an epoch may show instead of it")
KINDS = {
    "Affine(rotate=20)": Affine(rotate=20),
    "Affine(shift=0.5)": Affine(shift=0.5),
    "Elastic(0.4)": Elastic(0.4),
    "Noise(0.1)": Noise(0.1),
}
SEED, ROW = 0, np.array([6])


def shown(change, epoch, rows=ROW):
    """Return what `fit(augment=change)` shows of these rows in an epoch."""
    return change(X[rows], (SEED, epoch), rows)


copies = np.clip([X[ROW][0], *(shown(change, 3)[0] for change in KINDS.values())], 0, 1)[..., 0]
for some, names in ((copies[:3], ["as it is", *list(KINDS)[:2]]), (copies[3:], list(KINDS)[2:])):
    print(shades(some))
    print("   ".join(f"{name:16}" for name in names).rstrip() + "\n")
bend, crowd = KINDS["Elastic(0.4)"], np.arange(50)
answers = {
    "the same key again": shown(bend, 3),
    "among 49 other rows": shown(bend, 3, crowd)[ROW],
    "in the next epoch": shown(bend, 4),
}
table(
    ["the bent digit", "is the same, bit for bit"],
    [
        [name, "yes" if np.array_equal(other, shown(bend, 3)) else "no"]
        for name, other in answers.items()
    ],
)
say("""The numbers behind a copy follow from the seed, the epoch and the row's number. So a run can
    be repeated and resumed, with any batch size and any number of threads, and each row shows the
    same pictures.""")

# %% A hundred images

title(f"{IMAGES} images to learn from: what each change gains on unseen digits")
CHANGES = {
    "nothing": None,
    **{name: (change,) for name, change in KINDS.items()},
    "MixUp(0.2)": (MixUp(0.2),),
    "Elastic, then MixUp": (Elastic(0.4), MixUp(0.2)),
    "Flip()": (Flip(),),
    "Affine(shift=3)": (Affine(shift=3),),
    "Affine(rotate=180)": (Affine(rotate=180),),
}
GENTLE, ROUGH = list(KINDS), list(CHANGES)[-3:]


def network(seed):
    """Return a network with two convolutions, 8 x 8 -> 4 x 4 -> 2 x 2."""
    he = cr.initializers.HeNormal()
    return cr.Network(
        cr.Conv2D(8, kernel=3, stride=2, padding="same", init=he),
        cr.ReLU(),
        cr.Conv2D(16, kernel=3, stride=2, padding="same", init=he),
        cr.ReLU(),
        cr.Flatten(),
        cr.Dense(10),
        loss=cr.SoftmaxCrossEntropy(),
        seed=seed,
    )


def train(change, images, seed, steps=STEPS):
    """Return the accuracy on unseen digits, on the same ones askew, and for each class."""
    X_train, y_train, X_test, y_test = cr.datasets.split(
        X, y, test=1 - images / len(X), seed=seed, stratify=True
    )
    targets = np.eye(10, dtype=np.float32)[y_train]  # one-hot rows, so that MixUp can mix them
    net = network(seed)
    epochs = steps * BATCH // len(X_train)
    net.fit(
        X_train,
        targets,
        optimizer=cr.Adam(lr=0.007),
        epochs=epochs,
        batch_size=BATCH,
        augment=change,
        verbose=0,
    )
    askew = Affine(shift=1, rotate=20)(X_test, (seed, 0), np.arange(len(X_test)))
    answers = [net.predict(rows).argmax(axis=1) for rows in (X_test, askew)]
    by_class = [np.mean(answers[0][y_test == digit] == digit) for digit in range(10)]
    return [np.mean(answer == y_test) for answer in answers], by_class


results, classes = {}, {}
for name, change in CHANGES.items():
    runs = [train(change, IMAGES, seed) for seed in SPLITS]
    results[name] = np.array([run[0] for run in runs])  # (splits, 2): as written, askew
    classes[name] = np.mean([run[1] for run in runs], axis=0)
    print(f"{name}: done", flush=True)


def cell(values):
    return f"{values.mean():.3f}±{values.std(ddof=1):.3f}"


def gain(name):
    """Return the gains on the same split, with the same starting weights."""
    return results[name] - results["nothing"]


print(
    f"\nMean ± standard deviation of {len(SPLITS)} splits; gains against nothing on the same split."
)
print("Askew: the unseen digits shifted by up to a pixel and turned by up to 20°.\n")
table(
    ["augment=", "as written", "gain", "wins", "askew", "gain", "wins"],
    [
        [name]
        + [
            text
            for k in (0, 1)
            for text in (
                cell(values[:, k]),
                f"{gain(name)[:, k].mean():+.3f}" if name != "nothing" else "",
                f"{(gain(name)[:, k] > 0).sum()}/{len(SPLITS)}" if name != "nothing" else "",
            )
        ]
        for name, values in results.items()
    ],
)
best = max(GENTLE, key=lambda name: results[name][:, 0].mean())
written, askew = gain(best).mean(axis=0)
mixed = gain("MixUp(0.2)").mean(axis=0)
notice(f"""The digits of the test are as upright as those that were learned, so there is little to
    win: the best of the gentle changes, {best}, gains {written:+.3f}. If the test digits are askew,
    it gains {askew:+.3f}: augmentation teaches which changes mean nothing. MixUp alone knows
    nothing about shifts: {mixed[0]:+.3f} and {mixed[1]:+.3f}.""")

# %% Too much

title("Too much: a digit in a mirror, or upside down, is another one")
six = X[ROW]
flipped = np.concatenate([six, six[:, ::-1, ::-1], X[[2]], X[[2]][:, :, ::-1]])[..., 0]
print(shades(flipped))
print("   ".join(f"{name:16}" for name in ("a 6", "turned by 180°", "a 2", "in a mirror")).rstrip())
print("\nAccuracy of each digit as written, mean of the splits:\n")
shown_names = ["nothing", best, *ROUGH]
table(
    ["augment=", *range(10)],
    [[name, *(f"{share:.2f}" for share in classes[name])] for name in shown_names],
)
turned, lost = classes["Affine(rotate=180)"], classes["nothing"] - classes["Affine(rotate=180)"]
least = int(np.argmin(lost))
notice(f"""Turned by any angle, 6 and 9 are one shape, and the network reads {turned[6]:.0%} and
    {turned[9]:.0%} of them instead of {classes["nothing"][6]:.0%} and {classes["nothing"][9]:.0%},
    while {least} loses {lost[least]:.2f}. A change is useful only if it keeps the answer, and keeps
    the digit in the picture: a shift by up to three of eight pixels cuts strokes off.""")

# %% What it is worth in images

SIZES = (50, 100, 200, 500)
CURVED = {"without": None, "with Elastic(0.4)": (Elastic(0.4),)}
title(f"What it is worth in images: {STEPS} steps each, {len(SPLITS)} splits")
curves = {}
for size in SIZES:
    for name, change in CURVED.items():
        if size == IMAGES:
            curves[name, size] = results["nothing" if change is None else "Elastic(0.4)"]
        else:
            curves[name, size] = np.array([train(change, size, seed)[0] for seed in SPLITS])
rows = []
for size in SIZES:
    without, with_it = (curves[name, size] for name in CURVED)
    rows.append([size, *(cell(each[:, k]) for k in (0, 1) for each in (without, with_it))])
table(["images", "written, without", "with Elastic", "askew, without", "with Elastic"], rows)
gains = {
    size: (curves["with Elastic(0.4)", size] - curves["without", size]).mean(axis=0)
    for size in SIZES
}
fewest, most, LONGER = min(SIZES), max(SIZES), 4
longer = {
    name: np.array([train(c, most, seed, LONGER * STEPS)[0] for seed in SPLITS])
    for name, c in CURVED.items()
}
print(f"\n{most} images once more, {LONGER * STEPS} steps:\n")
table(
    ["augment=", "as written", "askew"],
    [[name, cell(values[:, 0]), cell(values[:, 1])] for name, values in longer.items()],
)
patient = (longer["with Elastic(0.4)"] - longer["without"]).mean(axis=0)
upright = curves["without", most][:, 1].mean() - curves["without", fewest][:, 1].mean()
notice(f"""With {fewest} images the copies are worth {gains[fewest][0]:+.3f}, with {most}
    {gains[most][0]:+.3f} in the same time: so many images already show what varies among upright
    digits. Copies do not run out, but they take time: {LONGER} times the steps make it
    {patient[0]:+.3f}. For askew digits it is {gains[fewest][1]:+.3f}, {gains[most][1]:+.3f} and
    {patient[1]:+.3f}, where {most // fewest} times the upright digits bring {upright:+.3f}.""")
try_next("""Let IMAGES be 20, or bend further with Elastic(0.8): when does more become too much?
    Next, `transfer` asks what the kernels of other digits are worth.""")

# %% Pictures


def draw_copies():
    kinds = {**KINDS, "Flip()": Flip(), "Affine(rotate=180)": Affine(rotate=180)}
    images = [
        np.concatenate([X[ROW], *(shown(change, epoch) for epoch in range(1, 8))])
        for change in kinds.values()
    ]
    names = [text for name in kinds for text in ("as it is", name, *[""] * 6)]
    return plots.images(np.clip(np.concatenate(images), 0, 1), names)


def draw_curves():
    figure, axes = plots.panels(1, 2, width=4.6, height=3.4)
    for k, (panel, what) in enumerate(zip(axes, ("as written", "askew"), strict=True)):
        for (name, color), marker in zip(
            {"without": "#0072B2", "with Elastic(0.4)": "#D55E00"}.items(), "o^", strict=True
        ):
            values = np.array([curves[name, size][:, k] for size in SIZES])
            mean, spread = values.mean(axis=1), values.std(axis=1, ddof=1)
            panel.plot(SIZES, mean, marker=marker, color=color, label=name)
            panel.fill_between(
                SIZES, mean - spread, mean + spread, color=color, alpha=0.15, linewidth=0
            )
        panel.set_xscale("log")
        panel.set_xticks(SIZES, [str(size) for size in SIZES])
        panel.set_xticks([], minor=True)
        panel.set_title(f"unseen digits {what}", fontsize=11)
        panel.set_xlabel("images to learn from")
        panel.set_ylabel("accuracy")
    axes[0].legend(frameon=False, loc="lower right", fontsize=9)
    return figure


picture("augmentation-copies", draw_copies, "One digit, and what an epoch may show instead of it")
picture("augmentation-images", draw_curves)
