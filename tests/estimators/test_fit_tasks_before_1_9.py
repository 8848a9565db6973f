"""The callbacks of scikit-learn 1.9 before 1.9: the same hooks, called by the estimator alone."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.base import clone
from tests.estimators.fit_tasks_cases import Heard, X, expected

from chainrule.estimators import fit_tasks_before_1_9 as fit_tasks_alone


class Loop(fit_tasks_alone.CallbackSupportMixin):
    """Three epochs of nothing."""

    def get_params(self, deep=True):
        return {}

    @fit_tasks_alone.with_callbacks
    def fit(self, X, fails=False):
        fit = self._init_callback_context(max_subtasks=3)
        given = {"estimator": self, "X": X, "y": None, "metadata": {}}
        fit.call_on_fit_task_begin(**given)
        for self.n in range(1, 4):
            epoch = fit.subcontext(task_name="epoch")
            epoch.call_on_fit_task_begin(**given)
            if fails:
                raise ZeroDivisionError
            if epoch.call_on_fit_task_end(
                **given, reconstruction_attributes=lambda: {"n": 10 * self.n}
            ):
                break
        fit.call_on_fit_task_end(**given, reconstruction_attributes={})
        return self

    def transform(self, X):
        return self.n


def test_alone_every_epoch_is_told():
    heard = Heard()
    Loop().set_callbacks(heard).fit(X)
    assert heard.told == expected(3)
    assert heard.predictions == [10, 20, 30, 3]
    heard = Heard(last=0)
    assert Loop().set_callbacks(heard).fit(X).n == 1
    assert heard.told == expected(1)


def test_alone_torn_down_cloned_refused():
    heard, loop = Heard(), Loop()
    with pytest.raises(ZeroDivisionError):
        loop.set_callbacks(heard).fit(X, fails=True)
    assert heard.told[-1] == ("teardown", "fit")
    assert clone(loop)._skl_callbacks == [heard]
    for bad in (Heard, print, 3):
        with pytest.raises(TypeError, match="FitCallback protocol"):
            loop.set_callbacks(bad)
    assert not vars(loop.set_callbacks()).get("_skl_callbacks")
