"""Slow and obvious oracles: every op once more, with only Python's arithmetic and `math`.

Nothing here imports chainrule. ORACLES has one function for each op, under the op's name.
"""

import math

import numpy as np

ORACLES = {}


def oracle(function):
    """Decorate the second definition of an op, found by its name."""
    ORACLES[function.__name__] = function
    return function


def each_entry(function):
    """Decorate a function of numbers: it becomes one of arrays of one shape."""

    def on_arrays(*arrays, **attrs):
        out = np.empty(np.shape(arrays[0]))
        for i in np.ndindex(out.shape):
            out[i] = function(*(float(a[i]) for a in arrays), **attrs)
        return out

    ORACLES[function.__name__] = on_arrays
    return function


def each_last_axis(function):
    """Decorate a function of one last axis as a list, which returns a list."""

    def on_arrays(x, **attrs):
        out = np.empty(x.shape)
        for i in np.ndindex(x.shape[:-1]):
            out[i] = function([float(v) for v in x[i]], **attrs)
        return out

    ORACLES[function.__name__] = on_arrays
    return function


def each_output(term):
    """Decorate a term of a loss: the loss is `scale` times its sum over outputs and targets."""

    def rows(outputs, targets, scale, **attrs):
        out = np.empty(len(outputs))
        for n in range(len(outputs)):
            pairs = zip(outputs[n].ravel(), targets[n].ravel(), strict=True)
            out[n] = scale * math.fsum(term(float(p), float(y), **attrs) for p, y in pairs)
        return out

    ORACLES[term.__name__] = rows
    return term


# ---------------------------------------------------------------- arithmetic


@each_entry
def add(a, b):
    return a + b


@each_entry
def subtract(a, b):
    return a - b


@each_entry
def multiply(a, b):
    return a * b


@each_entry
def shift(a, by):
    return a + by


@each_entry
def reciprocal(a):
    return 1 / a


def each_column(function):
    """Decorate a function of two numbers: one of a and of the vector b, column by column."""

    def on_arrays(a, b):
        out = np.empty(a.shape)
        for i in np.ndindex(a.shape):
            out[i] = function(a[i], b[i[-1]])
        return out

    ORACLES[function.__name__] = on_arrays
    return function


@each_column
def shift_columns(a, b):
    return a + b


@each_column
def scale_columns(a, b):
    return a * b


ORACLES["scale"] = lambda a, factor: np.array([factor * v for v in a.ravel()]).reshape(a.shape)


@oracle
def matmul(a, b):
    out = np.empty((*a.shape[:-1], b.shape[-1]))
    for *lead, i, j in np.ndindex(out.shape):
        right = b if b.ndim == 2 else b[tuple(lead)]
        out[(*lead, i, j)] = math.fsum(a[(*lead, i, k)] * right[k, j] for k in range(a.shape[-1]))
    return out


@oracle
def concatenate(a, b, axis):
    shape = list(a.shape)
    shape[axis] += b.shape[axis]
    out = np.empty(shape)
    for i in np.ndindex(out.shape):
        k = i[axis] - a.shape[axis]
        out[i] = a[i] if k < 0 else b[(*i[:axis], k, *i[axis + 1 :])]
    return out


@oracle
def take_columns(x, start, stop):
    out = np.empty((x.shape[0], stop - start))
    for n, k in np.ndindex(out.shape):
        out[n, k] = x[n, start + k]
    return out


@oracle
def take_step(x, t):
    out = np.empty((x.shape[0], *x.shape[2:]))
    for n, *rest in np.ndindex(out.shape):
        out[(n, *rest)] = x[(n, t, *rest)]
    return out


@oracle
def reshape(x, shape):
    out = np.empty((x.shape[0], *shape))
    for i, j in zip(np.ndindex(out.shape), np.ndindex(x.shape), strict=True):
        out[i] = x[j]
    return out


@oracle
def flatten(x):
    return reshape(x, (math.prod(x.shape[1:]),))


def rows_and_positions(x):
    """Return x as a list of rows of its last axis; (N,) is one column."""
    if x.ndim == 1:
        return [[float(v)] for v in x], ()
    return [[float(v) for v in x[i]] for i in np.ndindex(x.shape[:-1])], x.shape[-1:]


@oracle
def sum_rows(x):
    rows, shape = rows_and_positions(x)
    return np.array([math.fsum(column) for column in zip(*rows, strict=True)]).reshape(shape)


@oracle
def mean_rows(x, N):
    return sum_rows(x) / N


