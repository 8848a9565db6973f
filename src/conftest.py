"""Doctests of estimators need scikit-learn."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("sklearn") else ["chainrule/estimators/*"]
