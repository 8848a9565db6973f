"""One kernel, cell by cell: what a convolution does and learns.

A dense layer gives every pixel at every place a weight of its own. A convolution has a handful of
weights, its kernel, and applies them at every place of the picture: products, their sum, one number
of the output. Everything that is said about it (stride, padding, receptive fields, shared weights,
"the gradient is a convolution again") can be checked by hand, and here it is.
"""

import numpy as np

import chainrule as cr
from chainrule import inspect, plots
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

# Sobel's: what is right of the center minus what is left of it
EDGE = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
NUMBER = 4  # which of the shipped digits
X, _ = cr.datasets.digits()
images = X.reshape(-1, 8, 8, 1).astype(float)
x = images[NUMBER, ..., 0]


def convolution(kernel, size=(8, 8), **settings):
    """Return one convolution with this kernel (k, k), or these (filters, k, k)."""
    kernel = np.asarray(kernel, float)
    W = kernel.reshape(-1, *kernel.shape[-2:]).transpose(1, 2, 0)[:, :, None]  # (k, k, 1, filters)
    layer = cr.Conv2D(W.shape[-1], kernel=W.shape[:2], bias=False, init=W, **settings)
    return cr.Network(
        layer, loss=cr.SquaredError(outputs="sum", half=True), inputs=(*size, 1), dtype="float64"
    )


def grid(numbers, mark=()):
    """Print whole numbers in a square, those at `mark` in brackets."""
    for i, row in enumerate(np.asarray(numbers)):
        words = (f"[{n:.0f}]" if (i, j) in mark else f"{n:.0f} " for j, n in enumerate(row))
        print("".join(f"{word:>6}" for word in words).rstrip())


# %% One cell of the output

title("One cell, by hand")
net = convolution(EDGE)
z = net.predict(x[None, ..., None])[0, ..., 0]
row, column = np.unravel_index(z.argmax(), z.shape)
patch = x[row : row + 3, column : column + 3]
print(
    "A digit of 8 x 8 pixels, 0 is paper and 16 is ink. In brackets: what one cell\n"
    "of the output sees.\n"
)
grid(x, mark={(row + i, column + j) for i in range(3) for j in range(3)})
print("\nThe kernel, Sobel's of 1968, is large where the right is darker than the left:\n")
grid(EDGE)
print(f"\nThe nine numbers under the kernel, times the kernel, added: z[{row}, {column}] =\n")
for seen, weights in zip(patch, EDGE, strict=True):
    products = " + ".join(f"{a:2.0f} · {w:2d}" for a, w in zip(seen, weights, strict=True))
    print(f"    {products}   = {seen @ weights:4.0f}")
print(
    f"    {'':26}     {'':3}-----\n"
    f"    {'the sum of the three rows':>26}  {(patch * EDGE).sum():8.0f}"
)
print("\nThe same at all 6 x 6 places where the kernel fits; that cell in brackets:\n")
grid(z, mark={(row, column)})

say("""To write out any cell of any network, call inspect.cell(net, image, "conv2d1", (row, column,
    filter)):""")
print(f"\n{inspect.cell(net, x[..., None], 'conv2d1', (int(row), int(column), 0))}")

moved = np.roll(x, 1, axis=1)  # its last column is empty
shifted = net.predict(moved[None, ..., None])[0, ..., 0]
same = np.array_equal(shifted[:, 1:], z[:, :-1])
say(f"""Move the digit by one pixel and the output moves by one pixel:
    {"yes, number by number" if same else "NO"}. An edge is found wherever it is, and what was
    learned at one place is known at all of them.""")

# %% Stride, padding, dilation

