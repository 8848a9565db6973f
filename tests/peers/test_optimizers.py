"""Every profile against its library: 30 steps in float64 with a rate that changes."""

import os
import warnings

import numpy as np
import pytest

import chainrule.optimizers as o
from chainrule.optimizers.muon import COEFFICIENTS, orthogonal

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation:DeprecationWarning"
    ),  # Keras reading a torch tensor
]

STEPS = 30
THETA = np.array([0.5, -1.0, 2.0, 0.0, 1.5, -0.25])


def gradient(t):
    """Exact zeros, 1e-4 and 2.0 (only small ones show where ε is), and signs that change."""
    a = np.array([0.0, 1e-4, 2.0, -1e-4, 0.3, -0.7])
    return np.where(np.arange(6) % 2, a, a * np.cos(t)) if t % 7 else np.roll(a, t // 7)


def rate(t):
    """0.1, and from step 11 on a third: momentum with the rate inside and outside differ here."""
    return 0.1 if t <= 10 else 0.1 / 3


def ours(rule, rates=True):
    """θ after each step."""
    theta, path = THETA.copy(), []
    slots = rule.start(theta)
    for t in range(1, STEPS + 1):
        now = rule.scaled(rate(t)) if rates else rule
        now.step(t, theta, gradient(t), *slots.values())
        path.append(theta.copy())
    return np.array(path)


def same(rule, theirs, tolerance=1e-12, rates=True):
    path = ours(rule, rates)
    assert np.isfinite(path).all()
    assert np.abs(path - theirs).max() <= tolerance
    assert np.abs(path[-1] - THETA).max() > 0


# ------------------------------------------------------------------------------------------ PyTorch

TORCH = {
    "SGD": (o.SGD, {}, {}),
    "Momentum": (o.Momentum, {}, {"momentum": 0.9}),
    "Nesterov": (o.Nesterov, {}, {"momentum": 0.9, "nesterov": True}),
    "Adagrad": (o.Adagrad, {}, {}),
    "Adadelta": (o.Adadelta, {}, {}),
    "RMSprop": (o.RMSprop, {}, {}),
    "RMSprop-momentum": (o.RMSprop, {"momentum": 0.9}, {"momentum": 0.9}),
    "RMSprop-centered": (
        o.RMSprop,
        {"momentum": 0.5, "centered": True},
        {"momentum": 0.5, "centered": True},
    ),
    "Adam": (o.Adam, {}, {}),
    "AdaMax": (o.AdaMax, {}, {}),
    "Nadam": (o.Nadam, {}, {}),
    "AMSGrad": (o.AMSGrad, {}, {"amsgrad": True}),
    "AdamW": (o.AdamW, {}, {}),
    "RAdam": (o.RAdam, {}, {}),
    "Rprop": (o.Rprop, {}, {}),
}
TORCH_NAMES = {
    "Momentum": "SGD",
    "Nesterov": "SGD",
    "AdaMax": "Adamax",
    "Nadam": "NAdam",
    "AMSGrad": "Adam",
}


@pytest.mark.parametrize("name", TORCH)
def test_torch(name):
    torch = pytest.importorskip("torch")
    rule, settings, theirs = TORCH[name]
    plain = name.split("-")[0]
    parameter = torch.nn.Parameter(torch.tensor(THETA, dtype=torch.float64))
    optimizer = getattr(torch.optim, TORCH_NAMES.get(plain, plain))([parameter], **theirs)
    default, path = optimizer.param_groups[0]["lr"], []
    for t in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = default * rate(t) if plain != "Rprop" else default
        parameter.grad = torch.tensor(gradient(t), dtype=torch.float64)
        optimizer.step()
        path.append(parameter.detach().numpy().copy())
    same(
        rule.like("torch", **settings),
        path,
        1e-9 if plain == "Nadam" else 1e-12,
        rates=plain != "Rprop",
    )


def valley(theta):
    """A curved valley in six dimensions."""
    a, b = theta[::2], theta[1::2]
    r, q = b - a * a, 1 - a
    g = np.empty(6)
    g[::2], g[1::2] = -4 * a * r - 2 * q, 2 * r
    return float((r * r + q * q).sum()), g


def test_torch_lbfgs():
    torch = pytest.importorskip("torch")
    parameter = torch.nn.Parameter(torch.tensor(THETA, dtype=torch.float64))
    optimizer = torch.optim.LBFGS([parameter], lr=0.5, max_iter=1, history_size=5)

    def closure():
        loss, g = valley(parameter.detach().numpy())
        parameter.grad = torch.tensor(g, dtype=torch.float64)
        return torch.tensor(loss)

    theta, rule = THETA.copy(), o.LBFGS.like("torch", lr=0.5, history=5)
    state = rule.start(theta)
    for _ in range(STEPS):
        rule.iterate(valley, theta, state)
        optimizer.step(closure)
        assert np.abs(theta - parameter.detach().numpy()).max() <= 1e-12
    assert valley(theta)[0] < 1e-3 * valley(THETA)[0]


# -------------------------------------------------------------------------------------------- Keras

KERAS = {
    "SGD": (o.SGD, {}, {}),
    "Momentum": (o.Momentum, {}, {"momentum": 0.9}),
    "Nesterov": (o.Nesterov, {}, {"momentum": 0.9, "nesterov": True}),
    "Adagrad": (o.Adagrad, {}, {}),
    "Adadelta": (o.Adadelta, {}, {}),
    "RMSprop": (o.RMSprop, {}, {}),
    "RMSprop-momentum": (o.RMSprop, {"momentum": 0.9}, {"momentum": 0.9}),
    "RMSprop-centered": (
        o.RMSprop,
        {"momentum": 0.5, "centered": True},
        {"momentum": 0.5, "centered": True},
    ),
    "Adam": (o.Adam, {}, {}),
    "AdaMax": (o.AdaMax, {}, {}),
    "Nadam": (o.Nadam, {}, {}),
    "AMSGrad": (o.AMSGrad, {}, {"amsgrad": True}),
    "AdamW": (o.AdamW, {}, {}),
    "Lion": (o.Lion, {}, {}),
    "LAMB": (o.LAMB, {}, {}),
}
KERAS_NAMES = {
    "Momentum": "SGD",
    "Nesterov": "SGD",
    "AdaMax": "Adamax",
    "AMSGrad": "Adam",
    "LAMB": "Lamb",
}


@pytest.fixture
def keras():
    """Keras on torch in float64."""
    pytest.importorskip("torch")
    os.environ.setdefault("KERAS_BACKEND", "torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keras = pytest.importorskip("keras")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)


@pytest.mark.parametrize("name", KERAS)
def test_keras(name, keras):
    rule, settings, theirs = KERAS[name]
    plain = name.split("-")[0]
    variable = keras.Variable(THETA, dtype="float64")
    optimizer = getattr(keras.optimizers, KERAS_NAMES.get(plain, plain))(**theirs)
    default, path = rule.like("keras").lr, []
    assert float(optimizer.learning_rate) == pytest.approx(default, rel=1e-7)
    for t in range(1, STEPS + 1):
        optimizer.learning_rate = default * rate(t)
        optimizer.apply([keras.ops.convert_to_tensor(gradient(t), dtype="float64")], [variable])
        path.append(keras.ops.convert_to_numpy(variable.value).copy())
    same(rule.like("keras", **settings), path)


# -------------------------------------------------------------------------------------------- Optax

OPTAX = {
    "SGD": (o.SGD, {}, {}),
    "Momentum": (o.Momentum, {}, {"momentum": 0.9}),
    "Nesterov": (o.Nesterov, {}, {"momentum": 0.9, "nesterov": True}),
    "Adagrad": (o.Adagrad, {}, {}),
    "Adadelta": (o.Adadelta, {}, {}),
    "RMSprop": (o.RMSprop, {}, {}),
    "RMSprop-momentum": (o.RMSprop, {"momentum": 0.9}, {"momentum": 0.9}),
    "RMSprop-centered": (
        o.RMSprop,
        {"momentum": 0.5, "centered": True},
        {"momentum": 0.5, "centered": True},
    ),
    "Adam": (o.Adam, {}, {}),
    "AdaMax": (o.AdaMax, {}, {}),
    "Nadam": (o.Nadam, {}, {}),
    "AMSGrad": (o.AMSGrad, {}, {}),
    "AdamW": (o.AdamW, {}, {}),
    "RAdam": (o.RAdam, {}, {}),
    "AdaBelief": (o.AdaBelief, {}, {}),
    "Lion": (o.Lion, {}, {}),
    "LAMB": (o.LAMB, {}, {}),
    "Rprop": (o.Rprop, {}, {}),
}
OPTAX_NAMES = {"Momentum": "sgd", "Nesterov": "sgd"}


@pytest.mark.parametrize("name", OPTAX)
def test_optax(name):
    jax = pytest.importorskip("jax")
    optax = pytest.importorskip("optax")
    rule, settings, theirs = OPTAX[name]
    plain = name.split("-")[0]
    lr, before, path = rule.like("optax").lr, jax.config.jax_enable_x64, []
    jax.config.update("jax_enable_x64", True)
    try:
        first = (
            lr
            if plain == "Rprop"
            else lambda count: lr * jax.numpy.where(count < 10, rate(1), rate(11))
        )
        optimizer = getattr(optax, OPTAX_NAMES.get(plain, plain.lower()))(first, **theirs)
        parameter = jax.numpy.array(THETA)
        state = optimizer.init(parameter)
        for t in range(1, STEPS + 1):
            updates, state = optimizer.update(jax.numpy.array(gradient(t)), state, parameter)
            parameter = optax.apply_updates(parameter, updates)
            path.append(np.array(parameter))
    finally:
        jax.config.update("jax_enable_x64", before)
    same(rule.like("optax", **settings), path, rates=plain != "Rprop")


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3)], ids=str)
def test_optax_newton_schulz(shape):
    jax = pytest.importorskip("jax")
    muon = pytest.importorskip("optax.contrib._muon")
    G = np.random.default_rng(0).normal(size=shape)
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        coefficients = jax.numpy.array(COEFFICIENTS)
        theirs = muon.orthogonalize_via_newton_schulz(
            jax.numpy.array(G), coefficients, ns_steps=5, eps=1e-7
        )
    finally:
        jax.config.update("jax_enable_x64", before)
    assert np.abs(orthogonal(G) - np.array(theirs)).max() < 1e-12


