"""Kernels of some digits, used for others: what carries over.

A network that reads 0 to 4 has kernels that see strokes, and the digits 5 to 9 are made of strokes
too. So keep the kernels, replace the last layer, and learn the new digits from very few images.
Most image networks are made in this way today. Does it help here? It is compared with a network
that starts from nothing, with random kernels, and with more copies of the few images.
"""

import tempfile
from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.augmentation import Affine, Elastic
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

X, y = cr.datasets.digits()
X = (X / 16).reshape(-1, 8, 8, 1).astype(np.float32)
SPLITS, SIZES, STEPS, BATCH = range(5), (2, 5, 20), 200, 25
KERNELS = "conv2d1", "conv2d2", "conv2d3"


def network(head, seed):
    """Return three convolutions, 8 x 8 -> 4 x 4 -> 4 x 4 -> 2 x 2, and five classes."""
    he = cr.initializers.HeNormal()
    return cr.Network(
        *[cr.Conv2D(8, kernel=3, stride=2, padding="same", init=he), cr.ReLU()],
        *[cr.Conv2D(16, kernel=3, padding="same", init=he), cr.ReLU()],
        *[cr.Conv2D(32, kernel=3, stride=2, padding="same", init=he), cr.ReLU()],
        *[cr.Flatten(), cr.Dense(5, name=head)],
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(8, 8, 1),
        seed=seed,
    )


def divided(seed):
    """Return digits to learn from and unseen ones, each as (old, new).

    Old are 0 to 4, new are 5 to 9 with the classes 0 to 4.
    """
    X_train, y_train, X_test, y_test = cr.datasets.split(X, y, test=0.4, seed=seed, stratify=True)
    parts = []
    for rows, labels in ((X_train, y_train), (X_test, y_test)):
        parts += [
            (rows[labels < 5], labels[labels < 5]),
            (rows[labels >= 5], labels[labels >= 5] - 5),
        ]
    return parts


def few_of(rows, labels, each):
    """Return the first `each` images of every class."""
    chosen = np.concatenate([np.flatnonzero(labels == k)[:each] for k in range(5)])
    return rows[chosen], labels[chosen]


# %% The old digits

title("The digits 0 to 4, and what of their network is kept")
folder = tempfile.TemporaryDirectory()
BENT, UPRIGHT = Elastic(0.4), None
files, read = {}, {}
for seed in SPLITS:
    old_train, _, old_test, _ = divided(seed)
    for augment in (BENT, UPRIGHT):
        net = network("old_digits", seed)
        net.fit(*old_train, optimizer=cr.Adam(lr=0.003), epochs=40, augment=augment, verbose=0)
        read.setdefault(augment, []).append(
            cr.metrics.accuracy(old_test[1], net.predict(old_test[0]))
        )
        files[augment, seed] = Path(folder.name) / f"old-{len(files)}.safetensors"
        net.save(files[augment, seed])
print(
    f"{len(old_train[0])} images, each bent a little in every epoch. Held-out accuracy on 0 to 4,"
)
print(
    f"mean of {len(SPLITS)} splits: {np.mean(read[BENT]):.3f} "
    f"({np.mean(read[UPRIGHT]):.3f} if they are never bent)."
)
print("Each network is saved in a file.\n")
net = network("new_digits", 100)
moved = net.take_weights(cr.Network.load(files[BENT, 0]))
table(
    ["net.take_weights(Network.load(file))", "layers"],
    [
        [name, ", ".join(dict.fromkeys(path.split("/")[0] for path in paths))]
        for name, paths in moved._asdict().items()
    ],
)
say("""Weights with the same path and shape are taken. The last layers have different names here,
    because class 0 meant the digit 0 and will mean the digit 5.""")

# %% The new digits

WAYS = {
    "from scratch": "all weights random, all move",
    "kernels kept, frozen": "the last layer alone learns",
    "kept, a tenth of lr": "scale_lr: the kernels move slowly",
    "kept, all move": "fine-tuned at the full rate",
    "kept, never bent": "the same, the old digits learned without augment=",
    "random, frozen": "the last layer alone, on random kernels",
    "scratch, bent copies": "no kernels kept, but augment=Elastic(0.4)",
}
KEPT = "kernels kept, frozen", "kept, a tenth of lr", "kept, all move", "kept, never bent"
title("The digits 5 to 9 from very few images")
for way, what in WAYS.items():
    print(f"{way:20}  {what}")
print(flush=True)


def learn(way, seed, few):
    """Return the network for the new digits, trained in this way."""
    net = network("new_digits", 100 + seed)
    if way in KEPT:
        net.take_weights(
            cr.Network.load(files[UPRIGHT if way == "kept, never bent" else BENT, seed])
        )
    if way.endswith("frozen"):
        net.freeze(*KERNELS)
    if way == "kept, a tenth of lr":
        net.scale_lr(dict.fromkeys(KERNELS, 0.1))
    # the new layer has the longest way to go, whatever is below it
    net.scale_lr({"new_digits": 3.0})
    batch = min(BATCH, len(few[0]))
    net.fit(
        *few,
        optimizer=cr.Adam(lr=0.003),
        epochs=STEPS * batch // len(few[0]),
        batch_size=batch,
        augment=Elastic(0.4) if way.endswith("copies") else None,
        verbose=0,
    )
    return net


