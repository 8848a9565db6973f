"""Draw docs/chainrule.png and docs/film.gif, the pictures of the README: `python docs/picture.py`.

The first one shows a network and its own equations, what it learned of three spirals, and what
hidden units of a digits network look for. The second one is a film of how it learned the spirals.
"""

from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.plots.canvas import COLORS, GRID, TEXT

SOURCE = """net = cr.Network(
    cr.Dense(24), cr.Tanh(), cr.Dense(3),
    loss=cr.SoftmaxCrossEntropy(), inputs=(2,),
)
print(net.equations())
"""

X, y = cr.datasets.spirals(300, arms=3)
net = cr.Network(cr.Dense(24), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(2,))
run = net.record(X, y, optimizer=cr.Adam(lr=0.03), epochs=300, verbose=0)

pixels, digits = cr.datasets.digits()
reader = cr.Network(
    cr.Dense(100, init=cr.initializers.HeNormal(), penalty=cr.L2(0.003)),
    cr.ReLU(),
    cr.Dense(10, penalty=cr.L2(0.003)),
    loss=cr.SoftmaxCrossEntropy(),
)
reader.fit(pixels / 16, digits, optimizer=cr.Adam(lr=0.002), epochs=40, verbose=0)
W1 = reader.parameters["W1"]  # (64, 100)
strongest = np.argsort(-np.linalg.norm(W1, axis=0), kind="stable")[:16]

figure, (words, plane, kernels) = plots.panels(1, 3, width=4.2, height=4.4)
figure.set_facecolor("white")
for panel in (words, kernels):
    panel.axis("off")
for panel in (plane, kernels):
    panel.set_box_aspect(1)
    panel.set_anchor("N")

lines = [*SOURCE.splitlines(), "", *net.equations().splitlines()]
for k, line in enumerate(lines):
    blue = k > lines.index("forward") and k != lines.index("backward")
    colour = COLORS[0] if blue else TEXT
    words.text(
        0, 1.06 - k * 0.0485, line, va="top", color=colour, family="DejaVu Sans Mono", fontsize=9
    )

plots.decision_regions(net.predict, X, y, axes=plane)
plane.set_title("what it learned", color=TEXT, fontsize=12)
plane.set(xticks=[], yticks=[], xlabel="", ylabel="")
plane.spines[:].set_visible(False)
plane.get_legend().remove()

kernels.set_title("what hidden units see in digits", color=TEXT, fontsize=12)
for k, unit in enumerate(strongest):
    tile = kernels.inset_axes((k % 4 / 4 + 0.01, 0.75 - k // 4 / 4 + 0.01, 0.23, 0.23))
    largest = np.abs(W1[:, unit]).max()
    tile.imshow(W1[:, unit].reshape(8, 8), cmap="RdBu_r", vmin=-largest, vmax=largest)
    tile.set(xticks=[], yticks=[])
    tile.spines[:].set_color(GRID)

path = Path(__file__).with_name("chainrule.png")
figure.savefig(path, dpi=110)
run.film(path.with_name("film.gif"), frames=24, fps=5, verbose=0)
for drawn in (path, path.with_name("film.gif")):
    print(f"{drawn.name}: {drawn.stat().st_size // 1024} kB")
