"""One sigmoid neuron learns a rule from four examples.

Milo Spencer-Harper's "How to build a simple neural network in 9 lines of Python code" (2015) is
where many people meet their first network. One neuron with three inputs sees four examples; the
answer is always the first input. After 10,000 steps it is asked about a situation that it has never
seen, 1 0 0. The article prints its weights before and after, and that answer: 0.99993704.
"""

# %%
import inspect

import numpy as np

import chainrule as cr
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

X, y = cr.datasets.first_column()
NEW = np.array([[1.0, 0.0, 0.0]])
STEPS = 10_000
PUBLISHED = {  # what the article prints
    "before": (-0.16595599, 0.44064899, -0.99977125),
    "after": (9.67299303, -0.2078435, -4.62963669),
    "answer": 0.99993704,
}

title("One neuron, four examples")
table(
    ["inputs", "answer"],
    [(" ".join(f"{v:.0f}" for v in row), f"{t[0]:.0f}") for row, t in zip(X, y, strict=True)],
)


# %% By hand, in nine lines of NumPy
def nine_lines(X, y, steps):
    random = np.random.RandomState(1)  # NumPy's legacy stream, seed 1
    w = before = 2 * random.random_sample((3, 1)) - 1  # in [-1, 1)
    for _ in range(steps):
        o = 1 / (1 + np.exp(-(X @ w)))  # forward: o = σ(X w)
        error = y - o
        delta = error * o * (1 - o)  # σ' from its output: o (1 - o)
        w = w + X.T @ delta
    return before, w


# %% The same as a network
def network(X, y, start):
    return cr.Network(
        cr.Dense(1, bias=False),
        cr.Sigmoid(),
        loss=cr.SquaredError(half=True, reduction="sum"),
        inputs=(3,),
        dtype="float64",
        initial_weights={"W1": start},
    )


before, by_hand = nine_lines(X, y, STEPS)
net = network(X, y, before)
watched = sorted({0, *np.geomspace(1, STEPS, 60).astype(int).tolist(), 10, 100, 1000})
ALL = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)], dtype=float)
answers = {0: net.predict(ALL)[:, 0]}  # the answers to all eight situations, by step
losses = []
for run in net.train(X, y, optimizer=cr.SGD(lr=1.0), epochs=STEPS, batch_size=None):
    if run.step in watched:
        answers[run.step] = net.predict(ALL)[:, 0]
        losses.append(net.loss_and_grad(X, y)[0])

title("Nine lines of NumPy")
print(inspect.getsource(nine_lines))
title("The same as a network")
print(inspect.getsource(network))
print("net.fit(X, y, optimizer=cr.SGD(lr=1.0), epochs=10_000, batch_size=None)")
say("""The hand-written lines never mention a loss. The rule that they follow is a gradient step
    with learning rate 1 on half the sum of squares, and chainrule derives that rule from the
    loss:""")
print()
print(net.equations())

# %%
title(f"Before and after {STEPS:,} steps")
W1 = net.parameters["W1"]
rows = []
for when, hand, ours in (("before", before, before), ("after", by_hand, W1)):
    for i in range(3):
        numbers = (hand[i, 0], ours[i, 0], PUBLISHED[when][i])
        rows.append((f"w{i + 1} {when}", *(f"{v:.8f}" for v in numbers)))
by_hand_answer, answer = 1 / (1 + np.exp(-(NEW @ by_hand)[0, 0])), net.predict(NEW)[0, 0]
rows.append(
    ("1 0 0 is answered", *(f"{v:.8f}" for v in (by_hand_answer, answer, PUBLISHED["answer"])))
)
table(["", "nine lines", "chainrule", "published"], rows)
assert np.allclose(by_hand, W1, rtol=0, atol=1e-10), "the nine lines and the network disagree"
say(f"""The nine lines and chainrule agree: the largest difference between their weights is
    {np.abs(by_hand - W1).max():.1g}.""")
say(f"A second opinion on the last gradient: {net.check_gradients(X, y)}.")

# %%
title("All eight situations")
shown = [step for step in (0, 1, 10, 100, 1000, STEPS) if step in answers]
seen = {tuple(row) for row in X}
table(
    ["inputs", "seen?", "at step 0", *(f"{step:,}" for step in shown[1:])],
    [
        (
            " ".join(f"{v:.0f}" for v in row),
            "yes" if tuple(row) in seen else "no",
            *(f"{answers[s][k]:.6f}" for s in shown),
        )
        for k, row in enumerate(ALL)
    ],
)
say("""The answer to 0 0 0 stays 0.5: z = 0 w1 + 0 w2 + 0 w3 is 0 whatever the weights are, and σ(0)
    is one half. No amount of training helps, because the gradient dW1 = xᵀ dz is 0 for that row
    too. A bias would help: Dense(1) has one, Dense(1, bias=False) has none. In the four examples
    the third input, always 1, works as a bias; in 0 1 0 it is 0, so the answer there is near one
    half as well.""")
notice("""The neuron answers 1 0 0, which it never saw, because its first weight grew large and
    positive while the third became negative and keeps the others below zero: it found the rule, not
    a list of examples. That weight never stops growing, since σ reaches 1 only at infinity, so the
    answer creeps toward 1 and never arrives.""")
try_next("""Let STEPS be 100,000: how far do the weights grow? Or let the answer be the second
    input, y = X[:, 1:2], and ask for 0 1 0. In a file of your own: what does Dense(1), with its
    bias, answer to 0 0 0? Then `chainrule demo ask 1 0 0` asks the same neuron, and `two-layer`
    learns what no single neuron can.""")


# %%
def draw():
    from chainrule import plots

    figure, (left, right) = plots.panels(1, 2, width=5.6, height=3.9)
    steps = np.array([step for step in answers if step > 0])
    plots.lines(
        {"": (steps, np.array(losses))},
        title="Loss, ½ Σ (p − y)²",
        x="step",
        log_x=True,
        log_y=True,
        axes=left,
    )
    curves = {
        f"{''.join(f'{v:.0f}' for v in row)}{' seen' if tuple(row) in seen else ''}": (
            steps,
            np.array([answers[s][k] for s in steps]),
        )
        for k, row in enumerate(ALL)
    }
    plots.lines(curves, title="Answer to each situation", x="step", log_x=True, axes=right)
    return figure


picture("neuron", draw)
