"""Theory of capacity: the load at which recall breaks down, and the wrong bits below it."""

import math
from collections.abc import Callable

from ...errors import ParameterError
from ...settings import is_number


def bit_error(load: float) -> float:
    """Return P = ½ erfc(1 / √(2α)): the chance that a bit flips in the first update.

    The patterns are random and stored by Hebb's rule.

    Parameters
    ----------
    load : float
        α = M / N > 0.

    Returns
    -------
    probability : float
        0.0036 at α = 0.138.

    References
    ----------
    Hertz, Krogh & Palmer, "Introduction to the theory of neural computation" (1991), eq. 2.20.

    Examples
    --------
    >>> round(bit_error(0.185), 4)
    0.01
    """
    _positive("bit_error", load=load)
    return math.erfc(1 / math.sqrt(2 * load)) / 2


def critical_load() -> tuple[float, float]:
    """Return the load α at which Hebb's network loses its memories, and the overlap just below it.

    The overlap jumps to 0. For N -> ∞ and T = 0 it is m = erf y, where y solves
    y (√(2α) + (2/√π) exp(−y²)) = erf y. As a function of y, α has a maximum. Above this α the only
    solution is m = 0.

    Returns
    -------
    load, overlap : float
        0.137906 and 0.96742; 1.63 % of the bits are wrong there.

    References
    ----------
    Amit, Gutfreund & Sompolinsky, "Storing infinite numbers of patterns in a spin-glass model of
    neural networks", PRL 55 (1985).

    Examples
    --------
    >>> load, overlap = critical_load()
    >>> f"{load:.6f} {overlap:.5f}"
    '0.137906 0.96742'
    """
    y = _maximum(_load_of, 1.0, 2.5)
    return _load_of(y), math.erf(y)


def retrieval_overlap(load: float) -> float:
    """Return m(α), the overlap that recall reaches at this load in a large network.

    It is 0 above `critical_load`.

    Parameters
    ----------
    load : float
        α = M / N > 0.

    Returns
    -------
    overlap : float
        Between 0.967 and 1, or 0.

    Examples
    --------
    >>> round(retrieval_overlap(0.1), 3), retrieval_overlap(0.14)
    (0.998, 0.0)
    """
    _positive("retrieval_overlap", load=load)
    return math.erf(_argument(load)) if load <= critical_load()[0] else 0.0


def global_load() -> float:
    """Return the load up to which memories are the lowest states of all.

    Between this load and `critical_load`, memories are metastable. At this load the energy of a
    retrieved pattern equals that of the spin glass, −1/π − √(2α/π) per unit.

    Returns
    -------
    load : float
        0.05185, in the replica-symmetric solution.

    References
    ----------
    Amit, Gutfreund & Sompolinsky, "Statistical mechanics of neural networks near saturation",
    Ann. Phys. 173 (1987).

    Examples
    --------
    >>> round(global_load(), 4)
    0.0519
    """
    low, high = 0.01, critical_load()[0]
    for _ in range(100):
        load = (low + high) / 2
        glass = -1 / math.pi - math.sqrt(2 * load / math.pi)
        low, high = (load, high) if _retrieval_energy(load) < glass else (low, load)
    return low


def theory_lines(rule: str, N: int) -> dict[str, float]:
    """Return the loads α = M / N at which theory expects this rule to fail.

    Parameters
    ----------
    rule : str
        A name of Hopfield's `rule`, or "dense-3", "dense-4" ... for DenseAssociativeMemory(n).
    N : int
        The number of units, ≥ 2.

    Returns
    -------
    lines : dict
        The criteria are the keys, and the loads are the values. Empty if no theory is known.

    Examples
    --------
    >>> {what: round(load, 3) for what, load in theory_lines("hebb", 1000).items()}
    {'most patterns exact, 1 / (2 ln N)': 0.072, 'recall with few errors, 0.138': 0.138}
    """
    log = math.log(N)
    if rule == "hebb":
        return {
            "most patterns exact, 1 / (2 ln N)": 1 / (2 * log),
            "recall with few errors, 0.138": critical_load()[0],
        }
    if rule == "storkey":
        return {"most patterns exact, about 1 / √(2 ln N)": 1 / math.sqrt(2 * log)}
    if rule in ("pseudo-inverse", "delta"):
        return {"independent patterns, 1": 1.0}
    if rule == "perceptron":
        return {"Gardner's bound, 2": 2.0}
    if rule.startswith("dense-"):
        return {"no errors, N^(n − 2) / (2 (2n − 3)!! ln N)": krotov_capacity(N, int(rule[6:])) / N}
    return {}


