"""What training_curves.py promises: each kind of quantity has its own axis."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import plots
from chainrule.training.history import History

pytest.importorskip("matplotlib")

COLUMNS = {
    "loss": [2.0, 0.5, 0.1],
    "accuracy": [0.3, 0.8, 0.9],
    "val_loss": [2.1, 0.6, 0.7],
    "val_accuracy": [0.2, 0.7, 0.6],
}


def drawn(panel):
    """Return {label: heights} of the curves of a panel."""
    return {
        line.get_label(): line.get_ydata().tolist()
        for line in panel.get_lines()
        if len(line.get_ydata()) == 3
    }


def test_losses_and_metrics_have_panels_of_their_own():
    figure = History(COLUMNS).plot()
    loss, accuracy = figure.axes
    assert loss.get_ylabel() == "loss" and accuracy.get_ylabel() == "accuracy"
    assert loss.get_yscale() == "log" and accuracy.get_yscale() == "linear"
    low, high = accuracy.get_ylim()
    assert low == pytest.approx(0, abs=0.05) and high == pytest.approx(1, abs=0.05)
    assert list(drawn(loss).values()) == [COLUMNS["loss"], COLUMNS["val_loss"]]
    assert list(drawn(accuracy).values()) == [COLUMNS["accuracy"], COLUMNS["val_accuracy"]]


def test_validation_is_dashed_and_has_the_color_of_its_training_curve():
    for panel in History(COLUMNS).plot().axes:
        training, validation = panel.get_lines()[:2]
        assert (training.get_linestyle(), validation.get_linestyle()) == ("-", "--")
        assert training.get_color() == validation.get_color()


def test_the_best_epoch_is_marked_in_every_panel():
    for panel in History(COLUMNS, best_epoch=1).plot().axes:
        (mark,) = [line for line in panel.get_lines() if line.get_label() == "best epoch, 2"]
        assert set(mark.get_xdata()) == {2}


def test_the_loss_axis_is_logarithmic_where_that_helps():
    def scale(loss):
        return plots.training_curves({"loss": loss}).axes[0].get_yscale()

    assert scale([1.0, 0.1]) == "log" and scale([1.0, np.nan, 0.1]) == "log"
    assert scale([0.5, 0.4]) == "linear", "one decade or less needs no logarithm"
    assert scale([1.0, 0.0]) == scale([1.0, -2.0]) == "linear"


def test_metrics_of_several_outputs_share_the_panel_of_their_kind():
    names = "loss", "digit_loss", "size_loss", "digit_accuracy", "kind_accuracy", "mean_error"
    figure = plots.training_curves({name: [1.0, 0.5] for name in names})
    assert [panel.get_ylabel() for panel in figure.axes] == ["loss", "accuracy", "mean error"]
    assert len({line.get_color() for line in figure.axes[0].get_lines()[:3]}) == 3


def test_one_epoch_is_a_point_and_no_epoch_is_a_sentence():
    (panel,) = plots.training_curves({"loss": [1.0]}).axes
    assert panel.get_lines()[0].get_marker() == "o"
    with pytest.raises(cr.DataError, match="no epoch"):
        History({"loss": []}).plot()
    with pytest.raises(cr.DataError, match=r"expected .*got a Network"):
        plots.training_curves(cr.Network(cr.Dense(1), loss=cr.SquaredError()))


def test_curves_without_a_finite_number_leave_an_empty_panel():
    figure = plots.training_curves({"loss": [1.0, 0.5], "accuracy": [np.nan, np.nan]})
    figure.canvas.draw()
    assert len(figure.axes) == 2


@pytest.mark.parametrize("losses", [[0.3], [0.3, 0.2], [2e-9]])
def test_epochs_are_whole_numbers(losses):
    (panel,) = plots.training_curves({"loss": losses}, best_epoch=0).axes
    low, high = panel.get_xlim()
    shown = [at for at in panel.get_xticks() if low <= at <= high]
    assert shown == list(range(1, len(losses) + 1))


def test_one_epoch_of_validation_is_told_from_training():
    columns = {name: values[:1] for name, values in COLUMNS.items()}
    for panel in History(columns).plot().axes:
        training, validation = panel.get_lines()[:2]
        assert training.get_marker() == validation.get_marker() == "o"
        assert training.get_markerfacecolor() != validation.get_markerfacecolor() == "white"


def test_a_logarithmic_axis_has_plain_numbers_within_three_decades():
    """6 × 10⁻¹ is hard to read, and in a dark style those small numbers were white on white."""
    matplotlib = pytest.importorskip("matplotlib")
    with matplotlib.rc_context({"font.size": 20, "xtick.color": "white", "ytick.color": "white"}):
        panel = plots.training_curves({"loss": [2.0, 0.6, 0.15]}).axes[0]
        panel.figure.canvas.draw()
        shown = [t.get_text() for t in panel.get_yticklabels(which="both") if t.get_text()]
        assert {"0.2", "0.5", "1", "2"} <= set(shown) and not any("10" in text for text in shown)
        assert {t.get_fontsize() for t in panel.get_yticklabels(which="both")} == {9}
    wide = plots.training_curves({"loss": [2.0, 0.6, 1e-6]}).axes[0]
    wide.figure.canvas.draw()
    assert any("10^{-4}" in t.get_text() for t in wide.get_yticklabels())


def test_one_epoch_has_whole_numbers_and_many_names_leave_room_for_the_curves():
    one = plots.training_curves({"loss": [2.0]}).axes[0]
    assert all(float(tick) % 1 == 0 for tick in one.get_xticks())
    names = [f"{rows}{part}loss" for rows in ("", "val_") for part in ("", "digit_", "size_")]
    figure = plots.training_curves({name: [2.0, 1.0] for name in names}, best_epoch=1)
    figure.canvas.draw()
    assert figure.axes[0].get_window_extent().height > 0.5 * figure.bbox.height