# ------------------------------------------------------------------------------------- scikit-learn

SKLEARN = {
    "SGD": (o.SGD, {"momentum": 0.0, "nesterov": False}),
    "Momentum": (o.Momentum, {"nesterov": False}),
    "Nesterov": (o.Nesterov, {}),
    "Adam": (o.Adam, {}),
}


@pytest.mark.parametrize("name", SKLEARN)
def test_sklearn(name):
    module = pytest.importorskip("sklearn.neural_network._stochastic_optimizers")
    rule, theirs = SKLEARN[name]
    parameter, path, default = THETA.copy(), [], rule.like("sklearn").lr
    optimizer = (
        module.AdamOptimizer([parameter])
        if name == "Adam"
        else module.SGDOptimizer([parameter], **theirs)
    )
    assert optimizer.learning_rate_init == pytest.approx(
        {"Adam": default}.get(name, 0.1)
    )  # MLP's own is 0.001
    for t in range(1, STEPS + 1):
        optimizer.learning_rate_init = optimizer.learning_rate = default * rate(t)
        optimizer.update_params([parameter], [gradient(t)])
        path.append(parameter.copy())
    same(rule.like("sklearn"), path)


# ------------------------------------------------------------------------------------- TensorFlow 1

TF1 = {
    "SGD": (o.SGD, "GradientDescentOptimizer", {}, {}),
    "Momentum": (o.Momentum, "MomentumOptimizer", {}, {"momentum": 0.9}),
    "Nesterov": (o.Nesterov, "MomentumOptimizer", {}, {"momentum": 0.9, "use_nesterov": True}),
    "Adagrad": (o.Adagrad, "AdagradOptimizer", {}, {}),
    "Adadelta": (o.Adadelta, "AdadeltaOptimizer", {}, {}),
    "RMSprop": (o.RMSprop, "RMSPropOptimizer", {}, {}),
    "RMSprop-momentum": (o.RMSprop, "RMSPropOptimizer", {"momentum": 0.9}, {"momentum": 0.9}),
    "RMSprop-centered": (o.RMSprop, "RMSPropOptimizer", {"centered": True}, {"centered": True}),
    "Adam": (o.Adam, "AdamOptimizer", {}, {}),
}


