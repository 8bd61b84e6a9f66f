"""A browser that is asked for work does it, and is taken where others are turned away."""

import re

import pytest
from made_up_analysis import found_made_up
from served import free_port, start, stop, violations


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """A form that asks for work and takes very little, served; its instance and port."""
    instance = found_made_up(tmp_path_factory.mktemp("asking"))
    path = instance.folder / "config.toml"
    text = path.read_text("utf-8").replace("work_bits = 0", "work_bits = 12")
    path.write_text(text.replace("kilobytes_a_second = 128", "kilobytes_a_second = 1"), "utf-8")
    number = free_port()
    server = start(instance, number, role="intake")
    yield instance, number
    code, errors = stop(server)
    assert code == 0
    assert errors == ""


def test_the_form_works_for_its_place_and_needs_no_more_from_a_reporter(chromium, asking):
    instance, port = asking
    without = chromium.new_page(java_script_enabled=False)
    for words in ("flood " * 9_000, "flood"):
        for _ in range(20):
            send(without, port, words)
            if "Busy" in without.inner_text("h1"):
                break
    assert without.inner_text("h1") == "Busy: your words are still here"
    before = len(instance.vault)
    posted = []
    page = chromium.new_page()
    page.on("request", lambda one: posted.append(one.post_data) if one.method == "POST" else None)
    send(page, port, "words of somebody")
    page.get_by_role("heading", name="Received and sealed").wait_for()
    assert "&work=" in posted[0]
    assert len(instance.vault) == before + 1
    without.get_by_role("button", name="Change it").click()
    assert without.get_by_label("What happened?").input_value() == "flood"
    for one in (without, page):
        one.context.close()


def send(page, port, words):
    page.goto(f"http://intake.localhost:{port}/")
    page.get_by_label("What happened?").fill(words)
    page.get_by_role("button", name="Go on: look").click()
    page.get_by_role("button", name="Send", exact=True).click()


@pytest.mark.parametrize("tag", ["en", "ar"])
def test_the_busy_page_fits_a_telephone_and_sends_again_by_keyboard(chromium, asking, tag):
    _, port = asking
    page = chromium.new_page(locale=tag, viewport={"width": 320, "height": 640})
    # The checker itself needs script, so the page's own is kept from loading.
    page.route("**/*.js", lambda route: route.abort())
    for _ in range(3):
        page.goto(f"http://intake.localhost:{port}/")
        page.locator("#narrative").fill("x" * 59_000)
        page.locator("button.button[value=check]").click()
        page.locator("button.button[value=send]").click()
        if page.locator(".problem").count():
            break
    assert page.locator(".problem").count() == 1
    page.wait_for_load_state()  # with its style sheet
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    page.locator("button.button[value=send]").focus()
    with page.expect_response(re.compile("/$")) as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 503
    assert answered.value.headers["retry-after"] == "60"
    page.context.close()
