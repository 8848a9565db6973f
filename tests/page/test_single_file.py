"""The page as one file: the same bytes each time, everything inside, and it opens from a disk."""

import base64
import json
import os
import re
import zlib
from hashlib import sha256

import pytest

from chainrule.errors import FileError, ParameterError
from chainrule.page.single_file import LEFT_OUT, html, write
from chainrule.page.web_files import web_files

LARGEST = 1_500_000  # bytes
RULES = """adopted =>
[...(adopted ? document.adoptedStyleSheets : document.styleSheets)].map((sheet) => {
    const [first] = sheet.cssRules;
    const inside = first?.conditionText === "print" && adopted ? first : sheet;
    return inside.cssRules.length;
})"""


pytestmark = pytest.mark.slow  # each page packs three megabytes


@pytest.fixture(scope="module")
def text():
    return html().decode()


def test_it_is_small_and_the_same_each_time(text):
    assert len(text.encode()) <= LARGEST
    assert html().decode() == text


def test_it_names_no_other_place(text):
    """Nothing is loaded from outside: no address in a tag, and a policy without hosts."""
    outside = re.sub(r"<script.*?</script>", "", text, flags=re.S)
    assert not re.search(r"https?:|//|src=|url\(", outside)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'" and "connect-src" not in rules
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy.replace("wasm-unsafe-", "")
    inline = re.findall(r"<(?:script|script type=\"module\"|style)>(.*?)</", text, re.S)
    assert len(inline) == 3
    for code in inline:
        digest = base64.b64encode(sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_licenses_are_in_it(text):
    licenses = web_files()["vendor/LICENSES.txt"].read_text(encoding="utf-8")
    assert licenses in text


def blocks(data):
    found = re.findall(
        rb'<script type="text/plain" data-file="([^"]+)"( data-packed)?>(.*?)<', data
    )
    return {
        name.decode(): zlib.decompress(base64.b64decode(body)) if packed else base64.b64decode(body)
        for name, packed, body in found
    }


def test_files_come_with_it(text):
    own = {"net ü<.safetensors": bytes(10_000), "noise": os.urandom(1000), "empty": b""}
    data = html(start={"scene": "your_file", "language": "zh"}, files=own)
    assert len(data) < len(text.encode()) + 3000
    found = blocks(data)
    assert [found[f"files/{k}"] for k in range(3)] == list(own.values())
    for name, path in web_files().items():
        if name.endswith(".gz"):
            assert name in LEFT_OUT or found[name] == path.read_bytes()
    packed = re.search(rb'id="texts">(.*?)<', data)[1]
    start = json.loads(zlib.decompress(base64.b64decode(packed)))["start"]
    assert start["scene"] == "your_file"
    assert start["files"][0] == {"name": "net ü<.safetensors", "path": "files/0"}


def test_a_name_that_is_no_text_or_looks_like_html(text):
    names = [os.fsdecode(b"r\xff.st"), "</script><!--<script>", "{start}{blocks}"]
    made = html(files=dict.fromkeys(names, b"1")).decode()
    assert made.count("<script") == text.count("<script") + len(names)
    assert "<!--" not in made


def test_it_is_written_whole_or_not_at_all(tmp_path, text):
    write(tmp_path / "lab.html")
    assert (tmp_path / "lab.html").read_bytes() == text.encode()
    with pytest.raises(FileError, match="got a folder"):
        write(tmp_path)
    with pytest.raises(FileError, match="there is no folder"):
        write(tmp_path / "none" / "lab.html")
    for start in ({"scene": {1}}, {"state": float("nan")}):
        with pytest.raises(ParameterError, match="start: expected values of JSON"):
            write(tmp_path / "other.html", start=start)
    assert [path.name for path in tmp_path.iterdir()] == ["lab.html"]


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory):
    path = tmp_path_factory.mktemp("disk") / "lab.html"
    write(path, start={"scene": "dreams"}, files={"a.bin": bytes(5000), "b.bin": b"xyz"})
    return path


