"""Networks that see: LeNet of 1998 and one of today read digits.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner's network of 1998 is still the plan of most networks
for pictures: convolutions find, pooling forgets the exact place, dense layers decide. Here it is
beside a network of today (3 x 3 kernels, batch normalization, ReLU) and beside one without any
convolution, on the digits that ship with the package; then on MNIST, if its four files are there:
`CHAINRULE_DATA=FOLDER chainrule demo cnn`. Nothing is downloaded.
"""

import os
from pathlib import Path
from time import perf_counter

import numpy as np

import chainrule as cr
from chainrule import inspect, plots
from chainrule.lessons import introduce, notice, picture, say, shades, table, title, try_next

introduce(__doc__)

SPLITS, EPOCHS = range(2), 15
# Rows of a step. 1347 = 26 · 50 + 47: a last step of three rows, as with 32, harms BatchNorm.
ROWS = 50
X, y = cr.datasets.digits()
X = X.reshape(-1, 8, 8, 1).astype(np.float32) / 16


# %% Three networks


def lenet(padding, hidden, first):
    """Return its seven layers, with ReLU and maxima where the paper has tanh and means."""
    return (
        *(cr.Conv2D(6, kernel=first, padding="same", init=HE), cr.ReLU(), cr.MaxPool2D(2)),
        *(cr.Conv2D(16, kernel=first, padding=padding, init=HE), cr.ReLU(), cr.MaxPool2D(2)),
        *(
            cr.Flatten(),
            cr.Dense(hidden[0], init=HE),
            cr.ReLU(),
            cr.Dense(hidden[1], init=HE),
            cr.ReLU(),
            cr.Dense(10),
        ),
    )


def block(filters, **settings):
    """Return a network of today. BatchNorm has the bias."""
    return cr.Conv2D(filters, kernel=3, bias=False, init=HE, **settings), cr.BatchNorm(), cr.ReLU()


HE = cr.initializers.HeNormal()
NETWORKS = {
    "no convolution": (cr.Flatten(), cr.Dense(100, init=HE), cr.ReLU(), cr.Dense(10)),
    "LeNet, smaller": lenet("same", (60, 42), 3),
    "of today": (
        *block(16),
        *block(32),
        cr.MaxPool2D(2),
        cr.Flatten(),
        cr.Dropout(0.2),
        cr.Dense(10, init=HE),
    ),
}


