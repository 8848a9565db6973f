"""The lesson `activations`: its tables and its claims."""

from tests.lessons.running import lesson, rows


def test_activations(tmp_path):
    text = lesson("activations", tmp_path, "activations", "activations-depth")
    slopes = {name: float(row[-1]) for name, row in rows(text, "activation ").items()}
    assert len(slopes) == 11
    assert slopes["Sigmoid"] == 0.25
    assert slopes["Tanh"] == slopes["ReLU"] == slopes["Identity"] == 1.0
    assert slopes["GELU"] == 1.129 and slopes["SELU"] == 1.758
    deep = rows(text, "|dW| in layer")
    assert float(deep["Sigmoid"][-2]) < 1e-4  # the first layer's gradient beside the tenth's
    assert float(deep["ReLU"][-2]) > 0.1
    assert float(deep["Sigmoid"][-1]) < 0.2 < 0.9 < float(deep["ReLU"][-1])
