"""The scene "Your file" in a browser, used as a person would."""

import numpy as np
import pytest

import chainrule as cr

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
pytestmark = pytest.mark.slow
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2)).astype("f4")
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    net = cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), seed=1)
    net.fit(X, Y, epochs=3, verbose=0)
    net.save(folder / "network.safetensors")
    pixels = cr.Network(
        cr.Conv2D(3, kernel=3), cr.ReLU(), cr.Flatten(), cr.Dense(4), loss=cr.SoftmaxCrossEntropy()
    )
    pixels.fit(RNG.random((20, 8, 8, 1), np.float32), np.arange(20) % 4, epochs=1, verbose=0)
    pixels.save(folder / "pictures.safetensors")
    again = cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), seed=1)
    again.record(X, Y, epochs=9, path=folder / "run.safetensors", verbose=0, keep_data=True)
    machine = cr.RBM(4, seed=1)
    machine.fit((RNG.random((50, 12)) < 0.5).astype("f4"), epochs=2, verbose=0)
    machine.save(folder / "rbm.safetensors")
    memory = cr.energy.Hopfield()
    memory.store(np.sign(RNG.normal(size=(2, 25))))
    memory.save(folder / "hopfield.safetensors")
    own = cr.energy.Hopfield.from_weights(memory.weights, thresholds=0.01)
    own.save(folder / "own.safetensors")
    (folder / "table.csv").write_text("a,b\n1,2\n")
    return folder


@pytest.fixture
def opened(open_page, files):
    """Return a function that opens the scene and drops a file into it."""

    def start(name, **options):
        page = open_page("#1.your_file", **options)
        page.set_input_files("input[type=file]", files / name)
        return page

    return start


def test_a_network_answers_a_typed_row_as_python_does(opened, files):
    page = opened("network.safetensors")
    page.get_by_role("heading", name="File network.safetensors").wait_for()
    assert "27 numbers" in page.locator(".lead").inner_text()
    assert "checksum is correct" in page.locator(".lead").inner_text()
    page.get_by_label("input 1").fill("0.5")
    page.get_by_label("input 2").fill("-1.25")
    net = cr.Network.load(files / "network.safetensors")
    p = net.predict(np.float32([[0.5, -1.25]]))[0]
    page.get_by_text(f"y: {p.argmax()} ({100 * p.max():.1f} %)").wait_for()
    page.get_by_label("input 1").fill("half")
    page.get_by_text("Expected numbers, got “half”.").wait_for()
    page.get_by_label("input 1").fill("0,5 3")
    page.get_by_text("Expected 2 numbers, got 4.").wait_for()
    page.watch.check()


def test_a_weight_is_changed_and_taken_back(opened):
    page = opened("network.safetensors")
    page.get_by_role("tab", name="Weights").click()
    page.get_by_role("cell", name="dense2/W").wait_for()
    before = page.locator(".number-cell").first.inner_text()
    page.locator(".number-cell").first.click()
    field = page.get_by_label("W1[0, 0]", exact=True)
    field.fill("2.5")
    field.press("Enter")
    page.get_by_text("Numbers changed: 1").wait_for()
    assert page.locator(".number-cell").first.inner_text() == "2.5"
    page.get_by_role("button", name="The file's weights again").click()
    page.get_by_text("Numbers changed: 1").wait_for(state="detached")
    assert page.locator(".number-cell").first.inner_text() == before


def test_tabs_work_by_keyboard_and_equations_are_formulas(opened):
    page = opened("network.safetensors")
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="Equations").wait_for()
    assert page.locator("math").count() > 10


def test_pictures_are_drawn_with_a_finger_and_by_keys(opened):
    page = opened("pictures.safetensors", width=390, touch=True)
    canvas = page.locator(".pixel-canvas canvas, canvas.pixel-canvas").first
    before = page.locator(".file-answer").inner_text()
    box = canvas.bounding_box()
    for share in (0.3, 0.5, 0.7):
        page.touchscreen.tap(box["x"] + share * box["width"], box["y"] + share * box["height"])
    sync_api.expect(page.locator(".file-answer")).not_to_have_text(before)
    page.get_by_role("button", name="Clear").click()
    sync_api.expect(page.locator(".file-answer")).to_have_text(before)
    assert page.get_by_role("img", name="z1, channel 1").count() == 1


def test_a_recording_answers_at_any_kept_state(opened):
    page = opened("run.safetensors")
    sync_api.expect(page.locator(".lead")).to_contain_text("18 steps, 9 epochs")
    page.get_by_role("tab", name="Run").click()
    slider = page.get_by_role("slider", name="Kept state")
    page.get_by_text("step 18, epoch 9").wait_for()
    slider.focus()
    page.keyboard.press("Home")
    page.get_by_text("step 0, epoch 0").wait_for()
    page.get_by_role("tab", name="Ask").click()
    page.get_by_text("The answers are those of step 0.").wait_for()
    page.get_by_role("tab", name="Run").click()
    page.get_by_role("button", name="Look into its steps").click()
    page.get_by_role("heading", name="One update").first.wait_for()


