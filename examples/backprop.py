"""One step of back-propagation, each number by its equation.

The worked example of Han & Kamber's textbook "Data Mining: Concepts and Techniques" (2006), which
prints each number with three or four digits, and which courses on neural networks retell. Inputs 1,
2 and 3 feed the hidden units 4 and 5, which feed the output unit 6; all three are sigmoid. One
example, x = (1, 0, 1) with the target 1, and one step with learning rate l = 0.9. The book's error
Err is minus our delta: Err = −dz = −∂L/∂z, for L = ½ (a − y)².
"""

# %%
import numpy as np

import chainrule as cr
from chainrule.lessons import drawing, introduce, notice, picture, say, table, title, try_next
from chainrule.plots import svg

introduce(__doc__)

X, y = np.array([[1.0, 0.0, 1.0]]), np.array([[1.0]])
RATE = 0.9
start = {
    "W1": [[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]],  # w14 w15, w24 w25, w34 w35
    "b1": [-0.4, 0.2],
    "W2": [[-0.3], [-0.2]],  # w46, w56
    "b2": [0.1],
}
net = cr.Network(
    cr.Dense(2),
    cr.Sigmoid(),
    cr.Dense(1),
    cr.Sigmoid(),
    loss=cr.SquaredError(half=True, reduction="sum"),
    inputs=(3,),
    dtype="float64",
    initial_weights=start,
)
old = {name: w.copy() for name, w in net.parameters.items()}

title("The network, as equations")
print(net.equations())
say(f"Is the derivation right? {net.check_gradients(X, y)}.")

# %% One step, recorded
run = net.record(X, y, optimizer=cr.SGD(lr=RATE), epochs=1, batch_size=None, verbose=0)
step = run.at("start")  # the weights before the step, and everything that the step computes
new = step.next().net.parameters
PUBLISHED = {  # the textbook's rounded numbers
    "a4": "0.332",
    "a5": "0.525",
    "a6": "0.474",
    "Err6": "0.1311",
    "Err5": "-0.0065",
    "Err4": "-0.0087",
    "w46": "-0.261",
    "w56": "-0.138",
    "w14": "0.192",
    "w15": "-0.306",
    "w34": "-0.508",
    "w35": "0.194",
    "b6": "0.218",
    "b5": "0.194",
    "b4": "-0.408",
}
shown = {}  # every number that is compared, by the book's name


def lines(*pairs):
    """Print the book's name, ours, the equation with its numbers, our number and the book's."""
    rows = []
    for name, ours in pairs:
        minus = "−" * ours.startswith("−")
        made = step.explain(ours.removeprefix("−"))
        shown[name] = -made.value if minus else made.value
        cells = name, ours, (minus + made.numbers).ljust(34), f"{shown[name]:.8f}"
        rows.append((*cells, PUBLISHED.get(name, "")))
    table(["", "here", "with its numbers".ljust(34), "chainrule", "published"], rows)


# %%
title("Forward: each unit's sum, then its sigmoid")
lines(
    *((f"{v}{j + 4}", f"{v}1[0, {j}]") for j in (0, 1) for v in "za"),
    *((f"{v}6", f"{v}2[0, 0]") for v in "za"),
)
print(f"\nσ(z) = 1 / (1 + exp(−z)). The loss is L = ½ (a6 − y)² = {step.loss:.8f}.")

# %%
title("Backward: the error of each unit, from the output inward")
print("The book: Err6 = a6 (1 − a6) (y − a6), for a hidden unit aj (1 − aj) Err6 wj6.\n")
lines(("Err6", "−dz2[0, 0]"), ("Err5", "−dz1[0, 1]"), ("Err4", "−dz1[0, 0]"))
say("""A hidden unit has no target. Its error is what the output's error sends back through the
    weight between them, times the slope of its own sigmoid; and that weight is the old one, the one
    that the forward pass used. So the output sends to unit 4:""")
print(f"\n{step.explain('da1[0, 0]')}")

# %%
title(f"The step: w + l Err a and b + l Err, with l = {RATE}")
lines(
    *((f"w{i + 4}6", f"new.W2[{i}, 0]") for i in (0, 1)),
    *((f"w{i + 1}{j + 4}", f"new.W1[{i}, {j}]") for i in (0, 1, 2) for j in (0, 1)),
    ("b6", "new.b2[0]"),
    *((f"b{j + 4}", f"new.b1[{j}]") for j in (1, 0)),
)
say("""Each equation takes off l times a gradient, and −dW = Err a. The input x2 is 0, so nothing
    moves w24:""")
print(f"\n{step.explain('dW1[1, 0]')}")

