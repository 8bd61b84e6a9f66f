"""A reporter's minute on a telephone: how much is read, how often the screen is touched."""

import pytest

from observatory.languages import by_tag, offered

PHONE = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True,
    "has_touch": True,
}  # fmt: skip
WORDS = {
    "fr": "Un agent m’a demandé de l’argent, sinon la marchandise restait au port.",
    "ar": "طلب مني أحد الموظفين مالا وإلا بقيت البضاعة في الميناء.",
}
MINUTE = 60
SLOW_READING = 3  # words a second: 180 a minute, under stress


def opened(browse, port, tag, **options):
    page = browse(locale=tag, **PHONE, **options)
    page.goto(f"http://intake.localhost:{port}/")
    return page


@pytest.mark.parametrize(("tag", "script"), [("fr", False), ("ar", True)])
def test_three_touches_and_the_words_are_enough(browse, port, made_up, tag, script):
    """One slip put right, then: the box, what goes on, what sends."""
    say = by_tag(tag).gettext
    before = len(made_up.vault)
    page = opened(browse, port, tag, java_script_enabled=script)
    page.locator("[value=check].button").tap()
    page.get_by_role("alert").get_by_role("link").tap()
    assert page.url.endswith("#narrative")
    page.locator("#narrative:target").wait_for()
    page.get_by_label(say("What happened?")).tap()
    page.keyboard.insert_text(WORDS[tag])
    page.locator("[value=check].button").tap()
    assert page.locator(".words").inner_text() == WORDS[tag]
    page.get_by_role("button", name=say("Send"), exact=True).tap()
    page.get_by_role("heading", name=say("Received and sealed. Thank you.")).wait_for()
    assert len(made_up.vault) == before + 1


@pytest.mark.parametrize("tag", [language.tag for language in offered()])
def test_what_has_to_be_read_leaves_half_of_a_minute_for_writing(browse, port, tag):
    """What stands before the box; of languages, a reporter reads the own one's name."""
    page = opened(browse, port, tag)
    page.evaluate("document.querySelector('.languages').remove()")
    told = page.locator("main").inner_text()
    before, label, _ = told.partition(by_tag(tag).gettext("What happened?"))
    assert label
    assert len(before.split()) <= MINUTE / 2 * SLOW_READING


def test_the_way_out_stays_in_reach_and_covers_no_more_than_itself(browse, port):
    for tag in ("en", "ar"):
        page = opened(browse, port, tag)
        page.evaluate("scrollTo(0, 1500)")
        box = page.get_by_role("link", name=by_tag(tag).gettext("Leave this page now"))
        place = box.bounding_box()
        assert place["y"] < 60
        assert place["height"] >= 40
        assert (place["x"] > 100) == (tag == "en")  # at the end of the line
        covered = page.locator(".exit").bounding_box()
        assert covered["width"] < 390 * 0.7


def tab_to(page, selector):
    """Press Tab until the focus is there; the trap for machines is never on the way."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") != "website"
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(selector)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_keyboard_alone_changes_language_sends_and_leaves(chromium, port, made_up, script):
    say = by_tag("fr").gettext
    before = len(made_up.vault)
    page = chromium.new_context(locale="en", java_script_enabled=script).new_page()
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="elsewhere"))
    page.goto(f"http://intake.localhost:{port}/")
    tab_to(page, "[value=fr]")
    page.keyboard.press("Enter")
    page.locator("html[lang=fr]").wait_for()
    tab_to(page, "#narrative")
    page.keyboard.type("au clavier")
    tab_to(page, "[name=reporter_side]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[value=check]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=say("Look at it once more")).wait_for()
    assert page.locator(".words").inner_text() == "au clavier"
    tab_to(page, "button[value=send]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=say("Received and sealed. Thank you.")).wait_for()
    tab_to(page, "#exit")
    page.keyboard.press("Enter")
    page.wait_for_url("https://www.wikipedia.org/")
    page.context.close()
    assert len(made_up.vault) == before + 1
