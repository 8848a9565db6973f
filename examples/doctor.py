"""Six ill runs, found and cured.

A. Karpathy's "A Recipe for Training Neural Networks" (2019) warns that training fails silently: the
code runs, the loss falls a little, and nothing says that something is wrong. It lists what to look
at, from the first loss to a batch learned by heart. net.diagnose looks at such things by itself: it
records a run, says what is wrong with numbers, and tries its advice on the same steps before it
gives it.
"""

# %%
import warnings

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)
warnings.simplefilter("ignore")  # fit itself warns of some of these; here it shall be silent

# %% How each case is treated

SEEDS = (1, 2, 3)
X, y = cr.datasets.digits()[:2]
order = np.random.default_rng(0).permutation(len(X))
X, y = X[order] / 16, y[order]
learn, fresh = slice(0, 600), slice(600, None)
results, curves = [], {}


def fitted(net, X, y, options):
    """Train a network, and return it with its history."""
    history = net.fit(X, y, verbose=0, **{"epochs": 20, **options})
    return net, history


def treat(name, ill, cured, measure):
    """Print the diagnosis of a set-up; then measure it, and the one that follows the advice.

    A set-up is a function of the seed that returns a network, rows, targets and options of fit.
    `measure` sees rows that neither the runs nor the diagnosis have seen.
    """
    net, rows, targets, options = ill(0)
    found = net.diagnose(rows, targets, **options)
    print(found)
    losses, before = fitted(*ill(0))[1].loss, [measure(fitted(*ill(k))[0]) for k in SEEDS]
    curves[name] = losses, fitted(*cured(0))[1].loss
    after = [measure(fitted(*cured(k))[0]) for k in SEEDS]
    kind = found[0].kind.replace("_", " ") if found else "nothing"
    results.append((name, kind, np.mean(before), np.mean(after)))


def digits(*layers):
    """Return a network that reads digits."""
    return lambda seed: cr.Network(*layers, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=seed)


def accuracy(net):
    """Return the share of fresh digits that are read rightly."""
    return float(np.mean(net.predict(X[fresh]).argmax(axis=1) == y[fresh]))


# %%
title("1. Square meters beside a share")
draw_rows = np.random.default_rng(1)
houses = draw_rows.uniform([40, 0], [200, 1], (600, 2))  # m², share of the garden
price = houses[:, 0] / 60 + np.sin(6 * houses[:, 1])
price = (price - price.mean()) / price.std()


def regression(*first):
    net = lambda seed: cr.Network(  # noqa: E731
        *first, cr.Dense(16), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=seed
    )
    return lambda seed: (net(seed), houses[:300], price[:300], {"optimizer": cr.Adam(0.01)})


def fit_of_prices(net):
    """Return R² on fresh houses."""
    error = net.predict(houses[300:])[:, 0] - price[300:]
    return float(1 - np.mean(error**2) / np.var(price[300:]))


treat("houses", regression(), regression(cr.Standardize()), fit_of_prices)

# %%
title("2. In too great a hurry")


def hurried(lr):
    net = digits(cr.Dense(32), cr.ReLU())
    return lambda seed: (net(seed), X[learn], y[learn], {"optimizer": cr.Adam(lr)})


treat("digits, lr 0.3", hurried(0.3), hurried(0.03), accuracy)

# %%
title("3. Eight layers of sigmoids")


def deep(*before):
    stack = [layer for _ in range(8) for layer in (cr.Dense(16), *before, cr.Sigmoid())]
    net = digits(*stack)
    return lambda seed: (net(seed), X[learn], y[learn], {"optimizer": cr.Adam(0.01)})


treat("eight sigmoids", deep(), deep(cr.BatchNorm()), accuracy)

# %%
title("4. All zeros, then all ones, then all twos ...")
by_digit = np.argsort(y[learn], kind="stable")


def sorted_rows(**more):
    net = digits(cr.Dense(32), cr.ReLU())
    options = {"optimizer": cr.Adam(0.01), **more}
    return lambda seed: (net(seed), X[learn][by_digit], y[learn][by_digit], options)


treat("sorted rows", sorted_rows(order=lambda epoch, n: np.arange(n)), sorted_rows(), accuracy)

# %%
title("5. Twenty-five eights among eight hundred others")
eights = np.flatnonzero(y[:1200] == 8)
few = np.concatenate([np.flatnonzero(y[:1200] != 8)[:800], eights[:25]])
unseen = slice(1200, None)


def rare(**more):
    def made(seed):
        net = cr.Network(
            cr.Dense(16), cr.ReLU(), cr.Dense(1), loss=cr.SigmoidCrossEntropy(), seed=seed
        )
        return net, X[few], (y[few] == 8).astype(int), {"optimizer": cr.Adam(0.001), **more}

    return made


def both_classes(net):
    """Return the mean of the accuracies of the eights and of the others, on fresh digits."""
    said, eight = net.predict(X[unseen])[:, 0] > 0.5, y[unseen] == 8
    return float(np.mean([np.mean(said[eight]), np.mean(~said[~eight])]))


treat("a rare class", rare(), rare(class_weight="balanced"), both_classes)

# %%
title("6. A last ReLU")


def ends_with(*last):
    def made(seed):
        layers = cr.Dense(32), cr.ReLU(), cr.Dense(10), *last
        net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=seed)
        return net, X[learn], y[learn], {"optimizer": cr.Adam(0.01)}

    return made


treat("scores ≥ 0", ends_with(cr.ReLU()), ends_with(), accuracy)

# %%
title("Before and after")
say("""Each advice was followed in the script, by hand: cr.Standardize() first, Adam(0.03), a
    cr.BatchNorm() before each sigmoid, fit without order=, class_weight="balanced", and no ReLU
    after the scores. Then both set-ups were trained with three other seeds and measured on rows
    that no run has seen: R² for the houses, the mean of both classes' accuracies for the rare
    class, accuracy for the others.""")
print()
table(
    ["set-up", "first finding", "before", "after"],
    [(name, kind, f"{a:.3f}", f"{b:.3f}") for name, kind, a, b in results],
)
healthy = cr.Network(
    cr.Dense(32), cr.ReLU(), cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=0
).diagnose(X[learn], y[learn], optimizer=cr.Adam(0.01))
print(f"\nAnd the network of 2, 4 and 6 with nothing wrong:\n\n{healthy}")

notice("""None of the six runs failed, and most of their losses fell. The cause stands first and its
    consequences after it: with a rate that is too high most units were dead as well, but new units
    would have died, too.""")
try_next("""Combine two: sort the rows and take lr 0.3. Which one comes first, and does the second
    appear once the first is cured? Diagnose a network of your own: net.diagnose(X, y, epochs=20).
    Next, `optimizers` compares thirteen ways down.""")


# %%
def draw():
    from chainrule.plots.canvas import COLORS

    figure, panels = plots.panels(2, 3, width=3.8, height=3.0)
    for panel, (name, (ill, cured)) in zip(panels, curves.items(), strict=True):
        for losses, color, label in ((ill, COLORS[1], "ill"), (cured, COLORS[0], "cured")):
            panel.plot(range(1, len(losses) + 1), losses, color=color, label=label)
        panel.set_title(f"{name}: its rows count more" if "rare" in name else name)
        panel.set_yscale("log")
        panel.set_xticks(range(0, 21, 5))
    panels[0].legend(frameon=False)
    for panel in panels[3:]:
        panel.set_xlabel("epoch")
    return figure


picture("doctor", draw, "The loss of six runs before and after")
