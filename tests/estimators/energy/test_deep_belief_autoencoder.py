"""DeepBeliefAutoencoder is its stack and its network."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.energy.belief_cases import X

from chainrule.estimators import DeepBeliefAutoencoder


def test_the_autoencoder_is_the_stack_and_its_network():
    rows = X[:60].astype(np.float32)
    model = DeepBeliefAutoencoder((12, 7, 3), n_iter=3, max_iter=5, random_state=5).fit(rows)
    scaled = (rows - model.offset_) / model.scale_
    values = model.network_.activations(scaled)
    code = model.transform(rows)
    assert code.dtype == np.float32 and code.shape == (60, 3)
    np.testing.assert_allclose(code, values["a3"], atol=1e-6)
    back = model.network_.predict(scaled) * model.scale_ + model.offset_
    np.testing.assert_allclose(model.inverse_transform(code), back, atol=1e-4)
    assert model.score(rows) == pytest.approx(
        -((scaled - model.network_.predict(scaled)) ** 2).mean(), rel=1e-5
    )
    assert list(model.get_feature_names_out()) == [f"deepbeliefautoencoder{i}" for i in range(3)]
    assert model.stack_.transform(scaled).shape == (60, 3)
