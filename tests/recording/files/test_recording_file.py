"""Recordings as files: killed, torn, hostile, in use, of another version."""

import os
import pickle
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from copy import deepcopy
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from tests.recording.kept import same_bits
from tests.training.rows import data, rich

import chainrule as cr
from chainrule.files.container import read, write
from chainrule.recording import recorder
from chainrule.recording.files import journal

X, Y = data(53)
OPTIONS = {"epochs": 6, "batch_size": 8, "verbose": 0}


class Copies(cr.Callback):
    """Keeps the files of a recording as they are at the end of each epoch."""

    only_writes = True

    def __init__(self, path):
        self.path, self.kept = path, []

    def on_epoch_begin(self, run):
        beside = journal.name_of(str(self.path))
        self.kept.append([Path(name).read_bytes() for name in (self.path, beside)])


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A run, and its files at the beginning of each epoch."""
    path = tmp_path_factory.mktemp("killed") / "run.safetensors"
    copies = Copies(path)
    patch = pytest.MonkeyPatch()
    patch.setattr(recorder, "SPACING", 0.0)
    patch.setattr(recorder, "SHARE", 0)
    stopping = cr.EarlyStopping(monitor="loss", patience=9)
    run = rich().record(X, Y, path=path, callbacks=[copies, stopping], **OPTIONS)
    patch.undo()
    return run, copies.kept, path


def opened(folder, files):
    """Return the recording of a file and its journal."""
    path = folder / "run.safetensors"
    path.write_bytes(files[0])
    if files[1] is not None:
        (folder / "run.safetensors.journal").write_bytes(files[1])
    return cr.Recording.load(path, X, Y)


def test_a_killed_run_opens_up_to_its_last_snapshot(killed, tmp_path):
    run, kept, _ = killed
    for epoch, files in enumerate(kept[1:], 1):
        half = opened(tmp_path, files)
        assert half.last >= 7 * (epoch - 1)  # at most one snapshot is lost, and here one an epoch
        assert half.history.stopped == "interrupted"
        assert same_bits(half.at("end").theta, run.at(half.last).theta)
        assert half.history["loss"].tolist() == run.history["loss"][: len(half.history)].tolist()
        assert len(half.history) >= half.last // 7 - 1


def test_a_journal_may_be_torn_anywhere(killed, tmp_path):
    run, kept, _ = killed
    main, whole = kept[4]
    seen, ends = set(), len(whole)
    rng = np.random.default_rng(0)
    for length in {*range(0, 40, 7), *rng.integers(0, ends, 12).tolist(), ends - 1, ends}:
        half = opened(tmp_path, (main, whole[:length]))
        seen.add(half.last)
        assert same_bits(half.at("end").theta, run.at(half.last).theta)
    assert min(seen) == 0
    assert len(seen) > 3
    noise = bytes(rng.integers(0, 256, 300, dtype=np.uint8))
    assert opened(tmp_path, (main, whole + noise)).last == max(seen)
    assert opened(tmp_path, (main, noise)).last == 0
    flipped = bytearray(whole)
    flipped[ends // 2] ^= 1
    assert opened(tmp_path, (main, bytes(flipped))).last < max(seen)


def test_a_journal_of_another_run_is_not_read(killed, tmp_path):
    run, kept, path = killed
    other = Copies(tmp_path / "other")
    rich().record(X, Y, path=tmp_path / "other", callbacks=other, **OPTIONS)
    assert opened(tmp_path, (other.kept[0][0], kept[4][1])).last == 0
    assert opened(tmp_path, (path.read_bytes(), kept[4][1])).last == run.last
    assert not os.path.exists(journal.name_of(str(path)))


def test_a_killed_run_can_be_saved_and_branched(killed, tmp_path):
    run, kept, _ = killed
    half = opened(tmp_path, kept[4])
    assert same_bits(half.branch(at=half.last).at("end").theta, run.at("end").theta)
    half.save(tmp_path / "half")
    again = cr.Recording.load(tmp_path / "half", X, Y)
    assert (again.last, again.history.stopped) == (half.last, "interrupted")
    assert same_bits(cr.Network.load(tmp_path / "half").theta, half.at("end").theta)


KILLED = """
    import sys
    import numpy as np
    sys.path.insert(0, ".")
    from tests.recording.files.test_recording_file import X, Y, rich
    from chainrule.recording.files.recording_file import RecordingFile
    write = RecordingFile.append
    def append(self, state, *others):
        write(self, state, *others)
        print(state.step, flush=True)
    RecordingFile.append = append
    print("begins", flush=True)
    rich().record(X, Y, path=sys.argv[1], epochs=10**6, batch_size=8, budget=3e5, verbose=0)
