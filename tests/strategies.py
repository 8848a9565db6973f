"""What the contracts feed to ops: arrays of any size, made from a short description of each input.

An op whose inputs are all rows of one shape, and whose other parameters are floats > 0, needs no
entry. Any other gets a line in INPUTS:

    "affine": {"x": "N D", "W": "D U", "b": "U"}

A string is a shape: N is the number of rows, another letter a size of 1 to 4, * any axes or none,
and "" a number. A function (rng, sizes) makes what must not be just any numbers: labels,
variances, attributes. A tuple of descriptions is a choice.
"""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from chainrule import equations
from chainrule.graph.operation import Op

quick = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


# ---------------------------------------------------------------- what exists


def find_ops():
    """Return every op of the graph, the ops, the layers and the losses, by name."""
    found = {}
    for package in ("chainrule.ops", "chainrule.layers", "chainrule.losses"):
        path = import_module(package).__path__
        for name in [
            "chainrule.graph.arithmetic",
            "chainrule.graph.matmul",
            *(f"{package}.{module.name}" for module in iter_modules(path)),
        ]:
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


def answers(rng, sizes):
    return rng.integers(0, 2, (sizes["N"], *sizes["*"])).astype(float)


def twice_the_targets(rng, sizes):
    return rng.normal(size=(sizes["N"], 2 * sizes["K"]))


def above_zero(rng, sizes):
    return rng.uniform(0.5, 2.0, (sizes["N"], *sizes["*"]))


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


