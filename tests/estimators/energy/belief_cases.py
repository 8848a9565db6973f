"""Rows for tests of deep belief estimators."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr

X, LABELS = cr.datasets.digits()
