"""Measure how fast the page opens: from a server, and from a disk as one file.

python bench/page_load.py [REPEATS]     needs Playwright and a Chromium; each load has a new context

Printed are medians: milliseconds to the first paint and until the scene is there, and the number
of requests; then the size of the file, and of the page in an installation.
"""

import os
import shutil
import statistics
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

import chainrule as cr
from chainrule.page.server import Page, Server
from chainrule.page.web_files import web_files

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TIMES = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  return paint === undefined ? null : { paint, now: performance.now() };
}"""


def load(browser, url):
    """Open an address; return when it was painted, when the scene was there, and its requests."""
    context = browser.new_context()
    requests = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.goto(url, wait_until="commit")
    page.wait_for_selector("main.scene")
    scene = page.evaluate("performance.now()")
    times = page.wait_for_function(TIMES).json_value()
    context.close()
    own = [u for u in requests if not u.startswith(("blob:", "data:"))]
    return times["paint"], scene, len(own)


def measure(browser, name, url, repeats):
    """Print one line for an address."""
    load(browser, url)  # the first one also starts processes
    paints, scenes, requests = zip(*(load(browser, url) for _ in range(repeats)), strict=True)
    print(
        f"{name:<12}first paint {statistics.median(paints):4.0f} ms   "
        f"scene {statistics.median(scenes):4.0f} ms   {requests[0]} requests"
    )


def main():
    """Measure both, and print the sizes."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    server = Server(Page(), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        file = Path(folder, "lab.html")
        cr.page.write(file)
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        measure(browser, "served", server.url, repeats)
        measure(browser, "one file", file.as_uri(), repeats)
        browser.close()
        print(f"lab.html    {os.path.getsize(file) / 1e6:.2f} MB")
    sizes = [path.stat().st_size for path in web_files().values()]
    print(f"installed   {sum(sizes) / 1e6:.2f} MB in {len(sizes)} files")
    server.shutdown()


if __name__ == "__main__":
    main()
