"""The form and the offline page in every language: they fit, they are accessible, words stay."""

from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner
from served import violations

from observatory.cli import observatory
from observatory.languages import by_tag, offered

OTHERS = sorted(language.tag for language in offered() if language.tag != "en")


def form(browse, port, tag, **options):
    page = browse(locale=tag, **options)
    page.goto(f"http://intake.localhost:{port}/")
    assert page.locator("html").get_attribute("lang") == tag
    return page


def fits(page, checked=True):
    """A page made of the same parts in every language is checked in one of them."""
    if checked:
        assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def go_on(page):
    page.locator("button.button[value=check]").click()


@pytest.mark.parametrize("tag", OTHERS)
def test_every_page_is_accessible_and_fits_in_every_language(browse, port, made_up, tag):
    said = by_tag(tag).gettext
    before, checked = len(made_up.vault), tag == "ar"
    page = form(browse, port, tag, viewport={"width": 320, "height": 640})
    for summary in page.locator("summary").all():
        summary.click()
    fits(page, checked)
    go_on(page)
    page.get_by_role("alert").wait_for()
    page.get_by_label(said("What happened?")).fill("a" * 400)
    page.get_by_label(said("At which step did it happen?")).select_option(label=said("Release"))
    page.locator(".languages button").first.click()
    page.get_by_role("heading", name=said("Not changed yet: your words would go")).wait_for()
    fits(page, checked)
    go_on(page)
    page.get_by_role("heading", name=said("Look at it once more")).wait_for()
    fits(page, checked)
    page.get_by_role("button", name=said("Send"), exact=True).click()
    page.get_by_role("heading", name=said("Received and sealed. Thank you.")).wait_for()
    fits(page, checked)
    assert len(made_up.vault) == before + 1
    page.goto(f"http://intake.localhost:{port}/nothing")
    fits(page, checked)


def test_without_script_words_come_along_into_the_other_language(browse, port):
    page = form(browse, port, "en", java_script_enabled=False)
    page.get_by_label("What happened?").fill("They asked  twice")
    page.get_by_label("At which step did it happen?").select_option(label="Release")
    page.get_by_role("button", name="Русский").click()
    russian = by_tag("ru").gettext
    assert page.get_by_label(russian("What happened?")).input_value() == "They asked  twice"
    assert page.locator("#stage").input_value() == "release"
    page.get_by_role("group", name=russian("Which side are you on?")).get_by_label(
        russian("Business")
    ).press("Enter")  # as the button below would do, not the first one of the page
    page.get_by_role("heading", name=russian("Look at it once more")).wait_for()
    page.get_by_role("button", name=russian("Send"), exact=True).click()
    page.get_by_role("heading", name=russian("Received and sealed. Thank you.")).wait_for()
    page.get_by_role("button", name=russian("Send another report")).click()
    assert page.locator("html").get_attribute("lang") == "ru"
    assert page.url == f"http://intake.localhost:{port}/"
    assert page.context.cookies() == []


def test_with_script_no_word_leaves_for_a_change_of_language(browse, port):
    page = form(browse, port, "en")
    posted = []
    page.on("request", lambda r: posted.append(r.post_data) if r.method == "POST" else None)
    page.get_by_role("button", name="Français").click()
    page.get_by_role("heading", name="Racontez").wait_for()
    assert posted == ["switch=fr"]
    page.locator("#narrative").fill("zebrafinch")
    page.get_by_role("button", name="العربية").click()
    assert page.get_by_role("alert").inner_text().startswith("Pas encore changé")
    assert page.locator("#narrative").input_value() == "zebrafinch"
    assert len(posted) == 1
    page.get_by_role("button", name="Continuer sans mon texte").click()
    page.wait_for_selector("html[dir=rtl]")
    assert [parse_qs(body) for body in posted] == [{"switch": ["fr"]}, {"switch": ["ar"]}]
    assert page.locator("#narrative").input_value() == ""
    page.locator("#narrative").fill("zebrafinch")
    go_on(page)
    page.locator("button[value=send]").click()
    page.get_by_role(
        "heading", name=by_tag("ar").gettext("Received and sealed. Thank you.")
    ).wait_for()
    assert parse_qs(posted[-1])["language"] == ["ar"]
    assert "zebrafinch" not in "".join(posted)


def test_a_browser_counts_as_the_catalogues_do(chromium):
    page = chromium.new_page()
    numbers = [*range(1, 1100), 60_000, 1_000_000]
    for language in offered():
        chosen = page.evaluate(
            "([tag, numbers]) => numbers.map((n) => new Intl.PluralRules(tag).select(n))",
            [language.tag, numbers],
        )
        for number, category in zip(numbers, chosen, strict=True):
            sample = language.plurals[category]
            for word in ("letter", "byte"):
                texts = (f"%(num)s {word}", f"%(num)s {word}s")
                right = language.translations.ngettext(*texts, number)
                assert language.translations.ngettext(*texts, sample) == right, number
    page.context.close()


@pytest.fixture(scope="module")
def page_file(made_up, tmp_path_factory):
    out = tmp_path_factory.mktemp("offline") / "seal.html"
    done = CliRunner().invoke(
        observatory, ["--instance", str(made_up.folder), "offline-page", str(out)]
    )
    assert done.exit_code == 0, done.output
    return out


def test_the_offline_page_speaks_every_language_and_carries_the_words_over(chromium, page_file):
    page = chromium.new_context(locale="ar-EG", viewport={"width": 320, "height": 640}).new_page()
    page.goto(page_file.as_uri())
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("#narrative").fill("zebrafinch")
    page.locator("#stage").select_option("release")
    page.locator("#asked").select_option("money")
    for tag in OTHERS:
        language = by_tag(tag)
        if page.locator("html").get_attribute("lang") != tag:
            page.get_by_role("button", name=language.name).click()
        assert page.locator("html").get_attribute("lang") == tag
        assert page.title().startswith(language.gettext("Seal a report"))
        assert page.locator("#narrative").input_value() == "zebrafinch"
        assert page.locator("#stage").input_value() == "release"
        fits(page)
        page.get_by_role("button", name=language.gettext("Seal it"), exact=True).click()
        page.get_by_role("heading", name=language.gettext("Look at it once more")).wait_for()
        assert page.locator("dl.said dd").all_inner_texts() == [
            language.gettext("Release"), language.gettext("Money"),
        ]  # fmt: skip
        fits(page)
        page.get_by_role("button", name=language.gettext("Change it"), exact=True).click()
        page.wait_for_function("document.activeElement.id === 'narrative'")
    page.context.close()


def test_the_offline_page_without_script_says_so_in_every_language(chromium, page_file):
    page = chromium.new_page(java_script_enabled=False)
    page.goto(page_file.as_uri())
    told = page.locator("h1").all_inner_texts()
    title = "This page cannot seal without script"
    assert told == [language.gettext(title) for language in offered()]
    page.context.close()
