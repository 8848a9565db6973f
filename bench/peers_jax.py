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
    BETA1,
    BETA2,
    EPS,
    LR,
    NEURON_STEPS,
    NEURON_W,
    NEURON_Y,
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
)


def load(cores):
    jax.devices()  # starts the back end
    workloads = {
        "neuron": neuron,
        "two-layer": two_layer,
        "predict": predict,
        "forward": forward,
        "adam": adam,
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
