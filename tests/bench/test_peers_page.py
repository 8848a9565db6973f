"""The page and the picture are made of the numbers that were kept, without measuring."""

import json

import peers_page
import pytest


def row(title, ratio, cores=1, instructions="best", **more):
    values = {"chainrule": 1e-3, "jax": 1e-3 * ratio, "torch": 0.5}
    keys = {"title": title, "kind": "time", "per": 1, "cores": cores, "instructions": instructions}
    judged = {"goal": 1.1, "against": None, "scaling goal": None, "limit": None, "best": "jax"}
    judged |= {"ratio": ratio, "scaling": None, "met": ratio >= 1.1, "share": 0.5, "bound": "order"}
    return keys | {"values": values} | judged | more


@pytest.fixture
def result():
    rows = [
        row("digits", 2.0),
        row("neuron", 0.9),
        row("digits", 1.5, 2, scaling=1.8, **{"scaling goal": 1.7}),
        row("digits", 1.2, instructions="avx2"),
        row("GEMM", 1.3, kind="flops", against="numpy", per=1000),
    ]
    machine = {"fma": 270e9, "chain": 1.05e9, "copy": 37e9}
    return {
        "rows": rows,
        "limits": {"one core": machine},
        "versions": {"chainrule": "0", "JAX": "1"},
        "date": "2030-01-01",
        "machine": "a processor",
        "images": "MNIST",
        "batches": {"LeNet-5, 2": {"1": 4e-6, "4096": 2e-6}},
        "threads": {"LeNet-5, 32": {"1": 1.0, "2": 1.6}},
        "layers": {"10": {"seconds": 1e-3, "bytes": 10**6}},
        "gather": {"LeNet-5, 1": {"map": 5e4, "memory": 5e4}, "bytes": 2 * 10**9},
    }


def test_the_page_has_every_table(result):
    page = peers_page.page(result, "")
    for line in (
        "| digits | 1 ms | 2 ms | JAX | **2.00** | ≥ 1.1 | 50% |",
        "| neuron ✗ | 1 ms | 900 µs | JAX | **0.90** | ≥ 1.1 | 50% |",
        "| digits | 1 ms | 1.5 ms | JAX | **1.50** | ≥ 1.1 | 1.80 × | ≥ 1.7 | 50% |",
        "| LeNet-5, two cores | 4 | 2 |",
        "| LeNet-5, batch 32 | 1.00 | 1.60 |",
        "| 10 | 1 ms | 100.0 µs | 1.0 MB | 100.0 kB |",
        "| LeNet-5, one core | 50,000 | 50,000 | 1.00 |",
    ):
        assert line in page
    assert "270 GFLOP/s" in page and "digits 50% (order)" in page
    assert page.endswith(peers_page.LAST + "\n")


def test_what_was_written_by_hand_stays(result, tmp_path, monkeypatch):
    for name in ("JSON", "PAGE", "PICTURE"):
        monkeypatch.setattr(peers_page, name, tmp_path / name)
    monkeypatch.setattr(peers_page, "picture", lambda _: (tmp_path / "PICTURE").write_text("<svg>"))
    peers_page.write(result)
    text = peers_page.PAGE.read_text("utf-8")
    peers_page.PAGE.write_text(text + "\nThe neuron, since its steps wait.\n", "utf-8")
    peers_page.write(json.loads(peers_page.JSON.read_text("utf-8")))
    assert peers_page.PAGE.read_text("utf-8") == text + "\nThe neuron, since its steps wait.\n"


def test_colors_follow_the_scheme_of_the_reader():
    ink = peers_page.INK
    svg = peers_page.follow_scheme(f'<?xml?><svg a="b"><g style="fill: {ink}"/></svg>')
    assert f"fill: {ink}; fill: var(--c0, {ink})" in svg
    assert svg.startswith('<?xml?><svg a="b"><style>') and "prefers-color-scheme:dark" in svg


@pytest.mark.slow
def test_the_picture_is_the_same_each_time(result, tmp_path):
    pytest.importorskip("matplotlib")
    for name in "ab":
        peers_page.picture(result, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
