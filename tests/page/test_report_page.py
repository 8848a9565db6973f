"""A report opened from the disk: its numbers are those of the run."""

import numpy as np
import pytest

import chainrule as cr

pytestmark = pytest.mark.slow
NUMBERS = ("dW1[1, 0]", "z1[1, 1]", "dz2[0, 0]", "m.W2[0, 0]", "new.b1[1]", "L")


@pytest.fixture(scope="module")
def run():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    layers = (cr.Dense(3), cr.Tanh(), cr.Dense(2))
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=1)
    options = {"optimizer": (cr.ClipNorm(0.5), cr.Adam(0.05)), "batch_size": 4, "verbose": 0}
    return net.record(X, y, epochs=80, **options)


@pytest.fixture(scope="module")
def page(run, tmp_path_factory, open_page):
    path = tmp_path_factory.mktemp("report") / "run.html"
    cr.report(run, path, data=True, title="My run")
    page = open_page(url=path.as_uri())
    page.wait_for_selector(".update-board")
    return page


def at_step(page, step):
    field = page.get_by_role("textbox", name="Step", exact=True)
    if field.input_value() != str(step):
        field.fill(str(step))
        field.press("Enter")
    page.wait_for_selector(f".update-board[data-step='{step}']")


def look(page, name):
    page.get_by_role("textbox", name="Find a number").fill(name)
    page.get_by_role("button", name="Show", exact=True).click()


def carried(page):
    """Return the steps that the report carries."""
    options = page.get_by_label("Steps that the report carries").locator("option").all()
    words = [option.inner_text() for option in options]
    return [int(word.removeprefix("Step ")) for word in words if word != "–"]


def number(text):
    return float(text.replace("−", "-").replace("+", ""))


def test_it_has_the_title_and_the_summary_of_the_run(page, run):
    assert page.locator("h2").inner_text() == "My run"
    assert "240 steps in 80 epochs" in page.locator(".update-report pre").first.inner_text()


@pytest.mark.parametrize("which", [0, 1, 5, -1])
def test_numbers_are_those_that_the_run_explains(page, run, which):
    step = carried(page)[which]
    at_step(page, step)
    for name in NUMBERS:
        look(page, name)
        explained = run.at(step=step).explain(name)
        assert page.locator(".update-where strong").first.inner_text() == explained.where
        shown = number(page.locator(".update-value").inner_text())
        assert abs(shown - explained.value) <= 1e-6 * max(1, abs(explained.value))
        rows = page.locator(".update-terms tbody tr")
        assert rows.count() == len(explained.terms) + 1
        first = number(rows.first.locator("td").first.inner_text())
        assert abs(first - explained.terms[0].value) < 1e-3
        assert page.locator(".update-wrong").count() == 0


@pytest.mark.parametrize("name", ["dW1[1, 0]", "new.W2[2, 1]", "v.W1[0, 2]"])
def test_numbers_of_the_run_have_its_bits(page, run, name):
    at_step(page, carried(page)[3])
    look(page, name)
    shown = page.locator(".update-value").inner_text().replace("−", "-")
    assert np.float32(shown) == np.float32(run.at(step=carried(page)[3]).explain(name).value)
    assert "of the run, bit for bit" in page.locator(".update-explained").inner_text()


def test_another_step_is_made_again_and_marked(page, run):
    step = next(k for k in range(100, 200) if k not in carried(page))
    at_step(page, step)
    assert "has made this step again" in page.locator(".update-steps > [role=status]").inner_text()
    look(page, "new.W1[0, 1]")
    shown = number(page.locator(".update-value").inner_text())
    assert abs(shown - run.at(step=step).explain("new.W1[0, 1]").value) < 1e-3


def test_it_answers_a_row_with_the_network_of_any_step(page, run):
    page.get_by_label("Numbers of one row, separated by commas").fill("0.5, -1")
    page.get_by_label("Numbers of one row, separated by commas").press("Enter")
    for step in (carried(page)[0], 240):
        page.get_by_label("As it was at step").select_option(str(step))
        expected = run.at(step=step).net.predict(np.array([[0.5, -1.0]]))[0]
        answer = page.locator(f".update-answer[data-step='{step}'] li")
        answer.first.wait_for()
        shown = [number(item.inner_text().split(": ")[1]) for item in answer.all()]
        np.testing.assert_allclose(shown, expected, atol=1e-4)


def test_the_confusion_is_that_of_the_network(page, run):
    page.get_by_label("As it was at step").select_option("240")
    page.locator(".confusion caption", has_text="240").wait_for()
    cells = page.locator(".confusion .number-cell").all_inner_texts()
    source = run.recorded.origin.run.source.rows(np.arange(12))
    p = run.net.predict(source["x"]).argmax(axis=1)
    y = np.asarray(source["y"]).ravel()
    counts = [int(((y == a) & (p == b)).sum()) for a in (0, 1) for b in (0, 1)]
    assert [int(cell) for cell in cells] == counts