found, shift = {}, {}
for seed in SPLITS:
    _, new_train, _, (X_test, y_test) = divided(seed)
    askew = Affine(shift=1, rotate=20)(X_test, (seed, 0), np.arange(len(X_test)))
    old_W = cr.Network.load(files[BENT, seed]).parameters["W1"]
    for each in SIZES:
        few = few_of(*new_train, each)
        for way in WAYS:
            net = learn(way, seed, few)
            accuracies = [
                cr.metrics.accuracy(y_test, net.predict(rows)) for rows in (X_test, askew)
            ]
            found.setdefault((way, each), []).append(accuracies)
            if way in KEPT[:3] and each == max(SIZES):
                move = np.linalg.norm(net.parameters["W1"] - old_W) / np.linalg.norm(old_W)
                shift.setdefault(way, []).append(move)
    print(f"split {seed}: done", flush=True)
found = {key: np.array(values) for key, values in found.items()}  # (splits, 2): as written, askew

for k, what in enumerate(("as they were written", "askew (by up to a pixel and 20°)")):
    print(f"\nAccuracy on {len(y_test)} unseen digits, {what}:\n")
    table(
        ["images of each digit", *SIZES],
        [
            [
                way,
                *(
                    f"{found[way, n][:, k].mean():.3f}±{found[way, n][:, k].std(ddof=1):.3f}"
                    for n in SIZES
                ),
            ]
            for way in WAYS
        ],
    )
print(f"\nHow far the first kernels moved, |W1 - old W1| / |old W1|, {max(SIZES)} images each:")
for way, moves in shift.items():
    print(f"  {way:22} {np.mean(moves):.3f}")


def gain(way, other, k):
    """Return the gain on the same split, mean of sizes and splits, and its standard error."""
    each = np.mean([found[way, n][:, k] - found[other, n][:, k] for n in SIZES], axis=0)
    return each.mean(), each.std(ddof=1) / np.sqrt(len(each))


def told(way, other, k):
    return "{:+.3f}±{:.3f}".format(*gain(way, other, k))


print("\nGains on the same split, mean of all sizes ± standard error over the splits:\n")
tuned, frozen, copies = "kept, all move", "kernels kept, frozen", "scratch, bent copies"
pairs = [
    (frozen, "random, frozen"),
    (frozen, "from scratch"),
    (tuned, "from scratch"),
    ("kept, never bent", "from scratch"),
    (copies, tuned),
]
table(
    ["", "against", "as written", "askew"],
    [[*pair, told(*pair, 0), told(*pair, 1)] for pair in pairs],
)
say(f"""Askew, frozen kernels of other digits are better than frozen random ones; upright,
    {told(frozen, "random, frozen", 0)} is the difference. And random kernels that learn are a
    strong rival on such small images: fine-tuned kernels gain {told(tuned, "from scratch", 0)} over
    a start from scratch as written, {told(tuned, "from scratch", 1)} askew. A gain below twice its
    standard error says little.""")
notice(f"""Kernels carry over more than strokes: of the old images, bent in each epoch, the new
    network knows something about askew digits that it never saw; learned from upright ones only,
    the same kernels gain {gain("kept, never bent", "from scratch", 1)[0]:+.3f} there. Bent copies
    of the few images themselves are worth more than all that (askew
    {gain(copies, tuned, 1)[0]:+.3f}): transfer is for what copies cannot provide.""")
try_next("""Let the kept kernels have bent copies as well (a new line in WAYS): does one gain add to
    the other? And let SIZES reach 50: when is a start from scratch as good?""")

# %% Pictures

_, new_train, _, _ = divided(0)
scratch, kept = (learn(way, 0, few_of(*new_train, max(SIZES))) for way in ("from scratch", tuned))
stages = {
    "random": network("new_digits", 100),
    "scratch": scratch,
    "0 to 4": cr.Network.load(files[BENT, 0]),
    "then tuned": kept,
}


def draw_kernels():
    figure, axes = plots.panels(len(stages), 1, width=8.0, height=1.4)
    for panel, (name, one) in zip(axes, stages.items(), strict=True):
        plots.kernels(one.parameters["W1"], title=name, axes=panel)
    return figure


def draw_sizes():
    figure, axes = plots.panels(1, 2, width=4.6, height=3.6)
    colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#555555", "#E69F00")
    for k, (panel, what) in enumerate(zip(axes, ("as written", "askew"), strict=True)):
        for way, colour, marker in zip(WAYS, colours, "o^sDXvP", strict=True):
            mean = [found[way, n][:, k].mean() for n in SIZES]
            panel.plot(SIZES, mean, color=colour, marker=marker, markersize=5, label=way)
        panel.set_xscale("log")
        panel.set_xticks(SIZES, [str(n) for n in SIZES])
        panel.set_xticks([], minor=True)
        panel.set_title(f"unseen digits {what}", fontsize=11)
        panel.set_xlabel("images of each new digit")
        panel.set_ylabel("accuracy")
    axes[1].legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    return figure


picture(
    "transfer-kernels", draw_kernels, "The kernels of conv2d1: orange is positive, blue negative"
)
picture("transfer-images", draw_sizes)
folder.cleanup()
