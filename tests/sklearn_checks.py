"""scikit-learn's checks of an estimator, and which of them fail."""

from sklearn.utils.estimator_checks import estimator_checks_generator


def failures(model):
    """(check, error) of each of scikit-learn's checks that fails."""
    found = []
    for each, check in estimator_checks_generator(model):
        try:
            check(each)
        except Exception as error:
            if type(error).__name__ != "SkipTest":
                found.append((check.func.__name__, error))
    return found
