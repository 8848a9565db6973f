"""Rows, and a callback that records its calls."""

import numpy as np

X, Y = np.random.default_rng(0).random((60, 4)), np.repeat(["no", "yes", "who"], 20)


class Heard:
    """A callback that records its calls; it ends training at epoch `last`."""

    def __init__(self, last=None):
        self.last, self.told, self.predictions = last, [], []

    def setup(self, estimator, context):
        self.told.append(("setup", context.task_name))

    def teardown(self, estimator, context):
        self.told.append(("teardown", context.task_name))

    def on_fit_task_begin(self, estimator, context):
        self.told.append(("begin", context.task_name))

    def on_fit_task_end(self, estimator, context, *, X, fitted_estimator):
        self.told.append(("end", context.task_name))
        if fitted_estimator is not None:
            self.predictions.append(
                getattr(fitted_estimator, "predict_proba", None) or fitted_estimator.transform
            )
            self.predictions[-1] = self.predictions[-1](X)
        return context.task_name == "epoch" and context.task_id == self.last


def expected(epochs):
    inside = [("begin", "epoch"), ("end", "epoch")] * epochs
    return [("setup", "fit"), ("begin", "fit"), *inside, ("end", "fit"), ("teardown", "fit")]
