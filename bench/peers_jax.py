"""JAX: jit with donated buffers, a whole epoch (or all steps of the four rows) in one lax.scan.

With convolutions each step is a call: inside a loop XLA uses its slow convolution, which takes
fourteen times as long.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.nn import logsumexp, relu, sigmoid, softmax
from peers_workloads import (
    BATCH_NORM,
    BETA1,
    BETA2,
    EPS,
    LR,
    NEURON_STEPS,
    NEURON_W,
    NEURON_Y,
    RESIDUAL_PREDICTED,
    RESIDUAL_STRIP,
    STRIP,
    TASKS,
    X4,
    XOR_STEPS,
    XOR_W1,
    XOR_W2,
    XOR_Y,
    adam_vectors,
    digits,
    one_row,
    predicted,
    residual,
)


def load(cores):
    jax.devices()  # starts the back end
    workloads = {
        "neuron": neuron,
        "two-layer": two_layer,
        "predict": predict,
        "forward": forward,
        "adam": adam,
        "residual": fit_residual,
        "forward residual": predict_residual,
    }
    return jax.__version__, workloads | dict.fromkeys(TASKS, fit)


def nothing():
    """Restore the start before a run."""


def descend(start, steps, loss_of):
    """Run gradient descent with lr 1 in float64, history included."""

    def step(weights, _):
        loss, gradients = jax.value_and_grad(loss_of)(weights)
        return [w - g for w, g in zip(weights, gradients, strict=True)], loss

    all_steps = jax.jit(lambda weights: jax.lax.scan(step, weights, None, steps), donate_argnums=0)

    def run():
        with jax.enable_x64(True):
            _, losses = all_steps([jnp.array(w) for w in start])
            return np.asarray(losses)[-1]

    return nothing, run


def neuron(_):
    return descend(
        [NEURON_W], NEURON_STEPS, lambda w: ((sigmoid(X4 @ w[0]) - NEURON_Y) ** 2).sum() / 2
    )


def two_layer(_):
    return descend(
        [XOR_W1, XOR_W2],
        XOR_STEPS,
        lambda w: ((sigmoid(sigmoid(X4 @ w[0]) @ w[1]) - XOR_Y) ** 2).sum(),
    )


def adam_step(t, theta, g, m, v):
    m, v = m + (1 - BETA1) * (g - m), v + (1 - BETA2) * (g * g - v)
    return theta - LR * (m / (1 - BETA1**t)) / (jnp.sqrt(v / (1 - BETA2**t)) + EPS), m, v


def logits(parameters, x, paddings=(), pool=None):
    for k, padding in enumerate(paddings):
        W, b = parameters[2 * k : 2 * k + 2]
        z = jax.lax.conv_general_dilated(
            x, W, (1, 1), padding.upper(), dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = pool(relu(z + b))
    x = x.reshape(len(x), -1)
    for k in range(2 * len(paddings), len(parameters), 2):
        x = x @ parameters[k] + parameters[k + 1]
        if k + 2 < len(parameters):
            x = relu(x)
    return x


def pooled_to_learn(x):
    """Return the maxima of 2×2 pixels; windows of reduce_window have a slow gradient."""
    n, H, W, C = x.shape
    return x[:, : H // 2 * 2, : W // 2 * 2].reshape(n, H // 2, 2, W // 2, 2, C).max((2, 4))


def pooled_to_predict(x):
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def mean_loss(parameters, x, y, paddings):
    z = logits(parameters, x, paddings, pooled_to_learn)
    return (logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], axis=1)[:, 0]).mean()


def step(state, rows, X, y, paddings):
    parameters, m, v, t = state
    x = X.at[rows].get(mode="promise_in_bounds")
    loss, g = jax.value_and_grad(mean_loss)(
        parameters, x, y.at[rows].get(mode="promise_in_bounds"), paddings
    )
    moved = [adam_step(t, *one) for one in zip(parameters, g, m, v, strict=True)]
    return (*map(list, zip(*moved, strict=True)), t + 1), loss


def epoch_of(task):
    """state, order (steps, batch), X, y -> state, loss"""
    one_step = partial(step, paddings=task.paddings)
    if not task.convolutions:

        def scanned(state, order, X, y):
            state, losses = jax.lax.scan(
                lambda state, rows: one_step(state, rows, X, y), state, order
            )
            return state, losses.mean()

        return jax.jit(scanned, donate_argnums=0)
    compiled = jax.jit(one_step, donate_argnums=0)

    def stepped(state, order, X, y):
        losses = []
        for rows in order:
            state, loss = compiled(state, rows, X, y)
            losses.append(loss)
        return state, np.mean(jax.device_get(losses))

    return stepped


def fit(name):
    task = TASKS[name]()
    X, y, start = jnp.asarray(task.X), jnp.asarray(task.y.astype(np.int32)), task.start()
    one_epoch = epoch_of(task)

    def run():
        zeros = [[jnp.zeros_like(p) for p in start] for _ in range(2)]
        state, history, rng = (
            ([jnp.array(p) for p in start], *zeros, jnp.float32(1)),
            [],
            np.random.default_rng(0),
        )
        for _ in range(task.epochs):
            order = rng.permutation(len(task.X)).astype(np.int32).reshape(task.steps, task.batch)
            state, loss = one_epoch(state, order, X, y)
            history.append(loss)
        jax.block_until_ready(state)
        return [float(loss) for loss in history][-1]

    return nothing, run


def convolved(x, W, stride=1):
    return jax.lax.conv_general_dilated(
        x, W, (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


class BatchNorm:
    """The layers of one pass, in order: each takes γ, β and running statistics off its lists."""

    def __init__(self, scales, running, training):
        self.scales, self.running, self.training = iter(scales), iter(running), training
        self.moved = []

    def __call__(self, u):
        (scale, shift), (mean, variance) = next(self.scales), next(self.running)
        if self.training:
            batch = u.mean((0, 1, 2)), u.var((0, 1, 2))
            rate = 1 - BATCH_NORM["momentum"]
            self.moved.append(
                tuple(r + rate * (b - r) for r, b in zip((mean, variance), batch, strict=True))
            )
            mean, variance = batch
        return (u - mean) * (jax.lax.rsqrt(variance + BATCH_NORM["eps"]) * scale) + shift


def residual_logits(parameters, running, x, blocks, training):
    """Return z and the running statistics after this batch."""
    (*kernels, W, b), scales = parameters
    kernels, norm = iter(kernels), BatchNorm(scales, running, training)
    x = relu(norm(convolved(x, next(kernels))))
    for C, filters, stride in blocks:
        y = relu(norm(convolved(x, next(kernels), stride)))
        y = norm(convolved(y, next(kernels)))
        x = relu(y + (x if filters == C else norm(convolved(x, next(kernels), stride))))
    return x.mean((1, 2)) @ W + b, norm.moved


def residual_start(task):
    start = list(map(jnp.array, task.start()))
    sizes = [W.shape[3] for W in start[:-2]]
    scales = [(jnp.ones(n), jnp.zeros(n)) for n in sizes]
    return (start, scales), [(jnp.zeros(n), jnp.ones(n)) for n in sizes]


def fit_residual(_):
    task = residual()
    X, y = jnp.asarray(task.X), jnp.asarray(task.y.astype(np.int32))

    def mean_of(parameters, running, x, y):
        z, running = residual_logits(parameters, running, x, task.blocks, True)
        return (logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0]).mean(), running

    def one_step(state, rows):
        parameters, running, m, v, t = state
        take = partial(jnp.take, indices=rows, axis=0)
        (loss, running), g = jax.value_and_grad(mean_of, has_aux=True)(
            parameters, running, take(X), take(y)
        )
        leaves, form = jax.tree.flatten(parameters)
        moved = [
            adam_step(t, *one) for one in zip(leaves, *map(jax.tree.leaves, (g, m, v)), strict=True)
        ]
        parameters, m, v = (jax.tree.unflatten(form, part) for part in zip(*moved, strict=True))
        return (parameters, running, m, v, t + 1), loss

    compiled = jax.jit(one_step, donate_argnums=0)

    def run():
        parameters, running = residual_start(task)
        zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
        state, losses = (parameters, running, *zeros, jnp.float32(1)), []
        order = np.random.default_rng(0).permutation(len(X)).astype(np.int32)
        for rows in order.reshape(task.steps, task.batch):
            state, loss = compiled(state, rows)
            losses.append(loss)
        jax.block_until_ready(state)
        return float(np.mean(jax.device_get(losses)))

    return nothing, run


def predict_residual(_):
    task = residual(RESIDUAL_PREDICTED)
    parameters, running = residual_start(task)
    strips = jnp.asarray(task.X.reshape(-1, RESIDUAL_STRIP, *task.X.shape[1:]))

    @jax.jit
    def function(parameters, running, x):
        return softmax(residual_logits(parameters, running, x, task.blocks, False)[0])

    def run():
        answers = [function(parameters, running, x) for x in strips]
        return np.concatenate(answers).std(axis=1).mean()

    return nothing, run


def predict(_):
    parameters, x = list(map(jnp.asarray, digits().start())), jnp.asarray(one_row())
    function = jax.jit(lambda parameters, x: softmax(logits(parameters, x)))

    def run():
        for _ in range(1000):
            function(parameters, x).block_until_ready()

    return nothing, run


def forward(name):
    task = predicted(name)
    parameters, X = (
        list(map(jnp.asarray, task.start())),
        jnp.asarray(task.X.reshape(-1, STRIP, *task.X.shape[1:])),
    )
    function = jax.jit(
        lambda parameters, X: jax.lax.map(
            lambda x: softmax(logits(parameters, x, task.paddings, pooled_to_predict)), X
        )
    )

    def run():
        return np.asarray(function(parameters, X)).std(axis=2).mean()

    return nothing, run


def adam(_):
    theta, g = map(jnp.asarray, adam_vectors())
    state = [theta, jnp.zeros_like(theta), jnp.zeros_like(theta)]
    function = jax.jit(
        lambda theta, m, v, g, t: adam_step(t, theta, g, m, v), donate_argnums=(0, 1, 2)
    )

    def run():
        state[:] = function(*state, g, 10.0)
        jax.block_until_ready(state)

    return nothing, run
