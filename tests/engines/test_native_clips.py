"""Clips in C: the reference's numbers, the same bits whoever sums the norms."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import instruction_sets
from chainrule.optimizers.clipping import Clip
from chainrule.training.updates import Update

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(300, 9)), RNG.integers(0, 4, 300)
CLIPS = {
    "value": (cr.ClipValue(0.003),),
    "norm": (cr.ClipNorm(0.02),),
    "global norm": (cr.ClipGlobalNorm(0.03),),
    "norm, not reached": (cr.ClipNorm(100.0),),
    "three of them": (cr.ClipGlobalNorm(0.5), cr.ClipNorm(0.04), cr.ClipValue(0.01)),
}


def trained(clips, engine="native", dtype="float64", units=20, freeze=(), epochs=3, **settings):
    net = cr.Network(
        cr.Dense(units),
        cr.Tanh(),
        cr.Dense(4),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(9,),
        seed=2,
        dtype=dtype,
        engine=engine,
        **settings,
    )
    history = net.freeze(*freeze).fit(
        X, LABELS, optimizer=(*clips, cr.Momentum(lr=0.5)), epochs=epochs, batch_size=150, verbose=0
    )
    return net.theta, history.loss


@pytest.fixture
def no_python(monkeypatch):
    """An update that runs in Python is an error."""
    monkeypatch.setattr(Update, "__call__", lambda *_: pytest.fail("the update ran in Python"))


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("clips", CLIPS.values(), ids=CLIPS)
def test_clips_are_those_of_the_reference(clips, dtype, near, request):
    reference = trained(clips, "reference", dtype)
    request.getfixturevalue("no_python")
    theta, loss = trained(clips, dtype=dtype)
    assert np.abs(theta - reference[0]).max() <= near * np.abs(reference[0]).max()
    np.testing.assert_allclose(loss, reference[1], rtol=near)


def test_a_clip_that_is_not_reached_changes_no_bit():
    assert (trained(())[0] == trained(CLIPS["norm, not reached"])[0]).all()
    assert (trained(())[0] != trained(CLIPS["norm"])[0]).any()


@pytest.mark.parametrize("clips", CLIPS.values(), ids=CLIPS)
def test_threads_and_instruction_sets_change_no_bit(clips, monkeypatch):
    """1,000 units: the first tensor has several blocks, and the threads share them."""
    sets = [s for s in instruction_sets() if s != "plain"] or ["plain"]
    bits = {
        trained(clips, "native", "float32", 1000, epochs=2, threads=n)[0].tobytes()
        for n in (1, 2, 3, 8)
    }
    monkeypatch.setattr(native, "instruction_sets", lambda: sets[:1])
    bits.add(trained(clips, "native", "float32", 1000, epochs=2, threads=1)[0].tobytes())
    assert len(bits) == 1


def test_a_frozen_tensor_does_not_count():
    clips = (cr.ClipGlobalNorm(0.03),)
    ours, reference = (
        trained(clips, engine, freeze=("dense1/W",))[0] for engine in ("native", "reference")
    )
    np.testing.assert_allclose(ours, reference, rtol=1e-10)
    assert np.abs(ours - trained(clips)[0]).max() > 1e-4


def test_an_infinite_gradient_is_found_before_its_clip_hides_it():
    """dW = x dz overflows, the loss does not: clipped by value, theta would just go on."""
    for engine in ("native", "reference"):
        net = cr.Network(
            cr.Dense(1),
            loss=cr.SquaredError(),
            inputs=(1,),
            engine=engine,
            initial_weights={"W1": [[1.0]]},
        )
        start = net.theta.copy()
        with pytest.raises(cr.TrainingError, match="a gradient that is not"):
            net.fit([[1e19]], [-0.8e19], optimizer=(cr.ClipValue(1.0), cr.SGD(lr=0.1)), verbose=0)
        assert (net.theta == start).all()


def test_every_clip_has_a_twin():
    ours = [cls for cls in Clip.__subclasses__() if cls.__module__ == Clip.__module__]
    assert len(ours) >= 3 and all(
        native.rule_name(cls(1.0), native.CLIP) == cls.__name__ for cls in ours
    )


class Halve(Clip):
    """g ← g / 2."""

    limit: float = 1.0

    def clip(self, g, parts):
        return g / 2


def test_a_clip_of_the_users_own_runs_in_python():
    assert (
        native.rule_name(Halve(), native.CLIP) is None
        and native.rule_name(cr.ClipNorm(1), native.CLIP) == "ClipNorm"
    )
    clips = (Halve(), cr.ClipNorm(0.02))
    np.testing.assert_allclose(trained(clips)[0], trained(clips, "reference")[0], rtol=1e-10)


def test_tensors_outside_of_theta_are_refused():
    net = cr.Network(cr.Dense(2), loss=cr.SquaredError(), inputs=(3,))
    plan = native.Native(net.programs.predict, 4, net.dtype)
    for tensors in ([[0, 9]], [[-1, 2]]):
        assert (
            native.native_code.set_clips(
                plan._plan, ("ClipNorm",), np.ones(1), np.array(tensors, np.int32)
            )
            != 0
        )
    assert (
        native.native_code.set_clips(
            plan._plan, ("ClipNorm",), np.ones(1), np.array([[0, 8]], np.int32)
        )
        == 0
    )
    assert (
        native.native_code.set_clips(
            plan._plan, ("Nothing",), np.ones(1), np.array([[0, 8]], np.int32)
        )
        != 0
    )
