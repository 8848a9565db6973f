"""Frames and long tasks of the playground while it trains, in headless Chromium.

    python bench/page_frames.py [--seconds 5] [--points 500]

It opens the page as `chainrule lab` serves it, trains the default network on a spiral of 500
points as fast as it goes, and counts frames, the tasks over 50 ms that the Performance API
reports, and the steps that the worker made.
"""

import argparse
import shutil
import threading

from chainrule.page.server import Page, Server

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
COUNT = """seconds => new Promise(resolve => {
  const long = [];
  new PerformanceObserver(list => long.push(...list.getEntries().map(one => one.duration)))
    .observe({ entryTypes: ["longtask"] });
  const times = [];
  const began = performance.now();
  const turn = now => {
    times.push(now);
    if (now - began < 1000 * seconds) requestAnimationFrame(turn);
    else {
      const gaps = times.slice(1).map((time, k) => time - times[k]).sort((a, b) => a - b);
      resolve({
        frames: gaps.length / ((times.at(-1) - times[0]) / 1000),
        slowest: gaps.at(-1),
        tenth: gaps[Math.floor(0.9 * gaps.length)],
        long,
      });
    }
  };
  requestAnimationFrame(turn);
})"""


def measure(page, seconds, points):
    """Train in an open page and return what was counted."""
    page.locator(".transport .main:not([disabled])").wait_for()
    page.get_by_role("button", name="Number of points, balance, seed").click()
    page.get_by_label("Points", exact=True).last.fill(str(points))
    page.get_by_label("Points", exact=True).last.press("Enter")
    page.get_by_role("button", name="Speed, and when it stops").click()
    page.get_by_label("as many as possible", exact=True).check(force=True)
    page.locator(".transport .main:not([disabled])").wait_for()
    page.locator(".transport .main").click()
    page.wait_for_timeout(500)
    before = steps(page)
    found = page.evaluate(COUNT, seconds)
    found["steps"] = (steps(page) - before) / seconds
    page.locator(".transport .main").click()
    return found


def steps(page):
    """Return the step that is shown."""
    return int(page.locator(".reading-value").nth(1).inner_text())


def main():
    """Print the figures."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--points", type=int, default=500)
    asked = parser.parse_args()
    server = Server(Page(), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as driver:
        program = next(filter(None, map(shutil.which, NAMES)))
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(server.url)
        found = measure(page, asked.seconds, asked.points)
        browser.close()
    server.shutdown()
    print(f"frames a second        {found['frames']:.1f}")
    print(f"nine in ten within     {found['tenth']:.1f} ms, the slowest {found['slowest']:.1f} ms")
    print(f"tasks over 50 ms       {len(found['long'])} {[round(one) for one in found['long']]}")
    print(f"steps a second         {found['steps']:,.0f}, while everything is drawn")


if __name__ == "__main__":
    main()
