"""The epochs of an MLP: what is printed, warned of and counted."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.exceptions import ConvergenceWarning
from tests.estimators.mlp.sklearn_cases import PAIRS, since_17

from chainrule.estimators.mlp.progress import Progress, Rate, not_converged


@since_17
def test_a_warning_and_the_lines_of_verbose_are_theirs(data, capsys):
    X, y = data["iris"]
    said = []
    for cls in PAIRS[0]:
        with pytest.warns(ConvergenceWarning) as caught:
            cls(5, max_iter=3, verbose=True, early_stopping=True, random_state=0).fit(X, y)
        said.append((str(caught[0].message), capsys.readouterr().out))
    assert said[0] == said[1]


class Estimator:
    """The public attributes that progress reads and writes."""

    def __init__(self, **settings):
        self.learning_rate, self.learning_rate_init, self.power_t = "constant", 0.5, 0.5
        self.solver, self.optimizer, self.early_stopping, self.verbose = "sgd", None, False, False
        self.tol, self.n_iter_no_change, self.max_iter = 0.1, 2, 10
        self.n_iter_, self.t_, self.loss_curve_, self.best_loss_ = 0, 0, [], np.inf
        self.validation_scores_, self.best_validation_score_ = [], -np.inf
        vars(self).update(settings)


class Net:
    def __init__(self):
        self.theta = np.zeros(3)


def test_the_policies_of_the_learning_rate():
    for policy, wanted in (("constant", 0.5), ("invscaling", 0.5 / 4**0.5)):
        est = Estimator(learning_rate=policy, t_=3)
        rate = Rate(est)
        rate.epoch_ends(est)
        assert rate.now == rate(1) == wanted
        assert rate.stops("no progress", verbose=False)
    rate = Rate(Estimator(learning_rate="adaptive"))
    assert not rate.stops("no progress", verbose=False) and rate.now == 0.1
    rate.now = 1e-7
    assert rate.stops("no progress", verbose=False)
    assert Rate(Estimator(learning_rate="adaptive", solver="adam")).policy == "constant"


def test_epochs_without_progress_are_counted_and_end_training():
    est = Estimator()
    progress = Progress(est, Rate(est), rows=7)
    ends = [progress.epoch_ended(Net(), loss) for loss in (3.0, 2.0, 1.95, 1.95, 2.0)]
    assert ends == [False, False, False, False, True] and progress.idle == 3
    assert (est.n_iter_, est.t_, est.best_loss_, est.loss_) == (5, 35, 1.95, 2.0)
    assert est.loss_curve_ == [3.0, 2.0, 1.95, 1.95, 2.0]


def test_a_warm_start_goes_on_counting():
    est = Estimator(best_loss_=0.0)
    assert Progress(est, Rate(est), rows=7, idle=2).epoch_ended(Net(), 1.0)


def test_the_weights_of_the_best_score_come_back():
    class Held:
        def __init__(self, est, scores):
            self.est, self.scores = est, iter(scores)

        def look(self):
            self.est.validation_scores_.append(next(self.scores))

    est = Estimator(early_stopping=True)
    progress, net = Progress(est, Rate(est), rows=7, held=Held(est, [0.5, 0.9, 0.6])), Net()
    for k in range(3):
        net.theta[...] = k
        progress.epoch_ended(net, 1.0)
    progress.restore_best(net)
    assert net.theta.tolist() == [1, 1, 1] and est.best_validation_score_ == 0.9
    last = Progress(est, Rate(est), rows=7, held=Held(est, [0.1]))
    net.theta[...] = 8
    last.epoch_ended(net, 1.0)
    last.restore_best(net)  # no better score: the last weights stay
    assert net.theta.tolist() == [8, 8, 8]


def test_max_iter_is_warned_of():
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(10\) reached"):
        not_converged(Estimator())
