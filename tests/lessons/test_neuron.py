"""The lesson `neuron`, by the numbers of the article."""

from tests.lessons.running import GOLDEN, line_with, numbers


def test_neuron(lessons):
    _, output = lessons("neuron")
    golden = GOLDEN["single_neuron"]
    w = golden["by_iterations"]["10000"]["w"]
    for i in range(3):
        assert numbers(line_with(output, f"w{i + 1} before")) == [round(golden["w0"][i], 8)] * 3
        assert numbers(line_with(output, f"w{i + 1} after")) == [round(w[i], 8)] * 3
    assert numbers(line_with(output, "1 0 0 is answered")) == [0.99993704] * 3
    eight = output.split("All eight situations")[1]
    for bits, last in golden["by_iterations"]["10000"]["pred"].items():
        steps = [golden["by_iterations"][k]["pred"][bits] for k in ("1", "10", "100", "1000")]
        found = numbers(line_with(eight, " ".join(bits)))
        assert found[1:] == [round(p, 6) for p in (*steps, last)]
    assert numbers(line_with(eight, "0 0 0")) == [0.5] * 6
    assert "dW1 = xᵀ dz1" in output and "gradients right" in output
