"""Runs that would read or write outside of an array: each is refused, and nothing changes."""

import numpy as np
import pytest
from tests.users_ops import Tanh

import chainrule as cr
from chainrule.engines import native, refusals
from chainrule.engines.native import Native, hyper_names
from chainrule.training.updates import Update, groups

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")
ROWS, K = 12, 3
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 4)).astype(np.float32)
LABELS = RNG.integers(0, K, ROWS).astype(np.int32)
NAMES = ("theta", "slots", "rows", "order", "numbers", "c", "starts", "hyper", "constants")
NAMES += ("losses", "grad", "t", "step", "seed", "milliseconds", "careful")


def network(*layers, loss=None, **settings):
    settings = {"dtype": "float32", "seed": 1, "inputs": (4,)} | settings
    layers = layers or (cr.Dense(5), cr.BatchNorm(), cr.Tanh(), cr.Dense(K))
    return cr.Network(*layers, loss=loss or cr.SoftmaxCrossEntropy(), **settings)


class Call:
    """A good call of advance with Adam, and what is changed in it."""

    def __init__(self, net=None, batch=4):
        net = net or network()
        program = net.programs.train
        self.update = Update(cr.Adam(), groups(program))
        wrt = [p.value for p in program.parameters]
        self.plan = Native(program, batch, "float32", wrt=wrt, update=self.update)
        numbers = [getattr(self.update.optimizer, n) for n in hyper_names(self.update.optimizer)]
        self.given = {
            "theta": net.theta.copy(),
            "slots": tuple(self.update.start(net.theta).values()),
            "rows": self.plan.data({"x": X, "y": LABELS}),
            "order": RNG.permutation(ROWS).astype(np.int32),
            "numbers": None,
            "c": np.full(ROWS, 0.25, np.float32),
            "starts": np.arange(0, ROWS + 1, 4),
            "hyper": np.array([[numbers]]),
            "constants": None,
            "losses": np.zeros(3),
            "grad": None,
            "t": 1,
            "step": 0,
            "seed": 5,
            "milliseconds": 0,
            "careful": 0,
        }

    def __call__(self, **changes):
        """Return (code, name of the array) of a refusal, or FINE. A refusal changes nothing."""
        given = self.given | changes
        before = self.given["theta"].tobytes()
        answer = native.native_code.advance(self.plan._plan, *(given[name] for name in NAMES))
        if answer[0] is None:
            return refusals.FINE
        assert self.given["theta"].tobytes() == before
        return answer[0], refusals.ARRAYS[answer[1] - refusals.FIRST_ARRAY]


def unaligned(array):
    """The same numbers, one byte further."""
    memory = np.zeros(array.nbytes + 1, np.uint8)
    moved = memory[1:].view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def test_a_good_call_is_done():
    call = Call()
    assert call() == refusals.FINE and (call.given["losses"] > 0).all()


# ---------------------------------------------------------------- types, sizes, order, alignment


@pytest.mark.parametrize("name", ["theta", "c", "starts", "losses", "order"])
def test_arrays_of_another_type(name):
    call, other = Call(), {"order": np.int64, "starts": np.int32, "losses": np.float32}
    changed = call.given[name].astype(other.get(name, np.float64))
    assert call(**{name: changed})[0] == refusals.WRONG_TYPE


def test_slots_numbers_and_rows_of_another_type():
    call = Call()
    m, v = call.given["slots"]
    assert call(slots=(m, v.astype(np.float64))) == (refusals.WRONG_TYPE, refusals.ARRAYS[2])
    assert call(hyper=call.given["hyper"].astype(np.float32))[0] == refusals.WRONG_TYPE
    x, y = call.given["rows"]
    assert call(rows=(x, y.astype(np.float32)))[0] == refusals.WRONG_TYPE
    assert call(rows=(x.astype(np.complex64), y))[0] == refusals.WRONG_TYPE
    assert call(rows=(x.astype(">f4"), y))[0] == refusals.WRONG_TYPE
    assert call(rows=(x.astype(np.float64), y)) == refusals.FINE  # cast while it is gathered


@pytest.mark.parametrize("name", ["theta", "order", "c", "losses"])
def test_arrays_that_are_too_short(name):
    call = Call()
    changed = call.given[name][:-1].copy() if name != "losses" else np.zeros(0)
    assert call(**{name: changed})[0] in (refusals.TOO_SHORT, refusals.MISSING)


def test_slots_and_rows_that_are_too_short():
    call = Call()
    m, v = call.given["slots"]
    assert call(slots=(m, v[:-1].copy()))[0] == refusals.TOO_SHORT
    x, y = call.given["rows"]
    assert call(rows=(x[:-1].copy(), y))[0] == refusals.TOO_SHORT
    assert call(rows=(x, y[:-1].copy()))[0] == refusals.TOO_SHORT
    assert call(rows=(x[:, :3].copy(), y))[0] == refusals.TOO_SHORT  # rows of another size


