"""A user's ops, layers, loss and penalty, without twins in C, to test the native engine."""

import numpy as np

import chainrule as cr
from chainrule import random
from chainrule.graph.operation import op
from chainrule.layers.dense import linear
from chainrule.settings import Settings

RNG = np.random.default_rng(3)
X, Y = RNG.normal(size=(300, 9)), RNG.normal(size=(300, 4))
ENGINES = ("native", "reference")


# ---------------------------------------------------------------- ops of every kind


@op
def tanh(z):
    """a = tanh(z)"""
    return np.tanh(z)


@tanh.gradient
def tanh_backward(da, a, z):
    """dz = da (1 − a²)"""
    return (da * (1 - a * a),)


@op
def bump(z, r, power):
    """a = exp(−r z²) power"""
    return np.exp(-r * z**2) * power


@bump.gradient
def bump_backward(da, a, z, r, power):
    """dz = −2 da a r z,   dr = −Σₙ da a z²"""
    return -2 * da * a * r * z, -(da * a * z**2).sum(axis=0)


@op
def moment(x, N):
    """m = Σₙ x² / N"""
    return (x * x).sum(axis=0) / N


@moment.gradient
def moment_backward(dm, m, x, N):
    """dx = 2 dm x / N"""
    return 2 * dm * x / N, None


@op
def spread(x, m, N):
    """v = Σₙ (x − m)² / N"""
    return ((x - m) ** 2).sum(axis=0) / N


@spread.gradient
def spread_backward(dv, v, x, m, N):
    """dx = 2 dv (x − m) / N,   dm = −2 Σₙ dv (x − m) / N"""
    dx = 2 * dv * (x - m) / N
    return dx, -dx.sum(axis=0), None


@op
def ratio(m, v):
    """q = m / (1 + v)"""
    return m / (1 + v)


@ratio.gradient
def ratio_backward(dq, q, m, v):
    """dm = dq / (1 + v),   dv = −dq q / (1 + v)"""
    return dq / (1 + v), -dq * q / (1 + v)


@op
def shrink(x, m, s):
    """u = x / (1 + m s)"""
    return x / (1 + m * s)


@shrink.gradient
def shrink_backward(du, u, x, m, s):
    """dx = du / (1 + m s),   dm = −Σₙ du u s / (1 + m s),   ds = −Σₙ du u m / (1 + m s)"""
    each = du * u / (1 + m * s)
    return du / (1 + m * s), -(each * s).sum(axis=0), -(each * m).sum(axis=0)


@op
def unit(V):
    """W = V / √(Σ V²)"""
    return V / np.sqrt((V * V).sum())


@unit.gradient
def unit_backward(dW, W, V):
    """dV = (dW − W Σ W dW) / √(Σ V²)"""
    return ((dW - W * (W * dW).sum()) / np.sqrt((V * V).sum()),)


@op
def half(W):
    """H = W / 2"""
    return W / 2


@half.gradient
def half_backward(dH, H, W):
    """dW = dH / 2"""
    return (dH / 2,)


def drawn(x, key, row, path):
    return random.uniform(key, random.SAMPLE, path, row, x.shape[1])  # float64, whatever x is


@op
def noise(x, key, row, path):
    """h = x (1 + mask(key, row, path))"""
    return x * (1 + drawn(x, key, row, path))


@noise.gradient
def noise_backward(dh, h, x, key, row, path):
    """dx = dh (1 + mask(key, row, path))"""
    return dh * (1 + drawn(x, key, row, path)), None, None


@op
def cauchy(p, y):
    """l = Σₖ log(1 + (p − y)²)"""
    return np.log(1 + (p - y) ** 2).sum(axis=1)


@cauchy.gradient
def cauchy_backward(dl, l, p, y):
    """dp = 2 dl (p − y) / (1 + (p − y)²)"""
    return 2 * dl[:, None] * (p - y) / (1 + (p - y) ** 2), None


@op
def quartic(W):
    """Omega = Σ W² W²"""
    return (W**4).sum()


@quartic.gradient
def quartic_backward(dOmega, Omega, W):
    """dW = 4 dOmega W³"""
    return (4 * dOmega * W**3,)


