"""A memory of thirty units: three digits, and every valley.

J. J. Hopfield's network of 1982 ("Neural networks and physical systems with emergent collective
computational abilities") as courses retell it: one layer, every unit connected with every other,
symmetric weights. Units are visited one by one, each takes the sign of its input from the others,
and an energy never rises until nothing moves. The articles say so in words. Here are three digits
of 6 x 5 pixels, from an old demo, and all that can be known about them.
"""

from itertools import product

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, say, shades, table, title, try_next

introduce(__doc__)

DIGITS = {
    "0": "01110 10001 10001 10001 10001 01110",
    "1": "01100 00100 00100 00100 00100 00100",
    "2": "11100 00010 00010 01100 10000 11111",
}
SHAPE = (6, 5)
x = np.array(
    [[1 if bit == "1" else -1 for bit in rows.replace(" ", "")] for rows in DIGITS.values()]
)
M, N = x.shape


def show(states, captions=()):
    """Print states of ±1 as pictures, side by side, with a line below each."""
    states = np.asarray(states).reshape(-1, *SHAPE)
    print(shades((states + 1) / 2))
    if len(captions):
        print("   ".join(f"{caption:10}" for caption in captions).rstrip())


# %% What is stored

title(f"Three patterns of {N} units")
show(x, [f"a {name}" for name in DIGITS])
say(f"""A unit is +1 (ink) or −1 (paper). The products x·y of the patterns are {x[0] @ x[1]} (0 and
    1), {x[0] @ x[2]} (0 and 2) and {x[1] @ x[2]} (1 and 2): 1 and 2 are a little alike.""")
print("""
Hebb's rule       w_ij = (1/N) Σ x_i x_j over the patterns,  w_ii = 0
a unit's visit    s_i <- sign(Σ w_ij s_j), and stays where the sum is 0
energy            E = −½ Σ w_ij s_i s_j""")
network = cr.Hopfield().store(x)

# %% The energies, under each rule


def storkey_with_diagonal(twice=False):
    """Apply w_ij += (x_i x_j − x_i h_ji − h_ij x_j) / N, h_ij = Σ w_ik x_k without k = i, j.

    W keeps its diagonal, as the rule is written. For i = j the term w_ii x_i is left out once;
    `twice` is an easy mistake.
    """
    W = np.zeros((N, N))
    for p in x.astype(float):
        own = np.diag(W) * p
        h = (W @ p)[:, None] - own[:, None] - W * p
        if not twice:
            h += np.diag(own)
        W += (np.outer(p, p) - p[:, None] * h.T - h * p) / N
    return W


RULES = {
    "Hebb": network,
    "Storkey": cr.Hopfield(rule="storkey").store(x),
    "Storkey, diagonal kept": cr.Hopfield.from_weights(storkey_with_diagonal(), patterns=x),
    "  and w_ii x_i left out twice": cr.Hopfield.from_weights(
        storkey_with_diagonal(twice=True), patterns=x
    ),
    "pseudo-inverse": cr.Hopfield(rule="pseudo-inverse").store(x),
    "pseudo-inverse, diagonal kept": cr.Hopfield.from_weights(
        x.T @ np.linalg.pinv(x.T), patterns=x
    ),
}
title("The energy of each pattern, and how firmly it is held")
fields = {name: (memory.weights @ x.T).T * x for name, memory in RULES.items()}
rows = [
    [
        name,
        *(f"{E:.6f}" for E in memory.energy(x)),
        f"{fields[name].min():.3f}",
        "yes" if memory.stable(x).all() else "NO",
    ]
    for name, memory in RULES.items()
]
table(["rule", *(f"E of {name}" for name in DIGITS), "field", "stable"], rows)
smallest = ", ".join(f"{field:.1f}" for field in fields["Hebb"].min(axis=1))
say(f"""Field: the smallest s_i Σ w_ij s_j of all units, which must be above 0 for the unit to stay.
    Under Hebb's rule it is {smallest} for the three patterns. Do not compare energies of different
    rules: they are different landscapes.""")

# %% One recall, flip by flip

title("A damaged 2 is recalled")
FLIPPED = 8
dice = np.random.RandomState(4)


def spoilt(pattern, flips):
    """Return a pattern with this many pixels turned, at random places."""
    state = pattern.copy()
    state[dice.permutation(N)[:flips]] *= -1
    return state


path = network.recall(spoilt(x[2], FLIPPED))
middle = len(path.states) // 2
show(path.states[[0, middle, -1]], ["start", f"{middle} flips", f"{len(path.states) - 1} flips"])
print()
step = ["start", *(f"{k}, unit {unit}" for k, unit in enumerate(path.flips, 1))]
table(
    ["flip", "energy", *(f"overlap with {name}" for name in DIGITS)],
    [
        [s, f"{E:.2f}", *(f"{m:+.3f}" for m in ms)]
        for s, E, ms in zip(step, path.energies, path.overlaps, strict=True)
    ],
)
print(
    f"\n{path.ended} after {path.sweeps} sweeps; the energy rose "
    f"{int((np.diff(path.energies) > 0).sum())} times."
)

