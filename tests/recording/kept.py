"""Runs that keep every state, to compare recordings with."""

import copy
from dataclasses import dataclass

import chainrule as cr


@dataclass
class Kept:
    """The same run, all of whose states were kept: θ and slots after each step, and its loss."""

    net: object
    states: list
    losses: list

    @classmethod
    def of(cls, net, *data, **options):
        states, losses = [], []
        for run in net.train(*data, **options):
            vectors = {name: a.copy() for name, a in run.state.vectors().items()}
            states.append(vectors)
            losses.append(run.loss)
        return cls(net, states, losses)


def same_bits(a, b):
    """True if two arrays have the same bits; NaN is equal to itself."""
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def check_steps(run, kept, steps, *, losses=True):
    """Compare moments of a recording with the states that were kept, at these steps."""
    first = run.first
    for step in steps:
        moment = run.at(step=int(step))
        if step > first:
            for name, a in kept.states[step - first - 1].items():
                assert same_bits(moment.state.vectors()[name], a), f"step {step}: {name}"
        if losses and step < run.last:
            assert moment.loss == kept.losses[step - first], f"step {step}: loss"


def check(net, data, options, rng, *, path=None, steps=6, losses=True, given=()):
    """Record a run and keep the same one; compare them, also from the file, and its branches."""
    twin = copy.deepcopy(net)
    run = net.record(*data, verbose=0, path=path, **copy.deepcopy(options))
    kept = Kept.of(twin, *data, **copy.deepcopy(options))
    assert run.last - run.first == len(kept.states)
    assert same_bits(run.at("end").theta, net.theta)
    chosen = [run.last, *rng.integers(run.first, run.last + 1, steps)]
    check_steps(run, kept, chosen, losses=losses)
    if path is not None:
        again = cr.Recording.load(path, *data, **dict(given))
        check_steps(again, kept, chosen[:3], losses=losses)
        assert same_bits(again.at("end").theta, net.theta)
    branch = run.branch(at=int(rng.integers(run.first, run.last + 1)))
    assert same_bits(branch.at("end").theta, net.theta)
    return run, kept