@op
def signs(z):
    """s = sign(z)"""
    return np.sign(z)


@op
def product(a, b):
    """m = a b"""
    return a * b


@product.gradient
def product_backward(dm, m, a, b):
    """da = dm b,   db = dm a"""
    return dm * b, dm * a


# ---------------------------------------------------------------- layers of them


class Tanh(cr.Layer):
    def __call__(self, z):
        return tanh(z)


class Bump(cr.Layer):
    def __call__(self, z):
        return bump(z, z.tape.param("r", z.shape[1:], cr.initializers.Constant(0.3)), power=0.7)


class Shrink(cr.Layer):
    """Examples meet: a statistic of the batch, and state that follows it."""

    def __call__(self, x):
        s = x.tape.param("s", x.shape[1:], cr.initializers.Constant(0.5))
        running = x.tape.state("running", x.shape[1:], cr.initializers.Constant(1.0))
        if x.tape.mode != "train":
            return shrink(x, running, s)
        m = moment(x, x.tape.input("N", ()))
        x.tape.move(running, to=m, rate=0.1)
        return shrink(x, m, s)


class Crossed(cr.Layer):
    """The gradient of m comes from a step that runs once, and from shards, which wait for v."""

    def __call__(self, x):
        if x.tape.mode != "train":
            return x
        N = x.tape.input("N", ())
        m = half(moment(x, N))
        q = ratio(m, spread(x, m, N))
        return shrink(x, q, x.tape.param("s", x.shape[1:], cr.initializers.Constant(0.5)))


class UnitDense(cr.Layer):
    """Weights of length 1, and half of them again: the shards' gradients are added first."""

    def __call__(self, x):
        D = x.shape[1]
        W = unit(x.tape.param("V", (D, D), cr.initializers.GlorotUniform()))
        return linear(linear(x, W), half(W))


class Noise(cr.Layer):
    def __call__(self, x):
        if x.tape.mode != "train":
            return x
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        return noise(x, key, row, path=random.path_hash(x.tape.scope))


class Gate(cr.Layer):
    """No gradient flows through the signs."""

    def __call__(self, z):
        return product(z, signs(z))


class Cauchy(cr.Loss):
    def __call__(self, z, y):
        return cauchy(z, y)


class Quartic(Settings):
    rate: float = 0.01

    def terms(self):
        return ((self.rate, quartic),)


NETWORKS = {
    "row op": (cr.Dense(20), Tanh(), cr.Dense(4)),
    "first": (Tanh(), cr.Dense(4)),
    "parameter": (cr.Dense(20), Bump(), cr.Dense(4)),
    "reduction": (cr.Dense(20), Shrink(), cr.Tanh(), cr.Dense(4)),
    "crossed": (cr.Dense(20), Crossed(), cr.Dense(4)),
    "shared op": (UnitDense(), cr.Tanh(), cr.Dense(4)),
    "random": (cr.Dense(20), Noise(), cr.Dense(4)),
    "without a gradient": (cr.Dense(20), Gate(), cr.Dense(4)),
    "penalty": (cr.Dense(20, penalty=Quartic()), cr.Tanh(), cr.Dense(4)),
    "inside others": (
        cr.Dense(8),
        cr.Residual(cr.Sequential(cr.Dense(8), Tanh()), Bump()),
        cr.Dense(4),
    ),
    "all at once": (cr.Dense(8), Shrink(), Noise(), UnitDense(), Bump(), cr.Dense(4)),
}


def network(name, engine="native", dtype="float32", **settings):
    settings = {"loss": cr.SquaredError(), "seed": 2} | settings
    return cr.Network(*NETWORKS[name], inputs=(9,), dtype=dtype, engine=engine, **settings)


def trained(
    name, engine="native", dtype="float32", epochs=5, batch_size=30, optimizer=None, **settings
):
    net = network(name, engine, dtype, **settings)
    net.fit(X, Y, epochs=epochs, batch_size=batch_size, optimizer=optimizer, verbose=0)
    return net


def close(a, b, dtype, share=1.0):
    limit = {"float32": 1e-6, "float64": 1e-12}[str(dtype)] * share
    return np.abs(np.asarray(a) - b).max() <= limit * np.abs(b).max()
