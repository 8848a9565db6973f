"""Whatever happens to a file: it loads with the same meaning, or there is one FileError."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.files.container import KEY, read, write

X = np.random.default_rng(0).normal(size=(3, 4))


def networks():
    return [
        cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(4,)),
        cr.Network(
            cr.Residual(cr.Dense(4, penalty=cr.L2(1e-3)), cr.ReLU()),
            cr.BatchNorm(),
            loss=cr.Huber(),
            inputs=(4,),
        ),
        cr.Network(
            cr.Reshape(2, 2),
            cr.EachStep(cr.Dense(2)),
            cr.Flatten(),
            cr.Dropout(0.5),
            loss=cr.SquaredError(),
            inputs=(4,),
        ),
    ]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Bytes of good files, and what their networks say."""
    folder, found = tmp_path_factory.mktemp("good"), []
    for net in networks():
        net.save(folder / "net")
        found.append(((folder / "net").read_bytes(), net.predict(X).tobytes()))
    return found


def loads(path):
    """The network, or None after a FileError in one line; any other exception fails the test."""
    try:
        return cr.Network.load(path)
    except cr.FileError as error:
        assert type(error) is cr.FileError and "\n" not in str(error) and str(path) in str(error)
        return None


# ---------------------------------------------------------------- accidents: the seal finds them

mutations = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), st.floats(0, 1, exclude_max=True), st.integers(0, 7)),
        st.tuples(st.just("cut"), st.floats(0, 1), st.just(0)),
        st.tuples(st.just("insert"), st.floats(0, 1), st.integers(0, 255)),
        st.tuples(st.just("header"), st.floats(0, 1, exclude_max=True), st.integers(0, 255)),
        st.tuples(st.just("length"), st.just(0.0), st.integers(0, 2**64 - 1)),
    ),
    min_size=1,
    max_size=3,
)


def mutated(data, steps):
    data = bytearray(data)
    for kind, place, value in steps:
        at = int(place * len(data))
        if kind == "flip" and data:
            data[at] ^= 1 << value
        elif kind == "cut":
            del data[at:]
        elif kind == "insert":
            data.insert(at, value)
        elif kind == "header" and len(data) > 8:
            head = min(len(data) - 8, int.from_bytes(data[:8], "little"))
            data[8 + int(place * head)] = value
        elif kind == "length":
            data[:8] = value.to_bytes(8, "little")
    return bytes(data)


def check_accident(good, folder, which, steps):
    data, answer = good[which]
    path = folder / "net"
    path.write_bytes(mutated(data, steps))
    net = loads(path)
    assert net is None or net.predict(X).tobytes() == answer


# ---------------------------------------------- edits of somebody who can compute the seal

atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 12),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(
        [
            "layers.Dense",
            "layers.Tanh",
            "layers.Residual",
            "losses.Huber",
            "losses.L2",
            "initializers.Zeros",
            "float64",
        ]
    ),
)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["class", "settings", "function", "known", "float", "x", "layers"]),
            inner,
            max_size=3,
        ),
        st.builds(
            lambda name, inner: {"class": name, "settings": {"layers": [inner], "name": ""}},
            st.sampled_from(["layers.Sequential", "layers.Residual", "layers.Reshape"]),
            inner,
        ),
    ),
    max_leaves=6,
)


@cache
def places(text):
    """Every place in a JSON text, as keys from the root."""

    def walk(node, path):
        yield path
        items = (
            node.items()
            if isinstance(node, dict)
            else enumerate(node)
            if isinstance(node, list)
            else ()
        )
        for key, inner in items:
            yield from walk(inner, (*path, key))

    return [p for p in walk(json.loads(text), ()) if p]


def check_edit(good, folder, which, where, value, drop):
    path = folder / "net"
    path.write_bytes(good[which][0])
    about, tensors = read(path)
    spots = places(json.dumps(about))
    *keys, last = spots[int(where * len(spots))]
    node = about
    for key in keys:
        node = node[key]
    if drop:
        del node[last]
    else:
        node[last] = value
    write(path, tensors, about)
    net = loads(path)
    if net is not None:  # a valid network of the same weights: it works, and can be saved again
        net.predict(np.zeros((2, *net.inputs["x"]), net.dtype))
        net.save(path)
        assert loads(path) is not None


fraction = st.floats(0, 1, exclude_max=True)
slow_too = [pytest.param(100), pytest.param(1000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("examples", slow_too)
def test_accidents(examples, good, tmp_path):
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2), mutations)
    def run(which, steps):
        check_accident(good, tmp_path, which, steps)

    run()


@pytest.mark.parametrize("examples", slow_too)
def test_edits(examples, good, tmp_path):
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2), fraction, values, st.booleans())
    def run(which, where, value, drop):
        check_edit(good, tmp_path, which, where, value, drop)

    run()


def test_the_fuzz_can_fail(good, tmp_path):
    """A file whose seal is right but whose weights are others does not pass for the same."""
    path = tmp_path / "net"
    path.write_bytes(good[0][0])
    about, tensors = read(path)
    write(path, tensors | {"dense1/W": tensors["dense1/W"] + 1}, about)
    with pytest.raises(AssertionError):
        check_accident([(path.read_bytes(), good[0][1])], tmp_path, 0, [])
    assert KEY == "chainrule"
