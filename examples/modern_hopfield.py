"""The modern Hopfield network: one update, as in attention.

Ramsauer and others (2020) gave Hopfield's network real numbers and a steeper energy. What a state
recalls is a mean of all stored patterns, weighted by a softmax of how well each fits: the attention
of a transformer. The capacity grows exponentially with the dimension, and the paper's two constants
for it are computed here.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.energy import DenseAssociativeMemory, ModernHopfield, ramsauer_capacity
from chainrule.lessons import introduce, notice, picture, say, shades, table, title, try_next

introduce(__doc__)

dice = np.random.RandomState(0)

# %% The update, and attention

title("One update is attention")
print("""update   ξ <- X softmax(β Xᵀ ξ)              the columns of X are the patterns
energy   E = −lse(β, Xᵀξ) + ½ ξ·ξ + ln(M) / β + ½ R²,   0 ≤ E ≤ 2 R²
         lse(β, z) = ln(Σ exp(β z_i)) / β,    R: the largest norm of a pattern""")
d, keys, queries = 16, 40, 7
K, Q = dice.normal(size=(keys, d)), dice.normal(size=(queries, d))
scores = Q @ K.T / np.sqrt(d)
share = np.exp(scores - scores.max(axis=1, keepdims=True))
attention = share / share.sum(axis=1, keepdims=True) @ K  # softmax(Q Kᵀ / √d) V, with V = K
updated = ModernHopfield(beta=1 / np.sqrt(d)).store(K).update(Q)
print(f"\n{queries} queries, {keys} keys of {d} numbers, β = 1/√d:")
print(
    f"softmax(Q Kᵀ/√d) V and the update differ by {np.abs(attention - updated).max():.0e} at most."
)

# %% How many patterns

d, FLIPPED = 64, 12
title(f"Patterns of {d} signs, {FLIPPED} of them flipped: which are recalled?")


def spoilt(patterns):
    """Return each row with exactly FLIPPED of its signs turned."""
    states = patterns.copy()
    for row in states:
        row[dice.permutation(d)[:FLIPPED]] *= -1
    return states


rows = []
for M in (5, 100, 1000, 10_000):
    x = dice.choice([-1.0, 1.0], size=(M, d))
    starts, wanted = spoilt(x[:200]), x[:200]
    cells = (
        {"classical": cr.Hopfield(), "dense, n = 3": DenseAssociativeMemory(3)} if M <= 1000 else {}
    )
    line = [
        f"{(memory.store(x).predict(starts) == wanted).all(axis=1).mean():.1%}"
        for memory in cells.values()
    ]
    line += ["-"] * (2 - len(line))
    for beta in (1.0, 1 / np.sqrt(d)):
        end = ModernHopfield(beta).store(x).update(starts)
        line.append(f"{(np.sign(end) == wanted).all(axis=1).mean():.1%}")
        line.append(f"{np.median(np.linalg.norm(end - wanted, axis=1)):.1e}")
    rows.append([f"{M:,}", *line])
table(["patterns", "classical", "dense n = 3", "β = 1", "distance", "β = 1/√d", "distance"], rows)
say("""Percent: all signs right, for the two modern ones after a single update; distance: from the
    pattern, the median. With β = 1 the network holds a hundred times more patterns than it has
    units. With attention's own β = 1/√d it returns a mean of many: perhaps the right signs, but far
    from any pattern.""")

# %% Three kinds of fixed point, on real digits

title("Pattern, metastable, mean: what β decides")
X, y = cr.datasets.digits()
# ten of each digit, one after another
digits = np.concatenate([X[y == digit][:10] for digit in range(10)]) / 16.0
mean = digits.mean(axis=0)
lengths = np.linalg.norm(digits - mean, axis=1, keepdims=True)
stored = (
    digits - mean
) / lengths  # of length 1 each: then the largest product is the nearest pattern
TRUTH = 3
which = 10 * TRUTH + 4
question = stored[which].copy()
question[32:] = 0  # the lower half is covered by the mean
question /= np.linalg.norm(question)
BETAS = (2.0, 10.0, 30.0)
states, rows = [stored[which], question], []
for beta in BETAS:
    memory = ModernHopfield(beta).store(stored)
    path = memory.recall(question)
    share = memory.attention(path.state)
    by_digit = share.reshape(10, 10).sum(axis=1)
    members = int((np.cumsum(np.sort(share)[::-1]) < 0.9).sum()) + 1
    states.append(path.state)
    kind = memory.kind(path.state).partition(":")[0]
    rises = "yes" if (np.diff(path.energies) > 1e-12).any() else "never"
    best = f"{by_digit.argmax()}, with {by_digit.max():.0%}"
    rows.append(
        [f"{beta:g}", kind, members, f"{share.max():.3f}", best, len(path.states) - 1, rises]
    )
images = np.clip(mean + np.array(states) * lengths.mean(), 0, 1)
captions = ["stored", "asked", *(f"β = {beta:g}" for beta in BETAS)]
for some in (slice(0, 2), slice(2, 5)):
    print(shades(images[some].reshape(-1, 8, 8)))
    print("   ".join(f"{caption:16}" for caption in captions[some]).rstrip() + "\n")
table(["β", "fixed point", "patterns", "largest", "digit", "updates", "E rises"], rows)
say(f"""{len(stored)} digits are stored, ten of each kind; the upper half of one 3 is the question.
    Patterns: how many have nine tenths of the attention. A small β gives the mean of all, a large
    one a single picture, and between them lies what the paper calls metastable: the mean of similar
    pictures. (In the lesson `metastable` the word has another meaning.)""")

# %% The two constants

title("How the capacity grows: N ≥ √p c^((d − 1)/4)")
CASES = ((1, 3, 20, 0.001), (1, 1, 75, 0.001))
rows = []
for beta, radius, d, p in CASES:
    c = ramsauer_capacity(beta, radius, d, p)
    a = 2 / (d - 1) * (1 + np.log(2 * beta * radius**2 * p * (d - 1)))
    b = 2 * radius**2 * beta / 5
    rows.append(
        [
            f"β = {beta}, K = {radius}, d = {d}",
            f"{a + np.log(b):.5f}",
            f"{c:.5f}",
            f"{np.sqrt(p) * c ** ((d - 1) / 4):.1f}",
        ]
    )
table(["case, p = 0.001", "a + ln b", "c = b / W(exp(a + ln b))", "N"], rows)
print("\na = 2 (1 + ln(2 β K² p (d − 1))) / (d − 1),   b = 2 K² β / 5,")
print("W: Lambert's function, W(z) exp(W(z)) = z; patterns of norm K √(d − 1)")
notice(f"""The proof covers {rows[0][-1]} and {rows[1][-1]} patterns, no more; the theorem is about
    growth, c above 1 to the power of d / 4, and the table of signs above shows far more in
    practice. Recall of one pattern, a family's mean and the mean of all are one formula.""")
