"""The page reads files of chainrule: all kinds, the same numbers, and never a broken one."""

import base64
import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.files.container import packed, read
from chainrule.recording.files.journal import blocks

pytestmark = pytest.mark.slow
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2)).astype("f4")
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def small(**settings):
    layers = cr.Dense(5), cr.BatchNorm(), cr.Tanh(), cr.Dense(2)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=1, **settings)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """One file of each kind."""
    folder = tmp_path_factory.mktemp("files")
    net = small()
    net.fit(X, Y, epochs=2, verbose=0)
    net.save(folder / "network.safetensors")
    wide = small(dtype="float64")
    wide.fit(X, Y, epochs=1, verbose=0)
    wide.save(folder / "wide.safetensors")
    small().record(X, Y, epochs=9, path=folder / "run.safetensors", verbose=0, keep_data=True)
    machine = cr.RBM(4, seed=1)
    bits = (RNG.random((50, 12)) < 0.5).astype("f4")
    machine.fit(bits, epochs=2, verbose=0)
    machine.save(folder / "rbm.safetensors")
    stack = cr.energy.DeepBeliefNetwork(6, 4)
    stack.fit(bits, epochs=1, verbose=0)
    stack.save(folder / "stack.safetensors")
    memory = cr.energy.Hopfield()
    memory.store(np.sign(RNG.normal(size=(3, 25))))
    memory.save(folder / "hopfield.safetensors")
    cr.energy.Hopfield.from_weights(memory.weights).save(folder / "own.safetensors")
    return folder


def test_each_kind_has_python_s_numbers(files, node):
    names = ["network", "wide", "run", "rbm", "stack", "hopfield", "own"]
    jobs = [{"file": str(files / f"{name}.safetensors")} for name in names]
    answers = node("files_read.mjs", jobs)
    network, wide, run, rbm, stack, hopfield, own = answers
    for answer in answers:
        assert answer["checked"] and answer["version"] == cr.__version__
    for name, answer in (("network", network), ("wide", wide)):
        net = cr.Network.load(files / f"{name}.safetensors")
        assert np.array_equal(np.array(answer["theta"], net.dtype), net.theta)
        assert answer["symbols"] == [
            net.programs.train.values[p.value].symbol for p in net.programs.train.params
        ]
    _, tensors = read(files / "run.safetensors")
    states = [arrays for _, arrays in blocks("run", tensors["record:states"].tobytes())]
    assert run["rows"] == [60, 2] and run["last"] == run["steps"][-1] == 18
    for ours, arrays in zip(run["thetas"], states, strict=True):
        assert np.array_equal(np.float32(ours), arrays["theta"])
    assert run["loss"] == tensors["run:history/loss"].tolist()
    machine = cr.RBM.load(files / "rbm.safetensors")
    assert np.array_equal(np.float32(rbm["W"][0]), machine.parameters["W"].ravel())
    assert [len(W) for W in stack["W"]] == [6 * 12, 4 * 6]
    memory = cr.energy.Hopfield.load(files / "hopfield.safetensors")
    assert np.array_equal(hopfield["weights"], memory.weights.ravel())
    assert np.array_equal(hopfield["patterns"], memory.patterns)
    assert own["weights"] == hopfield["weights"] and own["patterns"] == []


def test_rows_of_a_table_are_encoded_as_in_python(tmp_path, node):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("sklearn")
    from chainrule.estimators import TableClassifier
    from chainrule.estimators.tables.files import Stored

    n = 80
    frame = pandas.DataFrame(
        {
            "age": np.where(RNG.random(n) < 0.1, np.nan, RNG.integers(18, 80, n)),
            "city": RNG.choice(["Rome", "Oslo", "Bern"], n),
            "street": [f"s{k}" for k in RNG.integers(0, 30, n)],
            "when": pandas.date_range("2024-01-01", periods=n, freq="31h"),
            "price": [f"${k}" for k in RNG.integers(1, 9999, n)],
            "same": 1,
        }
    )
    model = TableClassifier(max_iter=1, n_estimators=1, hidden_layer_sizes=(4,))
    model.fit(frame, np.where(frame.city == "Rome", "yes", "no"))
    path = tmp_path / "table.safetensors"
    model.save(path)
    rows = [
        ["30", "Rome", "s3", "2024-02-03 04:05:06", "$1,234.50", "1"],
        ["", "Paris", "s99", "2031-01-01", "17", "1"],
        ["1e300", "NA", "", "", "", "1"],
        ["-4.5", "Oslo", "s4", "2023-12-31T23:59:59", "5 %", "1"],
        ["old", "Oslo", "s4", "2024-02-30", "5", "1"],
        ["30", "Oslo", "s4", "2024-02-30", "5", "1"],
    ]
    (answer,) = node("files_read.mjs", [{"file": str(path), "rows": rows}])
    assert answer["encoded"][3:] == ["your_file.not_a_number"] * 2 + ["your_file.not_a_date"]
    columns = Stored.read(path).columns
    for row, ours in zip(rows[:3], answer["encoded"], strict=False):
        cells = [None if c in ("", "NA") else c for c in row]
        parts = [
            column.encode(np.array([cell], object), str)
            for column, cell in zip(columns, cells, strict=True)
        ]
        assert np.allclose(ours, np.concatenate(parts, axis=1)[0], rtol=1e-14, atol=1e-15)