def test_it_opens_from_a_disk(open_page, on_disk):
    page = open_page(url=on_disk.as_uri())
    assert page.title().endswith("chainrule Lab")
    assert [url for url in page.watch.requests if not url.startswith("blob:")] == [on_disk.as_uri()]
    assert page.evaluate("chainruleFiles['files/0'].length") == 5000
    assert page.evaluate("[...chainruleFiles['files/1']]") == [120, 121, 122]
    assert page.evaluate("chainruleFiles['files/1'] === chainruleFiles['files/1']")
    assert page.locator(".opening").count() == 0
    # The same colors and sizes as from the server: the style sheets are all there.
    assert page.evaluate(RULES, True) == open_page().evaluate(RULES, False)


RUN = """{
  network: {
    layers: [
      { class: "layers.Dense", settings: { units: 3 } },
      { class: "layers.Tanh", settings: {} },
      { class: "layers.Dense", settings: { units: 1 } },
    ],
    loss: { class: "losses.SquaredError", settings: {} },
    inputs: { x: [2] }, target: { number: "real", shape: [] }, seed: 1, dtype: "float32",
    frozen: [], rates: {},
  },
  data: { x: [0, 0, 0, 1, 1, 0, 1, 1], y: [0, 1, 1, 0], n: 4 },
  fit: { optimizer: { class: "optimizers.SGD", settings: { lr: 0.1 } }, batch_size: 2 },
}"""
IN_WORKER = """async (run) => {
  const worker = new Worker(chainruleWorker);
  worker.postMessage({ files: chainruleFiles });
  const ask = (method, id, ...values) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ("value" in data ? resolve(data.value) : reject(data.error));
    worker.onerror = (event) => reject(event.message);
    worker.postMessage({ number: 1, method, id, values });
  });
  const { id } = await ask("openSession", undefined, run);
  await ask("train", id, { steps: 20 });
  return Array.from((await ask("state", id)).theta);
}"""
BY_CLIENT = """async (run) => {
  const { openSession } = await import(new URL("engine/client.js", location.href).href);
  const session = await openSession(run);
  await session.train({ steps: 20 });
  return Array.from((await session.state()).theta);
}"""


def test_its_worker_trains_as_the_served_one(open_page, on_disk):
    theta = open_page(url=on_disk.as_uri()).evaluate(f"({IN_WORKER})({RUN})")
    assert len(theta) == 13 and theta == open_page().evaluate(f"({BY_CLIENT})({RUN})")


@pytest.mark.parametrize(
    "lost",
    [
        "delete globalThis.DecompressionStream",
        "delete globalThis.WebAssembly",
        "WebAssembly.validate = () => false",
        "delete Document.prototype.adoptedStyleSheets",
    ],
)
def test_an_old_browser_gets_a_sentence(chromium, on_disk, lost):
    page = chromium.new_page()
    page.add_init_script(lost)
    page.goto(on_disk.as_uri())
    assert "too old for the Lab" in page.inner_text("body")
    page.close()


def test_without_javascript_there_is_a_sentence(chromium, on_disk):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(on_disk.as_uri())
    said = page.inner_text("body")
    assert "switched off here" in said and "Opening" not in said
    context.close()


def test_a_damaged_file_gets_a_sentence(chromium, on_disk, tmp_path):
    data = on_disk.read_bytes()
    place = data.index(b'id="texts">') + 2000
    broken = tmp_path / "broken.html"
    broken.write_bytes(data[:place] + b"AAAA" * 20 + data[place + 80 :])
    page = chromium.new_page()
    page.goto(broken.as_uri())
    page.wait_for_selector("[role=alert]")
    assert "This file is damaged" in page.inner_text("body")
    page.close()


def test_an_unknown_scene_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(ParameterError, match=r"one of the scenes articles, .* got 'nope'"):
        write(tmp_path / "lab.html", start={"scene": "nope"})
    assert not (tmp_path / "lab.html").exists()