try_next("""Find the beta (BETAS) at which one digit becomes a family of digits. Next, `rbm` learns
    what to remember.""")

# %% Pictures


def draw_kinds():
    finer = (2.0, 5.0, 5.5, 6.0, 8.0, 15.0, 20.0, 30.0)
    ends = np.array([ModernHopfield(beta).store(stored).recall(question).state for beta in finer])
    recalled = np.clip(mean + ends * lengths.mean(), 0, 1)
    return plots.images(
        np.concatenate([images[:2], recalled]),
        [*captions[:2], *(f"β = {b:g}" for b in finer)],
        across=5,
    )


def draw_beta():
    fine, curves = np.geomspace(1, 60, 80), {"largest share": [], "share of the right digit": []}
    for beta in fine:
        memory = ModernHopfield(beta).store(stored)
        p = memory.attention(memory.recall(question).state)
        curves["largest share"].append(p.max())
        curves["share of the right digit"].append(p[10 * TRUTH : 10 * TRUTH + 10].sum())
    both = {name: (fine, np.array(values)) for name, values in curves.items()}
    return plots.lines(
        both,
        title="From the mean of all to one pattern",
        x="β",
        y="attention at the fixed point",
        log_x=True,
    )


picture("modern-hopfield", draw_kinds, "What the question recalls, from a small β to a large one")
picture("modern-hopfield-beta", draw_beta)
