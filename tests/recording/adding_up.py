"""Whether the terms of entries add up to them."""

import numpy as np

TOLERANCES = {"float32": 1e-5, "float64": 1e-6}


def misses(stages, tolerance, entries=None, rng=None):
    """Return the entries whose terms do not add up to them, and how many entries were looked at.

    Parameters
    ----------
    stages : list of Stage
        Each quantity that is not given must have terms.
    tolerance : float
        The largest error, as a share of the sizes of the terms.
    entries : int, optional
        How many entries of each quantity are looked at; None: all.
    rng : Generator, optional
        Chooses them.
    """
    wrong, count = [], 0
    for stage in stages:
        for q in stage.quantities:
            assert q.given or q.terms is not None, q.symbol
            places = list(np.ndindex(q.shape)) if q.terms else []
            if entries and len(places) > entries:
                places = [places[k] for k in rng.choice(len(places), entries, replace=False)]
            for index in places:
                told = q.terms(index)
                terms, value = list(told.terms), float(q.array[index])
                expected = value if told.total is None else told.total
                size = sum(abs(term.value) for term in terms)
                count += 1
                if not abs(sum(term.value for term in terms) - expected) <= tolerance * size:
                    wrong.append((q.symbol, index, expected, terms))
                if told.result is not None and not np.isclose(told.result, value, rtol=1e-5):
                    wrong.append((q.symbol, index, value, told.result))
    return wrong, count
