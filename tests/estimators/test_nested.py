"""Settings of layers, losses and optimizers as parameters of scikit-learn."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.errors import ParameterError
from chainrule.estimators import NetworkClassifier
from chainrule.estimators.nested import changed, settings_of

LAYERS = (cr.Dense(5), cr.Dropout(0.5))


def test_every_setting_has_a_path():
    found = dict(settings_of("layers", (*LAYERS, cr.Residual(cr.Dense(3)))))
    assert found["layers__0__units"] == 5 and found["layers__1__rate"] == 0.5
    assert any(path.startswith("layers__2__") and path.endswith("units") for path in found)
    assert dict(settings_of("epochs", 3)) == {}


def test_a_changed_setting_is_in_a_copy():
    new = changed(LAYERS, ["0", "units"], 7)
    assert new == (cr.Dense(7), cr.Dropout(0.5)) and LAYERS[0] == cr.Dense(5)
    assert changed(list(LAYERS), ["1"], cr.ReLU()) == [cr.Dense(5), cr.ReLU()]
    assert changed(cr.Adam(), ["lr"], 0.1) == cr.Adam(lr=0.1)
    for path in (["2", "units"], ["0", "rate"]):
        with pytest.raises(LookupError):
            changed(LAYERS, path, 1)


def test_get_and_set_params():
    model = NetworkClassifier(LAYERS, optimizer=cr.Adam())
    assert model.get_params()["optimizer__lr"] == cr.Adam().lr
    assert "optimizer__lr" not in model.get_params(deep=False)
    model.set_params(layers__0__units=9, optimizer__lr=0.1, epochs=2)
    assert (model.layers[0], model.optimizer, model.epochs) == (cr.Dense(9), cr.Adam(lr=0.1), 2)


@pytest.mark.parametrize("wrong", [{"layers__0__units": 0}, {"layers__0__nothing": 1}])
def test_an_error_sets_nothing(wrong):
    model = NetworkClassifier(LAYERS)
    with pytest.raises(ParameterError):
        model.set_params(epochs=7, layers__1__rate=0.1, **wrong)
    assert model.layers is LAYERS and model.epochs == 100
