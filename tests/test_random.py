"""Random numbers are a pure function of their key, and the published generator."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive
from tests.strategies import quick

from chainrule import random

WORD = st.integers(0, 2**32 - 1)
F = 0xFFFFFFFF
# Random123, tests/kat_vectors: philox4x32 with 10 rounds
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((F, F, F, F), (F, F), "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_published_vectors(counter, key, words):
    assert " ".join(f"{int(w):08x}" for w in random.philox(counter, key)) == words
    assert " ".join(f"{w:08x}" for w in naive.philox(counter, key)) == words


@quick
@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_philox_is_its_oracle(counter, key):
    assert tuple(int(w) for w in random.philox(counter, key)) == naive.philox(counter, key)


@quick
@given(
    WORD,
    st.integers(0, 10**6),
    WORD,
    st.lists(st.integers(0, 2**31), min_size=1, max_size=4),
    st.integers(1, 9),
)
def test_a_word_belongs_to_its_row_and_column(seed, step, path, rows, columns):
    words = random.words((seed, step), random.DROPOUT, path, np.array(rows), columns)
    assert words.shape == (len(rows), columns)
    for n, row in enumerate(rows):
        for c in range(columns):
            assert (
                int(words[n, c])
                == naive.philox((c // 4, row, step, random.DROPOUT), (seed, path))[c % 4]
            )


def test_more_rows_or_columns_change_nothing_before_them():
    few = random.uniform((1, 2), random.INIT, 3, np.arange(5), 3)
    assert np.array_equal(random.uniform((1, 2), random.INIT, 3, np.arange(9), 11)[:5, :3], few)
    assert random.uniform((1, 2), random.INIT, 3, np.arange(0), 3).shape == (0, 3)


def test_every_part_of_the_key_counts():
    def draw(seed=0, step=0, purpose=random.INIT, path=0):
        return random.uniform((seed, step), purpose, path, np.arange(1000), 2)

    one = draw()
    for other in (draw(seed=1), draw(step=1), draw(purpose=random.SAMPLE), draw(path=1)):
        assert not (one == other).any()
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.1


def test_uniform_numbers_are_uniform():
    u = random.uniform((7, 0), random.DATA, 1, np.arange(25_000), 4)
    assert u.min() >= 0 and u.max() < 1
    assert np.array_equal(u, u.astype(np.float32)), "24 bits: the same number in float32"
    counts = np.bincount((u * 100).astype(int).ravel(), minlength=100)
    assert ((counts - 1000) ** 2 / 1000).sum() < 150, (
        "χ² with 99 degrees of freedom: 150 is beyond 0.999"
    )
    assert np.abs(np.corrcoef(u.T) - np.eye(4)).max() < 0.02


def test_normal_numbers_are_normal():
    z = random.normal((7, 0), random.DATA, 2, np.arange(50_000), 2)
    assert np.abs(z).max() < 6.4
    assert [z.mean(), z.var(), (z**3).mean(), (z**4).mean()] == pytest.approx(
        [0, 1, 0, 3], abs=0.06
    )
    for level in (-2, -1, 0, 0.5, 1.5):
        assert np.mean(z < level) == pytest.approx(NormalDist().cdf(level), abs=0.006)


def test_inverse_normal_is_that_of_the_standard_library():
    u = np.concatenate(
        [np.linspace(0.001, 0.999, 999), 10.0 ** -np.arange(3, 11), 1 - 10.0 ** -np.arange(3, 10)]
    )
    exact = np.array([NormalDist().inv_cdf(float(v)) for v in u])
    assert np.abs(random.inverse_normal(u) - exact).max() < 1e-14 * 7
    assert random.inverse_normal(np.array([0.5])).tolist() == [0.0]


def test_a_permutation_has_every_row_once_and_its_own_order():
    one = random.permutation((3, 0), 1000)
    assert np.array_equal(np.sort(one), np.arange(1000))
    assert np.array_equal(one, random.permutation((3, 0), 1000))
    for other in (
        random.permutation((4, 0), 1000),
        random.permutation((3, 1), 1000),
        np.arange(1000),
    ):
        assert np.mean(one == other) < 0.01
    assert random.permutation((0, 0), 0).shape == (0,)


def test_every_place_of_a_permutation_is_equally_likely():
    first = np.array([random.permutation((0, epoch), 5)[0] for epoch in range(2000)])
    assert np.bincount(first, minlength=5) == pytest.approx([400] * 5, abs=80)


def test_a_path_has_its_checksum_on_every_machine():
    assert random.path_hash("123456789") == 0xCBF43926, "the published check value of CRC-32"
    assert random.path_hash("") == 0
