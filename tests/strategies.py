"""What the contracts feed to ops: arrays of any size, found from a short description of each op's inputs.

An op whose inputs are all rows of one shape needs no entry. Any other gets a line in INPUTS:

    "affine": {"x": "N D", "W": "D U", "b": "U"}

A word is a shape: N is the number of rows, another letter a size of 1 to 4, * any axes or none, "" a number.
A function (rng, sizes) makes what must not be just any numbers: labels, variances, attributes. A tuple of descriptions
is a choice.
"""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from chainrule import equations
from chainrule.operation import Op

quick = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


# ---------------------------------------------------------------- what exists


def find_ops():
    """Every op of chainrule.graph, chainrule.ops, chainrule.layers and chainrule.losses, by name."""
    found = {}
    for package in ("chainrule.ops", "chainrule.layers", "chainrule.losses"):
        path = import_module(package).__path__
        for name in ["chainrule.graph", *(f"{package}.{module.name}" for module in iter_modules(path))]:
            for value in vars(import_module(name)).values():
                if isinstance(value, Op) and value.forward.__module__ == name:
                    assert found.get(value.name, value) is value, f"two ops are called {value.name}"
                    found[value.name] = value
    return found


OPS = find_ops()


# ---------------------------------------------------------------- descriptions of inputs


def labels(rng, sizes):
    return rng.integers(0, sizes["K"], sizes["N"]).astype(np.int32)


def indices(rng, sizes):
    return rng.integers(0, sizes["V"], (sizes["N"], *sizes["*"])).astype(np.int32)


def distributions(rng, sizes):
    return rng.dirichlet(np.full(sizes["K"], 0.5), sizes["N"])


def signs(rng, sizes):
    return rng.choice([-1.0, 1.0], (sizes["N"], *sizes["*"]))


def fractions(rng, sizes):
    return rng.random((sizes["N"], *sizes["*"]))


def counts(rng, sizes):
    return rng.poisson(2.0, (sizes["N"], *sizes["*"])).astype(float)


def variances(rng, sizes):
    return rng.uniform(0.2, 2.0, sizes["C"])


def total(rng, sizes):
    return np.array(float(max(1, sizes["N"])))


def key(rng, sizes):
    return np.array([rng.integers(2**31), rng.integers(1000)], np.int32)


def rows_of_the_data_set(rng, sizes):
    return rng.permutation(1000)[: sizes["N"]].astype(np.int32)


def number(*choices):
    return lambda rng, sizes: float(rng.choice(choices))


def whole(low, high):
    return lambda rng, sizes: int(rng.integers(low, high))


def another_shape(rng, sizes):
    return (sizes["U"], 1, sizes["D"])


SCALE = number(1.0, 0.5, 1 / 3)
ELEMENTWISE = {"p": "N *", "y": "N *", "scale": SCALE}
SCORES = {"z": "N *", "y": "N *", "scale": SCALE}