def krotov_capacity(N: int, n: int) -> float:
    """Return K = N^(n−1) / (2 (2n − 3)!! ln N), the capacity of a dense memory of power n.

    A network of N units stores up to K random patterns without errors.

    Parameters
    ----------
    N, n : int
        The number of units and the power, both ≥ 2.

    Returns
    -------
    patterns : float
        10.857 for N = 100, n = 2; 361.9 for n = 3.

    References
    ----------
    Krotov & Hopfield, "Dense associative memory for pattern recognition", NeurIPS 2016, eq. 6.

    Examples
    --------
    >>> round(krotov_capacity(100, 3), 1)
    361.9
    """
    return float(N) ** (n - 1) / (2 * math.prod(range(1, 2 * n - 2, 2)) * math.log(N))


def ramsauer_capacity(beta: float, K: float, d: int, p: float) -> float:
    """Return c: the capacity of the modern network grows with d as c^((d−1)/4).

    Patterns are random on a sphere of radius K √(d − 1). With probability 1 − p the network can
    store at least N of them, where N ≥ √p c^((d−1)/4).
    a = 2 (1 + ln(2 β K² p (d − 1))) / (d − 1), b = 2 K² β / 5, c = b / W₀(exp(a + ln b)).

    Parameters
    ----------
    beta : float
        β > 0.
    K : float
        The radius divided by √(d − 1), > 0.
    d : int
        The dimension, ≥ 2.
    p : float
        The probability of failure, 0 < p < 1.

    Returns
    -------
    c : float
        If c > 1, the capacity grows exponentially.

    References
    ----------
    Ramsauer et al., "Hopfield networks is all you need", ICLR 2021, theorem 3.

    Examples
    --------
    >>> round(ramsauer_capacity(1, 3, 20, 0.001), 5), round(ramsauer_capacity(1, 1, 75, 0.001), 5)
    (3.15461, 1.37188)
    """
    _positive("ramsauer_capacity", beta=beta, K=K, d=d, p=p)
    if d < 2 or p >= 1:
        raise ParameterError(f"ramsauer_capacity(d={d!r}, p={p!r}): d must be ≥ 2 and p below 1.")
    a = 2 / (d - 1) * (1 + math.log(2 * beta * K * K * p * (d - 1)))
    b = 2 * K * K * beta / 5
    return b / _lambert(a + math.log(b))


def _lambert(log_x: float) -> float:
    """Return W₀(x), the w with w exp(w) = x > 0: solve w + ln w = ln x by Newton's method."""
    w = math.log1p(math.exp(log_x)) if log_x < 1 else log_x
    for _ in range(100):
        w = max(w - (w + math.log(w) - log_x) / (1 + 1 / w), w / 10)
    return w


def _load_of(y: float) -> float:
    """Return α(y) of Amit, Gutfreund & Sompolinsky."""
    root = math.erf(y) / y - 2 / math.sqrt(math.pi) * math.exp(-y * y)
    return root * root / 2 if root > 0 else 0.0


def _retrieval_energy(load: float) -> float:
    """Return the energy of a retrieved pattern, E / N = −½ m² + ½ α (1 − r).

    α r is Σ m_ν² over the other patterns.
    """
    y = _argument(load)
    m = math.erf(y)
    r = (m / y) ** 2 / (2 * load)  # from y = m / √(2 α r)
    return -m * m / 2 + load * (1 - r) / 2


def _argument(load: float) -> float:
    """Return the larger y with α(y) = load, by bisection from the maximum on, where α(y) falls."""
    low, high = _maximum(_load_of, 1.0, 2.5), 40.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _load_of(middle) > load else (low, middle)
    return low


def _maximum(f: Callable[[float], float], low: float, high: float) -> float:
    """Return the place of the maximum of f, by golden-section search."""
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(200):
        width = ratio * (high - low)
        low, high = (high - width, high) if f(high - width) < f(low + width) else (low, low + width)
    return (low + high) / 2


def _positive(where: str, **values: float) -> None:
    """Raise ParameterError for a value that is not a number > 0."""
    for name, value in values.items():
        if not (is_number(value) and value > 0):
            raise ParameterError(f"{where}({name}={value!r}): {name} must be a number > 0.")
