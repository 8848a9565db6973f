"""Measure the models of tables: many categories, coverage of intervals, sure probabilities.

    python bench/tables.py states      # RMSE beside gradient boosting with native categories
    python bench/tables.py intervals   # the share of targets between the bounds, on rows held out
    python bench/tables.py seeds       # log loss on breast cancer over seven seeds

All default settings, three splits for states and intervals.
"""

import sys

import numpy as np
from sklearn import datasets

from chainrule.estimators import TableClassifier, TableRegressor
from chainrule.estimators.tables.report import compare, hold_out
from chainrule.estimators.tables.table import as_table

SEEDS = range(3)


def states(seed, rows=5000, count=50):
    """Return a table of houses whose price depends on one of 50 states far more than on noise."""
    rng = np.random.default_rng(seed)
    effect, state = rng.normal(0, 100, count), rng.integers(0, count, rows)
    metres, rooms = rng.uniform(30, 200, rows), rng.integers(1, 7, rows)
    price = effect[state] + metres / 2 + 8 * rooms + rng.normal(0, 10, rows)
    return {"state": [f"S{k:02}" for k in state], "metres": metres, "rooms": rooms}, price


def uneven(seed, rows=3000):
    """Return a target whose noise grows with its size and leans to one side."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 10, (rows, 3))
    return x, 3 * x[:, 0] + x[:, 1] + (0.2 + x[:, 0] / 4) * rng.exponential(1, rows)


def measure_states():
    print("| split | chainrule | linear | gradient boosting | chainrule / boosting |")
    print("|--:|--:|--:|--:|--:|")
    for seed in SEEDS:
        X, y = states(seed)
        table, (learned, held) = as_table(X), hold_out(y, 0.2, seed, classes=False)
        parts = table.take(learned), y[learned], table.take(held), y[held]
        model = TableRegressor(random_state=seed).fit(parts[0], parts[1])
        found = {name: row["RMSE"] for name, row in compare(model, *parts).items()}
        ours, linear, boosting = list(found.values())[:3]
        ratio = ours / boosting
        print(f"| {seed} | {ours:.2f} | {linear:.2f} | {boosting:.2f} | {ratio:.3f} |", flush=True)
        if ratio > 1.05:
            sys.exit("worse than gradient boosting by more than 5 %")


def measure_intervals():
    sets = {
        "diabetes": lambda seed: datasets.load_diabetes(return_X_y=True),
        "friedman": lambda seed: datasets.make_friedman1(2000, noise=1.0, random_state=seed),
        "uneven noise": uneven,
        "50 states": states,
    }
    print("| data | wanted | inside, three splits | mean width / spread of y |")
    print("|---|--:|--:|--:|")
    for name, load in sets.items():
        shares = {coverage: [] for coverage in (0.5, 0.8, 0.9, 0.95)}
        widths = {coverage: [] for coverage in shares}
        for seed in SEEDS:
            X, y = load(seed)
            table, (learned, held) = as_table(X), hold_out(y, 0.2, seed, classes=False)
            model = TableRegressor(random_state=seed).fit(table.take(learned), y[learned])
            for coverage in shares:
                low, high = model.predict_interval(table.take(held), coverage).T
                shares[coverage].append(np.mean((low <= y[held]) & (y[held] <= high)))
                widths[coverage].append(np.mean(high - low) / y.std())
        for coverage, found in shares.items():
            said = ", ".join(f"{share:.3f}" for share in found)
            print(f"| {name} | {coverage} | {said} | {np.mean(widths[coverage]):.2f} |", flush=True)


def measure_seeds():
    X, y = datasets.load_breast_cancer(return_X_y=True)
    table, losses = as_table(X), []
    print("| seed | chainrule | linear | gradient boosting |\n|--:|--:|--:|--:|")
    for seed in range(7):
        learned, held = hold_out(y, 0.2, seed, classes=True)
        parts = table.take(learned), y[learned], table.take(held), y[held]
        model = TableClassifier(random_state=seed).fit(parts[0], parts[1])
        found = [row["log loss"] for row in compare(model, *parts).values()][:3]
        losses.append(found)
        print(f"| {seed} | {' | '.join(f'{loss:.3f}' for loss in found)} |", flush=True)
    print(f"| mean | {' | '.join(f'{loss:.3f}' for loss in np.mean(losses, axis=0))} |")


if __name__ == "__main__":
    parts = {"states": measure_states, "intervals": measure_intervals, "seeds": measure_seeds}
    if len(sys.argv) != 2 or sys.argv[1] not in parts:
        sys.exit(f"expected one of {', '.join(parts)}")
    parts[sys.argv[1]]()
