"""The lesson `your-own-layer`: its tables and its claims."""

from tests.lessons.running import lesson, rows


def test_your_own_layer(tmp_path):
    text = lesson("your_own_layer", tmp_path, "your-own-layer", encoding="utf-8")
    assert "a2 = exp(−r2 z1²)" in text
    assert "dr2 = −Σₙ da2 a2 z1²" in text
    assert "net.check_gradients(X, y): right by complex step" in text
    fits = {name: float(row[0]) for name, row in rows(text, "loss ").items()}
    assert fits["Cauchy()"] < 0.1 < fits["SquaredError()"]
    assert "known=(Bump,)" in " ".join(text.split())
    assert "the same predictions, bit for bit: True" in text
    assert "expected an equation in the words W, b, x, z, got 'c'" in text
    assert "liar.check_gradients(X, y): WRONG by complex step" in text