def test_arrays_in_another_order():
    call = Call()
    with pytest.raises((ValueError, BufferError)):
        call(theta=np.zeros(2 * len(call.given["theta"]), np.float32)[::2])


@pytest.mark.parametrize("name", ["theta", "c", "starts", "losses", "order", "hyper"])
def test_arrays_that_are_not_aligned(name):
    call = Call()
    assert call(**{name: unaligned(call.given[name])})[0] == refusals.NOT_ALIGNED


def test_read_only_arrays_that_are_written_to():
    call = Call()
    m, v = call.given["slots"]
    assert call(theta=read_only(call.given["theta"]))[0] == refusals.READ_ONLY
    assert call(slots=(m, read_only(v)))[0] == refusals.READ_ONLY
    assert call(losses=read_only(call.given["losses"]))[0] == refusals.READ_ONLY
    assert call(c=read_only(call.given["c"])) == refusals.FINE


def test_arrays_that_are_missing():
    call = Call()
    for name in ("theta", "c", "starts", "hyper", "losses"):
        assert call(**{name: None})[0] == refusals.MISSING, name


# ---------------------------------------------------------------- starts, order, counts


@pytest.mark.parametrize(
    "starts",
    [
        [-4, 0, 4, 8],
        [0, 4, 2, 6],
        [0, 4, 4, 8],
        [0, 5, 8, 12],
        [0, -(2**63), 4, 8],
        [2**62, 2**62 + 1, 2**62 + 2, 2**62 + 3],
    ],
)
def test_starts_that_are_negative_decrease_or_leave_the_data(starts):
    call = Call()
    found = call(starts=np.array(starts))
    assert found[0] in (refusals.WRONG_STARTS, refusals.TOO_SHORT)
    assert found != refusals.FINE


def test_starts_beyond_the_weights_and_the_rows():
    assert Call()(starts=np.array([0, 4, 8, 13]))[0] in (refusals.TOO_SHORT, refusals.WRONG_STARTS)
    assert Call()(starts=np.array([9, 13]), order=None)[0] == refusals.TOO_SHORT
    assert Call()(starts=np.array([0]))[0] == refusals.TOO_SHORT


def test_row_numbers_that_the_data_set_does_not_have():
    for number, expected in (
        (-1, refusals.WRONG_ROW),
        (ROWS, refusals.TOO_SHORT),
        (2**31 - 1, refusals.TOO_SHORT),
    ):
        call = Call()
        order = call.given["order"].copy()
        order[7] = number
        assert call(order=order)[0] == expected


def test_more_steps_than_the_order_has_epochs_for():
    call = Call()
    assert call(losses=np.zeros(4))[0] == refusals.TOO_SHORT
    assert call(losses=np.zeros(6), order=np.tile(call.given["order"], 2)) == refusals.FINE


def test_another_number_of_row_inputs_slots_or_numbers():
    call = Call()
    x, y = call.given["rows"]
    for rows in ((), (x,), (x, y, y)):
        assert call(rows=rows)[0] == refusals.WRONG_COUNT
    with pytest.raises(ValueError, match="too many"):
        call(rows=(x,) * 300)
    m, v = call.given["slots"]
    for slots in ((), (m,), (m, v, v)):
        assert call(slots=slots)[0] == refusals.WRONG_COUNT
    for hyper in (np.zeros(3), np.zeros(5), np.zeros(8)):
        assert call(hyper=hyper)[0] in (refusals.WRONG_COUNT, refusals.TOO_SHORT)
    assert call(constants=np.zeros(0)) == refusals.FINE


@pytest.mark.parametrize("t", [0, -1, -(2**62), 2**63 - 1])
def test_updates_are_counted_from_1(t):
    assert Call()(t=t)[0] == refusals.WRONG_STEP


def test_steps_are_counted_from_0():
    assert Call()(step=-1)[0] == refusals.WRONG_STEP


# ---------------------------------------------------------------- plans for something else


def test_a_gradient_runs_no_rule():
    """The rule of the plan has no numbers here; theta may be read-only."""
    call, net = Call(batch=ROWS), network()
    inputs = {"x": X, "y": LABELS, "c": np.full(ROWS, 1 / ROWS, np.float32)}
    theta = read_only(net.theta)
    L, g = call.plan.loss_and_grad(theta, inputs)
    wrt = [p.value for p in net.programs.train.parameters]
    plain = Native(net.programs.train, ROWS, "float32", wrt=wrt).loss_and_grad(net.theta, inputs)
    assert plain[0] == L and plain[1].tobytes() == g.tobytes()


def test_a_gradient_is_not_clipped():
    net = network()
    program = net.programs.train
    tensors = tuple(p.where for p in program.parameters)
    update = Update(cr.SGD(), groups(program), clips=(cr.ClipValue(1e-6),), tensors=tensors)
    inputs = {"x": X, "y": LABELS, "c": np.full(ROWS, 1 / ROWS, np.float32)}
    wrt = [p.value for p in program.parameters]
    g = Native(program, ROWS, "float32", wrt=wrt, update=update).loss_and_grad(net.theta, inputs)[1]
    assert np.abs(g).max() > 1e-3