"""


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_thirty_kills(tmp_path):
    path, rng = tmp_path / "run.safetensors", np.random.default_rng(5)
    for k in range(30):
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(path)], stdout=subprocess.PIPE
        )
        assert child.stdout.readline() == b"begins\n"
        try:
            child.wait(timeout=0.2 + 2 * rng.random())
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        written = [int(line) for line in child.stdout.read().split(b"\n")[:-1]]
        child.wait()
        child.stdout.close()
        if not path.exists():
            assert k == 0
            continue
        half = cr.Recording.load(path, X, Y)
        assert half.last >= max(written, default=0)  # no snapshot is lost that was written
        step = int(rng.integers(half.first, half.last + 1))
        assert half.at(step).step == step


# ---- what a file needs


class Step(cr.Callback):
    """Makes the loop stop at each step."""

    def on_batch_end(self, run):
        return False


def own_rate(step):
    return 0.01 / step


def share(y, prediction):
    return float((y == prediction.argmax(axis=1)).mean())


def test_options_that_a_file_cannot_hold_are_given_again(tmp_path):
    path, weights = tmp_path / "run", np.linspace(1, 2, len(X))
    options = {"optimizer": cr.SGD(own_rate), "sample_weight": weights, "metrics": share}
    run = rich().record(X, Y, path=path, validation_data=(X, Y), **options, **OPTIONS)
    with pytest.raises(cr.FileError, match=r"the run used sample_weight.*sample_weight=\.\.\."):
        cr.Recording.load(path, X, Y)
    with pytest.raises(cr.FileError, match=r"the function own_rate.*Or give optimizer=\.\.\."):
        cr.Recording.load(path, X, Y, sample_weight=weights)
    with pytest.raises(cr.DataError, match="expected the data of the recorded run"):
        cr.Recording.load(path, X, Y, sample_weight=2 - weights / 9, known=own_rate)
    again = cr.Recording.load(path, X, Y, known=own_rate, sample_weight=weights)
    assert same_bits(again.at(17).theta, run.at(17).theta)
    with pytest.raises(cr.ParameterError, match=r"branch.*the validation_data of the run"):
        again.branch(at=3)
    more = {"validation_data": (X, Y), "metrics": share}
    assert same_bits(again.branch(at=3, **more).at("end").theta, run.at("end").theta)
    whole = cr.Recording.load(path, X, Y, known=(own_rate, share), sample_weight=weights, **more)
    assert same_bits(whole.branch(at=3).at("end").theta, run.at("end").theta)
    with pytest.raises(cr.FileError, match="there is no keyword 'weights'"):
        cr.Recording.load(path, X, Y, weights=weights)


def test_a_file_with_its_data_needs_none(tmp_path):
    path = tmp_path / "run"
    run = rich().record(
        *(X, Y), path=path, keep_data=True, validation_data=(X[:5], Y[:5]), **OPTIONS
    )
    again = cr.Recording.load(path)
    assert same_bits(again.at(17).theta, run.at(17).theta)
    assert same_bits(again.branch(at=17).at("end").theta, run.at("end").theta)
    with pytest.raises(cr.DataError, match="expected the data of the recorded run"):
        cr.Recording.load(path, X[::-1], Y)
    with pytest.raises(cr.DataError, match="numbers in arrays, got X as Stream"):
        rich().record(Stream(), path=path, keep_data=True, **OPTIONS)


class Stream:
    def stream(self, epoch, start):
        yield from [(X, Y)][start:]


def test_a_file_without_its_data_says_so(killed):
    with pytest.raises(cr.DataError, match=r"without its data. Give them"):
        cr.Recording.load(killed[2])


def test_a_file_of_other_numerics(killed, tmp_path):
    about, tensors = read(killed[2])
    path = tmp_path / "old"
    write(path, tensors, about | {"numerics": 0})
    with pytest.raises(cr.FileError, match="its steps would get other bits"):
        cr.Recording.load(path, X, Y)
    stopping = cr.EarlyStopping(monitor="loss", patience=9)
    with pytest.warns(UserWarning, match="not bit for bit as it would have"):
        rich().fit(X, Y, resume=path, callbacks=stopping, **OPTIONS | {"epochs": 7})


# ---- files that are no recordings


def broken_files(quick):
    """Names of what is put in the place of a part of the description."""
    values = [None, {"a": -1}] if quick else [None, -1, 2**70, "x", [], {}, [[0]], True, 0.5]
    names = "format kind engine options missing part length id until last ended stopped best_epoch"
    names += " error columns marks jumps budget parent changes seconds data"
    return [(name, value) for name in names.split() for value in values]


@pytest.mark.parametrize("quick", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_hostile_files_are_refused_with_our_errors(killed, quick, tmp_path):
    about, tensors = read(killed[2])
    path = tmp_path / "hostile"
    for name, value in broken_files(quick):
        record = deepcopy(about["record"]) | {name: value}
        write(path, tensors, about | {"record": record}, flush=False)
        with suppress(cr.ChainruleError):
            run = cr.Recording.load(path, X, Y)
            print(run, run.storage())
            run.at(3)
    for name in [n for n in tensors if n.startswith("record:" if quick else ("record:", "run:"))]:
        for array in (None, np.zeros(0), np.zeros(3, np.int64), np.full(tensors[name].shape, 9.0)):
            other = {n: a for n, a in tensors.items() if n != name}
            write(path, other | ({} if array is None else {name: array}), about, flush=False)
            with suppress(cr.ChainruleError):
                repr(cr.Recording.load(path, X, Y))


def test_files_of_other_kinds_are_refused(tmp_path):
    net = rich()
    net.fit(X, Y, **OPTIONS)
    net.save(tmp_path / "net")
    with pytest.raises(cr.FileError, match="expected a recording, got another file of chainrule"):
        cr.Recording.load(tmp_path / "net", X, Y)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(cr.FileError, match="got a text file"):
        cr.Recording.load(tmp_path / "text", X, Y)
    with pytest.raises(cr.FileError, match="cannot be read"):
        cr.Recording.load(tmp_path / "nowhere", X, Y)


# ---- places where a recording is written


def test_two_runs_do_not_share_a_file(tmp_path):
    path = tmp_path / "run.safetensors"
    steps = rich().train(X, Y, callbacks=[cr.Record(path)], epochs=6, batch_size=8)
    next(steps)
    net = rich()
    with pytest.raises(cr.FileError, match=r"another run is recorded into this file.*\{id\}"):
        net.record(X, Y, path=path, **OPTIONS)
    assert not net.is_built
    steps.close()
    run = net.record(X, Y, path=path, **OPTIONS)
    with pytest.raises(cr.FileError, match="cannot be written"):
        net.record(X, Y, path=tmp_path, **OPTIONS)
    with pytest.raises(cr.FileError, match="there is no folder"):
        net.record(X, Y, path=tmp_path / "no" / "run", **OPTIONS)
    with pytest.raises(cr.FileError, match="there is no folder"):
        run.save(tmp_path / "no" / "run")


def test_a_run_may_change_the_folder_it_is_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()

    def leave(run):
        os.chdir(tmp_path / "other")

    rich().record(X, Y, path="run.safetensors", callbacks=leave, **OPTIONS)
    assert [p.name for p in tmp_path.rglob("*.*")] == ["run.safetensors"]
    assert cr.Recording.load(tmp_path / "run.safetensors", X, Y).last == 42


def test_an_id_keeps_runs_apart(tmp_path):
    record = cr.Record(tmp_path / "run-{id}.safetensors")
    for _ in range(2):
        rich().fit(X, Y, callbacks=record, **OPTIONS)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2
    assert all(name.startswith("run-") and len(name) == 24 for name in names)
    for path in ("{epoch}", "{id:3d}", "{id}/run", "{loss}"):
        with pytest.raises(cr.ParameterError):
            cr.Record(path)


def test_a_full_disk_ends_the_run_with_words(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    path = tmp_path / "run.safetensors"
    monkeypatch.setattr(recorder, "SPACING", 0.0)
    monkeypatch.setattr(recorder, "SHARE", 0)
    monkeypatch.setattr(journal, "block", full)
    net = rich()
    with pytest.raises(cr.FileError, match="No space left on device"):
        net.record(X, Y, path=path, **OPTIONS)
    monkeypatch.undo()
    rich().record(X, Y, path=path, **OPTIONS)  # the file is free again


def test_a_copy_of_a_record_has_recorded_nothing(killed):
    record = cr.Record()
    rich().fit(X, Y, callbacks=record, **OPTIONS)
    assert record.recording.last == 42
    assert "42 steps" in repr(record)
    for copied in (deepcopy(record), pickle.loads(pickle.dumps(record))):
        with pytest.raises(cr.NotBuiltError, match="no run has been recorded yet"):
            _ = copied.recording
    for wrong in ({"budget": "1"}, {"budget": -1}, {"keep_data": 1}):
        with pytest.raises(cr.ParameterError):
            cr.Record(**wrong)
    with pytest.raises(cr.FileError):
        cr.Record(3)


def test_a_budget_thins_evenly_and_never_the_ends(tmp_path, monkeypatch):
    clock = count(step=0.02)
    monkeypatch.setattr(recorder, "perf_counter", lambda: float(next(clock)))
    monkeypatch.setattr(recorder, "SHARE", 0)
    path, size = tmp_path / "run", 40_000
    options = OPTIONS | {"epochs": 60, "callbacks": cr.Callback()}
    run = rich().record(X, Y, path=path, budget=size, **options)
    snapshots = run.recorded.snapshots
    assert snapshots.steps[0] == 0
    assert snapshots.steps[-1] == run.last == 420
    assert snapshots.bytes <= size
    assert len(snapshots) > 5
    gaps = np.diff(snapshots.steps)
    assert gaps.max() <= 4 * np.median(gaps)
    assert f"{len(snapshots)} snapshots, {snapshots.bytes / 1e3:.3g} kB" in str(run.storage())
    assert len(snapshots.marks) > len(snapshots)
    assert cr.Recording.load(path, X, Y).storage() == run.storage()
    assert path.stat().st_size < size + 40_000  # layers, programs, history
    few = rich().record(X, Y, budget=0, **options)
    assert few.recorded.snapshots.steps == [0, 420]
    every = rich().record(X, Y, budget=None, **options)
    assert len(every.recorded.snapshots) > len(snapshots)


@pytest.mark.parametrize("spacing", [0.0, 9.0])
@pytest.mark.parametrize("rate", [1e38, 1e5])
def test_a_run_that_fails_is_in_its_file(rate, spacing, tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, "SPACING", spacing)
    path, net = tmp_path / "run", rich()
    options = OPTIONS | {"optimizer": cr.SGD(rate), "path": path, "callbacks": Step()}
    with pytest.warns(UserWarning, match="The recording has every step before"):
        run = net.record(X, Y, **options)
    again = cr.Recording.load(path, X, Y)
    assert str(again.error) == str(run.error)
    assert (again.last, again.history.stopped) == (run.last, "failed")
    for step in range(run.last + 1):
        assert same_bits(again.at(step).theta, run.at(step).theta)
    assert same_bits(again.at("end").theta, net.theta)
    assert np.isfinite(again.at(again.last).loss)


def test_a_run_that_stopped_early_is_in_its_file(tmp_path):
    path, net = tmp_path / "run", rich()
    options = OPTIONS | {"optimizer": cr.SGD(1.0), "validation_fraction": 0.3, "epochs": 30}
    stopping = cr.EarlyStopping(patience=1)
    run = net.record(X, Y, path=path, callbacks=stopping, **options)
    again = cr.Recording.load(path, X, Y)
    assert again.history["val_loss"].tolist() == run.history["val_loss"].tolist()
    for one in (again, run):
        assert same_bits(one.at("end").theta, net.theta)
        assert same_bits(one.at("best").theta, net.theta)
        assert one.last > one.at("end").step
        assert one.at(one.last).epoch == len(one.history)
    resumed = rich()
    resumed.fit(X, Y, resume=path, callbacks=cr.EarlyStopping(patience=1), **options)
    assert same_bits(resumed.theta, net.theta)
