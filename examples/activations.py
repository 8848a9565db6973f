"""Eleven activations and their slopes; where gradients vanish.

J. Loy's "How to build your own Neural Network from scratch in Python" (2018) ends with things to
try, other activations among them. Readers also stack more layers of its sigmoid function, and the
network stops learning. The reason is one number: the sigmoid's slope is at most 1/4, and the chain
rule multiplies a slope for every layer on the way back.
"""

import numpy as np

import chainrule as cr
from chainrule import plots
from chainrule.lessons import introduce, notice, picture, table, title, try_next

introduce(__doc__)

ACTIVATIONS = (
    cr.Sigmoid(),
    cr.Tanh(),
    cr.Softsign(),
    cr.ReLU(),
    cr.LeakyReLU(),
    cr.ELU(),
    cr.SELU(),
    cr.GELU(),
    cr.SiLU(),
    cr.Softplus(),
    cr.Identity(),
)


def name_of(activation):
    return type(activation).__name__


# %% Value and slope of each, by the ops themselves


def value_and_slope(activation):
    """Return two functions of z (n,): the layer's value, and its derivative by the chain rule."""
    program = cr.trace((activation,), cr.SquaredError(), (1,)).predict
    output = program.values[program.output].symbol
    nothing = np.zeros(0)  # an activation has no parameters

    def value(z):
        net = cr.Network(activation, loss=cr.SquaredError(), inputs=(1,), dtype="float64")
        return net.predict(z[:, None])[:, 0]

    def slope(z):
        seeds = {output: np.ones((len(z), 1))}  # da = 1, so dx is the derivative
        return cr.vjp(program, nothing, {"x": z[:, None]}, seeds=seeds, wrt=("x",))["x"][:, 0]

    return value, slope


title("Eleven activations and their slopes, computed by their own ops")
curves = {name_of(activation): value_and_slope(activation) for activation in ACTIVATIONS}
places = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
everywhere = np.linspace(-10, 10, 4001)
rows = []
for name, (value, slope) in curves.items():
    numbers = [
        f"{number:.3f}"
        for pair in zip(value(places), slope(places), strict=True)
        for number in pair
    ]
    rows.append([name, *numbers[:2], *numbers[4:6], *numbers[8:], f"{slope(everywhere).max():.3f}"])
table(["activation", "f(-3)", "slope", "f(0)", "slope", "f(3)", "slope", "largest slope"], rows)
largest = curves["Sigmoid"][1](everywhere).max()
print(
    f"\nTen sigmoid layers: their slopes alone leave {largest:.2f}^10 = {largest**10:.0e} "
    "of a gradient."
)

# %% Ten layers of each: how much gradient arrives where

DEPTH, UNITS = 10, 32
X, y = cr.datasets.digits()
X_train, y_train, X_test, y_test = cr.datasets.split(X / 16, y, seed=0)
INIT = {"Sigmoid": cr.initializers.GlorotUniform(), "Tanh": cr.initializers.GlorotUniform()}
INIT |= {"SELU": cr.initializers.LeCunNormal(), "Identity": cr.initializers.GlorotUniform()}


def deep(activation):
    """Return ten hidden layers with the activation's usual starting weights, then the outputs."""
    init = INIT.get(name_of(activation), cr.initializers.HeNormal())
    hidden = [layer for _ in range(DEPTH) for layer in (cr.Dense(UNITS, init=init), activation)]
    return cr.Network(*hidden, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), seed=0)


title(f"{DEPTH} hidden layers on the digits: the length of the gradient, layer by layer")
norms, accuracies = {}, {}
for activation in ACTIVATIONS:
    net = deep(activation).build(X_train, y_train)
    _, gradient = net.loss_and_grad(X_train, y_train)
    norms[name_of(activation)] = [
        float(np.linalg.norm(gradient[f"W{k}"])) for k in range(1, DEPTH + 1)
    ]
    net.fit(X_train, y_train, optimizer=cr.Adam(lr=0.002), epochs=10, verbose=0)
    accuracies[name_of(activation)] = cr.metrics.accuracy(y_test, net.predict(X_test))
SHOWN = (1, 2, 4, 6, 8, 10)
rows = [
    [
        name,
        *(f"{each[k - 1]:.0e}" for k in SHOWN),
        f"{each[0] / each[-1]:.0e}",
        f"{accuracies[name]:.3f}",
    ]
    for name, each in norms.items()
]
table(["|dW| in layer", *SHOWN, "1st / 10th", "accuracy"], rows)
print("\nGradients before training; accuracy on unseen digits after 10 epochs of Adam.")
sigmoid, relu = (norms[name][0] / norms[name][-1] for name in ("Sigmoid", "ReLU"))
notice(f"""The first of ten sigmoid layers gets {sigmoid:.0e} of the last one's gradient, and after
    10 epochs the network reads {accuracies["Sigmoid"]:.0%} of the digits; of ten ReLU layers the
    first gets {relu:.1g} times the last one's, and it reads {accuracies["ReLU"]:.0%}. Nothing but
    the slope of the activation (and the starting weights that go with it) has been changed.""")
try_next("""Let DEPTH be 20: which activations still pass the gradient down? Take He's starting
    weights for tanh, too (INIT), or Glorot's for ReLU. Next, `batch-norm` repairs the sigmoid from
    inside.""")

# %% Pictures

picture("activations", lambda: plots.activation_curves(curves))


def draw_depth():
    return plots.lines(
        norms,
        title="Where gradients vanish: ten hidden layers, before training",
        x="layer",
        y="|dW|",
        log_y=True,
    )


picture("activations-depth", draw_depth)