def windows(size, stride):
    """Describe images with room for some windows, and with pixels that no window reaches."""

    def image(rng, sizes):
        room = zip((sizes["T"] // 2, sizes["U"] // 3), size, stride, strict=True)
        down, across = (k + more % 6 * s + sizes["D"] % s for more, k, s in room)
        return rng.normal(size=(sizes["N"] % 60 + 1, down, across, sizes["C"]))

    return {"x": image, "size": lambda rng, sizes: size, "stride": lambda rng, sizes: stride}


def always(value):
    return lambda rng, sizes: value


def channels_in(groups):
    """Describe groups of several channels.

    With only two nearly equal numbers, float32 would keep no digits of the difference from their
    mean.
    """

    def image(rng, sizes):
        return rng.normal(size=(sizes["N"], *sizes["*"], groups * (sizes["C"] // 3 + 4)))

    return {"x": image, "groups": always(groups), "eps": number(1e-5, 1e-3)}


WINDOWS = tuple(
    windows(size, stride)
    for size, stride in [
        ((2, 2), (2, 2)),
        ((3, 2), (1, 2)),
        ((2, 3), (2, 3)),
        ((2, 1), (3, 4)),
        ((1, 3), (2, 2)),
    ]
)


def convolution(
    kernel, stride, padding, dilation, groups=1, depthwise=False, bias=True, transposed=False
):
    """Describe a convolution whose image has room for some positions of the kernel."""

    def channels(sizes):
        return groups if depthwise else (sizes["C"] // 2 + 1) * groups

    def image(rng, sizes):
        return rng.normal(size=(sizes["N"] % 50, *places(sizes), channels(sizes)))

    def places(sizes):
        more = (sizes["T"] // 2 % 12, sizes["D"] // 3)
        axes = zip(more, kernel, padding[::2], padding[1::2], dilation, strict=False)
        if transposed:  # of an output of at least one pixel
            return tuple(
                n + max(0, first + last - d * (k - 1)) + 1 for n, k, first, last, d in axes
            )
        return tuple(max(1, n + d * (k - 1) + 1 - first - last) for n, k, first, last, d in axes)

    def size(rng, sizes):
        axes = zip(
            places(sizes), kernel, stride, padding[::2], padding[1::2], dilation, strict=True
        )
        rest = sizes["V"]  # the pixels at the end that no kernel reaches
        return tuple(
            (n - 1) * s + d * (k - 1) + 1 - first - last + rest % s
            for n, k, s, first, last, d in axes
        )

    def weights(rng, sizes):
        return rng.normal(size=(*kernel, channels(sizes) // groups, filters(sizes)))

    def filters(sizes):
        return groups if depthwise else groups * (sizes["U"] // 2 + 1)

    def biases(rng, sizes):
        return rng.normal(size=filters(sizes))

    SHARED.update({weights, biases})
    attrs = {"stride": stride, "padding": padding, "dilation": dilation}
    inputs = {"x": image, "W": weights} | ({"b": biases} if bias else {})
    return (
        inputs
        | {name: lambda rng, sizes, value=value: value for name, value in attrs.items()}
        | ({"size": size} if transposed else {})
    )


def convolutions(**about):
    return (
        convolution((3, 2), (1, 1), (0, 0, 0, 0), (1, 1), **about),
        convolution((3, 3), (2, 3), (1, 2, 0, 1), (1, 1), **about),
        convolution((2, 3), (1, 2), (1, 0, 2, 1), (2, 1), groups=2, **about),
        convolution((2, 1), (1, 1), (0, 1, 0, 0), (1, 2), groups=3, **about),
        convolution((3, 2), (2, 1), (1, 1, 0, 1), (1, 1), groups=19, depthwise=True, **about),
        convolution(
            (2, 2), (1, 1), (4, 4, 3, 3), (3, 3), groups=2, **about
        ),  # more zeros than twins have room for
        *(
            ()
            if about.get("transposed")
            else (
                convolution((3,), (2,), (1, 1), (1,), **about),
                convolution((2,), (1,), (4, 4), (3,), **about),
            )
        ),
    )


SHARED = set()  # functions whose arrays belong to all examples
SCALE = number(1.0, 0.5, 1 / 3)
ELEMENTWISE = {"p": "N *", "y": "N *", "scale": SCALE}
SCORES = {"z": "N *", "y": "N *", "scale": SCALE}

INPUTS = {
    "affine": {"x": "N D", "W": "D U", "b": "U"},
    "linear": {"x": "N D", "W": "D U"},
    "convolve": convolutions(bias=False),
    "convolve_affine": convolutions(),
    "transpose_convolve": convolutions(bias=False, transposed=True),
    "transpose_convolve_affine": convolutions(transposed=True),
    "matmul": ({"a": "N D U", "b": "N U K"}, {"a": "N * U", "b": "U K"}),
    "concatenate": {"a": "N D U", "b": "N K U", "axis": lambda rng, sizes: 1},
    "scale": {"a": "N *", "factor": number(0.0, 0.3, -2.0)},
    "shift": {"a": "N *", "by": number(0.0, 0.3, -2.0)},
    "reciprocal": {"a": above_zero},
    "shift_columns": {"a": "N * C", "b": "C"},
    "scale_columns": {"a": "N * C", "b": "C"},
    "take_columns": {
        "x": "N D",
        "start": lambda rng, sizes: int(rng.integers(sizes["D"])),
        "stop": lambda rng, sizes: sizes["D"],
    },
    "take_step": {"x": "N T *", "t": lambda rng, sizes: int(rng.integers(sizes["T"]))},
    "reshape": {"x": "N D U", "shape": another_shape},
    "softmax": {"z": "N * K"},
    "log_softmax": {"z": "N * K"},
    "leaky_relu": {"z": "N *", "slope": number(0.0, 0.01, 0.5)},
    "elu": {"z": "N *", "alpha": number(1.0, 0.7)},
    "dropout": {
        "x": "N *",
        "key": key,
        "row": rows_of_the_data_set,
        "rate": number(0.0, 0.5, 0.9),
        "path": whole(0, 2**32),
    },
    "alpha_dropout": {
        "x": "N *",
        "key": key,
        "row": rows_of_the_data_set,
        "lowest": number(-1.75, 0.5),
        "rate": number(0.0, 0.5, 0.9),
        "path": whole(0, 2**32),
    },
    "spatial_dropout": {
        "x": "N * C",
        "key": key,
        "row": rows_of_the_data_set,
        "rate": number(0.0, 0.5, 0.9),
        "path": whole(0, 2**32),
    },
    "gaussian_noise": {
        "x": "N *",
        "key": key,
        "row": rows_of_the_data_set,
        "std": number(0.0, 0.3, 2.0),
        "path": whole(0, 2**32),
    },
    "prelu": {"z": "N * C", "alpha": "C"},
    "max_pool": WINDOWS,
    "average_pool": WINDOWS,
    "channels_last": {"x": "N C T D"},
    "up_sample": tuple({"x": "N T D C", "size": always(size)} for size in [(2, 2), (1, 3)]),
    "pad": tuple(
        {"x": "N T D C", "padding": always(sides)}
        for sides in [(1, 1, 1, 1), (0, 2, 1, 0), (0, 0, 0, 3)]
    ),
    "standardise_groups": tuple(channels_in(groups) for groups in (1, 2, 3)),
    "look_up": {"x": indices, "W": "V U"},
    "sum_rows": {"x": "N * C"},
    "mean_rows": {"x": "N * C", "N": total},
    "variance_rows": {"x": "N * C", "mu": "C", "N": total},
    "count_positions": {"N": total, "positions": whole(1, 100)},
    "normalise": {
        "x": "N * C",
        "mu": "C",
        "v": variances,
        "gamma": "C",
        "beta": "C",
        "eps": number(1e-5, 1e-3),
    },
    "center_and_scale": {"x": "N * C", "mu": "C", "sigma": variances},
    "standardise": {"x": "N * C", "eps": number(1e-5, 1e-3)},
    "scale_and_shift": {"h": "N * C", "gamma": "C", "beta": "C"},
    "weighted_sum": {"l": "N", "c": "N"},
    "penalise": {"D": "", "lam": "", "Omega": ""},
    "l1_norm": {"W": "D *"},
    "half_squared_norm": {"W": "D *"},
    "l1_of_rows": {"x": "N C *"},
    "half_square_of_rows": {"x": "N C *"},
    "transpose": {"W": "D U"},
    "focal": SCORES | {"y": answers, "gamma": number(2.0, 0.0, 0.5), "alpha": number(0.25, 0.5)},
    "gaussian_nll": {"z": twice_the_targets, "y": "N K"},
    "means_and_deviations": {"z": twice_the_targets},
    "cosine_distance": {"p": "N K", "y": "N K", "eps": number(1e-12)},
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
}

SHARED.update({variances, total, key})


def described(op):
    """Return the description of an op's inputs: its line in INPUTS, or what its signature says."""
    if op.name in INPUTS:
        return INPUTS[op.name]
    parameters = op.signature.parameters.values()
    return {p.name: SCALE if p.annotation in (float, "float") else "N *" for p in parameters}


# ---------------------------------------------------------------- cases


@dataclass
class Case:
    """One call of one op.

    Its arrays are read-only: an op that writes into an input fails everywhere.
    """

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
        """Return some gradient of the output."""
        return frozen(self.rng.normal(size=np.shape(y)).astype(y.dtype))

    def change(self, function):
        """Return the case with other arrays: function(array, is it one per example)."""
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
    """Draw a call of an op. Sizes are drawn (and shrink); the numbers follow from a drawn seed."""
    names = equations.parameters(op.forward)
    specs = described(op)
    specs = draw(st.sampled_from(specs)) if isinstance(specs, tuple) else specs
    size = st.integers(1, 4)
    sizes = {letter: draw(size) for letter in "CDTUV"} | {
        "K": draw(st.integers(2, 4)),
        "N": draw(st.integers(*rows)),
    }
    sizes["*"] = draw(st.sampled_from([(), (3,), (2, 3)]))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs, attrs, row, free = [], {}, [], []
    for name in names:
        spec = specs[name]
        if isinstance(spec, str):
            shape = [
                n for word in spec.split() for n in (sizes["*"] if word == "*" else (sizes[word],))
            ]
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
