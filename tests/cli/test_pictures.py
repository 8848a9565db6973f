"""`chainrule train FOLDER` and `chainrule predict MODEL PICTURE ...`."""

import numpy as np
import pytest
from click.testing import CliRunner

import chainrule as cr
from chainrule.cli import pictures
from chainrule.cli.commands import commands

pytest.importorskip("sklearn", minversion="1.6")
Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name, low in (("day", 170), ("night", 10)):
        (tmp_path / "sky" / name).mkdir(parents=True)
        for k in range(12):
            a = rng.integers(low, low + 60, (20 + k, 30, 3)).astype(np.uint8)
            Image.fromarray(a).save(tmp_path / "sky" / name / f"{k}.png")
    return tmp_path


def test_a_folder_is_learned_reported_and_answers(folder):
    said = []
    asked = pictures.PictureTraining("sky", epochs=3)
    assert pictures.train(asked, said.append) is False
    text = "\n".join(said)
    assert "24 pictures of 2 classes" in text and "pictures held out: accuracy" in text
    assert "recall" in text and "rows: what it is" in text and "Saved as sky.safetensors" in text
    assert cr.Network.load("sky.safetensors").inputs == {"x": (64, 64, 3)}
    assert pictures.is_of_pictures("sky.safetensors")
    answers = []
    pictures.predict("sky.safetensors", ["sky/day/0.png", "sky/night"], answers.append, show=True)
    lines = [line for line in answers if "probability" in line]
    assert len(lines) == 13 and "day  probability" in lines[0]
    assert max(len(row) for one in answers for row in one.splitlines()) <= 80
    with pytest.raises(cr.FileError, match="--force"):
        pictures.train(asked, said.append)


def test_the_commands_find_it(folder):
    run = CliRunner().invoke
    trained = run(commands, ["train", "sky", "--epochs", "1"], catch_exceptions=False)
    assert trained.exit_code == 0, trained.output
    told = run(commands, ["predict", "sky.safetensors", "sky/day/1.png", "sky/night/1.png"])
    assert told.exit_code == 0 and len(told.output.splitlines()) == 2
    missing = run(commands, ["train", "rows.csv"])
    assert missing.exit_code == 2 and "--target" in missing.output


def test_the_training_of_a_folder_is_recorded_and_replayed(folder, capsys):
    run = CliRunner().invoke
    trained = run(commands, ["train", "sky", "--epochs", "2", "--record", "run.safetensors"])
    assert trained.exit_code == 0, trained.output
    assert "chainrule replay run.safetensors --data sky" in trained.output
    (folder / "sky").rename(folder / "heaven")
    whole = run(commands, ["replay", "run.safetensors"])
    assert "--data sky --step" in whole.output
    command = ["replay", "run.safetensors", "--data", "heaven", "--step", "1"]
    seen = run(commands, [*command, "--explain", "L"], catch_exceptions=False)
    assert seen.exit_code == 0 and "The update that follows: loss " in seen.output
    assert "is heaven/day/" in seen.output or "is heaven/night/" in seen.output
    (folder / "heaven" / "day" / "0.png").unlink()
    refused = run(commands, command)
    assert refused.exit_code == 1 and isinstance(refused.exception, cr.DataError)


def test_a_file_that_cannot_be_written_is_refused_before_training(folder):
    asked = pictures.PictureTraining("sky", output="no/sky.safetensors")
    with pytest.raises(cr.FileError, match="there is no folder"):
        pictures.train(asked, pytest.fail)


def test_too_few_pictures_are_refused(folder):
    for path in list((folder / "sky" / "night").iterdir())[3:]:
        path.unlink()
    with pytest.raises(cr.DataError, match=r"night: expected at least 4 pictures, got 3"):
        pictures.train(pictures.PictureTraining("sky"), print)
