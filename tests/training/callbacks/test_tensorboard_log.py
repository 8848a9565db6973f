"""TensorBoard's event files have every number of a run."""

import struct
import sys

import numpy as np
import pytest

import chainrule as cr

X, Y = np.random.default_rng(0).normal(size=(30, 3)), np.random.default_rng(1).normal(size=(30, 1))


def network():
    return cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(3,))


def events(folder):
    """The messages of all event files: length, checksum, message, checksum."""
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    found = []
    for path in sorted(folder.iterdir()):
        data, place = path.read_bytes(), 0
        while place < len(data):
            (size,) = struct.unpack_from("<Q", data, place)
            found.append(event_pb2.Event.FromString(data[place + 12 : place + 12 + size]))
            place += size + 16
    return found


def test_tensorboard_gets_every_number(tmp_path):
    pytest.importorskip("tensorboardX")
    net = network()
    log = cr.TensorBoardLog(tmp_path / "run", histograms=True)
    schedule = cr.ExponentialDecay(0.1, steps=2, factor=0.9)
    history = net.fit(
        X, Y, epochs=3, optimizer=cr.SGD(lr=schedule), batch_size=10, callbacks=[log], verbose=0
    )
    values = [
        (event.step, value) for event in events(tmp_path / "run") for value in event.summary.value
    ]
    loss = [(step, value.simple_value) for step, value in values if value.tag == "loss"]
    assert [step for step, _ in loss] == [1, 2, 3]
    assert [v for _, v in loss] == pytest.approx(history.loss, rel=1e-6)
    lr = [value.simple_value for _, value in values if value.tag == "lr"]
    assert lr == pytest.approx([schedule(3), schedule(6), schedule(9)], rel=1e-6)
    last = {
        value.tag: value.histo for step, value in values if step == 3 and value.HasField("histo")
    }
    assert set(last) == {"W1", "b1", "W2", "b2"} and last["W1"].num == 12
    assert last["W1"].max == pytest.approx(net.parameters["W1"].max(), rel=1e-6)


def test_without_the_package_the_user_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    net = network()
    before = net.theta.copy()
    with pytest.raises(cr.DependencyError, match="tensorboardX"):
        net.fit(X, Y, callbacks=[cr.TensorBoardLog(tmp_path)], verbose=0)
    assert np.array_equal(net.theta, before)


def test_an_event_folder_that_cannot_be_made_is_said(tmp_path):
    pytest.importorskip("tensorboardX")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(cr.FileError, match=r"file: it cannot be written .*Choose another folder"):
        network().fit(X, Y, callbacks=[cr.TensorBoardLog(tmp_path / "file")], verbose=0)


def test_event_files_are_closed_when_training_fails(tmp_path):
    pytest.importorskip("tensorboardX")

    def fail(run):
        raise RuntimeError("it broke")

    log = cr.TensorBoardLog(tmp_path / "run")
    with pytest.raises(RuntimeError):
        network().fit(X, Y, callbacks=[log, fail], verbose=0)
    assert log._writer is None
