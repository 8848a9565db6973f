"""Reports of runs: settings that are refused, and the file that is written."""

import pytest

import chainrule as cr
from chainrule.page.report import report


@pytest.fixture(scope="module")
def net():
    return cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,), seed=0)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"data": "yes"}, "True or False"),
        ({"budget": 10}, "10,000"),
        ({"diagnose": 1}, "True or False"),
        ({"title": 3}, "a text"),
        ({"language": "fr"}, '"en" or "zh"'),
    ],
)
def test_wrong_settings_are_refused_with_words(net, tmp_path, given, word):
    with pytest.raises(cr.ParameterError, match=word):
        report(net, tmp_path / "run.html", **given)
    assert not list(tmp_path.iterdir())


def test_other_things_are_refused(tmp_path):
    with pytest.raises(cr.ParameterError, match="a recorded run, its file, or a network"):
        cr.report(3, tmp_path / "run.html")


@pytest.mark.slow
def test_the_same_run_gives_the_same_file(net, tmp_path):
    for name in ("one.html", "two.html"):
        cr.report(net, tmp_path / name, title="A network", language="zh")
    one, two = ((tmp_path / name).read_bytes() for name in ("one.html", "two.html"))
    assert one == two and one.startswith(b"<!doctype html>")


@pytest.mark.slow
def test_a_path_is_opened(net, tmp_path):
    net.save(tmp_path / "net.safetensors")
    cr.report(tmp_path / "net.safetensors", tmp_path / "net.html")
    assert (tmp_path / "net.html").stat().st_size > 100_000
    with pytest.raises(cr.FileError, match="nothing"):
        cr.report(tmp_path / "nothing.safetensors", tmp_path / "no.html")
