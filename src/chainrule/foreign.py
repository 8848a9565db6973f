"""Names and keywords of other libraries, and what they are called here.

They are not aliases: the name stays unknown, and the error message gives the right one.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from .errors import ParameterError

F = TypeVar("F", bound=Callable[..., Any])

NO_RECURRENT = "There are no recurrent layers: Conv1D, EachStep and Flatten work on sequences."

NAMES = {
    "Linear": "Dense",
    "Conv2d": "Conv2D",
    "Conv1d": "Conv1D",
    "ConvTranspose2d": "TransposedConv2D",
    "Conv2DTranspose": "TransposedConv2D",
    "MaxPool2d": "MaxPool2D",
    "MaxPooling2D": "MaxPool2D",
    "AvgPool2d": "AveragePool2D",
    "AveragePooling2D": "AveragePool2D",
    "GlobalAveragePooling2D": "GlobalAveragePool",
    "GlobalMaxPooling2D": "GlobalMaxPool",
    "BatchNorm1d": "BatchNorm",
    "BatchNorm2d": "BatchNorm",
    "BatchNormalization": "BatchNorm",
    "LayerNormalization": "LayerNorm",
    "Dropout2d": "SpatialDropout",
    "SpatialDropout2D": "SpatialDropout",
    "UpSampling2D": "UpSample",
    "ZeroPadding2D": "ZeroPad",
    "Swish": "SiLU",
    "relu": "ReLU",
    "tanh": "Tanh",
    "gelu": "GELU",
    "leaky_relu": "LeakyReLU",
    "log": "an op of your own, with @op",
    "mse": "SquaredError",
    "Activation": "a layer of its own, such as ReLU()",
    "Model": "Network",
    "MSE": "SquaredError",
    "MSELoss": "SquaredError",
    "MeanSquaredError": "SquaredError",
    "L1Loss": "AbsoluteError",
    "MAE": "AbsoluteError",
    "MeanAbsoluteError": "AbsoluteError",
    "HuberLoss": "Huber",
    "CrossEntropy": "SoftmaxCrossEntropy",
    "CrossEntropyLoss": "SoftmaxCrossEntropy",
    "CategoricalCrossentropy": "SoftmaxCrossEntropy",
    "NLLLoss": "SoftmaxCrossEntropy",
    "SparseCategoricalCrossentropy": "SoftmaxCrossEntropy",
    "BCELoss": "SigmoidCrossEntropy",
    "KLDivLoss": "KLDivergence",
    "BCEWithLogitsLoss": "SigmoidCrossEntropy",
    "BinaryCrossentropy": "SigmoidCrossEntropy",
    "ModelCheckpoint": "Checkpoint",
    "CSVLogger": "CSVLog",
    "TensorBoard": "TensorBoardLog",
    "load_model": "Network.load",
    "MLPClassifier": "from chainrule.estimators import MLPClassifier",
    "MLPRegressor": "from chainrule.estimators import MLPRegressor",
    "BernoulliRBM": "from chainrule.estimators import BernoulliRBM",
    "NeuralNetClassifier": "from chainrule.estimators import NetworkClassifier",
    "NeuralNetRegressor": "from chainrule.estimators import NetworkRegressor",
    "KerasClassifier": "from chainrule.estimators import NetworkClassifier",
    "KerasRegressor": "from chainrule.estimators import NetworkRegressor",
    "NetworkClassifier": "from chainrule.estimators import NetworkClassifier",
    "NetworkRegressor": "from chainrule.estimators import NetworkRegressor",
    "ConvClassifier": "from chainrule.estimators import ConvClassifier",
    "TableClassifier": "from chainrule.estimators import TableClassifier",
    "TableRegressor": "from chainrule.estimators import TableRegressor",
    "estimators": "from chainrule import estimators",
    "Module": "Layer",
    "TimeDistributed": "EachStep",
    "Add": "z1 + z2 in a layer of your own, or Residual(...)",
    "Multiply": "z1 * z2 in a layer of your own",
    "Lambda": "a layer of your own, a class with __call__(self, z)",
    "RMSProp": "RMSprop",
    "ReduceLROnPlateau": "ReduceOnPlateau",
    "CosineDecay": "Cosine",
    "CosineAnnealingLR": "Cosine",
    "StepLR": "StepDecay",
    "ExponentialLR": "ExponentialDecay",
    "OneCycleLR": "OneCycle",
    "clip_grad_norm_": "ClipGlobalNorm, as in fit(optimizer=(ClipGlobalNorm(1), Adam()))",
    "Input": "inputs=, as in Network(..., inputs=(784,))",
    "InputLayer": "inputs=, as in Network(..., inputs=(784,))",
    "InstanceNorm2d": "GroupNorm",
    "to_categorical": "SoftmaxCrossEntropy() takes class numbers as they are; else np.eye(K)[y].",
    "one_hot": "SoftmaxCrossEntropy() takes class numbers as they are; else np.eye(K)[y].",
    "train_test_split": "Write cr.datasets.split(X, y).",
    "utils": "Leave it out: class numbers and NumPy arrays are taken as they are.",
    "activations": "Activations are layers, and names of chainrule itself: cr.ReLU, cr.Tanh.",
    "plot": "Write cr.plots, or history.plot().",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "LSTM": NO_RECURRENT,
    "GRU": NO_RECURRENT,
    "RNN": NO_RECURRENT,
    "SimpleRNN": NO_RECURRENT,
    "Bidirectional": NO_RECURRENT,
    "MultiHeadAttention": "There is no attention layer; ops.matmul and ops.softmax make one.",
    "Attention": "There is no attention layer; ops.matmul and ops.softmax make one.",
    "nn": "Layers are names of chainrule itself: cr.Dense, cr.ReLU.",
    "optim": "Optimizers are names of chainrule itself: cr.Adam, cr.SGD.",
    "keras": "Layers, losses and optimizers are names of chainrule itself: cr.Dense, cr.Adam.",
    "functional": "Functions of arrays are in cr.ops, layers are cr.ReLU, cr.Softmax.",
    "callbacks": "Callbacks are names of chainrule itself: cr.EarlyStopping, cr.Checkpoint.",
    "models": "Write cr.Network(*layers, loss=...).",
    "tensor": "Arrays are NumPy arrays: np.array(...).",
    "Tensor": "Arrays are NumPy arrays: np.array(...).",
    "from_numpy": "Arrays are NumPy arrays: give them as they are.",
    "no_grad": "There is no global mode: predict and evaluate never train.",
    "manual_seed": "Each network has its seed: Network(seed=0).",
    "set_random_seed": "Each network has its seed: Network(seed=0).",
    "device": "There is no GPU: Network(engine='native') is C, 'reference' is NumPy.",
    "cuda": "There is no GPU: Network(engine='native') is C, 'reference' is NumPy.",
    "DataLoader": "Give arrays to fit(X, y, batch_size=32), or a source with len and rows(indices).",
    "TensorDataset": "Give arrays to fit(X, y), or a source with len and rows(indices).",
    "Dataset": "Give arrays to fit(X, y), or a source with len and rows(indices).",
    "load": "Write Network.load(path).",
    "save": "Write net.save(path).",
}

# The same for the names of a module in which they mean something else.
IN_MODULES = {
    "metrics": {
        "acc": "accuracy",
        "Accuracy": "accuracy",
        "accuracy_score": "accuracy",
        "SparseCategoricalAccuracy": "accuracy",
        "CategoricalAccuracy": "accuracy",
        "BinaryAccuracy": "accuracy",
        "mse": "mean_squared_error",
        "MeanSquaredError": "mean_squared_error",
        "mae": "mean_absolute_error",
        "MeanAbsoluteError": "mean_absolute_error",
        "rmse": "The root of mean_squared_error: np.sqrt(...).",
        "f1_score": "f1",
        "r2_score": "r2",
        "precision_score": "precision",
        "recall_score": "recall",
        "roc_auc_score": "roc_auc",
        "AUC": "roc_auc",
        "classification_report": "report",
    },
    "ops": {
        "tanh": "Here it is called Tanh. Write Tanh()(z).",
        "relu": "Here it is called ReLU. Write ReLU()(z).",
        "gelu": "Here it is called GELU. Write GELU()(z).",
        "leaky_relu": "Here it is called LeakyReLU. Write LeakyReLU()(z).",
        "maximum": "Write ReLU()(z) for max(z, 0), or an op of your own.",
        "dot": "Write z @ W.",
        "square": "Write z ** 2.",
        "sum": "Write an op of your own, or sum_rows.",
    },
    "datasets": {
        "load_digits": "digits",
        "make_moons": "moons",
        "make_circles": "circles",
        "train_test_split": "split",
        "load_iris": "Take scikit-learn's: sklearn.datasets.load_iris(return_X_y=True).",
        "iris": "Take scikit-learn's: sklearn.datasets.load_iris(return_X_y=True).",
    },
    "plots": {
        "history": "Write history.plot(), or training_curves.",
        "plot_history": "Write history.plot(), or training_curves.",
        "confusion_matrix": "confusion",
        "network": "Write net.draw().",
        "plot_model": "Write net.draw().",
        "decision_boundary": "decision_regions",
    },
}

# What users of other libraries call a method or an attribute of a network, and what to write.
OF_NETWORKS = {
    "compile": "Write Network(..., loss=...) and fit(optimizer=..., metrics=...).",
    "predict_proba": "Write net.predict(X): it gives probabilities if the loss has a link, "
    "as SoftmaxCrossEntropy() has.",
    "predict_classes": "Write net.predict(X).argmax(axis=1).",
    "predict_on_batch": "Write net.predict(X).",
    "score": "Write net.evaluate(X, y, metrics=[cr.metrics.accuracy]).",
    "forward": "Write net.predict(X).",
    "call": "Write net.predict(X).",
    "backward": "Write net.loss_and_grad(X, y), or net.gradients(X, y).",
    "zero_grad": "Leave it out: gradients are not kept.",
    "add": "Give all layers at once: Network(Dense(64), ReLU(), Dense(10), loss=...).",
    "append": "Give all layers at once: Network(Dense(64), ReLU(), Dense(10), loss=...).",
    "to": "There is no GPU; Network(dtype='float64', engine=...) chooses.",
    "cuda": "There is no GPU; Network(engine=...) chooses C or NumPy.",
    "cpu": "Leave it out: arrays are NumPy arrays.",
    "double": "Write Network(..., dtype='float64').",
    "half": "There are float32 and float64: Network(..., dtype='float32').",
    "eval": "Leave it out: there is no mode, predict and evaluate never drop values out.",
    "state_dict": "Write net.parameters and net.state, or net.save(path).",
    "load_state_dict": "Write Network.load(path), or net.take_weights(other).",
    "get_weights": "Write net.parameters: a dict of views by symbol.",
    "set_weights": "Write net.parameters['W1'][...] = values.",
    "save_weights": "Write net.save(path).",
    "load_weights": "Write Network.load(path), or net.take_weights(other).",
    "weights": "Write net.parameters: a dict of views by symbol.",
    "trainable_weights": "Write net.parameters: a dict of views by symbol.",
    "named_parameters": "Write net.parameters.items().",
    "count_params": "Write net.summary(), or net.programs.train.size.",
    "children": "Write net.layers.",
    "modules": "Write net.layers.",
    "requires_grad_": "Write net.freeze(path) and net.thaw(path).",
    "trainable": "Write net.freeze(path) and net.thaw(path).",
    "optimizer": "Give it to fit(optimizer=...).",
    "history": "It is what fit returns: history = net.fit(X, y).",
    "partial_fit": "Write net.fit(X, y): it goes on where the last call ended.",
    "train_on_batch": "Write net.fit(X, y, batch_size=None).",
    "fit_generator": "Write net.fit(source).",
    "get_params": "For scikit-learn take chainrule.estimators.NetworkClassifier.",
    "set_params": "For scikit-learn take chainrule.estimators.NetworkClassifier.",
    "transform": "Write net.activations(X), or chainrule.estimators.HiddenLayer.",
    "plot": "Write cr.plots, or net.summary().",
}
# What is not set on a network: it would have no effect, or a half one.
NOT_SET = {
    "layers": "Make a new Network(*layers, loss=...); take_weights copies the weights.",
    "dtype": "Make a new Network(*net.layers, loss=net.loss, dtype=...).",
    "optimizer": OF_NETWORKS["optimizer"],
    "trainable": OF_NETWORKS["trainable"],
    "lr": "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
    "learning_rate": "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
    "weights": "Write net.parameters['W1'][...] = values.",
}
# The same for layers, Sequential among them.
OF_LAYERS = {
    "fit": "A layer is a part of Network(*layers, loss=...), which has fit.",
    "compile": "A layer is a part of Network(*layers, loss=...): write fit(optimizer=...).",
    "predict": "A layer is a part of Network(*layers, loss=...), which has predict.",
    "evaluate": "A layer is a part of Network(*layers, loss=...), which has evaluate.",
    "summary": "A layer is a part of Network(*layers, loss=...), which has summary.",
    "forward": "A layer defines __call__(self, z); net.predict(X) computes.",
    "weight": "Weights belong to the network: net.parameters['W1'].",
    "weights": "Weights belong to the network: net.parameters['W1'].",
    "get_weights": "Weights belong to the network: net.parameters['W1'].",
    "set_weights": "Weights belong to the network: net.parameters['W1'][...] = values.",
    "parameters": "Weights belong to the network: net.parameters['W1'].",
    "W": "Weights belong to the network: net.parameters['W1'].",
    "b": "Weights belong to the network: net.parameters['b1'].",
    "add": "Give all layers at once: Sequential(Dense(64), ReLU()).",
    "append": "Give all layers at once: Sequential(Dense(64), ReLU()).",
}
# The same for what fit returns.
OF_HISTORIES = {
    "history": "This is the history: write history['loss'], or history.keys().",
    "epoch": "Write range(len(history)).",
    "items": "Write history.keys() and history['loss'].",
    "losses": "Write history['loss'].",
    "accuracy": "This run did not watch it: give fit(metrics=[cr.metrics.accuracy]).",
    "val_accuracy": "This run did not watch it: give fit(metrics=[cr.metrics.accuracy], "
    "validation_fraction=0.2).",
}
# The same for optimizers.
OF_OPTIMIZERS = {
    "zero_grad": "Leave it out: net.fit(X, y, optimizer=...) trains.",
    "minimize": "Write net.fit(X, y, optimizer=...).",
    "apply_gradients": "Write net.fit(X, y, optimizer=...), or step(t, theta, g, *slots).",
    "param_groups": "Write net.scale_lr({path: factor}) and net.freeze(path).",
    "learning_rate": "Here it is called lr.",
}
# The same for estimators.
OF_ESTIMATORS = {
    "history": "Write history_.",
    "loss_history_": "Write loss_curve_.",
    "model_": "Write network_.",
    "model": "Write network_.",
    "module_": "Write network_.",
    "network": "Write network_.",
    "coefs_": "Write network_.parameters.",
    "save": "Write network_.save(path) for the network, joblib.dump for the estimator.",
    "summary": "Write network_.summary().",
    "equations": "Write network_.equations().",
    "evaluate": "Write score(X, y).",
    "compile": "Give loss= and optimizer= to the estimator.",
}
ESTIMATOR_KEYWORDS = {
    "epoch": "epochs",
    "nb_epoch": "epochs",
    "max_epochs": "epochs",
    "max_iter": "epochs",
    "metrics": "callbacks, or score(X, y) after fit",
    "n_epochs": "epochs",
    "batch": "batch_size",
    "validation_split": "validation_fraction",
    "train_split": "validation_fraction",
    "criterion": "loss",
    "module": "layers",
    "hidden_layer_sizes": "layers=(Dense(64), ReLU())",
    "hidden_layers": "layers=(Dense(64), ReLU())",
    "hidden": "layers=(Dense(64), ReLU())",
    "activation": "a layer of its own: layers=(Dense(64), ReLU())",
    "lr": "optimizer=Adam(lr=0.001)",
    "learning_rate": "optimizer=Adam(lr=0.001)",
    "learning_rate_init": "optimizer=Adam(lr=0.001)",
    "solver": "optimizer=Adam()",
    "alpha": "a penalty of a layer: Dense(64, penalty=L2(1e-4))",
    "seed": "random_state",
    "patience": "n_iter_no_change",
    "input_shape": "image_shape",
}
# For estimators with scikit-learn's own words.
SKLEARN_KEYWORDS = {
    "epoch": "max_iter",
    "epochs": "max_iter",
    "nb_epoch": "max_iter",
    "n_epochs": "max_iter",
    "lr": "learning_rate_init",
    "learning_rate": "learning_rate_init",
    "layers": "hidden_layer_sizes",
    "hidden_layers": "hidden_layer_sizes",
    "validation_split": "validation_fraction",
    "seed": "random_state",
    "patience": "n_iter_no_change",
    "weight_decay": "alpha",
    "n_networks": "n_estimators",
    "ensemble": "n_estimators",
}
# What files are called elsewhere, and their format there.
SUFFIXES = {
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".keras": "Keras's format",
    ".pt": "PyTorch's format",
    ".pth": "PyTorch's format",
    ".ckpt": "a checkpoint of another library",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".onnx": "ONNX",
    ".npz": "NumPy's archive",
}

# What NumPy computes, and how a layer of the user's own writes it with Nodes.
WITH_NODES = {
    "tanh": "Tanh()(z)",
    "exp": "ops.exp(z)",
    "maximum": "ReLU()(z) for max(z, 0)",
    "matmul": "z @ W",
    "dot": "z @ W",
    "einsum": "z @ W",
    "square": "z ** 2",
    "concatenate": "ops.concatenate(a, b, axis=1)",
    "hstack": "ops.concatenate(a, b, axis=1)",
    "reshape": "Reshape(4, 2)(z), with your own sizes",
    "ravel": "Flatten()(z)",
    "expit": "Sigmoid()(z)",
    "erf": "GELU()(z)",
}
# Attributes of other libraries' tensors.
NODE_NAMES = {
    "tanh": "Tanh()(z)",
    "sigmoid": "Sigmoid()(z)",
    "relu": "ReLU()(z)",
    "softmax": "Softmax()(z)",
    "exp": "ops.exp(z)",
    "matmul": "z @ W",
    "mm": "z @ W",
    "dot": "z @ W",
    "square": "z ** 2",
    "pow": "z ** 2",
    "reshape": "Reshape(4, 2)(z), with your own sizes",
    "view": "Reshape(4, 2)(z), with your own sizes",
    "flatten": "Flatten()(z)",
    "abs": "an op of your own",
    "sum": "an op of your own, or GlobalAveragePool()(z) for a mean over positions",
    "mean": "an op of your own, or GlobalAveragePool()(z) for a mean over positions",
    "T": "ops.matmul(a, b), or an op of your own",
    "transpose": "an op of your own",
    "size": "z.shape",
    "ndim": "len(z.shape)",
    "dim": "len(z.shape)",
    "numpy": "net.activations(X), after the network is built",
    "detach": "net.activations(X), after the network is built",
    "item": "net.activations(X), after the network is built",
}

ELSEWHERE = {
    "device": "There is no GPU: engine='native' is C, engine='reference' is NumPy.",
    "epoch": "Here it is called epochs.",
    "nb_epoch": "Here it is called epochs.",
    "max_iter": "Here it is called epochs.",
    "validation_split": "Here it is called validation_fraction.",
    "input_shape": "Here it is called inputs: the shape of one row.",
    "input_dim": "Here it is called inputs: the shape of one row.",
    "random_state": "Here it is called seed.",
    "lr": "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
    "learning_rate": "Give it to the optimizer: fit(optimizer=Adam(lr=0.001)).",
    "shuffle": "Rows come in a new order in each epoch; order= gives one of your own.",
    "layers": "Write the layers one after another: Network(Dense(4), ReLU(), loss=...).",
}


def missing_name(module: str, name: str) -> str:
    """Return the message of an AttributeError. (Python itself suggests names spelled alike.)"""
    ours = IN_MODULES.get(module.rpartition(".")[2], {}).get(name) or NAMES.get(name, "")
    if not ours and not name.startswith("_"):  # a notebook does not show Python's suggestion
        known = getattr(sys.modules.get(module), "__all__", ())
        ours = next((word for word in known if word.lower() == name.lower()), "")
    hint = (
        f". Write: {ours}"
        if ours.startswith("from ")
        else f". {ours}"
        if ours.endswith(".")
        else f". Here it is called {ours}."
        if ours
        else ""
    )
    return f"module {module!r} has no attribute {name!r}{hint}"


def missing_attribute(given: Any, name: str, table: Mapping[str, str]) -> Any:
    """Raise the AttributeError for an unknown attribute, with what to write instead.

    Call it from `__getattr__`. An error inside a property or a descriptor keeps its own message.
    """
    if name in table:
        kind = type(given).__name__
        raise AttributeError(
            f"{kind!r} object has no attribute {name!r}. {table[name]}", name=name, obj=given
        )
    return object.__getattribute__(given, name)


def unknown_keyword(
    where: str, name: str, known: Iterable[str], elsewhere: Mapping[str, str]
) -> ParameterError:
    """Return the error for a keyword that `where` does not have: it says what to write instead."""
    known = list(known)
    close = get_close_matches(name, known, 1)
    others = ", ".join(name for name in known if name not in ("self", "net", "X", "y"))
    near = f"Here it is called {close[0]}." if close else f"Known ones: {others}."
    remedy = elsewhere.get(name) or ELSEWHERE.get(name) or near
    return ParameterError(f"{where}({name}=...): there is no keyword {name!r}. {remedy}")


def known_keywords(where: str, elsewhere: Mapping[str, str]) -> Callable[[F], F]:
    """Decorate a function so that an unknown keyword raises ParameterError with a suggestion."""

    def decorate(function: F) -> F:
        known = [
            p.name
            for p in signature(function).parameters.values()
            if p.kind is not p.VAR_POSITIONAL
        ]

        by_place = [
            p.name
            for p in signature(function).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        any_number = any(
            p.kind is p.VAR_POSITIONAL for p in signature(function).parameters.values()
        )

        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            for name in kwargs:
                if name not in known:
                    raise unknown_keyword(where, name, known, elsewhere)
            if len(args) > len(by_place) and not any_number:
                given = ", ".join(by_place[1:])
                rest = next((name for name in known if name not in by_place), "")
                rule = f"{given} may be given by place, all else" if given else "all is given"
                raise TypeError(f"{where}: {rule} by name, such as {rest}=.")
            return function(*args, **kwargs)

        return checked  # type: ignore[return-value]

    return decorate


def needs_rows(otherwise: str) -> Callable[[F], F]:
    """Decorate a method so that a call without rows raises TypeError with these words."""

    def decorate(method: F) -> F:
        @wraps(method)
        def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
            if not args and "X" not in kwargs:
                raise TypeError(otherwise)
            return method(self, *args, **kwargs)

        return checked  # type: ignore[return-value]

    return decorate
