"""Draw docs/lab.png, the Lab's playground after training: `python docs/lab_picture.py`.

It needs the extras `browser` and `picture`, and Chromium.
"""

import shutil
import threading
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from chainrule.page.server import Page, Server

EPOCHS = 120
path = Path(__file__).with_name("lab.png")
browser_path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))))
server = Server(Page(), 0)
threading.Thread(target=server.serve_forever, daemon=True).start()
with sync_playwright() as playwright:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    browser = playwright.chromium.launch(executable_path=browser_path, args=arguments)
    page = browser.new_page(viewport={"width": 1280, "height": 1153}, locale="en-US")
    page.goto(f"{server.url}#1.playground")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(
        "epochs => Number(/Epoch\\s+(\\d+)/.exec(document.querySelector('main').innerText)?.[1])"
        " >= epochs",
        arg=EPOCHS,
    )
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)
    page.wait_for_timeout(1000)  # until the finer pictures at rest are drawn
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    browser.close()
server.shutdown()
few = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
few.save(path, optimize=True)
print(path, f"{path.stat().st_size:,} bytes")
