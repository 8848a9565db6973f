"""The same neuron, trained longer, answers your three numbers.

M. J. Garbade's "How to Create a Simple Neural Network in Python" (2018) trains the neuron of the
lesson `neuron` for 15,000 steps and then asks its reader for three inputs. To 1 0 0 the article
prints the answer 0.9999584. Give your inputs as arguments (`chainrule demo ask 1 0 0`), or when you
are asked.
"""

# %%
import io
import sys

import numpy as np

import chainrule as cr
from chainrule.lessons import arguments, introduce, notice, picture, say, table, title, try_next

STEPS = 15_000
LARGEST = 1e6
PUBLISHED = 0.9999584  # the article's answer to 1 0 0


# %% Which inputs are allowed
def number(text):
    """Return a number of moderate size, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    # False for NaN; float() also takes 1_0
    return value if abs(value) <= LARGEST and "_" not in text else None


def refusal(text):
    shown = text if len(text) <= 12 else text[:9] + "..."
    return f"not a number up to {LARGEST:.0f}: {shown!r}. "


def ask(name):
    """Read one number from the keyboard; ask again until it is one."""
    while True:
        text = input(f"{name} input: ")
        if not sys.stdin.isatty():
            print(text)  # a file or a pipe does not show what it sends
        value = number(text)
        if value is not None:
            return value
        print(f"That is {refusal(text)}Type one, such as 0 or 1.")


words = arguments()
wrong = [word for word in words if number(word) is None]
if wrong or len(words) not in (0, 3):
    reason = refusal(wrong[0]) if wrong else f"expected three numbers, got {len(words)}. "
    print(f"ask: {reason}Write three, such as: ask 1 0 0", file=sys.stderr)
    sys.exit(2)

introduce(__doc__)

# %% Training
X, y = cr.datasets.first_column()
# the article's seed, in NumPy's legacy stream
start = 2 * np.random.RandomState(1).random_sample((3, 1)) - 1
net = cr.Network(
    cr.Dense(1, bias=False),
    cr.Sigmoid(),
    loss=cr.SquaredError(half=True, reduction="sum"),
    inputs=(3,),
    dtype="float64",
    initial_weights={"W1": start},
)
title(f"One neuron, {STEPS:,} steps")
CASE = np.array([[1.0, 0.0, 0.0]])


def row(when):
    return when, *(f"{w:.8f}" for w in net.parameters["W1"][:, 0]), f"{net.predict(CASE)[0, 0]:.8f}"


rows = [row("before training")]
for steps in (10_000, STEPS - 10_000):  # fit continues where it ended, so this is one run of 15,000
    history = net.fit(X, y, optimizer=cr.SGD(lr=1.0), epochs=steps, batch_size=None, verbose=0)
    if history.stopped == "interrupted":
        print("\nStopped. Good-bye.")
        sys.exit(130)
    rows.append(row(f"after {net.run_state.step:,} steps"))
table(["weights", "w1", "w2", "w3", "1 0 0 ->"], rows)
print()
table(
    ["example", "answer", "the neuron's"],
    [
        (" ".join(f"{v:g}" for v in row), f"{t[0]:g}", f"{p[0]:.8f}")
        for row, t, p in zip(X, y, net.predict(X), strict=True)
    ],
)

# %% The question
title("A situation of yours")
if isinstance(sys.stdin, io.TextIOWrapper):
    sys.stdin.reconfigure(errors="replace")  # bytes that cannot be decoded are not a number either
try:
    given = [number(word) for word in words] or [ask(name) for name in ("First", "Second", "Third")]
except EOFError:
    print("\nNo more input. Good-bye; next time, try 1 0 0.")
    sys.exit(0)
except KeyboardInterrupt:
    print("\nStopped. Good-bye.")
    sys.exit(130)
new = np.array([given])
values = net.activations(new)
z, answer = values["z1"][0, 0], values["a1"][0, 0]
inputs = " ".join(f"{v:g}" for v in given)
print()
table(
    ["input", "weight", "product"],
    [
        (f"{v:g}", f"{w:.8f}", f"{w * v + 0:.8g}")
        for v, w in zip(given, net.parameters["W1"][:, 0], strict=True)
    ],
)
print(f"\nTheir sum z is {z:.8g}.")
print(
    f"The answer to {inputs} is σ(z) = {answer:.7f}"
    + (f" (published: {PUBLISHED})" if given == [1, 0, 0] else "")
)

# %%
if not np.any(new):
    say("""z is 0 whatever the weights are, and σ(0) is one half: without a bias this neuron always
        says 0.5 here.""")
elif abs(z) < 1:
    say("""z is near 0, so the answer is near one half: the neuron does not know. The four examples
        say nothing about such inputs.""")
notice("""This is the neuron of the lesson `neuron`, trained for half as many steps again, and its
    answer to 1 0 0 moved only in the fifth digit: the three layers that the article names are one
    layer of weights. It answers whatever you type, even numbers unlike anything that it has seen,
    and an answer near 0 or 1 does not mean that it knows.""")
try_next("""Ask it for numbers that no example has: 0.5 0 0, or -1 1 1, or 100 0 100. When is it
    sure, and does it have a reason to be?""")


def draw():
    from chainrule import plots
    from chainrule.plots.canvas import COLORS

    reach = max(14.0, 1.1 * abs(z))
    at = np.linspace(-reach, reach, 801)
    figure, (panel,) = plots.panels(width=7.0, height=4.2)
    sigmoid = cr.Network(cr.Sigmoid(), loss=cr.SquaredError(), inputs=(1,), dtype="float64").predict
    plots.lines(
        {"a = σ(z)": (at, sigmoid(at[:, None])[:, 0])},
        title="Where the answers lie",
        x="z = x W",
        y="a",
        axes=panel,
    )
    seen = net.activations(X)
    for target, colour, marker in ((0, COLORS[1], "s"), (1, COLORS[2], "o")):
        rows = y[:, 0] == target
        where = seen["z1"][rows, 0], seen["a1"][rows, 0]
        panel.plot(*where, marker, color=colour, markersize=8, label=f"example, answer {target}")
    # an open ring around the place: an example that lies there stays visible
    panel.plot(
        z,
        answer,
        "o",
        color=COLORS[4],
        markerfacecolor="none",
        markeredgewidth=2.5,
        markersize=18,
        label=f"yours: {inputs}",
    )
    panel.legend(loc="lower right", frameon=False, fontsize=9)
    return figure


picture("ask", draw)
