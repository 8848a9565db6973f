"""What runs, their files and their moments say of themselves."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.recording.file_overview import file_overview
from chainrule.recording.overview import epochs_shown, overview, room

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = (X[:, :1] > 0).astype(float)


def network(**options):
    layers = cr.Dense(4), cr.BatchNorm(), cr.Tanh(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SigmoidCrossEntropy(), seed=3, **options)


def lines_fit(text):
    return max(map(len, text.splitlines())) <= 80


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("runs") / "run.safetensors"


@pytest.fixture(scope="module")
def run(path):
    return network().record(
        X,
        Y,
        path=path,
        optimizer=(cr.ClipNorm(1.0), cr.Adam(0.01)),
        epochs=9,
        batch_size=8,
        validation_data=(X[:10], Y[:10]),
        metrics=[cr.metrics.accuracy],
        verbose=0,
    )


def test_a_branch_counts_its_own_epochs(run):
    branch = run.branch(at=20, seed=1)
    assert str(branch).startswith("A branch from step 20 on: 25 steps in 5 epochs, finished\n")
    assert repr(branch).startswith("<Recording: 25 steps, 5 epochs, ")


def test_a_run_says_what_it_was_made_of(run):
    text = str(run)
    assert text.startswith("A recorded run: 45 steps in 9 epochs, finished\n")
    assert "Dense(4), BatchNorm(), Tanh(), Dense(1); " in text
    assert "  data        40 rows; 10 rows for validation\n" in text
    assert "  optimizer   ClipNorm(1.0), Adam(lr=0.01)\n" in text
    assert "  options     batch_size=8, metrics=accuracy, seed=3\n" in text
    assert "\nNext: run.at(step=22), run.diagnose(), run.branch(at=22, ...)" in text
    assert lines_fit(text)
    page = run._repr_html_()
    assert page.count("<tr") >= 6 and "ClipNorm" in page


def test_the_table_has_the_first_the_best_and_the_last_epoch(run):
    header, rows = overview(run).header, overview(run).rows
    assert header == ["epoch", "at step", "loss", "accuracy", "val_loss", "val_accuracy", ""]
    assert rows[0][:2] == ["1", "5"] and rows[-1][:2] == ["9", "45"]
    best = [row for row in rows if row[-1] == "best"]
    assert [row[0] for row in best] == [str(run.history.best_epoch + 1)]
    assert rows[-1][2] == f"{run.history.loss[-1]:.4g}"


def test_sizes_have_units():
    assert room(1, 72, None) == "1 snapshot, 72 bytes"
    assert room(3, 3_250_000, 20e6) == "3 snapshots, 3.25 MB of at most 20 MB"


def test_a_run_without_epochs_has_no_table():
    assert epochs_shown({"loss": np.zeros(0)}, None, 0) == ([], [])
    run = network().record(X, Y, epochs=0, verbose=0)
    assert "0 steps in 0 epochs" in str(run)


def test_a_branch_says_where_it_begins(run):
    text = str(run.branch(at=20, optimizer=cr.SGD(0.1), epochs=2))
    assert text.startswith("A branch from step 20 on: 10 steps in ")
    assert "SGD(lr=0.1)" in text


def test_a_failed_run_says_why():
    with pytest.warns(UserWarning, match="record: "):
        run = network().record(X, Y, optimizer=cr.SGD(1e38), epochs=5, verbose=0)
    assert ", failed\n" in str(run) and str(run.error).split(".")[0][:40] in str(run)


def test_a_file_says_the_same_without_its_data(run, path):
    text, whole = str(file_overview(path)), str(run)
    assert text.splitlines()[0] == whole.splitlines()[0]
    assert "not in the file: x (40, 3) float64, y (40, 1) float64, others for" in " ".join(
        text.split()
    )
    for name in ("network", "loss", "engine"):
        line = next(line for line in whole.splitlines() if line.startswith(f"  {name} "))
        assert line in text
    assert "ClipNorm(1.0), Adam(lr=0.01)" in text and "seed=3" in text
    assert overview(run).rows[-1][2] in text
    assert lines_fit(text)


def test_epochs_count_over_all_fits(tmp_path):
    net, path = network(), tmp_path / "second.safetensors"
    net.fit(X, Y, epochs=3, verbose=0)
    run = net.record(X, Y, epochs=2, path=path, verbose=0)
    for seen in (overview(run), file_overview(path)):
        assert [row[0] for row in seen.rows] == ["4", "5"]


def test_a_file_of_a_layer_of_ones_own_says_its_name(tmp_path):
    class Mine(cr.Layer):
        def __call__(self, z):
            return z * 2.0

    path = tmp_path / "mine.safetensors"
    net = cr.Network(cr.Dense(2), Mine(), cr.Dense(1), loss=cr.SquaredError())
    net.record(X, Y, path=path, epochs=1, verbose=0)
    assert "Mine" in str(file_overview(path))
    assert "Mine()" in str(file_overview(path, known=Mine))


def test_a_file_that_is_no_recording(tmp_path):
    net = network(inputs=(3,))
    net.save(tmp_path / "net.safetensors")
    with pytest.raises(cr.errors.FileError, match="expected a recording, got another file"):
        file_overview(tmp_path / "net.safetensors")


# ---------------------------------------------------------------- moments


def test_a_moment_says_where_it_is_and_how_large_its_update_is(run):
    moment = run.at(step=12)
    text = str(moment)
    assert text.startswith("Step 12 of 45: 2 epochs done, 16 rows into the next\n")
    assert f"The update that follows: loss {moment.loss:.6g}\n" in text
    numbers = ", ".join(map(str, moment.batch["row"].tolist()))
    assert f"\nIts 8 rows: {numbers}\n" in text
    assert lines_fit(text)
    seen = moment.glance()
    by_name = {row[0]: row for row in seen.rows}
    g, w, new = moment["dW1"], moment["W1"], moment.next().net.parameters["W1"]
    assert by_name["W1"][2:4] == [f"{np.linalg.norm(a):.3g}" for a in (w, g)]
    i, j = np.unravel_index(np.argmax(np.abs(g)), g.shape)
    assert by_name["W1"][4] == f"dW1[{i}, {j}]"
    share = 100 * np.linalg.norm(new - w) / np.linalg.norm(w)
    assert by_name["W1"][6] == f"{share:.2g} %"
    assert by_name["running_mean2"][3:6] == ["", "", ""]  # no optimizer moves it
    assert f'm.explain("{seen.largest}")' in text
    assert moment.explain(seen.largest).value
    assert "<table" in moment._repr_html_()


def test_the_last_moment_has_no_update(run):
    text = str(run.at(step=45))
    assert text.startswith("Step 45 of 45: 9 epochs done; the run ends here\n")
    assert not run.at(step=45).has_update and run.at(step=44).has_update
    assert text.endswith("Next: m.back()")


def test_the_moment_of_a_machine(run):
    machine = cr.RBM(4, seed=0).record((X > 0).astype(float), epochs=2, verbose=0)
    assert [row[0] for row in machine.at(step=1).glance().rows] == ["W", "b", "c"]
    assert "RBM(4" in str(machine)


def test_an_epoch_is_where_it_ends(run):
    for small in (run, network().record(X, Y, epochs=4, verbose=0)):
        each = 5 if small is run else 2
        for epoch in range(small.recorded.origin.until + 1):
            assert small.at(epoch=epoch).step == each * epoch
