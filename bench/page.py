"""Time training in the page against the well-known playground's network, in the same browser.

    python bench/page.py FILE [--seconds 2] [--turns 5]

FILE is `src/nn.ts` of a checkout of https://github.com/tensorflow/playground, or JavaScript made of
it; it is not shipped here. A .ts file needs TypeScript: `npm ci` in this repository.

Both train a 2-8-8-1 tanh network on the same 500 points with batches of 32 and plain gradient
descent on half the squared error, by turns. Ours runs in its worker, shuffles the rows in each
epoch, and reports every loss; theirs runs in the page as `playground.ts` calls it.
"""

import argparse
import functools
import http.server
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src/chainrule/page/web"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

POINTS = """
  const n = 500, x = new Float32Array(2 * n), y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const r = (5 * (i % 250)) / 250, t = (1.75 * (i % 250) * 2 * Math.PI) / 250;
    const turned = t + (i < 250 ? 0 : Math.PI);
    [x[2 * i], x[2 * i + 1], y[i]] = [r * Math.sin(turned), r * Math.cos(turned), i < 250 ? 1 : -1];
  }
"""
OURS = f"""async ({{ seconds }}) => {{
  const {{ openSession }} = await import("/engine/client.js");
  {POINTS}
  const dense = (units) => ({{ class: "layers.Dense", settings: {{ units }} }});
  const tanh = {{ class: "layers.Tanh" }};
  const layers = [dense(8), tanh, dense(8), tanh, dense(1), tanh];
  const loss = {{ class: "losses.SquaredError", settings: {{ half: true }} }};
  const target = {{ number: "real", shape: [1] }};
  const network = {{ layers, loss, target, inputs: {{ x: [2] }}, seed: 0 }};
  const optimizer = {{ class: "optimizers.SGD", settings: {{ lr: 0.03 }} }};
  const fit = {{ optimizer, batch_size: 32 }};
  const session = await openSession({{ network, data: {{ x, y, n }}, fit }});
  await session.train({{ milliseconds: 500 }});
  const begin = performance.now();
  let steps = 0;
  while (performance.now() - begin < 1000 * seconds)
    steps += (await session.train({{ milliseconds: 12 }})).losses.length; // a picture follows each
  const took = performance.now() - begin;
  session.close();
  return (1000 * steps) / took;
}}"""
LEARNED = f"""async () => {{
  const begin = performance.now();
  const {{ openSession }} = await import("/engine/client.js");
  {POINTS}
  const dense = (units) => ({{ class: "layers.Dense", settings: {{ units }} }});
  const tanh = {{ class: "layers.Tanh" }};
  const layers = [dense(8), tanh, dense(8), tanh, dense(1)];
  const loss = {{ class: "losses.SigmoidCrossEntropy" }};
  const target = {{ number: "real", shape: [1] }};
  const network = {{ layers, loss, target, inputs: {{ x: [2] }}, seed: 0 }};
  const optimizer = {{ class: "optimizers.Adam", settings: {{ lr: 0.03 }} }};
  const classes = y.map((v) => Number(v > 0));
  const data = {{ x, y: classes, n }};
  const session = await openSession({{ network, data, fit: {{ optimizer, batch_size: 32 }} }});
  for (let accuracy = 0; accuracy < 0.98 && performance.now() - begin < 30000; ) {{
    await session.train({{ milliseconds: 12 }});
    ({{ accuracy }} = await session.score(x, classes, n));
  }}
  session.close();
  return performance.now() - begin;
}}"""
THEIRS = f"""async ({{ seconds }}) => {{
  const nn = await import("/nn.js");
  {POINTS}
  const tanh = nn.Activations.TANH;
  const network = nn.buildNetwork([2, 8, 8, 1], tanh, tanh, null, ["x", "y"]);
  const run = (milliseconds) => {{
    const begin = performance.now();
    let steps = 0, i = 0;
    while (performance.now() - begin < milliseconds)
      for (let epoch = 0; epoch < 10; epoch++)
        for (let k = 0; k < n; k++) {{
          nn.forwardProp(network, [x[2 * k], x[2 * k + 1]]);
          nn.backProp(network, y[k], nn.Errors.SQUARE);
          if (++i % 32 === 0) {{
            nn.updateWeights(network, 0.03, 0);
            steps++;
          }}
        }}
    return (1000 * steps) / (performance.now() - begin);
  }};
  run(500);
  return run(1000 * seconds);
}}"""


class Served(http.server.SimpleHTTPRequestHandler):
    """The page's own files, and the network that is compared."""

    other: Path

    def translate_path(self, path: str) -> str:
        return str(self.other) if path == "/nn.js" else super().translate_path(path)

    def log_message(self, *_: object) -> None:
        pass


def as_javascript(file: Path, folder: Path) -> Path:
    """The file itself, or what TypeScript makes of it."""
    if file.suffix != ".ts":
        return file
    compiler = ROOT / "node_modules/.bin/tsc"
    if not compiler.exists():
        sys.exit("a .ts file needs TypeScript: run `npm ci` first, or give JavaScript")
    words = ["--target", "es2022", "--module", "esnext", "--noCheck", "--outDir", folder]
    subprocess.run([compiler, file, *words], check=False)
    return folder / f"{file.stem}.js"


def main() -> None:
    """Print steps a second of both, turn by turn, and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("bench/page.py needs Playwright: pip install playwright")
    if BROWSER is None:
        sys.exit("bench/page.py needs Chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        Served.other = as_javascript(given.file.resolve(), Path(folder))
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Served, directory=str(WEB))
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        speeds: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(given.turns):
            for name, code in (("ours", OURS), ("theirs", THEIRS)):
                speeds[name].append(page.evaluate(code, {"seconds": given.seconds}))
            print(f"ours {speeds['ours'][-1]:9,.0f}   theirs {speeds['theirs'][-1]:9,.0f} steps/s")
        learned = page.evaluate(LEARNED)
        print(f"a spiral of two arms to 98 % (Adam, the same network): {learned:,.0f} ms")
        print(f"Chromium {browser.version}")
        browser.close()
        server.shutdown()
    ours, theirs = median(speeds["ours"]), median(speeds["theirs"])
    print(f"median: ours {ours:,.0f}, theirs {theirs:,.0f} steps/s: {ours / theirs:.1f} times")


if __name__ == "__main__":
    main()