@oracle
def variance_rows(x, mu, N):
    rows, shape = rows_and_positions(x)
    columns = zip(zip(*rows, strict=True), np.atleast_1d(mu), strict=True)
    return np.array([math.fsum((v - m) ** 2 for v in column) / N for column, m in columns]).reshape(
        shape
    )


@oracle
def count_positions(N, positions):
    return np.array(float(N) * positions)


@oracle
def weighted_sum(l, c):
    return np.array(math.fsum(float(a) * float(b) for a, b in zip(l, c, strict=True)))


@oracle
def penalise(D, lam, Omega):
    return np.array(float(D) + float(lam) * float(Omega))


@oracle
def l1_norm(W):
    return np.array(math.fsum(abs(float(w)) for w in W.ravel()))


@oracle
def half_squared_norm(W):
    return np.array(math.fsum(float(w) ** 2 for w in W.ravel()) / 2)


@oracle
def l1_of_rows(x):
    return np.array([l1_norm(row) for row in x], dtype=float)


@oracle
def half_square_of_rows(x):
    return np.array([half_squared_norm(row) for row in x], dtype=float)


@oracle
def transpose(W):
    return np.array([[float(W[d, u]) for d in range(len(W))] for u in range(W.shape[1])])


# ---------------------------------------------------------------- activations


each_entry(math.exp)
each_entry(math.tanh)


@each_entry
def sigmoid(z):
    return 1 / (1 + math.exp(-z))


@each_entry
def relu(z):
    return z if z > 0 else 0.0


@each_entry
def leaky_relu(z, slope):
    return z if z > 0 else slope * z


@each_entry
def elu(z, alpha):
    return z if z > 0 else alpha * math.expm1(z)


@each_entry
def selu(z):
    scale, alpha = self_normalizing_constants()
    return scale * (z if z > 0 else alpha * math.expm1(z))


def self_normalizing_constants():
    """Return α and λ that make (mean 0, variance 1) a fixed point, Klambauer et al., eq. 14."""
    root_e, tail = math.sqrt(math.e), math.erfc(1 / math.sqrt(2))
    alpha = -math.sqrt(2 / math.pi) / (tail * root_e - 1)
    bracket = 2 * math.erfc(math.sqrt(2)) * math.e**2 + math.pi * tail**2 * math.e
    bracket += -2 * (2 + math.pi) * tail * root_e + math.pi + 2
    return (1 - tail * root_e) * math.sqrt(2 * math.pi) / math.sqrt(bracket), alpha


@each_entry
def gelu(z):
    return z * math.erfc(-z / math.sqrt(2)) / 2


@each_entry
def silu(z):
    return z * sigmoid(z)


@each_entry
def softplus(z):
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


@each_entry
def mish(z):
    return z * math.tanh(softplus(z))


@each_entry
def hard_sigmoid(z):
    return 0.0 if z <= -3 else 1.0 if z >= 3 else (z + 3) / 6


@each_entry
def relu6(z):
    return 0.0 if z <= 0 else 6.0 if z >= 6 else z


@each_entry
def softsign(z):
    return z / (1 + abs(z))


@each_last_axis
def softmax(z):
    largest = max(z)
    parts = [math.exp(v - largest) for v in z]
    return [part / math.fsum(parts) for part in parts]


@each_last_axis
def log_softmax(z):
    return [math.log(p) for p in softmax(z)]


# ---------------------------------------------------------------- layers with parameters or state


@oracle
def linear(x, W):
    return matmul(x, W)


@oracle
def affine(x, W, b):
    return np.array([[float(z) + float(b[u]) for u, z in enumerate(row)] for row in matmul(x, W)])


@oracle
def look_up(x, W):
    out = np.empty((*x.shape, W.shape[1]))
    for i in np.ndindex(x.shape):
        out[i] = [float(w) for w in W[int(x[i])]]
    return out


@oracle
def normalise(x, mu, v, gamma, beta, eps):
    out = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        c = i[-1]
        out[i] = gamma[c] * (x[i] - mu[c]) / math.sqrt(v[c] + eps) + beta[c]
    return out


@oracle
def center_and_scale(x, mu, sigma):
    out = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        out[i] = (x[i] - mu[i[-1]]) / sigma[i[-1]]
    return out


@each_last_axis
def standardise(x, eps):
    mean = math.fsum(x) / len(x)
    variance = math.fsum((v - mean) ** 2 for v in x) / len(x)
    return [(v - mean) / math.sqrt(variance + eps) for v in x]


