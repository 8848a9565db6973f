"""The page's memories beside Python's: rules, energies, recalls, landscapes, modern and dense."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy.landscape.names import names_of
from chainrule.errors import DataError

pytestmark = pytest.mark.slow
RULES = {
    "hebb": "hebb",
    "storkey": "storkey",
    "pseudo_inverse": "pseudo-inverse",
    "perceptron": "perceptron",
    "delta": "delta",
    "unlearning": "unlearning",
}
KINDS = {"memory": "memory", "inverse": "inverse of", "mixture": "mixture"}


@pytest.fixture(scope="module")
def asked():
    rng = np.random.default_rng(14)
    cases = []
    for rule in RULES:
        for M, N in ((1, 4), (2, 6), (3, 8), (3, 30), (9, 64), (12, 100)):
            patterns = rng.choice([-1, 1], size=(M, N))
            if N == 30:  # correlated patterns have mixtures
                patterns = np.where(rng.random((M, N)) < 0.2, -patterns[:1], patterns[:1])
            flipped = np.where(rng.random((M, N)) < 0.2, -patterns, patterns)
            starts = np.concatenate([flipped[:2], patterns[:1], rng.choice([-1, 1], size=(3, N))])
            cases.append(
                {
                    "rule": rule,
                    "patterns": patterns.tolist(),
                    "starts": starts.tolist(),
                    "seed": int(rng.integers(1000)),
                    "T": 0.4,
                    "thresholds": np.linspace(-0.2, 0.2, N).tolist() if N == 64 else [0] * N,
                }
            )
    same = rng.choice([-1, 1], size=(1, 20))
    cases.append(
        {
            "rule": "pseudo_inverse",
            "patterns": np.concatenate([same, -same]).tolist(),
            "starts": [],
            "seed": 0,
            "T": 1,
            "thresholds": [0] * 20,
        }
    )
    return cases


@pytest.fixture(scope="module")
def answer(node, asked):
    return node("energy_run.mjs", {"memories": asked})


def network(case, **settings):
    settings["thresholds"] = case["thresholds"]
    network = cr.Hopfield(rule=RULES[case["rule"]], seed=case["seed"], **settings)
    return network.store(case["patterns"])


def pairs(asked, answer):
    for case, found in zip(asked, answer["memories"], strict=True):
        if "refused" not in found:
            yield case, found


def test_every_rule_is_there(answer):
    kinds = {kind.__name__ for kind in cr.energy.rules.Rule.__subclasses__()}
    own = {name for name in kinds if hasattr(cr.energy.rules, name)}
    assert {rule["python"] for rule in answer["rules"].values()} == own
    for rule in answer["rules"].values():
        assert getattr(cr.energy.rules, rule["python"]).whole == rule["whole"]


def test_weights(asked, answer):
    for case, found in pairs(asked, answer):
        net = network(case)
        gap = np.abs(np.reshape(found["weights"], net.weights.shape) - net.weights).max()
        exact = case["rule"] in ("hebb", "perceptron")
        assert gap == 0 if exact else gap < 1e-10, case["rule"]
        assert found["symmetric"] == net.couplings.symmetric


def test_dependent_patterns_are_refused(asked, answer):
    found = answer["memories"][-1]
    assert found == {"refused": "memories.dependent", "values": {"patterns": 2, "rank": 1}}
    with pytest.raises(DataError):
        network(asked[-1])


def test_energies_fields_and_overlaps(asked, answer):
    for case, found in pairs(asked, answer):
        net = network(case)
        for start, own in zip(case["starts"], found["recalls"], strict=True):
            if found["symmetric"]:
                assert np.isclose(own["energy"], net.energy(start), rtol=1e-10, atol=1e-10)
            fields = net.couplings.excess(np.array([start], float))[0]
            assert np.allclose(own["fields"], fields, rtol=1e-10, atol=1e-10)
            assert np.allclose(own["overlaps"], net.overlaps(start), atol=1e-14)
            if np.abs(fields).min() > 1e-9:
                assert own["stable"] == net.stable(start)


def tied(net, *paths):
    """Return True if a field on these paths is 0 but for rounding: its sign is that of rounding."""
    fields = [net.couplings.excess(np.asarray(path.states, float)) for path in paths]
    return any(((h != 0) & (np.abs(h) < 1e-12)).any() for h in fields)


def test_recalls_in_every_order(asked, answer):
    compared = 0
    for case, found in pairs(asked, answer):
        net, fixed = network(case), network(case, order="fixed")
        warm = network(case, temperature=case["T"], sweeps=5)
        for start, own in zip(case["starts"], found["recalls"], strict=True):
            recorded = net.record(start)
            path = recorded.recall
            visits = own["random"]["visits"]
            together = network(case, order="synchronous").recall(start)
            whole = case["rule"] in ("hebb", "perceptron")  # their sums have no rounding
            if not whole and tied(net, path, together, fixed.recall(start)):
                continue
            compared += 1
            assert own["random"]["ended"] == path.ended
            assert own["random"]["sweeps"] == path.sweeps
            assert own["random"]["state"] == path.state.tolist()
            assert [v["unit"] for v in visits if v["changed"]] == path.flips.tolist()
            if path.energies is not None:
                after = [0] + [k for k, v in enumerate(visits, 1) if v["changed"]]
                energies = np.array(own["energies"])[after]
                assert np.allclose(energies, path.energies, atol=1e-10)
            moments = [recorded.at(k) for k in range(min(len(visits), 8))]
            assert [v["unit"] for v in visits[:8]] == [m.unit for m in moments]
            expected = [m.field for m in moments]
            assert np.allclose([v["field"] for v in visits[:8]], expected, atol=1e-10)
            assert own["fixed"] == fixed.predict(start).tolist()
            assert own["warm"] == warm.recall(start).state.tolist()
            assert own["all"]["state"] == together.state.tolist()
            assert (own["all"]["ended"], own["all"]["sweeps"]) == (together.ended, together.sweeps)
    assert compared > 150  # of 216


def spoken(name):
    return f"{KINDS[name['kind']]} {name['text']}" if name["kind"] in KINDS else "other"


def test_landscapes_and_names(asked, answer):
    seen = set()
    for case, found in pairs(asked, answer):
        net = network(case)
        for own in found["recalls"]:
            state = np.array([own["random"]["state"]], float)
            expected = names_of(state, np.array(case["patterns"], float))[0]
            assert spoken(own["name"]) == expected
            seen.add(own["name"]["kind"])
        if found["landscape"] is None:
            continue
        whole = cr.energy.landscape(net)
        valleys = found["landscape"]["valleys"]
        assert np.allclose(found["landscape"]["energies"], whole.energies, atol=1e-12)
        assert np.allclose([v["energy"] for v in valleys], whole.depths, atol=1e-12)
        if case["rule"] in ("hebb", "perceptron"):  # no ties that only rounding breaks
            assert [v["basin"] for v in valleys] == whole.basins.tolist()
            assert [spoken(v["name"]) for v in valleys] == whole.names
    assert {"memory", "inverse", "mixture"} <= seen


def test_modern_memories(asked, answer):
    kinds = set()
    for case, found in pairs(asked, answer):
        memory = cr.energy.ModernHopfield(beta=0.2, steps=100).store(case["patterns"])
        for start, own in zip(case["starts"], found["modern"], strict=True):
            path = memory.recall(start)
            assert np.allclose(own["update"], memory.update(start), atol=1e-13)
            assert np.allclose(own["attention"], memory.attention(start), atol=1e-13)
            assert np.isclose(own["energy"], memory.energy(start), rtol=1e-12, atol=1e-12)
            assert own["ended"] == path.ended
            assert abs(own["steps"] - (len(path.states) - 1)) <= 1
            assert np.allclose(own["end"], path.state, atol=1e-8)
            members = " ".join(map(str, own["kind"]["members"]))
            kind = {"pattern": f"pattern {members}", "mean": "global mean"}.get(
                own["kind"]["kind"], f"metastable: {members}"
            )
            assert kind == memory.kind(path.state)
            kinds.add(own["kind"]["kind"])
    assert {"pattern", "metastable"} <= kinds


def test_dense_memories(asked, answer):
    for case, found in pairs(asked, answer):
        memory = cr.energy.DenseAssociativeMemory(n=4, seed=case["seed"]).store(case["patterns"])
        for start, own in zip(case["starts"], found["dense"], strict=True):
            path = memory.recall(start)
            assert own["state"] == path.state.tolist()
            assert own["flips"] == path.flips.tolist()
            assert own["energy"] == memory.energy(start)
