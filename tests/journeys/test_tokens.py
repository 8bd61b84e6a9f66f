"""A token in a browser: by the form with script and without, by the offline page, into a run."""

import re
import secrets
from base64 import b64encode
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner
from served import violations
from vault_contents import sealed_sets

from nlp.embedding import UniversalSentenceEncoder
from observatory import catalogue
from observatory.analysis import opening
from observatory.analysis.run import run
from observatory.analysis.state import State
from observatory.cli import observatory
from observatory.decisions import token_epochs
from observatory.decisions.quorum import open_key
from observatory.instance import today
from observatory.languages import by_tag

LONGEST = ("ru", "ar")  # to be loaded
PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def visit(chromium, token_port):
    """Open the form in a fresh browser; nothing off-origin, nor an address with more in it."""
    contexts, asked, failed = [], [], []

    def open_form(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(f"http://intake.localhost:{token_port}/")
        return page

    yield open_form
    for context in contexts:
        context.close()
    shape = rf"http://intake\.localhost:{token_port}/(assets/[a-z]+\.[a-z]+(\?\d)?)?"
    assert [url for url in asked if not re.fullmatch(shape, url)] == []
    assert failed == []


def unfold(page):
    page.locator("summary", has_text="If you were given a token").click()
    return page.get_by_label("Your token")


def go_on(page):
    page.locator("p.actions [value=check]").click()
    page.get_by_role("heading", name="Look at it once more").wait_for()


def send(page):
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("heading", name="Received and sealed").wait_for()


def untidy(token):
    """Return a token as a message would bring it."""
    text = token.to_text()
    lines = "\r\n".join(text[at : at + 60] for at in range(0, len(text), 60))
    return f"\ufeff  {lines}\u200f \n"


def test_where_no_epoch_is_installed_there_is_no_box(browse, port):
    for script in (True, False):
        page = browse(java_script_enabled=script)
        page.goto(f"http://intake.localhost:{port}/")
        assert page.locator("#token").count() == 0
        assert "token" not in page.locator("body").text_content()


def test_three_ways_to_send_one_and_a_run_that_counts_each(
    visit, taking, issuing, chromium, tmp_path
):
    word, tokens = secrets.token_hex(6), [issuing.token() for _ in range(3)]
    before = len(taking.vault)
    without_script(visit(java_script_enabled=False), word, tokens[0])
    posted = [by_script(visit(), word, token) for token in (tokens[1], None)]
    # With a token and without: the same fields, of the same length each.
    assert posted[0] == posted[1]
    assert posted[0]["sealed"] == 6996
    offline(chromium, visit, taking, tmp_path, word, tokens[2])
    without_script(visit(java_script_enabled=False), word, tokens[0])  # spent already
    assert len(taking.vault) == before + 5

    files = sorted(taking.folder.with_name("shares").glob("*-custodian-[12].txt"))
    private, later = open_key(taking, files), today() + timedelta(days=8)
    opened = opening.open_reports(sealed_sets(taking.vault, later), private, later)
    sent = [one for one in opened.reports if word in one.narrative]
    assert {one.token for one in sent} >= {token.to_bytes() for token in tokens}
    assert {len(one.token) for one in sent} == {456}
    raw = run(
        opened,
        catalogue.load(None),
        (),
        embedder=UniversalSentenceEncoder(),
        prior=State(),
        today=later,
        progress=lambda *_: None,
        epochs=token_epochs.installed(taking),
    ).raw
    [cut] = [table for table in raw.tables if table.id == "standing_month"]
    assert sum(c.reports for (one, _), c in cut.cells.items() if one == "proven") == 3


def without_script(page, word, token):
    page.get_by_label("What happened?").fill(f"{word} asked {secrets.token_hex(4)} at the gate")
    unfold(page).fill(untidy(token))
    go_on(page)
    said = page.locator("dl.said").inner_text().split("\n")
    assert said == ["Your token", "It is sealed with your words."]
    assert token.to_text()[:20] not in page.locator("body").inner_text()
    page.get_by_role("button", name="Change it").click()
    assert page.get_by_label("Your token").input_value() == token.to_text()
    page.get_by_role("button", name="Français").click()
    assert page.locator("#token").input_value() == token.to_text()
    page.get_by_role("button", name="English").click()
    go_on(page)
    send(page)


def by_script(page, word, token):
    """Send a report; return the length of each field that was posted."""
    posted = []
    page.on("request", lambda one: posted.append(one.post_data) if one.method == "POST" else None)
    page.get_by_label("What happened?").fill(f"{word} wanted {secrets.token_hex(4)} for a stamp")
    if token:
        unfold(page).fill(untidy(token))
    go_on(page)
    assert (page.locator("dl.said").count() == 1) == bool(token)
    page.get_by_role("button", name="Change it").click()
    if token:
        assert page.get_by_label("Your token").input_value().strip("\ufeff\u200f \n") != ""
    go_on(page)
    send(page)
    [body] = posted
    return {name: len(value) for name, [value] in parse_qs(body).items()}


def offline(chromium, visit, taking, folder, word, token):
    """Seal on the offline page, changing the language on the way, and hand the file in."""
    out = folder / "seal.html"
    done = CliRunner().invoke(
        observatory, ["--instance", str(taking.folder), "offline-page", str(out)]
    )
    assert done.exit_code == 0, done.output
    context = chromium.new_context(accept_downloads=True)
    context.set_offline(True)
    page = context.new_page()
    page.goto(out.as_uri())
    page.get_by_label("What happened?").fill(f"{word} took {secrets.token_hex(4)} per box")
    unfold(page).fill("half a token")
    page.get_by_role("button", name="Seal it").click()
    assert "not a whole token" in page.get_by_role("alert").inner_text()
    assert violations(page) == []
    page.get_by_label("Your token").fill(untidy(token))
    page.get_by_role("button", name="العربية").click()
    assert page.locator("#token").is_visible()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Seal it").click()
    assert "Your token" in page.locator("dl.said").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the sealed file").click()
    download.value.save_as(folder / "report.jio")
    page.get_by_role("button", name="Clear all words").click()
    page.wait_for_function("!document.getElementById('writing').hidden")
    assert page.locator("#token").input_value() == ""
    context.close()
    form = visit(java_script_enabled=False)
    form.get_by_text("Send a report that you sealed on another device").click()
    text = b64encode((folder / "report.jio").read_bytes()).decode()
    form.get_by_label("Or its text, pasted").fill(text)
    form.get_by_role("button", name="Send the sealed report").click()
    form.get_by_role("heading", name="Received and sealed").wait_for()


def test_what_is_no_token_is_told_alike_with_script_and_without(visit, taking):
    before, told = len(taking.vault), []
    for script in (True, False):
        page = visit(java_script_enabled=script)
        posted = []
        page.on("request", lambda one, posted=posted: posted.append(one.method))
        page.get_by_label("What happened?").fill("my words")
        box = unfold(page)
        box.fill("A" * 607)
        page.locator("p.actions [value=check]").click()
        page.get_by_role("alert").wait_for()
        assert ("POST" in posted) == (not script)
        told.append(
            (
                page.get_by_role("alert").inner_text(),
                page.locator(".wrong").all_inner_texts(),
                box.get_attribute("aria-invalid"),
                box.get_attribute("aria-describedby"),
                page.locator("#narrative").get_attribute("aria-invalid"),
                page.get_by_label("What happened?").input_value(),
                box.input_value(),
                page.title(),
            )
        )
        page.get_by_role("alert").get_by_role("link").click()
        assert page.url.endswith("#token")
        box.fill(" ")
        go_on(page)
        assert page.locator("dl.said").count() == 0
    assert told[0] == told[1]
    assert told[0][0].startswith("Not sent yet")
    assert len(taking.vault) == before


def test_a_folded_box_is_unfolded_where_it_has_to_be_put_right(visit):
    page = visit()
    page.get_by_label("What happened?").fill("my words")
    unfold(page).fill("A" * 607)
    page.locator("summary", has_text="If you were given a token").click()
    assert not page.locator("#token").is_visible()
    page.locator("p.actions [value=check]").click()
    page.get_by_role("alert").wait_for()
    assert page.locator("#token").is_visible()


def test_a_token_alone_is_asked_about_before_another_language_takes_it(visit):
    page = visit()
    unfold(page).fill("A" * 608)
    page.get_by_role("button", name="Français").click()
    page.get_by_role("heading", name="Not changed yet").wait_for()
    assert page.get_by_label("Your token").input_value() == "A" * 608


def test_a_browser_that_keeps_left_pages_keeps_this_one_without_the_token(visit):
    page = visit()
    page.route("**/", lambda route: route.fulfill(status=204))
    page.get_by_label("What happened?").fill("my words")
    unfold(page).fill("A" * 608)
    go_on(page)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Send", exact=True).click()
    for event in ("pagehide", "pageshow"):
        page.evaluate(f"dispatchEvent(new PageTransitionEvent('{event}', {{persisted: true}}))")
    assert page.locator("#token").input_value() == ""
    assert "AAAA" not in page.content()


@pytest.mark.parametrize(("tag", "scheme"), [("ar", "dark"), ("ru", "light")])
def test_with_the_box_every_page_is_accessible_and_fits(visit, tag, scheme):
    say = by_tag(tag).gettext
    page = visit(locale=tag, color_scheme=scheme, **PHONE)
    fits(page)
    for summary in page.locator("summary").all():
        summary.click()
    fits(page)
    page.get_by_label(say("Your token")).fill("A" * 600)
    page.locator("p.actions [value=check]").click()
    page.get_by_role("alert").wait_for()
    fits(page)
    page.get_by_label(say("What happened?")).fill("x")
    page.get_by_label(say("Your token")).fill("A" * 608)
    page.locator("p.actions [value=check]").click()
    page.locator(".said").wait_for()
    fits(page)
    box = page.locator("#token")
    assert box.evaluate("(one) => getComputedStyle(one).direction") == "ltr"


def fits(page):
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_reaches_the_box_and_leaves_it(visit):
    page = visit()
    page.locator("summary", has_text="If you were given a token").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("A")
    assert page.get_by_label("Your token").input_value() == "A"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "check"


@pytest.mark.parametrize(("script", "most"), [(False, 15_000), (True, 40_000)])
def test_a_first_visit_is_small_with_the_box_too(chromium, token_port, script, most):
    for tag in LONGEST:
        answers = []
        page = chromium.new_context(locale=tag, java_script_enabled=script).new_page()
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        page.goto(f"http://intake.localhost:{token_port}/")
        assert page.locator("#token").count() == 1
        assert len(answers) >= (3 if script else 2)
        sizes = [answer.request.sizes()["responseBodySize"] for answer in answers]
        assert sum(sizes) <= most, tag
        page.context.close()
