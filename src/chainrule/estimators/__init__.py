"""Estimators for scikit-learn, with its names, defaults and behaviour. The only folder that imports scikit-learn."""

from ..errors import DependencyError

try:
    from .autoencoder import Autoencoder
    from .bernoulli_rbm import BernoulliRBM
    from .conv_classifier import ConvClassifier
    from .conv_regressor import ConvRegressor
    from .deep_belief_autoencoder import DeepBeliefAutoencoder
    from .deep_belief_classifier import DeepBeliefClassifier
    from .explaining import explain
    from .hidden_layer import HiddenLayer
    from .hopfield_network import HopfieldNetwork
    from .mlp_classifier import MLPClassifier
    from .mlp_regressor import MLPRegressor
    from .network_classifier import NetworkClassifier
    from .network_regressor import NetworkRegressor
    from .table_classifier import TableClassifier
    from .table_encoder import TableEncoder
    from .table_regressor import TableRegressor
except ImportError as missing:
    raise DependencyError(
        f"chainrule.estimators: expected scikit-learn 1.6 or newer, got: {missing}. Write pip install 'chainrule[sklearn]'."
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
    "MLPClassifier",
    "MLPRegressor",
    "NetworkClassifier",
    "NetworkRegressor",
    "TableClassifier",
    "TableEncoder",
    "TableRegressor",
    "explain",
]
