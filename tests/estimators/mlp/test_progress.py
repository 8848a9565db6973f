"""The epochs of an MLP: what is printed, warned of and counted."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.exceptions import ConvergenceWarning
from tests.estimators.mlp.sklearn_cases import PAIRS, since_17


@since_17
def test_a_warning_and_the_lines_of_verbose_are_theirs(data, capsys):
    X, y = data["iris"]
    said = []
    for cls in PAIRS[0]:
        with pytest.warns(ConvergenceWarning) as caught:
            cls(5, max_iter=3, verbose=True, early_stopping=True, random_state=0).fit(X, y)
        said.append((str(caught[0].message), capsys.readouterr().out))
    assert said[0] == said[1]
