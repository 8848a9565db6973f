"""Your own op, layer, loss and optimizer, checked like built-in.

None of the four below is in chainrule. An op is a function with its equation as docstring, and its
gradient beside it; a layer wires ops; a loss says what one row costs; an optimizer is its paper's
rule. Everything else works with them at once: equations, gradient checks, training, files.
"""

import tempfile
import textwrap
from pathlib import Path
from typing import ClassVar

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, table, title, try_next

introduce(__doc__)

# %% An op: a pure function, its equation, and its derivative with its equation


@cr.op
def bump(z, r):
    """a = exp(−r z²)"""
    return np.exp(-r * z**2)


@bump.gradient
def bump_backward(da, a, z, r):
    """dz = −2 da a r z,   dr = −Σₙ da a z²"""
    return -2 * da * a * r * z, -(da * a * z**2).sum(axis=0)


# %% A layer: settings, and the ops that it wires


class Bump(cr.Layer):
    """A hill for each unit, of height 1 at z = 0; how steep it is, r, is learned."""

    sharpness: float = 1.0

    def check(self):
        self.require_number("sharpness", "> 0", lambda v: v > 0, usual=1.0)

    def __call__(self, z):
        r = z.tape.param("r", z.shape[1:], cr.initializers.Constant(self.sharpness))
        return bump(z, r)


# %% A loss: what one row costs


@cr.op
def cauchy(p, y):
    """l = Σₖ log(1 + (p − y)²)"""
    return np.log(1 + (p - y) ** 2).sum(axis=1)


@cauchy.gradient
def cauchy_backward(dl, l, p, y):
    """dp = 2 dl (p − y) / (1 + (p − y)²)"""
    return 2 * dl[:, None] * (p - y) / (1 + (p - y) ** 2), None  # targets get no gradient


class Cauchy(cr.Loss):
    """Grows like a logarithm: one wild target costs little."""

    def __call__(self, z, y):
        return cauchy(z, y)


# %% An optimizer: the rule of its paper


class Lion(cr.Optimizer):
    """θ ← θ − lr sign(β₁ m + (1 − β₁) g),  m ← β₂ m + (1 − β₂) g  (Chen et al., 2023)."""

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.99

    slots: ClassVar = ("m",)

    def step(self, t, theta, g, m):
        theta -= self.lr * np.sign(self.beta1 * m + (1 - self.beta1) * g)
        m += (1 - self.beta2) * (g - m)


# %% Printed as equations, and gradient-checked by one call

title("A network of our own parts, as equations")
draw = np.random.RandomState(0)
X = np.sort(draw.uniform(-3, 3, (300, 1)), axis=0)
truth = np.sin(2 * X) * np.exp(-(X**2) / 4)
y = truth + 0.05 * draw.normal(size=X.shape)
wild = draw.uniform(size=len(X)) < 0.15
y[wild] += 3  # some targets are wrong, and all in one direction


def network(loss):
    return cr.Network(
        cr.Dense(6), Bump(0.5), cr.Dense(1), loss=loss, inputs=(1,), seed=2, dtype="float64"
    )


net = network(Cauchy())
print(net.equations())
title("One call checks every gradient")
report = net.check_gradients(X, y)
verdict = "right" if report else "WRONG"
print(f"net.check_gradients(X, y): {verdict} by {report.method}")
print(f"{report.checked} entries, the worst differs by {report.worst:.0e} of the largest |g|")

# %% Trained

STEPS = 1500
title("Trained with Lion on data with wild targets")
optimizer = Lion(lr=cr.Cosine(0.03, STEPS))
fits, rows = {}, []
for loss in (Cauchy(), cr.SquaredError()):
    other = net if isinstance(loss, Cauchy) else network(loss)
    other.fit(X, y, optimizer=optimizer, epochs=STEPS, batch_size=None, verbose=0)
    fits[repr(loss)] = other.predict(X)[:, 0]
    error = np.abs(fits[repr(loss)] - truth[:, 0]).mean()
    rows.append([repr(loss), f"{error:.4f}"])
table(["loss", "mean distance from the true curve"], rows)
m = net.run_state.slots["m"]
print(
    f"\n{wild.sum()} of {len(X)} targets are wild: 3 too high. "
    f"Lion's own vector m has {len(m)} entries."
)

# %% Saved and loaded

title("Saved, and loaded with known=(Bump, Cauchy)")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "mine.safetensors"
    net.save(path)
    try:
        cr.Network.load(path)
    except cr.FileError as error:
        print(textwrap.fill(f"without known=: {str(error).replace(str(path), path.name)}", 80))
    again = cr.Network.load(path, known=(Bump, Cauchy))
same = np.array_equal(again.predict(X), net.predict(X))
print(f"\nwith known=: {again}")
print(f"the same predictions, bit for bit: {same}")

# %% Two kinds of mistakes

title("An equation that is wrong is refused")
try:

    @cr.op
    def shifted(x, W, b):
        """z = x W + c"""
        return x @ W + b

except cr.EquationError as error:
    print(textwrap.fill(str(error), 80))

title("A derivative that is wrong is found")


@cr.op
def square(z):
    """a = z²"""
    return z * z


@square.gradient
def square_backward(da, a, z):
    """dz = da z"""
    return (da * z,)  # the 2 is missing, in the equation as well


class Square(cr.Layer):
    """a = z²"""

    def __call__(self, z):
        return square(z)


liar = cr.Network(
    cr.Dense(3), Square(), cr.Dense(1), loss=cr.SquaredError(), inputs=(1,), dtype="float64"
)
report = liar.check_gradients(X, y)
verdict = "right" if report else "WRONG"
print(f"liar.check_gradients(X, y): {verdict} by {report.method}")
print(
    f"{report.where}: the chain rule says {report.got:.6f}, "
    f"the {report.method} {report.expected:.6f}"
)
notice("""An op's equation is read when the op is made: a word that is not one of its parameters is
    an error, so a printed derivation is about what is computed. No parser can know if the
    derivative is right, but one call of check_gradients does.""")
try_next("""Leave out the 2 in a derivative and ask check_gradients; then write a layer that is in
    no library, such as a = z sin(z), and let it learn.""")

# %% A picture


def draw_fits():
    curves = {"true curve": (X[:, 0], truth[:, 0])} | {
        name: (X[:, 0], fit) for name, fit in fits.items()
    }
    figure = plots.lines(curves, title="Bumps, fitted with two losses", x="x", y="y")
    figure.axes[0].scatter(X, y, s=12, color="#888888", zorder=1)
    return figure


picture("your-own-layer", draw_fits)