def test_no_broken_file_is_taken(files, node):
    """1,500 files with some bytes changed, cut or repeated: each is refused, or says the same."""
    rng = np.random.default_rng(1)
    names = ["network", "run", "rbm", "hopfield"]
    whole = {name: (files / f"{name}.safetensors").read_bytes() for name in names}
    jobs = []
    for k in range(1500):
        data = bytearray(whole[names[k % 4]])
        kind = k // 4 % 4
        if kind == 0:
            del data[int(rng.integers(len(data))) :]
        elif kind == 1:
            data += data[: int(rng.integers(1, 99))]
        else:
            most = len(data) if kind == 2 else 900
            for place in rng.integers(0, min(most, len(data)), int(rng.integers(1, 4))):
                data[place] = int(rng.integers(256))
        jobs.append({"base64": base64.b64encode(data).decode()})
    same = {base64.b64encode(data).decode() for data in whole.values()}
    answers = node("files_read.mjs", jobs)
    taken = [job for job, a in zip(jobs, answers, strict=True) if "refused" not in a]
    assert all(job["base64"] in same for job in taken)


def test_a_sealed_file_whose_description_lies_is_refused(files, node):
    """The checksum is right: a hostile file. No sentence of the engine's own, no exception."""
    about, tensors = read(files / "network.safetensors")
    lies = [
        about | {"format": 2},
        about | {"model": "toString"},
        about | {"inputs": None},
        about | {"table": {"columns": [{"kind": "number"}], "classes": 3}},
        about | {"table": {"columns": 4}},
        about | {"record": {}},
        about | {"model": "rbm", "visible": 1e9, "hidden": -1},
        about | {"model": "hopfield"},
        about | {"model": "deep belief network", "rbms": [None]},
        about | {"inputs": {"x": ["constructor"]}},
        about | {"inputs": {"x": [3, 7]}},
        about | {"dtype": "float16"},
        {name: value for name, value in about.items() if name != "dtype"},
        json.loads(json.dumps(about).replace("layers.Dense", "__proto__")),
    ]
    jobs = [{"base64": base64.b64encode(packed("x", dict(tensors), lie)).decode()} for lie in lies]
    answers = node("files_read.mjs", jobs)
    assert all("refused" in answer for answer in answers[:2] + answers[3:13])
    lost = {k: v for k, v in tensors.items() if k != "dense1/W"}
    nan = dict(tensors) | {"dense1/W": np.full((2, 5), np.nan, "f4")}
    cut = dict(tensors) | {"program/train": tensors["program/train"][:-8]}
    jobs = [{"base64": base64.b64encode(packed("x", t, about)).decode()} for t in (lost, nan, cut)]
    refused = [answer["refused"] for answer in node("files_read.mjs", jobs)]
    assert refused == ["your_file.missing", "your_file.not_finite", "graph.broken_bytes"]


def test_other_files_are_named(node):
    files = [b"", b"a,b\n1,2\n", b"PK\x03\x04zip", b"\x80\x04pickle", b"\x89PNG\r\n", bytes(4)]
    answers = node("files_read.mjs", [{"base64": base64.b64encode(f).decode()} for f in files[1:]])
    kinds = ["a_text", "another_format", "another_format", "another_format", "cut_off"]
    assert [answer["refused"] for answer in answers] == [f"your_file.{kind}" for kind in kinds]
