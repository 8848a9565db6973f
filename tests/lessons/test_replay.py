"""The lesson `replay`: a step of XOR, and what a gradient of its plateau is made of."""

import numpy as np
from tests.lessons.running import lesson, rows

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
Y = np.array([[0.0], [1.0], [1.0], [0.0]])


def sigma(z):
    return 1 / (1 + np.exp(-z))


def test_replay(tmp_path):
    text = lesson("replay", tmp_path, "replay", encoding="utf-8")
    steps = rows(text, "step    loss")
    assert float(steps["0"][0]) > float(steps["200"][0]) > 0.499 > float(steps["580"][0])
    assert float(steps["999"][0]) < 0.005
    part = text[text.index("\nStep 200: ") : text.index("\nWhy does it wait?")]

    def numbers(symbol):
        """Return the array that is printed below the line of a symbol."""
        block = part[part.index(f"\n  {symbol}") :].split("\n")[2:]
        taken = []
        for line in block:
            if not line.startswith("    "):
                break
            taken.append(line)
        words = " ".join(taken).replace("[", " ").replace("]", " ").split()
        return np.array(words, float)

    W1, b1 = numbers("W1: ").reshape(2, 2), numbers("b1: ")
    W2, b2 = numbers("W2: ").reshape(2, 1), numbers("b2: ")
    a1 = sigma(X @ W1 + b1)
    a2 = sigma(a1 @ W2 + b2)
    dz2 = (a2 - Y) * a2 * (1 - a2)
    dz1 = dz2 @ W2.T * a1 * (1 - a1)
    np.testing.assert_allclose(numbers("a2 = ").reshape(4, 1), a2, atol=2e-4)
    np.testing.assert_allclose(numbers("dz1 = ").reshape(4, 2), dz1, atol=2e-4)
    np.testing.assert_allclose(numbers("dW1 = ").reshape(2, 2), X.T @ dz1, atol=2e-4)
    np.testing.assert_allclose(numbers("new.W1 = ").reshape(2, 2), W1 - 2 * X.T @ dz1, atol=2e-4)
    waiting = text[text.index("\nWhy does it wait?") :]
    assert waiting.count("dW1[0, 0] = ") == 2
    assert f"{dz1[2, 0]:.4f}"[:6] in waiting  # the part of 1 xor 0, without its last digit
    left = waiting[waiting.index("opposite directions: ") :].split()[2]
    assert float(left.rstrip("%")) < 1
    assert [row[0] for row in rows(text, "equal bits").values()] == ["yes"] * 3
