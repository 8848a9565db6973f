"""PyTorch: fused optimizers, batches by index_select, channels last; eager, or torch.compile."""

import torch
from peers_workloads import (
    BATCH_NORM,
    CLASSES,
    NEURON_STEPS,
    NEURON_W,
    NEURON_Y,
    RESIDUAL_PREDICTED,
    RESIDUAL_STRIP,
    STRIP,
    TASKS,
    WIDTHS,
    X4,
    XOR_STEPS,
    XOR_W1,
    XOR_W2,
    XOR_Y,
    adam_vectors,
    digits,
    one_row,
    predicted,
    product,
    residual,
)
from torch import nn
from torch.nn.functional import cross_entropy


def load(cores, compiled):
    torch.set_num_threads(cores)
    torch.manual_seed(0)
    if compiled:  # for every other workload it is slower than eager mode, or no faster
        from torch._inductor import config

        config.freezing = True  # in predictions: BatchNorm folded, weights packed
        return torch.__version__, {
            "residual": lambda _: fit_residual(torch.compile),
            "forward residual": lambda _: predict_residual(torch.compile),
            "forward": lambda name: forward(name, torch.compile),
        }
    workloads = {
        "residual": lambda _: fit_residual(),
        "forward residual": lambda _: predict_residual(),
        "neuron": neuron,
        "two-layer": two_layer,
        "adam": adam,
        "gemm": gemm,
        **dict.fromkeys(TASKS, fit),
    }
    return torch.__version__, workloads | {
        "predict": predict,
        "bare": predict_bare,
        "forward": forward,
    }


def nothing():
    """Restore the start before a run."""