title("How large the output is")
print(
    "H' = (H + padding − dilation (k − 1) − 1) // stride + 1, padding on both sides\n"
    "together; for H = 8:\n"
)
SETTINGS = (
    {"kernel": 3},
    {"kernel": 3, "padding": 1},
    {"kernel": 3, "padding": "same"},
    {"kernel": 3, "stride": 2},
    {"kernel": 3, "stride": 2, "padding": "same"},
    {"kernel": 3, "dilation": 2},
    {"kernel": 5},
    {"kernel": 5, "padding": "same"},
)
rows = []
for settings in SETTINGS:
    layer = cr.Conv2D(1, **settings)
    _, height, width, _ = cr.Network(
        layer, loss=cr.SquaredError(), inputs=(8, 8, 1)
    ).programs.output
    k, d = settings["kernel"], settings.get("dilation", 1)
    shown = [
        settings.get(name, usual)
        for name, usual in (("stride", 1), ("padding", "valid"), ("dilation", 1))
    ]
    rows.append(
        [f"{k} x {k}", *shown, f"{height} x {width}", f"{d * (k - 1) + 1} x {d * (k - 1) + 1}"]
    )
table(["kernel", "stride", "padding", "dilation", "output", "one cell sees"], rows)
say("""Stride skips places, padding puts zeros around the picture so that its edge has places too,
    and dilation spreads the kernel: as wide as 5 x 5 with nine weights.""")

# %% Shared weights: the same as a dense layer with most of its weights tied

title("The dense layer that does the same")
# pixel by pixel: its effect on each cell
M = convolution(EDGE).predict(np.eye(64).reshape(64, 8, 8, 1)).reshape(64, 36)
error = np.abs(x.reshape(1, 64) @ M - z.reshape(1, 36)).max()
kinds = len(np.unique(M[M != 0]))
say(f"""A convolution is linear, so a matrix does the same: 64 pixels in, 36 cells out, {M.size:,}
    weights. It differs from the convolution by {error:.0f}. {np.count_nonzero(M)} of its weights
    are not 0 and they are only {kinds} different numbers.""")
print()
rows = []
for side, filters in ((8, 1), (28, 6), (224, 64)):
    cells = (side - 2) ** 2 * filters
    rows.append(
        [
            f"{side} x {side}",
            filters,
            f"{cells:,}",
            f"{(9 + 1) * filters:,}",
            f"{(side**2 + 1) * cells:,}",
        ]
    )
table(["picture", "3 x 3 kernels", "outputs", "weights", "of a dense layer"], rows)

# %% Receptive fields


