"""scikit-learn as it is."""

import sklearn
from peers_workloads import CHAINS, classified, digits, one_row
from sklearn.neural_network import MLPClassifier


def load(cores):
    workloads = {"predict": predict, "classifier": own_words, **dict.fromkeys(CHAINS, fit)}
    return sklearn.__version__, workloads


def classifier(task):
    return MLPClassifier(
        task.sizes[1:-1],
        alpha=0.0,
        batch_size=task.batch,
        max_iter=task.epochs,
        tol=0.0,
        n_iter_no_change=10**6,
        random_state=0,
    )


def fit(name):
    task = CHAINS[name]()
    return lambda: None, lambda: classifier(task).fit(task.X, task.y).loss_curve_[-1]


def own_words(_):
    X, y, settings = classified()
    return lambda: None, lambda: MLPClassifier(**settings).fit(X, y).loss_curve_[-1]


def predict(_):
    net, x = classifier(digits()).fit(digits().X, digits().y), one_row()

    def run():
        for _ in range(1000):
            net.predict_proba(x)

    return lambda: None, run