@pytest.mark.parametrize("name", TF1)
def test_tf1(name):
    """Its hyper-parameters are float32 tensors, so that even in float64 only seven digits agree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf = pytest.importorskip("tensorflow").compat.v1
    rule, theirs, settings, options = TF1[name]
    lr, path = rule.like("tf1").lr, []
    with tf.Graph().as_default(), tf.Session() as session:
        variable = tf.Variable(THETA, dtype=tf.float64)
        now, g = tf.placeholder(tf.float32, ()), tf.placeholder(tf.float64, (6,))
        update = getattr(tf.train, theirs)(now, **options).apply_gradients([(g, variable)])
        session.run(tf.global_variables_initializer())
        for t in range(1, STEPS + 1):
            session.run(update, {now: lr * rate(t), g: gradient(t)})
            path.append(session.run(variable))
    same(rule.like("tf1", **settings), path, 1e-7)


# --------------------------------------------------------------------------- schedules and clipping


def test_torch_one_cycle():
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.5, total_steps=37, cycle_momentum=False
    )
    schedule = o.OneCycle(0.5, steps=37)
    for step in range(1, 38):
        assert schedule(step) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        if step < 37:
            theirs.step()


def test_torch_cosine_restarts():
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    theirs = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(
        optimizer, T_0=7, T_mult=2, eta_min=0.01
    )
    schedule = o.CosineRestarts(0.5, steps=7, growth=2, end=0.01)
    for step in range(1, 60):
        assert schedule(step) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        theirs.step()


OPTAX_SCHEDULES = {
    "Cosine": (o.Cosine(0.4, 20, end=0.1), "cosine_decay_schedule", (0.4, 20), {"alpha": 0.25}),
    "ExponentialDecay": (
        o.ExponentialDecay(0.4, 7, factor=0.3),
        "exponential_decay",
        (0.4, 7, 0.3),
        {},
    ),
    "StepDecay": (
        o.StepDecay(0.4, 7, factor=0.3),
        "exponential_decay",
        (0.4, 7, 0.3),
        {"staircase": True},
    ),
    "PolynomialDecay": (
        o.PolynomialDecay(0.4, 20, end=0.1, power=1.7),
        "polynomial_schedule",
        (0.4, 0.1, 1.7, 20),
        {},
    ),
}


@pytest.mark.parametrize("name", OPTAX_SCHEDULES)
def test_optax_schedules(name):
    optax = pytest.importorskip("optax")
    schedule, theirs, numbers, options = OPTAX_SCHEDULES[name]
    other = getattr(optax, theirs)(*numbers, **options)
    for step in range(1, 31):
        assert schedule(step) == pytest.approx(float(other(step - 1)), abs=1e-6)  # float32 there


CLIPS = {
    "ClipValue": ("clipvalue", 0.3),
    "ClipNorm": ("clipnorm", 0.5),
    "ClipGlobalNorm": ("global_clipnorm", 0.5),
}


@pytest.mark.parametrize("name", CLIPS)
def test_keras_clipping(name, keras):
    option, limit = CLIPS[name]
    variables = [keras.Variable(np.zeros(n), dtype="float64") for n in (2, 4)]
    optimizer = keras.optimizers.SGD(learning_rate=1.0, **{option: limit})
    g, parts = np.array([0.1, -0.2, 2.0, -1e-4, 0.3, -0.7]), [slice(0, 2), slice(2, 6)]
    optimizer.apply(
        [keras.ops.convert_to_tensor(g[part], dtype="float64") for part in parts], variables
    )
    theirs = -np.concatenate([keras.ops.convert_to_numpy(v.value) for v in variables])
    tolerance = (
        1e-12 if option == "clipvalue" else 1e-7
    )  # on torch, Keras takes the maximum with a norm in float32
    assert np.abs(getattr(o, name)(limit).clip(g, parts) - theirs).max() <= tolerance
