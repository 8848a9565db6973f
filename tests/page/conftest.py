"""A real browser and node for the tests of the page.

`chromium` is one browser for all tests of a process, `lab` the address of the page, served as
`chainrule lab` serves it. `open_page(...)` opens a page in a context of its own and fails the test
if the page wrote an error or warning to its console, threw, or asked for anything elsewhere.

    def test_the_scene_has_a_title(open_page):
        page = open_page("#...", language="zh", theme="dark", width=390, touch=True)
        assert page.locator("h2").inner_text() == "..."

Tests of a file may share one page and go on where the test before them ended, as a person does; so
`make test` gives each file to one process.

`node("name.js", value)` runs tests/page/node/name.js with JSON on its input, and returns the JSON
that it prints.
"""

import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from chainrule.page.server import Page, Server

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
WEB = ROOT / "src/chainrule/page/web"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FAILURE = """() => {
    const { dataset } = document.documentElement, failure = dataset.failure;
    delete dataset.failure;
    delete dataset.failures;
    return failure;
}"""
QUIET = ("log", "info", "debug")  # kinds of console messages that may be


@pytest.fixture(scope="session")
def chromium():
    """Return a headless Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve():
    """Return a function that serves a Page and returns its address."""
    servers = []

    def start(page):
        server = Server(page, 0)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return server.url

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def lab(serve):
    """Return the address of the page."""
    return serve(Page())


class Watch:
    """Collects what a page must not do."""

    def __init__(self, own):
        self.own = own
        self.complaints = []
        self.requests = []
        self.pages = []

    def follow(self, context):
        context.on("console", self.console)
        context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        context.on("request", self.request)
        context.on("requestfailed", self.lost)

    def console(self, message):
        if message.type not in QUIET:
            self.complaints.append(f"{message.type}: {message.text}")

    def lost(self, request):
        if request.failure != "net::ERR_ABORTED":  # the page was left meanwhile
            self.complaints.append(f"lost {request.url}: {request.failure}")

    def request(self, request):
        self.requests.append(request.url)
        if not request.url.startswith((self.own, "blob:", "data:")):
            self.complaints.append(f"asked for {request.url}")

    def failures(self):
        """Return the errors that the page caught by itself and showed as a notice."""
        found = [page.evaluate(FAILURE) for page in self.pages if not page.is_closed()]
        return [f"caught: {failure}" for failure in found if failure]

    def check(self):
        self.complaints += self.failures()
        assert not self.complaints, "\n".join(self.complaints)


def options(language, theme, width, height, touch, still):
    """Return Playwright's options of a context."""
    return {
        "locale": {"en": "en-US", "zh": "zh-CN"}[language],
        "color_scheme": theme,
        "viewport": {"width": width, "height": height},
        "has_touch": touch,
        "is_mobile": touch,
        "reduced_motion": "reduce" if still else "no-preference",
        "service_workers": "block",
    }


@pytest.fixture(scope="module")
def open_page(chromium, lab):
    """Return a function that opens the page; what it must not do fails the test at the end.

    It stays open until the module's tests are done; `page.watch.check()` checks earlier. With
    `url` another address or file is opened.
    """
    contexts, watches = [], []

    def start(
        link="",
        *,
        url=None,
        language="en",
        theme="light",
        width=1280,
        height=800,
        touch=False,
        still=False,
    ):
        url = lab if url is None else url
        context = chromium.new_context(**options(language, theme, width, height, touch, still))
        context.set_default_timeout(15_000)
        contexts.append(context)
        watch = Watch(url)
        watch.follow(context)
        watches.append(watch)
        page = context.new_page()
        page.watch = watch
        watch.pages.append(page)
        page.goto(url + link)
        page.wait_for_selector("main.scene")
        return page

    start.watches = watches
    yield start
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True)
def no_complaints(request):
    """Fail the test after which an open page has complained."""
    yield
    if "open_page" in request.fixturenames:
        for watch in request.getfixturevalue("open_page").watches:
            said, watch.complaints = watch.complaints + watch.failures(), []
            assert not said, "\n".join(said)


@pytest.fixture(scope="session")
def axe():
    """Return a function that looks for barriers in a page and returns them, one line for each."""
    source = ROOT / "node_modules/axe-core/axe.min.js"
    if not source.exists():
        pytest.skip("needs axe-core: npm ci")
    text = source.read_text(encoding="utf-8")

    def look(page, where=None):
        # Through the debugger: the page's policy forbids scripts from elsewhere.
        if not page.evaluate("'axe' in globalThis"):
            page.evaluate(text)
        found = page.evaluate("where => axe.run(where ?? document)", where)
        return [
            f"{rule['id']}: {rule['help']}: {node['html']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return look


@pytest.fixture(scope="session")
def node():
    """Return a function that runs a script of tests/page/node with JSON in and out."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("needs node")

    def run(script, value=None, *, timeout=120):
        done = subprocess.run(
            [program, str(HERE / "node" / script)],
            input=json.dumps(value),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
        )
        assert done.returncode == 0, f"{script}: {done.stderr}"
        return json.loads(done.stdout)

    return run
