"""Several processes fit one estimator: the same fitted attributes in all, or an error in all."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from tests.distributed.mpi import mpiexec
from tests.distributed.thread_comm import run_together, same

pytest.importorskip("sklearn", minversion="1.6")

from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule import estimators as est
from chainrule.engines.choice import check_engine, uses_native
from chainrule.errors import ParameterError, ProcessError
from chainrule.estimators.processes import comm_of, in_processes, is_first

RNG = np.random.default_rng(0)
X = RNG.random((300, 16)).astype("f4")
LABELS = (X[:, :3].sum(axis=1) > 1.5).astype(int)
Y = X[:, 0] * 2 + X[:, 1]
TABLE = {"a": X[:, 0], "b": np.where(X[:, 1] > 0.5, "u", "v"), "y": Y}
LAYERS = (cr.Dense(8), cr.ReLU())
SOON = {"epochs": 2, "batch_size": 200, "random_state": 0}
ITERATIONS = {"max_iter": 2, "batch_size": 200, "random_state": 0}
PARTS = {"hidden_layer_sizes": (8, 4), "n_iter": 1}
TABLES = {"n_estimators": 2, "batch_size": 128, "max_iter": 2, "random_state": 0, "verbose": 0}
CASES = {
    "NetworkClassifier": (
        est.NetworkClassifier(LAYERS, validation_fraction=0.1, early_stopping=True, **SOON),
        (X, LABELS),
    ),
    "NetworkRegressor": (est.NetworkRegressor(LAYERS, **SOON), (X, Y)),
    "ConvClassifier": (est.ConvClassifier(**SOON), (X.reshape(-1, 4, 4), LABELS)),
    "ConvRegressor": (est.ConvRegressor(**SOON), (X.reshape(-1, 4, 4), Y)),
    "Autoencoder": (est.Autoencoder((8, 2), noise=0.1, **SOON), (X,)),
    "MLPClassifier": (
        est.MLPClassifier((8,), optimizer=cr.Adam(), early_stopping=True, **ITERATIONS),
        (X, LABELS),
    ),
    "MLPRegressor": (
        est.MLPRegressor(hidden_layer_sizes=(8,), dropout=0.1, **ITERATIONS),
        (X, Y),
    ),
    "DeepBeliefClassifier": (est.DeepBeliefClassifier(**PARTS, **ITERATIONS), (X, LABELS)),
    "DeepBeliefAutoencoder": (est.DeepBeliefAutoencoder(**PARTS, **ITERATIONS), (X,)),
    "BernoulliRBM": (
        est.BernoulliRBM(128, batch_size=250, n_iter=2, random_state=0),
        (np.tile(X, 8),),
    ),
    "TableRegressor": (est.TableRegressor(**TABLES), (TABLE, "y")),
}
QUICK = "NetworkClassifier", "BernoulliRBM"

in_c = pytest.mark.skipif(not uses_native(check_engine(None)), reason="it is the native engine's")


def fitted(model, data, comm=None):
    """Return all public fitted attributes as bits and texts."""
    model = clone(model)
    model.fit(*data, **({} if comm is None else {"comm": comm}))
    assert comm_of(model) is None
    pickle.dumps(model)
    return {name: shown(value) for name, value in vars(model).items() if name.endswith("_")}


def shown(value):
    if hasattr(value, "theta"):
        return value.theta.tobytes()
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.tobytes()
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    return value if isinstance(value, (int, float, str)) else type(value).__name__


@in_c
@pytest.mark.parametrize("name", QUICK)
def test_two_processes_fit_what_one_fits(name):
    model, data = CASES[name]
    assert same(run_together(2, lambda comm: fitted(model, data, comm))) == fitted(model, data)


@in_c
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("name", [name for name in CASES if name not in QUICK])
@pytest.mark.filterwarnings("ignore:.*too small for 3 processes")
def test_processes_fit_what_one_fits(name):
    model, data = CASES[name]
    assert same(run_together(3, lambda comm: fitted(model, data, comm))) == fitted(model, data)


@in_c
@pytest.mark.filterwarnings("ignore:.*too small for 2 processes")
def test_without_random_state_all_processes_begin_alike():
    model = est.NetworkRegressor(LAYERS, epochs=1)
    same(run_together(2, lambda comm: fitted(model, (X, Y), comm)))


@in_c
def test_an_error_in_one_process_is_told_to_all():
    def work(comm):
        model = est.NetworkRegressor(LAYERS, epochs=1)
        y = Y if comm.rank else Y[:-1]
        model.fit(X, y, comm=comm)

    first, second = run_together(2, work)
    assert isinstance(first, ValueError)
    assert isinstance(second, ProcessError)
    assert "process 0 of 2 ended the run: ValueError" in str(second)


@in_c
def test_an_error_after_the_training_is_told_to_all():
    class Model:
        @in_processes
        def fit(self, *, comm=None):
            if comm.rank == 1:
                raise KeyError("after the others are done")

    first, second = run_together(2, lambda comm: Model().fit(comm=comm))
    assert isinstance(first, ProcessError)
    assert isinstance(second, KeyError)


@pytest.mark.parametrize("words", [{"solver": "lbfgs"}, {"solver": "adam"}, {"solver": "sgd"}])
def test_steps_in_words_of_scikit_learn_are_refused(words):
    def work(comm):
        est.MLPClassifier(**words).fit(X, LABELS, comm=comm)

    for error in run_together(2, work):
        assert isinstance(error, ParameterError)
        assert f"solver={words['solver']!r}" in str(error)
        assert "Write optimizer=chainrule.Adam()" in str(error)


def test_lbfgs_is_refused():
    def work(comm):
        est.MLPClassifier(optimizer="lbfgs").fit(X, LABELS, comm=comm)

    for error in run_together(2, work):
        assert isinstance(error, ParameterError)
        assert "LBFGS" in str(error)


def test_a_copy_made_while_fitting_has_no_communicator():
    class Model:
        @in_processes
        def fit(self, *, comm=None):
            assert comm_of(self) is comm
            assert comm_of(deepcopy(self)) is None
            assert comm_of(pickle.loads(pickle.dumps(vars(self)["_comm"]))) is None
            return is_first(self)

    assert run_together(2, lambda comm: Model().fit(comm=comm)) == [True, False]


@in_c
def test_pipelines_and_searches_hand_the_communicator_on():
    def in_pipeline(comm):
        model = make_pipeline(StandardScaler(), est.NetworkRegressor(LAYERS, **SOON))
        model.fit(X, Y, networkregressor__comm=comm)
        return model[-1].network_.theta.tobytes()

    def routed(comm):
        with config_context(enable_metadata_routing=True):
            network = est.NetworkRegressor(LAYERS, **SOON).set_fit_request(comm=True)
            model = make_pipeline(StandardScaler(), network)
            return model.fit(X, Y, comm=comm)[-1].network_.theta.tobytes()

    assert same(run_together(2, in_pipeline)) == in_pipeline(None)
    assert routed(None) == in_pipeline(None)
    search = GridSearchCV(est.NetworkRegressor(LAYERS, **SOON), {"epochs": [1]}, cv=2)
    assert search.fit(X, Y, comm=None).best_params_ == {"epochs": 1}


SCRIPT = """
import sys, numpy as np
from mpi4py import MPI
sys.path.insert(0, sys.argv[1])
from tests.estimators.test_processes import CASES, fitted
comm = MPI.COMM_WORLD
for name in ("NetworkClassifier", "MLPRegressor", "DeepBeliefClassifier", "TableRegressor"):
    model, data = CASES[name]
    assert fitted(model, data, comm) == fitted(model, data), name
print("equal", flush=True)
"""


@pytest.mark.slow
def test_real_processes_fit_what_one_fits(tmp_path, pytestconfig):
    code, out, err = mpiexec(2, "-c", SCRIPT, pytestconfig.rootpath, folder=tmp_path)
    assert (code, out) == (0, "equal\n" * 2), err


@in_c
def test_other_labels_are_named_though_their_numbers_are_the_same(capfd):
    def work(comm):
        model = est.NetworkClassifier(LAYERS, **SOON)
        try:
            model.fit(X, LABELS + comm.rank, comm=comm)
        except ProcessError as error:
            return str(error), hasattr(model, "network_")
        return ""

    text, fitted_ = same(run_together(2, work))
    assert "the same labels in all 2 processes (0, 1), got another one in process 1 (1, 2)" in text
    assert not fitted_
    assert capfd.readouterr().err.count("the same labels") == 1
