"""Convolutions of any settings, for the tests of their layers."""

from hypothesis import strategies as st


@st.composite
def cases(draw):
    """Draw the settings of a layer, and an image that it fits."""
    pair = st.tuples(st.integers(1, 3), st.integers(1, 3))
    groups = draw(st.integers(1, 3))
    layer = {
        "filters": groups * draw(st.integers(1, 2)),
        "kernel": draw(pair),
        "stride": draw(pair),
        "groups": groups,
        "dilation": draw(st.tuples(st.integers(1, 2), st.integers(1, 2))),
        "padding": draw(st.sampled_from(["valid", "same", 0, 1, 5, (2, 0), (1, 6)])),
    }
    shape = (draw(st.integers(1, 7)), draw(st.integers(1, 7)), groups * draw(st.integers(1, 2)))
    return layer, shape, draw(st.sampled_from([1, 1, 2, 3])), draw(st.integers(0, 2**16))


def zeros_around(layer, shape, places):
    """Return the padding before and after each axis, as the docstring says."""
    if layer["padding"] == "valid":
        return (0, 0, 0, 0)
    if layer["padding"] != "same":
        p, q = layer["padding"] if isinstance(layer["padding"], tuple) else (layer["padding"],) * 2
        return (p, p, q, q)
    needed = [
        max(0, (m - 1) * s + d * (k - 1) + 1 - n)
        for n, m, k, s, d in zip(
            shape, places, layer["kernel"], layer["stride"], layer["dilation"], strict=False
        )
    ]
    return tuple(part for n in needed for part in (n // 2, n - n // 2))


def fits(layer, shape, padding):
    return all(
        n + padding[2 * i] + padding[2 * i + 1]
        >= layer["dilation"][i] * (layer["kernel"][i] - 1) + 1
        for i, n in enumerate(shape[:2])
    )
