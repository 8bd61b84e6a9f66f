"""Marks on the check page, with script and without; and the way out of every page."""

import re

import pytest
from served import violations

TEXT = (
    "On 12 March 2024 Mr Torello asked me for 12,347 dollars.\n\nCall +44 7700 900123. "
    "I work as a clerk 🙂 and nobody else saw <b>Zoé</b>."
)
EXIT = "https://www.wikipedia.org/"
STEPS = ("form", "look", "sent", "nowhere")


def at(browse, port, script, text=TEXT, locale="en", **options):
    """Open the form, without the page's own script or with it, and go on to the second look."""
    page = browse(java_script_enabled=script, locale=locale, **options)
    page.goto(f"http://intake.localhost:{port}/")
    if text:
        page.locator("#narrative").fill(text)
        page.locator("p.actions button[value=check]").click()
        page.locator("button[value=send]").wait_for()
    return page


def seen(page):
    """What the second look shows of words, marks, explanations and actions."""
    words = page.locator(".words")
    marked = words.locator("mark").all()
    explained = page.locator(".marked").all_inner_texts()
    actions = page.locator(".actions:has([value=edit])")
    return {
        "words": words.text_content(),
        "marks": [(mark.text_content(), mark.get_attribute("data-say")) for mark in marked],
        "explained": [re.sub(r"\s+", " ", text) for text in explained],
        "actions": actions.locator("button").all_inner_texts(),
        "first": actions.locator(".button:not(.second)").inner_text(),
    }


@pytest.mark.parametrize("locale", ["en", "ar", "ru"])
def test_script_and_server_mark_and_explain_alike(browse, port, locale):
    by_script, by_server = (
        seen(at(browse, port, script, locale=locale)) for script in (True, False)
    )
    assert by_script == by_server
    assert by_script["words"] == TEXT
    assert len(by_script["marks"]) == 7
    assert len({say for _, say in by_script["marks"]}) == 6


def test_to_change_it_comes_first_where_something_is_marked(browse, port, made_up):
    before = len(made_up.vault)
    page = at(browse, port, script=True)
    assert seen(page)["actions"] == ["Change it", "Send"]
    assert seen(page)["first"] == "Change it"
    page.get_by_role("button", name="Change it").click()
    page.locator("#narrative").fill("They wanted money.")
    page.locator("p.actions button[value=check]").click()
    page.get_by_text("Nothing was noticed").wait_for()
    assert seen(page)["actions"] == ["Send", "Change it"]
    assert page.locator("mark, .found, .some").count() == 0
    page.go_back()
    page.locator("#narrative").fill(TEXT)
    page.locator("p.actions button[value=check]").click()
    page.get_by_role("button", name="Send").click()  # what is marked never stops it
    page.get_by_role("heading", name="Received and sealed").wait_for()
    assert len(made_up.vault) == before + 1


def test_a_mark_is_heard_and_in_no_copy(browse, port):
    page = at(browse, port, script=True)
    assert "[Possible name: Mr Torello" in page.locator(".words").aria_snapshot()
    assert page.locator(".words").inner_text() == TEXT
    copied = page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('.words')), `${getSelection()}`"
    )
    assert copied == TEXT
    assert violations(page) == []


def nowhere(page):
    """Keep the browser from the network, and note where it is sent, with which headers."""
    asked = []

    def answer(route):
        asked.append(route.request.headers)
        route.fulfill(body="elsewhere", content_type="text/html")

    page.route(f"{EXIT}**", answer)
    return asked


@pytest.fixture
def elsewhere(chromium):
    """Open a page whose way out ends in a page of the test's own."""
    contexts = []

    def open_page(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        return page, nowhere(page)

    yield open_page
    for context in contexts:
        context.close()


def walk(page, port, step):
    page.goto(f"http://intake.localhost:{port}/{'nothing' if step == 'nowhere' else ''}")
    if step in {"look", "sent"}:
        page.locator("#narrative").fill(TEXT)
        page.locator("p.actions button[value=check]").click()
        page.locator("button[value=send]").wait_for()
    if step == "sent":
        page.locator("button[value=send]").click()
        page.get_by_role("heading", name="Received").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("step", STEPS)
def test_every_page_has_a_way_out_that_tells_nothing(elsewhere, port, step, script):
    page, asked = elsewhere(java_script_enabled=script)
    walk(page, port, step)
    assert asked == []
    page.get_by_role("link", name="Leave this page now").click()
    page.wait_for_url(EXIT)
    [headers] = asked
    assert "referer" not in headers


@pytest.mark.parametrize("step", ["look", "sent"])
def test_escape_twice_leaves_and_once_does_not(elsewhere, port, step):
    page, asked = elsewhere()
    walk(page, port, step)
    page.keyboard.press("Escape")
    page.wait_for_timeout(1_600)
    page.keyboard.press("Escape")
    assert asked == []
    page.keyboard.press("Escape")
    page.wait_for_url(EXIT)


def test_going_back_after_leaving_shows_no_word(elsewhere, port):
    page, _ = elsewhere()
    page.goto("about:blank")
    walk(page, port, "form")
    page.locator("#narrative").fill(TEXT)
    page.get_by_role("link", name="Leave this page now").click()
    page.wait_for_url(EXIT)
    page.go_back()
    assert page.url == "about:blank"  # the form's place was taken
    walk(page, port, "look")
    page.get_by_role("link", name="Leave this page now").click()
    page.wait_for_url(EXIT)
    page.go_back()
    page.locator("#narrative").wait_for()
    assert page.locator("#narrative").input_value() == ""
    assert "Torello" not in page.content()