# %% The same step by plain arithmetic, and the book's rounding
x, W1, b1, W2, b2 = X[0], old["W1"], old["b1"], old["W2"], old["b2"]
a1, a2 = step["a1"][0], step["a2"][0]
error, error6 = -step["dz1"][0], -step["dz2"][0, 0]
by_hand = {
    "Err6": a2[0] * (1 - a2[0]) * (y[0, 0] - a2[0]),
    **{f"Err{j + 4}": a1[j] * (1 - a1[j]) * error6 * W2[j, 0] for j in (0, 1)},
    **{f"w{i + 4}6": W2[i, 0] + RATE * error6 * a1[i] for i in (0, 1)},
    **{f"w{i + 1}{j + 4}": W1[i, j] + RATE * error[j] * x[i] for i in range(3) for j in (0, 1)},
    "b6": b2[0] + RATE * error6,
    **{f"b{j + 4}": b1[j] + RATE * error[j] for j in (0, 1)},
}
worst = max(abs(shown[name] - value) for name, value in by_hand.items())
assert worst < 1e-14, "plain arithmetic gives other numbers"
rounded = {
    name: f"{shown[name]:.{len(text.partition('.')[2])}f}" for name, text in PUBLISHED.items()
}
other = [name for name, text in PUBLISHED.items() if float(rounded[name]) != float(text)]
say(f"""The book's equations, evaluated by plain arithmetic, differ from the network's numbers by
    {worst:.0e} at most. {len(PUBLISHED) - len(other)} of the book's {len(PUBLISHED)} numbers are
    ours, rounded.""")
for name in other:
    print(f"Not {name}: {rounded[name]} here, {PUBLISHED[name]} in the book.")
a = float(PUBLISHED["a6"])
print(
    f"The book goes on from rounded numbers: {a} (1 − {a}) (1 − {a}) = {a * (1 - a) * (1 - a):.6f}"
)
after, later = net.predict(X)[0, 0], net.loss_and_grad(X, y)[0]
notice(f"""After this one step the same example is answered {after:.4f} instead of {a2[0]:.4f},
    nearer to 1, and the loss fell from {step.loss:.4f} to {later:.4f}. The weights w24 and w25 did
    not move, because their input was 0: a weight learns only when something passes through it.""")
try_next("""Set y to 0 in the script: which signs change, and why does w24 still not move? Let RATE
    be 100, and one step jumps over the goal. Next, `replay` does the same with a whole run.""")


# %%
def draw():
    from chainrule import plots
    from chainrule.plots.canvas import COLORS, TEXT

    figure, (panel,) = plots.panels(width=9.5, height=5.6)
    panel.set_axis_off()
    places = {1: (0, 2.0), 2: (0, 1.0), 3: (0, 0.0), 4: (1, 1.6), 5: (1, 0.4), 6: (2, 1.0)}
    words = {i + 1: f"x{i + 1} = {x[i]:g}" for i in range(3)}
    hidden = {j + 4: (a1[j], error[j], b1[j], new["b1"][j]) for j in (0, 1)}
    for unit, (a, e, b, b_new) in {**hidden, 6: (a2[0], error6, b2[0], new["b2"][0])}.items():
        words[unit] = f"a{unit} = {a:.4f}\nErr{unit} = {e:.4f}\nb{unit} = {b:.4g} → {b_new:.4f}"
    edges = {(i + 1, j + 4): (W1[i, j], new["W1"][i, j]) for i in range(3) for j in (0, 1)}
    edges |= {(j + 4, 6): (W2[j, 0], new["W2"][j, 0]) for j in (0, 1)}
    for (start, end), (w, w_new) in edges.items():
        (x1, y1), (x2, y2) = places[start], places[end]
        colour = COLORS[0] if w > 0 else COLORS[1]
        panel.plot([x1, x2], [y1, y2], color=colour, linewidth=1 + 5 * abs(w), alpha=0.6, zorder=1)
        along = 0.3 if end != 6 else 0.5  # near the inputs the lines are apart
        middle = (x1 + along * (x2 - x1), y1 + along * (y2 - y1))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.9}
        panel.text(
            *middle,
            f"w{start}{end}: {w:.4g} → {w_new:.4f}",
            ha="center",
            va="center",
            fontsize=9,
            color=colour,
            bbox=box,
            zorder=2,
        )
    for unit, place in places.items():
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": TEXT}
        panel.text(
            *place,
            words[unit],
            ha="center",
            va="center",
            fontsize=10,
            color=TEXT,
            bbox=box,
            zorder=3,
        )
    panel.set_xlim(-0.25, 2.35)
    panel.set_ylim(-0.35, 2.35)
    panel.set_title(
        "One step of back-propagation: old weight → new weight", color=TEXT, fontsize=12
    )
    return figure


picture("backprop", draw)
drawing(
    "backprop",
    svg.network(
        [3, 2, 1],
        [new["W1"], new["W2"]],
        [new["b1"], new["b2"]],
        names=["x", "Dense(2), Sigmoid", "Dense(1), Sigmoid"],
        inputs=[f"x{i + 1} = {x[i]:g}" for i in range(3)],
        outputs=[f"a6 = {after:.4f}"],
    ),
)