def test_a_plan_that_predicts_takes_no_steps():
    net = network()
    plan = Native(net.programs.predict, ROWS, "float32")
    inputs = {"x": X, "c": np.ones(ROWS, np.float32)}
    with pytest.raises(cr.EngineError, match="a plan that was made for this"):
        plan.loss(net.theta, inputs)


def test_a_plan_that_trains_does_not_predict():
    net = network()
    plan = Native(net.programs.train, ROWS, "float32")
    data = plan.data({"x": X, "y": LABELS})
    out = np.zeros((ROWS, K), np.float32)
    refused = native.native_code.predict(plan._plan, net.theta, data, ROWS, out)
    assert refused[0] == refusals.WRONG_PLAN


def test_predictions_with_arrays_that_do_not_fit():
    net = network()
    plan, out = Native(net.programs.predict, ROWS, "float32"), np.zeros((ROWS, K), np.float32)

    def code(theta=net.theta, data=(X,), rows=ROWS, out=out):
        answer = native.native_code.predict(plan._plan, theta, data, rows, out)
        return answer if answer is None else answer[0]

    assert code() is None
    assert code(theta=net.theta.astype(np.float64)) == refusals.WRONG_TYPE
    assert code(theta=net.theta[:-1].copy()) == refusals.TOO_SHORT
    assert code(rows=ROWS + 1) == refusals.TOO_SHORT
    assert code(rows=2**62) == refusals.TOO_SHORT
    assert code(rows=-1) == refusals.WRONG_COUNT
    assert code(out=out.astype(np.float64)) == refusals.WRONG_TYPE
    assert code(out=read_only(out)) == refusals.READ_ONLY
    assert code(data=(X[:, :3].copy(),)) == refusals.TOO_SHORT
    assert code(data=()) == refusals.WRONG_COUNT
    assert code(theta=read_only(net.theta)) is None


def test_a_refusal_is_a_sentence():
    net = network()
    plan = Native(net.programs.predict, ROWS, "float32")
    message = r"predict \(theta\): expected an array of the plan's type, got another one. Convert"
    with pytest.raises(cr.EngineError, match=message):
        plan.predict(net.theta.astype(np.float64), {"x": X})


# ---------------------------------------------------------------- labels


@pytest.mark.parametrize("classes", [3, 70])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("label", [-1, -(2**31), 2**31 - 1, "K"])
def test_a_label_that_is_no_class_gives_nan_and_touches_nothing(classes, smoothing, label):
    net = network(cr.Dense(classes), loss=cr.SoftmaxCrossEntropy(label_smoothing=smoothing))
    program = net.programs.train
    y = LABELS.copy()
    y[5] = classes if label == "K" else label
    wrt = [p.value for p in program.parameters]
    inputs = {"x": X, "y": y, "c": np.full(ROWS, 1 / ROWS, np.float32)}
    L, g = Native(program, ROWS, "float32", wrt=wrt).loss_and_grad(net.theta, inputs)
    assert (np.isnan(L) and np.isnan(g).any()) or smoothing
    assert np.isnan(L)


# ---------------------------------------------------------------- what users do


def test_a_read_only_theta_predicts_and_scores():
    net = network()
    y = LABELS.astype(np.int64)
    expected = net.predict(X), net.evaluate(X, y)
    net.theta.flags.writeable = False
    assert net.predict(X).tobytes() == expected[0].tobytes()
    assert net.evaluate(X, y) == expected[1]


def test_a_network_that_joblib_maps_from_a_file(tmp_path):
    joblib = pytest.importorskip("joblib")
    net = network(cr.Dense(300), cr.Dense(K))
    joblib.dump(net, tmp_path / "net")
    mapped = joblib.load(tmp_path / "net", mmap_mode="r")
    assert mapped.predict(X).tobytes() == net.predict(X).tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unaligned_rows_are_copied(dtype):
    net = network(dtype=dtype)
    rows, y = unaligned(X.astype(dtype)), LABELS.astype(np.int64)
    assert not rows.flags.aligned
    assert net.predict(rows).tobytes() == net.predict(X.astype(dtype)).tobytes()
    assert net.evaluate(rows, y) == net.evaluate(X.astype(dtype), y)
    one, other = network(dtype=dtype), network(dtype=dtype)
    one.fit(rows, y, epochs=2, verbose=0)
    other.fit(X.astype(dtype), y, epochs=2, verbose=0)
    assert one.theta.tobytes() == other.theta.tobytes()


def test_an_unaligned_theta_is_copied():
    net = network()
    plan = Native(net.programs.predict, ROWS, "float32")
    expected = plan.predict(net.theta, {"x": X})
    assert plan.predict(unaligned(net.theta), {"x": X}).tobytes() == expected.tobytes()
    assert plan.predict_array(unaligned(net.theta), X) is None


def test_a_users_op_gets_what_the_door_has_checked():
    net = network(Tanh(), cr.Dense(K))
    assert np.isfinite(net.predict(X)).all()
