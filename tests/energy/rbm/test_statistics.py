"""Statistics, loss and gradient of an estimate say which rows and samples made them."""

from tests.energy.rbm.updates import updates
from tests.recording.adding_up import misses

import chainrule as cr
from chainrule.energy import CD, Sparsity
from chainrule.recording.stages.rule_stages import rule_stages


def test_penalty_sparsity_and_clips_have_terms():
    penalty = cr.ElasticNet(0.01, 0.02)
    rbm = cr.RBM(3, visible=5, classes=2, penalty=penalty, sparsity=Sparsity(0.2, cost=0.5), seed=2)
    optimizer = (cr.ClipNorm(0.05), cr.Adam(0.05))
    for one, _, _ in updates(rbm, CD(), optimizer, 2):
        stages = [*one.objective.stages(one), *rule_stages(one)]
        assert not misses(stages, 1e-5)[0]
        dW = next(q for s in stages for q in s.quantities if q.symbol == "dW")
        assert dW.equation == "dW = minus.W − plus.W + Σₙ slope v + λ ∂Ω/∂W"
        assert "λ·∂Ω/∂W[1, 2]" in [term.formula for term in dW.terms((1, 2)).terms]
        symbols = [q.symbol for q in stages[-1].quantities]
        assert symbols == ["new.W", "new.b", "new.c", "new.U", "new.d"]
