"""Sessions, files, recall and machines of the page's engine: in node, and in a browser's worker."""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from tests.page.engine_jobs import cases, described, trained

from chainrule.engines import native

NODE = shutil.which("node")
CHECKS = Path(__file__).parent / "node/engine_checks.mjs"
WEB = Path(__file__).parents[2] / "src/chainrule/page/web"
CASES = cases()
pytestmark = pytest.mark.slow


@pytest.mark.skipif(not NODE, reason="this needs node")
def test_sessions_in_node():
    command = [NODE, "--expose-gc", CHECKS]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert not found["wrong"], json.dumps(found["wrong"], indent=1)
    assert found["checks"] >= 200


# ---------------------------------------------------------------- in a browser


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The page's files, and an empty page, so that no scene runs beside the tests."""

    def do_GET(self):
        if self.path != "/empty":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b'<!doctype html><link rel="icon" href="data:,">')

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def page(chromium):
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(WEB))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context()
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"http://127.0.0.1:{server.server_port}/empty")
    yield page
    context.close()
    server.shutdown()
    server.server_close()
    assert not said


OPEN = """
  const { openSession } = await import("/engine/client.js");
  const n = 200;
  const x = Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(i * i));
  const y = Float32Array.from({ length: n }, (_, i) => Number(x[2 * i] * x[2 * i + 1] > 0));
  const dense = (units) => ({ class: "layers.Dense", settings: { units } });
  const tanh = { class: "layers.Tanh" };
  const layers = [dense(8), tanh, dense(8), tanh, dense(1)];
  const target = { number: "real", shape: [1] };
  const loss = { class: "losses.SigmoidCrossEntropy" };
  const network = { layers, loss, target, inputs: { x: [2] }, seed: 1 };
  const optimizer = { class: "optimizers.Adam", settings: { lr: 0.02 } };
  const data = { x, y, n };
  const open = () => openSession({ network, data, fit: { optimizer, batch_size: 32 } });
"""


def test_a_worker_trains_and_the_page_stays_free(page):
    found = page.evaluate(f"""async () => {{
      {OPEN}
      const session = await open();
      let longest = 0, frames = 0, last = performance.now(), going = true;
      const frame = (now) => {{
        longest = Math.max(longest, now - last); last = now; frames++;
        if (going) requestAnimationFrame(frame);
      }};
      const tasks = [];
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)))
        .observe({{ entryTypes: ["longtask"] }});
      requestAnimationFrame(frame);
      const {{ losses, step }} = await session.train({{ milliseconds: 1000 }});
      going = false;
      const score = await session.score(x, y, n);
      await session.goTo(100);
      const {{ theta }} = await session.state();
      const other = await open();
      await other.train({{ steps: 100 }});
      const twin = (await other.state()).theta;
      session.close();
      other.close();
      const closed = await session.train().catch((error) => error.key);
      const equal = theta.every((v, i) => Object.is(v, twin[i]));
      return {{ steps: losses.length, step, frames, tasks, score, equal, closed }};
    }}""")
    assert found["steps"] == found["step"] > 1000
    assert found["frames"] > 10 and not [task for task in found["tasks"] if task > 50]
    assert found["score"]["accuracy"] > 0.9
    assert found["equal"] and found["closed"] == "engine.closed"


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize("name", CASES)
def test_a_worker_has_the_bits_of_the_plain_build(page, name):
    case = CASES[name]
    net, losses = trained(case)
    theta, loss = page.evaluate(
        """async (job) => {
          const { openSession } = await import("/engine/client.js");
          const kinds = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
          const array = (given) => given &&
            new kinds[given.type](Uint8Array.from(atob(given.data), (c) => c.charCodeAt()).buffer);
          const data = { x: array(job.x), y: array(job.y), n: job.n };
          const fit = { ...job.fit, sample_weight: array(job.sampleWeight) };
          const session = await openSession({ network: job.network, data, fit });
          const { epochLosses } = await session.train({ epochs: job.epochs });
          const { theta } = await session.state();
          session.close();
          return [[...theta], [...epochLosses]];
        }""",
        described(name, case),
    )
    assert np.array(theta, net.dtype).tobytes() == net.theta.tobytes()
    assert loss == losses


def test_refusals_cross_the_border(page):
    found = page.evaluate(f"""async () => {{
      {OPEN}
      const told = (promise) => promise.then(() => "fine", (e) => [e.name, e.key, e.values]);
      const session = await open();
      const broken = {{ ...network, layers: [{{ class: "layers.Nothing" }}] }};
      return [
        await told(session.predict(x, 3)),
        await told(openSession({{ network: broken, data, fit: {{}} }})),
        await told(session.train({{ steps: () => 1 }})),
      ];
    }}""")
    assert found[0] == [
        "Refusal",
        "engine.input_size",
        {"name": "x", "rows": 3, "each": 2, "got": 400},
    ]
    assert found[1][:2] == ["Refusal", "graph.no_layer"] or found[1][0] == "Refusal"
    assert found[2][0] == "DataCloneError" or found[2][0] == "Error"


def test_a_worker_that_dies_is_told_and_made_again(page):
    found = page.evaluate(f"""async () => {{
      {OPEN}
      const made = [];
      const Plain = globalThis.Worker;
      globalThis.Worker = class extends Plain {{
        constructor(...words) {{ super(...words); made.push(this); }}
      }};
      const client = await import("/engine/client.js?again");
      const first = await client.openSession({{ network, data, fit: {{ optimizer }} }});
      const long = first.train({{ milliseconds: 5000 }}).catch((error) => error.key);
      made[0].dispatchEvent(new ErrorEvent("error"));
      const told = [await long, await first.state().catch((error) => error.key)];
      const second = await client.openSession({{ network, data, fit: {{ optimizer }} }});
      const {{ step }} = await second.train({{ steps: 5 }});
      globalThis.Worker = Plain;
      return [...told, step, made.length];
    }}""")
    assert found == ["engine.worker_died", "engine.worker_died", 5, 2]


def test_without_workers_the_page_does_the_work(page):
    found = page.evaluate(f"""async () => {{
      {OPEN}
      const Plain = globalThis.Worker;
      globalThis.Worker = undefined;
      const client = await import("/engine/client.js?alone");
      const session = await client.openSession({{ network, data, fit: {{ optimizer }} }});
      const {{ step }} = await session.train({{ steps: 20 }});
      globalThis.Worker = Plain;
      const {{ theta }} = await session.state();
      const other = await openSession({{ network, data, fit: {{ optimizer }} }});
      await other.train({{ steps: 20 }});
      const twin = (await other.state()).theta;
      session.close();
      return [step, theta.every((v, i) => v === twin[i])];
    }}""")
    assert found == [20, True]
