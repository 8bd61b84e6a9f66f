"""Make the pictures of the reporters' form anew: ``python tests/support/make_pictures.py``.

Needs the built assets, Chromium, ImageMagick and the development requirements. A made-up
observatory is founded in a temporary folder and served; words are typed as a reporter would.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from made_up_analysis import found_made_up
from playwright.sync_api import Browser, Page, sync_playwright
from served import CHROMIUM, FLAGS, free_port, start, stop
from token_issuing import install

from observatory.instance import Instance

PLACE = Path(__file__).parents[2] / "docs/pictures"
PHONE = {"viewport": {"width": 390, "height": 844}}
DESK = {"viewport": {"width": 1280, "height": 900}}
COLOURS = 48
"""As many are kept: the pages have few, and letters stay smooth."""

WORDS = {
    "en": "On 12 March 2024 Mr Torello asked me for 12,347 dollars to let the container out.\n\n"
    "I am the only broker at this gate.",
    "fr": "Le 12 mars 2024, M. Torello m’a demandé 12 347 euros pour laisser sortir le "
    "conteneur.\n\nJe suis le seul transitaire de ce quai.",
    "ar": "في 12 مارس 2024 طلب مني السيد سامي 12,347 دولارا لكي تخرج الحاوية.\n\n"
    "أعمل مخلصا جمركيا وأنا الوحيد الذي رأى ذلك.",
}


def form(_: Page, __: str) -> None:
    """The page as it opens."""


def empty(page: Page, _: str) -> None:
    """Gone on without a word."""
    page.locator("p.actions [value=check]").click()
    page.get_by_role("alert").wait_for()


def look(page: Page, words: str) -> None:
    """The second look, with marks."""
    page.locator("#narrative").fill(words)
    page.locator("#stage").select_option("release")
    page.locator("p.actions [value=check]").click()
    page.locator("button[value=send]").wait_for()


def sent(page: Page, words: str) -> None:
    """The last page."""
    look(page, words)
    page.locator("button[value=send]").click()
    page.locator(".words").wait_for(state="detached")
    page.wait_for_load_state()


def token(page: Page, words: str) -> None:
    """The box for a token, where half of one was pasted."""
    page.locator("#narrative").fill(words)
    page.locator("details:has(#token) > summary").click()
    page.locator("#token").fill("Tm90IGEgdG9rZW4sIGJ1dCB0aGUgZmlyc3QgbGV0dGVycyBvZiBvbmU-")
    page.locator("p.actions [value=check]").click()
    page.get_by_role("alert").wait_for()
    page.locator("#token").scroll_into_view_if_needed()
    page.locator(".upload").scroll_into_view_if_needed()


@dataclass(frozen=True)
class Picture:
    """One picture: what is shown of which page, to whom."""

    name: str
    reach: Callable[[Page, str], None]
    language: str
    screen: dict[str, dict[str, int]]
    scheme: str = "light"
    script: bool = True
    whole: bool = False


PICTURES = (
    Picture("form-phone", form, "en", PHONE, script=False),
    Picture("form-phone-arabic-dark", form, "ar", PHONE, "dark"),
    Picture("problem-phone-french", empty, "fr", PHONE, script=False),
    Picture("look-phone", look, "en", PHONE, whole=True),
    Picture("look-phone-arabic", look, "ar", PHONE, script=False, whole=True),
    Picture("sent-phone-french", sent, "fr", PHONE, whole=True),
    Picture("form-desk-french-dark", form, "fr", DESK, "dark"),
    Picture("look-desk-arabic", look, "ar", DESK, whole=True),
)
WITH_TOKENS = (
    Picture("token-phone", token, "en", PHONE),
    Picture("token-phone-arabic-dark", token, "ar", PHONE, "dark", script=False),
    Picture("token-desk-french", token, "fr", DESK),
)


def write(path: Path, png: bytes, colours: int = COLOURS) -> None:
    """Keep the picture with few colours, which one of text does not miss."""
    few = ["-strip", "+dither", "-colors", str(colours), "-define", "png:compression-level=9"]
    subprocess.run(["convert", "png:-", *few, f"png8:{path}"], input=png, check=True)


def take(browser: Browser, instance: Instance, pictures: Iterable[Picture]) -> None:
    """Serve an observatory, walk, and write its pictures."""
    port = free_port()
    server = start(instance, port)
    try:
        for picture in pictures:
            context = browser.new_context(
                **picture.screen,
                locale=picture.language,
                color_scheme=picture.scheme,
                java_script_enabled=picture.script,
            )
            page = context.new_page()
            page.goto(f"http://intake.localhost:{port}/")
            picture.reach(page, WORDS[picture.language])
            write(PLACE / f"{picture.name}.png", page.screenshot(full_page=picture.whole))
            context.close()
    finally:
        stop(server)


def main() -> None:
    """Found an observatory and take every picture, those with tokens once an epoch is installed."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        instance = found_made_up(Path(folder))
        take(browser, instance, PICTURES)
        install(instance, Path(folder, "shares"), lambda name: f"made up for {name}")
        take(browser, instance, WITH_TOKENS)


if __name__ == "__main__":
    main()