def descend(start, Y, steps, loss_of):
    """Run gradient descent with lr 1; the history is made of tensors, read once at the end."""
    X, Y = torch.from_numpy(X4), torch.from_numpy(Y)

    def run():
        weights = [torch.from_numpy(w.copy()).requires_grad_() for w in start]
        optimizer, history = torch.optim.SGD(weights, lr=1.0, fused=True), []
        for _ in range(steps):
            loss = loss_of(X, Y, *weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            history.append(loss.detach())
        return torch.stack(history).tolist()[-1]

    return nothing, run


def neuron(_):
    return descend(
        [NEURON_W],
        NEURON_Y,
        NEURON_STEPS,
        lambda X, Y, w: ((torch.sigmoid(X @ w) - Y) ** 2).sum() / 2,
    )


def two_layer(_):
    def loss(X, Y, W1, W2):
        return ((torch.sigmoid(torch.sigmoid(X @ W1) @ W2) - Y) ** 2).sum()

    return descend([XOR_W1, XOR_W2], XOR_Y, XOR_STEPS, loss)


class Flat(nn.Module):
    """Return (N, H W C) of (N, C, H, W) with channels last in memory; nothing moves."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def network(task):
    model, start = nn.Sequential(), task.start()
    for i, (filters, kernel, padding) in enumerate(task.convolutions):
        W, b = map(torch.from_numpy, start[2 * i : 2 * i + 2])
        layer = nn.Conv2d(W.shape[2], filters, kernel, padding=padding)
        with torch.no_grad():
            layer.weight.copy_(W.permute(3, 2, 0, 1))
            layer.bias.copy_(b)
        model.extend([layer, nn.ReLU(inplace=True), nn.MaxPool2d(2)])
    if task.convolutions:
        model.append(Flat()).to(memory_format=torch.channels_last)
    for k in range(2 * len(task.convolutions), len(start), 2):
        layer = nn.Linear(*start[k].shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(start[k].T))
            layer.bias.copy_(torch.from_numpy(start[k + 1]))
        model.extend([layer, nn.ReLU()])
    return model[:-1]


def images(task):
    """Return X; images as (N, C, H, W) with channels last in memory."""
    X = torch.from_numpy(task.X)
    return X.permute(0, 3, 1, 2) if task.convolutions else X


def fit(name):
    task = TASKS[name]()
    X, y = images(task), torch.from_numpy(task.y)

    def run():
        model, history = network(task), []
        optimizer = torch.optim.Adam(model.parameters(), fused=True)
        for _ in range(task.epochs):
            total = torch.zeros(())
            for rows in torch.randperm(len(X)).split(task.batch):
                loss = cross_entropy(model(X.index_select(0, rows)), y.index_select(0, rows))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.detach()
            history.append(total.item() / task.steps)
        return history[-1]

    return nothing, run


class Block(nn.Module):
    """Return relu(f(x) + g(x)); g is the identity, or a convolution 1×1."""

    def __init__(self, C, filters, stride):
        super().__init__()
        self.f = nn.Sequential(
            *convolution(C, filters, 3, stride),
            nn.ReLU(inplace=True),
            *convolution(filters, filters),
        )
        self.g = nn.Sequential(*(convolution(C, filters, 1, stride) if filters != C else ()))

    def forward(self, x):
        return nn.functional.relu_(self.f(x) + self.g(x))


def convolution(C, filters, kernel=3, stride=1):
    layer = nn.Conv2d(C, filters, kernel, stride, kernel // 2, bias=False)
    return layer, nn.BatchNorm2d(filters, BATCH_NORM["eps"], 1 - BATCH_NORM["momentum"])


def residual_network(task):
    blocks = [Block(*block) for block in task.blocks]
    model = nn.Sequential(
        *convolution(3, WIDTHS[0]),
        nn.ReLU(inplace=True),
        *blocks,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(WIDTHS[-1], CLASSES),
    )
    *kernels, W, b = map(torch.from_numpy, task.start())
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    with torch.no_grad():
        for layer, kernel in zip(layers, kernels, strict=True):
            layer.weight.copy_(kernel.permute(3, 2, 0, 1))
        model[-1].weight.copy_(W.T)
        model[-1].bias.copy_(b)
    return model.to(memory_format=torch.channels_last)


def fit_residual(improved=lambda function: function):
    task = residual()
    X, y = torch.from_numpy(task.X).permute(0, 3, 1, 2), torch.from_numpy(task.y)
    model = residual_network(task)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    loss_of = improved(lambda x, y: cross_entropy(model(x), y))

    def run():
        model.load_state_dict(start)
        optimizer, total = torch.optim.Adam(model.parameters(), fused=True), torch.zeros(())
        for rows in torch.randperm(len(X)).split(task.batch):
            loss = loss_of(X.index_select(0, rows), y.index_select(0, rows))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return total.item() / task.steps

    return nothing, run


def predict_residual(improved=lambda function: function):
    task = residual(RESIDUAL_PREDICTED)
    X, model = torch.from_numpy(task.X).permute(0, 3, 1, 2), residual_network(task).eval()
    function = improved(lambda x: torch.softmax(model(x), 1))

    def run():
        with torch.inference_mode():
            return torch.cat([function(x) for x in X.split(RESIDUAL_STRIP)]).numpy().std(1).mean()

    return nothing, run


def predict(_):
    model, x = network(digits()), torch.from_numpy(one_row())

    def run():
        with torch.inference_mode():
            for _ in range(1000):
                torch.softmax(model(x), 1)

    return nothing, run


def predict_bare(_):
    """Run the same without modules: three calls of functions, written by hand."""
    W1, b1, W2, b2 = map(torch.from_numpy, digits().start())
    x = torch.from_numpy(one_row())

    def run():
        with torch.inference_mode():
            for _ in range(1000):
                torch.softmax(torch.addmm(b2, torch.addmm(b1, x, W1).relu_(), W2), 1)

    return nothing, run


def forward(name, improved=lambda function: function):
    task = predicted(name)
    X, model = images(task), network(task).eval()
    function = improved(lambda x: torch.softmax(model(x), 1))

    def run():
        with torch.inference_mode():
            return torch.cat([function(x) for x in X.split(STRIP)]).numpy().std(axis=1).mean()

    return nothing, run


def adam(_):
    theta, g = adam_vectors()
    theta = torch.from_numpy(theta).requires_grad_()
    theta.grad = torch.from_numpy(g)
    return nothing, torch.optim.Adam([theta], fused=True).step


def gemm(name):
    A, B = map(torch.from_numpy, product(name))
    C = torch.empty(len(A), B.shape[1])

    def run():
        torch.mm(A, B, out=C)

    return nothing, run