def test_energy_models_are_drawn_and_recalled(opened, files):
    page = opened("hopfield.safetensors", language="zh")

    page.get_by_text("这是网络的一个记忆").wait_for()
    page.get_by_role("button", name="翻转十分之一的单元").click()
    page.get_by_role("button", name="一个单元").click()
    page.get_by_role("button", name="回忆").or_(
        page.get_by_text("这是网络的一个记忆")
    ).first.wait_for()
    page.set_input_files("input[type=file]", files / "own.safetensors")
    page.get_by_text("文件中没有保存网络存储的模式。").first.wait_for()
    energy = cr.energy.Hopfield.load(files / "own.safetensors").energy(-np.ones(25))
    page.get_by_text(f"能量 E = {energy:.6g}".replace("-", "−")).wait_for()
    page.set_input_files("input[type=file]", files / "rbm.safetensors")
    page.get_by_role("heading", name="rbm.safetensors").wait_for()
    assert page.get_by_role("img", name="隐藏单元 4 的权重").count() == 1


def test_another_file_is_refused_with_a_sentence(opened):
    page = opened("table.csv")
    page.get_by_text("This is a text.").wait_for()
    page.watch.check()


def test_a_short_recording_answers_with_the_weights_of_its_file(opened, tmp_path):
    net = cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), seed=1)
    stop = cr.EarlyStopping(patience=2, min_delta=0.02)
    run = net.record(X, Y, epochs=30, validation_fraction=0.2, callbacks=[stop], verbose=0)
    run.save(tmp_path / "stopped.safetensors")
    best, epochs = run.history.best_epoch + 1, len(run.history["loss"])
    assert best < epochs < 30
    page = opened(tmp_path / "stopped.safetensors")
    page.get_by_text(f"{epochs} epochs").wait_for()
    page.get_by_label("input 1").fill("0.5")
    page.get_by_label("input 2").fill("-1.25")
    p = net.predict(np.float32([[0.5, -1.25]]))[0]
    page.get_by_text(f"y: {p.argmax()} ({100 * p.max():.1f} %)").wait_for()
    page.get_by_role("tab", name="Run").click()
    page.get_by_text(f"The best epoch was {best}.").wait_for()
    page.get_by_text(f"step {2 * best}, epoch {best}").wait_for()


def test_outputs_of_several_heads_are_told_apart(opened, tmp_path):
    heads = cr.Heads({"digit": cr.Dense(3), "size": cr.Dense(1)})
    loss = {"digit": cr.SoftmaxCrossEntropy(), "size": cr.SquaredError()}
    net = cr.Network(cr.Dense(4), cr.ReLU(), heads, loss=loss, inputs=(2,), seed=2)
    p = net.predict(np.float32([[0.5, -1.25]]))
    net.save(tmp_path / "heads.safetensors")
    page = opened(tmp_path / "heads.safetensors")
    page.get_by_label("input 1").fill("0.5")
    page.get_by_label("input 2").fill("-1.25")
    digit = p["digit"][0]
    page.get_by_text(f"digit: {digit.argmax()} ({100 * digit.max():.1f} %)").wait_for()
    said = page.get_by_text("size = ").inner_text()
    assert np.float32(said.split(" = ")[1]) == p["size"][0, 0]
    widths = page.locator(".file-value").evaluate_all(
        "all => all.map(one => one.querySelectorAll('.number-cell').length)"
    )
    assert widths[-1] == 4  # the last p is that of all outputs


def test_pixels_can_be_typed_as_numbers(opened, files):
    page = opened("pictures.safetensors")
    page.get_by_text("As numbers").click(force=True)
    row = np.round(RNG.normal(size=64), 3)
    page.get_by_role("textbox", name="Numbers of the row").fill(", ".join(map(str, row)))
    net = cr.Network.load(files / "pictures.safetensors")
    p = net.predict(row.astype("f4").reshape(1, 8, 8, 1))[0]
    page.get_by_text(f"y: {p.argmax()} ({100 * p.max():.1f} %)").wait_for()


def test_a_machine_with_classes_answers_as_python_does(opened, tmp_path):
    machine = cr.RBM(4, classes=3, seed=1)
    rows = (RNG.random((50, 12)) < 0.5).astype("f4")
    machine.fit(rows, np.arange(50) % 3, epochs=5, verbose=0)
    machine.save(tmp_path / "classes.safetensors")
    page = opened(tmp_path / "classes.safetensors")
    page.get_by_role("heading", name="p(class | v)").wait_for()
    p, h = machine.predict(np.zeros((1, 12)))[0], machine.transform(np.zeros((1, 12)))[0]
    shown = page.locator("main").inner_text()
    assert all(f"{100 * one:.1f} %" in shown for one in p)
    cells = page.locator(".number-cell").all_inner_texts()
    np.testing.assert_allclose([float(one) for one in cells], h, atol=6e-5)
