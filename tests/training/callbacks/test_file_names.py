"""Fields in the names of files: what they give, what they find again, what is refused."""

import os

import pytest

import chainrule as cr
from chainrule.training.callbacks.file_names import FileNames

NUMBERS = {"epoch": 7, "step": 91, "loss": 0.25, "val_loss": 1.5e-7, "val_accuracy": 0.5}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("run", "run"),
        ("a/run-{epoch}", "a/run-7"),
        ("run-{epoch:03d}-{step}", "run-007-91"),
        ("{loss:.3f}_{val_loss:.1e}_{val_accuracy:.0%}", "0.250_1.5e-07_50%"),
        ("{{a}}{epoch}", "{a}7"),
        ("{{a}}", "{a}"),
    ],
)
def test_a_name_is_made_and_found_again(path, name, tmp_path):
    names = FileNames("Checkpoint", str(tmp_path / path))
    made = names.name(NUMBERS)
    assert made == str(tmp_path / name)
    os.makedirs(os.path.dirname(made), exist_ok=True)
    open(made, "w").close()
    open(made + "x", "w").close()
    assert [found for found, _ in names.existing()] == [made]


def test_the_last_written_is_the_last_and_leftovers_go(tmp_path):
    names = FileNames("Checkpoint", str(tmp_path / "run-{epoch}.st"))
    for k, epoch in enumerate((3, 12, 2)):
        (tmp_path / f"run-{epoch}.st").write_bytes(b"")
        os.utime(tmp_path / f"run-{epoch}.st", ns=(k, k))
    for other in ("run-a.st", ".run-4.st.12ab.tmp", ".run-x.st.12ab.tmp"):
        (tmp_path / other).write_bytes(b"")
    assert [at["epoch"] for _, at in names.existing()] == [3, 12, 2]
    names.remove_leftovers()
    assert sorted(os.listdir(tmp_path))[:2] == [".run-x.st.12ab.tmp", "run-12.st"]
    assert FileNames("Checkpoint", str(tmp_path / "no" / "run-{epoch}")).existing() == []


@pytest.mark.parametrize(
    ("path", "got"),
    [
        ("run-{epoch", "expected '}' before end of string"),
        ("run-{}", "{:}"),
        ("run-{1}", "{1:}"),
        ("run-{epoch.real}", "{epoch.real:}"),
        ("run-{epoch!r}", "{epoch:}"),
        ("run-{epoch:.q}", "{epoch:.q}"),
        ("run-{val_loss:d}", "{val_loss:d}"),
        ("{epoch}/run", "one in the folder's name"),
    ],
)
def test_what_is_no_field_is_refused(path, got):
    with pytest.raises(cr.ParameterError) as error:
        cr.Checkpoint(path)
    assert f"got {got}. A brace that belongs to the name is written twice" in str(error.value)


def test_an_unknown_number_is_named():
    with pytest.raises(cr.ParameterError, match=r"got {val_los}\. Did you mean {val_loss}\?"):
        FileNames("Checkpoint", "run-{val_los}").name(NUMBERS)
    with pytest.raises(cr.ParameterError, match=r"got {f1}\. Give validation_data or metrics\."):
        FileNames("Checkpoint", "run-{f1}").name(NUMBERS)
