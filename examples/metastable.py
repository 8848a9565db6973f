"""Stable or metastable: what a Hopfield network confuses, when.

Introductions to Hopfield networks (the lesson `hopfield`) say that one has "stable and metastable
states" and say no more. There are two things to know. Mixtures of memories are stable, but higher:
a little noise shakes them out. And memories themselves, when there are many, are no longer the
lowest states; beyond a critical load they are not stable at all. Amit, Gutfreund and Sompolinsky
computed that load (1985).
"""

from math import comb, pi, sqrt

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.energy import capacity, critical_load, global_load, landscape, retrieval_overlap
from chainrule.lessons import introduce, notice, picture, say, table, title, try_next

introduce(__doc__)

dice = np.random.RandomState(0)


def random_patterns(M, N):
    return dice.choice([-1, 1], size=(M, N))


# %% Few memories: the mixtures

N, M = 1000, 10
title(f"{M} random memories in {N} units, and their mixtures")
x = random_patterns(M, N)
network = cr.Hopfield().store(x)
rows = []
for n in (1, 3, 5, 7):
    # the majority vote of n memories; n is odd, so there is always one
    mixture = np.sign(x[:n].sum(axis=0))
    end = network.predict(mixture)
    vote = comb(n - 1, (n - 1) // 2) / 2 ** (n - 1)  # the chance that one voter decides
    rows.append(
        [
            "one memory" if n == 1 else f"sign of the sum of {n}",
            f"{(end != mixture).sum()}",
            f"{network.overlaps(end)[:n].mean():.3f}",
            f"{vote:.3f}",
            f"{network.energy(end) / N:.3f}",
        ]
    )
table(["state", "bits that move", "overlap with each", "expected", "E / N"], rows)
say("""The network stays where the energy has no lower neighbor, and it does not know which of its
    valleys were stored. But a mixture is higher than a memory: it is stable against a flip, but not
    against a shake.""")

# %% Shaken by temperature

N, SWEEPS, COPIES = 400, 60, 5
title("Shaken: a unit becomes +1 with probability 1 / (1 + exp(−2 h / T))")
x = random_patterns(5, N)
three = np.sign(x[:3].sum(axis=0))
rows = []
for T in (0.2, 0.4, 0.6, 0.8, 1.2):
    warm = cr.Hopfield(temperature=T, sweeps=SWEEPS).store(x)
    ends = [
        np.abs(warm.overlaps(warm.predict(start[None].repeat(COPIES, axis=0))))
        for start in (x[0], three)
    ]
    memory, mixture = (np.sort(each, axis=1)[:, ::-1].mean(axis=0) for each in ends)
    rows.append([f"{T:.1f}", f"{memory[0]:.2f}", *(f"{m:.2f}" for m in mixture[:3])])
table(["T", "from a memory: overlap", "from a mixture: 1st", "2nd", "3rd"], rows)
say(f"""Overlaps after {SWEEPS} sweeps, means of {COPIES} runs. With little noise the mixture is
    still a mixture. With more noise it has become one memory, with the other two forgotten, while a
    memory stays: this is what metastable means. (For few memories theory gives T = 0.46 for the
    mixtures and T = 1 for the memories.)""")

# %% Many memories: a cliff

load, overlap = critical_load()
title(f"How many memories? The cliff at {load:.3f} N")
print("m = erf y,   y (√(2α) + (2/√π) exp(−y²)) = erf y:   α has a maximum over y.")
print(f"largest load α = M / N:      {load:.6f}")
print(
    f"overlap m at this load:      {overlap:.5f}   "
    f"({(1 - overlap) / 2:.2%} of the bits are wrong)\n"
)
LOADS = (0.05, 0.10, 0.12, 0.13, 0.14, 0.15, 0.17, 0.20)
scans = {
    units: capacity("hebb", units, LOADS, networks=networks)
    for units, networks in ((100, 12), (400, 4), (1000, 2))
}
table(
    [
        "load",
        "theory m",
        *(f"m, {units}" for units in scans),
        *(f"exact, {units}" for units in scans),
    ],
    [
        [
            f"{a:.2f}",
            f"{retrieval_overlap(a):.4f}",
            *(f"{s.overlap[k]:.3f}" for s in scans.values()),
        ]
        + [f"{s.exact[k]:.3f}" for s in scans.values()]
        for k, a in enumerate(LOADS)
    ],
)
say("""With 100, 400 and 1000 units: m is the mean overlap after a recall that starts at the memory
    itself; exact, the fraction of memories that stay to the bit. The larger the network, the
    sharper the cliff; and long before it hardly a memory is exact. So 0.138 N is where recall *with
    few errors* ends; it does not promise perfect memory.""")

# %% Metastable memories

lowest = global_load()
title(f"From {lowest:.3f} N on, memories are not the lowest states")
N, STARTS = 500, 600
rows, depths = [], {"memories": [], "deepest that was found": [], "theory: no memory": []}
LOADS_BELOW = (0.01, 0.02, 0.04, 0.06, 0.08, 0.10, 0.12)
for a in LOADS_BELOW:
    x = random_patterns(round(a * N), N)
    network = cr.Hopfield().store(x)
    recalled = network.energy(network.predict(x)) / N
    found = landscape(network, starts=STARTS)
    near = np.abs(network.overlaps(found.attractors)).max(axis=1)
    memories = (near > 0.9) @ found.basins / STARTS
    glass = -1 / pi - sqrt(2 * a / pi)  # energy per unit of the lowest states that remember nothing
    rows.append(
        [
            f"{a:.2f}",
            f"{recalled.mean():.4f}",
            f"{found.depths[0] / N:.4f}",
            f"{near[0]:.2f}",
            f"{glass:.4f}",
            f"{memories:.1%}",
        ]
    )
    for name, value in zip(depths, (recalled.mean(), found.depths[0] / N, glass), strict=True):
        depths[name].append(value)
table(["load", "memories", "deepest", "its overlap", "theory, glass", "starts that remember"], rows)
say(f"""Energies per unit. {STARTS} recalls from random states looked for something deeper than the
    memories, in networks of {N} units. Its overlap says what it is: near 1 a memory, else a state
    that remembers a little of many, a spin glass. Theory, for infinitely many units, puts the
    crossing at {lowest:.5f}. (So few starts do not find the deepest of so many valleys: the glass
    is lower still.)""")
notice(f"""Below {lowest:.3f} N memories are the deepest valleys, between {lowest:.3f} N and
    {load:.3f} N they are metastable, deep enough to be held but not the deepest, and above they are
    gone, all at once: the overlap falls from {overlap:.3f} to nothing. So "stable" has degrees.""")
try_next("""Say "storkey" or "pseudo-inverse" in capacity(...): where are their cliffs? Next,
    `modern-hopfield` holds far more than it has units.""")

# %% Pictures


def draw_cliff():
    fine = np.linspace(0.01, 0.2, 400)
    curves = {"theory, N → ∞": (fine, np.array([retrieval_overlap(a) for a in fine]))}
    curves |= {f"N = {units}": (scan.loads, scan.overlap) for units, scan in scans.items()}
    return plots.lines(curves, title="The cliff", x="load M / N", y="overlap after recall")


def draw_depths():
    curves = {name: (np.array(LOADS_BELOW), np.array(values)) for name, values in depths.items()}
    figure = plots.lines(curves, title="Who lies deepest", x="load M / N", y="energy / N")
    figure.axes[0].axvline(lowest, color="#555555", linewidth=1, linestyle=":")
    return figure


picture("metastable-cliff", draw_cliff)
picture("metastable-depths", draw_depths)