def seen_by_one_cell(layers, side=33):
    """Return how strongly each pixel moves the middle cell of the output: dx for dz = 1 there."""
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(side, side, 1), dtype="float64")
    net.theta = np.full(net.theta.size, 1 / 9)
    _, height, width, _ = net.programs.output
    dz = np.zeros((1, height, width, 1))
    dz[0, height // 2, width // 2] = 1
    inputs = {"x": np.zeros((1, side, side, 1))}
    found = cr.vjp(
        net.programs.predict, net.theta, inputs, seeds={f"z{len(layers)}": dz}, wrt=("x",)
    )
    return found["x"][0, ..., 0]


title("What one cell sees grows with each layer")
print(
    "The rule: a layer adds (k − 1) times the distance of its inputs in pixels, and\n"
    "a stride multiplies that distance.\n"
)
STRIDES = (1, 1, 2, 1, 2)
layers, rows, fields = [], [], {}
field, distance = 1, 1
for k, stride in enumerate(STRIDES, 1):
    layers.append(cr.Conv2D(1, kernel=3, stride=stride, padding="same", bias=False))
    field, distance = field + (3 - 1) * distance, distance * stride
    dx = seen_by_one_cell(tuple(layers))
    fields[f"layer {k}: {field} x {field}"] = dx
    by_gradient = np.count_nonzero(dx.any(axis=0))
    box = dx[np.ix_(dx.any(axis=1), dx.any(axis=0))]  # the field alone
    edge = (
        next(e for e in range(1, field) if box[e : field - e, e : field - e].sum() < box.sum() / 2)
        - 1
    )
    rows.append(
        [
            f"{k}: 3 x 3",
            stride,
            distance,
            *(f"{n} x {n}" for n in (field, len(box), field - 2 * edge)),
        ]
    )
table(["layer", "stride", "distance", "field", "by gradient", "half of it"], rows)
say("""The field by gradient is counted: pixels whose change would move the middle cell of the last
    layer. Half of all their influence, with equal weights, comes from the smaller square in its
    middle: more paths lead there.""")

# %% The gradient

title("The gradient of a convolution is a convolution")
draw = np.random.RandomState(0)
dz = draw.randint(-3, 4, (1, 6, 6, 1)).astype(float)
program = net.programs.predict
found = cr.vjp(program, net.theta, {"x": x[None, ..., None]}, seeds={"z1": dz}, wrt=("x", "W1"))
dx = convolution(EDGE[::-1, ::-1], size=(6, 6), padding=2).predict(dz)
dW = convolution(dz[0, ..., 0]).predict(x[None, ..., None])
errors = np.abs(dx - found["x"]).max(), np.abs(dW[0, ..., 0] - found["W1"][..., 0, 0]).max()
gap = f"{errors[0]:.0f} and {errors[1]:.0f}"
print(f"""Each pixel was read by up to nine cells, each weight by all cells:

    dx = dz, with two rows of zeros around it, under the kernel turned by 180°
    dW = x under dz as a kernel of 6 x 6

As two convolutions, against the library's chain rule: they differ by {gap}.
dW, one sum of 36 products in each cell:
""")
grid(dW[0, ..., 0])

# %% A kernel is learned


def learn(X, y, side=3):
    """Train a single convolution; return its kernels by the number of epochs, and the last loss."""
    layer = cr.Conv2D(1, kernel=side, padding=(side - 3) // 2, bias=False)
    net = cr.Network(layer, loss=cr.SquaredError(), inputs=X.shape[1:], seed=0, dtype="float64")
    optimizer = cr.Adam(lr=cr.Cosine(0.05, steps=EPOCHS[-1] * -(-len(X) // 32)))
    kernels = {}
    for until in EPOCHS:
        net.fit(X, y, optimizer=optimizer, epochs=until - max(kernels, default=0), verbose=0)
        kernels[until] = net.parameters["W1"][..., 0, 0].copy()
    return kernels, net.evaluate(X, y)["loss"]


EPOCHS = (0, 1, 10, 100)
title("A hidden kernel is found from pictures alone")
given = images[:400] / 16
kernels, loss = learn(given, net.predict(given))
print(f"{len(given)} digits, and what Sobel's kernel makes of each; another kernel starts at")
print("random and learns to do the same. After")
print("".join(f"{f'{until} epoch' + 's' * (until != 1):20}" for until in kernels).rstrip() + "\n")
for three in zip(*kernels.values(), strict=True):
    print("   ".join(" ".join(f"{w + 0.0:5.2f}" for w in row.round(2)) for row in three))
print(
    f"\nThe loss that is left: {loss:.0e}; the worst weight is wrong by "
    f"{np.abs(kernels[100] - EDGE).max():.0e}."
)

ring = learn(given, net.predict(given), side=5)[0][100].copy()
ring[1:4, 1:4] = 0
say(f"""A kernel of 5 x 5 learns the same one with zeros around it: the largest weight of its outer
    ring is {np.abs(ring).max():.0e}.""")

# each column of a picture is one gray
stripes = np.repeat(draw.uniform(size=(400, 1, 8, 1)), 8, axis=1)
blind, blind_loss = learn(stripes, net.predict(stripes))
print("\nFrom 400 pictures of upright stripes instead:\n")
for weights in blind[100]:
    print("".join(f"{w + 0.0:8.2f}" for w in weights.round(2)))
sums = "".join(f"{w + 0.0:8.2f}" for w in blind[100].sum(axis=0).round(2))
print(f"  {'-' * 22}\n{sums}    Sobel's: -4 0 4")
notice(f"""The last kernel is wrong in every weight and its loss is {blind_loss:.0e}: in stripes a
    column of the kernel meets one gray only, so its sum is all that they can teach. Training finds
    what the pictures show, and leaves the rest as it started.""")
try_next("""Write a kernel of your own into EDGE (a blur, a line, a corner) and take another digit
    (NUMBER): where does it answer most? Next, `cnn` learns its kernels itself.""")

# %% Pictures

KERNELS = {
    "itself": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blurred": np.full((3, 3), 1 / 9),
    "sharpened": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "dark to the right": EDGE,
    "dark below": EDGE.T,
    "spots and ends": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
}


def scene(side=48):
    """Return a disk, a square and some rain, gray on white."""
    i, j = np.indices((side, side)) / side
    ink = 0.9 * ((i - 0.35) ** 2 + (j - 0.33) ** 2 < 0.05) + 0.6 * (
        (abs(i - 0.65) < 0.18) & (abs(j - 0.7) < 0.18)
    )
    ink[np.random.RandomState(1).uniform(size=ink.shape) < 0.01] = 1
    return ink.clip(0, 1)


def squares(panel, numbers, name, *, form=".0f", box=(), limit=None):
    """Draw numbers on colors: orange above 0, blue below it."""
    limit = limit or np.abs(numbers).max()
    panel.imshow(numbers, cmap=plots.canvas.two_sided(), vmin=-1.6 * limit, vmax=1.6 * limit)
    for (i, j), n in np.ndenumerate(numbers):
        panel.text(j, i, format(np.round(n, 2) + 0.0, form), ha="center", va="center", fontsize=9)
    for top, left, side, colour in [(0, 0, len(numbers), "#AAAAAA"), *box]:
        corners = np.array([(0, 0), (0, side), (side, side), (side, 0), (0, 0)]) - 0.5
        panel.plot(left + corners[:, 1], top + corners[:, 0], color=colour, lw=1.5, clip_on=False)
    panel.set_title(name, fontsize=11)
    panel.axis("off")


def without_ticks(panel):
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines[:].set_visible(True)
    panel.spines[:].set_color("#AAAAAA")


def draw_cell():
    figure, (left, middle, right) = plots.panels(1, 3, width=4.0, height=4.0)
    squares(left, x, "x: what the cell sees", box=[(row, column, 3, "black")])
    squares(middle, EDGE, "the kernel W")
    squares(right, z, f"z[{row}, {column}] = {z[row, column]:.0f}", box=[(row, column, 1, "black")])
    middle.set_xlim(-2.5, 4.5)
    middle.set_ylim(4.5, -2.5)
    return figure


def draw_kernels():
    figure, axes = plots.panels(2, len(KERNELS), width=1.9, height=2.1)
    seen = scene()[None, ..., None]
    for k, (name, kernel) in enumerate(KERNELS.items()):
        kernel = np.asarray(kernel, float)
        squares(axes[k], kernel, name, form=".2g")
        made = convolution(kernel, size=seen.shape[1:3]).predict(seen)[0, ..., 0]
        limit, below = np.abs(made).max(), axes[len(KERNELS) + k]
        below.imshow(made, cmap=plots.canvas.two_sided(), vmin=-limit, vmax=limit)
        without_ticks(below)
    return figure


def draw_fields():
    figure, axes = plots.panels(1, len(fields), width=2.3, height=2.7)
    for panel, (name, dx) in zip(axes, fields.items(), strict=True):
        panel.imshow(np.where(dx > 0, dx, np.nan), cmap="viridis", vmin=0)
        panel.set_title(name, fontsize=11)
        without_ticks(panel)
    return figure


def draw_learned():
    shown = {f"{until} epoch{'s' * (until != 1)}": W for until, W in kernels.items()} | {
        "hidden": EDGE,
        "from stripes": blind[100],
    }
    figure, axes = plots.panels(1, len(shown), width=1.9, height=2.6)
    for panel, (name, W) in zip(axes, shown.items(), strict=True):
        squares(panel, W, name, form=".2f", limit=2)
    return figure


picture("convolution-cell", draw_cell)
picture("convolution-kernels", draw_kernels)
picture("convolution-fields", draw_fields)
picture("convolution-learned", draw_learned)
