"""Estimators for scikit-learn, with its names, defaults and behavior.

This is the only folder that imports scikit-learn.
"""

from ..errors import DependencyError

try:
    from .energy.bernoulli_rbm import BernoulliRBM
    from .energy.deep_belief_autoencoder import DeepBeliefAutoencoder
    from .energy.deep_belief_classifier import DeepBeliefClassifier
    from .energy.hopfield_network import HopfieldNetwork
    from .explaining import explain
    from .importance import Importance, importance
    from .mlp.classifier import MLPClassifier
    from .mlp.regressor import MLPRegressor
    from .networks.autoencoder import Autoencoder
    from .networks.conv_classifier import ConvClassifier
    from .networks.conv_regressor import ConvRegressor
    from .networks.hidden_layer import HiddenLayer
    from .networks.network_classifier import NetworkClassifier
    from .networks.network_regressor import NetworkRegressor
    from .tables.classifier import TableClassifier
    from .tables.encoder import TableEncoder
    from .tables.regressor import TableRegressor
except ImportError as missing:
    raise DependencyError(
        f"chainrule.estimators: expected scikit-learn 1.6 or newer, got: {missing}. "
        "Write pip install 'chainrule[sklearn]'."
    ) from missing

__all__ = [
    "Autoencoder",
    "BernoulliRBM",
    "ConvClassifier",
    "ConvRegressor",
    "DeepBeliefAutoencoder",
    "DeepBeliefClassifier",
    "HiddenLayer",
    "HopfieldNetwork",
    "Importance",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
    "TableClassifier",
    "TableEncoder",
    "TableRegressor",
    "explain",
    "importance",
]
