"""A table of scores, one line per class."""

from collections.abc import Sequence

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph.text import Text
from .accuracies import accuracy
from .confusion import by_class


def report(y: Array, p: Array, labels: Sequence[str] | None = None) -> str:
    """Return precision, recall and F1 of each class as a table.

    The layout is that of scikit-learn's classification report.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.
    labels : sequence of str or None
        Names of the K classes; by default their indices.

    Returns
    -------
    text : str
        One line per class, then the accuracy and the means over classes, plain and weighted by
        support.

    Raises
    ------
    DataError
        As in `accuracy`, or there are not K labels.

    Examples
    --------
    >>> print(report([0, 0, 1, 1], [0, 1, 1, 1], ["cat", "dog"]))
                  precision    recall  f1-score   support
    <BLANKLINE>
             cat       1.00      0.50      0.67         2
             dog       0.67      1.00      0.80         2
    <BLANKLINE>
        accuracy                           0.75         4
       macro avg       0.83      0.75      0.73         4
    weighted avg       0.83      0.75      0.73         4
    <BLANKLINE>
    """
    scores = by_class(y, p)
    support = scores["support"]
    present = support + scores["predicted"] > 0
    names = [str(k) for k in range(len(support))] if labels is None else list(labels)
    if len(names) != len(support):
        raise DataError(
            "report", f"{len(support)} labels, one per class", f"{len(names)}", "Name every class."
        )
    columns = np.stack([scores["precision"], scores["recall"], scores["f1"]], axis=1)
    width = max(len("weighted avg"), *(len(name) for name in names))

    def line(name: str, numbers: Array, rows: int) -> str:
        return f"{name:>{width}} " + "".join(f" {number:9.2f}" for number in numbers) + f" {rows:9}"

    total = int(support.sum())
    return Text(
        "\n".join(
            [
                f"{'':>{width}} "
                + "".join(f" {head:>9}" for head in ("precision", "recall", "f1-score", "support")),
                "",
                *(line(names[k], columns[k], support[k]) for k in np.flatnonzero(present)),
                "",
                f"{'accuracy':>{width}} " + 20 * " " + f" {accuracy(y, p):9.2f} {total:9}",
                line("macro avg", columns[present].mean(axis=0), total),
                line("weighted avg", support @ columns / total, total),
                "",
            ]
        )
    )