@oracle
def scale_and_shift(h, gamma, beta):
    out = np.empty(h.shape)
    for i in np.ndindex(h.shape):
        out[i] = gamma[i[-1]] * h[i] + beta[i[-1]]
    return out


def philox(counter, key):
    """Return Philox4x32-10, computed with Python's integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(c0 * 0xD2511F53, 2**32)
        high1, low1 = divmod(c2 * 0xCD9E8D57, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


@oracle
def dropout(x, key, row, rate, path):
    """Return one word for each (row, column): word column % 4 of block column // 4; purpose 2."""
    out = np.empty(x.shape)
    seed, step = int(key[0]), int(key[1])
    for n in range(len(x)):
        for column, i in enumerate(np.ndindex(x.shape[1:])):
            word = philox((column // 4, int(row[n]), step, 2), (seed, path))[column % 4]
            stays = (word >> 8) / 2**24 >= rate
            out[(n, *i)] = x[(n, *i)] / (1 - rate) if stays else 0.0
    return out


@oracle
def alpha_dropout(x, key, row, lowest, rate, path):
    stays = dropout(np.ones(x.shape), key, row, rate, path) > 0
    out = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        out[i] = float(x[i]) if stays[i] else lowest
    return out


# ---------------------------------------------------------------- losses


@each_output
def squared_error(p, y):
    return (p - y) ** 2


@each_output
def absolute_error(p, y):
    return abs(p - y)


@each_output
def huber(p, y, delta):
    d = abs(p - y)
    return d * d / 2 if d <= delta else delta * (d - delta / 2)


@each_output
def log_cosh(p, y):
    return math.log(math.cosh(p - y))


@each_output
def quantile_loss(p, y, q):
    return q * (y - p) if y > p else (1 - q) * (p - y)


@each_output
def poisson(z, y):
    return math.exp(z) - y * z


@each_output
def hinge(z, y):
    return max(0.0, 1 - y * z)


@each_output
def squared_hinge(z, y):
    return max(0.0, 1 - y * z) ** 2


@each_output
def sigmoid_cross_entropy(z, y):
    return -y * math.log(sigmoid(z)) - (1 - y) * math.log(sigmoid(-z))


@each_output
def focal(z, y, gamma, alpha):
    p = sigmoid(z) if y == 1 else sigmoid(-z)
    return -(alpha if y == 1 else 1 - alpha) * (1 - p) ** gamma * math.log(p)


@oracle
def gaussian_nll(z, y):
    out = np.empty(len(z))
    for n in range(len(z)):
        K, terms = y.shape[1], []
        for k in range(K):
            variance = math.exp(float(z[n, K + k]))
            terms.append(math.log(variance) + float(y[n, k] - z[n, k]) ** 2 / variance)
        out[n] = math.fsum(terms) / 2
    return out


@oracle
def means_and_deviations(z):
    K = z.shape[1] // 2
    return np.array(
        [
            [float(v) if k < K else math.sqrt(math.exp(float(v))) for k, v in enumerate(row)]
            for row in z
        ]
    ).reshape(z.shape)


@oracle
def cosine_distance(p, y, eps):
    out = np.empty(len(p))
    for n in range(len(p)):
        length = math.sqrt(math.fsum(float(v) ** 2 for v in p[n]) + eps)
        out[n] = 1 - math.fsum(float(p[n, k]) * float(y[n, k]) for k in range(len(p[n]))) / length
    return out


@oracle
def distribution_cross_entropy(z, y):
    out = np.empty(len(z))
    for n in range(len(z)):
        p = softmax([float(v) for v in z[n]])
        out[n] = -math.fsum(float(y[n, k]) * math.log(p[k]) for k in range(len(p)))
    return out


@oracle
def softmax_cross_entropy(z, y):
    return distribution_cross_entropy(z, one_hot(y, z.shape[1]))


def one_hot(y, K):
    return np.array([[float(k == label) for k in range(K)] for label in y]).reshape(len(y), K)


@oracle
def smoothed_cross_entropy(z, y, rate):
    return distribution_cross_entropy(z, smooth(one_hot(y, z.shape[1]), rate))


@oracle
def smooth(y, rate):
    out = np.empty(y.shape)
    for i in np.ndindex(y.shape):
        out[i] = (1 - rate) * float(y[i]) + rate / y.shape[1]
    return out


@oracle
def kl_divergence(z, y):
    out = distribution_cross_entropy(z, y)
    for n in range(len(y)):
        out[n] += math.fsum(float(p) * math.log(p) for p in y[n] if p > 0)
    return out
