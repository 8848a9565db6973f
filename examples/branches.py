"""Another learning rate at step 300: both futures side by side.

When to lower the learning rate is an old question: H. Robbins and S. Monro's "A Stochastic
Approximation Method" (1951) lets it fall like 1/t, and S. Smith and others found in "Don't Decay
the Learning Rate, Increase the Batch Size" (2018) that what falls with it is the noise of small
batches. To see it, one needs two runs that are equal up to one step. A recorded run branches at any
step: the same weights, the same order of rows, and from there on whatever is changed.
"""

# %%
import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

# %% A run on handwritten digits, recorded

X, y = cr.datasets.digits()[:2]
order = np.random.default_rng(0).permutation(len(X))
X, y = X[order] / 16, y[order]
learn, held = slice(0, 1200), slice(1200, None)
net = cr.Network(cr.Dense(32), cr.ReLU(), cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=0)
run = net.record(
    X[learn],
    y[learn],
    optimizer=cr.SGD(lr=0.5),
    epochs=20,
    batch_size=16,
    validation_data=(X[held], y[held]),
    verbose=0,
)
title("The run: handwritten digits, 75 steps in an epoch")
print(run)

# %%
title("Two futures from step 300")
slower = run.branch(at=300, optimizer=cr.SGD(lr=0.05))
compared = cr.compare(run, slower=slower)
print(compared)


def losses(branch, epochs=(4, 5, 8, 20)):
    """Return losses at the end of some epochs."""
    logs = branch.history
    return [f"{logs[name][k - 1]:.3f}" for name in ("loss", "val_loss") for k in epochs]


print()
head = [f"{name} {k}" for name in ("loss", "val") for k in (4, 5, 8, 20)]
table(["end of epoch", *head], [("lr 0.5", *losses(run)), ("lr 0.05 from 300", *losses(slower))])
gain = run.history.loss[4] / slower.history.loss[4]
say(f"""Both are one run up to step 300, the end of epoch 4. One epoch later the smaller steps look
    like a discovery: the training loss is {gain:.1f} times smaller. Twelve epochs later the network
    with the large steps is far ahead. What the small steps win at once is the noise of the batches;
    what they lose is speed.""")

# %%
title("How much is chance?")
SEEDS, EPOCHS = range(1, 6), (5, 8, 20)
chance = {
    rate: [run.branch(at=300, seed=k, optimizer=cr.SGD(lr=rate)).history for k in SEEDS]
    for rate in (0.5, 0.05)
}


def spread(name, rate, epoch):
    """Return the smallest and the largest of five numbers."""
    found = [history[name][epoch - 1] for history in chance[rate]]
    return f"{min(found):.3f} to {max(found):.3f}"


table(
    ["five orders of rows, epoch", *map(str, EPOCHS)],
    [
        (f"{name}, lr {rate}", *(spread(name, rate, k) for k in EPOCHS))
        for name in ("loss", "val_loss")
        for rate in chance
    ],
)
say(f"""run.branch(at=300, seed=1) changes the order in which rows come, so five such branches say
    how far apart two runs are that differ by luck alone. A difference counts if the ranges do not
    overlap. On the training rows both differences do, the early gain and the late loss. On the rows
    held out large steps win as well, but where they end is luck: from {spread("val_loss", 0.5, 20)}
    among these five, {run.history["val_loss"][-1]:.3f} for the run itself. Small steps leave hardly
    any.""")

# %%
title("More futures, and a tree of them")
larger = run.branch(at=300, optimizer=cr.SGD(lr=1.5))
back = larger.branch(at=450, optimizer=cr.SGD(lr=0.5))
later = run.branch(at=1200, optimizer=cr.SGD(lr=0.05))
same = run.branch(at=750)
print(run.tree())
equal = same.at("end").theta.tobytes() == run.at("end").theta.tobytes()
bits = "the same bits as" if equal else "other bits than"
last = [branch.history["val_loss"][-1] for branch in (later, slower)]
dead = 1 - (back.net.activations(X)["a1"] > 0).any(axis=0).mean()
say(f"""Three times the rate destroys the network within an epoch, and going back to lr 0.5 at step
    450 does not mend it: {dead:.0%} of its hidden units answer no image any more. Small steps at
    the end are another matter: from step 1,200 on they keep what the large ones reached and take
    the luck away, {last[0]:.3f} on the rows held out; the early branch has {last[1]:.3f}. The
    branch at step 750 that changes nothing ends with {bits} the run.""")

notice("""A branch keeps the past, so all that differs afterwards comes from the change. The best
    loss one epoch after a change says little about the best loss at the end.""")
try_next("""Branch with seed=1 and the small rate at once: is it still the slower one? Let a branch
    begin in the late one, at step 1,350, with lr 0.5 again. Next, `doctor` looks for what is wrong
    with a run.""")


# %%
def draw():
    from chainrule.plots.canvas import COLORS

    figure, (left, right) = plots.panels(1, 2, width=6.0, height=4.5)
    epochs = range(1, 21)
    named = {
        "lr 0.5": run,
        "0.05 from 300": slower,
        "1.5 from 300": larger,
        "0.05 from 1,200": later,
    }
    for panel, name in ((left, "loss"), (right, "val_loss")):
        for k, history in enumerate(chance[0.5]):
            label = "lr 0.5, other orders of rows" if k == 0 else None
            panel.plot(epochs, history[name], color="#bbbbbb", linewidth=1, label=label)
        for (label, branch), color in zip(named.items(), COLORS, strict=False):
            above = 3 if branch is run else 2  # the late branch is below the run that it shares
            panel.plot(epochs, branch.history[name], color=color, label=label, zorder=above)
        panel.set_yscale("log")
        panel.set_xticks(epochs[::5])
        panel.set_title({"loss": "training rows", "val_loss": "rows held out"}[name])
        panel.set_xlabel("epoch")
        panel.set_ylabel("loss")
    left.legend(frameon=False)
    return figure


picture("branches", draw, "One past, several futures")
picture("branches-compared", compared.plot)
