"""Make the README's pictures of a demo anew: ``python tests/support/make_demo_pictures.py DIR``.

DIR is a demo's (``observatory demo --no-serve DIR``). Needs Chromium, ImageMagick, pdftoppm and
the development requirements.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from make_pictures import PLACE, write
from playwright.sync_api import sync_playwright
from served import CHROMIUM, FLAGS, free_port, start, stop

from observatory.access.sign_in import one_time_path
from observatory.instance import Instance
from observatory.publication import making

OVERVIEW = {"width": 1280, "height": 1740}
PAGES = {"report-cover": "Status of this document", "report-summary": "1 Summary"}
"""Picture and what stands on the page that it shows; contents name sections too, earlier."""
DOTS = 96
"""Dots per inch of a page."""
COLOURS = 128
"""Pale grounds and data colours must stay apart."""


def overview(instance: Instance) -> bytes:
    """Return the members' overview as a picture."""
    port = free_port()
    server = start(instance, port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport=OVERVIEW)
            page.goto(f"http://members.localhost:{port + 1}{one_time_path(instance)}")
            page.wait_for_load_state("networkidle")
            return page.screenshot()
    finally:
        stop(server)


def page_with(pdf: Path, words: str) -> bytes:
    """Return the last page of a document's first ten that holds these words, as a picture."""
    from pypdf import PdfReader

    pages = PdfReader(pdf).pages[:10]
    number = max(n for n, page in enumerate(pages, 1) if page.extract_text().find(words) >= 0)
    command = ["pdftoppm", "-png", "-r", str(DOTS), "-f", str(number), "-l", str(number), str(pdf)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def main(folder: Path) -> None:
    """Write every picture."""
    instance = Instance.open(folder / "instance")
    write(PLACE / "overview.png", overview(instance), COLOURS)
    with tempfile.TemporaryDirectory() as place:
        document = Path(place) / "systemic-report.pdf"
        making.make(instance, "systemic", document)
        for name, words in PAGES.items():
            write(PLACE / f"{name}.png", page_with(document, words), COLOURS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