INPUTS = {
    "affine": {"x": "N D", "W": "D U", "b": "U"},
    "linear": {"x": "N D", "W": "D U"},
    "matmul": ({"a": "N D U", "b": "N U K"}, {"a": "N * U", "b": "U K"}),
    "concatenate": {"a": "N D U", "b": "N K U", "axis": lambda rng, sizes: 1},
    "scale": {"a": "N *", "factor": number(0.0, 0.3, -2.0)},
    "take_step": {"x": "N T *", "t": lambda rng, sizes: int(rng.integers(sizes["T"]))},
    "reshape": {"x": "N D U", "shape": another_shape},
    "softmax": {"z": "N * K"},
    "log_softmax": {"z": "N * K"},
    "leaky_relu": {"z": "N *", "slope": number(0.0, 0.01, 0.5)},
    "elu": {"z": "N *", "alpha": number(1.0, 0.7)},
    "dropout": {
        "x": "N *", "key": key, "row": rows_of_the_data_set, "rate": number(0.0, 0.5, 0.9), "path": whole(0, 2**32),
    },
    "look_up": {"x": indices, "W": "V U"},
    "sum_rows": {"x": "N * C"},
    "mean_rows": {"x": "N * C", "N": total},
    "variance_rows": {"x": "N * C", "mu": "C", "N": total},
    "count_positions": {"N": total, "positions": whole(1, 100)},
    "normalise": {"x": "N * C", "mu": "C", "v": variances, "gamma": "C", "beta": "C", "eps": number(1e-5, 1e-3)},
    "standardise": {"x": "N * C", "eps": number(1e-5, 1e-3)},
    "scale_and_shift": {"h": "N * C", "gamma": "C", "beta": "C"},
    "weighted_sum": {"l": "N", "c": "N"},
    "penalise": {"D": "", "lam": "", "Omega": ""},
    "l1_norm": {"W": "D *"},
    "half_squared_norm": {"W": "D *"},
    "squared_error": ELEMENTWISE,
    "absolute_error": ELEMENTWISE,
    "log_cosh": ELEMENTWISE,
    "huber": ELEMENTWISE | {"delta": number(1.0, 0.3)},
    "quantile_loss": ELEMENTWISE | {"q": number(0.5, 0.9)},
    "poisson": SCORES | {"y": counts},
    "hinge": SCORES | {"y": signs},
    "squared_hinge": SCORES | {"y": signs},
    "sigmoid_cross_entropy": SCORES | {"y": fractions},
    "softmax_cross_entropy": {"z": "N K", "y": labels},
    "smoothed_cross_entropy": {"z": "N K", "y": labels, "rate": number(0.1, 0.5)},
    "distribution_cross_entropy": {"z": "N K", "y": distributions},
    "kl_divergence": {"z": "N K", "y": distributions},
    "smooth": {"y": distributions, "rate": number(0.0, 0.1)},
}  # fmt: skip

SHARED = {variances, total, key}  # functions whose arrays belong to all examples


# ---------------------------------------------------------------- cases


@dataclass
class Case:
    """One call of one op. Its arrays are read-only: an op that writes into an input fails everywhere."""

    op: Op
    inputs: list
    attrs: dict
    rows: list  # which inputs are one per example
    free: list  # which inputs may be any numbers
    cut: int  # where the rows are cut in two
    rng: np.random.Generator

    def forward(self, inputs=None):
        return self.op.forward(*(self.inputs if inputs is None else inputs), **self.attrs)

    def backward(self, dy, y, inputs=None):
        return self.op.backward(dy, y, *(self.inputs if inputs is None else inputs), **self.attrs)

    def seed(self, y):
        """Some gradient that flows into the output."""
        return frozen(self.rng.normal(size=np.shape(y)).astype(y.dtype))

    def change(self, function):
        """The same case with other arrays: function(array, is it one per example)."""
        inputs = [frozen(function(a, row)) for a, row in zip(self.inputs, self.rows, strict=True)]
        return Case(self.op, inputs, self.attrs, self.rows, self.free, self.cut, self.rng)

    def part(self, rows):
        return self.change(lambda a, row: a[rows] if row else a)


def frozen(array):
    array = np.array(array)
    array.setflags(write=False)
    return array


@st.composite
def cases(draw, op, rows=(1, 5)):
    """Sizes are drawn (and shrink); the numbers follow from a drawn seed."""
    names = equations.parameters(op.forward)
    specs = INPUTS.get(op.name, dict.fromkeys(names, "N *"))
    specs = draw(st.sampled_from(specs)) if isinstance(specs, tuple) else specs
    size = st.integers(1, 4)
    sizes = {letter: draw(size) for letter in "CDTUV"} | {"K": draw(st.integers(2, 4)), "N": draw(st.integers(*rows))}
    sizes["*"] = draw(st.sampled_from([(), (3,), (2, 3)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs, attrs, row, free = [], {}, [], []
    for name in names:
        spec = specs[name]
        if isinstance(spec, str):
            shape = [n for word in spec.split() for n in (sizes["*"] if word == "*" else (sizes[word],))]
            value = np.asarray(rng.normal(size=shape))
        else:
            value = spec(rng, sizes)
        if isinstance(value, np.ndarray):
            inputs.append(frozen(value))
            free.append(isinstance(spec, str))
            row.append(spec.startswith("N") if isinstance(spec, str) else spec not in SHARED)
        else:
            attrs[name] = value
    return Case(op, inputs, attrs, row, free, draw(st.integers(0, sizes["N"])), rng)