@pytest.mark.parametrize(
    ("row", "says"),
    [("1", "The network takes 2 numbers, and here are 1."), ("a, b", "a"), ("", "here are 0")],
)
def test_a_row_that_is_none_is_refused_with_words(page, row, says):
    field = page.get_by_label("Numbers of one row, separated by commas")
    field.fill(row)
    field.press("Enter")
    page.locator(".update-row").locator("xpath=../..").locator(".notice", has_text=says).wait_for()
    field.fill("0, 0")
    field.press("Enter")


def test_a_report_without_rows_shows_what_follows_the_gradient(run, tmp_path, open_page):
    cr.report(run, tmp_path / "run.html", language="zh")
    page = open_page(url=(tmp_path / "run.html").as_uri(), width=390, touch=True, theme="dark")
    page.wait_for_selector(".update-board")
    names = page.locator(".update-stages button").all_inner_texts()
    assert [name.split(". ")[1] for name in names] == ["梯度", "裁剪", "优化器状态", "新权重"]
    page.locator(".update-stages button").last.tap()
    page.locator('button[aria-label^="new.W1 [0, 0] = "]').tap()
    assert page.locator(".update-where strong").first.inner_text() == "new.W1[0, 0]"
    assert page.locator(".update-wrong").count() == 0


def test_a_network_alone_can_be_asked(run, tmp_path, open_page):
    cr.report(run.net, tmp_path / "net.html")
    page = open_page(url=(tmp_path / "net.html").as_uri())
    page.wait_for_selector(".update-answer")
    assert page.locator(".update-board").count() == 0


def test_another_model_has_its_curves(tmp_path, open_page):
    rbm = cr.RBM(3, visible=4, seed=0)
    run = rbm.record(np.eye(4), epochs=5, batch_size=2, verbose=0)
    cr.report(run, tmp_path / "rbm.html")
    page = open_page(url=(tmp_path / "rbm.html").as_uri())
    page.wait_for_selector(".update-report pre")
    assert "no layered network" in page.locator(".update-report").inner_text()
    assert page.locator(".update-board").count() == 0


def test_a_large_network_shows_what_follows_the_gradient(tmp_path, open_page):
    rng = np.random.default_rng(0)
    layers = (cr.Dense(500), cr.ReLU(), cr.Dense(2))
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=1)
    X, y = rng.normal(size=(64, 400)), rng.integers(0, 2, 64)
    run = net.record(X, y, epochs=2, batch_size=64, optimizer=cr.SGD(0.1), verbose=0)
    cr.report(run, tmp_path / "run.html", data=True, budget=20_000_000)
    page = open_page(url=(tmp_path / "run.html").as_uri())
    page.wait_for_selector(".update-board")
    assert page.locator(".update-stages button").count() == 2
    assert "too long for a page" in page.locator(".update-board").inner_text()


@cr.op
def doubled(x):
    """d = 2 x"""
    return 2 * x


@doubled.gradient
def doubled_backward(dd, d, x):
    """dx = 2 dd"""
    return (2 * dd,)


class Doubled(cr.Layer):
    """d = 2 x."""

    def __call__(self, x):
        return doubled(x)


def test_an_op_of_a_user_is_no_fault(tmp_path, open_page):
    net = cr.Network(cr.Dense(2), Doubled(), cr.Dense(1), loss=cr.SquaredError(), seed=1)
    X = np.eye(3)
    run = net.record(X, X[:, :1], epochs=3, batch_size=3, optimizer=cr.SGD(0.1), verbose=0)
    cr.report(run, tmp_path / "run.html", data=True)
    page = open_page(url=(tmp_path / "run.html").as_uri())
    page.wait_for_selector(".update-board")
    assert page.locator(".update-stages button").count() == 2
    assert "an op that the page does not have" in page.locator(".update-board").inner_text()


def test_an_optimizer_of_a_user_is_no_fault(tmp_path, open_page):
    class Signs(cr.optimizers.Optimizer):
        """θ ← θ − 0.1 sign(g)."""

        def step(self, t, theta, g):
            theta -= 0.1 * np.sign(g)

    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), seed=1)
    run = net.record(np.eye(3), np.eye(3)[:, :1], epochs=3, optimizer=Signs(), verbose=0)
    cr.report(run, tmp_path / "run.html")
    page = open_page(url=(tmp_path / "run.html").as_uri())
    page.wait_for_selector(".update-answer")
    assert page.locator(".update-board").count() == 0
