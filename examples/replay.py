"""One update of a run, forwards and back, every number.

R. Szabo's "Neural Networks in Python" (rolisz.ro, 2013) trains two inputs, two hidden units and one
output on the exclusive or, and learners ask ever since why such a network of logistic units stays
at 0.5, sometimes for hundreds of steps and sometimes for good. Its loss says only that it does. A
recorded run can say why: any step can be visited again, with every number that it computed and what
each number is made of.
"""

# %%
import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

# %% A run of exclusive or, recorded

X, y = cr.datasets.xor()
net = cr.Network(
    cr.Dense(2),
    cr.Sigmoid(),
    cr.Dense(1),
    cr.Sigmoid(),
    loss=cr.SquaredError(half=True, reduction="sum"),
    dtype="float64",
    seed=0,
)
run = net.record(X, y, optimizer=cr.SGD(lr=2.0), epochs=1000, batch_size=None, verbose=0)
loss = np.array(run.history.loss)  # one for each step: all four rows are one batch
WAITING = 200
FALLING = int(np.argmin(np.diff(loss)))  # the step that won most
MOMENTS = (0, WAITING, 400, FALLING, 700, 999)

# %%
title("A run, kept whole")
print(f"{run}\n")
rows = []
for step in MOMENTS:
    m = run.at(step=step)
    answers = m.net.predict(X)[:, 0]
    slope = np.abs(m["dW1"]).max()
    rows.append((step, f"{m.loss:.4f}", f"{slope:.5f}", *(f"{a:.3f}" for a in answers)))
table(["step", "loss", "largest |dW1|", *(f"{a:.0f} xor {b:.0f}" for a, b in X)], rows)
say(f"""Until step 400 all four answers are near 0.5 and the first layer gets almost no gradient.
    Then everything happens at once; step {FALLING} wins most. run.at(step={WAITING}) is the network
    as it was, and the table asks it for its loss, a gradient and its answers.""")

# %%
title(f"Step {WAITING}: everything that one update computes")
m = run.at(step=WAITING)
for stage in m.stages():
    print(f"\n{stage}")

# %%
title("Why does it wait? What one gradient is made of")
waiting = m.explain("dW1[0, 0]")
print(waiting)
falling = run.at(step=FALLING).explain("dW1[0, 0]")
print(f"\nThe same gradient at step {FALLING}, where the loss falls fastest:\n\n{falling}")


def cancels(made):
    """Return how large the sum is, compared with its parts: 1 if all of them have one sign."""
    return abs(made.total) / np.abs(made.values).sum()


say(f"""At step {WAITING} the rows 1 xor 0 and 1 xor 1 pull this weight with nearly equal strength
    in opposite directions: {cancels(waiting):.1%} of their strength is left. At step {FALLING} it
    is {cancels(falling):.0%}, although no part is much larger than before. So a plateau is no lack
    of signal from the examples. They disagree, until a small difference between the two hidden
    units has grown.""")

# %%
title("Forwards and back")
after = m.next()
table(
    ["weight", "step 200", "new.W1 of its update", "step 201"],
    [
        (
            f"W1[{i}, {j}]",
            f"{m['W1'][i, j]:.10f}",
            f"{m['new.W1'][i, j]:.10f}",
            f"{after['W1'][i, j]:.10f}",
        )
        for i in (0, 1)
        for j in (0, 1)
    ],
)
again = after.back()
there = run.at(step=FALLING).back(FALLING - WAITING)
same = [
    ("one step forwards, one back", again.theta.tobytes() == m.theta.tobytes()),
    (f"from step {FALLING} back to {WAITING}", there.theta.tobytes() == m.theta.tobytes()),
    (
        "the last moment and the trained network",
        run.at("end").theta.tobytes() == net.theta.tobytes(),
    ),
]
print()
table(["equal bits", ""], [(words, "yes" if equal else "no") for words, equal in same])

notice(f"""A run is deterministic, so a few snapshots and the data are enough to make any of its
    {run.last:,} steps again, bit for bit; back() is no inverse, it replays from the snapshot
    before. A gradient near zero does not mean that no example has anything to say: print what it is
    made of.""")
try_next("""Let the seed be 2: the network ends at a loss of 0.25. Which rows does it answer with
    0.5, and which of its gradients cancel there? Next, `branches` changes the learning rate in the
    middle of a run.""")


# %%
def draw():
    from chainrule.plots.canvas import COLORS

    figure, (above, below) = plots.panels(2, width=9.5, height=3.4)
    steps = range(0, run.last, 20)
    made = [dict(run.at(step=step).explain("dW1[0, 0]").rows) for step in steps]
    above.plot(loss, color="black")
    above.set_title("the loss")
    for row, color in ((2, COLORS[0]), (3, COLORS[1])):  # the rows whose first input is 1
        pull = [shares[row] for shares in made]
        below.plot(steps, pull, color=color, label=f"{X[row, 0]:.0f} xor {X[row, 1]:.0f}")
    total = [sum(shares.values()) for shares in made]
    below.plot(steps, total, color="black", label="their sum, dW1[0, 0]")
    below.set_title("what each example adds to one gradient")
    below.legend(frameon=False)
    below.set_xlabel("step")
    return figure


picture("replay", draw, "A plateau: the examples pull, and cancel")