# %% How much noise it tolerates

TRIALS, NOISE = 300, (3, 6, 8, 10)
title(
    f"Exactly recalled, of {M * TRIALS} starts each "
    f"(standard error up to {0.5 / np.sqrt(M * TRIALS):.3f})"
)
wanted = np.repeat(x, TRIALS, axis=0)
starts = {flips: np.array([spoilt(pattern, flips) for pattern in wanted]) for flips in NOISE}
rows = []
for name in ("Hebb", "Storkey", "Storkey, diagonal kept", "pseudo-inverse"):
    memory, recalled = RULES[name], []
    for flips in NOISE:
        ends = []
        # three states share an order of visits
        for seed, some in enumerate(np.split(starts[flips], TRIALS)):
            memory.seed = seed
            ends.append(memory.predict(some))
        recalled.append(f"{(np.concatenate(ends) == wanted).all(axis=1).mean():.3f}")
    memory.seed = 0
    rows.append([name, *recalled])
table(["rule", *(f"{flips} flips" for flips in NOISE)], rows)

# %% Every valley that there is

title("Every attractor, and where random states end")
STARTS = 20_000
found = cr.energy.landscape(network, starts=STARTS)
field = (found.attractors * (found.attractors @ network.weights)).min(axis=1)
table(
    ["attractor", "energy", "smallest field", f"share of {STARTS:,} starts"],
    [
        [name, f"{E:.1f}", f"{h:.1f}", f"{n / STARTS:.2%}"]
        for name, E, h, n in zip(found.names, found.depths, field, found.basins, strict=True)
    ],
)
# Units with the same three pattern bits, up to a common sign, get the same sum. Two of them that

# disagreed could not both stay, because a unit has no connection to itself. So an attractor has
# one sign for each kind of unit: few states are left to try.
turned = x * x[0]
kinds = np.unique(turned.T, axis=0)
place = np.array([np.flatnonzero((kinds == column).all(axis=1))[0] for column in turned.T])
candidates = np.array(
    [np.array(signs)[place] * x[0] for signs in product((1, -1), repeat=len(kinds))]
)
fixed = candidates[network.stable(candidates)]
same = {tuple(s) for s in fixed} == {tuple(s) for s in found.attractors}
say(f"""Is the list complete, with 2^{N} states that nobody looked at? It is. Two units with the
    same bits in all patterns (or the opposite ones in all) get the same sum except from each other,
    so in a fixed point they agree. There are {len(kinds)} kinds of units, so {len(candidates)}
    states can be fixed points at all, and {len(fixed)} of them are. The starts found
    {"these and no others" if same else "OTHERS"}.""")
mixtures = [k for k, name in enumerate(found.names) if name.startswith("mixture")]
print()
show(found.attractors[mixtures[:4]], [found.names[k][8:] for k in mixtures[:4]])
say("""A mixture +0 −1 +2 is the majority vote of 0, the inverse of 1, and 2. Nobody stored it.""")

# %% All units at once

title("All units at once can go round in circles")
pair = cr.Hopfield.from_weights([[0, 1], [1, 0]], order="synchronous")
circle = pair.recall([1, -1])
print(
    " -> ".join(str(tuple(s.tolist())) for s in circle.states),
    f"  E = {circle.energies}  {circle.ended}",
)
one_by_one = cr.Hopfield.from_weights([[0, 1], [1, 0]]).recall([1, -1])
print(
    " -> ".join(str(tuple(s.tolist())) for s in one_by_one.states),
    f"  E = {one_by_one.energies}  {one_by_one.ended}",
)
lost = found.basins[mixtures].sum() / STARTS
notice(f"""Three digits were stored and {len(fixed)} states are stable: each inverse has the energy
    of its pattern, since E is even in s, and {len(mixtures)} mixtures that nobody stored catch
    {lost:.1%} of the starts. A recall is sure to end only unit by unit and with symmetric
    weights.""")
try_next("""Draw a digit of your own into DIGITS in place of another: is it stable, and what do the
    mixtures look like? Next, `metastable` fills a network until it breaks.""")

# %% Pictures


def draw_valleys():
    figure = plots.valleys(found)
    figure.axes[0].set_title(
        f"{len(found.names)} valleys; a dot's area is the share of its basin", fontsize=11
    )
    return figure


picture("hopfield-valleys", draw_valleys)
plane = cr.energy.plane(network, path)
picture(
    "hopfield-map",
    lambda: plots.energy_map(plane),
    "The memories, and the path of the damaged 2 (its end: ×)",
)
picture("hopfield-recall", lambda: plots.recall_path(path), "The damaged 2 on its way")
