"""TensorFlow: an epoch (or all steps of the four rows) in one tf.function, with or without XLA."""

import numpy as np
import tensorflow as tf
from peers_workloads import (
    BATCH_NORM,
    BETA1,
    BETA2,
    CHAINS,
    CONVOLUTIONAL,
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


def load(cores, xla):
    tf.config.threading.set_intra_op_parallelism_threads(cores)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.constant(0.0)  # starts the run time

    def compiled(function):
        return tf.function(function, jit_compile=xla, autograph=False)

    makers = {"neuron": neuron, "two-layer": two_layer, "predict": predict, "adam": adam}
    makers |= dict.fromkeys(CHAINS, fit)
    if not xla:  # inside a loop XLA uses a slow convolution, 30 times as long
        makers |= {"forward": forward} | dict.fromkeys(CONVOLUTIONAL, fit)
        makers |= {"residual": fit_residual, "forward residual": predict_residual}
    return tf.__version__, {
        name: lambda n, make=make: make(n, compiled) for name, make in makers.items()
    }


def nothing():
    """Restore the start before a run."""


def repeated(steps, step, *state):
    """Return step(i, *state) -> state, in the graph."""
    _, *state = tf.while_loop(
        lambda i, *_: i < steps,
        lambda i, *s: (i + 1, *step(i, *s)),
        (tf.constant(0), *state),
        maximum_iterations=steps,
    )
    return state


def descend(start, steps, loss_of, compiled):
    """Run gradient descent with lr 1 in float64, history included."""

    def step(i, losses, *weights):
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = loss_of(*weights)
        gradients = tape.gradient(loss, weights)
        return losses.write(i, loss), *(w - g for w, g in zip(weights, gradients, strict=True))

    @compiled
    def all_steps(*weights):
        losses, *weights = repeated(
            steps, step, tf.TensorArray(tf.float64, steps, element_shape=()), *weights
        )
        return losses.stack(), weights

    return nothing, lambda: all_steps(*map(tf.constant, start))[0].numpy()[-1]


def neuron(_, compiled):
    def loss(w):
        return tf.reduce_sum((tf.sigmoid(X4 @ w) - NEURON_Y) ** 2) / 2

    return descend([NEURON_W], NEURON_STEPS, loss, compiled)


def two_layer(_, compiled):
    def loss(W1, W2):
        return tf.reduce_sum((tf.sigmoid(tf.sigmoid(X4 @ W1) @ W2) - XOR_Y) ** 2)

    return descend([XOR_W1, XOR_W2], XOR_STEPS, loss, compiled)


class Adam:
    """Call the fused kernel of TensorFlow, as its own optimizers do."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.slots = [[tf.Variable(tf.zeros_like(p)) for p in parameters] for _ in range(2)]
        self.t = tf.Variable(0.0)

    def reset(self):
        for slot in (*self.slots[0], *self.slots[1], self.t):
            slot.assign(tf.zeros_like(slot))

    def step(self, gradients):
        t = self.t.assign_add(1.0)
        powers = BETA1**t, BETA2**t
        for p, m, v, g in zip(self.parameters, *self.slots, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=p.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=LR,
                beta1=BETA1,
                beta2=BETA2,
                epsilon=EPS,
                grad=g,
            )


def logits(parameters, x, paddings=()):
    for k, padding in enumerate(paddings):
        z = tf.nn.bias_add(
            tf.nn.conv2d(x, parameters[2 * k], 1, padding.upper()), parameters[2 * k + 1]
        )
        x = tf.nn.max_pool2d(tf.nn.relu(z), 2, 2, "VALID")
    if paddings:
        x = tf.reshape(x, (x.shape[0], -1))
    for k in range(2 * len(paddings), len(parameters), 2):
        x = tf.nn.bias_add(tf.matmul(x, parameters[k]), parameters[k + 1])
        if k + 2 < len(parameters):
            x = tf.nn.relu(x)
    return x


def fit(name, compiled):
    task = TASKS[name]()
    X, y, start = tf.constant(task.X), tf.constant(task.y.astype(np.int32)), task.start()
    parameters = list(map(tf.Variable, start))
    rule = Adam(parameters)

    @compiled
    def epoch(order, X, y):
        def step(i, total):
            rows = order[i]
            with tf.GradientTape() as tape:
                z = logits(parameters, tf.gather(X, rows), task.paddings)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(y, rows), z)
                loss = tf.reduce_mean(losses)
            rule.step(tape.gradient(loss, parameters))
            return (total + loss,)

        return repeated(task.steps, step, tf.constant(0.0))[0] / task.steps

    def before():
        rule.reset()
        for variable, value in zip(parameters, start, strict=True):
            variable.assign(value)

    def run():
        history, rng = [], np.random.default_rng(0)
        for _ in range(task.epochs):
            order = rng.permutation(len(task.X)).astype(np.int32).reshape(task.steps, task.batch)
            history.append(epoch(tf.constant(order), X, y))
        return [float(loss) for loss in history][-1]

    return before, run


class ResidualNetwork:
    """Variables and the pass over them; BatchNorm by TensorFlow's fused kernel."""

    def __init__(self, task):
        self.blocks = task.blocks
        *kernels, self.W, self.b = map(tf.Variable, task.start())
        self.kernels, sizes = kernels, [W.shape[3] for W in kernels]
        self.scales = [(tf.Variable(tf.ones(n)), tf.Variable(tf.zeros(n))) for n in sizes]
        self.running = [(tf.Variable(tf.zeros(n)), tf.Variable(tf.ones(n))) for n in sizes]
        self.parameters = [*kernels, self.W, self.b, *(p for pair in self.scales for p in pair)]
        self.variables = [*self.parameters, *(p for pair in self.running for p in pair)]
        self.start = [v.numpy() for v in self.variables]

    def reset(self):
        for variable, value in zip(self.variables, self.start, strict=True):
            variable.assign(value)

    def logits(self, x, training):
        layers = iter(zip(self.kernels, self.scales, self.running, strict=True))

        def convolution(x, stride=1):
            W, (scale, shift), running = next(layers)
            u = tf.nn.conv2d(x, W, stride, "SAME")
            rest = {"epsilon": BATCH_NORM["eps"], "is_training": training}
            if not training:
                rest |= {"mean": running[0], "variance": running[1]}
            u, *batch = tf.compat.v1.nn.fused_batch_norm(u, scale, shift, **rest)
            if training:
                for r, value in zip(running, batch, strict=True):
                    r.assign_add((1 - BATCH_NORM["momentum"]) * (value - r))
            return u

        x = tf.nn.relu(convolution(x))
        for C, filters, stride in self.blocks:
            y = convolution(tf.nn.relu(convolution(x, stride)))
            x = tf.nn.relu(y + (x if filters == C else convolution(x, stride)))
        return tf.nn.bias_add(tf.matmul(tf.reduce_mean(x, (1, 2)), self.W), self.b)


def fit_residual(_, compiled):
    task = residual()
    X, y = tf.constant(task.X), tf.constant(task.y.astype(np.int32))
    network = ResidualNetwork(task)
    rule = Adam(network.parameters)

    @compiled
    def step(rows):
        with tf.GradientTape() as tape:
            z = network.logits(tf.gather(X, rows), True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(y, rows), z)
            loss = tf.reduce_mean(losses)
        rule.step(tape.gradient(loss, network.parameters))
        return loss

    def before():
        rule.reset()
        network.reset()

    def run():
        order = np.random.default_rng(0).permutation(task.count).astype(np.int32)
        rows = order.reshape(task.steps, task.batch)
        return float(np.mean([step(tf.constant(some)).numpy() for some in rows]))

    return before, run


def predict_residual(_, compiled):
    task = residual(RESIDUAL_PREDICTED)
    network = ResidualNetwork(task)
    strips = tf.constant(task.X.reshape(-1, RESIDUAL_STRIP, *task.X.shape[1:]))
    function = compiled(lambda x: tf.nn.softmax(network.logits(x, False)))
    return nothing, lambda: np.concatenate([function(x) for x in strips]).std(axis=1).mean()


def predict(_, compiled):
    parameters, x = list(map(tf.constant, digits().start())), tf.constant(one_row())
    function = compiled(lambda x: tf.nn.softmax(logits(parameters, x))).get_concrete_function(x)

    def run():
        for _ in range(1000):
            function(x)

    return nothing, run


def forward(name, compiled):
    task = predicted(name)
    parameters, X = (
        list(map(tf.constant, task.start())),
        tf.constant(task.X.reshape(-1, STRIP, *task.X.shape[1:])),
    )

    @compiled
    def function(X):
        def strip(i, answers):
            return (answers.write(i, tf.nn.softmax(logits(parameters, X[i], task.paddings))),)

        answers = tf.TensorArray(tf.float32, X.shape[0], element_shape=(STRIP, task.sizes[-1]))
        return repeated(X.shape[0], strip, answers)[0].stack()

    return nothing, lambda: function(X).numpy().std(axis=2).mean()


def adam(_, compiled):
    theta, g = map(tf.constant, adam_vectors())
    rule = Adam([tf.Variable(theta)])
    function = compiled(lambda g: rule.step([g]))
    return nothing, lambda: function(g)