def trained(layers, X, y, epochs, seed):
    """Return the network after a fixed schedule."""
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=X.shape[1:], seed=seed)
    rate = cr.OneCycle(0.005, steps=epochs * -(-len(X) // ROWS))
    net.fit(X, y, optimizer=cr.Adam(lr=rate), epochs=epochs, batch_size=ROWS, verbose=0)
    return net


title("LeNet for pictures of 8 x 8")
print(
    cr.Network(
        *NETWORKS["LeNet, smaller"], loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1)
    ).summary()
)

# %% What convolutions are good for

SHIFTS = ((1, 0), (-1, 0), (0, 1), (0, -1))
shuffle = np.random.RandomState(0).permutation(64)


def shuffled(X):
    """Reorder the pixels of all pictures in the same way, so that neighbors are separated."""
    return X.reshape(-1, 64)[:, shuffle].reshape(X.shape)


def shifted(X, down, right):
    """Move all pictures by a pixel and fill with paper."""
    framed = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    return framed[:, 1 - down : 9 - down, 1 - right : 9 - right]


def right(net, X, y):
    return cr.metrics.accuracy(y, net.predict(X))


title(f"Three networks, {EPOCHS} epochs, {len(SPLITS)} splits")
nets, rows = {}, []
for name, layers in NETWORKS.items():
    found, start = [], perf_counter()
    for seed in SPLITS:
        X_train, y_train, X_test, y_test = cr.datasets.split(X, y, seed=seed)
        nets[name, seed] = net = trained(layers, X_train, y_train, EPOCHS, seed)
        moved = np.mean([right(net, shifted(X_test, *step), y_test) for step in SHIFTS])
        blind = trained(layers, shuffled(X_train), y_train, EPOCHS, seed)
        found.append([right(net, X_test, y_test), moved, right(blind, shuffled(X_test), y_test)])
    print(f"{name}: done, {perf_counter() - start:.0f} s", flush=True)
    rows.append([name, f"{net.theta.size:,}", *np.mean(found, axis=0)])
print(f"\nShare of {len(y_test)} unseen digits that are read rightly, mean of the splits:\n")
shown = [[*row[:2], *(f"{share:.3f}" for share in row[2:])] for row in rows]
table(["network", "weights", "as they are", "moved by a pixel", "pixels shuffled"], shown)
(dense, moved, blind), (small, _, small_blind), (_, today_moved, _) = (row[2:] for row in rows)
cost = 100 * (small - small_blind)
notice(f"""Pixels in any order are the same to a dense network ({dense:.3f}, {blind:.3f}) and cost
    LeNet {cost:.1f} %: a convolution knows which pixels are neighbors. To a dense layer a digit
    that moved by one pixel is another one ({moved:.3f}); shared weights and pooling keep more of it
    ({today_moved:.3f}).""")

# %% What it looks at

_, _, X_test, y_test = cr.datasets.split(X, y, seed=0)
old, net = nets["LeNet, smaller", 0], nets["of today", 0]
found = inspect.worst(net, X_test, y_test, n=8)
title("The network of today: the digits that it reads worst")
for four in (range(4), range(4, 8)):
    print(shades(X_test[found.rows[four], ..., 0]))
    for line in ("it says {p} ({sure:.0%})", "it is {y}"):
        words = [
            line.format(p=found.predicted[k], sure=found.probability[k], y=found.label[k])
            for k in four
        ]
        print("   ".join(f"{word:16}" for word in words).rstrip())
    print()

title("One number of its first feature map, written out")
first = inspect.feature_maps(net, X_test[0])["conv2d1"]
place = np.unravel_index(first.argmax(), first.shape)
print(inspect.cell(net, X_test[0], "conv2d1", [int(n) for n in place]))

title("Where it looks: two maps over eight digits")
eight = [int(np.flatnonzero(y_test == digit)[0]) for digit in range(8)]
ink = X_test[eight][..., 0]
heat = inspect.grad_cam(net, X_test[eight], y_test[eight])
hidden = inspect.occlusion(net, X_test[eight], y_test[eight])
on_ink, inked = heat[ink > 0].sum() / heat.sum(), (ink > 0).mean()
table(
    ["digit", "heat on ink", "pixels with ink", "most that hiding 3 x 3 pixels costs"],
    [
        [
            str(digit),
            f"{h[i > 0].sum() / max(h.sum(), 1e-9):.0%}",
            f"{(i > 0).mean():.0%}",
            f"{cost.max():.3f}",
        ]
        for digit, h, i, cost in zip(range(8), heat, ink, hidden, strict=True)
    ],
)
say(f"""Grad-CAM adds up the feature maps of the last convolution, each with one weight: its mean
    slope toward the score of the digit. One weight serves a whole map, and a map is not 0 on blank
    paper, so paper is colored too: only {on_ink:.0%} of the heat lies on ink, which covers
    {inked:.0%} of the pixels. It is an estimate. The picture shows it on ink only, in the
    upper row, each digit on a scale of its own. The lower row is measured: how much of the
    probability is lost when a patch of paper hides the place. Where the two disagree, trust the
    lower one.""")

# %% MNIST, where it is


def mnist():
    """Return the four files if they are found without a download, or why not."""
    data, cache = (
        os.environ.get("CHAINRULE_DATA"),
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache",
    )
    folders = [Path(data), Path(data) / "mnist"] if data else [Path(cache) / "chainrule" / "mnist"]
    for folder in folders:
        try:
            return cr.datasets.mnist(folder)
        except cr.FileError as error:
            why = error
    return str(why).split(". ")[0]


BIG = {
    "LeNet-5": lenet("valid", (120, 84), 5),
    "of today": (
        *(*block(16), cr.MaxPool2D(2), *block(32), *block(32), cr.MaxPool2D(2)),
        *(*block(64), cr.Flatten(), cr.Dropout(0.2), cr.Dense(10, init=HE)),
    ),
}
title("MNIST: 28 x 28 pixels, 60,000 to learn from")
files = mnist()
seen = None
if isinstance(files, str):
    say(f"""Not here: {files}. Put its four files into a folder; CHAINRULE_DATA=FOLDER chainrule
        demo cnn then goes on. Nothing was downloaded.""")
else:
    many = len(files[0]) if net.engine == "native" else 6_000  # NumPy alone would take minutes
    a_train, a_test = (images / np.float32(255) for images in (files[0][:many], files[2]))
    print(f"One look at each of {len(a_train):,} pictures; then {len(a_test):,} others are read.\n")
    rows = []
    for name, layers in BIG.items():
        start = perf_counter()
        large = trained(layers, a_train, files[1][:many], 1, 0)
        took, wrong = (
            perf_counter() - start,
            round((1 - right(large, a_test, files[3])) * len(a_test)),
        )
        rows.append(
            [
                name,
                f"{large.theta.size:,}",
                f"{took:.0f} s",
                wrong,
                f"{1 - wrong / len(a_test):.4f}",
            ]
        )
        print(f"{name}: done", flush=True)
    print()
    table(["network", "weights", "time", "mistakes", "accuracy"], rows)
    seen = (
        a_test,
        inspect.worst(large, a_test, files[3], n=16),
        inspect.grad_cam(large, a_test[:8], layer="conv2d3"),
    )
    say("""Ten epochs instead of one, with pictures that are moved and turned a little each time,
        and one more layer of 64 filters leave about 40 mistakes; that takes a few minutes.""")

print()
try_next("""Take BatchNorm out of the network of today, or give LeNet more filters: which column
    moves? With MNIST's four files the second half runs, too. Next: `augmentation`, `transfer`,
    `batch-norm`.""")

# %% Pictures


def draw_kernels():
    figure, axes = plots.panels(2, 1, width=8.0, height=1.7)
    for panel, (name, one) in zip(axes, {"LeNet": old, "today": net}.items(), strict=True):
        plots.kernels(
            one.parameters["W1"], title=f"{name}: the kernels of the first layer", axes=panel
        )
    return figure


picture("cnn-kernels", draw_kernels)
maps = inspect.feature_maps(old, X_test[0])
picture(
    "cnn-maps", lambda: plots.feature_maps(maps), f"What each layer of LeNet makes of a {y_test[0]}"
)
picture(
    "cnn-worst", lambda: plots.worst(X_test, found, across=4), "What today's network reads worst"
)
names = [f"why a {digit}?" for digit in range(8)] + [f"{digit}, hidden" for digit in range(8)]
picture(
    "cnn-where",
    lambda: plots.heat(
        np.tile(X_test[eight], (2, 1, 1, 1)), np.concatenate([heat * ink, hidden]), names, across=8
    ),
    "Upper row: Grad-CAM, on ink only. Lower row: what hiding a place costs (orange) or gains (blue)",
)
if seen:
    picture("cnn-mnist-worst", lambda: plots.worst(*seen[:2]), "What today's network reads worst")
    picture(
        "cnn-mnist-where",
        lambda: plots.heat(seen[0][:8], seen[2] * seen[0][:8].reshape(seen[2].shape)),
        "Grad-CAM, shown on ink only: orange pixels speak for its answer",
    )
